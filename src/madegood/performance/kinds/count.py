"""How often something happened: events of one name, a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.events import filtered, local, nothing_passes, seen, unknown_event
from madegood.performance.model import Measured, Series
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
    keep, at = filtered(metric), local(zone)
    rows = store.rows(
        f"select cast({at} as date) as day, count(*) from events"
        f" where name = ? and {keep.sql} and cast({at} as date) <= ? group by 1",
        (metric.event, *keep.params, on),
    )
    if not rows:
        return nothing_passes(metric)
    series = Series(metric.id, days.first, days.lay(rows), "flow", None, metric.unit, metric.segment, days.notes)
    return Measured(series, days.fitness)
