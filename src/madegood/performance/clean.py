"""From readings to a series: one value a day, gaps where the counter broke, growth instead of a running total."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from madegood.days import say_day
from madegood.numerics.changes import quantile
from madegood.numerics.counters import broken_zeros, glitches, growth, looks_cumulative, runs, spacing
from madegood.performance.model import Fitness, Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from madegood.performance.model import Floats

Grain = Literal["flow", "stock", "rate", "cumulative"]
ALONE = 366  # a few readings further than this from all others are a slip in the date, not a beginning
SMALL = 10.0  # fractions that stay below this are shares, means or ratings; above it they may be sums of money


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Readings laid on consecutive days from `first`; a day without one is NaN.

    every  usual days between readings
    """

    first: date
    values: Floats
    base: Floats | None = None
    every: int = 1

    def day(self, index: int) -> date:
        return self.first + timedelta(days=index)


def lay(days: NDArray[np.datetime64], values: Floats, base: Floats | None = None) -> Laid | None:
    """One value a day from readings (readings,) in any order, the last of a day winning; None when there is none."""
    values = np.where(np.isfinite(values), values, np.nan)
    known = np.isfinite(values) & ~np.isnat(days)
    if not known.any():
        return None
    at = days.astype("datetime64[D]").astype(np.int64)
    known &= _in_company(at, known)
    start, end = int(at[known].min()), int(at[known].max())
    out = np.full(end - start + 1, np.nan)
    out[at[known] - start] = values[known]
    below = None
    if base is not None and np.isfinite(base).any():
        below = np.full(len(out), np.nan)
        below[at[known] - start] = base[known]
    first = date(1970, 1, 1) + timedelta(days=start)
    return Laid(first, out, below, spacing(np.unique(at[known])))


def _in_company(at: NDArray[np.int64], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Readings that are not a handful (three at most, one in fifty) a year or more away from all the rest."""
    order = np.unique(at[known])
    parts = np.split(order, np.flatnonzero(np.diff(order) > ALONE) + 1)
    stray = [p for p in parts if len(p) <= min(3, len(order) // 50)]
    return ~np.isin(at, np.concatenate(stray)) if stray and len(stray) < len(parts) else np.ones(len(at), dtype=bool)


def grain(laid: Laid, unit: str = "") -> Grain:
    """What kind of number it is, when nobody said: the same readings always give the same answer.

    cumulative: it (almost) never goes back. rate: a share (`%`), a number with a base, or fractions that stay below 10.
    stock: a week moves it much further than a day, as a level that drifts. flow: everything else.
    """
    known = laid.values[np.isfinite(laid.values)]
    if unit == "%" or laid.base is not None:
        return "rate"
    lively = known[known != 0]
    fractions = np.mean(lively != np.round(lively)) if len(lively) else 0.0
    if looks_cumulative(laid.values):
        return "cumulative"
    if fractions > 0.1 and np.abs(known).max() <= SMALL:
        return "rate"
    return "stock" if _drifts(laid.values) else "flow"


def _drifts(values: Floats) -> bool:
    """Whether the level carries over from day to day: a week's change is 1.6 times a day's, or more.

    White noise about a level gives 1, with a weekday pattern less; a random walk 2.65 (the root of 7).
    """
    day = np.abs(values[1:] - values[:-1])
    week = np.abs(values[7:] - values[:-7])
    day, week = day[np.isfinite(day)], week[np.isfinite(week)]
    return len(week) >= 28 and float(np.mean(week)) > 1.6 * float(np.mean(day)) > 0.0


def clean(
    metric: str, laid: Laid, kind: Grain, unit: str = "", segment: str = ""
) -> tuple[Series, tuple[Fitness, ...]]:
    """The series of one counter, and what was taken out of it."""
    values = laid.values.copy()
    notes: list[str] = []
    found: list[Fitness] = []
    if laid.every > 1:
        notes.append(f"read every {laid.every} days; the days between are gaps")
    if kind == "cumulative":
        values, notes, found = _unroll(metric, laid, notes)
    elif kind == "stock":
        spikes = _spikes(values)
        if spikes.any():
            values[spikes] = np.nan
            found.append(_took_out(metric, laid, spikes, "outlier", "jumped for a single day and came back"))
    if kind != "rate" and laid.every == 1:
        broken = broken_zeros(values)
        if broken.any():
            values[broken] = np.nan
            if kind == "cumulative":  # the day after a counter stood still carries the days it missed
                after = np.flatnonzero(broken[:-1] & ~broken[1:]) + 1
                values[after] = np.nan
            found.append(_took_out(metric, laid, broken, "outage", "counted nothing amid days that are far from zero"))
    shape: Literal["flow", "stock", "rate"] = "flow" if kind == "cumulative" else kind
    return Series(metric, laid.first, values, shape, laid.base, unit, segment, tuple(notes)), tuple(found)


def _unroll(metric: str, laid: Laid, notes: list[str]) -> tuple[Floats, list[str], list[Fitness]]:
    """Daily growth of a running total."""
    readings, found = laid.values.copy(), []
    slips = glitches(readings)
    readings[slips] = np.nan
    values, back = growth(readings)
    if back.any() or slips.any():
        found.append(_took_out(metric, laid, back | slips, "correction", "went back, as a running total cannot"))
    said = "cumulative counter turned into a daily flow: a day's reading less the one before"
    return values, [*notes, said], found


def _spikes(values: Floats) -> NDArray[np.bool_]:
    """Single days on which a stock left its neighbours by 20 of its usual daily steps and came back.

    A level that carries over cannot do that; the days before and after agree to within a fifth of the jump.
    """
    out = np.zeros(len(values), dtype=bool)
    if len(values) < 30:
        return out
    steps = np.abs(np.diff(values))
    usual = float(np.nanmedian(steps)) if np.isfinite(steps).any() else 0.0
    left, here, right = values[:-2], values[1:-1], values[2:]
    near = (left + right) / 2
    jump = np.abs(here - near)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(steps, 28, constant_values=np.nan), 57)
    local = np.nan_to_num(quantile(around, 0.5, 14)[:-1], nan=np.inf)
    floor = np.maximum(np.maximum(local, usual * 0.1), 0.002 * np.abs(near))
    out[1:-1] = (jump > 20 * floor) & (np.abs(right - left) < 0.2 * jump)
    return out


def _took_out(
    metric: str, laid: Laid, days: NDArray[np.bool_], kind: Literal["outage", "correction", "outlier"], what: str
) -> Fitness:
    """One finding for all days of a kind: first and last, how many, and where the longest run is."""
    at = np.flatnonzero(days)
    first, last = laid.day(int(at[0])), laid.day(int(at[-1]))
    long = max(runs(days), key=lambda r: r[1] - r[0])
    where = (
        f"on {say_day(first)}" if len(at) == 1 else f"on {len(at)} days between {say_day(first)} and {say_day(last)}"
    )
    worst = (
        "" if long[0] == long[1] else f", {long[1] - long[0] + 1} of them in a row from {say_day(laid.day(long[0]))}"
    )
    return Fitness(metric, kind, first, last, f"It {what} {where}{worst}.", "All other days; these days are gaps.")
