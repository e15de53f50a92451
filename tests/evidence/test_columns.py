"""The columns of the joint model: holidays, controls, segments, and days that are not certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.days import Window
from madegood.evidence.calendar import known_days, weekdays
from madegood.evidence.decompose import decompose
from madegood.evidence.designs.joint_series import JointSeries
from madegood.evidence.model import Decomposition, Estimate, Question
from madegood.evidence.question import controls, exposure
from madegood.evidence.record import with_record
from madegood.execution.model import Release, Rollout
from madegood.intent.model import KnownEvent, Metric, Strategy
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

FIRST = date(2025, 6, 1)
DAYS = 240


def ask(values: np.ndarray, *days: int, first: date = FIRST, name: str = "orders", **more: object) -> Question:
    releases = tuple(Release(f"v{d}", first + timedelta(days=d)) for d in days)
    on = first + timedelta(days=len(values) - 1)
    asked = Question(Metric(name), Measured(Series(name, first, values)), releases, (), on)
    return replace(asked, **more)  # type: ignore[arg-type]


def estimate(question: Question) -> Estimate:
    found = JointSeries().answers(question)
    assert isinstance(found, Estimate), found
    return found


def measured(name: str, values: np.ndarray, segment: str = "") -> Measured:
    return Measured(Series(name, FIRST, values, segment=segment))


def half(found: Estimate, i: int = 0) -> float:
    """Half the width of an effect's interval."""
    return (found.effects[i].data.high - found.effects[i].data.low) / 2


# ---- days that are not certain -------------------------------------------------------------------------------


@given(st.integers(0, 9), st.integers(0, 40))
def test_an_uncertain_day_is_met_as_its_possible_days_are_on_average(off: int, at: int) -> None:
    release = Release("a", FIRST + timedelta(days=at), uncertain=off)
    each = [exposure(Release("a", FIRST + timedelta(days=at + s)), FIRST, 50) for s in range(-off, off + 1)]
    assert exposure(release, FIRST, 50) == pytest.approx(np.mean(each, axis=0))


def test_an_uncertain_rollout_keeps_its_stages() -> None:
    stages = (Rollout(FIRST + timedelta(days=10), "", 0.5), Rollout(FIRST + timedelta(days=30), "", 1.0))
    met = exposure(Release("a", FIRST, rollouts=stages, uncertain=2), FIRST, 50)
    assert met[20] == pytest.approx(0.5) and met[49] == pytest.approx(1.0)
    assert met[8] == pytest.approx(0.1) and (np.diff(met) >= -1e-12).all()


def test_a_step_some_days_off_is_not_underestimated_where_the_day_is_said_to_be_unsure() -> None:
    said, sharp = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        values = np.round(1000 * np.exp(np.cumsum(rng.normal(0, 0.004, 200)) + 0.03 * rng.normal(size=200)))
        values[120 + (3 if seed % 2 else -3) :] *= 1.3
        exact = ask(values, 120)
        unsure = replace(exact, releases=(replace(exact.releases[0], uncertain=3),))
        sharp.append(estimate(exact).effects[0].data.mean)
        found = estimate(unsure)
        said.append(found.effects[0].data.mean)
        assert any("not certain" in note for note in found.notes)
    assert abs(np.mean(said) - 0.3) < 0.02 and np.mean(sharp) < np.mean(said)


# ---- holidays ------------------------------------------------------------------------------------------------


def rested(seed: int, codes: tuple[str, ...]) -> Question:
    """Two years of a metric that halves on holidays and from Christmas on, with a release amid them."""
    rng = np.random.default_rng(seed)
    question = ask(np.ones(730), 400, 700, first=date(2024, 1, 1), holidays=("US",))
    part = Window(date(2024, 1, 1), date(2025, 12, 30))
    off = known_days(question, part, 1, np.ones(730, bool)).max(axis=1) > 0
    values = np.round(1000 * np.exp(np.cumsum(rng.normal(0, 0.004, 730)) + 0.04 * rng.normal(size=730) - 0.7 * off))
    return ask(values, 400, 700, first=date(2024, 1, 1), holidays=codes)


