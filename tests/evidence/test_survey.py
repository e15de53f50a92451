"""What a survey says of everyone, the silent included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from madegood.evidence.model import Interval
from madegood.evidence.survey import survey, surveys
from madegood.evidence.survey_plan import SurveyPlan, drawn, survey_plan
from madegood.evidence.survey_told import ANSWER, BEHAVIOUR, RAW, Survey
from madegood.intent.model import SurveySpec
from madegood.performance.surveys import Asked, AskedArm
from madegood.refusal import Refusal

SPEC = SurveySpec("nps", "asks.csv", behaviour="did.csv", effort="high")
CUTS = [-2.0, -1.8, -1.6, -1.4, -1.2, -0.95, -0.7, -0.3, 0.25, 0.85]


def asked(seed: int, delta: float = 0.0, n: int = 8000, share: float = 0.1, effort: float = 0.0, wave: str = "") -> tuple[Asked, float]:  # fmt: skip  # noqa: E501
    """A wave and the true score of all its customers: two traits say a third of their mood, and who answers."""
    rng = np.random.default_rng(seed)
    traits = rng.standard_normal((n, 2))
    mood = traits @ np.array([0.5, 0.3]) + rng.standard_normal(n) * 0.8
    scores = np.searchsorted(CUTS, mood).astype(float)
    high = rng.random(n) < effort
    odds = np.where(high, 0.0, np.log(share / (1 - share))) + traits @ np.array([0.6, 0.2]) + delta * mood
    heard = rng.random(n) < 1 / (1 + np.exp(-odds))
    basis = np.column_stack([np.ones(n), (traits - traits.mean(0)) / traits.std(0)])
    place = (np.arange(n) % 5).astype(float)
    arms = [
        AskedArm(int(who.sum()), int(who.sum()), int((who & heard).sum()), scores[who & heard], basis[who & heard],
                 place[who & heard])
        for who in (~high, high)
    ]  # fmt: skip
    sums = np.array([basis[place == k].sum(axis=0) for k in range(5)])
    one = Asked(
        "nps", wave, None, None, (0, 10), n, n, 0, int(heard.sum()), 0, ("use", "age"), 3, basis.sum(axis=0), arms[0],
        arms[1] if effort else None, tuple("abcde"), sums,
    )  # fmt: skip
    return one, float(100 * (scores >= 9).mean() - 100 * (scores <= 6).mean())


def told(one: Asked, spec: SurveySpec = SPEC) -> Survey:
    said = survey(spec, one)
    assert isinstance(said, Survey)
    return said


def interval(x: Interval | Refusal) -> Interval:
    assert isinstance(x, Interval), x
    return x


def test_behaviour_takes_the_bias_away_where_it_explains_the_silence() -> None:
    """30 worlds: raw is 15 points too high and more, corrected within 2 on average, held in 26 or more."""
    raw, off, held = [], [], 0
    for seed in range(30):
        one, truth = asked(seed)
        said = told(one)
        score = interval(said.corrected)
        raw.append(said.raw - truth)
        off.append(score.mean - truth)
        held += score.low <= truth <= score.high
        assert said.label == BEHAVIOUR and said.explained == pytest.approx(said.raw - score.mean)
    assert np.mean(raw) > 15 and abs(np.mean(off)) < 2 and held >= 26


def test_a_score_without_a_second_arm_is_never_called_answer_corrected() -> None:
    said = told(asked(1, delta=0.6)[0])
    assert said.label == BEHAVIOUR and isinstance(said.answered_for, Refusal)
    assert "survey plan" in said.answered_for.until and "the answer itself" in said.counts
    best, narrow = interval(said.best), interval(said.corrected)
    assert best.high - best.low > 2 * (narrow.high - narrow.low)  # no margin that counts sampling alone


def test_two_arms_correct_for_the_answer_itself() -> None:
    """20 worlds at delta .6: behaviour alone is 15 points off and more; two arms hold the truth in 17 or more."""
    held, plain = 0, []
    for seed in range(20):
        one, truth = asked(seed, delta=0.6, n=20_000, effort=0.05)
        said = told(one)
        score = interval(said.answered_for)
        held += score.low <= truth <= score.high
        plain.append(interval(said.corrected).mean - truth)
        assert said.label == ANSWER and said.best == score and said.effort is not None
    assert held >= 17 and np.mean(plain) > 15


def test_the_tipping_delta_is_where_the_curve_meets_the_target() -> None:
    said = told(asked(2)[0], replace(SPEC, target=0.0))
    tip = said.tipping
    assert tip is not None and tip.says == "above" and tip.delta is not None and tip.crosses is not None
    lows = np.interp(tip.delta, [p.delta for p in said.curve], [p.score.low for p in said.curve])
    assert 0 < tip.delta < tip.crosses and lows == pytest.approx(0, abs=1e-6)
    assert tip.times == pytest.approx(np.exp(tip.delta))
    below = told(asked(2)[0], replace(SPEC, target=60.0)).tipping
    assert below is not None and below.says == "below" and below.delta is not None and below.delta < 0


def test_the_frame_holds_everything_and_the_curve_stays_in_it() -> None:
    said = told(asked(3)[0])
    low, high = said.frame
    assert all(low <= p.score.mean <= high for p in said.curve)
    assert high - low == pytest.approx(200 * (1 - said.answered / said.people))


def test_known_figures_of_two_waves_correct_the_others() -> None:
    """10 programmes of 6 waves at delta .5, two waves known: the other four hold the truth in 36 of 40 or more."""
    held = 0
    for seed in range(10):
        waves, truths = zip(*(asked(100 * seed + k, delta=0.5, wave=f"w{k}") for k in range(6)), strict=True)
        spec = replace(SPEC, known=(("w1", truths[1]), ("w4", truths[4])))
        for k, one in enumerate(surveys(spec, waves)):
            assert isinstance(one, Survey)
            if k in (1, 4):
                assert one.known == truths[k] and one.delta is not None and 0 < one.delta.mean < 1
                assert one.sure_as is not None and one.sure_as < 50
            else:
                score = interval(one.answered_for)
                held += score.low <= truths[k] <= score.high
    assert held >= 36


def test_one_known_wave_says_what_would_be_and_claims_nothing() -> None:
    one, truth = asked(4, wave="a")
    other = surveys(replace(SPEC, known=(("a", truth),)), [one, asked(5, wave="b")[0]])[1]
    assert isinstance(other, Survey) and isinstance(other.answered_for, Refusal)
    assert "a second wave" in other.answered_for.until and other.label == BEHAVIOUR


def test_segments_hold_their_own_scores() -> None:
    said = told(asked(6)[0], replace(SPEC, segment="market"))
    assert isinstance(said.segments, tuple) and [s.name for s in said.segments] == list("abcde")
    assert all(s.score.low < s.score.mean < s.score.high and s.people == 1600 for s in said.segments)
    assert isinstance(told(asked(6)[0]).segments, Refusal)


def test_what_cannot_be_said_is_refused_with_the_next_step() -> None:
    few = survey(SPEC, asked(7, n=200, share=0.05)[0])
    assert isinstance(few, Refusal) and few.until == "30 answers"
    one, _ = asked(8)
    alone = replace(one.ordinary, people=one.ordinary.answered)
    census = survey(SPEC, replace(one, ordinary=alone))
    assert isinstance(census, Refusal) and "people:" in census.until
    alike = replace(one.ordinary, scores=np.full(one.ordinary.answered, 9.0))
    said = told(replace(one, ordinary=alike))
    assert isinstance(said.corrected, Refusal) and said.tipping is None and said.label == RAW
    bare = replace(one.ordinary, basis=one.ordinary.basis[:, :1])
    said = told(replace(one, ordinary=bare, terms=(), always=1, totals=one.totals[:1]))
    assert isinstance(said.corrected, Refusal) and said.label == RAW and said.curve


def test_an_arm_that_answers_like_the_others_is_refused() -> None:
    one, _ = asked(9, n=20_000, share=0.5, effort=0.05)
    said = told(one)
    assert isinstance(said.answered_for, Refusal) and "too alike" in said.answered_for.why


def test_a_level_nobody_answered_from_is_a_doubt() -> None:
    one, _ = asked(10)
    basis = one.ordinary.basis.copy()
    basis[:, 2] = -0.3
    said = told(replace(one, ordinary=replace(one.ordinary, basis=basis)))
    assert any("nobody answered who is `age`" in doubt for doubt in said.doubts)


def test_a_plan_says_what_an_arm_buys_and_larger_ones_buy_more() -> None:
    plan = survey_plan(SPEC, asked(11, n=20_000)[0])
    assert isinstance(plan, SurveyPlan)
    widths = [b.width for b in plan.bought]
    assert widths == sorted(widths, reverse=True) and plan.pick is not None and plan.pick.width <= 30
    assert isinstance(survey_plan(SPEC, asked(11)[0], expected=0.05), Refusal)


def test_the_planned_width_is_about_that_of_the_arm_that_follows() -> None:
    widths, planned = [], []
    for seed in range(8):
        one, _ = asked(seed, n=20_000, effort=0.05)
        widths.append(np.subtract(*(getattr(interval(told(one).answered_for), side) for side in ("high", "low"))))
        plan = survey_plan(SPEC, one)
        assert isinstance(plan, SurveyPlan)
        planned.append(next(b.width for b in plan.bought if b.people == 1000))
    assert np.mean(planned) == pytest.approx(np.mean(widths), rel=0.2)


def test_the_draw_is_the_same_for_the_same_seed_in_any_order() -> None:
    names = [f"c{i}" for i in range(1000)]
    first = drawn(names, 100, "2026-Q4")
    assert first == drawn([*names[::-1], "c5", " c6 ", ""], 100, "2026-Q4") and len(set(first)) == 100
    assert first != drawn(names, 100, "2027-Q1") and set(drawn(names, 50, "2026-Q4")) < set(first)
