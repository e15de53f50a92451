"""How much the answer itself moves who answers: two arms, a known figure, and the point at which a conclusion tips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincinv, ndtri, stdtrit

from madegood.numerics.calibration import curve

if TYPE_CHECKING:
    from madegood.numerics.calibration import Answers, Floats

#: Deltas that are looked at: exp(2) is 7.4 times the odds of answering for one standard deviation of the answer.
FARTHEST = 2.0
STEPS = 33
FINE = 801


def normal_scores(answers: Floats, weights: Floats) -> Floats:
    """(n,) each answer as the normal quantile of the middle of its weighted rank, mean 0 and variance 1.

    Steps of an answer scale are not alike (from 9 to 10 is further than from 7 to 8): they are cut from a normal
    satisfaction, as in ordered probit (McKelvey and Zavoina 1975), and the tilt is linear in that. Two kinds of answer:
    the scores are those of any other scale. All answers alike: zeros.
    """
    levels, where = np.unique(answers, return_inverse=True)
    shares = np.bincount(where, weights=weights) / weights.sum()
    middles = ndtri(np.cumsum(shares) - shares / 2)
    middles = middles - shares @ middles
    spread = np.sqrt(shares @ middles**2)
    out: Floats = (middles / spread)[where] if len(levels) > 1 else np.zeros(len(answers))
    return out


@dataclass(frozen=True, slots=True)
class TwoArms:
    """What two arms that were asked with unlike effort say together.

    score  (estimate, low, high); delta likewise
    open   whether the score has no lower, no upper end of its own: the deltas that go with both arms reach the highest,
           the lowest of those looked at
    agree  some delta leaves both arms within error of one score
    """

    score: tuple[float, float, float]
    delta: tuple[float, float, float]
    open: tuple[bool, bool]
    agree: bool


def two_arms(ordinary: Answers, effort: Answers, level: float = 0.95) -> TwoArms:
    """The score that both arms agree on, where the answer tilts the odds of answering alike in both.

    Each delta gives each arm a score; the set holds the scores for which some delta leaves both within error:
    min over delta of the sum of (arm - score)^2 / se^2 below the chi-square of one degree of freedom. That is the
    Anderson-Rubin statistic with the nuisance parameter concentrated out, whose size holds however weakly delta is told
    (Guggenberger, Kleibergen, Mavroeidis and Chen 2012, Econometrica 80:2649, for the linear model).
    """
    coarse = np.linspace(-FARTHEST, FARTHEST, STEPS)
    fine = np.linspace(-FARTHEST, FARTHEST, FINE)
    (m0, s0), (m1, s1) = (
        tuple(np.interp(fine, coarse, line) for line in curve(arm, coarse)) for arm in (ordinary, effort)
    )
    apart = (m0 - m1) ** 2 / (s0**2 + s1**2)
    middle = (m0 / s0**2 + m1 / s1**2) / (1 / s0**2 + 1 / s1**2)
    error = 1 / np.sqrt(1 / s0**2 + 1 / s1**2)
    room = 2 * gammaincinv(0.5, level) - apart
    best = int(apart.argmin())
    inside = room >= 0
    agree = bool(inside.any())
    if not agree:
        inside[best], room[best] = True, 2 * gammaincinv(0.5, level)
    half = error * np.sqrt(np.clip(room, 0, None))
    return TwoArms(
        (float(middle[best]), float((middle - half)[inside].min()), float((middle + half)[inside].max())),
        (float(fine[best]), float(fine[inside].min()), float(fine[inside].max())),
        (bool(inside[-1]), bool(inside[0])),
        agree,
    )


def crossing(deltas: Floats, heights: Floats) -> float | None:
    """The delta nearest to 0 at which a line through the heights (k,) is 0; None where it is nowhere."""
    turns = np.flatnonzero(np.sign(heights[:-1]) != np.sign(heights[1:]))
    rises = heights[turns + 1] - heights[turns]
    at = deltas[turns] - heights[turns] * (deltas[turns + 1] - deltas[turns]) / rises
    return float(at[np.abs(at).argmin()]) if len(at) else None


def pinned(deltas: Floats, means: Floats, errors: Floats, truth: float) -> tuple[float, float] | None:
    """The delta at which the score is the known figure, and its standard error; None where it lies beyond them all."""
    at = crossing(deltas, means - truth)
    if at is None:
        return None
    slope = np.interp(at, deltas, np.gradient(means, deltas))
    return at, float(np.interp(at, deltas, errors) / max(abs(slope), 1e-12))


def carried(waves: Floats, deltas: Floats, errors: Floats, wave: float) -> tuple[float, float]:
    """The delta of a wave from those of others, and half its 95 % interval.

    waves (k,) places in time of waves whose delta is known, two or more; deltas wander from wave to wave (a random
    walk): between two, a line, beyond them the nearest. How much they wander is read from the known ones, the error of
    each counted in (so rather too much), with Student's t of as many degrees of freedom as there are steps.
    """
    order = np.argsort(waves)
    waves, deltas, errors = waves[order], deltas[order], errors[order]
    gaps = np.diff(waves)
    wander = float(np.mean(np.diff(deltas) ** 2 / gaps))
    after = int(np.searchsorted(waves, wave))
    near = min(max(after - 1, 0), len(waves) - 2)
    if 0 < after < len(waves):
        part = (wave - waves[near]) / gaps[near]
        middle = (1 - part) * deltas[near] + part * deltas[near + 1]
        spread = wander * gaps[near] * part * (1 - part)
        error = ((1 - part) * errors[near]) ** 2 + (part * errors[near + 1]) ** 2
    else:
        end = 0 if after == 0 else len(waves) - 1
        middle, spread, error = deltas[end], wander * abs(wave - waves[end]), errors[end] ** 2
    return float(middle), float(stdtrit(len(gaps), 0.975) * np.sqrt(spread + error))
