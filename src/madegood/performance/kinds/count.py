"""How often something happened: events of one name, a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.events import nothing_passes, picked, seen, unknown_event
from madegood.performance.model import Measured, Series
from madegood.performance.shapes.base import Clock, Events, dated
from madegood.performance.shapes.tally import tally
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric

NAME = "count"


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """Events of `event` a day. A day with none while other events came in is a true zero."""
    if not metric.event:
        return Refusal(metric.id, why="it names no event to count", until=f"write `event:` under `{metric.id}`")
    days = seen(metric, store, on, zone)
    if isinstance(days, Refusal):
        return days
    if missing := unknown_event(metric, metric.event, store):
        return missing
    found = store.rows(tally(Events(), picked(metric, metric.event), Clock(days.first, days.last, zone)))
    rows = [(dated(day), n) for day, _, n, *_ in found]
    if not rows:
        return nothing_passes(metric)
    series = Series(metric.id, days.first, days.lay(rows), "flow", None, metric.unit, metric.segment, days.notes)
    return Measured(series, days.fitness)
