"""How often something happened: events of one name, a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.events import asked, lacks, nothing_passes, picked
from madegood.performance.shapes.wanted import Tally
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Measured
    from madegood.performance.shapes.wanted import Shape

NAME = "count"


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """What is asked of the events."""
    return (Tally(picked(metric, metric.event)),)


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """Events of `event` a day. A day with none while other events came in is a true zero."""
    if not metric.event:
        return lacks(metric, "which event to count", "event: checkout")
    ask = asked(metric, store, on, zone, metric.event)
    if isinstance(ask, Refusal):
        return ask
    rows = ask.rows(*shapes(metric))
    return ask.made(ask.lay({day: n for day, _, n, *_ in rows}), "flow") if rows else nothing_passes(metric)
