"""Units in the planned shares, or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from madegood.numerics.sample_ratio import e_value, p_value

counts = st.lists(st.integers(0, 100_000), min_size=2, max_size=5).filter(sum)


@given(counts)
def test_the_p_value_is_pearsons(n: list[int]) -> None:
    share = np.full((1, len(n)), 1 / len(n))
    assert float(p_value(np.array([n]), share)[0]) == pytest.approx(chisquare(n).pvalue, abs=1e-9)


def test_a_broken_draw_gives_evidence_and_a_fair_one_none() -> None:
    assert e_value(np.array([[5_000, 5_000]]), np.array([[0.5, 0.5]]))[0] < 1
    assert e_value(np.array([[5_400, 5_000]]), np.array([[0.5, 0.5]]))[0] > 100
    assert e_value(np.array([[9_000, 1_000]]), np.array([[0.9, 0.1]]))[0] < 1
    assert e_value(np.array([[9_000, 1_000]]), np.array([[0.5, 0.5]]))[0] > 1e100


def test_looking_every_day_hardly_ever_stops_a_fair_draw() -> None:
    """2,000 fair experiments of 28 days: an e-value above 20 in one of twenty at most, above 1,000 in hardly any."""
    rng = np.random.default_rng(7)
    daily = rng.binomial(400, 0.5, (2_000, 28)).cumsum(axis=1)
    whole = 400 * np.arange(1, 29)
    share = np.full((2_000, 2), 0.5)
    top = np.max([e_value(np.stack([daily[:, d], whole[d] - daily[:, d]], 1), share) for d in range(28)], axis=0)
    assert (top > 20).mean() < 0.05
    assert (top > 1000).mean() < 0.002


@given(counts, st.randoms())
def test_the_order_of_the_arms_does_not_matter(n: list[int], random: object) -> None:
    order = np.random.default_rng(0).permutation(len(n))
    share = np.arange(1, len(n) + 1) / sum(range(1, len(n) + 1))
    one, other = e_value(np.array([n]), share[None]), e_value(np.array([n])[:, order], share[None, order])
    assert np.log(one[0]) == pytest.approx(np.log(other[0]), abs=1e-6)
