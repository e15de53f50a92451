"""How many people did something: distinct persons, a day or in the days up to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.events import asked, nothing_passes, picked
from madegood.performance.shapes.gaps import gaps, histogram, people, rolling
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.events import Asked
    from madegood.performance.model import Floats, Measured
    from madegood.performance.shapes.base import Pick

NAME = "active"


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """Distinct persons with an event of `event`, or with any event when it names none: a day, or in `window` days.

    A stock: the same person counts on each of their days, so days do not add up. A window that is not whole, as on the
    first days or where the tracking was off within it, is a gap. `by` counts accounts or sessions instead.
    """
    names = (metric.event,) if metric.event else ()
    ask = asked(metric, store, on, zone, *names)
    if isinstance(ask, Refusal):
        return ask
    pick = picked(metric, *names)
    if metric.window > 1:
        return _rolling(ask, pick, metric.window) or nothing_passes(metric)
    rows = ask.rows(people(ask.events, pick, ask.clock))
    return ask.made(ask.lay({day: n for day, _, n in rows}), "stock") if rows else nothing_passes(metric)


def _rolling(ask: Asked, pick: Pick, window: int) -> Measured | None:
    """Persons there at least once in the `window` days up to each."""
    rows = ask.rows(gaps(ask.events, pick, ask.clock, window))
    if not rows:
        return None
    whole: Floats = ask.days.whole
    table = histogram([(day, gap, n) for day, _, gap, n in rows], ask.clock.opening, len(whole), window)
    values = rolling(table, window) * whole
    for day in range(len(whole)):
        part = whole[max(0, day - window + 1) : day + 1]
        if len(part) < window or part.sum() != window:
            values[day] = float("nan")
    note = f"people there within the {window} days up to each: what changes them shows by and by"
    return ask.made(values, "stock", None, note)
