"""Is a series fit for use? Did tracking break before customers left?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import say_day
from madegood.numerics.changes import noise_breaks, quantile, roundings, small_ratios, units
from madegood.numerics.counters import runs, spacing
from madegood.performance.model import Fitness

if TYPE_CHECKING:
    from madegood.performance.model import Floats, Series

SHORT = 56  # known days: eight of each weekday, half before a release and half after
STOOD = 14  # days without a change, or without a value, before a metric may be called dead
RARE = 1e-6  # chance of so long a standstill in a metric that changes as often as it did; times 3,650 days, 0.004
GAP = 7  # missing days in a row that are worth a word of their own


def unfit(series: Series, on: date, lag: int = 0) -> tuple[Fitness, ...]:
    """Everything to know before a series is read; `lag` days at its end are not expected yet."""
    known = np.flatnonzero(np.isfinite(series.values))
    if not len(known):
        return ()
    every = spacing(known)
    found = [*dead(series, on, lag, every), *gaps(series, every), *instrument(series), *outliers(series)]
    if len(known) < SHORT:
        says = f"Only {len(known)} days have a value."
        usable = f"The level; changes only when they are large. At {SHORT} days a change can be weighed."
        found.append(Fitness(series.metric, "short", series.first, series.last, says, usable))
    return tuple(found)


def dead(series: Series, on: date, lag: int, every: int) -> list[Fitness]:
    """No value for long, or a value that stands still for longer than this metric ever does."""
    values = series.values
    known = np.flatnonzero(np.isfinite(values))
    last = series.day(known[-1])
    silent = (on - last).days - lag
    if silent > max(STOOD, 3 * every):
        says = f"The last value is of {say_day(last)}, {silent} days before {say_day(on)}."
        usable = f"Everything up to {say_day(last)}; nothing can be said of the time since."
        return [Fitness(series.metric, "dead", last + timedelta(days=1), on, says, usable, series.first, last)]
    start = standstill(values[known])
    if start is None or len(known) - start < STOOD:
        return []
    first = series.day(known[start])
    says = f"It has been {values[known[-1]]:g} on every day since {say_day(first)} ({len(known) - start} days)."
    usable = f"Everything before {say_day(first)}: either the counting stopped, or everybody did."
    until = first - timedelta(days=1)
    return [Fitness(series.metric, "dead", first, last, says, usable, series.first, until)]


def standstill(known: Floats) -> int | None:
    """Index of the second equal value of a run at the end that chance cannot give, None without one.

    The chance that a day repeats the one before comes from the year before the run, with the longest run of that year
    as a floor: a rating that stands still for months is alive.
    """
    if len(known) < 2 or known[-1] != known[-2]:
        return None
    differs = np.flatnonzero(known != known[-1])
    if not len(differs):
        return None
    start = int(differs[-1]) + 1
    before = known[max(0, start - 365) : start]
    length = len(known) - start
    if len(before) < 28:
        return None
    same = np.diff(before) == 0
    longest = max((b - a + 2 for a, b in runs(same)), default=1)
    repeat = (same.sum() + 0.5) / (len(same) + 1)
    return start + 1 if repeat ** (length - 1) < RARE and length > 3 * longest else None


def gaps(series: Series, every: int) -> list[Fitness]:
    """Days without a value between the first and the last: long ones each, short ones together."""
    values = series.values
    known = np.flatnonzero(np.isfinite(values))
    inner = np.isnan(values[: known[-1] + 1])
    found, short = [], []
    for a, b in runs(inner):
        if a < known[0] or b - a + 1 < every:
            continue
        if b - a + 1 >= max(GAP, 2 * every):
            first, last = series.day(a), series.day(b)
            says = f"{b - a + 1} days are missing, from {say_day(first)} to {say_day(last)}."
            usable = "Everything on either side; a release inside it cannot be weighed on this metric."
            found.append(Fitness(series.metric, "gap", first, last, says, usable))
        else:
            short.append((a, b))
    if short:
        missing = sum(b - a + 1 for a, b in short)
        says = f"{missing} more day{'s are' if missing > 1 else ' is'} missing here and there."
        first, last = series.day(short[0][0]), series.day(short[-1][1])
        found.append(Fitness(series.metric, "gap", first, last, says, "All other days."))
    return found


def instrument(series: Series) -> list[Fitness]:
    """The way of counting changed: since when, and what may still be compared."""
    found = []
    for change in units(series.values):
        day = series.day(change.at)
        times = f"{change.size:,.0f} times larger" if change.size > 1 else f"{1 / change.size:,.0f} times smaller"
        found.append(_apart(series, change.at, f"On {say_day(day)} its values became {times} overnight: another unit."))
    for change in noise_breaks(series.values, series.base):
        found.append(_apart(series, change.at, _say_noise(series, change.at, change.size)))
    for change in roundings(series.values):
        day = series.day(change.at)
        how = "coarser" if change.size > 1 else "finer"
        says = f"From {say_day(day)} on, its values are rounded {how} than before."
        usable = "All of it; changes smaller than the rounding cannot be seen."
        found.append(Fitness(series.metric, "instrument", day, day, says, usable))
    return found


def _apart(series: Series, at: int, says: str) -> Fitness:
    """A change after which the values may not be compared with those before."""
    day = series.day(at)
    usable = f"Either side by itself; a difference between before and after {say_day(day)} is the counting, not people."
    return Fitness(series.metric, "instrument", day, day, says, usable, day, series.last)


def _say_noise(series: Series, at: int, size: float) -> str:
    """What changed in the noise, and the likely cause where the values show it."""
    day = say_day(series.day(at))
    times = f"{size:.0f} times as much" if size > 1 else f"{1 / size:.0f} times less"
    says = f"Since {day} it jumps from day to day {times} as before, overnight and on every scale"
    says = says.replace("times less as before", "times less than before")
    before, after = (
        part[np.isfinite(part)] for part in (series.values[max(0, at - 84) : at], series.values[at : at + 84])
    )
    fractions = np.mean(after != np.round(after)) > 0.5
    if size > 1 and fractions and small_ratios(after) > 0.4 and small_ratios(before) < 0.2:
        return f"{says}: its values are now ratios of fewer than 20 cases. It is counted differently."
    return f"{says}: it is counted differently, or of something else."


def outliers(series: Series) -> list[Fitness]:
    """Single days far out, together: left in, because a day that is far out may well be true."""
    days = far_out(series.values)
    if not len(days):
        return []
    worst = ", ".join(f"{say_day(series.day(i))} ({series.values[i]:,.6g})" for i in days[:3])
    more, many = ", ..." if len(days) > 3 else "", "s are" if len(days) > 1 else " is"
    says = f"{len(days)} single day{many} far out: {worst}{more}."
    usable = "All of it, if those days are true: a campaign, a crawler, a double count? Write them under `events:`."
    return [Fitness(series.metric, "outlier", series.day(min(days)), series.day(max(days)), says, usable)]


def far_out(values: Floats, times: float = 12.0) -> list[int]:
    """Days 12 robust standard deviations from the median of four weeks around, on the scale of logs; worst first."""
    positive = np.where(values > 0, values, np.nan)
    if np.isfinite(positive).sum() < 56:
        return []
    logs = np.log(positive)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(logs, 14, constant_values=np.nan), 29)
    middle = quantile(around, 0.5, 14)
    away = logs - middle
    spread = 1.4826 * quantile(np.abs(around - middle[:, None]), 0.5, 14)
    score = np.abs(away) / np.maximum(spread, 0.01)
    far = np.flatnonzero(score > times)
    return [int(i) for i in far[np.argsort(-score[far])]]
