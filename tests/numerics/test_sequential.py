"""Bounds for many looks: published figures, laws, and motions that are looked at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from madegood.numerics.sequential import Floats, after, mixture, once, spending, spent

SEED = 20261123
#: 40,000 motions: a chance of .05 is known to +-.0022 (two standard errors).
MOTIONS, NEAR = 40_000, 0.0035


def last(info: list[float], alpha: float = 0.05, power: float = 1.0) -> float:
    time = np.arange(1, len(info) + 1) / len(info)
    return float(spending(np.array([info]), spent(time, alpha, power)[None])[0])


def test_one_look_is_the_normal_quantile() -> None:
    assert last([3.0]) == pytest.approx(1.959964, abs=1e-6) == pytest.approx(float(once(0.05)), abs=1e-6)


@pytest.mark.parametrize(
    ("spend", "want"),
    [
        (lambda t: 0.05 * t, [2.58, 2.49, 2.41, 2.34, 2.28]),
        (lambda t: 4 * ndtr(ndtri(0.0125) / np.sqrt(t)), [4.88, 3.36, 2.68, 2.29, 2.03]),
        (lambda t: 0.05 * np.log(1 + (np.e - 1) * t), [2.44, 2.43, 2.41, 2.40, 2.39]),
    ],
    ids=["linear", "like O'Brien and Fleming", "like Pocock"],
)
def test_bounds_are_as_published(spend: Callable[[Floats], Floats], want: list[float]) -> None:
    """Five even looks, alpha .05 on two sides: DeMets and Lan 1994, Statistics in Medicine 13, table I."""
    looks = [np.arange(1, k + 1) / 5 for k in range(1, 6)]
    assert [float(spending(t[None], spend(t)[None])[0]) for t in looks] == pytest.approx(want, abs=0.0065)


def test_bounds_of_pocock_use_up_what_they_should() -> None:
    """Constant bounds of 2.413 at five even looks use up .05 (Pocock 1977): spending as much gives them back."""
    rng = np.random.default_rng(SEED)
    motion = np.cumsum(rng.standard_normal((400_000, 5)), axis=1) / np.sqrt(np.arange(1, 6))
    gone = np.maximum.accumulate(np.abs(motion) > 2.413, axis=1).mean(axis=0)
    assert gone[-1] == pytest.approx(0.05, abs=0.0012)
    assert float(spending(np.arange(1.0, 6)[None], gone[None])[0]) == pytest.approx(2.413, abs=0.03)


@pytest.mark.parametrize("parts", ["even", "random", "few at the end", "growing"])
def test_a_motion_leaves_the_bounds_as_often_as_may_be(parts: str) -> None:
    rng = np.random.default_rng(SEED)
    steps = {
        "even": np.ones(28), "random": rng.gamma(1, 1, 28), "few at the end": np.r_[1, np.full(27, 0.01)],
        "growing": 1.2 ** np.arange(28),
    }[parts]  # fmt: skip
    info, time = np.cumsum(steps), np.arange(1, 29) / 28
    paths = np.array([np.pad(info[: k + 1], (27 - k, 0)) for k in range(28)])
    spends = np.array([np.pad(spent(time[: k + 1]), (27 - k, 0)) for k in range(28)])
    bounds = spending(paths, spends)
    motion = np.cumsum(rng.standard_normal((MOTIONS, 28)) * np.sqrt(steps), axis=1) / np.sqrt(info)
    assert (np.abs(motion) > bounds).any(axis=1).mean() == pytest.approx(0.05, abs=NEAR)


def test_four_weeks_of_daily_looks_cost_a_seventh_of_the_width() -> None:
    assert last([1.0] * 1 + list(range(2, 29)), power=2.0) / 1.959964 == pytest.approx(1.142, abs=2e-3)


@given(st.floats(0.01, 100), st.floats(1e-4, 0.3))
def test_a_mixture_is_wider_than_one_look_and_narrowest_where_it_was_tuned(at: float, alpha: float) -> None:
    here = float(mixture(np.array(at), at, alpha))
    assert here > float(once(alpha))
    widths = [float(mixture(np.array(at), tuned, alpha)) for tuned in (at / 1.3, at, at * 1.3)]
    assert widths[1] <= min(widths[0], widths[2]) * 1.001  # eq. 163 is a close approximation of the best


def test_bounds_after_a_plan_hold_for_ever() -> None:
    rng = np.random.default_rng(SEED)
    looks = np.geomspace(1, 1000, 400)
    steps = np.sqrt(np.diff(looks, prepend=0))
    left = np.zeros(20_000, bool)
    motion = np.zeros(20_000)
    bound = after(looks, 1.0, 0.05)
    for k in range(len(looks)):
        motion += rng.standard_normal(20_000) * steps[k]
        left |= np.abs(motion) / np.sqrt(looks[k]) > bound[k]
    assert 0.02 < left.mean() < 0.05  # .05 over all time, looks between and after included


@given(st.lists(st.floats(0.01, 5), min_size=2, max_size=12))
def test_looking_never_makes_an_interval_narrower(parts: list[float]) -> None:
    assert last(list(np.cumsum(parts))) >= 1.9599
