"""Where events lie, which of them are meant, and on which day each of them was."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from madegood.engine.dialect import DUCKDB

if TYPE_CHECKING:
    from madegood.engine.dialect import Dialect

DAY = 86_400_000_000  # microseconds
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Events:
    """A table of events in some engine, and what its columns are called there.

    table    what stands after FROM: a name, or a query in brackets
    columns  SQL of anything else that a filter may name, by that name
    entry    SQL of a named entry of the rest, `{}` standing for its name as a literal; empty: there is none
    """

    table: str = "events"
    person: str = "person"
    at: str = '"at"'
    name: str = "name"
    segment: str = "segment"
    value: str = "value"
    columns: tuple[tuple[str, str], ...] = (
        ("segment", "segment"), ("name", "name"), ("person", "person"), ("value", "value"),
    )  # fmt: skip
    entry: str = "fields[{}]"
    dialect: Dialect = DUCKDB

    def column(self, key: str) -> str:
        """SQL of what a filter calls `key`. Raises KeyError where the table holds nothing of that name."""
        own = dict(self.columns)
        if key in own:
            return own[key]
        if not self.entry:
            raise KeyError(key)
        return self.entry.format(self.dialect.text(key))

    def number(self, key: str) -> str:
        """SQL of what stands there as a number; NULL where it is none."""
        return self.dialect.number.format(self.column(key))


@dataclass(frozen=True, slots=True)
class Pick:
    """Which events: of any of these names (none: of every name), with these properties, in this segment."""

    names: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    segment: str = ""

    @property
    def plain(self) -> bool:
        """Whether the names alone tell."""
        return bool(self.names) and not self.where and not self.segment

    def sql(self, events: Events) -> str:
        """A condition, true of the events that are meant."""
        text, parts = events.dialect.text, []
        if self.names:
            parts.append(f"{events.name} in ({', '.join(text(n) for n in self.names)})")
        parts += [f"{events.column(key)} = {text(value)}" for key, value in self.where]
        if self.segment:
            parts.append(f"{events.segment} = {text(self.segment)}")
        return " and ".join(parts) or "1 = 1"


@dataclass(frozen=True, slots=True)
class Either:
    """Events that at least one of several picks means."""

    picks: tuple[Pick, ...]

    def sql(self, events: Events) -> str:
        """A condition, true of the events that are meant."""
        if all(p.plain for p in self.picks):
            return Pick(tuple(dict.fromkeys(n for p in self.picks for n in p.names))).sql(events)
        return " or ".join(f"({p.sql(events)})" for p in self.picks)


@dataclass(frozen=True, slots=True)
class Clock:
    """How a time becomes a day: the offset from UTC in each stretch between two changes of the clock.

    The offsets are reckoned here, so a day begins at the same moment in every engine, whatever it knows of time zones,
    and with whole numbers alone.

    first, last  days in the zone, both included: nothing before or after them is looked at
    """

    first: date
    last: date
    zone: str = "UTC"
    _changes: tuple[tuple[int, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_changes", tuple(changes(self.zone, self.first, self.last)))

    @property
    def opening(self) -> int:
        """The number of the first day."""
        return numbered(self.first)

    @property
    def closing(self) -> int:
        """The number of the last day."""
        return numbered(self.last)

    @property
    def opens(self) -> int:
        """The microsecond at which the first day begins."""
        return midnight(self.first, self.zone)

    @property
    def closes(self) -> int:
        """The microsecond at which the day after the last one begins."""
        return midnight(self.last + timedelta(days=1), self.zone)

    def day(self, micros: str, dialect: Dialect) -> str:
        """SQL of the day number of a moment."""
        return dialect.divide(f"({micros} + {self.offset(micros)})", DAY)

    def offset(self, micros: str) -> str:
        """SQL of the offset at a moment, microseconds."""
        *early, (_, late) = self._changes
        if not early:
            return str(late)
        ends = [self._changes[i + 1][0] for i in range(len(early))]
        whens = "".join(f" when {micros} < {end} then {there}" for end, (_, there) in zip(ends, early, strict=True))
        return f"case{whens} else {late} end"

    def inside(self, micros: str) -> str:
        """SQL that is true of moments on these days."""
        return f"{micros} >= {self.opens} and {micros} < {self.closes}"


@cache
def midnight(day: date, zone: str) -> int:
    """The microsecond at which a day begins in a zone; where that clock skipped midnight, the first moment after."""
    at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return int((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def changes(zone: str, first: date, last: date) -> list[tuple[int, int]]:
    """(microsecond from which it holds, offset in microseconds) of a zone, from before a first day to after a last.

    >>> [(round(since / DAY, 2), offset // 3_600_000_000) for since, offset in
    ...  changes("Europe/Berlin", date(2026, 3, 28), date(2026, 3, 31))]
    [(20538.0, 1), (20541.04, 2)]
    """
    at = ZoneInfo(zone)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=3)
    out = [(micro(start), _offset(start, at))]
    hour = timedelta(hours=1)
    step = start
    while step < end:
        later = min(step + 24 * hour, end)
        if _offset(later, at) != out[-1][1] or _offset(step, at) != out[-1][1]:
            out += _between(step, later, at, out[-1][1])
        step = later
    return out


def _between(low: datetime, high: datetime, at: ZoneInfo, known: int) -> list[tuple[int, int]]:
    """The changes within one day, each found to the second; two in one day are looked for by the hour."""
    found = []
    marks = [low + (high - low) * k / 24 for k in range(25)]
    for a, b in pairwise(marks):
        there = _offset(b, at)
        if there == known:
            continue
        while b - a > timedelta(seconds=1):
            middle = a + (b - a) / 2
            middle = middle.replace(microsecond=0) if middle.replace(microsecond=0) > a else middle
            a, b = (a, middle) if _offset(middle, at) == there else (middle, b)
        found.append((micro(b.replace(microsecond=0)), there))
        known = there
    return found


def _offset(moment: datetime, at: ZoneInfo) -> int:
    """Microseconds ahead of UTC."""
    ahead = moment.astimezone(at).utcoffset()
    assert ahead is not None
    return int(ahead / timedelta(microseconds=1))


def dayof(at: int, zone: str) -> date:
    """The day on which a microsecond lies in a zone."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).date()


def micro(moment: datetime) -> int:
    """Microseconds since 1970."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def dated(number: int) -> date:
    """The day of a day number."""
    return EPOCH + timedelta(days=int(number))


def numbered(day: date) -> int:
    """The number of a day."""
    return (day - EPOCH).days


def base(events: Events, pick: Pick | Either, clock: Clock, *more: str) -> str:
    """A query of the events that are meant: person u, microsecond t, day d, and whatever else is asked for."""
    t = events.dialect.time(events.at)
    inner = f"select {events.person} as u, {t} as t{''.join(f', {m}' for m in more)} from {events.table}"
    inner += f" where ({pick.sql(events)}) and {events.person} is not null"
    names = "".join(f", {m.rpartition(' as ')[2]}" for m in more)
    return f"select u, t, {clock.day('t', events.dialect)} as d{names} from ({inner}) b where {clock.inside('t')}"


def parted(events: Events, split: tuple[str, ...]) -> str:
    """SQL of the segment that several columns make together, bars between them; empty where there are none."""
    texts = [f"coalesce(cast({events.column(key)} as {events.dialect.letters}), '')" for key in split]
    return " || '|' || ".join(texts)


def span(events: Events) -> str:
    """SQL of one row (first moment, last moment) of any event."""
    t = events.dialect.time(events.at)
    return f"select min({t}) as a, max({t}) as b from {events.table} where {events.person} is not null"


def told_apart(events: Events, key: str, pick: Pick, most: int) -> str:
    """SQL of rows (text, events): the commonest values of a column, of equal ones the first by its letters."""
    return _grouped(events, key, pick, most, "count(*)")


def sized(events: Events, key: str, most: int) -> str:
    """SQL of rows (text, people): the values of a column that most people have had."""
    return _grouped(events, key, Pick(), most, "count(distinct u)")


def _grouped(events: Events, key: str, pick: Pick, most: int, count: str) -> str:
    text = f"cast({events.column(key)} as {events.dialect.letters})"
    rows = f"select {text} as s, {events.person} as u from {events.table} where {pick.sql(events)}"
    return (
        f"select s, {count} as n from ({rows}) e where s <> '' and u is not null group by s order by n desc, s"
        f" limit {most}{events.dialect.settings}"
    )
