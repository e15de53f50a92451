"""A level that changes overnight: counting does that, customers seldom do. Arrays are consecutive days, (days,)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.erosion import weekday_pattern

Floats = NDArray[np.float64]

HALF = 28  # days on either side whose middles are compared
EDGE = 4  # days on either side of the night within which most of the step must be there
MOST = 0.7  # of it
LEAST = 0.1  # logs: a smaller step is left to the releases to explain
BAR = 8.0  # robust standard deviations: at most one false step in 66 years of three platforms (tests of broken.py)


@dataclass(frozen=True, slots=True)
class Step:
    """From day `at` on, another level: `size` in logs, `score` in robust standard deviations of such differences."""

    at: int
    size: float
    score: float


def overnight(logs: Floats) -> list[Step]:
    """Every overnight step of a series of logs, oldest first; none within HALF days of another.

    A step is the median of HALF days after a night less that of HALF days before. Its scale is how much the middles of
    neighbouring spells of that length differ elsewhere in this series (median absolute difference), so a level that
    wanders needs a larger one. Most of it must be there within EDGE days, which no ramp or season does.
    """
    even = logs - weekday_pattern(logs)
    if np.isfinite(np.diff(even)).sum() < 4 * HALF:
        return []
    away = difference(even, HALF)
    near = difference(even, EDGE)
    usual = float(np.nanmedian(np.abs(away))) * 1.4826 if np.isfinite(away).any() else 0.0
    days = np.diff(even)
    daily = 1.4826 * float(np.nanmedian(np.abs(days - np.nanmedian(days)))) / np.sqrt(2)
    scale = max(usual, daily * np.sqrt(2 / HALF), 1e-6)
    found: list[Step] = []
    score = np.abs(away) / scale
    sudden = (np.abs(away) >= LEAST) & (near * away > 0) & (np.abs(near) >= MOST * np.abs(away))
    left = np.where(np.isfinite(score) & sudden, score, 0.0)
    while left.max(initial=0.0) >= BAR:
        peak = int(np.argmax(left))
        around = slice(max(0, peak - EDGE), peak + EDGE + 1)
        at = around.start + int(np.argmax(np.abs(np.nan_to_num(near[around]))))
        found.append(Step(at, float(away[peak]), float(score[peak])))
        left[max(0, peak - HALF) : peak + HALF + 1] = 0.0
    return sorted(found, key=lambda s: s.at)


def difference(values: Floats, half: int) -> Floats:
    """Median of `half` days from each day on less that of `half` days before it, (days,); NaN with too few known."""
    out = np.full(len(values), np.nan)
    if len(values) < 2 * half:
        return out
    spells = np.lib.stride_tricks.sliding_window_view(values, half)
    known = np.isfinite(spells).sum(axis=1) >= 0.7 * half
    middle = np.full(len(spells), np.nan)
    middle[known] = np.nanmedian(spells[known], axis=1)
    out[half : len(values) - half + 1] = middle[half:] - middle[:-half]
    return out
