"""Counters read once a day: growth, spacing, zeros."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from madegood.numerics.counters import broken_zeros, glitches, growth, looks_cumulative, runs

flags = arrays(np.bool_, st.integers(0, 50))
totals = arrays(np.float64, st.integers(1, 50), elements=st.one_of(st.integers(0, 1000).map(float), st.just(np.nan)))


@given(flags)
def test_runs_are_the_flags_and_nothing_else(given_flags: np.ndarray) -> None:
    out = np.zeros(len(given_flags), dtype=bool)
    for first, last in runs(given_flags):
        assert not out[first : last + 1].any()
        out[first : last + 1] = True
    assert (out == given_flags).all()


@given(totals)
def test_growth_is_never_negative_and_never_larger_than_a_step(values: np.ndarray) -> None:
    grown, back = growth(values)
    known = grown[np.isfinite(grown)]
    assert (known >= 0).all() and not np.isfinite(grown[back]).any()
    readings = values[np.isfinite(values)]
    if len(known):
        assert known.max() <= np.diff(readings).max()


@given(arrays(np.float64, st.integers(1, 50), elements=st.integers(0, 100).map(float)))
def test_a_total_that_never_falls_has_no_glitches(flow: np.ndarray) -> None:
    assert not glitches(np.cumsum(flow)).any()


@given(totals)
def test_only_zeros_are_broken_zeros(values: np.ndarray) -> None:
    assert (values[broken_zeros(values)] == 0).all()


def test_a_growing_flow_is_no_running_total() -> None:
    rng = np.random.default_rng(1)
    grows = np.exp(np.arange(400) / 60)
    assert not looks_cumulative(rng.poisson(100 * grows).astype(float))
    assert looks_cumulative(np.cumsum(rng.poisson(grows)).astype(float))
