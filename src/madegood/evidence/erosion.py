"""What is quietly eroding: drift for the worse that lasted, since when, at what cost, and what happened near it."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.model import Erosion, Interval
from madegood.evidence.watched import AMONG, Watched, bar, watched
from madegood.numerics.drift_past import alarms, confirmed, dated, highest
from madegood.numerics.erosion import falls, weekly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.execution.model import Release
    from madegood.intent.model import KnownEvent, Metric
    from madegood.numerics.drift_past import Alarm
    from madegood.performance.model import Floats, Measured

YOUNG = 104  # weeks: of fewer, the watch has learnt for longer than it has watched (drift_past.LEARN)
AHEAD = 26  # weeks for which it is said what an erosion will cost if it goes on: half a year, as far as plans reach
GOING = 2  # weeks: a fall that reached the last two weeks is still going on
ODDS = 1e12  # evidence beyond which its size says nothing more


def erosions(
    metric: Metric,
    measured: Measured,
    releases: Sequence[Release],
    known: Sequence[KnownEvent],
    on: date,
    holidays: Sequence[str] = (),
    among: int = AMONG,
    controls: Sequence[Measured] = (),
) -> tuple[Erosion, ...]:
    """Every erosion of a metric up to `on`, newest first; nothing after `on` is looked at.

    controls  metrics that move with it for other reasons. With any it is watched a second time, beside them: what both
              share hides a slow fall, and a metric that wanders with its control does not wander beside it (weeks until
              it is noticed: benchmarks/erosion.md, "Beside a control"). `among` counts such a metric twice.

    The past is read as if it had been watched week by week: at most one false alarm a year over `among` metrics and
    segments (numerics/drift.py). Releases and known events within the onset's range are named as coincidences; they are
    not blamed, and not excused. What the way of counting did is no erosion: each stretch between changes of instrument
    is judged by itself.
    """
    found: list[Erosion] = []
    for stretch in watched(metric, measured, known, on, holidays):
        found += _told(metric, stretch, _alarms(metric, stretch, bar(among)), releases, known)
    plain = tuple(found)
    for stretch in watched(metric, measured, known, on, holidays, controls) if controls else ():
        for one in _told(metric, stretch, alarms(stretch.past, bar(among)), releases, known):
            if all(one.end < e.onset_low or one.onset_low > e.end for e in plain):
                found.append(one)
    return tuple(sorted(found, key=lambda e: (e.end, e.onset), reverse=True))


def _told(
    metric: Metric,
    stretch: Watched,
    seen: Sequence[Alarm],
    releases: Sequence[Release],
    known: Sequence[KnownEvent],
) -> list[Erosion]:
    """Alarms of a stretch as erosions, those that amount to something."""
    told = [_said(metric, stretch, alarm, releases, known) for alarm in seen]
    return [e for e in told if abs(e.total.mean) > metric.rope and e.total.low * e.total.high > 0]


def _alarms(metric: Metric, stretch: Watched, least: float) -> list[Alarm]:
    """Falls that the scan of the whole past dates and measures, as far as the watch alarmed; then its other alarms.

    The scan (numerics/erosion.py) sees a fall with what came after it, so it dates it better, and it knows a season or
    a dip from what other years did. What it may claim is settled by the watch alone, but for a past in which the watch
    was still learning most of the time: there the scan's own bar holds, at a tenth of a false alarm a metric-year.
    """
    young = len(stretch.past.weeks) < YOUNG
    if highest(stretch.past) < least and not young:
        return []
    scanned = falls(*weekly(turned(metric, stretch.series.values)))
    found = [a for fall in scanned if (a := dated(fall) if young else confirmed(stretch.past, fall, least))]
    rest = [a for a in alarms(stretch.past, least) if all(a.end < f.onset or a.onset > f.end for f in found)]
    return [*found, *rest]


def turned(metric: Metric, values: Floats) -> Floats:
    """Logs, turned so that down is worse; a zero counts as half of the smallest number seen."""
    positive = values[values > 0]
    if not len(positive) or np.nanmin(values) < 0:
        return np.full(len(values), np.nan)
    logs: Floats = np.log(np.where(values == 0, positive.min() / 2, values))
    return logs if metric.good == "up" else -logs


def _said(
    metric: Metric, stretch: Watched, alarm: Alarm, releases: Sequence[Release], known: Sequence[KnownEvent]
) -> Erosion:
    """An alarm in weeks and logs, as an erosion in days and shares."""
    monday = stretch.series.first
    low, onset, high = (monday + timedelta(weeks=w) for w in (alarm.low, alarm.onset, alarm.high))
    high += timedelta(days=6)
    near = [(r.day, r.key) for r in releases if low <= r.day <= high]
    near += [
        (e.first, e.name)
        for e in known
        if e.first <= high and e.last >= low and (not e.metrics or metric.id in e.metrics)
    ]
    ongoing = stretch.latest and alarm.end >= len(stretch.past.weeks) - 1 - GOING
    per_week = _change(metric, stretch, alarm, alarm.fall, alarm.fall_sd)
    return Erosion(
        metric=metric.id,
        onset=onset,
        onset_low=low,
        onset_high=high,
        end=monday + timedelta(weeks=alarm.end, days=6),
        ongoing=ongoing,
        per_week=per_week,
        total=_change(metric, stretch, alarm, alarm.lost, alarm.lost_sd),
        near=tuple(name for _, name in sorted(near)),
        noticed=monday + timedelta(weeks=alarm.week, days=6) if alarm.evidence else None,
        e_value=min(exp(min(alarm.evidence, 50.0)), ODDS) if alarm.evidence else 0.0,
        cost=_so_far(metric, stretch, alarm),
        cost_ahead=_ahead(metric, stretch, alarm) if ongoing else None,
        beside=stretch.beside,
    )


def _change(metric: Metric, stretch: Watched, alarm: Alarm, fall: float, sd: float) -> Interval:
    """A fall of logs or logits from the onset's level, as a relative change with its 95 % interval."""
    sign = -1.0 if metric.good == "up" else 1.0
    began = sign * -_level(stretch, alarm)

    def change(amount: float) -> float:
        if not stretch.share:
            return float(np.expm1(sign * amount))
        return float((1 + np.exp(-began)) / (1 + np.exp(-(began + sign * amount))) - 1)

    low, high = sorted(change(fall + k * 1.96 * sd) for k in (-1, 1))
    return Interval(change(fall), low, high)


