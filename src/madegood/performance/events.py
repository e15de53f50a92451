"""What the kinds of metric made from events share: which events count, and which days the tracking really saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from madegood.days import say_day
from madegood.findings import did_you_mean
from madegood.numerics.counters import broken_zeros
from madegood.performance.model import Fitness, Measured, Series
from madegood.performance.place import place_of
from madegood.performance.shapes.base import Clock, Pick, dated, dayof, midnight
from madegood.performance.shapes.wanted import Days, Span, Values, Wanted
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.counted import Row
    from madegood.performance.model import Floats
    from madegood.performance.place import Place
    from madegood.performance.shapes.wanted import Shape

Grain = Literal["flow", "stock", "rate"]

OWN = ("segment", "name", "person")  # columns of an event that a filter may name; all others are looked up in `fields`
SPAN, DAYS = Wanted(Span()), Wanted(Days())
#: Every name; a tracker that has more of them has put something else in their place.
NAMES = Wanted(Values("name", most=10_000))
ANY = Clock(date(1970, 1, 1), date(1970, 1, 1))
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
    place: Place
    days: Seen
    clock: Clock

    def rows(self, shape: Shape) -> list[Row]:
        """The rows that a shape of question gives, of whom the metric counts."""
        return self.place.rows(Wanted(shape, whom(self.metric)), self.clock)

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
    ask = Asked(metric, place_of(store), days, Clock(days.first, days.last, zone))
    if whom(metric) and not ask.place.rows(Wanted(Values(whom(metric), most=1)), ask.clock):
        until = f"write `by:` of the metric `{metric.id}` as the events spell it, and keep that column in the source"
        return Refusal(metric.id, why=f"no event says its `{metric.by}`", until=until)
    return ask


def whom(metric: Metric) -> str:
    """The column of whom a metric counts; empty for persons."""
    return "" if metric.by == "person" else metric.by


def common(metric: Metric) -> tuple[Wanted, ...]:
    """What is asked of events before a metric itself is."""
    by = (Wanted(Values(whom(metric), most=1)),) if whom(metric) else ()
    return (SPAN, DAYS, NAMES, *by)


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
    if not store.has("events") and not store.has("kept"):
        until = "name a source of kind `events` in madegood.yml, then `madegood build`"
        return Refusal(metric.id, why="there are no events", until=until)
    place = place_of(store)
    (began, ended), *_ = place.rows(SPAN, Clock(on, on, zone)) or [(None, None)]
    if began is None or (first := dayof(began, zone)) > on:
        return Refusal(metric.id, why=f"no event is as early as {say_day(on)}", until="ask about a later day with --on")
    clock = Clock(first, min(dayof(ended, zone), on), zone)
    rows = sorted((dated(d), n, a - midnight(dated(d), zone), b - midnight(dated(d), zone))
                  for d, n, a, b in place.rows(DAYS, clock))  # fmt: skip
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


def _broke_off(rows: Sequence[tuple[date, int, int, int]], end: int) -> bool:
    """Whether the tracking stopped earlier on the last day, or began later on the first, than on any of 28 others."""
    others = rows[-ENDS - 1 : -1] if end else rows[1 : ENDS + 1]
    if len(others) < FEWEST:
        return False
    if end:
        return rows[end][3] < min(last for *_, last in others)
    return rows[end][2] > max(first for _, _, first, _ in others)


def _outage(metric: Metric, first: date, off: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[Fitness, ...]:
    if not len(off):
        return ()
    a, b = first + timedelta(days=int(off[0])), first + timedelta(days=int(off[-1]))
    says = f"No event of any kind came in on {len(off)} day{'s'[: len(off) > 1]}, the last of them {say_day(b)}."
    return (Fitness(metric.id, "outage", a, b, says, "All other days; these days are gaps."),)


def unknown_event(metric: Metric, name: str, store: Store) -> Refusal | None:
    """A refusal when no event bears the name at all."""
    known = [str(text) for text, *_ in place_of(store).rows(NAMES, ANY)]
    if name in known:
        return None
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
