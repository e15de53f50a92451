"""What a column says beyond others."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from madegood.numerics.span import beyond, span


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_a_sum_of_columns_says_nothing_beyond_them(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    columns = rng.integers(0, 2, (count, 40)).astype(float)
    basis = span(columns, 40)
    assert np.allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-12)
    assert beyond(basis, rng.normal(size=count) @ columns) is None
    assert basis.shape[1] == np.linalg.matrix_rank(columns)


def test_what_is_new_is_given_as_a_unit_vector_across_the_others() -> None:
    basis = span([np.ones(10)], 10)
    unit = beyond(basis, np.arange(10.0))
    assert unit is not None
    assert abs(unit @ np.ones(10)) < 1e-12 and abs(unit @ unit - 1) < 1e-12
    assert beyond(basis, np.zeros(10)) is None
    assert span([], 5).shape == (5, 0)
