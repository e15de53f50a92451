"""What is quietly eroding: drift for the worse that lasted, since when, and what happened near its beginning."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window
from madegood.evidence.model import Erosion, Interval
from madegood.numerics.erosion import falls, weekly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.execution.model import Release
    from madegood.intent.model import KnownEvent, Metric
    from madegood.numerics.erosion import Fall
    from madegood.performance.model import Floats, Measured, Series

GOING = 2  # weeks: a fall that reached the last two weeks is still going on


def erosions(
    metric: Metric, measured: Measured, releases: Sequence[Release], known: Sequence[KnownEvent], on: date
) -> tuple[Erosion, ...]:
    """Every erosion of a metric up to `on`, newest first; nothing after `on` is looked at.

    Releases and known events within the onset's range are named as coincidences; they are not blamed, and not excused.
    What the way of counting did is no erosion: each stretch between changes of instrument is judged by itself.
    """
    series = measured.series.within(
        Window(measured.series.first, max(measured.series.first, min(measured.series.last, on)))
    )
    found = []
    for first, last in stretches(metric, measured, known, series):
        part = series.within(Window(first, last))
        means, errors = weekly(_logs(metric, part.values))
        begin = len(part.values) - 7 * len(means)
        for fall in falls(means, errors):
            erosion = _said(metric, part, fall, begin, len(means), releases, known, last == series.last)
            if abs(erosion.total.mean) > metric.rope:
                found.append(erosion)
    return tuple(sorted(found, key=lambda e: (e.end, e.onset), reverse=True))


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


def _logs(metric: Metric, values: Floats) -> Floats:
    """Logs, turned so that down is worse; a zero counts as half of the smallest number seen."""
    positive = values[values > 0]
    if not len(positive) or np.nanmin(values) < 0:
        return np.full(len(values), np.nan)
    logs: Floats = np.log(np.where(values == 0, positive.min() / 2, values))
    return logs if metric.good == "up" else -logs


def _said(
    metric: Metric,
    part: Series,
    fall: Fall,
    begin: int,
    weeks: int,
    releases: Sequence[Release],
    known: Sequence[KnownEvent],
    reaches_now: bool,
) -> Erosion:
    """A fall in weeks and logs, as an erosion in days and shares."""
    low, onset, high = (part.day(begin + 7 * w) for w in (fall.onset_low, fall.onset, fall.onset_high))
    end = part.day(begin + 7 * fall.end + 6)
    high += timedelta(days=6)
    near = [(r.day, r.key) for r in releases if low <= r.day <= high]
    near += [
        (e.first, e.name)
        for e in known
        if e.first <= high and e.last >= low and (not e.metrics or metric.id in e.metrics)
    ]
    return Erosion(
        metric=metric.id,
        onset=onset,
        onset_low=low,
        onset_high=high,
        end=end,
        ongoing=reaches_now and fall.end >= weeks - GOING,
        per_week=_share(metric, fall.slope, fall.slope_sd),
        total=_share(metric, fall.total, fall.total_sd),
        near=tuple(name for _, name in sorted(near)),
    )


def _share(metric: Metric, change: float, sd: float) -> Interval:
    """A change of logs as a share with its 95 % interval, in the metric's own direction."""
    sign = 1.0 if metric.good == "up" else -1.0
    low, high = sorted(np.expm1(sign * (change + k * 1.96 * sd)) for k in (-1, 1))
    return Interval(float(np.expm1(sign * change)), float(low), float(high))
