"""Which effects are spoken of together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from madegood.numerics.groups import alone, gather, groups


def test_effects_that_are_known_apart_stay_apart() -> None:
    assert groups(np.diag([1.0, 2.0, 3.0])) == [[0], [1], [2]]


def test_two_that_trade_off_become_one() -> None:
    c = np.array([[1.0, -0.95, 0.0], [-0.95, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert groups(c) == [[0, 1], [2]]


@given(st.integers(1, 12), st.integers(0, 1000))
def test_every_effect_is_in_exactly_one_group_in_order(size: int, seed: int) -> None:
    root = np.random.default_rng(seed).normal(size=(size, size))
    runs = groups(root @ root.T + 1e-6 * np.eye(size))
    assert [i for run in runs for i in run] == list(range(size))
    assert (gather(runs, size).sum(axis=0) == 1).all()


def test_alone_is_what_is_left_when_the_others_are_known() -> None:
    c = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert np.allclose(alone(c), np.sqrt(0.75))


def test_nothing_has_no_groups() -> None:
    assert groups(np.zeros((0, 0))) == []
