"""What each family of questions keeps of people while the rows go by, and what it counted in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from madegood.numerics import events as loops
from madegood.performance.one_pass.cells import Parts, Unfit
from madegood.performance.one_pass.people import grown
from madegood.performance.shapes.chains import strict
from madegood.performance.shapes.wanted import Cohorts, Gaps, Recency, Returned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from madegood.performance.model import Floats
    from madegood.performance.one_pass.cells import Cells
    from madegood.performance.shapes.base import Pick
    from madegood.performance.shapes.wanted import Days, Entries, People, Persons, Shape, Split, Tally, Until, Values

Row = tuple[Any, ...]
Back = Cohorts | Returned | Recency
DENSE = 1 << 24  # numbers that one question may be counted in: 128 MB
SPLIT_MOST = 64  # parts in which people are counted by themselves


@dataclass(slots=True)
class Rows:
    """A stretch of rows on one day: those from `low` up to `high` of a batch.

    day     from 1
    micro   moments, in microseconds since 1970, of the first and the last row
    values  of each column of numbers, NaN where there is none
    """

    x: NDArray[np.int32]
    t: NDArray[np.int64]
    cell: NDArray[np.uint16]
    values: Mapping[str, Floats]
    low: int
    high: int
    day: int
    micro: tuple[int, int]
    cells: NDArray[np.int64]


class Family(Protocol):
    """Questions that are answered from the same things kept."""

    def tell(self, cells: Cells) -> None:
        """Makes tables for cells, whose numbers changed."""

    def hold(self, people: int) -> None:
        """Makes room for so many people."""

    def fold(self, rows: Rows) -> None:
        """Takes in a stretch of rows."""

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        """The rows of each question; `first` is the number of the first day."""


class Seen:
    """Which days were seen."""

    def __init__(self, asked: Sequence[Days]) -> None:
        self.asked = asked
        self.found: dict[int, tuple[int, int, int]] = {}

    def tell(self, cells: Cells) -> None: ...

    def hold(self, people: int) -> None: ...

    def fold(self, rows: Rows) -> None:
        n, a, b = self.found.get(rows.day, (0, rows.micro[0], rows.micro[1]))
        self.found[rows.day] = n + rows.high - rows.low, min(a, rows.micro[0]), max(b, rows.micro[1])

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        rows = [(day + first - 1, *of) for day, of in self.found.items()]
        return {asked: list(rows) for asked in self.asked}


class Told:
    """What stands in columns, whenever."""

    def __init__(self, asked: Sequence[Values]) -> None:
        self.asked = [(a, Parts((a.key,))) for a in asked]
        self.meant: list[NDArray[np.bool_]] = []
        self.found = [Counter[str]() for _ in asked]

    def tell(self, cells: Cells) -> None:
        self.meant = [cells.meant(a.pick) for a, _ in self.asked]
        for _, parts in self.asked:
            parts.tell(cells)

    def hold(self, people: int) -> None: ...

    def fold(self, rows: Rows) -> None:
        for (_, parts), meant, found in zip(self.asked, self.meant, self.found, strict=True):
            each = np.bincount(parts.of[meant], rows.cells[meant], len(parts.texts))
            for p in np.flatnonzero(each).tolist():
                found[parts.texts[p]] += int(each[p])

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        return {a: commonest(found, a.most) for (a, _), found in zip(self.asked, self.found, strict=True)}


class Tallied:
    """How often and how much: for all such questions, what each cell holds."""

    def __init__(self, asked: Sequence[Tally]) -> None:
        self.asked = [(a, Parts(a.split)) for a in asked]
        self.columns = {a.value for a in asked if a.value}
        self.meant: list[NDArray[np.bool_]] = []
        self.found: list[dict[tuple[int, int], list[float]]] = [{} for _ in asked]

    def tell(self, cells: Cells) -> None:
        self.meant = [cells.meant(a.pick) for a, _ in self.asked]
        for _, parts in self.asked:
            parts.tell(cells)

    def hold(self, people: int) -> None: ...

    def fold(self, rows: Rows) -> None:
        sums = {}
        for name in self.columns:
            m, y, z = np.zeros(len(rows.cells), np.int64), np.zeros(len(rows.cells)), np.zeros(len(rows.cells))
            loops.summed(rows.cell, rows.values[name], rows.low, rows.high, m, y, z)
            sums[name] = (m, y, z)
        for (asked, parts), meant, found in zip(self.asked, self.meant, self.found, strict=True):
            here = np.flatnonzero(meant & (rows.cells > 0))
            part = parts.of[here]
            columns = [rows.cells, *(sums[asked.value] if asked.value else ())]
            told = [np.bincount(part, column[here], len(parts.texts)) for column in columns]
            for p in np.unique(part).tolist():
                row = found.setdefault((rows.day, p), [0, 0, 0.0, 0.0])
                for i, column in enumerate(told):
                    row[i] += column[p]

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        return {
            asked: [(d + first - 1, parts.texts[p], int(n), int(m), y, z) for (d, p), (n, m, y, z) in found.items()]
            for (asked, parts), found in zip(self.asked, self.found, strict=True)
        }


class There:
    """Who is there on a day, each once in a part; those questions that ask no more than since when.

    finer  the same people in parts, where those are asked for too: who is new in none of them is new in no way
    """

    def __init__(self, pick: Pick, split: Split, asked: Sequence[People | Gaps], finer: There | None = None) -> None:
        self.finer = finer if not split else None
        self.pick, self.parts, self.asked = pick, Parts(split), asked
        self.room, self.people = 1, 0
        self.last = np.zeros(0, dtype=np.int16)
        self.part = np.zeros(1, dtype=np.int16)
        self.counts: list[dict[int, NDArray[np.int64]]] = [{} for _ in asked]
        self.found, self.n = np.zeros(0, dtype=np.int32), 0
        self.before, self.which = np.zeros(0, dtype=np.int16), np.zeros(0, dtype=np.int16)

    def tell(self, cells: Cells) -> None:
        self.parts.tell(cells)
        self.part = np.where(cells.meant(self.pick), self.parts.of, -1).astype(np.int16)
        room = self.room
        while room < len(self.parts.texts):
            room *= 2
        if room > SPLIT_MOST:
            raise Unfit(f"{' and '.join(self.parts.keys)} tell more than {SPLIT_MOST} parts")
        if room > self.room:
            old = self.last.reshape(self.people, self.room)
            self.last = np.zeros(self.people * room, dtype=np.int16)
            self.last.reshape(self.people, room)[:, : self.room] = old
            self.room = room

    def hold(self, people: int) -> None:
        self.people = people
        self.last = grown(self.last, people * self.room)

    def fold(self, rows: Rows) -> None:
        if len(self.found) < rows.high - rows.low:
            size = rows.high - rows.low
            self.found, self.before = np.empty(size, np.int32), np.empty(size, np.int16)
            self.which = np.empty(size, np.int16)
        lists = (self.last, self.found, self.before, self.which)
        if self.finer:
            self.n = loops.of_those(rows.x, self.finer.found, self.finer.n, rows.day, *lists)
        else:
            self.n = loops.there(rows.x, rows.cell, rows.low, rows.high, rows.day, self.part, self.room, *lists)
        for asked, counts in zip(self.asked, self.counts, strict=True):
            out = np.zeros((len(self.parts.texts), asked.most + 1 if isinstance(asked, Gaps) else 2), dtype=np.int64)
            loops.since(self.before, self.which, self.n, rows.day, out)
            old = counts.get(rows.day)
            if old is not None:
                out[: len(old)] += old
            counts[rows.day] = out

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        out: dict[Shape, list[Row]] = {}
        for asked, counts in zip(self.asked, self.counts, strict=True):
            rows: list[Row] = []
            for day, table in counts.items():
                d = day + first - 1
                if isinstance(asked, Gaps):
                    rows += [(d, self.parts.texts[p], g, int(table[p, g])) for p, g in np.argwhere(table).tolist()]
                else:
                    known = table.sum(axis=1)
                    rows += [(d, self.parts.texts[p], int(known[p])) for p in np.flatnonzero(known).tolist()]
            out[asked] = rows
        return out


class Came:
    """Who came back: from the first day of each, in the part of their first moment."""

    def __init__(self, there: There, split: Split, asked: Sequence[Back], days: int) -> None:
        self.there, self.parts, self.asked = there, Parts(split), asked
        self.first, self.segment, self.had = (np.zeros(0, dtype=np.int16) for _ in range(3))
        self.counts = [np.zeros((1, days + 1, _wide(a)), dtype=np.int64) for a in asked]

    def tell(self, cells: Cells) -> None:
        self.parts.tell(cells)
        self.counts = [_grown(c, len(self.parts.texts)) for c in self.counts]

    def hold(self, people: int) -> None:
        self.first, self.segment, self.had = (grown(held, people) for held in (self.first, self.segment, self.had))

    def fold(self, rows: Rows) -> None:
        there, n = self.there, self.there.n
        loops.firsts(
            rows.x, rows.t, rows.cell, rows.high, rows.day, there.found, there.before, n, there.part, self.parts.of,
            self.parts.rank, self.first, self.segment, self.had,
        )  # fmt: skip
        for asked, out in zip(self.asked, self.counts, strict=True):
            match asked:
                case Cohorts():
                    loops.offsets(rows.x, there.found, n, rows.day, self.first, self.segment, out)
                case Returned():
                    loops.again(rows.x, there.found, there.before, n, rows.day, self.first, self.segment, asked.low,
                                asked.high, out)  # fmt: skip

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        out: dict[Shape, list[Row]] = {}
        for asked, counts in zip(self.asked, self.counts, strict=True):
            if isinstance(asked, Recency):
                met = np.flatnonzero(self.first)
                spans = self.there.last[met * self.there.room] - self.first[met]
                each = (self.first[met].astype(np.int64) << 32) + (self.had[met].astype(np.int64) << 16) + spans
                told, n = np.unique(each, return_counts=True)
                columns = (told >> 32) + first - 1, (told >> 16 & 0xFFFF) - 1, told & 0xFFFF, n
                out[asked] = list(zip(*(column.tolist() for column in columns), strict=True))
            else:
                out[asked] = [
                    (d + first - 1, self.parts.texts[p], k, int(counts[p, d, k]))
                    for p, d, k in np.argwhere(counts).tolist()
                ]
        return out


class Entered:
    """Who went on, by the day they began."""

    def __init__(self, asked: Entries, days: int) -> None:
        self.asked, self.parts, self.days = asked, Parts(asked.split), days
        self.levels = len(asked.steps)
        self.lags = asked.within // asked.grain + 1
        if days * self.levels * self.lags > DENSE:
            raise Unfit("too many days, steps and waits to be counted side by side")
        self.strict = sum(strict(asked.steps, k) << k for k in range(1, self.levels))
        self.step, self.heads = np.zeros(1, dtype=np.uint8), np.zeros((0, 2), dtype=np.int32)
        self.begins: NDArray[np.bool_] = np.zeros(1, dtype=bool)
        self.begun, self.reached = np.zeros(0, dtype=loops.BEGUN), np.zeros(0, dtype=np.int64)
        self.free, self.spare, self.rows = -1, 0, np.zeros(0, dtype=np.int32)
        self.counts = np.zeros((1, days + 1, self.levels, self.lags), dtype=np.int64)

    def tell(self, cells: Cells) -> None:
        self.parts.tell(cells)
        if len(self.parts.texts) * loops.LEVELS > np.iinfo(np.int16).max:
            raise Unfit(f"{' and '.join(self.parts.keys)} tell too many parts")
        self.step = stepped(self.asked.steps, cells)
        self.begins = (self.step & 1) > 0
        self.counts = _grown(self.counts, len(self.parts.texts))

    def hold(self, people: int) -> None:
        self.heads = grown(self.heads, people)

    def fold(self, rows: Rows) -> None:
        self._room(int(rows.cells[self.begins].sum()))
        if len(self.rows) <= rows.high - rows.low:
            self.rows = np.empty(rows.high - rows.low + 1, np.int32)
        self.free = loops.entered(
            rows.x, rows.t, rows.cell, rows.low, rows.high, rows.day, self.step, self.strict, self.levels,
            self.asked.within, self.asked.grain, self.parts.of, self.parts.rank, self.rows, self.heads, self.begun,
            self.reached, self.free, self.counts,
        )  # fmt: skip

    def _room(self, more: int) -> None:
        """Makes sure of places for so many more beginnings."""
        free, at = 0, self.free
        if self.spare < more:
            free = loops.length(self.begun, at, more)
            self.spare = free
        if self.spare < more:
            old = len(self.begun)
            size = old + max(more - self.spare, old // 2)
            self.begun = grown(self.begun, size)
            self.reached = grown(self.reached, size) if self.strict else self.reached
            self.begun["link"][old:] = np.arange(old + 1, size + 1)
            self.begun["link"][size - 1] = self.free
            self.free = old
            self.spare += size - old
        self.spare -= more

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        return {
            self.asked: [
                (d + first - 1, self.parts.texts[p], k + 1, lag, int(self.counts[p, d, k, lag]))
                for p, d, k, lag in np.argwhere(self.counts).tolist()
            ]
        }


class Deepest:
    """How far everyone came, each once."""

    def __init__(self, asked: Persons) -> None:
        self.asked = asked
        self.levels = len(asked.steps)
        self.strict = sum(strict(asked.steps, k) << k for k in range(1, self.levels))
        self.step, self.rows = np.zeros(1, dtype=np.uint8), np.zeros(0, dtype=np.int32)
        self.latest, self.best = np.zeros((0, self.levels - 1), dtype=np.int64), np.zeros(0, dtype=np.int8)

    def tell(self, cells: Cells) -> None:
        self.step = stepped(self.asked.steps, cells)

    def hold(self, people: int) -> None:
        self.latest = grown(self.latest, people)
        self.best = grown(self.best, people)

    def fold(self, rows: Rows) -> None:
        if len(self.rows) <= rows.high - rows.low:
            self.rows = np.empty(rows.high - rows.low + 1, np.int32)
        loops.deepest(rows.x, rows.t, rows.cell, rows.low, rows.high, self.step, self.strict, self.asked.within,
                      self.rows, self.latest, self.best)  # fmt: skip

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        each = np.bincount(self.best.astype(np.int64), minlength=self.levels + 1)
        return {self.asked: [(k, int(each[k])) for k in range(1, self.levels + 1) if each[k]]}


class Taken:
    """From everyone's first chance until they took it: up to 64 questions of one split."""

    def __init__(self, asked: Sequence[Until], opens: NDArray[np.int64]) -> None:
        self.asked, self.parts, self.opens = asked, Parts(asked[0].split), opens
        self.grain = np.array([a.grain for a in asked], dtype=np.int64)
        days = len(opens) - 2
        self.lags = int(max((opens[-1] - opens[0]) // g + 2 for g in self.grain))
        if len(asked) * days * self.lags > DENSE:
            raise Unfit("waits that are too fine to be counted side by side")
        self.could, self.did = np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.uint64)
        wide = next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if len(asked) <= np.iinfo(kind).bits)
        self.seen, self.chance = np.zeros((0, 2), dtype=wide), np.zeros((0, len(asked)), dtype=np.int64)
        self.news = np.empty((loops.NEWS, 4), dtype=np.int64)
        self.counts = np.zeros((1, len(asked), days + 1, self.lags + 1), dtype=np.int64)

    def tell(self, cells: Cells) -> None:
        self.parts.tell(cells)
        if len(self.parts.texts) > loops.PARTS:
            raise Unfit(f"{' and '.join(self.parts.keys)} tell more than {loops.PARTS} parts")
        self.could, self.did = np.zeros(cells.size, dtype=np.uint64), np.zeros(cells.size, dtype=np.uint64)
        for q, asked in enumerate(self.asked):
            self.could |= cells.meant(asked.could).astype(np.uint64) << np.uint64(q)
            self.did |= cells.meant(asked.did).astype(np.uint64) << np.uint64(q)
        self.counts = _grown(self.counts, len(self.parts.texts))

    def hold(self, people: int) -> None:
        self.seen = grown(self.seen, people)
        self.chance = grown(self.chance, people)

    def fold(self, rows: Rows) -> None:
        loops.taken(
            rows.x, rows.t, rows.cell, rows.low, rows.high, rows.day, self.could, self.did, self.parts.of,
            self.parts.rank, self.grain, self.opens, self.seen, self.chance, self.news, self.counts,
        )  # fmt: skip

    def answers(self, first: int) -> dict[Shape, list[Row]]:
        out: dict[Shape, list[Row]] = {}
        for q, asked in enumerate(self.asked):
            found = np.argwhere(self.counts[:, q]).tolist()
            out[asked] = [
                (d + first - 1, self.parts.texts[p], lag if lag < self.lags else None, int(self.counts[p, q, d, lag]))
                for p, d, lag in found
            ]
        return out


