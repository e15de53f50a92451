"""One metric in each segment of customers: the same definition, read segment by segment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.measure import measure
from madegood.performance.model import Measured
from madegood.performance.place import people_of

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric

#: Segments with fewer persons are left out: a number about so few is a number about somebody.
FEWEST = 30
#: Segments are read largest first, up to so many: each is a query, and what lies beyond is small.
MOST = 60


def by_segment(metric: Metric, store: Store, on: date, zone: str = "UTC") -> tuple[Measured, ...]:
    """The series of a metric in each segment up to `on`, by the segment's name; fitness as `measure` finds it.

    Empty where nothing has segments, where the metric is of one segment already, and where no two of them can be read:
    a segment that cannot be read, or has fewer than FEWEST persons, is left out. Events without a segment are in none.
    """
    if metric.segment:
        return ()
    names = _of_daily(metric, store, on) if metric.kind == "daily" else _of_events(store)
    if len(names) < 2:
        return ()
    found = [(name, measure(replace(metric, segment=name), store, on, zone)) for name in sorted(names)]
    read = [replace(m, series=replace(m.series, segment=n)) for n, m in found if isinstance(m, Measured)]
    return tuple(read) if len(read) > 1 else ()


def sizes_of(parts: tuple[Measured, ...]) -> tuple[tuple[str, float], ...]:
    """(segment, its share of all), by how many could or how many they are; empty for rates of unknown size.

    For metrics from daily tables, where nobody counts the people: `Question.sizes` weighs the stages of a rollout so.
    """
    found: list[tuple[str, float]] = []
    for part in parts:
        series = part.series
        if series.grain == "rate" and series.base is None:
            return ()
        amount = series.base if series.grain == "rate" and series.base is not None else series.values
        known = amount[np.isfinite(amount)]
        found.append((series.segment, float(known.mean()) if len(known) else 0.0))
    total = sum(size for _, size in found)
    return tuple((name, size / total) for name, size in found) if total > 0 else ()


def _of_daily(metric: Metric, store: Store, on: date) -> list[str]:
    """Segments of the metric's own rows; daily tables come counted, so how many persons stand behind is not known."""
    if not store.has("daily"):
        return []
    rows = store.rows(
        "select segment from daily where metric = ? and day <= ? and segment is not null and segment <> ''"
        " group by 1 order by count(*) desc, 1 limit ?",
        (metric.name or metric.id, on, MOST),
    )
    return [str(row[0]) for row in rows]


def _of_events(store: Store) -> list[str]:
    """Segments of the events that hold enough persons."""
    return [text for text, people in people_of(store) if people >= FEWEST][:MOST]
