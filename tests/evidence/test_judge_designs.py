"""Verdicts where stronger designs stand beside the series, and where too much speaks against an effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from madegood.days import Window
from madegood.evidence.answer import answer
from madegood.evidence.judge import judge, judge_all
from madegood.evidence.model import Effect, Estimate, Interval, Question
from madegood.execution.model import Release, Rollout
from madegood.intent.model import KnownEvent, Metric
from madegood.performance.model import Fitness, Measured, Series
from madegood.refusal import Refusal

FIRST = date(2025, 2, 1)
DAYS = 300
#: Of 12 true effects so many may be doubted (each of five doubts by chance 1 to 4 %); of 6 faults so many are found.
SELDOM, FOUND = 4, 5


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def values(seed: int = 1, **steps: float) -> np.ndarray:
    """A metric that drifts 0.6 % a day with 4 % of noise; steps: d150=0.4 is +40 % from day 150 on."""
    rng = np.random.default_rng(seed)
    z = np.cumsum(rng.normal(0, 0.006, DAYS)) + 0.04 * rng.normal(0, 1, DAYS)
    for name, size in steps.items():
        z[int(name[1:]) :] += np.log1p(size)
    return np.asarray(np.round(5000 * np.exp(z)))


def ask(series: np.ndarray, *days: int, name: str = "orders", staged: bool = True) -> Question:
    releases = tuple(Release(f"v{n}", day(n), rollouts=(Rollout(day(n), "", 1.0),) if staged else ()) for n in days)
    return Question(Metric(name), Measured(Series(name, FIRST, series)), releases, (), day(DAYS - 1))


def series_of(question: Question) -> Estimate:
    found = answer(question)
    assert isinstance(found, Estimate)
    return found


def lot(key: str, mean: float, half: float = 0.01, up: float = 0.0, **more: object) -> Estimate:
    """What an experiment on one release says."""
    data = Interval(mean, mean - half, mean + half)
    effect = Effect((key,), day(int(key[1:])), day(int(key[1:])), data, data, 2 * half, up, 0.0, 9, False)
    effect = replace(effect, design="randomised", grade="A", **more)  # type: ignore[arg-type]
    return Estimate("randomised", "orders", "A", Window(FIRST, day(9)), (effect,), (), None)


def test_an_experiment_is_told_instead_of_the_series() -> None:
    question = ask(values(d200=0.06), 100, 200)
    found = replace(series_of(question), stronger=(lot("v200", 0.06, up=0.99),))
    series, drawn = judge(question, found)
    assert (series.names, series.grade) == (("v100",), "C")
    assert (drawn.names, drawn.word, drawn.grade, drawn.doubts) == (("v200",), "moved", "A", ())
    assert isinstance(drawn.effect, Effect) and drawn.effect.design == "randomised"


def test_nine_days_are_enough_for_an_experiment() -> None:
    question = ask(values(), 290)
    (v,) = judge(question, replace(series_of(question), stronger=(lot("v290", 0.06, up=0.99),)))
    assert v.word == "moved"


def test_a_series_that_leaves_no_room_for_the_experiment_is_said_and_costs_a_grade() -> None:
    question = ask(values(d200=0.5), 200)
    found = replace(series_of(question), stronger=(lot("v200", 0.02, up=0.6),))
    (v,) = judge(question, found)
    assert v.grade == "B" and any("series says otherwise: +" in d for d in v.doubts)
    unknown = replace(question, releases=ask(values(), 200, staged=False).releases)
    (v,) = judge(unknown, found)
    assert v.grade == "A" and not v.doubts


def test_each_doubt_of_the_design_costs_a_grade_and_two_serious_ones_the_effect() -> None:
    question = ask(values(d200=0.06), 200)
    found = series_of(question)
    one = lot("v200", 0.06, up=0.99, doubts=("the sample ratio is off", "it fades"), serious=1)
    (v,) = judge(question, replace(found, stronger=(one,)))
    assert (v.word, v.grade) == ("moved", "C")
    two = lot("v200", 0.06, up=0.99, doubts=("the sample ratio is off", "arms differed before"), serious=2)
    (v,) = judge(question, replace(found, stronger=(two,)))
    assert (v.word, v.grade) == ("cannot tell", "D") and v.step
    assert isinstance(v.effect, Refusal) and "sample ratio" in v.effect.why and "arms differed" in v.effect.why
    assert v.withdrawn is not None and v.withdrawn.data.mean == 0.06


def test_an_experiment_that_cannot_be_read_is_said_and_costs_the_series_no_grade() -> None:
    question = ask(values(), 200)
    broken = Refusal("orders", why="two arms of unlike size", until="the fault found")
    found = replace(series_of(question), stronger=(replace(lot("v9", 0.0), effects=(), refused=(("v200", broken),)),))
    (v,) = judge(question, found)
    assert v.grade == "C" and "randomised reading of v200 cannot be used: two arms of unlike size" in v.doubts[0]


def test_a_group_whose_one_release_was_drawn_by_lot_says_so() -> None:
    question = ask(values(), 200, 200)
    question = replace(question, releases=(replace(question.releases[0], id="w200"), question.releases[1]))
    found = series_of(question)
    assert len(found.effects) == 1 and len(found.effects[0].releases) == 2
    told = judge(question, replace(found, stronger=(lot("v200", 0.06, up=0.99),)))
    assert [len(v.names) for v in told] == [1, 2]
    assert any("v200 is one of them" in d for d in told[1].doubts)


def test_where_the_series_refuses_the_experiment_is_the_answer() -> None:
    question = ask(values(), 200)
    alone = lot("v200", 0.06, up=0.99)
    beside = ask(values(11, d150=0.3), 150, name="calls")
    (v,), (other,) = judge_all((question, beside), (replace(alone, stronger=(alone,)), answer(beside)))
    assert (v.word, v.grade, other.word) == ("moved", "A", "moved")
    late = replace(ask(values(), 200, 250), metric=question.metric)
    why = Refusal("orders", why="no days", until="days")
    told = judge(late, replace(alone, stronger=(alone,), refused=(("v250", why),)))
    assert [(v.names, v.word) for v in told] == [(("v200",), "moved"), (("v250",), "cannot tell")]


def test_a_mere_contrast_is_told_only_where_the_series_says_nothing() -> None:
    question = ask(values(), 200)
    weak = lot("v200", 0.3, up=0.99)
    weak = replace(weak, design="contrast", effects=(replace(weak.effects[0], design="contrast", grade="D"),))
    (v,) = judge(question, replace(series_of(question), stronger=(weak,)))
    assert isinstance(v.effect, Effect) and v.effect.design == "joint series"
    (v,) = judge(question, replace(weak, stronger=(weak,)))
    assert isinstance(v.effect, Effect) and v.effect.design == "contrast" and v.grade == "D"


def test_calls_of_all_designs_share_one_budget_of_errors() -> None:
    """One at .9 alone is not called; beside nine sure ones it is."""
    question = ask(values(), 200)
    found = series_of(question)
    unsure = replace(found, stronger=(lot("v200", 0.06, up=0.9),))
    assert judge(question, unsure)[0].word == "cannot tell"
    sure = [(replace(question), replace(found, stronger=(lot("v200", 0.06, up=1.0),))) for _ in range(9)]
    questions, answers = zip(*sure, (question, unsure), strict=True)
    assert [v.word for vs in judge_all(questions, answers) for v in vs] == ["moved"] * 10


# ---- doubts of a series ------------------------------------------------------------------------------------------


def test_two_serious_doubts_withdraw_what_a_series_says() -> None:
    question = ask(values(d150=0.5), 150)
    assert judge(question, answer(question))[0].word == "moved"
    broken = Fitness("orders", "outage", day(148), day(149), "the counter was off for two days", "the rest")
    sale = KnownEvent(day(149), day(152), "sale")
    doubted = replace(question, known=(sale,), measured=replace(question.measured, fitness=(broken,)))
    (v,) = judge(doubted, answer(doubted))
    assert v.word == "cannot tell" and isinstance(v.effect, Refusal)
    assert "the counter was off" in v.effect.why and "sale" in v.effect.why and v.effect.until == v.step
    assert v.withdrawn is not None and v.withdrawn.data.mean > 0.2


def test_one_serious_doubt_costs_a_grade_alone() -> None:
    question = replace(ask(values(d150=0.5), 150), known=(KnownEvent(day(150), day(150), "sale"),))
    (v,) = judge(question, answer(question))
    assert (v.word, v.grade) == ("moved", "D") and "sale" in v.doubts[0]


def shown(question: Question, *others: Question) -> str:
    """Every doubt about the release of day 150, also where it is withdrawn for them."""
    asked = (question, *others)
    told = judge_all(asked, tuple(answer(q) for q in asked))[0]
    (v,) = (v for v in told if v.names == ("v150",))
    return " ".join((*v.doubts, v.effect.why if isinstance(v.effect, Refusal) else ""))


def test_true_effects_are_seldom_doubted() -> None:
    doubted = [shown(ask(values(seed, d150=0.25), 60, 150, 240)) for seed in range(10, 22)]
    assert sum(bool(d.strip()) for d in doubted) <= SELDOM, doubted


def test_a_metric_that_jumps_so_by_itself_is_doubted_and_not_called() -> None:
    often = {f"d{n}": s for n, s in zip(range(20, 290, 13), [0.25, -0.2] * 11, strict=False) if abs(n - 150) > 8}
    question = ask(values(5, d150=0.25, **often), 150)
    (v,) = judge(question, answer(question))
    assert v.word == "cannot tell" and any("by itself on" in d for d in v.doubts)


def test_a_jump_of_a_metric_that_it_cannot_have_touched_is_a_common_cause() -> None:
    other = ask(values(6, d150=0.25), 60, name="calls")
    other = replace(other, releases=(Release("w60", day(60)),))
    mine = ask(values(11, d150=0.25), 150)
    said = "calls, which it cannot have touched, jumped"
    assert said in shown(mine, other)
    assert said not in shown(mine, replace(other, releases=(*other.releases, Release("w152", day(152)))))
    assert said not in shown(mine, replace(other, releases=(*other.releases, *mine.releases)))


def bent(seed: int, shape: np.ndarray) -> Question:
    return ask(np.round(values(seed) * np.exp(shape)), 150)


N = np.arange(DAYS)
FAULTS = {
    "jumped 2 days before it": 0.25 * (N >= 148),
    "jumped 2 days after it": 0.25 * (N >= 152),
    "already moving that way": 0.3 * np.clip((N - 136) / 14, 0, 1) + 0.15 * (N >= 150),
    "unusually low": -0.35 * ((N >= 143) & (N < 150)),
    "it fades": 0.25 * ((N >= 150) & (N < 164)),
}


@pytest.mark.parametrize("says", FAULTS)
def test_a_planted_fault_is_nearly_always_said(says: str) -> None:
    assert sum(says in shown(bent(seed, FAULTS[says])) for seed in range(10, 16)) >= FOUND


def test_a_team_that_ships_with_its_campaigns_is_told_so() -> None:
    days = (40, 90, 150, 210)
    sales = tuple(KnownEvent(day(n), day(n + 2), f"sale {n}") for n in days)
    question = replace(ask(values(11), *days, 260), known=sales)
    said = "4 of 5 days with a release were days of known events"
    assert said in shown(question)
    assert said not in shown(replace(question, known=sales[:2]))
    told = judge(question, answer(question))
    assert not any(said in d for v in told if v.names == ("v260",) for d in v.doubts)


def test_a_short_series_has_too_few_other_dates_for_placebos() -> None:
    short = values(5, d30=0.3)[:60]
    question = replace(ask(short, 30), on=day(59))
    found = series_of(question)
    assert not found.effects[0].data.low <= 0
    (v,) = judge(question, found)
    assert not any("by itself" in d for d in v.doubts)
