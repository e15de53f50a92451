"""Releases drawn by lot: intervals that hold at every look, refusals, doubts, and many together."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from madegood.evidence.designs.lot import bounds, pooled, seen
from madegood.evidence.designs.randomised import Randomised, shrink_trials
from madegood.evidence.model import Answer, Estimate, Question
from madegood.intent.model import Metric
from madegood.numerics.trials import pairs
from madegood.performance.model import Crossing, Floats, Measured, Series, Trial
from madegood.performance.trials_plan import Plan, build
from madegood.refusal import Refusal

DAY = date(2026, 3, 2)
PAIR = ("control", "b")


def table(values: Floats) -> Floats:
    """(..., units, k) -> (..., columns)."""
    rows, cols = pairs(values.shape[-1])
    n = np.full((*values.shape[:-2], 1), values.shape[-2], float)
    products = np.stack([(values[..., i] * values[..., j]).sum(-1) for i, j in zip(rows, cols, strict=True)], -1)
    return np.concatenate([n, values.sum(-2), products], axis=-1)


def trial(course: Floats, reading: str = "anytime", length: int = 0, dated: bool = True, **more: object) -> Trial:
    """A trial from (looks, arms, columns), a look a day."""
    arms = course.shape[1]
    names = (*PAIR, *(f"c{i}" for i in range(arms - 2)))
    plan = Plan("r", names, tuple(1 / arms for _ in names), True, reading, length)  # type: ignore[arg-type]
    days = tuple(DAY + timedelta(days=i) for i in range(len(course)))
    return build(plan, "m", course[:, None], days if dated else (), days[0], days[-1], **more)  # type: ignore[arg-type]


def counts(*arms: tuple[int, int], **more: object) -> Trial:
    """A trial of a 0/1 metric on 28 even days: (units, who did it) at its end."""
    end = np.array([[n, s, s] for n, s in arms], float)
    return trial(np.round(end * (np.arange(1, 29) / 28)[:, None, None]), **more)  # type: ignore[arg-type]


def asked(*given: Trial | Refusal, on: date = DAY + timedelta(days=400)) -> Question:
    measured = Measured(Series("m", DAY, np.zeros(0)))
    return Question(Metric("m"), measured, (), (), on, trials=given)  # type: ignore[arg-type]


def told(*given: Trial | Refusal) -> Estimate:
    answer = Randomised().answers(asked(*given))
    assert isinstance(answer, Estimate), answer
    return answer


def refused(*given: Trial | Refusal) -> Refusal:
    answer: Answer = Randomised().answers(asked(*given))
    assert isinstance(answer, Refusal)
    return answer


# ---- what it says ----


def test_a_clear_effect_is_told_with_grade_a() -> None:
    (effect,) = told(counts((10_000, 1_000), (10_000, 1_200))).effects
    assert effect.data.mean == pytest.approx(0.2, abs=0.001)
    assert 0.05 < effect.data.low < effect.data.high < 0.4
    assert (effect.grade, effect.doubts, effect.days_after, effect.releases) == ("A", (), 28, ("r",))


def test_an_interval_inside_the_rope_says_so() -> None:
    (effect,) = told(counts((10_000_000, 5_000_000), (10_000_000, 5_000_100))).effects
    assert effect.inside_rope
    (wide,) = told(counts((1_000, 500), (1_000, 500))).effects
    assert not wide.inside_rope


def test_the_smallest_effect_seen_is_that_of_four_in_five() -> None:
    """With a true effect of the MDE, four intervals in five lie beyond nothing."""
    rng = np.random.default_rng(1)
    (effect,) = told(counts((20_000, 2_000), (20_000, 2_000), reading="fixed")).effects
    hits = 0
    for _ in range(300):
        did = rng.binomial(20_000, [0.1, 0.1 * (1 + effect.mde)])
        (one,) = told(counts((20_000, int(did[0])), (20_000, int(did[1])), reading="fixed")).effects
        hits += one.data.low > 0
    assert hits / 300 == pytest.approx(0.8, abs=0.07)


@pytest.mark.parametrize("reading", ["anytime", "planned"])
def test_28_looks_at_nothing_rarely_see_something(reading: str) -> None:
    """80 trials, a look every other day: 95 % intervals without nothing on any of them in 5 % (+-4.9).

    1.96 standard errors would do so in a fifth and more; benchmarks/experiments.py does it 400 times for each kind.
    """
    rng = np.random.default_rng(2)
    each = rng.gamma(1, 1, (80, 28, 2, 60, 1))
    course = table(each).cumsum(axis=1)
    length = 28 if reading == "planned" else 0
    given = [trial(course[i, : d + 1], reading, length) for i in range(80) for d in range(1, 28, 2)]
    missed = np.zeros((80, 14), bool)
    for at, (one, bound) in enumerate(zip(given, bounds([(t, pooled(t)) for t in given]), strict=True)):
        said = seen(one, 0.01, "m", bound)
        if not isinstance(said, Refusal):
            missed[at // 14, at % 14] = not said.data.low <= 0 <= said.data.high
    assert missed.any(axis=1).mean() < 0.1


def test_the_end_of_the_plan_costs_little_and_what_comes_after_it_more() -> None:
    rng = np.random.default_rng(3)
    course = table(rng.gamma(1, 1, (56, 2, 60, 1))).cumsum(axis=0)
    one = {n: seen(trial(course[:n]), 0.01, "m") for n in (7, 28, 29, 56)}
    wide = {n: s.times / 1.96 for n, s in one.items() if not isinstance(s, Refusal)}
    assert wide[28] == pytest.approx(1.19, abs=0.02)
    assert 1.6 < wide[7] < 1.9
    assert 1.7 < wide[56] < 1.8
    planned = seen(trial(course[:28], "planned", 28), 0.01, "m")
    assert not isinstance(planned, Refusal)
    assert planned.times / 1.96 == pytest.approx(1.14, abs=0.02)


def test_after_the_plan_the_interval_at_its_end_still_holds() -> None:
    rng = np.random.default_rng(4)
    course = table(rng.gamma(1, 1, (40, 2, 60, 1))).cumsum(axis=0)
    end, later = seen(trial(course[:28]), 0.01, "m"), seen(trial(course), 0.01, "m")
    assert not isinstance(end, Refusal)
    assert not isinstance(later, Refusal)
    assert end.data.low <= later.data.low <= later.data.mean <= later.data.high <= end.data.high


def test_a_planned_reading_does_not_look_beyond_its_plan() -> None:
    rng = np.random.default_rng(5)
    course = table(rng.gamma(1, 1, (40, 2, 60, 1))).cumsum(axis=0)
    (whole,), (cut,) = (told(trial(c, "planned", 28)).effects for c in (course, course[:28]))
    assert whole.data == cut.data
    assert whole.days_after == 28


def test_one_look_is_the_peers_interval() -> None:
    """gbstats 0.8.0, the proportions of tests/numerics/test_trials.py."""
    (effect,) = told(counts((5210, 537), (5190, 595), reading="fixed")).effects
    ends = [effect.data.mean, effect.data.low, effect.data.high]
    assert ends == pytest.approx([0.11227722701226757, -0.01025075206754296, 0.2348052060920781], abs=2e-5)


def test_without_days_it_is_read_as_if_looked_at_for_ever() -> None:
    end = np.array([[[10_000, 1_000, 1_000], [10_000, 1_200, 1_200]]], float)
    (effect,) = told(trial(end, dated=False)).effects
    (once,) = told(trial(end, "fixed", dated=False)).effects
    assert (effect.data.high - effect.data.low) / (once.data.high - once.data.low) == pytest.approx(1.55, abs=0.05)


def test_several_arms_are_told_as_one_with_each_beside_it() -> None:
    answer = told(counts((9_000, 900), (9_000, 990), (9_000, 1_010)))
    (effect,) = answer.effects
    assert effect.data.mean == pytest.approx(0.111, abs=0.001)
    assert [name for name, _, _ in answer.model.seen[0].arms] == ["b", "c0"]
    apart = told(counts((9_000, 900), (9_000, 600), (9_000, 1_300)))
    assert "its arms differ" in apart.effects[0].doubts[0]
    assert apart.effects[0].serious == 1


def test_one_arm_of_many_that_do_nothing_is_rarely_called() -> None:
    """Five arms, nothing moved, 300 trials: any arm's 95 % interval without nothing in 5 % of them (+-2.5)."""
    rng = np.random.default_rng(6)
    called = 0
    for _ in range(300):
        did = rng.binomial(20_000, 0.1, 6)
        answer = told(counts(*((20_000, int(s)) for s in did), reading="fixed"))
        called += any(i.low > 0 or i.high < 0 for _, i, _ in answer.model.seen[0].arms)
    assert called / 300 == pytest.approx(0.05, abs=0.03)


