"""A series' own null: fakes stand clear of releases, and intervals are only ever widened."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.numerics.courses import courses
from madegood.numerics.joint import fit
from madegood.numerics.own_null import APART, CLEAR, _places, widening

DAYS = 300
AT = np.arange(20, 290, 15)
STEPS = (np.arange(DAYS)[:, None] >= AT[None, :]).astype(float)
ONES = np.ones((DAYS, 1))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.sets(st.integers(0, DAYS - 1), max_size=60))
def test_fakes_stand_on_known_days_clear_of_releases_and_of_each_other(seed: int, missing: set[int]) -> None:
    z = np.zeros(DAYS)
    z[list(missing)] = np.nan
    places = _places(z, STEPS, 1, np.random.default_rng(seed))
    assert np.isfinite(z[places]).all() and (np.diff(places) >= APART).all()
    assert all(np.abs(AT - p).min() >= CLEAR for p in places if not missing)


def test_a_step_of_its_own_on_a_release_day_widens_nothing() -> None:
    """The level is free there, so what releases did never counts against them."""
    z = 0.02 * np.random.default_rng(1).normal(size=DAYS)
    plain, lifted = (_widening(z + size * STEPS.sum(axis=1)) for size in (0.0, 0.3))
    assert 1 <= plain < 1.1 and abs(plain - lifted) < 0.05


def test_without_room_for_a_fake_nothing_is_widened() -> None:
    z = np.random.default_rng(3).normal(0, 0.02, DAYS)
    close = (np.arange(DAYS)[:, None] >= np.arange(6, 294, 6)[None, :]).astype(float)
    assert widening(fit(z, ONES, close, courses(DAYS)), z, ONES, close, courses(DAYS)) == 1.0


def _widening(z: np.ndarray) -> float:
    bend = courses(DAYS)
    return widening(fit(z, ONES, STEPS, bend), z, ONES, STEPS, bend)
