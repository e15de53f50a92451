"""Where a wandering level will be: a shrunken heading, and a spread read from the level's own past changes.

Constants were chosen on the even half (sha256 of the name) of 61 real daily series and frozen before the odd half was
opened: benchmarks/forecast.md holds the table and the command. What was tried and not kept: no heading at all (log
score -0.09 against -0.05), the recent slope carried on undamped (-0.22), a full long-run slope (-0.06).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]

WEEK, YEAR = 7, 52
SMOOTH = 4  # weeks in a level: whole months of weekdays
MEMORY = 156  # weeks of past that count: three years
LONG_RUN, LONG_RUN_WEEKS = 0.5, 52  # share of the long-run slope that goes on: 0.5 n / (n + 52)
RECENT, RECENT_WEEKS = 0.5, 13  # the last quarter's slope fades by half each week
SEASON = 0.3  # share of last years' turn of the same weeks that comes back, from two years on
GROWTH = 1.1  # variance of a change grows with lag ** 1.1; for a pure random walk 1
SPREAD, TAIL = float(np.exp(-0.2)), 4  # scale of the lag spread (on pure walks too, tests) and Student-t degrees
LAGS = (2, 4, 8, 13, 26, 39, 52)
FEWEST_WEEKS = 20  # with fewer the lag spread rests on fewer than three independent changes


def levels(values: Floats) -> Floats:
    """Four-week means of daily values, a week apart, the last ending on the last day; NaN where under half is known.

    values  (days,), NaN where a day is missing
    returns (weeks,), at most MEMORY of them
    """
    weeks = len(values) // WEEK
    days = values[len(values) - weeks * WEEK :].reshape(weeks, WEEK)
    known = np.isfinite(days)
    totals, counts = np.where(known, days, 0.0).sum(1), known.sum(1)
    kernel = np.ones(SMOOTH)
    total, count = np.convolve(totals, kernel)[:weeks], np.convolve(counts, kernel)[:weeks]
    enough = count >= np.minimum(np.arange(1, weeks + 1), SMOOTH) * WEEK / 2
    return np.where(enough, total / np.maximum(count, 1), np.nan)[-MEMORY:]


def heading(level: Floats, ahead: int) -> float:
    """Mean level so many weeks ahead, on the scale that was given. The last level must be known."""
    known = np.flatnonzero(np.isfinite(level))
    last, weeks = level[known[-1]], int(known[-1] - known[0])
    slope = 0.0
    if weeks > RECENT_WEEKS:
        slope = (last - level[known[0]]) / weeks * LONG_RUN * weeks / (weeks + LONG_RUN_WEEKS)
    fading = 0.0
    if len(level) > RECENT_WEEKS and np.isfinite(level[-1 - RECENT_WEEKS]):
        fading = (last - level[-1 - RECENT_WEEKS]) / RECENT_WEEKS * RECENT * (1 - RECENT**ahead) / (1 - RECENT)
    return float(last + slope * ahead + fading + SEASON * season(level, ahead))


def season(level: Floats, ahead: int) -> float:
    """How the level turned over the same weeks one and two years ago, its year's slope taken out; 0 if unknown."""
    if len(level) < 2 * YEAR + SMOOTH:
        return 0.0
    turns = []
    for start in (len(level) - 1 - YEAR, len(level) - 1 - 2 * YEAR):
        end = start + ahead
        if start >= 0 and end < len(level):
            turns.append(level[end] - level[start] - (level[start + YEAR] - level[start]) / YEAR * ahead)
    known = [turn for turn in turns if np.isfinite(turn)]
    return float(np.mean(known)) if known else 0.0


def spread(level: Floats, ahead: int) -> float:
    """Student-t scale of the error of `heading`, from the level's past changes over lags near the one asked.

    Each lag votes with the number of independent changes it holds, less the further it is from the one asked.
    """
    weights, votes = [], []
    for lag in (k for k in LAGS if k <= max(2, len(level) // 3)):
        change = level[lag:] - level[:-lag]
        change = change[np.isfinite(change)]
        if len(change) >= 3:
            weights.append(len(change) / lag * np.exp(-abs(np.log(ahead / lag))))
            votes.append(np.mean(change**2) * (ahead / lag) ** GROWTH)
    return float(np.sqrt(np.average(votes, weights=weights)) * SPREAD)


def beyond(mean: float, scale: float, bound: float) -> float:
    """Chance that the level is above the bound."""
    return float(1 - stdtr(TAIL, (bound - mean) / scale))


def half_width(scale: float, covered: float) -> float:
    """Half the width of the interval that covers this share."""
    return float(scale * stdtrit(TAIL, 0.5 + covered / 2))
