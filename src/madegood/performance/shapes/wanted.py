"""What may be asked of events: each shape of question as a value, with what tells it from others of its shape.

Answers are rows of counts by day, the same in every engine and in the one pass over files (one_pass.py), so that they
can be kept, and asked for again, by the question alone. Nothing about anyone is in them.

A row's columns are named as they are kept: d a day's number, s a segment or another text, a and b whole numbers, n and
m counts, y and z sums.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from madegood.performance.shapes import chains, cohorts, gaps, tally
from madegood.performance.shapes.base import DAY, Pick, parted, sized, span, told_apart

if TYPE_CHECKING:
    from madegood.performance.shapes.base import Clock, Events

EVERY = Pick()
Split = tuple[str, ...]  # what the columns are called that a segment is made of; empty: all are in one


@dataclass(frozen=True, slots=True)
class Span:
    """When it begins and ends: one row, the first and the last moment of any event."""

    columns: ClassVar[Split] = ("a", "b")

    def sql(self, events: Events, clock: Clock) -> str:
        return span(events)


@dataclass(frozen=True, slots=True)
class Days:
    """Which days were seen: rows (day, events, first moment, last moment)."""

    columns: ClassVar[Split] = ("d", "n", "a", "b")

    def sql(self, events: Events, clock: Clock) -> str:
        return tally.moments(events, clock)


@dataclass(frozen=True, slots=True)
class Values:
    """What stands in a column: rows (text, events), the commonest of them, at most `most`."""

    key: str
    pick: Pick = EVERY
    most: int = 200
    columns: ClassVar[Split] = ("s", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return told_apart(events, self.key, self.pick, self.most)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many people have had each value of a column: rows (text, people), the largest first, at most `most`."""

    key: str = "segment"
    most: int = 200
    columns: ClassVar[Split] = ("s", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return sized(events, self.key, self.most)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often, and how much: rows (day, segment, events, those with a number, its sum, the sum of its square)."""

    pick: Pick = EVERY
    value: str = ""
    split: Split = ()
    columns: ClassVar[Split] = ("d", "s", "n", "m", "y", "z")

    def sql(self, events: Events, clock: Clock) -> str:
        value = events.number(self.value) if self.value else ""
        return tally.tally(events, self.pick, clock, value, parted(events, self.split))


@dataclass(frozen=True, slots=True)
class People:
    """How many: rows (day, segment, people)."""

    pick: Pick = EVERY
    split: Split = ()
    columns: ClassVar[Split] = ("d", "s", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return gaps.people(events, self.pick, clock, parted(events, self.split))


@dataclass(frozen=True, slots=True)
class Gaps:
    """Since when: rows (day, segment, days since they were there, people)."""

    pick: Pick = EVERY
    most: int = 28
    split: Split = ()
    columns: ClassVar[Split] = ("d", "s", "a", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return gaps.gaps(events, self.pick, clock, self.most, parted(events, self.split))


@dataclass(frozen=True, slots=True)
class Entries:
    """Who went on, by the day they began: rows (day, segment, level, lag, people)."""

    steps: tuple[Pick, ...]
    within: int  # microseconds
    split: Split = ()
    grain: int = DAY
    once: bool = False  # each person's first beginning of all, not the first of each day
    columns: ClassVar[Split] = ("d", "s", "a", "b", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        split = parted(events, self.split)
        return chains.entries(events, self.steps, self.within, clock, split, self.grain, self.once)


@dataclass(frozen=True, slots=True)
class Persons:
    """Who went on, each once: rows (level, people)."""

    steps: tuple[Pick, ...]
    within: int  # microseconds
    columns: ClassVar[Split] = ("a", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return chains.persons(events, self.steps, self.within, clock)


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Who was there again, by their first day: rows (first day, segment, offset, people)."""

    pick: Pick = EVERY
    most: int = 30
    split: Split = ()
    columns: ClassVar[Split] = ("d", "s", "a", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return cohorts.cohorts(events, self.pick, clock, self.most, parted(events, self.split))


@dataclass(frozen=True, slots=True)
class Returned:
    """Who was there again `low` to `high` days after their first: rows (first day, segment, again, people)."""

    pick: Pick
    low: int
    high: int
    split: Split = ()
    columns: ClassVar[Split] = ("d", "s", "a", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return cohorts.returned(events, self.pick, clock, self.low, self.high, parted(events, self.split))


@dataclass(frozen=True, slots=True)
class Recency:
    """How often they came back, and when last: rows (first day, x, t_x, people)."""

    pick: Pick = EVERY
    columns: ClassVar[Split] = ("d", "a", "b", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return cohorts.recency(events, self.pick, clock)


@dataclass(frozen=True, slots=True)
class Until:
    """From each one's first chance until they took it: rows (day, segment, lag or nothing, people)."""

    could: Pick
    did: Pick
    split: Split = ()
    grain: int = DAY
    columns: ClassVar[Split] = ("d", "s", "a", "n")

    def sql(self, events: Events, clock: Clock) -> str:
        return cohorts.until(events, self.could, self.did, clock, parted(events, self.split), self.grain)


Shape = Span | Days | Values | Sizes | Tally | People | Gaps | Entries | Persons | Cohorts | Returned | Recency | Until


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question: its shape, and whom it counts (`by`: a column other than the person's)."""

    shape: Shape
    by: str = ""

    def sql(self, events: Events, clock: Clock) -> str:
        """The query, which gives its rows in the order of the shape's columns."""
        meant = replace(events, person=events.column(self.by)) if self.by else events
        return self.shape.sql(meant, clock)
