from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.numerics import ahead

#: 300 walks, three standard errors of a share of 0.8: 0.07; what the spread was made for is messier than a pure walk.
WITHIN = 0.07


def test_levels_are_means_of_four_whole_weeks_ending_on_the_last_day() -> None:
    values = np.arange(56, dtype=float)
    assert ahead.levels(values)[-1] == pytest.approx(values[-28:].mean())
    assert ahead.levels(values[3:])[-1] == pytest.approx(values[-28:].mean())


def test_a_level_of_mostly_missing_days_is_missing() -> None:
    values = np.ones(84)
    values[-20:] = np.nan
    assert np.isnan(ahead.levels(values)[-1])
    assert ahead.levels(values)[-4] == 1


@given(st.lists(st.floats(-5, 5), min_size=30, max_size=160), st.floats(-100, 100), st.integers(1, 52))
def test_lifting_every_level_lifts_the_heading_and_leaves_the_spread(
    levels: list[float], lift: float, weeks: int
) -> None:
    level = np.array(levels)
    assert ahead.heading(level + lift, weeks) == pytest.approx(ahead.heading(level, weeks) + lift, abs=1e-6)
    assert ahead.spread(level + lift, weeks) == pytest.approx(ahead.spread(level, weeks), abs=1e-6)


@pytest.mark.parametrize("weeks", [4, 13, 26])
def test_the_intervals_hold_on_random_walks(weeks: int) -> None:
    draw = np.random.default_rng(11)
    held = []
    for _ in range(300):
        daily = np.cumsum(draw.normal(0, 0.01, 7 * (104 + weeks))) + draw.normal(0, 0.1, 7 * (104 + weeks))
        level = ahead.levels(daily[: 7 * 104])
        truth = daily[-28:].mean()
        held.append(abs(truth - ahead.heading(level, weeks)) < ahead.half_width(ahead.spread(level, weeks), 0.8))
    assert np.mean(held) == pytest.approx(0.8, abs=WITHIN)


def test_the_chance_to_be_above_falls_as_the_bar_rises() -> None:
    chances = [ahead.beyond(0.0, 1.0, bar) for bar in (-2.0, 0.0, 2.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[1] == pytest.approx(0.5)
