"""How much surer one day is than another."""

from __future__ import annotations

import numpy as np
from pytest import approx

from madegood.numerics.counting import of_shares, relative


def test_the_variance_of_the_log_of_a_share_is_that_of_simulated_days() -> None:
    rng = np.random.default_rng(1)
    people = np.full(60, 400.0)
    draws = rng.binomial(400, 0.2, (4000, 60)) / 400
    expected = of_shares(np.full(60, 0.2), people)
    assert np.var(np.log(draws)) == approx(float(expected.mean()), rel=0.03)


def test_a_day_of_few_is_as_unsure_as_its_people_are_few() -> None:
    people = np.where(np.arange(70) % 7 >= 5, 40.0, 400.0)
    chance = of_shares(np.full(70, 0.3), people)
    assert chance[5] / chance[0] == approx(10, rel=1e-3)
    ones = np.ones((70, 1))
    rng = np.random.default_rng(2)
    z = np.log(0.3) + np.sqrt(chance) * rng.normal(size=70)
    found = relative(z, chance, ones)
    assert found is not None and np.median(found) == approx(1) and 3 < found[5] / found[0] <= 10


def test_where_other_noise_is_larger_days_are_alike() -> None:
    people = np.where(np.arange(70) % 7 >= 5, 4000.0, 40_000.0)
    chance = of_shares(np.full(70, 0.3), people)
    z = np.random.default_rng(3).normal(0, 0.2, 70)
    assert relative(z, chance, np.ones((70, 1))) is None


def test_missing_days_say_nothing() -> None:
    share, people = np.full(40, 0.3), np.full(40, 100.0)
    share[3], people[5], people[7] = np.nan, np.nan, 0.0
    chance = of_shares(share, people)
    assert np.isnan(chance[[3, 5, 7]]).all() and np.isfinite(np.delete(chance, [3, 5, 7])).all()
