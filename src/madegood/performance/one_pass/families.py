"""What each family of questions keeps of people while the rows go by, and what it counted in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from madegood.numerics import events as loops
from madegood.performance.counted import Counted, Row
from madegood.performance.one_pass.cells import Parts, Unfit
from madegood.performance.one_pass.people import grown
from madegood.performance.shapes.chains import strict
from madegood.performance.shapes.wanted import Cohorts, Gaps, Recency, Returned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from madegood.performance.counted import Found
    from madegood.performance.model import Floats
    from madegood.performance.one_pass.cells import Cells
    from madegood.performance.shapes.base import Pick
    from madegood.performance.shapes.wanted import Days, Entries, People, Persons, Shape, Split, Tally, Until, Values

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

    def reach(self, opens: NDArray[np.int64]) -> None:
        """Makes room for more days, which begin at these moments. Raises Unfit where there is none."""

    def fold(self, rows: Rows) -> None:
        """Takes in a stretch of rows."""

    def answers(self, first: int) -> dict[Shape, Found]:
        """The rows of each question; `first` is the number of the first day."""


class Seen:
    """Which days were seen."""

    def __init__(self, asked: Sequence[Days]) -> None:
        self.asked = asked
        self.found: dict[int, tuple[int, int, int]] = {}

    def tell(self, cells: Cells) -> None: ...

    def hold(self, people: int) -> None: ...

    def reach(self, opens: NDArray[np.int64]) -> None: ...

    def fold(self, rows: Rows) -> None:
        n, a, b = self.found.get(rows.day, (0, rows.micro[0], rows.micro[1]))
        self.found[rows.day] = n + rows.high - rows.low, min(a, rows.micro[0]), max(b, rows.micro[1])

    def answers(self, first: int) -> dict[Shape, Found]:
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

    def reach(self, opens: NDArray[np.int64]) -> None: ...

    def fold(self, rows: Rows) -> None:
        for (_, parts), meant, found in zip(self.asked, self.meant, self.found, strict=True):
            each = np.bincount(parts.of[meant], rows.cells[meant], len(parts.texts))
            for p in np.flatnonzero(each).tolist():
                found[parts.texts[p]] += int(each[p])

    def answers(self, first: int) -> dict[Shape, Found]:
        return {a: commonest(found, a.most) for (a, _), found in zip(self.asked, self.found, strict=True)}


class Tallied:
    """How often and how much: for all such questions, what each cell holds."""

    def __init__(self, asked: Sequence[Tally]) -> None:
        self.asked = [(a, Parts(a.split)) for a in asked]
        self.columns = {a.value for a in asked if a.value}
        self.meant: list[NDArray[np.bool_]] = []
        #: For each, by day: parts, and (parts, 4) how often, of how many values, their sum and squares.
        self.found: list[dict[int, tuple[NDArray[np.int64], Floats]]] = [{} for _ in asked]

    def tell(self, cells: Cells) -> None:
        self.meant = [cells.meant(a.pick) for a, _ in self.asked]
        for _, parts in self.asked:
            parts.tell(cells)

    def hold(self, people: int) -> None: ...

    def reach(self, opens: NDArray[np.int64]) -> None: ...

    def fold(self, rows: Rows) -> None:
        sums = {}
        for name in self.columns:
            m, y, z = np.zeros(len(rows.cells), np.int64), np.zeros(len(rows.cells)), np.zeros(len(rows.cells))
            loops.summed(rows.cell, rows.values[name], rows.low, rows.high, m, y, z)
            sums[name] = (m, y, z)
        for (asked, parts), meant, found in zip(self.asked, self.meant, self.found, strict=True):
            here = np.flatnonzero(meant & (rows.cells > 0))
            part, told = parts.of[here].astype(np.int64), np.zeros((len(here), 4))
            for i, column in enumerate((rows.cells, *(sums[asked.value] if asked.value else ()))):
                told[:, i] = column[here]
            if rows.day in found:
                before = found[rows.day]
                part, told = np.concatenate((before[0], part)), np.concatenate((before[1], told))
            there, row = np.unique(part, return_inverse=True)
            found[rows.day] = there, np.stack([np.bincount(row, column, len(there)) for column in told.T], axis=1)

    def answers(self, first: int) -> dict[Shape, Found]:
        out: dict[Shape, Found] = {}
        for (asked, parts), found in zip(self.asked, self.found, strict=True):
            if not found:
                out[asked] = []
                continue
            days = np.repeat(list(found), [len(part) for part, _ in found.values()])
            part, told = (np.concatenate(each) for each in zip(*found.values(), strict=True))
            n, m, y, z = told.T
            out[asked] = Counted(days + first - 1, texts(parts, part), n.astype(np.int64), m.astype(np.int64), y, z)
        return out


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

    def reach(self, opens: NDArray[np.int64]) -> None: ...

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

    def answers(self, first: int) -> dict[Shape, Found]:
        out: dict[Shape, Found] = {}
        for asked, counts in zip(self.asked, self.counts, strict=True):
            if not counts:
                out[asked] = []
                continue
            days = np.fromiter(counts, dtype=np.int64, count=len(counts))
            many = len(self.parts.texts)
            tables = np.stack([_padded(table, many) for table in counts.values()])
            if isinstance(asked, Gaps):
                d, p, g = np.nonzero(tables)
                out[asked] = Counted(days[d] + first - 1, texts(self.parts, p), g, tables[d, p, g])
            else:
                known = tables.sum(axis=2)
                d, p = np.nonzero(known)
                out[asked] = Counted(days[d] + first - 1, texts(self.parts, p), known[d, p])
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

    def reach(self, opens: NDArray[np.int64]) -> None:
        self.counts = [_wider(counts, 1, len(opens) - 1) for counts in self.counts]

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

    def answers(self, first: int) -> dict[Shape, Found]:
        out: dict[Shape, Found] = {}
        for asked, counts in zip(self.asked, self.counts, strict=True):
            if isinstance(asked, Recency):
                met = np.flatnonzero(self.first)
                spans = self.there.last[met * self.there.room] - self.first[met]
                each = (self.first[met].astype(np.int64) << 32) + (self.had[met].astype(np.int64) << 16) + spans
                told, n = np.unique(each, return_counts=True)
                out[asked] = Counted((told >> 32) + first - 1, (told >> 16 & 0xFFFF) - 1, told & 0xFFFF, n)
            else:
                p, d, k = np.nonzero(counts)
                out[asked] = Counted(d + first - 1, texts(self.parts, p), k, counts[p, d, k])
        return out


class Entered:
    """Who went on, by the day they began."""

    def __init__(self, asked: Entries, days: int) -> None:
        self.asked, self.parts, self.days = asked, Parts(asked.split), days
        self.levels = len(asked.steps)
        self.lags = asked.within // asked.grain + 1
        self._fits(days)
        self.strict = sum(strict(asked.steps, k) << k for k in range(1, self.levels))
        self.step, self.heads = np.zeros(1, dtype=np.uint8), np.zeros((0, 2), dtype=np.int32)
        self.begins: NDArray[np.bool_] = np.zeros(1, dtype=bool)
        self.begun, self.reached = np.zeros(0, dtype=loops.BEGUN), np.zeros(0, dtype=np.int64)
        self.free, self.spare, self.rows = -1, 0, np.zeros(0, dtype=np.int32)
        self.counts = np.zeros((1, days + 1, self.levels, self.lags), dtype=np.int64)

    def _fits(self, days: int) -> None:
        if days * self.levels * self.lags > DENSE:
            raise Unfit("too many days, steps and waits to be counted side by side")

    def tell(self, cells: Cells) -> None:
        self.parts.tell(cells)
        if len(self.parts.texts) * loops.LEVELS > np.iinfo(np.int16).max:
            raise Unfit(f"{' and '.join(self.parts.keys)} tell too many parts")
        self.step = stepped(self.asked.steps, cells)
        self.begins = (self.step & 1) > 0
        self.counts = _grown(self.counts, len(self.parts.texts))

    def hold(self, people: int) -> None:
        self.heads = grown(self.heads, people)

    def reach(self, opens: NDArray[np.int64]) -> None:
        self._fits(len(opens) - 2)
        self.counts = _wider(self.counts, 1, len(opens) - 1)

    def fold(self, rows: Rows) -> None:
        self._room(int(rows.cells[self.begins].sum()), int(rows.t[rows.low]))
        if len(self.rows) <= rows.high - rows.low:
            self.rows = np.empty(rows.high - rows.low + 1, np.int32)
        self.free, taken = loops.entered(
            rows.x, rows.t, rows.cell, rows.low, rows.high, rows.day, self.asked.once, self.step, self.strict,
            self.levels, self.asked.within, self.asked.grain, self.parts.of, self.parts.rank, self.rows, self.heads,
            self.begun, self.reached, self.free, self.counts,
        )  # fmt: skip
        self.spare -= taken

    def _room(self, more: int, now: int) -> None:
        """Makes sure of places for so many more beginnings."""
        old = len(self.begun)
        if self.spare < more:
            self.free, given = loops.swept(self.heads, self.begun, now - self.asked.within, self.free)
            self.spare += given
            size = max(2 * (old - self.spare), old - self.spare + more)
        else:
            size = old
        if size > old:
            self.begun = grown(self.begun, size)
            self.reached = grown(self.reached, size) if self.strict else self.reached
            self.begun["link"][old:] = np.arange(old + 1, size + 1)
            self.begun["link"][size - 1] = self.free
            self.free = old
            self.spare += size - old

    def answers(self, first: int) -> dict[Shape, Found]:
        p, d, k, lag = np.nonzero(self.counts)
        return {self.asked: Counted(d + first - 1, texts(self.parts, p), k + 1, lag, self.counts[p, d, k, lag])}


class Deepest:
    """How far everyone came, each once."""

    def __init__(self, asked: Persons) -> None:
        self.asked = asked
        self.levels = len(asked.steps)
        self.strict = sum(strict(asked.steps, k) << k for k in range(1, self.levels))
        self.step, self.rows = np.zeros(1, dtype=np.uint8), np.zeros(0, dtype=np.int32)
        self.heads, self.best = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8)
        self.latest, self.whose, self.used = np.zeros((0, self.levels - 1), np.int64), np.zeros(0, np.int32), 0

    def tell(self, cells: Cells) -> None:
        self.step = stepped(self.asked.steps, cells)

    def hold(self, people: int) -> None:
        self.heads = grown(self.heads, people)
        self.best = grown(self.best, people)

    def reach(self, opens: NDArray[np.int64]) -> None: ...

    def fold(self, rows: Rows) -> None:
        if len(self.rows) <= rows.high - rows.low:
            self.rows = np.empty(rows.high - rows.low + 1, np.int32)
        self._room(int(rows.cells[(self.step & 1) > 0].sum()), int(rows.t[rows.low]))
        self.used = loops.deepest(
            rows.x, rows.t, rows.cell, rows.low, rows.high, self.step, self.strict, self.asked.within, self.rows,
            self.heads, self.latest, self.whose, self.used, self.best,
        )  # fmt: skip

    def _room(self, more: int, now: int) -> None:
        """Makes sure of places for so many more who begin."""
        if self.used + more > len(self.whose):
            since = now - self.asked.within
            self.used = loops.gathered(self.heads, self.latest, self.whose, self.used, since)
            size = max(self.used * 2, self.used + more)
            if size > len(self.whose):
                self.latest, self.whose = grown(self.latest, size), grown(self.whose, size)

    def answers(self, first: int) -> dict[Shape, Found]:
        each = np.bincount(self.best.astype(np.int64), minlength=self.levels + 1)
        return {self.asked: [(k, int(each[k])) for k in range(1, self.levels + 1) if each[k]]}


class Taken:
    """From everyone's first chance until they took it: up to 64 questions of one split."""

    def __init__(self, asked: Sequence[Until], opens: NDArray[np.int64]) -> None:
        self.asked, self.parts = asked, Parts(asked[0].split)
        self.grain = np.array([a.grain for a in asked], dtype=np.int64)
        self.opens, self.lags = opens, self._lags(opens)
        self.could, self.did = np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.uint64)
        wide = next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if len(asked) <= np.iinfo(kind).bits)
        self.seen, self.heads = np.zeros((0, 2), dtype=wide), np.zeros(0, dtype=np.int32)
        self.open, self.free, self.used = np.zeros(0, dtype=loops.CHANCE), 0, 0
        self.news = np.empty((loops.NEWS, 4), dtype=np.int64)
        self.counts = np.zeros((1, len(asked), len(opens) - 1, self.lags + 1), dtype=np.int64)

    def _lags(self, opens: NDArray[np.int64]) -> int:
        lags = int(max((opens[-1] - opens[0]) // grain + 2 for grain in self.grain))
        if len(self.asked) * (len(opens) - 2) * lags > DENSE:
            raise Unfit("waits that are too fine to be counted side by side")
        return lags

    def reach(self, opens: NDArray[np.int64]) -> None:
        lags = self._lags(opens)
        counts = _wider(_wider(self.counts, 2, len(opens) - 1), 3, lags + 1)
        never = counts[..., self.lags].copy()
        counts[..., self.lags] = 0
        counts[..., lags] = never
        self.opens, self.lags, self.counts = opens, lags, counts

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
        self.heads = grown(self.heads, people)

    def fold(self, rows: Rows) -> None:
        low = rows.low
        while True:
            low, self.free, self.used = loops.taken(
                rows.x, rows.t, rows.cell, low, rows.high, rows.day, self.could, self.did, self.parts.of,
                self.parts.rank, self.grain, self.opens, self.seen, self.heads, self.open, self.free, self.used,
                self.news, self.counts,
            )  # fmt: skip
            if low == rows.high:
                return
            self.open = grown(self.open, self.used + max(self.used // 2, 2 * len(self.news) * len(self.asked)))

    def answers(self, first: int) -> dict[Shape, Found]:
        out: dict[Shape, Found] = {}
        for q, asked in enumerate(self.asked):
            p, d, lag = np.nonzero(self.counts[:, q])
            never = np.ma.array(lag, mask=lag == self.lags)
            out[asked] = Counted(d + first - 1, texts(self.parts, p), never, self.counts[p, q, d, lag])
        return out


def stepped(steps: Sequence[Pick], cells: Cells) -> NDArray[np.uint8]:
    """Bits of the steps that each cell is of, (cells,)."""
    if len(steps) >= loops.LEVELS:
        raise Unfit(f"{len(steps)} steps: seven at most fit")
    out = np.zeros(cells.size, dtype=np.uint8)
    for k, pick in enumerate(steps):
        out |= cells.meant(pick).astype(np.uint8) << np.uint8(k)
    return out


def texts(parts: Parts, which: NDArray[np.int64]) -> NDArray[np.object_]:
    """What these parts are called."""
    return np.array(parts.texts, dtype=object)[which]


def commonest(found: Counter[str], most: int) -> list[Row]:
    """(text, how many) of those that are texts at all, of equal ones the first by its letters."""
    rows = sorted(((s, n) for s, n in found.items() if s), key=lambda row: (-row[1], row[0].encode()))
    return list(rows[:most])


def _padded(table: NDArray[np.int64], parts: int) -> NDArray[np.int64]:
    """The same with rows for so many parts."""
    return np.pad(table, ((0, parts - len(table)), (0, 0))) if len(table) < parts else table


def _wide(asked: Back) -> int:
    """Numbers that a question keeps for each first day."""
    return asked.most + 1 if isinstance(asked, Cohorts) else 2


def _wider(counts: NDArray[np.int64], axis: int, size: int) -> NDArray[np.int64]:
    """The same counts with room for so many along an axis."""
    more = [(0, 0)] * counts.ndim
    more[axis] = 0, size - counts.shape[axis]
    if counts.size // counts.shape[axis] * size > DENSE:
        raise Unfit("too many days to be counted side by side")
    return np.pad(counts, more)


def _grown(counts: NDArray[np.int64], parts: int) -> NDArray[np.int64]:
    """The same counts with room for so many parts."""
    if parts <= len(counts):
        return counts
    if counts[0].size * parts > DENSE:
        raise Unfit("too many parts to be counted side by side")
    return np.concatenate((counts, np.zeros((parts - len(counts), *counts.shape[1:]), dtype=np.int64)))
