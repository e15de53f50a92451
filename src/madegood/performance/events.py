"""What the kinds of metric made from events share: which events count, and which days the tracking really saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from madegood.days import say_day
from madegood.findings import did_you_mean
from madegood.numerics.counters import broken_zeros
from madegood.performance.model import Fitness, Measured, Series
from madegood.performance.shapes.base import Clock, Events, Pick, dated
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Floats

Grain = Literal["flow", "stock", "rate"]

OWN = ("segment", "name", "person")  # columns of an event that a filter may name; all others are looked up in `fields`
ENDS = 28  # days that the first and the last day are compared with
FEWEST = 14  # with this many days to compare with, a whole last day is taken for a broken-off one once in 15 at most


@dataclass(frozen=True, slots=True)
class Filter:
    """The condition that picks a metric's events, as SQL with its parameters."""

    sql: str
    params: tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Which days the tracking saw, judged by all events of any name.

    whole  (days,) 1 where the day was seen, NaN where the tracking was off or broke off
    """

    first: date
    whole: Floats
    notes: tuple[str, ...]
    fitness: tuple[Fitness, ...]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=len(self.whole) - 1)

    def lay(self, rows: Sequence[tuple[object, ...]], column: int = 1) -> Floats:
        """Rows (day, number, ...) laid on the days seen; a day without a row is a true zero, an unseen one a gap."""
        out = np.zeros(len(self.whole))
        for row in rows:
            day = row[0]
            assert isinstance(day, date)
            at = (day - self.first).days
            if 0 <= at < len(out):
                out[at] = float(str(row[column]))
        return out * self.whole


def local(zone: str) -> str:
    """SQL of an event's time in the project's zone; times are kept in UTC."""
    if zone.upper() == "UTC":
        return '"at"'
    quoted = zone.replace("'", "''")
    return f"timezone('{quoted}', timezone('UTC', \"at\"))"


def filtered(metric: Metric) -> Filter:
    """Every `where` and the segment."""
    parts: list[str] = []
    params: list[object] = []
    for key, value in metric.where:
        parts.append(f"{key} = ?" if key in OWN else "fields[?] = ?")
        params.extend([value] if key in OWN else [key, value])
    if metric.segment:
        parts.append("segment = ?")
        params.append(metric.segment)
    return Filter(" and ".join(parts) or "true", tuple(params))


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a kind of metric asks of: events, the days on which they were seen, and how rows become a series."""

    metric: Metric
    store: Store
    events: Events
    days: Seen
    clock: Clock

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a shape of query gives."""
        return self.store.rows(sql)

    def lay(self, numbers: Mapping[int, float]) -> Floats:
        """Day numbers and their values laid on the days seen; a day without one is a true zero, an unseen one a gap."""
        return self.days.lay([(dated(day), value) for day, value in numbers.items()])

    def made(self, values: Floats, grain: Grain, base: Floats | None = None, *notes: str) -> Measured:
        """The series with what was noticed on the way."""
        m, days = self.metric, self.days
        series = Series(m.id, days.first, values, grain, base, m.unit, m.segment, (*notes, *days.notes))
        return Measured(series, days.fitness)


def asked(metric: Metric, store: Store, on: date, zone: str, *names: str) -> Asked | Refusal:
    """Ready to be asked, where there are events up to a day and each of these names is one of theirs."""
    days = seen(metric, store, on, zone)
    if isinstance(days, Refusal):
        return days
    for name in names:
        if missing := unknown_event(metric, name, store):
            return missing
    events = Events()
    if metric.by and metric.by != "person":
        events = replace(events, person=events.column(metric.by))
        if not store.rows(f"select 1 from events where {events.person} is not null limit 1"):
            until = (
                f"write `by:` of the metric `{metric.id}` as the events spell it, and keep that column in the source"
            )
            return Refusal(metric.id, why=f"no event says its `{metric.by}`", until=until)
    return Asked(metric, store, events, days, Clock(days.first, days.last, zone))


def unknown_days(whole: Floats, within: int) -> NDArray[np.bool_]:
    """Days (days,) whose window is not over, or in whose window a day was not seen: a lower share would be no share."""
    unseen = np.concatenate((~np.isfinite(whole), np.ones(within, dtype=bool)))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(unseen, within + 1).any(axis=1))


def lacks(metric: Metric, what: str, line: str) -> Refusal:
    """A definition without something that its kind needs."""
    return Refusal(metric.id, why=f"it does not say {what}", until=f"write `{line}` under `{metric.id}`")


def picked(metric: Metric, *names: str) -> Pick:
    """The events of these names (none: of any) that pass every `where` and are of the segment."""
    return Pick(names, metric.where, metric.segment)


def seen(metric: Metric, store: Store, on: date, zone: str) -> Seen | Refusal:
    """The days from the first event to the last, up to `on`; without events, a refusal."""
    if not store.has("events"):
        until = "name a source of kind `events` in madegood.yml, then `madegood build`"
        return Refusal(metric.id, why="there are no events", until=until)
    at = local(zone)
    rows = store.rows(
        f"select cast({at} as date) as day, count(*), min({at}), max({at}) from events"
        f" where cast({at} as date) <= ? group by 1 order by 1",
        (on,),
    )
    if not rows:
        return Refusal(metric.id, why=f"no event is as early as {say_day(on)}", until="ask about a later day with --on")
    first, last = rows[0][0], rows[-1][0]
    counts = np.zeros((last - first).days + 1)
    for day, n, _, _ in rows:
        counts[(day - first).days] = n
    whole = np.ones(len(counts))
    off = broken_zeros(counts)
    whole[off] = np.nan
    found = _outage(metric, first, np.flatnonzero(off))
    notes = []
    if _broke_off(rows, -1):
        whole[-1] = np.nan
        notes.append(f"{say_day(last)} broke off before its usual end: a gap")
    if _broke_off(rows, 0):
        whole[0] = np.nan
        notes.append(f"{say_day(first)} began after its usual beginning: a gap")
    return Seen(first, whole, tuple(notes), found)


def _broke_off(rows: Sequence[tuple[object, ...]], end: int) -> bool:
    """Whether the tracking stopped earlier on the last day, or began later on the first, than on any of 28 others."""
    others = rows[-ENDS - 1 : -1] if end else rows[1 : ENDS + 1]
    if len(others) < FEWEST:
        return False
    clock = [getattr(r[3 if end else 2], "time")() for r in (*others, rows[end])]  # noqa: B009
    return bool(clock[-1] < min(clock[:-1])) if end else bool(clock[-1] > max(clock[:-1]))


def _outage(metric: Metric, first: date, off: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[Fitness, ...]:
    if not len(off):
        return ()
    a, b = first + timedelta(days=int(off[0])), first + timedelta(days=int(off[-1]))
    says = f"No event of any kind came in on {len(off)} day{'s'[: len(off) > 1]}, the last of them {say_day(b)}."
    return (Fitness(metric.id, "outage", a, b, says, "All other days; these days are gaps."),)


def unknown_event(metric: Metric, name: str, store: Store) -> Refusal | None:
    """A refusal when no event bears the name at all."""
    if store.rows("select 1 from events where name = ? limit 1", (name,)):
        return None
    known = [str(r[0]) for r in store.rows("select name from events group by 1 order by count(*) desc limit 200")]
    near = did_you_mean(name, known)
    listed = "" if near else f" The commonest are: {', '.join(f'`{k}`' for k in known[:8])}."
    return Refusal(
        metric.id,
        why=f"no event is named `{name}`.{near}{listed}",
        until=f"write the event of the metric `{metric.id}` as the events spell it",
    )


def nothing_passes(metric: Metric) -> Refusal:
    """The name exists, and no event of it passes the filter up to the day."""
    said = [f"{k} = {v}" for k, v in metric.where] + ([f"segment = {metric.segment}"] if metric.segment else [])
    why = "no event passes " + (" and ".join(f"`{s}`" for s in said) if said else "up to this day")
    return Refusal(metric.id, why=why, until=f"look at `where` and `segment` of the metric `{metric.id}`, or ask later")
