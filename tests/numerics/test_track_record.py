"""Shrinking toward what the team's releases usually do."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.track_record import (
    BASE,
    BURN,
    CHAINS,
    PSEUDO,
    SHOCK,
    SHOCK_WEIGHT,
    SWEEPS,
    TAU,
    shrink,
)

SE = 0.03


def block(estimates: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(estimates), SE**2 * np.eye(len(estimates))


def test_small_estimates_shrink_almost_to_nothing_and_large_ones_little() -> None:
    draws = shrink([block([0.03, 0.5])])[0]
    assert abs(draws[:, 0].mean()) < 0.01
    assert draws[:, 1].mean() > 0.35 and (draws[:, 1] > 0.01).mean() > 0.9


def test_the_same_seed_gives_the_same_draws() -> None:
    first, again = (shrink([block([0.1, -0.02]), block([0.0])]) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert first[0].shape == (CHAINS * SWEEPS, 2) and BURN > 0


def test_a_team_whose_releases_move_things_is_believed_more() -> None:
    rng = np.random.default_rng(1)
    mover = shrink([block([0.12]), block(rng.choice([-0.2, 0.2], 30).tolist())])[0]
    idle = shrink([block([0.12]), block(rng.normal(0, SE, 30).tolist())])[0]
    assert mover[:, 0].mean() > idle[:, 0].mean() + 0.02


def test_blocks_come_back_in_the_order_in_which_they_were_given() -> None:
    draws = shrink([block([]), block([0.0]), block([0.0, 0.5, 0.0])])
    assert [d.shape[1] for d in draws] == [0, 1, 3]
    assert draws[2][:, 1].mean() > 0.3 and abs(draws[1].mean()) < 0.02


def test_no_estimates_give_no_draws() -> None:
    assert shrink([]) == []


def test_chances_mean_what_they_say() -> None:
    """One effect in five real, errors as calibrated: of those called with p, p are on that side and beyond 1 %."""
    rng, se = np.random.default_rng(7), 0.01
    true = np.where(rng.random(400) < 0.8, 0.0, rng.normal(0, 0.1, 400))
    seen = true + se * rng.standard_t(5.5, 400)
    draws = shrink([(seen[i : i + 20], se**2 * np.eye(20)) for i in range(0, 400, 20)])
    up, down = (np.concatenate([(side * d > 0.01).mean(axis=0) for d in draws]) for side in (1, -1))
    chance, right = np.maximum(up, down), np.where(up > down, true > 0.01, true < -0.01)
    called = chance > 0.9
    assert called.sum() >= 30
    assert right[called].mean() == pytest.approx(chance[called].mean(), abs=0.07)


def test_one_effect_is_drawn_from_its_posterior_spelled_out() -> None:
    """One release alone: what releases usually do is its prior mean, and everything is a mixture of normals."""
    for b in (0.02, 0.06, 0.12):
        draws = np.concatenate([shrink([block([b])], seed)[0][:, 0] for seed in range(4)])
        label = np.array([(t, s) for t in range(len(TAU)) for s in range(len(SHOCK))])
        tau2, shock = TAU[label[:, 0]] ** 2, SHOCK[label[:, 1]] * SE**2
        total = tau2 + shock + BASE * SE**2
        weight = (PSEUDO / PSEUDO.sum())[label[:, 0]] * SHOCK_WEIGHT[label[:, 1]] * np.exp(-(b**2) / total / 2)
        weight = weight / np.sqrt(total)
        weight /= weight.sum()
        assert draws.mean() == pytest.approx((weight * tau2 / total * b).sum(), abs=0.003)
        assert (draws == 0).mean() == pytest.approx(weight[tau2 == 0].sum(), abs=0.03)
