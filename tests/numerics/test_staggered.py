"""Group-time effects: equal to differences of means by hand, free of forbidden comparisons, and sure enough."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.numerics.staggered import Controls, Method, group_time
from madegood.numerics.staggered_sums import band, few, sensitivity, simple, summed

METHODS: tuple[Method, ...] = ("doubly robust", "regression", "weighting")
EXACT = 1e-9  # sums of floats, and Newton's steps to 1e-10
FEWER, MORE = 0.89, 0.995  # 300 runs of a 95 % interval: 95 % +- 3 standard errors is 91 to 99


def staged(seed: int, units: int = 40, times: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a level of each unit's own, in three groups and a fourth that is never treated; no effect."""
    rng = np.random.default_rng(seed)
    first = np.array([2.0, 3.0, 4.0, np.inf])[np.arange(units) % 4]
    return rng.normal(size=(units, 1)) + rng.normal(size=(units, times)), first


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(METHODS), st.sampled_from(["never", "not yet"]))
def test_without_covariates_each_effect_is_a_difference_of_two_differences(
    seed: int, method: Method, controls: Controls
) -> None:
    y, first = staged(seed)
    found = group_time(y, first, controls=controls, method=method)
    for g, t, att in zip(found.group, found.time, found.att, strict=True):
        base = g - 1 if t >= g else t - 1
        free = np.isinf(first) if controls == "never" else (first > max(t, base)) & (first != g)
        change = y[:, t] - y[:, base]
        assert att == pytest.approx(change[first == g].mean() - change[free].mean(), abs=EXACT)


def test_the_standard_error_without_covariates_is_that_of_two_means() -> None:
    y, first = staged(1)
    found = group_time(y, first)
    change = y[:, 2] - y[:, 1]
    at = int(np.flatnonzero((found.group == 2) & (found.time == 2))[0])
    by_hand = np.sqrt(sum(change[first == g].var() / (first == g).sum() for g in (2, np.inf)))
    assert found.se[at] == pytest.approx(by_hand, abs=EXACT)


@pytest.mark.parametrize("controls", ["never", "not yet"])
def test_effects_that_grow_are_not_mixed_into_those_treated_later(controls: Controls) -> None:
    """Two-way fixed effects go wrong here, even in sign (Goodman-Bacon 2021); here the truth is exact."""
    first = np.array([1.0, 1.0, 3.0, 3.0, np.inf, np.inf])
    age = np.maximum(np.arange(6) - first[:, None] + 1, 0)
    y = np.arange(6) * 0.5 + np.arange(6)[:, None] * 2.0 + np.where(np.isfinite(age), age, 0) ** 2
    told = summed(group_time(y, first, controls=controls), "event")
    assert told is not None
    later = told.at >= 0
    assert told.effect[later] == pytest.approx((told.at[later] + 1.0) ** 2, abs=EXACT)
    assert told.effect[~later] == pytest.approx(0.0, abs=EXACT)


def test_a_trend_that_goes_with_a_covariate_is_taken_out_by_each_method() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=4000)
    first = np.where(rng.uniform(size=4000) < 1 / (1 + np.exp(-0.8 * x)), 2.0, np.inf)
    y = np.outer(x, np.arange(4)) + rng.normal(size=(4000, 4)) + (np.arange(4) >= first[:, None]) * 1.0
    naive, *told = (
        simple(f) for f in (group_time(y, first), *(group_time(y, first, x[:, None], method=m) for m in METHODS))
    )
    assert naive is not None
    assert naive.overall > 1.5
    for one in told:
        assert one is not None
        assert abs(one.overall - 1) < 4 * one.overall_se < 0.4


def test_weights_count_as_so_many_units() -> None:
    y, first = staged(5)
    twice = np.concatenate([np.arange(40), np.arange(0, 40, 3)])
    weight = np.bincount(twice).astype(float)
    assert group_time(y, first, weight=weight).att == pytest.approx(group_time(y[twice], first[twice]).att, abs=EXACT)


def test_units_treated_from_the_beginning_and_gaps_are_not_used() -> None:
    y, first = staged(2)
    first[:4] = 0
    assert len(group_time(y, first).first) == 36
    y[5, 2] = np.nan
    with pytest.raises(ValueError, match="gaps"):
        group_time(y, first)


def test_without_anyone_untouched_there_is_nothing_to_sum() -> None:
    y, _ = staged(2)
    assert simple(group_time(y, np.full(40, 2.0))) is None
    assert summed(group_time(y, np.full(40, np.inf)), "event") is None


def test_sums_agree_with_each_other() -> None:
    y, first = staged(7)
    found = group_time(y, first)
    whole, groups = simple(found), summed(found, "group")
    assert whole is not None
    assert groups is not None
    counts = np.array([6 - g for g in groups.at])
    assert whole.overall == pytest.approx((groups.effect * counts).sum() / counts.sum(), abs=EXACT)
    for by in ("calendar", "event"):
        told = summed(found, by)
        assert told is not None
        assert told.overall == pytest.approx(told.effect[told.at >= 0].mean(), abs=EXACT)


def test_intervals_for_few_units_hold_where_large_sample_ones_do_not() -> None:
    few_held, large_held = [], []
    for seed in range(300):
        y, first = staged(seed, units=12)
        told = simple(group_time(y, first))
        assert told is not None
        ends = told.interval()
        assert ends is not None
        few_held.append(ends[0] < 0 < ends[1])
        large_held.append(abs(told.overall) < 1.96 * told.overall_se)
    assert FEWER < np.mean(few_held) <= MORE
    assert np.mean(large_held) < np.mean(few_held)


def test_a_group_of_one_has_no_interval() -> None:
    y, first = staged(1, units=9)
    told = simple(group_time(y, first))
    assert told is not None
    assert told.interval() is not None
    assert few(0.1, told.overall_influence[:4], first[:4]) is None


def test_a_band_holds_all_times_at_once_and_so_is_wider_than_each_interval() -> None:
    y, first = staged(4, units=200)
    told = summed(group_time(y, first), "event")
    assert told is not None
    low, high = band(told)
    assert ((high - low) / 2 > 1.96 * told.se).all()
    assert ((high - low) / 2 < 3.2 * told.se).all()  # Bonferroni over seven times would be 2.7


def test_what_a_broken_trend_would_do_grows_with_it() -> None:
    y, first = staged(6, units=400)
    y = y + (np.arange(6) >= first[:, None]) * 1.0
    told = summed(group_time(y, first), "event")
    assert told is not None
    none, some, more = (sensitivity(told, times) for times in (0.0, 0.5, 1.0))
    assert none is not None
    assert some is not None
    assert more is not None
    assert more.low < some.low < none.low
    at = sensitivity(told, none.breakdown)
    assert at is not None
    assert at.low == pytest.approx(0.0, abs=1e-9)
