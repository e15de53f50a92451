"""Words, grades, doubts and next steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from madegood.evidence.answer import answer
from madegood.evidence.judge import _bar, judge
from madegood.evidence.model import Effect, Estimate, Interval, Question, Verdict
from madegood.evidence.steps import why_not
from madegood.execution.model import Release
from madegood.intent.model import KnownEvent, Metric
from madegood.performance.model import Fitness, Measured, Series
from madegood.refusal import Refusal

FIRST = date(2025, 2, 1)
RNG = np.random.default_rng(1)
VALUES = np.round(1000 * np.exp(np.cumsum(RNG.normal(0, 0.01, 300)) + 0.05 * RNG.standard_t(4, 300)))


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def ask(*days: int, values: np.ndarray = VALUES) -> Question:
    releases = tuple(Release(f"v{n}", day(n)) for n in days)
    return Question(Metric("orders"), Measured(Series("orders", FIRST, values)), releases, (), day(len(values) - 1))


def verdicts(question: Question) -> tuple[Verdict, ...]:
    return judge(question, answer(question))


def effect(up: float = 0.0, low: float = -0.1, high: float = 0.1, mde: float = 0.1) -> Effect:
    middle = Interval((low + high) / 2, low, high)
    return Effect(("v1",), FIRST, FIRST, middle, middle, mde, up, 0.0, 60, False)


def test_what_is_called_moved_is_wrong_one_time_in_twenty_on_average() -> None:
    chances = [1.0, 0.99, 0.94, 0.90, 0.60]
    assert _bar(chances) == 0.90
    assert _bar([0.94]) > 1 and _bar([]) > 1


def test_a_release_of_this_week_is_too_early_and_says_when() -> None:
    (v,) = verdicts(ask(297))
    assert v.word == "too early" and v.step == "readable from 9 Dec 2025, with 14 days after it"


def test_a_release_after_the_last_day_is_too_early_and_one_before_the_first_cannot_be_told() -> None:
    early, late = verdicts(ask(-20, 400))
    assert (early.word, late.word) == ("cannot tell", "too early")
    assert isinstance(early.effect, Refusal) and "begins on 1 Feb 2025" in early.effect.why


def test_a_metric_that_ended_long_ago_is_asked_for_newer_days() -> None:
    (v,) = verdicts(replace(ask(310), on=day(360)))
    assert v.word == "cannot tell" and v.step.startswith("newer days of orders")


def test_missing_days_around_a_release_are_doubted_and_far_ones_are_not() -> None:
    values = VALUES.copy()
    values[[94, 96, 104, 106]] = np.nan
    near, far = verdicts(ask(100, 200, values=values))
    assert any("4 of the 29 days" in d for d in near.doubts) and not far.doubts


def test_a_cannot_tell_says_the_next_step_in_one_short_sentence_with_its_figure() -> None:
    (v,) = verdicts(ask(150))
    assert v.word == "cannot tell" and v.grade == "C" and not v.doubts
    assert v.step.startswith("hold the next one back from") and "%" in v.step and len(v.step) < 140


def test_steps_of_every_kind_are_short() -> None:
    days = (100, 101, 102, 103, 150, 151, 200, 230, 300, 340)
    steps = [v.step for values in (VALUES, VALUES + 0.5) for v in verdicts(ask(*days, values=values)) if v.step]
    assert steps and max(map(len, steps)) < 140 and not any(";" in s for s in steps)


def test_a_lift_that_the_data_show_but_is_not_called_is_doubted_with_the_reason() -> None:
    shown = effect(low=0.15, high=0.36)
    assert why_not(shown).startswith("the data alone say +26% (+15% to +36%), but")
    assert why_not(effect(low=-0.01, high=0.1)) == ""


def test_nothing_is_called_unless_the_data_alone_lie_beyond_the_rope() -> None:
    """However sure the track record is."""
    values = VALUES.copy()
    values[150:] *= 1.4
    question = ask(150, values=values)
    found = answer(question)
    assert isinstance(found, Estimate)
    sure = replace(found.effects[0], up=1.0, down=0.0)
    for data, word in ((Interval(0.05, 0.002, 0.1), "cannot tell"), (Interval(0.05, 0.02, 0.08), "moved")):
        (v,) = judge(question, replace(found, effects=(replace(sure, data=data),)))
        assert v.word == word


def test_a_claim_never_rides_on_surer_ones() -> None:
    """Nineteen certain ones leave room for one at two to one; it is not taken."""
    assert _bar([1.0] * 23 + [0.7]) == 1.0 and _bar([1.0] * 23 + [0.85]) == 0.85


def test_a_calm_metric_can_say_that_nothing_much_happened() -> None:
    calm = np.round(50_000 * np.exp(0.004 * np.random.default_rng(2).normal(size=365)))
    assert [v.word for v in verdicts(ask(150, values=calm))] == ["no meaningful movement"]


def test_a_level_that_follows_every_day_never_says_that_nothing_happened() -> None:
    walk = np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.002, 365))) * 5000
    assert [v.word for v in verdicts(ask(100, 200, values=walk))] == ["cannot tell", "cannot tell"]


def test_each_doubt_is_said_and_lowers_the_grade() -> None:
    question = ask(100, 102, 200, 325 - 90)
    broken = Fitness("orders", "gap", day(195), day(198), "four days are missing", "the rest")
    sale = KnownEvent(day(240), day(242), "sale")
    question = replace(question, known=(sale,), measured=replace(question.measured, fitness=(broken,)))
    said = {v.names[0]: (v.grade, " ".join(v.doubts)) for v in verdicts(question)}
    assert said["v100"][0] == "D" and "v102 came within 2 days" in said["v100"][1]
    assert "four days are missing" in said["v200"][1]
    assert "sale" in said["v235"][1]


def test_the_turn_of_the_year_and_stocks_and_unsure_days_are_doubted() -> None:
    question = ask((date(2025, 11, 20) - FIRST).days)
    festive = Release("v1", date(2025, 8, 1), uncertain=2)
    stock = Measured(Series("orders", date(2025, 6, 1) - timedelta(days=250), VALUES, "stock"))
    question = replace(
        question, releases=(Release("v0", date(2025, 1, 2)), festive), measured=stock, on=date(2025, 8, 1)
    )
    first = verdicts(question)[0]
    assert any("turn of the year" in d for d in first.doubts) and any("stock" in d for d in first.doubts)
