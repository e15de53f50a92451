"""Counters that were read once a day: laying the readings on days, growth between readings, zeros that cannot be.

Arrays are consecutive days, (days,); a day without a reading is NaN. Nothing here comes from a paper: each rule is a
comparison of a day with its own neighbours, and its false alarms are counted in benchmarks/fitness.md.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

AROUND = 56  # days on either side that a zero is compared with: eight of each weekday
IMPOSSIBLE = 1e-5  # chance of a zero day below which it is the counter: in ten years of days, 0.04 by chance


def spacing(at: NDArray[np.int64]) -> int:
    """Usual days between readings, from the sorted days (readings,) they were taken on.

    >>> spacing(np.array([0, 7, 14, 21])), spacing(np.array([0, 1, 2, 30]))
    (7, 1)
    """
    return int(np.median(np.diff(at))) if len(at) > 1 else 1


def runs(flags: Flags) -> list[tuple[int, int]]:
    """First and last index of each run of True.

    >>> runs(np.array([False, True, True, False, True]))
    [(1, 2), (4, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def looks_cumulative(values: Floats) -> bool:
    """Whether it (almost) never goes back and grows: 60 steps or more, 2 % of them back, a tenth of them up.

    A flow goes back about every second day, and a growing stock every third (measured on daily installs); the first 60
    days of a lucky one do not look so. Falls together are below 2 % of the rise, or are at most two corrections.
    """
    known = values[np.isfinite(values)]
    steps = np.diff(known)
    if len(steps) < 60 or known.min() < 0:
        return False
    up, down = steps > 0, steps < 0
    small = -steps[down].sum() <= 0.02 * steps[up].sum() or down.sum() <= 2
    return bool(down.mean() <= 0.02 and up.mean() >= 0.1 and up.sum() >= 20 and small)


def glitches(values: Floats, within: int = 14) -> Flags:
    """Readings of a cumulative counter that fell and came back: the fallen readings are wrong, not the growth.

    A fall counts as come back when the counter is at its former height again within so many days.
    """
    out = np.zeros(len(values), dtype=bool)
    at = np.flatnonzero(np.isfinite(values))
    i = 1
    while i < len(at):
        before = values[at[i - 1]]
        if values[at[i]] < before:
            later = at[i:][at[i:] <= at[i] + within]
            back = later[values[later] >= before]
            usual = np.median(np.abs(np.diff(values[at[max(0, i - 30) : i]]))) if i > 2 else 0.0
            if len(back) and before - values[at[i]] > 3 * usual:
                fallen = later[later < back[0]]
                out[fallen] = True
                i += len(fallen)
                continue
        i += 1
    return out


def growth(values: Floats) -> tuple[Floats, Flags]:
    """Daily growth of a cumulative counter (days,), and the days (days,) on which it went back.

    The growth of a day is its reading less the one before. After a gap the next difference covers several days: all of
    them are gaps, never a spike. A counter that is read every week or month gives its growth a day, on the day of the
    reading. A counter that went back was corrected: how much it grew that day is not known.
    """
    at = np.flatnonzero(np.isfinite(values))
    usual = spacing(at)
    out = np.full(len(values), np.nan)
    back = np.zeros(len(values), dtype=bool)
    for a, b in pairwise(at):
        change, days = values[b] - values[a], b - a
        if change < 0:
            back[b] = True
        elif days <= max(1, round(1.5 * usual)) or usual == 1 == days:
            out[b] = change / days
    return out, back


def chance_of_zero(neighbours: Floats) -> float:
    """Chance of a day with none, from comparable days: negative binomial by moments, which a bursty count needs.

    >>> chance_of_zero(np.array([3.0, 2.0, 4.0, 1.0, 3.0, 2.0])) > 0.01
    True
    """
    mean, var = float(neighbours.mean()), float(neighbours.var(ddof=1))
    if mean <= 0:
        return 1.0
    if var <= mean:
        return float(np.exp(-mean))
    size = mean**2 / (var - mean)
    return float((size / (size + mean)) ** size)


def _comparable(values: Floats, first: int, last: int, day: int) -> tuple[Floats, Floats]:
    """Known days around a run: all of them, and those of the same weekday as `day`."""
    near = np.r_[max(0, first - AROUND) : first, last + 1 : min(len(values), last + 1 + AROUND)]
    near = near[np.isfinite(values[near])]
    return values[near], values[near[(near - day) % 7 == 0]]


def impossible_zero(values: Floats, first: int, last: int, day: int) -> bool:
    """Whether a zero on `day`, in a run of zeros from first to last, is far from anything its neighbours do.

    It needs 14 known days around it, and 4 of the same weekday of which at most one was zero (a shop that is closed on
    Sundays has true zeros); then either no neighbour comes anywhere near zero, or a count like them cannot be zero.
    """
    near, same = _comparable(values, first, last, day)
    if len(near) < 14 or len(same) < 4 or (same == 0).sum() > 1 or (near == 0).mean() > 0.1:
        return False
    lively = near[near > 0]
    far = len(lively) >= 28 and lively.min() >= max(10.0, 0.05 * float(np.median(lively)))
    counts = bool(np.all(near == np.round(near)))
    return bool(far or (counts and chance_of_zero(near) < IMPOSSIBLE and chance_of_zero(same) < IMPOSSIBLE))


def broken_zeros(values: Floats, longest: int = 14) -> Flags:
    """Zero days (days,) that are the counter, not the customers. Runs longer than `longest` are left alone."""
    out = np.zeros(len(values), dtype=bool)
    for first, last in runs(values == 0):
        if last - first < longest and all(impossible_zero(values, first, last, d) for d in range(first, last + 1)):
            out[first : last + 1] = True
    return out