def _level(stretch: Watched, alarm: Alarm) -> float:
    """The level of three weeks about the onset, without season; down is worse."""
    level = stretch.past.level(alarm.onset)
    around = level[max(0, alarm.onset - 1) : alarm.onset + 2]
    return float(np.nanmean(around)) if np.isfinite(around).any() else float(np.nanmedian(level))


def _so_far(metric: Metric, stretch: Watched, alarm: Alarm) -> Interval | None:
    """Units lost from the onset to the end against the level at the onset, without season; flows only."""
    if stretch.series.grain != "flow":
        return None
    gone = _level(stretch, alarm) - stretch.past.level(alarm.onset)[alarm.onset : alarm.end + 1]
    sd = stretch.past.noise / np.sqrt(3)  # of the level at the onset, which all weeks are held against
    return _units(metric, stretch, alarm, [np.asarray(gone[np.isfinite(gone)] + k * 1.96 * sd) for k in (0, -1, 1)])


def _ahead(metric: Metric, stretch: Watched, alarm: Alarm) -> Interval | None:
    """Units that will be lost in the next AHEAD weeks against the level at the onset, if it goes on as it went."""
    if stretch.series.grain != "flow":
        return None
    weeks = np.arange(1.0, AHEAD + 1)
    course = [np.asarray(alarm.lost + (alarm.fall + k * 1.96 * alarm.fall_sd) * weeks) for k in (0, -1, 1)]
    return _units(metric, stretch, alarm, course)


def _units(metric: Metric, stretch: Watched, alarm: Alarm, gone: Sequence[Floats]) -> Interval:
    """What weeks so far (logs) for the worse than the onset add up to, in the metric's own unit."""
    sign = -1.0 if metric.good == "up" else 1.0
    a_week = 7 * exp(-sign * _level(stretch, alarm))
    mean, *ends = (float((a_week * sign * np.expm1(sign * logs)).sum()) for logs in gone)
    return Interval(mean, min(ends), max(ends))