# ---- when it refuses ----


def test_units_in_odd_shares_stop_the_reading() -> None:
    said = refused(counts((10_000, 1_000), (9_000, 1_200)))
    assert "10,000 : 9,000 where 50 % : 50 % was planned" in said.why
    assert "shares" in said.until
    answer = told(counts((10_000, 1_000), (9_000, 1_200)), counts((10_000, 1_000), (10_000, 1_100)))
    assert [key for key, _ in answer.refused] == ["r"]
    assert len(answer.effects) == 1


def test_an_arm_that_nobody_came_to_stops_the_reading() -> None:
    assert "9,000 : 0" in refused(counts((9_000, 100), (0, 0))).why


def test_too_few_are_no_effect() -> None:
    assert "units are in its arm" in refused(counts((20, 10), (20, 10))).why
    assert "3 in the control" in refused(counts((9_000, 3), (9_000, 30))).why
    assert (
        "nobody" in refused(counts((9_000, 0), (9_000, 0))).why
        or "0 in the control" in refused(counts((9_000, 0), (9_000, 0))).why
    )
    assert "all units but 4" in refused(counts((9_000, 8_998), (9_000, 8_998))).why
    same = table(np.full((2, 100, 1), 3.0))[None]
    assert "exactly the same" in refused(trial(same)).why


