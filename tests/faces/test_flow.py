"""What became of the work, in lines a head of product would read."""

from __future__ import annotations

from datetime import date

from madegood.days import Window
from madegood.execution.attention import Attention
from madegood.execution.flow import Delivered, Flow, Open, Spread
from madegood.execution.model import Release, Rollout
from madegood.faces.flow import shipped, told
from madegood.refusal import Refusal

WINDOW = Window(date(2026, 1, 1), date(2026, 3, 31))
NO = Refusal("x", why="nothing is known", until="it is")


def test_percentiles_are_said_and_no_mean() -> None:
    days = Spread.of(range(1, 101))
    lines = {line.name: line for line in told(Flow(WINDOW, Spread.of([4, 6, 6, 7, 9, 9, 20]), days, NO, NO, NO))}
    assert (lines["Finished a week"].figure, lines["Finished a week"].note) == (
        "7", "In half of the weeks; 6 or fewer in one week of seven.")  # fmt: skip
    assert (lines["From start to done"].figure, lines["From start to done"].note) == (
        "50 days", "Half of the items finished; 85 % within 85 days, 95 % within 95 days.")  # fmt: skip


def test_what_was_begun_and_never_shipped_is_named() -> None:
    old = tuple((f"T-{i}", "Trips of many people", 90 - i) for i in range(9))
    (line,) = told(Flow(WINDOW, NO, NO, Open(12, Spread.of([3, 80, 90]), old), NO, NO))
    assert line.figure == "12 items" and "9 begun longer ago than 95 %" in line.note
    assert line.items[0] == "T-0 Trips of many people, 90 days" and len(line.items) == 5


def test_what_reached_nobody_is_counted_and_named() -> None:
    here = Delivered(20, 12, 3, 1, 4, NO, (("T-7", "Dark mode"),))
    (line,) = told(Flow(WINDOW, NO, NO, NO, here, NO))
    assert line.figure == "12 of 20 items" and line.items == ("T-7 Dark mode",)
    assert line.note == "1 wait for a release, 3 only with testers, 4 reached nobody."


def test_scatter_of_attention_is_a_middle_week() -> None:
    weeks = tuple(Attention(date(2026, 1, 5 + 7 * i), n, n - 0.5, 0.1) for i, n in enumerate((1, 3, 4)))
    (line,) = told(Flow(WINDOW, NO, NO, NO, NO, weeks))
    assert line.figure == "3" and "2.5 or more" in line.note


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert told(Flow(WINDOW, NO, NO, NO, NO, NO)) == []


def test_a_release_says_to_whom() -> None:
    day = date(2026, 2, 3)
    assert shipped(Release("v1", day)).whom == "everyone"
    assert shipped(Release("v1b", day, prerelease=True)).whom == "testers"
    steps = (Rollout(day, "fr", 0.1), Rollout(date(2026, 2, 9), "fr", 0.5))
    staged = shipped(Release("v2", day, items=("a", "b"), rollouts=steps, uncertain=2))
    assert (staged.items, staged.whom, staged.day) == ("2", "50 % of fr", "3 Feb 2026 (± 2 days)")
