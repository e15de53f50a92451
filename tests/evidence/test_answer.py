"""What the joint series says of worlds whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from madegood.days import Window
from madegood.evidence.answer import answer, answer_all
from madegood.evidence.decompose import decompose
from madegood.evidence.judge import judge, judge_all
from madegood.evidence.model import Decomposition, Effect, Estimate, Path, Question
from madegood.evidence.paths import path
from madegood.execution.model import Release, Rollout
from madegood.intent.model import KnownEvent, Metric
from madegood.performance.model import Fitness, Measured, Series
from madegood.refusal import Refusal

FIRST = date(2025, 1, 1)
IDENTITY = 1e-9  # of the metric's level: rounding alone


def wandering(seed: int, days: int = 300, level: float = 1000.0) -> np.ndarray:
    """Whole counts around a level that drifts 1 % a day, with noise of 5 % and heavy tails."""
    rng = np.random.default_rng(seed)
    return np.round(level * np.exp(np.cumsum(rng.normal(0, 0.01, days)) + 0.05 * rng.standard_t(4, days)))


def ask(values: np.ndarray, *days: int, name: str = "orders", **more: object) -> Question:
    releases = tuple(Release(f"v{i}", FIRST + timedelta(days=d)) for i, d in enumerate(days))
    on = FIRST + timedelta(days=max(len(values) - 1, 0))
    asked = Question(Metric(name), Measured(Series(name, FIRST, values)), releases, (), on)
    return replace(asked, **more)  # type: ignore[arg-type]


def estimate(question: Question) -> Estimate:
    found = answer(question)
    assert isinstance(found, Estimate), found
    return found


def test_a_strong_effect_is_found() -> None:
    values = wandering(1)
    values[150:] *= 1.5
    question = ask(values, 80, 150)
    found = estimate(question)
    idle, strong = judge(question, found)
    assert (idle.word, strong.word, strong.grade) == ("cannot tell", "moved", "C")
    assert isinstance(strong.effect, Effect) and strong.effect.data.low < 0.5 < strong.effect.data.high
    down = replace(question, metric=replace(question.metric, good="down"))
    assert judge(down, answer(down))[1].word == "moved wrong way"


def test_where_nothing_happened_nothing_is_said_to_have_moved() -> None:
    questions = [ask(wandering(seed), *range(30, 280, 25), name=f"m{seed}") for seed in range(10, 18)]
    words = [v.word for verdicts in judge_all(questions, answer_all(questions)) for v in verdicts]
    assert len(words) >= 70 and not any(w.startswith("moved") for w in words)


def test_intervals_hold_what_was_planted() -> None:
    inside = []
    for seed in range(30):
        values = wandering(seed + 100)
        values[140:] *= 1.1
        effect = estimate(ask(values, 140)).effects[0]
        inside.append(effect.data.low <= 0.1 <= effect.data.high)
    assert np.mean(inside) >= 0.83  # 30 draws of 95 %, three standard errors


def test_the_order_of_releases_does_not_matter() -> None:
    question = ask(wandering(2), 60, 120, 121, 200)
    turned = replace(question, releases=question.releases[::-1])
    for a, b in zip(estimate(question).effects, estimate(turned).effects, strict=True):
        assert set(a.releases) == set(b.releases) and a.data.mean == pytest.approx(b.data.mean)


def test_the_unit_does_not_matter() -> None:
    values = wandering(3, level=50_000.0)
    one, other = (estimate(ask(values * unit, 150)).effects[0] for unit in (1.0, 1e-6))
    assert one.data.mean == pytest.approx(other.data.mean, abs=1e-9) and one.up == pytest.approx(other.up)


def test_releases_of_one_day_have_one_effect() -> None:
    found = estimate(ask(wandering(4), *[150] * 40))
    assert len(found.effects) == 1 and len(found.effects[0].releases) == 40


def test_releases_with_no_known_day_between_them_have_one_effect() -> None:
    values = wandering(5)
    values[101:130] = np.nan
    found = estimate(ask(values, 102, 115, 200))
    assert [e.releases for e in found.effects] == [("v0", "v1"), ("v2",)]


def test_a_release_every_day_is_answered_in_groups() -> None:
    question = ask(wandering(6, 200), *range(5, 195))
    found = estimate(question)
    assert sum(len(e.releases) for e in found.effects) == 190
    assert any("neighbours were taken together" in note for note in found.notes)


@pytest.mark.parametrize("days", [(), (100,), (60, 130, 131, 250)])
def test_the_parts_add_up_to_the_change(days: tuple[int, ...]) -> None:
    values = wandering(7)
    values[40:45] = np.nan
    found = estimate(ask(values, *days))
    before, after = Window(FIRST, FIRST + timedelta(days=27)), Window.ending(found.window.last, 28)
    parts = decompose(found, before, after)
    assert isinstance(parts, Decomposition)
    assert parts.start == pytest.approx(np.nanmean(values[:28])) and parts.end == pytest.approx(
        np.nanmean(values[-28:])
    )
    total = parts.made_good.mean + parts.drift.mean + parts.known.mean + parts.noise.mean
    assert abs(total - parts.change) < IDENTITY * parts.start
    assert abs(sum(i.mean for _, i in parts.by_release) - parts.made_good.mean) < IDENTITY * parts.start
    assert sum(len(keys.split(" + ")) for keys, _ in parts.by_release) == len(days)


def test_a_known_event_is_its_own_part() -> None:
    values = wandering(8)
    values[272:] *= 2.0
    sale = KnownEvent(FIRST + timedelta(days=272), FIRST + timedelta(days=320), "sale")
    found = estimate(ask(values, 100, known=(sale,)))
    parts = decompose(found, Window(FIRST, FIRST + timedelta(days=27)), Window.ending(found.window.last, 28))
    assert isinstance(parts, Decomposition) and parts.known.mean > 0.5 * parts.start


def test_a_path_without_a_strong_release_lies_below_what_was_seen() -> None:
    values = wandering(9)
    values[150:] *= 1.6
    question = ask(values, 150)
    drawn = path(estimate(question), question.measured, Window(FIRST, question.on))
    assert isinstance(drawn, Path) and len(drawn.days) <= 200
    assert drawn.seen[0] == pytest.approx(drawn.without[0]) and (drawn.seen[-1] or 0) > 1.2 * (drawn.high[-1] or 0)


def test_few_days_are_refused_with_how_many_are_missing() -> None:
    refused = answer(ask(wandering(1, 30), 20))
    assert isinstance(refused, Refusal) and refused.until == "12 more days of it"


@pytest.mark.parametrize(
    "values", [np.full(200, np.nan), np.zeros(0), np.full(200, 5.0), np.zeros(200), np.full(200, np.inf)]
)
def test_values_that_say_nothing_are_refused(values: np.ndarray) -> None:
    question = ask(values, 100)
    refused = answer(question)
    assert isinstance(refused, Refusal) and refused.until
    assert [v.word for v in judge(question, refused)] == ["cannot tell"]


def test_values_on_both_sides_of_zero_are_told_in_shares_of_their_size() -> None:
    values = np.random.default_rng(1).normal(5, 10, 300)
    found = estimate(ask(values, 100))
    assert any("mean size" in note for note in found.notes)


def test_a_few_a_day_are_read_in_weeks() -> None:
    values = np.random.default_rng(2).poisson(0.8, 400).astype(float)
    found = estimate(ask(values, 200))
    parts = decompose(found, Window(FIRST, FIRST + timedelta(days=99)), Window.ending(found.window.last, 98))
    assert any("weeks" in note for note in found.notes) and isinstance(parts, Decomposition)
    assert parts.after.last == found.window.last


def test_shares_of_few_people_keep_their_own_change() -> None:
    rng = np.random.default_rng(3)
    people = rng.poisson(40, 300) + 1.0
    share = rng.binomial(people.astype(int), 0.05) / people
    question = ask(share, 100)
    series = Series("orders", FIRST, share, "rate", base=people)
    found = estimate(replace(question, measured=Measured(series)))
    parts = decompose(found, Window(FIRST, FIRST + timedelta(days=27)), Window.ending(found.window.last, 28))
    assert isinstance(parts, Decomposition) and parts.end == pytest.approx(share[-28:].mean())


def test_a_share_that_met_it_is_the_regressor_of_a_staged_release() -> None:
    values = wandering(12, 300)
    share = np.zeros(300)
    share[100:], share[115:], share[130:] = 0.2, 0.6, 1.0
    values *= 1 + 0.5 * share
    rollouts = tuple(Rollout(FIRST + timedelta(days=d), "", s) for d, s in ((100, 0.2), (115, 0.6), (130, 1.0)))
    release = Release("v0", FIRST + timedelta(days=100), rollouts=rollouts)
    effect = estimate(ask(values, releases=(release,))).effects[0]
    assert effect.last == FIRST + timedelta(days=130) and effect.data.low < 0.5 < effect.data.high


def test_only_the_part_that_was_counted_in_one_way_is_read() -> None:
    change = FIRST + timedelta(days=150)
    counted = Fitness("orders", "instrument", change, change, "a new tracker", "from then on", usable_from=change)
    question = ask(wandering(13), 100, 200)
    question = replace(question, measured=replace(question.measured, fitness=(counted,)))
    before, after = judge(question, answer(question))
    assert isinstance(before.effect, Refusal) and "a new tracker" in before.effect.why
    assert isinstance(after.effect, Effect)


def test_ten_years_are_read_in_stretches_and_every_release_once() -> None:
    question = ask(wandering(14, 1700), *range(50, 1690, 120))
    found = estimate(question)
    assert len(found.model.stretches) > 1
    assert sorted(k for e in found.effects for k in e.releases) == sorted(r.key for r in question.releases)


def test_the_same_question_has_the_same_answer_twice() -> None:
    first, again = (estimate(ask(wandering(15), 60, 200)).effects for _ in range(2))
    assert first == again
