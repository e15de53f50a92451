"""Synthetic controls: weights that are weights, panels made by hand, and a published panel where it is known."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.numerics.synthetic import both, control, difference, in_space, in_time, placebo_error, simplex

CLOSE = 1e-6  # least squares with one row 1e4 times as heavy as the others


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 20), st.booleans())
def test_weights_are_never_negative_and_add_up(seed: int, k: int, n: int, free: bool) -> None:
    rng = np.random.default_rng(seed)
    w = simplex(rng.normal(size=(n, k)) * 10 ** rng.uniform(-3, 6), rng.normal(size=n), free=free)
    assert (w >= 0).all()
    assert w.sum() == pytest.approx(1.0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 5.0))
def test_no_weights_on_the_simplex_do_better(seed: int, ridge: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(15, 5)), rng.normal(size=15)

    def loss(w: np.ndarray) -> float:
        return float(((a @ w - b) ** 2).sum() + ridge * (w**2).sum())

    found = simplex(a, b, ridge)
    assert all(loss(found) <= loss(w) + CLOSE for w in rng.dirichlet(np.ones(5), 200))


def test_a_mixture_of_two_controls_is_found_again_with_its_effect() -> None:
    rng = np.random.default_rng(1)
    y = np.cumsum(rng.normal(size=(6, 40)), axis=1)
    treated = 0.3 * y[1] + 0.7 * y[4] + 2.0 * (np.arange(40) >= 30)
    told = control(y, treated, 30)
    assert told.units == pytest.approx([0, 0.3, 0, 0, 0.7, 0], abs=1e-4)
    assert told.effect == pytest.approx(2.0, abs=1e-3)
    shifted = control(y, treated + 50, 30, demeaned=True)
    assert shifted.effect == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize("read", [difference, both])
def test_levels_of_units_and_shocks_of_times_cancel(read: object) -> None:
    rng = np.random.default_rng(2)
    y = rng.normal(size=(8, 1)) + np.cumsum(rng.normal(size=20)) + 1e-9 * rng.normal(size=(8, 20))
    treated = y[0] + 5 + 1.5 * (np.arange(20) >= 15)
    assert read(y[1:], treated, 15).effect == pytest.approx(1.5, abs=1e-5)  # type: ignore[operator]


def test_by_hand_difference_in_differences() -> None:
    assert difference(np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([10.0, 15.0]), 1).effect == pytest.approx(3.0)


def test_placebos_over_units_never_give_a_chance_under_one_in_all() -> None:
    rng = np.random.default_rng(3)
    y = rng.normal(size=(9, 30))
    p, ratios = in_space(y, y.mean(axis=0) + 100 * (np.arange(30) >= 20), 20)
    assert p == pytest.approx(0.1)
    assert len(ratios) == 10


def test_a_placebo_in_time_is_rare_where_something_happened_alone() -> None:
    rng = np.random.default_rng(4)
    gap = rng.normal(size=200)
    calm, n = in_time(gap, 180, 20)
    gap[180:] += 3
    moved, _ = in_time(gap, 180, 20)
    assert n > 100
    assert moved < 0.02 < calm


def test_california_as_published() -> None:
    """Arkhangelsky et al. 2021, table 1; synthetic control, solved to the end, is -19.5, not -19.6."""
    folder = os.environ.get("MADEGOOD_PANELS")
    if not folder or not (Path(folder) / "california_prop99.csv").exists():
        pytest.skip("no published panels here; set MADEGOOD_PANELS to a folder with california_prop99.csv")
    with (Path(folder) / "california_prop99.csv").open() as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    states, years = sorted({r["State"] for r in rows}), sorted({r["Year"] for r in rows})
    cell = {(r["State"], r["Year"]): float(r["PacksPerCapita"]) for r in rows}
    y = np.array([[cell[s, t] for t in years] for s in states])
    at, before = states.index("California"), years.index("1989")
    others, treated = np.delete(y, at, axis=0), y[at]
    assert both(others, treated, before).effect == pytest.approx(-15.604, abs=0.01)
    assert difference(others, treated, before).effect == pytest.approx(-27.349, abs=0.001)
    assert control(others, treated, before).effect == pytest.approx(-19.6, abs=0.15)
    assert 7 < placebo_error(others, before, draws=60) < 13
