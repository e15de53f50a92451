"""The pace of leaving by the calendar: its likelihood, what it finds, and what it does not mistake for leaving."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from madegood.numerics import bg_bb
from madegood.numerics.calendar_attrition import BEFORE, Leaving, alive, expected, leaving, logs, rise
from madegood.numerics.calendar_likelihood import SHAPE, Rows, slope_of
from madegood.numerics.newton import Floats

WEEKS = 52


def world(n: int, seed: int, pace: Floats | None = None, busy: Floats | None = None) -> tuple[Rows, Floats, Floats]:
    """Customers of 52 weeks; who left, and active weeks in 8 weeks to come, by row (means)."""
    rng = np.random.default_rng(seed)
    ahead = 8
    pace = np.ones(WEEKS + ahead) if pace is None else np.concatenate((pace, np.full(ahead, pace[-1])))
    busy = np.ones(WEEKS + ahead) if busy is None else np.concatenate((busy, np.full(ahead, busy[-1])))
    first = rng.integers(0, WEEKS - 2, n)
    p = rng.beta(1.2, 2.2, n)
    clock = np.concatenate(([0.0], np.cumsum(pace)))
    gone = np.searchsorted(clock, clock[first + 1] + rng.exponential(1, n) / rng.gamma(0.9, 1 / 35.0, n)) - 1
    week = np.arange(WEEKS + ahead)
    chance = (p / (1 - p))[:, None] * busy
    all_ = (rng.random((n, WEEKS + ahead)) < chance / (1 + chance)) & (week > first[:, None]) & (week < gone[:, None])
    active, later = all_[:, :WEEKS], all_[:, WEEKS:].sum(axis=1)
    x = active.sum(axis=1)
    t = np.where(x > 0, WEEKS - 1 - active[:, ::-1].argmax(axis=1) - first, 0)
    keys, of, count = np.unique(np.stack((first, x, t)), axis=1, return_inverse=True, return_counts=True)
    rows = Rows(*keys.astype(np.int64), count.astype(float), active.sum(axis=0).astype(float))
    left = np.bincount(of.ravel(), weights=gone < WEEKS) / count
    return rows, left, np.bincount(of.ravel(), weights=later) / count


@cache
def still() -> tuple[Leaving, Rows, Floats, Floats]:
    rows, left, later = world(20_000, 1)
    return leaving(rows), rows, left, later


def test_slopes_are_those_of_the_likelihood() -> None:
    rows, _, _ = world(500, 3)
    block = np.arange(WEEKS) // 4
    rng = np.random.default_rng(1)
    at = np.concatenate((BEFORE[0], np.zeros(26))) + rng.normal(0, 0.2, SHAPE + 26)
    odd = rng.normal(0, 0.1, WEEKS)
    slope = slope_of(rows, at, block, odd)[1]
    for i, way in enumerate(1e-5 * np.eye(len(at))):
        by_hand = (slope_of(rows, at + way, block, odd)[0] - slope_of(rows, at - way, block, odd)[0]) / 2e-5
        assert slope[i] == pytest.approx(by_hand, rel=1e-5, abs=1e-5)


def test_what_is_counted_adds_up() -> None:
    """Customers active in a week were there in it; nobody is there twice, and who left is not there any more."""
    found, rows, _, _ = still()
    assert (found.there >= rows.active).all()
    began = np.bincount(rows.first, weights=rows.n, minlength=WEEKS)
    assert found.there[1:] == pytest.approx(found.there[:-1] - found.left[:-1] + began[:-1], rel=1e-6)


def test_nothing_that_changes_is_found_where_nothing_does() -> None:
    found, _, _, _ = still()
    size, error = rise(found, 1)
    assert found.settled and abs(size) < 1.96 * error
    off = np.abs(found.pace) / np.sqrt(np.diag(found.pace_covariance))
    assert np.mean(off <= 1.96) >= 0.85
    assert found.restless < 0.02 and found.uneven < 0.03


def test_who_left_and_what_comes_is_foreseen() -> None:
    """Within a twentieth of the truth, in all and of those who came once."""
    found, rows, left, later = still()
    there = alive(found, rows.first, rows.x, rows.t)
    soon = expected(found, rows.first, rows.x, rows.t, 8)
    for keep in (rows.n > 0, rows.x == 0):
        assert rows.n[keep] @ (1 - there[keep]) == pytest.approx(rows.n[keep] @ left[keep], rel=0.05)
        assert rows.n[keep] @ soon[keep] == pytest.approx(rows.n[keep] @ later[keep], rel=0.1)


def test_without_a_calendar_it_is_near_bg_bb() -> None:
    """Silence in the next 8 weeks, row by row, within three points on average: the two spread leaving in a like way."""
    found, rows, _, _ = still()
    keys = rows.x.astype(float), rows.t.astype(float), WEEKS - 1.0 - rows.first
    params = bg_bb.fit(*keys, rows.n).params
    there = np.exp(bg_bb.logs(params, *keys[:2], keys[2] + 8) - bg_bb.logs(params, *keys))
    here = np.exp(logs(found, rows.first, rows.x, rows.t, 8) - logs(found, rows.first, rows.x, rows.t, 0))
    assert rows.n @ np.abs(there - here) / rows.n.sum() < 0.03


def test_one_who_came_once_is_gone_the_likelier_the_longer_the_silence() -> None:
    found, _, _, _ = still()
    first = np.arange(WEEKS)
    none = np.zeros(WEEKS, dtype=np.int64)
    assert (np.diff(alive(found, first, none, none)) > 0).all()


def test_a_rise_is_found_and_a_dull_season_is_not_taken_for_one() -> None:
    """Leaving twice as fast in the last 8 weeks; then half as active in them, with nobody leaving faster."""
    twice, dull = np.ones(WEEKS), np.ones(WEEKS)
    twice[-8:], dull[-8:] = 2.0, 0.5
    size, error = rise(leaving(world(20_000, 5, pace=twice)[0]), 2)
    assert size - 1.96 * error > 0 and abs(size - np.log(2)) < 3 * error
    size, error = rise(leaving(world(20_000, 5, busy=dull)[0]), 2)
    assert abs(size) < 1.96 * error


def test_few_customers_and_few_weeks_are_borne() -> None:
    rows, _, _ = world(60, 2)
    found = leaving(rows)
    assert np.isfinite(found.covariance).all() and np.isfinite(found.at).all()
    tiny = Rows(np.array([0, 1]), np.array([1, 0]), np.array([1, 0]), np.array([5.0, 7.0]), np.array([0.0, 5.0, 0.0]))
    assert np.isfinite(leaving(tiny).at).all()
