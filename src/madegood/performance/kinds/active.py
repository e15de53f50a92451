"""How many people did something: distinct persons, a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.events import filtered, local, nothing_passes, seen, unknown_event
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric

NAME = "active"


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """Distinct persons a day with an event of `event`, or with any event when it names none.

    A stock: the same person counts on each of their days, so days do not add up.
    """
    days = seen(metric, store, on, zone)
    if isinstance(days, Refusal):
        return days
    if metric.event and (missing := unknown_event(metric, metric.event, store)):
        return missing
    keep, at = filtered(metric), local(zone)
    rows = store.rows(
        f"select day, count(*) from (select distinct cast({at} as date) as day, person from events"
        f" where {'name = ?' if metric.event else 'true'} and {keep.sql} and cast({at} as date) <= ?) group by 1",
        (*([metric.event] if metric.event else []), *keep.params, on),
    )
    if not rows:
        return nothing_passes(metric)
    series = Series(metric.id, days.first, days.lay(rows), "stock", None, metric.unit, metric.segment, days.notes)
    return Measured(series, days.fitness)
