"""How many people did something: distinct persons, a day or in the days up to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from madegood.performance.events import asked, nothing_passes, picked
from madegood.performance.shapes.gaps import histogram, rolling
from madegood.performance.shapes.wanted import Gaps, People
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.events import Asked
    from madegood.performance.model import Floats, Measured
    from madegood.performance.shapes.wanted import Shape

NAME = "active"


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """What is asked of the events."""
    pick = picked(metric, *named(metric))
    return (Gaps(pick, metric.window) if metric.window > 1 else People(pick),)


def named(metric: Metric) -> tuple[str, ...]:
    """The names of its events; none: of any."""
    return (metric.event,) if metric.event else ()


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """Distinct persons with an event of `event`, or with any event when it names none: a day, or in `window` days.

    A stock: the same person counts on each of their days, so days do not add up. A window that is not whole, as on the
    first days or where the tracking was off within it, is a gap. `by` counts accounts or sessions instead.
    """
    ask = asked(metric, store, on, zone, *named(metric))
    if isinstance(ask, Refusal):
        return ask
    rows = ask.rows(*shapes(metric))
    if rows and metric.window > 1:
        return _rolling(ask, rows, metric.window)
    return ask.made(ask.lay({day: n for day, _, n in rows}), "stock") if rows else nothing_passes(metric)


def _rolling(ask: Asked, rows: list[tuple[Any, ...]], window: int) -> Measured:
    """Persons there at least once in the `window` days up to each."""
    whole: Floats = ask.days.whole
    table = histogram([(day, gap, n) for day, _, gap, n in rows], ask.clock.opening, len(whole), window)
    values = rolling(table, window) * whole
    for day in range(len(whole)):
        part = whole[max(0, day - window + 1) : day + 1]
        if len(part) < window or part.sum() != window:
            values[day] = float("nan")
    note = f"people there within the {window} days up to each: what changes them shows by and by"
    return ask.made(values, "stock", None, note)
