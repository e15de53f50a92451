"""Where events lie, and how the same questions are asked of them there: in the store, or only what was kept of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from madegood.performance.counted import Counted, Row
from madegood.performance.shapes.base import EPOCH, Clock, Events
from madegood.performance.shapes.wanted import Sizes, Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.engine.store import Store
    from madegood.performance.counted import Found

SIZES = Wanted(Sizes())
HERE = ""  # the source of answers that are kept of the store's own events


class NotKept(Exception):
    """A question that was not asked while the events were at hand; its text says why, where that is known."""


class Place(Protocol):
    """Somewhere that events can be asked about."""

    def rows(self, wanted: Wanted, clock: Clock) -> list[Row]:
        """The answer's rows, in the order of the shape's columns; NotKept where it cannot be given."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Events in the store, row by row."""

    store: Store

    def rows(self, wanted: Wanted, clock: Clock) -> list[Row]:
        return self.store.rows(wanted.sql(Events(), clock))


@dataclass(frozen=True, slots=True)
class Kept:
    """Events that lie elsewhere, of which the store keeps daily statistics: what every build asked of them."""

    store: Store

    def rows(self, wanted: Wanted, clock: Clock) -> list[Row]:
        name = digest(wanted, clock.zone)
        found = self.store.rows("select source, said from kept where wanted = ?", (name,))
        if not found or found[0][1]:
            raise NotKept(found[0][1] if found else "")
        columns = ", ".join(wanted.shape.columns)
        upto = "(d is null or d between ? and ?)"
        return self.store.rows(
            f"select {columns} from statistics where source = ? and wanted = ? and {upto}",
            (found[0][0], name, clock.opening, clock.closing),
        )


@dataclass(frozen=True, slots=True)
class Ready:
    """Events in the store, of which some answers are kept until they change."""

    store: Store

    def rows(self, wanted: Wanted, clock: Clock) -> list[Row]:
        try:
            return Kept(self.store).rows(wanted, clock)
        except NotKept:
            return Stored(self.store).rows(wanted, clock)


def place_of(store: Store) -> Place:
    """Where this project's events lie."""
    if not store.has("kept"):
        return Stored(store)
    return Ready(store) if store.has("events") else Kept(store)


def people_of(store: Store) -> list[tuple[str, int]]:
    """(segment, people) of events, the largest first; empty where there are none."""
    try:
        rows = place_of(store).rows(SIZES, Clock(EPOCH, EPOCH))
    except NotKept:
        return []
    return sorted(((str(text), int(people)) for text, people in rows), key=lambda one: (-one[1], one[0]))


def forget_answers(store: Store) -> None:
    """Takes out what was kept of the store's own events: they are other ones now."""
    for table in ("kept", "statistics"):
        store.execute(f"delete from {table} where source = ?", (HERE,))


def digest(wanted: Wanted, zone: str) -> str:
    """What a question is kept under: the same for the same question alone.

    >>> from madegood.performance.shapes.wanted import Days
    >>> digest(Wanted(Days()), "UTC") == digest(Wanted(Days()), "Europe/Berlin")
    False
    >>> digest(SIZES, "UTC") == digest(SIZES, "Europe/Berlin")  # no day is in it
    True
    """
    days = zone if "d" in wanted.shape.columns else ""
    return hashlib.sha256(repr((wanted, days)).encode()).hexdigest()[:24]


def keep(store: Store, source: str, wanted: Wanted, zone: str, rows: Found, said: str = "") -> None:
    """Writes down an answer, or why there is none, in place of the one before."""
    name = digest(wanted, zone)
    forget(store, source, [name])
    store.execute("insert into kept values (?, ?, ?)", (source, name, said))
    if len(rows):
        columns = wanted.shape.columns
        found = rows if isinstance(rows, Counted) else Counted.of(rows, columns)
        store.put("statistics", dict(zip(columns, found.columns, strict=True)), {"source": source, "wanted": name})


def forget(store: Store, source: str, wanted: Sequence[str]) -> None:
    """Takes out what was kept under these names."""
    for table in ("kept", "statistics"):
        store.execute(
            f"delete from {table} where source = ? and wanted in (select unnest(?::varchar[]))", (source, list(wanted))
        )
