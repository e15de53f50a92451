"""A metric as it is watched for erosion: whole weeks, logs in which down is worse, season and known days beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window
from madegood.intent.calendar import rest_days
from madegood.numerics.drift_past import LEARN, Past, past
from madegood.numerics.weekly import levels, shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.intent.model import KnownEvent, Metric
    from madegood.performance.model import Floats, Measured, Series

YEAR = 365.25
HARMONICS = 2  # waves a year: a summer and a winter of unlike shape
MOST = 1 / 8  # of the weeks: so many columns for known days at most, as in evidence/calendar.py
COVERS = 0.9  # of the weeks a control must be known on, as in evidence/controls.py
MOVES = 0.2  # least correlation of weekly changes in the first year: .2 is what chance reaches in one of thirteen
STRETCH = 10.0  # of a control's logs, so that the filter's prior of their coefficient (20 noises) holds 1 with room
A_YEAR = 1.0  # false alarms a year among everything that is watched together
AMONG = 10  # metrics and segments that are watched together, unless it is said how many


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """One stretch of a metric that was counted in one way.

    series  whole weeks, Monday to Sunday: week w begins at day 7 w
    past    logs (logits of shares of people who could), down is worse
    share   logits, not logs
    latest  whether it reaches the last whole week that is known
    beside  the controls that it is watched beside
    """

    series: Series
    past: Past
    share: bool
    latest: bool
    beside: tuple[str, ...] = ()


def bar(among: int = AMONG, a_year: float = A_YEAR) -> float:
    """Log of the evidence at which a metric alarms, for so many false alarms a year among so many metrics.

    An e-detector reaches c within n weeks of nothing with a chance of n / c at most (numerics/drift.py): over `among`
    metrics that is one false alarm in c / among weeks.
    """
    return log(52 * max(among, 1) / a_year)


def watched(
    metric: Metric,
    measured: Measured,
    known: Sequence[KnownEvent],
    on: date,
    holidays: Sequence[str] = (),
    controls: Sequence[Measured] = (),
) -> tuple[Watched, ...]:
    """Each stretch of a metric that is long enough to be watched, oldest first; nothing after `on` is looked at.

    controls  metrics that move with it: with any, only stretches with one that does, and what it shares with them is
              no erosion
    """
    series = measured.series.within(
        Window(measured.series.first, max(measured.series.first, min(measured.series.last, on)))
    )
    found = []
    for first, last in stretches(metric, measured, known, series):
        part = _whole_weeks(series.within(Window(first, last)))
        if part is None:
            continue
        weeks, rough, share = _weeks(part)
        turned = weeks if metric.good == "up" else -weeks
        beside = _beside(weeks, part, controls)
        if controls and not beside:
            continue
        table = np.column_stack([columns(metric, part, part, known, holidays), *beside.values()])
        seen = past(turned, table, rough)
        if seen is not None:
            found.append(Watched(part, seen, share, last == series.last, tuple(beside)))
    return tuple(found)


def _beside(weeks: Floats, part: Series, controls: Sequence[Measured]) -> dict[str, Floats]:
    """Weekly logs of the controls that are known nearly always, and that moved with the metric in the first year.

    The choice looks at weeks before any bet alone, so that it cannot favour one.
    """
    found = {}
    for control in controls:
        values = control.series.within(Window(part.first, part.last)).values
        logs = levels(np.where(values > 0, values, np.nan))
        known = np.isfinite(logs) & np.isfinite(weeks)
        if known.sum() < COVERS * np.isfinite(weeks).sum() or not known.any():
            continue
        early = known.copy()
        early[np.flatnonzero(known)[LEARN:]] = False
        ours, theirs = (np.diff(x[early]) for x in (weeks, logs))
        if len(ours) < LEARN // 2 or np.ptp(theirs) == 0 or np.ptp(ours) == 0:
            continue
        if np.corrcoef(ours, theirs)[0, 1] > MOVES:
            at = np.flatnonzero(np.isfinite(logs))
            whole = np.interp(np.arange(len(logs)), at, logs[at])
            found[control.series.metric] = STRETCH * (whole - whole[:LEARN].mean())
    return found


def stretches(
    metric: Metric, measured: Measured, known: Sequence[KnownEvent], series: Series
) -> list[tuple[date, date]]:
    """First and last day of each stretch that was counted in one way and was alive."""
    cuts = {f.usable_from for f in measured.fitness if f.kind == "instrument" and f.usable_from}
    cuts |= {e.first for e in known if e.changes_instrument and (not e.metrics or metric.id in e.metrics)}
    stopped = [f.usable_to for f in measured.fitness if f.kind == "dead" and f.usable_to]
    last = min([series.last, *stopped])
    inner = sorted(c for c in cuts if series.first < c <= last)
    starts, ends = [series.first, *inner], [*(c - timedelta(days=1) for c in inner), last]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if a <= b]


def columns(
    metric: Metric, taught: Series, part: Series, known: Sequence[KnownEvent], holidays: Sequence[str]
) -> Floats:
    """Season, known events and holidays by name, as shares of each week of `part`, (weeks, columns).

    The same columns for every part: those that `taught` had something to say of.
    """
    days, of = ([s.day(i) for i in range(len(s.values))] for s in (part, taught))
    angle = 2 * np.pi * np.array([d.toordinal() for d in days]) / YEAR
    season = [wave(k * angle) for k in range(1, HARMONICS + 1) for wave in (np.sin, np.cos)]
    marked: list[set[date]] = [
        {d for d in {*days, *of} if e.first <= d <= e.last}
        for e in known
        if not e.changes_instrument and (not e.metrics or metric.id in e.metrics)
    ]
    by_name: dict[str, set[date]] = {}
    for name, day in rest_days(tuple(holidays), min(days[0], of[0]), max(days[-1], of[-1])) if holidays else ():
        by_name.setdefault(name, set()).add(day)
    marked += by_name.values()
    some = [m for m in marked if 0 < len(m & set(of)) < len(of)][: int(len(of) / 7 * MOST)]
    table = np.stack([*season, *(np.array([d in m for d in days], float) for m in some)], axis=1)
    return np.asarray(table.reshape(-1, 7, table.shape[1]).mean(axis=1))


def _whole_weeks(part: Series) -> Series | None:
    """Monday to Sunday only: bounds that do not move from day to day, so that a week is looked at once."""
    first = part.first + timedelta(days=-part.first.weekday() % 7)
    last = part.last - timedelta(days=(part.last.weekday() + 1) % 7)
    return part.within(Window(first, last)) if first < last else None


def _weeks(part: Series) -> tuple[Floats, Floats, bool]:
    """Weekly logs, or logits of shares with their known binomial noise; fresh variance in usual ones; which it is."""
    base, values = part.base, part.values
    inside = values[np.isfinite(values)]
    if part.grain == "rate" and base is not None and len(inside) and inside.min() >= 0 and inside.max() <= 1:
        logits, noise = shares(values, base)
        if np.isfinite(noise).any():
            rough = np.where(np.isfinite(noise), noise / np.nanmedian(noise), 1.0)
            return logits, rough, True
    weeks = levels(values) if len(inside) else np.full(len(values) // 7, np.nan)
    return weeks, np.ones(len(weeks)), False