def test_holidays_that_are_known_narrow_the_interval_and_are_told() -> None:
    known, unknown = estimate(rested(1, ("US",))), estimate(rested(1, ()))
    assert half(known) < half(unknown)
    assert any("11 public holidays of US" in note for note in known.notes)
    assert not any("holiday" in note for note in unknown.notes)


def test_holidays_are_known_events_in_the_parts() -> None:
    found = with_record([estimate(rested(2, ("US",)))], {"orders": 0.01})[0]
    before, after = Window(date(2025, 8, 4), date(2025, 8, 31)), Window(date(2025, 12, 3), date(2025, 12, 30))
    parts = decompose(found, before, after)
    assert isinstance(parts, Decomposition)
    assert parts.known.high < -0.1 * parts.start  # 7 of 28 days at half
    total = parts.made_good.mean + parts.drift.mean + parts.known.mean + parts.noise.mean
    assert total == pytest.approx(parts.change)


def test_a_release_that_only_holidays_have_seen_waits() -> None:
    values = np.random.default_rng(0).poisson(500, 209).astype(float)  # up to 26 Dec 2025
    found = estimate(ask(values, 100, 206, 207, 208, holidays=("US", "DE")))
    told = {key for e in found.effects for key in e.releases}
    left = {key: one for one in found.model.left for key in one.releases}
    assert told | set(left) == {"v100", "v206", "v207", "v208"} and "v100" in told
    assert left and all("readable from" in one.refusal.until for one in left.values())
    assert all(abs(e.data.mean) < 1 and e.data.high < 5 for e in found.effects)


@given(st.integers(0, 360), st.integers(60, 200), st.lists(st.integers(0, 199), max_size=6), st.integers(0, 99))
def test_no_column_says_what_others_say_together(start: int, days: int, events: list[int], seed: int) -> None:
    first = date(2025, 1, 1) + timedelta(days=start)
    day = [first + timedelta(days=e) for e in events]
    known = np.random.default_rng(seed).random(days) > 0.2
    lasting = tuple(KnownEvent(d, d + timedelta(days=i % 4), f"e{i}") for i, d in enumerate(day))
    question = ask(np.ones(days), first=first, known=lasting, holidays=("US", "DE-BY"))
    part = Window(first, first + timedelta(days=days - 1))
    columns = np.column_stack([weekdays(part, 1, known), known_days(question, part, 1, known)])
    assert np.linalg.matrix_rank(columns[known], tol=1e-7) == columns.shape[1]


def test_weeks_know_no_holidays() -> None:
    question = ask(np.ones(70), holidays=("US",))
    part = Window(FIRST, FIRST + timedelta(days=69))
    assert known_days(question, part, 7, np.ones(10, bool)).shape == (10, 0)


# ---- controls ------------------------------------------------------------------------------------------------


def drifting(seed: int, days: int = DAYS) -> tuple[np.ndarray, np.ndarray]:
    """A metric whose 20th week on lies 10 % higher, and one that drifts with it."""
    rng = np.random.default_rng(seed)
    drift = np.cumsum(rng.normal(0, 0.012, days))
    one, other = (np.round(1000 * np.exp(drift + 0.03 * rng.normal(size=days))) for _ in range(2))
    one[140:] *= 1.1
    return one, other


def test_a_control_that_drifts_with_the_metric_narrows_its_intervals() -> None:
    one, other = drifting(1)
    alone = estimate(ask(one, 60, 140))
    beside = estimate(ask(one, 60, 140, controls=(measured("visits", other),)))
    assert half(beside, 1) < 0.8 * half(alone, 1)
    assert beside.effects[1].data.low < 0.1 < beside.effects[1].data.high
    assert (alone.grade, beside.grade, beside.effects[0].grade) == ("C", "B", "B")
    assert any("visits, which none of these releases can touch, narrows the intervals by" in n for n in beside.notes)


