"""Whose work made good what, in words."""

from __future__ import annotations

from dataclasses import replace

from madegood.evidence.model import Cumulative
from madegood.faces.courses import courses
from madegood.faces.moved import moved
from madegood.faces.report import report
from madegood.faces.shares import gained
from madegood.reading import Reading


def test_a_bet_a_pair_that_cannot_be_split_and_the_rest_are_named(samples: dict[str, Reading]) -> None:
    bets, needs = courses(samples["rich"])[0].shares
    assert [line.name for line in bets.lines] == [
        "Instant verification",
        "Instant verification + Plain-words fees page, together",
        "Plain-words fees page, with releases of no stated bet",
        "No stated bet",
    ]
    assert bets.lines[0].figure == "+0.9 points" and bets.lines[0].tone == "good"
    assert bets.lines[0].note == "95 %: +0.5 to +1.3; in 3.4, 3 of its 40 items"
    assert "may be nothing" in bets.lines[1].note and "12 items" not in bets.lines[1].note
    assert needs.heading == "Made good by need"
    assert bets.note == "No release of this period carried work of Spending insights."


def test_the_page_draws_what_was_made_good_and_its_words_end_at_the_figure(samples: dict[str, Reading]) -> None:
    text = report(samples["rich"])
    assert "Made good by bet" in text and "Made good so far" in text
    assert "+1.1 points by 30 Sep 2026, 95 % interval +0.4 to +1.8" in text
    assert "Made good by bet" not in report(samples["empty"])


def test_nothing_released_is_not_drawn(samples: dict[str, Reading]) -> None:
    days = samples["rich"].outcomes[0].gained
    assert isinstance(days, Cumulative)
    flat = (0.0,) * len(days.days)
    assert gained(None, replace(days, mean=flat, low=flat, high=flat)) is None
    assert gained(None, None) is None


def test_a_draw_by_lot_says_so_with_how_many_people(samples: dict[str, Reading]) -> None:
    row = moved(samples["rich"]).bets[0]
    assert row.about.startswith("A randomised, 41,210 people · Activation")


def test_what_fell_while_this_rose_stands_beside_the_gain(samples: dict[str, Reading]) -> None:
    (said,) = moved(samples["rich"]).bets[0].beside
    assert said.startswith("While it moved, Trust index fell: −5.0 % (−7.0 to −3.0)")
    assert "12-week retention did not rise by as much" in said and "cannot be told apart from 3.5" in said
    assert not moved(samples["rich"]).bets[1].beside


def test_a_bet_on_another_metric_says_what_the_outcome_itself_did(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    other = replace(rich.bets[0], metric="support-contacts")
    row = moved(replace(rich, bets=(other,))).bets[0]
    assert row.beside == ("The outcome itself, Activated accounts: moved, +4.2 % (+2.1 to +6.3).",)
    alone = replace(rich, bets=(other,), outcomes=())
    assert moved(alone).bets[0].beside == ("The outcome itself, Activated accounts: no verdict on the same release.",)
