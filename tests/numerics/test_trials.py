"""Arms from sums alone: laws, numbers of other programs, and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from madegood.numerics import trials
from madegood.numerics.sequential import mixture
from madegood.numerics.trials import (
    Floats,
    change,
    crossed,
    dunnett,
    fieller,
    holm,
    lift,
    moments,
    pairs,
    softened,
    welch,
)

#: gbstats 0.8.0, TwoSidedTTest: (table of both arms, relative (estimate, low, high), absolute (estimate, low, high)).
PEER: dict[str, tuple[list[list[float]], list[float], list[float]]] = {
    "mean": (
        [[1203, 4141.39539466003, 18063.292737388503], [1187, 4287.909954985991, 19325.32210220953]],
        [0.049334299585178154, 0.006619938127388869, 0.09204866104296744],
        [0.16983611064076065, 0.026311429985430373, 0.31336079129609096],
    ),
    "proportion": (
        [[5210, 537, 537], [5190, 595, 595]],
        [0.11227722701226757, -0.01025075206754296, 0.2348052060920781],
        [0.011572528004911264, -0.0003992818772035299, 0.02354433788702606],
    ),
    "ratio": (
        [[1203, 1457, 4882, 2993, 6908, 23504], [1187, 1568, 4765, 3466, 7408, 22573]],
        [0.10260860296675385, 0.0386374821428446, 0.1665797237906631],
        [0.03062284607180671, 0.01243107617901807, 0.04881461596459535],
    ),
    "covariate": (
        [
            [1203, 4183.830083883454, 2398.953671567372, 18224.91711521289, 9983.53575634418, 6959.299769649547],
            [1187, 4199.855363694479, 2420.4351778983937, 18855.821638419584, 10283.95089052107, 7400.1571919352],
        ],
        [0.007993460528757086, -0.026456680593206612, 0.04244360165072079],
        [0.027799900776848574, -0.09105994719601604, 0.1466597487497132],
    ),
}


def table(values: Floats) -> Floats:
    """(..., units, k) -> (..., columns)."""
    rows, cols = pairs(values.shape[-1])
    n = np.full((*values.shape[:-2], 1), values.shape[-2], float)
    products = np.stack([(values[..., i] * values[..., j]).sum(-1) for i, j in zip(rows, cols, strict=True)], -1)
    return np.concatenate([n, values.sum(-2), products], axis=-1)


@pytest.mark.parametrize("kind", PEER)
def test_numbers_are_those_of_a_peer(kind: str) -> None:
    arms, relative, absolute = PEER[kind]
    told = lift(np.array(arms, float)[None, None], kind == "ratio", kind == "proportion")
    times = welch(told.freedom)[0]
    share, se = told.share[0], told.share_se[0]
    assert [share, share - times * se, share + times * se] == pytest.approx(relative, abs=1e-9)
    gap, wide = told.difference[0], times * told.difference_se[0]
    assert [gap, gap - wide, gap + wide] == pytest.approx(absolute, abs=1e-9)


@pytest.mark.parametrize(
    ("arms", "proportion", "difference", "high"),
    [
        ([[20012, 50234.5, 301234.0], [19876, 51876.25, 325678.0]], False, 0.09977559700846861, 0.15919239587912032),
        ([[20012, 1023, 1023], [19876, 1101, 1101]], True, 0.0042741109208493805, 0.008681383175210297),
    ],
)
def test_differences_are_those_of_another_peer(
    arms: list[list[float]], proportion: bool, difference: float, high: float
) -> None:
    """spotify-confidence 4.1.0, ZTest, absolute: 95 % by the normal law. (Its shares take the control as known.)"""
    told = lift(np.array(arms, float)[None, None], False, proportion)
    assert told.difference[0] == pytest.approx(difference, abs=1e-12)
    assert told.difference[0] + 1.959963984540054 * told.difference_se[0] == pytest.approx(high, abs=1e-12)


def test_an_anytime_interval_is_that_of_a_peer() -> None:
    """gbstats 0.8.0, SequentialTwoSidedTTest, tuning parameter 5000."""
    told = lift(np.array(PEER["mean"][0], float)[None, None])
    wide = mixture(np.array(2390.0), 5000.0) * told.share_se[0]
    assert told.share[0] - wide == pytest.approx(-0.017984480408007847, abs=1e-9)
    assert told.share[0] + wide == pytest.approx(0.11665307957836415, abs=1e-9)


@given(arrays(float, (2, 40, 3), elements=st.floats(-50, 50)))
def test_moments_are_numpys(values: Floats) -> None:
    seen = moments(table(values))
    assert seen.means == pytest.approx(values.mean(axis=1), abs=1e-9)
    for arm in (0, 1):
        assert seen.covariance[arm] == pytest.approx(np.cov(values[arm].T), abs=1e-7)


@given(st.floats(0.1, 100), st.integers(0, 2**32 - 1))
def test_the_share_does_not_depend_on_the_unit(times: float, seed: int) -> None:
    y = np.random.default_rng(seed).gamma(2, 1, (2, 50, 1)) + 0.1
    one, other = lift(table(y)[None, None]), lift(table(y * times)[None, None])
    assert other.share == pytest.approx(one.share, rel=1e-6, abs=1e-9)
    assert other.share_se == pytest.approx(one.share_se, rel=1e-6)


def test_a_covariate_takes_away_what_theory_says() -> None:
    """Variance left is 1 - rho^2, within two in a hundred, in 300 experiments of 2,000 units."""
    rng = np.random.default_rng(5)
    for rho in (0.3, 0.7, 0.9):
        x = rng.standard_normal((300, 2, 1_000))
        y = 10 + rho * x + np.sqrt(1 - rho**2) * rng.standard_normal(x.shape)
        told = lift(table(np.stack([y, x + 4], -1))[:, None])
        assert told.kept.mean() == pytest.approx(1 - rho**2, rel=0.02)
        assert 0.91 < (np.abs(told.difference) < 1.96 * told.difference_se).mean() < 0.985


def test_several_covariates_are_a_regression() -> None:
    """The difference is that of an ordinary regression on pooled slopes, worked out from rows."""
    rng = np.random.default_rng(6)
    x = rng.standard_normal((2, 200, 2)) @ np.array([[1.0, 0.4], [0.0, 1.0]])
    y = x @ np.array([0.5, -0.3]) + rng.standard_normal((2, 200)) + 3
    told = lift(table(np.concatenate([y[..., None], x], -1))[None, None])
    whole, out = x.reshape(-1, 2), y.reshape(-1)
    slope = np.linalg.lstsq(whole - whole.mean(0), out - out.mean(), rcond=None)[0]
    want = (y[1] - x[1] @ slope).mean() - (y[0] - x[0] @ slope).mean()
    assert told.difference[0] == pytest.approx(want, abs=1e-12)


def test_a_covariate_said_twice_changes_nothing() -> None:
    rng = np.random.default_rng(7)
    x, e = rng.standard_normal((2, 300, 1)), rng.standard_normal((2, 300, 1))
    once, twice = (lift(table(np.concatenate([5 + x + e, *([x] * n)], -1))[None, None]) for n in (1, 2))
    assert twice.share == pytest.approx(once.share, abs=1e-9)
    assert twice.share_se == pytest.approx(once.share_se, abs=1e-9)


def test_strata_that_differ_no_longer_count_as_noise() -> None:
    rng = np.random.default_rng(8)
    y = rng.standard_normal((400, 2, 2, 200, 1)) + np.array([5.0, 15.0])[:, None, None, None]
    by, whole = lift(table(y)), lift(table(y).sum(axis=1, keepdims=True))
    assert by.difference_se.mean() < 0.3 * whole.difference_se.mean()
    assert 0.92 < (np.abs(by.difference) < 1.96 * by.difference_se).mean() < 0.98


def test_fielder_ends_hold_far_out_where_symmetric_ones_do_not() -> None:
    """50 against 50 successes, 200,000 times, 3 standard errors: .0027 should lie outside."""
    rng = np.random.default_rng(9)
    did = rng.binomial(10_000, 0.005, (200_000, 2)).astype(float)
    told = lift(np.stack([np.full_like(did, 10_000), did, did], -1)[:, None])
    low, high = fieller(told, 3.0)
    outside = ((low > 0) | (high < 0)).mean()
    assert outside == pytest.approx(0.0027, abs=0.0006)
    assert (np.abs(told.share) > 3 * told.share_se).mean() > 2 * outside


def test_fieller_ends_with_a_covariate_hold() -> None:
    rng = np.random.default_rng(10)
    x = rng.gamma(2, 1, (3_000, 2, 100))
    y = (0.5 * x + rng.gamma(2, 0.5, x.shape)) * np.array([1.0, 1.3])[:, None]
    low, high = fieller(lift(table(np.stack([y, x], -1))[:, None]), 1.96)
    assert ((low < 0.3) & (high > 0.3)).mean() == pytest.approx(0.95, abs=0.012)


def test_an_interval_has_no_end_where_the_control_is_not_clear_of_zero() -> None:
    told = lift(np.array([[100, 2, 2], [100, 5, 5]], float)[None, None])
    assert np.isnan(fieller(told, 1.96)).all()


def test_softening_adds_a_success_and_a_failure() -> None:
    assert softened(np.array([100.0, 0.0, 0.0])).tolist() == [102, 1, 1]


def test_an_effect_that_fades_is_seen_and_one_that_stays_is_not() -> None:
    rng = np.random.default_rng(11)
    level = rng.gamma(3, 1, (500, 2, 400))
    early = rng.poisson(level * np.array([1.0, 1.4])[:, None])
    late = rng.poisson(level)
    same = rng.poisson(level * np.array([1.0, 1.4])[:, None])
    faded, se = change(table(np.stack([early, late], -1).astype(float)))
    assert faded.mean() == pytest.approx(-0.4, abs=0.02)
    stays, se = change(table(np.stack([early, same], -1).astype(float)))
    assert (np.abs(stays) < 1.96 * se).mean() == pytest.approx(0.95, abs=0.03)


def test_two_experiments_that_change_each_other_are_seen() -> None:
    rng = np.random.default_rng(12)
    y = rng.gamma(4, 1, (400, 2, 2, 300, 1))
    none, se = crossed(table(y))
    assert (np.abs(none) < 1.96 * se).mean() == pytest.approx(0.95, abs=0.03)
    y[:, 1, 1] *= 1.3
    assert crossed(table(y))[0].mean() == pytest.approx(0.3, abs=0.02)


def test_dunnetts_multiplier_is_as_published() -> None:
    """Two-sided .05, many degrees of freedom, equal arms: 2.21 of two, 2.35 of three, 2.51 of five (Dunnett 1964)."""
    for arms, want in ((1, 1.960), (2, 2.212), (3, 2.349), (5, 2.511)):
        assert dunnett(np.full(arms, np.sqrt(0.5))) == pytest.approx(want, abs=2e-3)


def test_holm_is_as_published() -> None:
    assert holm(np.array([0.01, 0.04, 0.03])).tolist() == pytest.approx([0.03, 0.06, 0.06])


def test_ten_thousand_experiments_take_less_than_a_second() -> None:
    import time

    cells = np.tile(np.array([[1000, 100, 100], [1000, 110, 110]], float), (10_000, 1, 1, 1))
    start = time.process_time()
    trials.lift(cells)
    assert time.process_time() - start < 1
