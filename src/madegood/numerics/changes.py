"""Has the way of counting changed, though the customers may not have? Three signs that behaviour does not give.

A rounding that comes or goes, a change of unit, and a day-to-day noise that is suddenly of another size on every scale.
Arrays are consecutive days, (days,); NaN is a day without a value. No paper: each sign asks for so much that series in
which nothing happened give it less than once in 50 series-years; the rates are in benchmarks/fitness.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HALF = 42  # days on either side that are compared: six whole weeks, so that no weekday counts more
FEWEST = 28  # known days that each side must have
APART = 4.0  # the typical day of the noisier side is this many times an unusually noisy day of the quieter side
SURE = 24.0  # bits: a grid that fits by chance once in 2^24 windows


@dataclass(frozen=True, slots=True)
class Change:
    """From day `at` on the numbers are made differently.

    kind  rounding: the grid that values lie on changed; unit: a power of ten; noise: its day-to-day changes
    size  grid after / before; level after / before; noise after / before
    """

    kind: Literal["rounding", "unit", "noise"]
    at: int
    size: float


# ---- rounding -----------------------------------------------------------------------------------------------

GRIDS = tuple(m * 10.0**e for e in range(4, -5, -1) for m in (5, 2, 1))  # coarse to fine: 50,000 to 0.0001


def on_grid(values: Floats, grid: float) -> NDArray[np.bool_]:
    """Which values are whole multiples of a grid, to the error of arithmetic; a value below the grid is not."""
    ratio = values / grid
    whole = np.round(ratio)
    return np.asarray((np.abs(ratio - whole) < 1e-4) & ((whole != 0) | (values == 0)))


def grid_of(values: Floats) -> float:
    """The coarsest grid that all values lie on; 0 when none does.

    >>> grid_of(np.array([120.0, 40.0, 150.0])), grid_of(np.array([4.21, 4.2, 4.25]))
    (10.0, 0.01)
    """
    return next((g for g in GRIDS if on_grid(values, g).all()), 0.0)


def _finer(coarse: Floats, fine: Floats) -> float:
    """How much finer the second's grid is, when it cannot be chance that all of the first lie on theirs; else 1."""
    distinct = np.unique(coarse)
    if len(distinct) < 8:
        return 1.0
    grid, other = grid_of(coarse), grid_of(fine)
    if grid <= 0 or grid <= other:
        return 1.0
    ratio = grid / (other or 1e-5)
    strays = 1 - on_grid(fine, grid).mean()
    sure = min(len(distinct), len(coarse)) * np.log2(ratio) >= SURE
    return float(ratio) if sure and strays >= 0.5 * (1 - 1 / ratio) else 1.0


def roundings(values: Floats) -> list[Change]:
    """Days on which the grid of the values changed for good: 42 known days on one, the next 42 on another."""
    at = np.flatnonzero(np.isfinite(values))
    known, out, i = values[at], [], HALF
    if len(known) < 2 * HALF:
        return []
    fits = np.stack([on_grid(known, g) for g in GRIDS]).astype(np.int64)
    total = np.cumsum(np.pad(fits, ((0, 0), (1, 0))), axis=1)  # (grids, days + 1)
    sums = total[:, HALF:] - total[:, :-HALF] == HALF
    grid = np.where(sums.any(axis=0), np.argmax(sums, axis=0), len(GRIDS))  # of the window that begins on each day
    while i <= len(known) - HALF:
        if grid[i - HALF] != grid[i]:
            before, after = known[i - HALF : i], known[i : i + HALF]
            finer, coarser = _finer(before, after), _finer(after, before)
            if max(finer, coarser) > 1:
                out.append(Change("rounding", int(at[i]), coarser if coarser > 1 else 1 / finer))
                i += HALF
        i += 1
    return out


# ---- unit ---------------------------------------------------------------------------------------------------


def units(values: Floats) -> list[Change]:
    """Days on which the level became 100 or 1,000 times larger or smaller overnight and stayed: shares -> percent."""
    at = np.flatnonzero(np.isfinite(values) & (values > 0))
    logs = np.log10(values[at])
    out = []
    for i in np.flatnonzero(np.abs(np.diff(logs)) > 1.5) + 1:
        before, after = logs[max(0, i - 28) : i], logs[i : i + 28]
        if len(before) < 14 or len(after) < 14:
            continue
        jump = float(np.median(after) - np.median(before))
        apart = before.max() < after.min() if jump > 0 else after.max() < before.min()
        if apart and round(abs(jump)) in (2, 3) and abs(abs(jump) - round(abs(jump))) < 0.1:
            out.append(Change("unit", int(at[i]), 10 ** float(round(jump))))
    return out


# ---- noise --------------------------------------------------------------------------------------------------


