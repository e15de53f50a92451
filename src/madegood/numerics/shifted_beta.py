"""Contracts that are kept or cancelled once a period: the shifted beta geometric distribution.

Each customer cancels at the end of a period with a chance of their own from Beta(alpha, beta).
Fader and Hardie 2007 (Journal of Interactive Marketing 21:76, eq. 6 and 7, and the appendix for the likelihood).
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, digamma

from madegood.numerics.newton import Fit, Floats, by_gradient, climb


def fit(period: Floats, left: Floats, kept: Floats) -> Fit:
    """Parameters alpha, beta by maximum likelihood.

    period  (rows,) 1, 2, ...: how many periods the row's customers have been through
    left    (rows,) how many of them left at the end of that very period; kept: how many are there still after it
            (of one cohort: left in every period, and kept in the last alone)
    """
    many = float(left.sum() + kept.sum())

    def gradient(at: Floats) -> tuple[float, Floats]:
        alpha, beta = np.exp(at)
        height = left @ (betaln(alpha + 1, beta + period - 1)) + kept @ betaln(alpha, beta + period)
        height -= many * betaln(alpha, beta)
        whole = left @ digamma(alpha + beta + period) + kept @ digamma(alpha + beta + period)
        first = left @ digamma(alpha + 1 + 0 * period) + kept @ digamma(alpha + 0 * period)
        later = left @ digamma(beta + period - 1) + kept @ digamma(beta + period)
        slope = np.array([first - many * digamma(alpha), later - many * digamma(beta)])
        slope += many * digamma(alpha + beta) - whole
        return float(height), slope * np.exp(at)

    return climb(by_gradient(gradient), np.array([1.0, 2.0]), many)


def survival(params: Floats, periods: Floats) -> Floats:
    """Share (rows,) of a cohort that is there after so many periods."""
    alpha, beta = params
    return np.asarray(np.exp(betaln(alpha, beta + periods) - betaln(alpha, beta)))


def leaving(params: Floats, period: Floats, ahead: float) -> Floats:
    """Chance (rows,) that a customer who is there after `period` periods leaves within the next `ahead` periods."""
    return np.asarray(1 - survival(params, period + ahead) / survival(params, period))
