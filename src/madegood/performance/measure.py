"""A metric's definition and the facts -> its series over everything known, checked for fitness first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from madegood.findings import did_you_mean
from madegood.performance.fitness import unfit
from madegood.performance.kinds import KINDS
from madegood.performance.model import Measured
from madegood.performance.place import NotKept, people_of
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric


def measure(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """The series of a metric up to `on`, nothing after it being looked at; fitness newest first.

    zone  the project's time zone, in which an event has its day
    """
    kind = next((k for k in KINDS if metric.kind == k.name), None)
    if kind is None:
        names = [k.name for k in KINDS]
        why = f"`{metric.kind}` is no kind of metric.{did_you_mean(metric.kind, names)}"
        return Refusal(metric.id, why=why, until=f"write `kind:` as one of {', '.join(names)}")
    try:
        measured = kind.read(metric, store, on, zone)
    except NotKept as no:
        why = str(no) or "its events lie elsewhere, and this was not asked of them yet"
        return Refusal(metric.id, why=why, until="madegood build")
    if isinstance(measured, Refusal):
        return measured
    found = (*measured.fitness, *unfit(measured.series, on, kind.lag(metric)))
    return replace(measured, fitness=tuple(sorted(found, key=lambda f: (f.last, f.first), reverse=True)))


def sizes(store: Store) -> tuple[tuple[str, float], ...]:
    """(segment, its share of the people seen) from the events; empty without events or segments."""
    rows = sorted(people_of(store))
    total = sum(people for _, people in rows)
    return tuple((str(segment), people / total) for segment, people in rows)
