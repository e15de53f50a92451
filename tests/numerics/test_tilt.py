"""Two arms, known figures, and where a conclusion tips."""

from __future__ import annotations

import numpy as np
import pytest

from madegood.numerics.calibration import Answers
from madegood.numerics.tilt import carried, crossing, normal_scores, pinned, two_arms


def test_normal_scores_have_mean_0_and_variance_1_and_keep_the_order() -> None:
    answers = np.array([0.0, 10, 9, 9, 7, 3, 10])
    weights = np.array([1.0, 2, 3, 1, 1, 5, 1])
    scores = normal_scores(answers, weights)
    assert weights @ scores == pytest.approx(0, abs=1e-9)
    assert weights @ scores**2 / weights.sum() == pytest.approx(1)
    assert np.all(np.diff(scores[np.argsort(answers, kind="stable")]) >= -1e-12)


def test_steps_at_the_end_of_a_scale_are_longer_than_in_its_middle() -> None:
    scores = normal_scores(np.arange(11.0), np.array([2.0, 1, 1, 1, 2, 6, 8, 15, 24, 22, 18]))
    assert scores[10] - scores[9] > scores[9] - scores[8]


def test_one_answer_of_all_has_no_tilt() -> None:
    assert normal_scores(np.full(5, 9.0), np.ones(5)).tolist() == [0.0] * 5


def world(rng: np.random.Generator, delta: float, high: float = 0.5) -> tuple[Answers, Answers, float]:
    """20,000 people, 5 % of whom are asked so that a share `high` answers; the others at 8 %."""
    n = 20_000
    known = rng.standard_normal(n)
    mood = 0.5 * known + rng.standard_normal(n) * 0.866
    values = 100.0 * (mood > 0.25) - 100.0 * (mood < -0.7)
    effort = rng.random(n) < 0.05
    log_odds = np.where(effort, np.log(high / (1 - high)), -2.7) + 0.5 * known + delta * mood
    heard = rng.random(n) < 1 / (1 + np.exp(-log_odds))
    tilt = np.digitize(mood, [-2, -1.5, -1, -0.7, -0.3, 0.25, 0.85]).astype(float)
    tilt = normal_scores(tilt, np.ones(n))
    basis = np.column_stack([np.ones(n), (known - known.mean()) / known.std()])

    def arm(inside: np.ndarray, whole: bool) -> Answers:
        both = inside & heard
        return Answers(basis[both], np.array([inside.sum(), 0.0]), values[both], tilt[both], whole)

    return arm(~effort, True), arm(effort, False), float(values.mean())


@pytest.mark.parametrize("delta", [0.0, 0.6])
def test_two_arms_hold_the_score_of_everyone(delta: float) -> None:
    """40 worlds: held in 36 or more, off by less than 4 points on average; the answers alone are off by 16 or more."""
    rng, held, off = np.random.default_rng(11), 0, []
    for _ in range(40):
        ordinary, effort, truth = world(rng, delta)
        both = two_arms(ordinary, effort)
        held += both.score[1] <= truth <= both.score[2]
        off.append(both.score[0] - truth)
        assert both.agree and not any(both.open)
    assert held >= 36 and abs(np.mean(off)) < 4


def test_arms_that_answer_alike_leave_delta_open() -> None:
    rng = np.random.default_rng(12)
    assert sum(all(two_arms(*world(rng, 0.3, high=0.1)[:2]).open) for _ in range(5)) >= 3


def test_a_line_crosses_where_it_is_nothing() -> None:
    at = np.linspace(-2, 2, 9)
    assert crossing(at, 3 - 2 * at) == pytest.approx(1.5)
    assert crossing(at, at**2 + 1) is None


def test_a_known_figure_pins_delta_with_the_error_of_the_score() -> None:
    at = np.linspace(-2, 2, 41)
    found = pinned(at, 10 - 40 * at, np.full(41, 2.0), -10.0)
    assert found == pytest.approx((0.5, 0.05))
    assert pinned(at, 10 - 40 * at, np.full(41, 2.0), 99.0) is None


def test_deltas_of_other_waves_hold_the_one_between_and_after() -> None:
    """600 walks with a known delta at 0, 3, 6, 9 and 12: those at 5 and 14 are held in 93 of 100 or more."""
    rng, at = np.random.default_rng(13), np.array([0.0, 3, 6, 9, 12])
    held = np.zeros(2)
    for _ in range(600):
        walk = np.cumsum(rng.normal(0, 0.1, 15))
        seen = walk[at.astype(int)] + rng.normal(0, 0.05, 5)
        for k, wave in enumerate((5, 14)):
            middle, half = carried(at, seen, np.full(5, 0.05), wave)
            held[k] += abs(walk[wave] - middle) <= half
    assert np.all(held / 600 >= 0.93)