def noise_breaks(values: Floats, base: Floats | None = None) -> list[Change]:
    """Days on which the day-to-day noise changed its size for good, on every scale on which it could be steady.

    A level that grows changes noise on the plain scale and leaves it on the scale of logs; a count that becomes rare
    does it the other way round and leaves it on the scale of roots: so only what shows on all of them is the counting.
    With a base, the noise is first made that of one person (binomial), so that fewer people are no change of counting.
    """
    at = np.flatnonzero(np.isfinite(values))
    known = values[at]
    if len(known) < 2 * FEWEST or known.min() < 0:
        return []
    if base is not None and np.isfinite(base[at]).all():
        scales = [np.sqrt(np.maximum(base[at], 1.0)) * known]
    else:
        floor = known[known > 0].min() / 2 if (known > 0).any() else 1.0
        scales = [known, np.sqrt(known), np.log(np.maximum(known, floor))]
    gap = np.diff(at)
    ratios = np.stack([_noise_ratios(_steps(s, at), gap) for s in scales])
    sizes = np.where((ratios > 0).all(axis=0) | (ratios < 0).all(axis=0), np.abs(ratios).min(axis=0), 0.0)
    out = []
    while sizes.size and sizes.max() > np.log(APART):
        best = int(np.argmax(sizes))
        least = int(np.argmin(np.abs(ratios[:, best])))
        steps = np.abs(_steps(scales[least], at))
        day = _sharpest(np.diff(scales[least]), best)
        before, after = steps[max(0, day - 1 - HALF) : day - 1], steps[day - 1 : day - 1 + HALF]
        out.append(Change("noise", int(at[day]), float(after.mean() / max(before.mean(), 1e-12))))
        sizes[max(0, best - 2 * HALF) : best + 2 * HALF] = 0.0
    return sorted(out, key=lambda c: c.at)


def _sharpest(steps: Floats, near: int, reach: int = 14) -> int:
    """The known day within two weeks of `near` that parts the steps best: likelihood of two sizes (Laplace)."""
    first, last = max(0, near - HALF), min(len(steps), near + HALF)
    size = np.abs(steps[first:last])
    best, least = near, np.inf
    for day in range(max(first + 7, near - reach), min(last - 7, near + reach) + 1):
        a, b = (
            size[: day - first - 1].mean(),
            size[day - first - 1 :].mean(),
        )  # the step into a day is the one before it
        cost = (day - first - 1) * np.log(max(a, 1e-12)) + (last - day + 1) * np.log(max(b, 1e-12))
        if cost < least:
            best, least = day, cost
    return best


def _steps(known: Floats, at: NDArray[np.int64]) -> Floats:
    """Changes from one known day to the next (known - 1,), without what the weekday does in the weeks around."""
    steps = np.diff(known)
    out = steps.copy()
    weekday = at[1:] % 7
    for d in range(7):
        mine = np.flatnonzero(weekday == d)
        if len(mine) >= 5:
            padded = np.pad(steps[mine], 4, mode="reflect" if len(mine) > 4 else "edge")
            out[mine] = steps[mine] - np.median(np.lib.stride_tricks.sliding_window_view(padded, 9), axis=1)
    return out


def _noise_ratios(steps: Floats, gap: NDArray[np.int64]) -> Floats:
    """Log of noise after over before, for each known day (known,); 0 where one cannot be told from the other.

    The typical step (median) of the noisier side must exceed an unusual one (the 80 % quantile, or the mean if that is
    larger) of the quieter side, so that a few wild days, or a few quiet ones, are not another way of counting.
    """
    size = np.abs(np.where(gap <= 3, steps, np.nan))
    out = np.zeros(len(steps) + 1)
    if len(size) < 2 * FEWEST:
        return out
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(size, HALF, constant_values=np.nan), HALF)
    middle = quantile(windows, 0.5, FEWEST)
    lively = mean(np.where(np.isfinite(windows), (windows > 0).astype(np.float64), np.nan), FEWEST) >= 0.5
    high = np.maximum(quantile(windows, 0.8, FEWEST), mean(windows, FEWEST))
    # the step into day i + 1 is size[i]: window i ends before it, window i + HALF + 1 begins after it
    before, after = slice(0, len(size)), slice(HALF + 1, HALF + 1 + len(size))
    high[~lively] = np.nan  # a side that mostly stands still has no noise to compare
    with np.errstate(invalid="ignore", divide="ignore"):
        louder = np.log(middle[after] / high[before])
        quieter = np.log(middle[before] / high[after])
    louder, quieter = (
        np.where(np.isfinite(louder), louder, 0.0),
        np.where(np.isfinite(quieter), quieter, 0.0),
    )  # a side that stands still has no noise
    out[1:] = np.where(louder > 0, louder, np.where(quieter > 0, -quieter, 0.0))
    return out


def quantile(windows: Floats, share: float, fewest: int) -> Floats:
    """A quantile of the known values of each window (windows, size); NaN with fewer than `fewest`."""
    ordered = np.sort(windows, axis=1)  # NaN last
    known = np.isfinite(ordered).sum(axis=1)
    place = np.maximum(known - 1, 0) * share
    low, part = np.floor(place).astype(np.int64), place - np.floor(place)
    rows = np.arange(len(windows))
    high = np.minimum(low + 1, np.maximum(known - 1, 0))
    out: Floats = ordered[rows, low] * (1 - part) + ordered[rows, high] * part
    out[known < fewest] = np.nan
    return out


def mean(windows: Floats, fewest: int) -> Floats:
    """The mean of the known values of each window (windows, size); NaN with fewer than `fewest`."""
    known = np.isfinite(windows).sum(axis=1)
    total: Floats = np.nansum(windows, axis=1)
    return np.where(known >= fewest, total / np.maximum(known, 1), np.nan)


def small_ratios(values: Floats, largest: int = 20) -> float:
    """Share of values that are ratios of whole numbers below 20, to 4 decimals: 3.6666, 4.25. By chance, 2.6 %."""
    below = np.arange(1, largest + 1)
    ratio = values[:, None] * below
    whole = np.round(ratio + 1e-4)
    return float(np.mean((np.abs(ratio - whole) <= 1.01e-4 * below).any(axis=1)))