def test_intervals_with_controls_hold_what_was_planted() -> None:
    inside = []
    for seed in range(25):
        one, other = drifting(seed + 50)
        effect = estimate(ask(one, 140, controls=(measured("visits", other),))).effects[0]
        inside.append(effect.data.low <= 0.1 <= effect.data.high)
    assert np.mean(inside) >= 0.8  # 25 draws of 95 %, three standard errors


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda v: 1e6 / v, "does not move the same way"),
        (lambda v: np.where(np.arange(DAYS) >= 140, v * 1.8, v), "moved itself when v140 came"),
        (lambda v: np.where(np.arange(DAYS) >= 100, np.nan, v), "is known on 42% of the days"),
        (lambda v: np.where(np.arange(DAYS) >= 230, np.nan, v), "10 days of it are missing in a row"),
        (lambda v: np.full(DAYS, np.nan), "0 known days"),
        (lambda v: np.full(DAYS, 7.0), "says the same as the day before"),
    ],
    ids=["against", "touched", "short", "ends early", "empty", "dead"],
)
def test_what_is_no_control_is_left_out_and_told(spoil: object, says: str) -> None:
    one, other = drifting(2)
    alone = estimate(ask(one, 60, 140))
    beside = estimate(ask(one, 60, 140, controls=(measured("visits", spoil(other)),)))  # type: ignore[operator]
    assert any(note.startswith("visits is no control here") and says in note for note in beside.notes)
    assert beside.effects == alone.effects and beside.grade == "C"


def test_a_control_may_begin_earlier_and_miss_single_days() -> None:
    one, other = drifting(1, 300)
    late = Measured(Series("orders", FIRST + timedelta(days=60), one[60:]))
    holed = other.copy()
    holed[90:200:11] = np.nan
    question = replace(ask(one, 140), measured=late, controls=(measured("visits", holed),))
    assert estimate(question).effects[0].grade == "B"


def test_metrics_that_are_read_in_weeks_have_controls_too() -> None:
    rng = np.random.default_rng(6)
    drift = np.cumsum(rng.normal(0, 0.05, 700))
    rare = rng.poisson(1.2 * np.exp(drift - drift.mean())).astype(float)
    often = np.round(3000 * np.exp(drift + 0.02 * rng.normal(size=700)))
    found = estimate(ask(rare, 350, controls=(measured("visits", often),)))
    assert any("read in weeks" in note for note in found.notes)
    assert any(note.startswith("visits, which none") for note in found.notes)


def test_few_days_carry_no_controls() -> None:
    one, other = drifting(1, 70)
    found = estimate(ask(one, 40, controls=(measured("visits", other),)))
    assert any("it takes 84 to see" in note for note in found.notes)


def test_a_control_of_nothing_but_noise_changes_nothing() -> None:
    one, _ = drifting(3)
    noise = np.random.default_rng(9).poisson(900, DAYS).astype(float)
    beside = estimate(ask(one, 60, 140, controls=(measured("noise", noise),)))
    assert beside.effects == estimate(ask(one, 60, 140)).effects


def test_what_controls_share_is_drift() -> None:
    one, other = drifting(4)
    found = with_record([estimate(ask(one, 140, controls=(measured("visits", other),)))], {"orders": 0.01})[0]
    parts = decompose(found, Window(FIRST, FIRST + timedelta(days=27)), Window.ending(found.window.last, 28))
    assert isinstance(parts, Decomposition)
    drifted = 1000 * (np.exp(np.log(other[-28:]).mean()) - np.exp(np.log(other[:28]).mean())) / 1000
    assert parts.drift.low < drifted * 1.1 and parts.drift.mean == pytest.approx(drifted, abs=0.1 * parts.start)