def test_a_ratio_of_which_hardly_anybody_could_be_part_is_refused() -> None:
    values = np.zeros((2, 5_000, 2))
    values[0, :6] = [1, 2]
    values[1, :4, 1] = 1
    assert "could have done it" in refused(trial(table(values)[None], ratio=True)).why


def test_something_that_everybody_stopped_doing_is_told() -> None:
    """500 of 10,000 in the control, none among the others: the interval is narrow, and has a width."""
    (effect,) = told(counts((10_000, 500), (10_000, 0))).effects
    assert -1 <= effect.data.low < effect.data.high < -0.95


def test_a_mean_near_zero_has_no_shares() -> None:
    y = np.random.default_rng(7).standard_normal((2, 500, 1)) + 0.02
    assert refused(trial(table(y)[None]))


def test_without_trials_it_says_what_to_bring() -> None:
    assert "by lot" in refused().until
    wrong = Refusal("r", why="none of its arms is called a control", until="name it")
    assert refused(wrong) is wrong


# ---- doubts ----


def test_arms_that_differed_before_are_doubted() -> None:
    rng = np.random.default_rng(8)
    x = rng.gamma(4, 1, (2, 2_000)) + np.array([0.0, 0.3])[:, None]
    values = np.stack([x + rng.gamma(4, 1, x.shape), x], -1)
    (effect,) = told(trial(table(values)[None], covariates=("before",))).effects
    assert "differed before" in effect.doubts[0]
    assert effect.serious == 1


def test_a_share_of_others_is_doubted() -> None:
    rng = np.random.default_rng(9)
    b = rng.poisson(4, (2, 3_000)) + np.array([1, 2])[:, None]
    values = np.stack([rng.binomial(b, 0.3), b], -1).astype(float)
    (effect,) = told(trial(table(values)[None], ratio=True)).effects
    assert "how many could do it moved" in effect.doubts[0]


def test_novelty_heavy_units_short_weeks_twice_and_early_ends_are_doubted() -> None:
    rng = np.random.default_rng(10)
    level = rng.gamma(3, 1, (2, 2_000))
    early = rng.poisson(level * np.array([1.0, 1.5])[:, None])
    halves = table(np.stack([early, rng.poisson(level)], -1).astype(float))
    base = table(rng.gamma(3, 1, (3, 2, 500, 1))).cumsum(axis=0)
    given = trial(base, "fixed", 28, halves=halves, each=7, heaviest=0.6, twice=40)
    (effect,) = told(given).effects
    said = " | ".join(effect.doubts)
    for word in ("in two arms", "only 3 days", "after 3 of 28 days", "fades", "60 % of an arm's squares"):
        assert word in said
    assert effect.serious == 1


def test_another_trial_that_changes_it_is_doubted() -> None:
    rng = np.random.default_rng(11)
    y = rng.gamma(4, 1, (2, 2, 800, 1))
    y[1, 1] *= 1.5
    cells = table(np.concatenate([y, np.zeros_like(y)], -1))
    given = trial(table(rng.gamma(4, 1, (8, 2, 200, 1))).cumsum(axis=0), crossings=(Crossing("other", cells),))
    assert "other changes its effect" in told(given).effects[0].doubts[0]


def test_trials_of_the_same_weeks_as_broken_ones_are_doubted() -> None:
    fair, broken = counts((9_000, 900), (9_000, 990)), counts((9_000, 900), (8_000, 990))
    answer = told(fair, broken, broken)
    assert "2 of 3 trials of the same weeks" in answer.effects[0].doubts[0]


# ---- many together ----


def test_the_best_of_many_is_taken_back_and_what_is_sure_stays() -> None:
    rng = np.random.default_rng(12)
    nothing = [counts(*((5_000, int(s)) for s in rng.binomial(5_000, 0.1, 2))) for _ in range(60)]
    sure = counts((50_000, 5_000), (50_000, 6_000))
    answer = shrink_trials([told(*nothing, sure)], {"m": 0.01})[0]
    best = max(answer.effects[:-1], key=lambda e: e.data.mean)
    assert best.data.mean > 0.08
    assert best.shrunk.mean < 0.3 * best.data.mean
    assert max(best.up, best.down) < 0.8
    assert answer.effects[-1].shrunk.mean == pytest.approx(0.2, abs=0.02)
    assert answer.effects[-1].up > 0.99


def test_shrinking_nothing_is_nothing() -> None:
    assert shrink_trials([], {}) == ()
