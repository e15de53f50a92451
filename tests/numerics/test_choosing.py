"""Which terms are weighed by."""

from __future__ import annotations

import numpy as np

from madegood.numerics.choosing import EACH, chosen


def draw(rng: np.random.Generator, n: int, terms: int) -> tuple[np.ndarray, np.ndarray]:
    basis = np.column_stack([np.ones(n), rng.standard_normal((n, terms))])
    return basis, np.append(10.0 * n, np.zeros(terms))


def test_the_term_that_moves_the_answer_is_taken_and_few_others() -> None:
    rng, others = np.random.default_rng(1), 0
    for _ in range(20):
        basis, totals = draw(rng, 1000, 30)
        taken = chosen(basis, totals, 3 * basis[:, 20] + rng.standard_normal(1000), 3)
        assert taken[:3] == [0, 1, 2] and 20 in taken
        others += len(taken) - 4
    assert others / 20 < 2  # of 27 that say nothing, each with one chance in 40 or so


def test_the_term_that_is_out_of_balance_is_taken() -> None:
    rng = np.random.default_rng(2)
    basis, totals = draw(rng, 1000, 10)
    basis[:, 7] += 0.5
    assert 7 in chosen(basis, totals, rng.standard_normal(1000), 2)


def test_no_more_terms_than_the_answers_bear() -> None:
    rng = np.random.default_rng(3)
    basis, totals = draw(rng, 60, 40)
    values = basis[:, 9] + rng.standard_normal(60) * 0.3
    taken = chosen(basis, totals, values, 30)
    assert len(taken) <= 60 // EACH and 9 in taken
    assert chosen(basis[:5], totals, values[:5], 30) == [0]


def test_a_term_that_is_alike_among_all_answers_is_not_taken() -> None:
    basis, totals = draw(np.random.default_rng(4), 500, 5)
    basis[:, 2] = 1.7
    assert 2 not in chosen(basis, totals, basis[:, 1], 6)


def test_a_term_said_twice_is_taken_once() -> None:
    rng = np.random.default_rng(5)
    basis, totals = draw(rng, 500, 5)
    basis[:, 5] = basis[:, 4]
    taken = chosen(basis, totals, 2 * basis[:, 4] + rng.standard_normal(500), 2)
    assert len({4, 5} & set(taken)) == 1
