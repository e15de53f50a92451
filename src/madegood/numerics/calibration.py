"""Weights for those who answered, so that they stand for everyone by what everyone does.

An answer's weight is one more than its odds of silence, w = 1 + exp(-b'eta - delta t): b is what is known of everyone
(the basis), t the answer itself on the tilt's scale, and delta how much the answer moves the odds of answering among
people who behave alike. eta solves sum over the answers of w b = the totals of b over everyone: generalised
calibration (Deville 2000; Kott 2006, Survey Methodology 32:133), the gradient of a convex function (Tan 2020,
Biometrika 107:137, section 2). With delta = 0 the mean is right where either the log odds of answering or the mean of
the answer is linear in b. Everyone enters through totals alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Of everyone, on the coefficients of standardised terms: keeps a term that no answer can balance from running away.
#: What it leaves out of balance is made good by regression in `mean`, and costs no bias: with 1,500 answers on 31
#: terms, 1e-6 to 1e-3 gave the same bias, error and coverage (benchmarks/survey.md).
RIDGE = 1e-4
STEEPEST = 30.0  # of log odds: exp of it is 1e13
ROUNDS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Those who answered, and what everyone adds up to.

    basis   (n, p) what is known of each: the first column is 1, the others standardised over everyone
    totals  (p,) the sum of each term over everyone; the first is how many they are
    values  (n,) what is averaged: 100, 0 or -100 for a promoter, passive or detractor
    tilt    (n,) the answer on the scale of the tilt
    whole   they are everyone who is spoken of; else a random sample of them, and the draw adds to the error
    """

    basis: Floats
    totals: Floats
    values: Floats
    tilt: Floats
    whole: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Weights at one delta: (n,) `weights`, (p,) `eta`, and (p, p) the curvature before the last, small step."""

    delta: float
    weights: Floats
    eta: Floats
    curvature: Floats


def calibrate(answers: Answers, delta: float = 0.0, near: Fit | None = None) -> Fit:
    """Weights of the answers at one delta, by Newton's method from a fit at another delta where there is one.

    Needs more people than answers, and two answers or more; terms may be collinear. Never fails: the ridge makes the
    function strictly convex, and each step goes down.
    """
    b, n = answers.basis, len(answers.basis)
    rest = answers.totals - b.sum(axis=0)
    ridge = np.full(b.shape[1], RIDGE * answers.totals[0])
    ridge[0] = 1e-9 * answers.totals[0]
    eta = np.zeros(b.shape[1])
    eta[0] = np.log(n / max(rest[0], 1.0))
    if near is not None:
        odds = near.weights - 1.0
        eta = near.eta - np.linalg.solve(near.curvature, b.T @ (odds * answers.tilt)) * (delta - near.delta)

    def silence(at: Floats) -> Floats:
        out: Floats = np.exp(np.clip(-b @ at - delta * answers.tilt, -STEEPEST, STEEPEST))
        return out

    def height(at: Floats, odds: Floats) -> float:
        return float(odds.sum() + rest @ at + 0.5 * (ridge * at * at).sum())

    odds = silence(eta)
    now = height(eta, odds)
    for _ in range(ROUNDS):
        slope = rest + ridge * eta - b.T @ odds
        curvature = (b * odds[:, None]).T @ b + np.diag(ridge)
        step: Floats = -np.linalg.solve(curvature, slope)
        length = 1.0
        while length > 1e-8:
            ahead = silence(eta + length * step)
            then = height(eta + length * step, ahead)
            if then <= now + 1e-4 * length * float(slope @ step):
                break
            length /= 2
        eta = np.asarray(eta + length * step, float)
        odds, gain, now = ahead, now - then, then
        if gain <= 1e-9 * answers.totals[0] or length <= 1e-8:
            break
    return Fit(delta, 1.0 + odds, eta, curvature)


def slopes(answers: Answers, fit: Fit) -> Floats:
    """(p,) regression of the values on the basis among the silent, as the answers stand for them."""
    odds = fit.weights - 1.0
    return np.asarray(np.linalg.solve(fit.curvature, answers.basis.T @ (odds * answers.values)), float)


def mean(answers: Answers, fit: Fit) -> tuple[float, float]:
    """The mean over everyone and its standard error, of residuals (Deville and Särndal 1992, JASA 87:376).

    Residuals of answers that the regression leans on are drawn out by their leverage (HC3, MacKinnon and White 1985).
    The error counts who happened to answer, and where the answers are of a sample of everyone, who was in it. It does
    not count that delta may be another.
    """
    people = float(answers.totals[0])
    gamma = slopes(answers, fit)
    residuals = answers.values - answers.basis @ gamma
    middle = float(fit.weights @ residuals + answers.totals @ gamma) / people
    spread = fit.weights * (fit.weights - 1.0) if answers.whole else fit.weights**2
    drawn_out = residuals / (1.0 - np.minimum(leverages(answers, fit), 0.9))
    return middle, float(np.sqrt((spread * drawn_out**2).sum()) / people)


def leverages(answers: Answers, fit: Fit) -> Floats:
    """(n,) how much of its own fitted value each answer makes; their mean where answers are a hundred to a term."""
    n, p = answers.basis.shape
    if n > 100 * p:
        return np.full(n, p / n)
    root = np.linalg.solve(np.linalg.cholesky(fit.curvature), answers.basis.T)
    out: Floats = (fit.weights - 1.0) * (root**2).sum(axis=0)
    return out


def curve(answers: Answers, deltas: Floats) -> tuple[Floats, Floats]:
    """Means and standard errors at each delta, (k,) each; every fit begins at its neighbour's, from 0 outward."""
    middles, errors = np.empty(len(deltas)), np.empty(len(deltas))
    start = calibrate(answers)
    for side in (np.flatnonzero(deltas >= 0), np.flatnonzero(deltas < 0)[::-1]):
        fit = start
        for k in side:
            fit = calibrate(answers, float(deltas[k]), fit)
            middles[k], errors[k] = mean(answers, fit)
    return middles, errors


def worth(weights: Floats) -> float:
    """How many answers of one weight would be as sure as these (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
