"""The factor of several signals on made-up ones whose common course is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from madegood.numerics.trust import change, factor, filtered

Floats = NDArray[np.float64]
LOADINGS = np.array([0.2, 0.15, 0.25, 0.1, 0.2, 0.0])


def made(seed: int, course: Floats, loadings: Floats = LOADINGS, n: int = 3000) -> tuple[Floats, Floats]:
    """Logits of weekly shares of n customers, and their variances; each with an AR(1) error of its own."""
    rng = np.random.default_rng(seed)
    own = np.zeros((len(course), len(loadings)))
    for t in range(1, len(course)):
        own[t] = 0.8 * own[t - 1] + rng.normal(0, 0.05, len(loadings))
    p = 1 / (1 + np.exp(-(-1.5 + course[:, None] * loadings + own)))
    k = rng.binomial(n, p)
    return np.log((k + 0.5) / (n - k + 0.5)), 1 / (k + 0.5) + 1 / (n - k + 0.5)


def slow(seed: int, weeks: int = 104) -> Floats:
    rng = np.random.default_rng(seed)
    f = np.zeros(weeks)
    for t in range(1, weeks):
        f[t] = 0.97 * f[t - 1] + np.sqrt(1 - 0.97**2) * rng.standard_normal()
    return np.asarray((f - f.mean()) / f.std())


def test_the_common_course_is_found_with_a_band_that_holds_and_the_reliability_it_has() -> None:
    held, said, true = [], [], []
    for seed in range(3):
        f = slow(seed)
        found = factor(*made(seed + 50, f))
        r = float(np.corrcoef(found.index, f)[0, 1])
        assert r > 0.88
        assert found.agreement > 0.95
        held.append(np.mean((found.low <= f) & (f <= found.high)))
        said.append(found.reliability)
        true.append(r**2)
    assert 0.85 <= np.mean(held) <= 1
    assert np.mean(said) == pytest.approx(np.mean(true), abs=0.08)


def test_a_signal_that_carries_nothing_has_a_loading_that_reaches_nothing() -> None:
    found = factor(*made(51, slow(1)))
    assert found.loadings[-1, 1] == 0
    assert found.carries[-1] < 0.9
    assert (found.carries[:3] > 0.9).all()
    assert (found.loadings[:, 0] >= 0).all()


def test_signals_with_nothing_in_common_give_no_reliable_index() -> None:
    found = factor(*made(3, np.zeros(104)))
    assert found.reliability < 0.8
    assert (found.carries >= 0.9).sum() < 3


def test_signals_that_move_against_their_declared_direction_do_not_carry() -> None:
    y, variance = made(52, slow(2))
    y[:, 0] *= -1
    found = factor(y, variance)
    assert found.carries[0] < 0.5


def test_units_and_levels_of_the_signals_do_not_matter() -> None:
    y, variance = made(53, slow(3))
    scale = np.array([1.0, 10.0, 0.1, 3.0, 1.0, 7.0])
    one, other = factor(y, variance), factor(4 + y * scale, variance * scale**2)
    np.testing.assert_allclose(one.index, other.index, atol=1e-6)


def test_weeks_without_a_signal_are_gaps_and_widen_the_band_there() -> None:
    y, variance = made(54, slow(4))
    y[40:52] = np.nan
    found = factor(y, variance)
    assert np.isfinite(found.index).all()
    widths = found.high - found.low
    assert widths[44:48].mean() > 1.2 * np.delete(widths, np.arange(36, 56)).mean()


def test_the_same_signals_give_the_same_answer() -> None:
    y, variance = made(55, slow(5))
    assert (factor(y, variance).index == factor(y, variance).index).all()


def moved(passes: bool, weeks: int, size: float) -> Floats:
    f = slow(6, 92)
    f = np.concatenate([f[:66], np.full(26 + weeks, f[65])])
    since = np.arange(weeks)
    f[92:] += size * (0.5 ** (since / 3) if passes else 1.0)
    return f


def test_a_fall_that_stays_is_told_from_a_dip_that_passes() -> None:
    stays = change(factor(*made(56, moved(False, 12, -1.5))).model)
    dips = change(factor(*made(56, moved(True, 12, -1.5))).model)
    assert min(stays.lasting.fell, stays.held.fell) > 0.95
    assert stays.lasting.mean < -0.7
    assert min(dips.lasting.fell, dips.held.fell) < 0.95
    assert dips.lasting.mean > stays.lasting.mean + 0.5
    assert stays.total.mean == pytest.approx(stays.lasting.mean + stays.passing.mean, abs=1e-6)
    assert stays.total.low < stays.total.mean < stays.total.high


def test_a_fall_of_three_weeks_ago_is_not_yet_said_to_stay() -> None:
    new = change(factor(*made(56, moved(False, 3, -1.5))).model)
    assert new.held.fell < 0.95


def test_the_index_of_a_week_as_it_was_known_then_does_not_know_what_came_later() -> None:
    f = slow(7)
    y, variance = made(57, f)
    learnt = factor(y[:62], variance[:62]).model
    before = filtered(learnt, y, variance, False, 62)
    y[90:] += 5
    after = filtered(learnt, y, variance, False, 62)
    np.testing.assert_allclose(before[:28], after[:28])
    assert np.corrcoef(before, f[62:])[0, 1] > 0.6