def stepped(steps: Sequence[Pick], cells: Cells) -> NDArray[np.uint8]:
    """Bits of the steps that each cell is of, (cells,)."""
    if len(steps) >= loops.LEVELS:
        raise Unfit(f"{len(steps)} steps: seven at most fit")
    out = np.zeros(cells.size, dtype=np.uint8)
    for k, pick in enumerate(steps):
        out |= cells.meant(pick).astype(np.uint8) << np.uint8(k)
    return out


def commonest(found: Counter[str], most: int) -> list[Row]:
    """(text, how many) of those that are texts at all, of equal ones the first by its letters."""
    rows = sorted(((s, n) for s, n in found.items() if s), key=lambda row: (-row[1], row[0].encode()))
    return list(rows[:most])


def _wide(asked: Back) -> int:
    """Numbers that a question keeps for each first day."""
    return asked.most + 1 if isinstance(asked, Cohorts) else 2


def _grown(counts: NDArray[np.int64], parts: int) -> NDArray[np.int64]:
    """The same counts with room for so many parts."""
    if parts <= len(counts):
        return counts
    if counts[0].size * parts > DENSE:
        raise Unfit("too many parts to be counted side by side")
    return np.concatenate((counts, np.zeros((parts - len(counts), *counts.shape[1:]), dtype=np.int64)))