def test_controls_are_those_that_no_release_of_the_metric_can_touch() -> None:
    series = {name: measured(name, np.ones(3)) for name in ("a", "web", "own", "both", "named")}
    all_of = (
        Metric("a", product=("android",), controls=("named", "own", "a", "gone", "bad")),
        Metric("web", product=("web",)),
        Metric("own", product=("android",)),
        Metric("both", product=("web", "android")),
        Metric("named"),
        Metric("bad"),
    )
    known: dict[str, Measured | Refusal] = {**series, "bad": Refusal("bad", why="-", until="-")}
    found = controls(all_of[0], Strategy(metrics=all_of), known)
    assert [c.series.metric for c in found] == ["named", "web"]
    assert controls(all_of[4], Strategy(metrics=all_of), known) == ()


# ---- segments ------------------------------------------------------------------------------------------------


def split(seed: int, wild: float, shared: float = 0.0) -> tuple[np.ndarray, list[np.ndarray]]:
    """A whole and its three segments, one of them with much more noise; +10 % for all from day 140."""
    rng = np.random.default_rng(seed)
    drift = np.cumsum(rng.normal(0, shared, DAYS))
    parts = []
    for k in (wild, 1.0, 1.0):
        own = np.cumsum(rng.normal(0, 0.006 * k, DAYS)) + 0.03 * k * rng.normal(size=DAYS)
        parts.append(np.round(1000 * np.exp(drift + own + 0.095 * (np.arange(DAYS) >= 140))))
    return np.sum(parts, axis=0), parts


def test_calm_segments_speak_for_a_wild_one_too() -> None:
    whole, parts = split(3, wild=6.0)
    alone = estimate(ask(whole, 60, 140))
    each = tuple(measured("orders", p, f"s{i}") for i, p in enumerate(parts))
    pooled = estimate(ask(whole, 60, 140, parts=each))
    assert half(pooled, 1) < 0.9 * half(alone, 1)
    assert pooled.effects[1].data.low < 0.1 < pooled.effects[1].data.high
    assert any("from 3 segments" in note for note in pooled.notes)


@pytest.mark.parametrize("why", ["one", "half of the whole", "staged", "weeks", "one drift"])
def test_segments_that_do_not_help_or_do_not_make_up_the_whole_are_left_alone(why: str) -> None:
    whole, parts = split(2, wild=1.0 if why == "one drift" else 6.0, shared=0.03 if why == "one drift" else 0.0)
    each = tuple(measured("orders", p, f"s{i}") for i, p in enumerate(parts))
    question = ask(whole, 60, 140)
    if why == "one":
        each = each[:1]
    elif why == "half of the whole":
        each = tuple(measured("orders", np.round(p / 2), f"s{i}") for i, p in enumerate(parts))
    elif why == "weeks":
        each = tuple(measured("orders", np.round(p / 1000), f"s{i}") for i, p in enumerate(parts))
    elif why == "staged":
        stage = (Rollout(question.releases[1].day, "s1", 1.0),)
        question = replace(question, releases=(question.releases[0], replace(question.releases[1], rollouts=stage)))
    assert estimate(replace(question, parts=each)).effects == estimate(question).effects


# ---- shares of few -------------------------------------------------------------------------------------------


def test_days_of_few_people_count_for_less() -> None:
    rng = np.random.default_rng(4)
    people = np.where(np.arange(DAYS) % 7 >= 5, 40.0, 600.0)
    share = rng.binomial(people.astype(int), 0.3 * np.exp(0.1 * (np.arange(DAYS) >= 140))) / people
    known = Measured(Series("orders", FIRST, share, "rate", people))
    alike = Measured(Series("orders", FIRST, share, "rate", np.full(DAYS, 440.0)))
    counted, plain = (estimate(replace(ask(share, 140), measured=m)) for m in (known, alike))
    assert half(counted) < half(plain)
    assert any("days of few people" in note for note in counted.notes)
    assert counted.effects[0].data.low < np.exp(0.1) - 1 < counted.effects[0].data.high
