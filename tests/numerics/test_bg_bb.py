"""BG/BB: the published optimum, laws of what it foresees, and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers

from madegood.numerics import bg_bb

# Fader, Hardie and Shang 2010, table 1: donors by how often they gave in six years after the first, and when last.
DONORS = np.array(
    [
        [0, 0, 3464], [1, 1, 1091], [1, 2, 277], [1, 3, 129], [1, 4, 78], [1, 5, 119], [1, 6, 129], [2, 2, 613],
        [2, 3, 255], [2, 4, 155], [2, 5, 173], [2, 6, 234], [3, 3, 322], [3, 4, 181], [3, 5, 225], [3, 6, 357],
        [4, 4, 240], [4, 5, 284], [4, 6, 512], [5, 5, 335], [5, 6, 728], [6, 6, 1203],
    ],
    dtype=float,
)  # fmt: skip
X, T, N = DONORS.T
AGE = np.full(len(X), 6.0)


def test_the_published_optimum_of_the_donors() -> None:
    """The paper, section 4: 1.20, 0.75, 0.66, 2.78 and a log-likelihood of -33,225.6."""
    fit = bg_bb.fit(X, T, AGE, N)
    assert fit.params == pytest.approx([1.2035, 0.7497, 0.6567, 2.7834], abs=5e-4)
    assert fit.loglik == pytest.approx(-33225.58, abs=0.01)
    assert np.abs(fit.gradient).max() < 1e-6 * N.sum() and not fit.weak


def test_the_chances_of_all_histories_add_up_to_one() -> None:
    """Each (x, t) can have come about in (t - 1 over x - 1) ways."""
    from scipy.special import betaln, comb

    params = np.array([1.2, 0.75, 0.66, 2.8])
    ways = np.where(X > 0, comb(np.maximum(T - 1, 0), np.maximum(X - 1, 0)), 1.0)
    whole = betaln(*params[:2]) + betaln(*params[2:])
    assert (ways * np.exp(bg_bb.logs(params, X, T, AGE) - whole)).sum() == pytest.approx(1.0, abs=1e-12)


@given(floats(0.1, 5), floats(0.1, 5), floats(0.1, 5), floats(0.5, 50), integers(1, 30))
@settings(deadline=None)
def test_one_who_came_once_is_gone_the_likelier_the_longer_the_silence(
    alpha: float, beta: float, gamma: float, delta: float, age: int
) -> None:
    params, zero = np.array([alpha, beta, gamma, delta]), np.zeros(2)
    early, late = bg_bb.alive(params, zero, zero, np.array([age, age + 1.0]))
    assert 0 < late < early <= 1


def test_activity_to_come_is_what_the_next_weeks_add() -> None:
    """Silence in the next week is one less its expected activity, and two weeks are more than one."""
    params = np.array([1.2, 0.75, 0.66, 2.8])
    silent = np.exp(bg_bb.logs(params, X, T, AGE + 1) - bg_bb.logs(params, X, T, AGE))
    assert bg_bb.expected(params, X, T, AGE, 1) == pytest.approx(1 - silent, rel=1e-10)
    assert (bg_bb.expected(params, X, T, AGE, 2) > 1 - silent).all()
