"""Weights that make the answers stand for everyone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.numerics.calibration import Answers, calibrate, curve, leverages, mean, worth


def people(rng: np.random.Generator, n: int, delta: float = 0.0, share: float = -1.5) -> tuple[Answers, float]:
    """n people with three traits, the answers of those who gave one, and the mean of all."""
    basis = np.column_stack([np.ones(n), rng.standard_normal((n, 3))])
    basis[:, 1:] = (basis[:, 1:] - basis[:, 1:].mean(0)) / basis[:, 1:].std(0)
    values = basis @ np.array([1.0, 2.0, -1.0, 0.0]) + rng.standard_normal(n)
    tilt = (values - values.mean()) / values.std()
    odds = share + basis[:, 1:] @ np.array([0.6, 0.3, 0.2]) + delta * tilt
    heard = rng.random(n) < 1 / (1 + np.exp(-odds))
    return Answers(basis[heard], basis.sum(0), values[heard], tilt[heard]), float(values.mean())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-1.5, 1.5))
def test_the_weighted_answers_add_up_to_everyone_at_every_delta(seed: int, delta: float) -> None:
    answers, _ = people(np.random.default_rng(seed), 2000)
    fit = calibrate(answers, delta)
    assert np.all(fit.weights >= 1)
    assert fit.weights @ answers.basis == pytest.approx(answers.totals, abs=2000 * 2e-3)  # the ridge's share


def test_a_value_that_behaviour_tells_exactly_has_no_error() -> None:
    answers, _ = people(np.random.default_rng(1), 3000)
    exact = Answers(answers.basis, answers.totals, answers.basis @ np.array([1.0, 2.0, 3.0, 4.0]), answers.tilt)
    middle, error = mean(exact, calibrate(exact))
    assert middle == pytest.approx(float(exact.totals @ np.array([1.0, 2.0, 3.0, 4.0])) / 3000, abs=1e-6)
    assert error < 1e-3


def test_a_fit_from_its_neighbour_is_the_fit_from_nothing() -> None:
    answers, _ = people(np.random.default_rng(2), 3000)
    near = calibrate(answers, 0.4)
    assert calibrate(answers, 0.5, near).weights == pytest.approx(calibrate(answers, 0.5).weights, rel=1e-4)


def test_with_nothing_known_of_anyone_the_score_is_the_plain_mean() -> None:
    values = np.array([100.0, 0.0, -100.0, 100.0])
    answers = Answers(np.ones((4, 1)), np.array([50.0]), values, np.zeros(4))
    fit = calibrate(answers)
    assert mean(answers, fit)[0] == pytest.approx(25.0) and worth(fit.weights) == pytest.approx(4)


def test_intervals_hold_the_mean_of_everyone() -> None:
    """400 worlds of 3,000 people, a fifth of whom answer by what they do: held in 93 to 97 of 100."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        answers, truth = people(rng, 3000)
        middle, error = mean(answers, calibrate(answers))
        held += abs(middle - truth) < 1.96 * error
    assert 0.93 <= held / 400 <= 0.975


def test_the_right_delta_gives_the_right_mean() -> None:
    """Mean of 40 worlds in which the answer moves the log odds by .5 a standard deviation."""
    rng, off = np.random.default_rng(4), []
    for _ in range(40):
        answers, truth = people(rng, 5000, delta=0.5)
        off.append(curve(answers, np.array([0.0, 0.5]))[0] - truth)
    assert np.mean(off, axis=0)[0] > 0.1 and abs(np.mean(off, axis=0)[1]) < 0.03


def test_the_curve_falls_as_the_happy_are_held_to_answer_more() -> None:
    answers, _ = people(np.random.default_rng(5), 3000)
    means, errors = curve(answers, np.linspace(-1, 1, 21))
    assert np.all(np.diff(means) < 0) and np.all(errors > 0)


def test_terms_that_say_the_same_twice_do_no_harm() -> None:
    answers, truth = people(np.random.default_rng(6), 3000)
    twice = Answers(
        np.column_stack([answers.basis, answers.basis[:, 1]]),
        np.append(answers.totals, answers.totals[1]),
        answers.values,
        answers.tilt,
    )
    assert mean(twice, calibrate(twice)) == pytest.approx(mean(answers, calibrate(answers)), rel=3e-3)
    assert abs(mean(twice, calibrate(twice))[0] - truth) < 0.5


def test_leverages_add_up_to_the_number_of_terms() -> None:
    answers, _ = people(np.random.default_rng(7), 900)
    assert leverages(answers, calibrate(answers)).sum() == pytest.approx(4, abs=0.01)
