"""How many people did something: distinct persons, a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.events import nothing_passes, picked, seen, unknown_event
from madegood.performance.model import Measured, Series
from madegood.performance.shapes.base import Clock, Events, dated
from madegood.performance.shapes.gaps import people
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
    pick = picked(metric, *([metric.event] if metric.event else []))
    found = store.rows(people(Events(), pick, Clock(days.first, days.last, zone)))
    rows = [(dated(day), n) for day, _, n in found]
    if not rows:
        return nothing_passes(metric)
    series = Series(metric.id, days.first, days.lay(rows), "stock", None, metric.unit, metric.segment, days.notes)
    return Measured(series, days.fitness)
