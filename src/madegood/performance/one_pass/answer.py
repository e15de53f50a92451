"""The pass: every row once, for all questions together."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.numerics import events as loops
from madegood.performance.one_pass.cells import Cells, Unfit
from madegood.performance.one_pass.families import (
    Back,
    Came,
    Deepest,
    Entered,
    Rows,
    Seen,
    Taken,
    Tallied,
    There,
    Told,
    commonest,
)  # fmt: skip
from madegood.performance.one_pass.people import Numbers
from madegood.performance.shapes.base import Pick, dated, midnight
from madegood.performance.shapes.wanted import (
    Cohorts,
    Days,
    Entries,
    Gaps,
    People,
    Persons,
    Recency,
    Returned,
    Shape,
    Sizes,
    Span,
    Tally,
    Until,
    Values,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from madegood.performance.counted import Found
    from madegood.performance.one_pass.families import Family
    from madegood.performance.one_pass.feed import Batch
    from madegood.performance.shapes.base import Clock

EVERY, PEOPLE = Pick(), People()
FEWEST = 1 << 18  # people that room is made for at first: what is not touched of it is not taken


class Pass:
    """One pass over rows that come in the order of time.

    shapes  the questions; Unfit is raised where one of them does not fit
    clock   the days that are looked at, and where they begin
    limit   bytes that may be taken for people; Unfit is raised where they are more; 0: as many as it takes
    """

    def __init__(self, shapes: Iterable[Shape], clock: Clock, limit: int = 0) -> None:
        self.limit = limit
        self.shapes = tuple(dict.fromkeys(shapes))
        self.clock = clock
        self.base = clock.opens - 1
        #: Moments, as they are told below, at which day 0 (which is none), day 1, ... and the day after the last begin.
        self.opens = self._opens(clock)
        days = len(self.opens) - 2
        self.cells = Cells()
        self.span: tuple[int, int] | None = None
        self.told = Told([s for s in self.shapes if isinstance(s, Values)])
        self.sizes = {s: There(EVERY, (s.key,), [PEOPLE]) for s in self.shapes if isinstance(s, Sizes)}
        self.families = list(self._families(days))
        self._register()
        self.changes = -1
        self.people, self.room = Numbers(), 0

    def _opens(self, clock: Clock) -> NDArray[np.int64]:
        days = clock.closing - clock.opening + 1
        if days > np.iinfo(np.int16).max - 2:
            raise Unfit("more days than can be told apart")
        told = (midnight(dated(clock.opening + k), clock.zone) - self.base for k in range(days + 1))
        return np.array([0, *told], dtype=np.int64)

    def _families(self, days: int) -> Iterable[Family]:
        shapes = self.shapes
        yield Seen([s for s in shapes if isinstance(s, Days)])
        yield Tallied([s for s in shapes if isinstance(s, Tally)])
        there = defaultdict[tuple[Pick, tuple[str, ...]], list[People | Gaps]](list)
        came = defaultdict[Pick, list[Back]](list)
        for s in shapes:
            if isinstance(s, People | Gaps):
                there[s.pick, s.split].append(s)
            elif isinstance(s, Cohorts | Returned | Recency):
                came[s.pick].append(s)
                there[s.pick, ()] += []
            elif isinstance(s, Entries):
                yield Entered(s, days)
            elif isinstance(s, Persons):
                yield Deepest(s)
        finer: dict[Pick, There] = {}
        for (pick, split), asked in sorted(there.items(), key=lambda one: not one[0][1]):
            yield (found := There(pick, split, asked, finer.get(pick)))
            finer.setdefault(pick, found)
            by = defaultdict[tuple[str, ...], list[Back]](list)
            for back in came[pick] if not split else ():
                any_of = next((one.split for one in came[pick] if not isinstance(one, Recency)), ())
                by[any_of if isinstance(back, Recency) else back.split].append(back)
            for parts, backs in by.items():
                yield Came(found, parts, backs, days)
        until = defaultdict[tuple[str, ...], list[Until]](list)
        for s in shapes:
            if isinstance(s, Until):
                until[s.split].append(s)
        for of in until.values():
            for k in range(0, len(of), 64):
                yield Taken(of[k : k + 64], self.opens)

    def _register(self) -> None:
        """Tells the cells what has to be told apart."""
        for s in self.shapes:
            for pick in picks(s):
                self.cells.filter(pick)
            self.cells.split(getattr(s, "split", ()))
            if isinstance(s, Values | Sizes):
                self.cells.split((s.key,))

    @property
    def texts(self) -> tuple[str, ...]:
        """What the columns of texts are called that must be read."""
        return tuple(self.cells.columns)

    @property
    def numbers(self) -> tuple[str, ...]:
        """What the columns of numbers are called that must be read."""
        return tuple(dict.fromkeys(s.value for s in self.shapes if isinstance(s, Tally) and s.value))

    def reach(self, clock: Clock) -> None:
        """Makes room for the days of a clock that begins on the same day. Raises Unfit where there is none."""
        self.clock = clock
        self.opens = self._opens(clock)
        for family in self.families:
            family.reach(self.opens)

    def take(self, batch: Batch) -> None:
        """Takes in a batch. Raises Unfit where it begins before the one before it ended."""
        t, n = batch.t, len(batch.t)
        if not n:
            return
        x = self._numbered(batch.asked)
        cell = self._celled(batch)
        values = batch.values
        if loops.unsorted(t) or loops.ties(t, x):
            order = np.lexsort((x, t))
            t, x, cell, values = t[order], x[order], cell[order], {key: v[order] for key, v in values.items()}
        if self.span and t[0] <= self.span[1]:
            raise Unfit("rows are not in the order of time")
        self.span = (self.span[0] if self.span else int(t[0]), int(t[-1]))
        t = t - self.base
        whole = self._rows(x, t, cell, values, 0, n, 1)
        self.told.fold(whole)
        for there in self.sizes.values():
            there.fold(whole)
        bounds = np.searchsorted(t, self.opens)
        for day in np.flatnonzero(np.diff(bounds)).tolist():
            if day:
                rows = self._rows(x, t, cell, values, int(bounds[day]), int(bounds[day + 1]), day)
                for family in self.families:
                    family.fold(rows)

    def _rows(self, x: Any, t: Any, cell: Any, values: Any, low: int, high: int, day: int) -> Rows:
        counts = np.zeros(self.cells.size, dtype=np.int64)
        loops.celled(cell, low, high, counts)
        micro = (int(t[low]) + self.base, int(t[high - 1]) + self.base)
        return Rows(x, t, cell, values, low, high, day, micro, counts)

    def _numbered(self, asked: NDArray[np.int64]) -> NDArray[np.int32]:
        """Each row's person, with room made for those who are new."""
        out = self.people.number(asked)
        if self.limit and self.held() > self.limit:
            raise Unfit(f"{self.people.known:,} people take more memory than there is for them")
        if self.people.known > self.room:
            self.room = max(self.people.known, self.room * 2, FEWEST)
            for family in (*self.families, *self.sizes.values()):
                family.hold(self.room)
        return out

    def held(self) -> int:
        """Bytes that are taken by what is known of people; room for those to come is not taken yet."""
        everyone = (*self.families, *self.sizes.values())
        arrays = [a for one in everyone for a in vars(one).values() if isinstance(a, np.ndarray)]
        share = min(1.0, self.people.known / max(1, self.room))
        of_people = sum(a.nbytes * share if len(a) and len(a) % max(1, self.room) == 0 else a.nbytes for a in arrays)
        return int(of_people) + self.people.bytes()

    def _celled(self, batch: Batch) -> NDArray[np.uint16]:
        for key, chunks in batch.texts.items():
            for _, known in chunks:
                self.cells.learn(key, known)
        if self.cells.changes != self.changes:
            self.changes = self.cells.changes
            for family in (*self.families, self.told, *self.sizes.values()):
                family.tell(self.cells)
        cell = np.zeros(len(batch.t), dtype=np.uint16)
        for key, chunks in batch.texts.items():
            at = 0
            for codes, known in chunks:
                loops.added(cell[at : at + len(codes)], codes, self.cells.codes(key, known))
                at += len(codes)
        return cell

    def answers(self) -> dict[Shape, Found]:
        """The rows of each question, those of Values and Sizes the largest first."""
        out: dict[Shape, Found] = dict(self.told.answers(self.clock.opening))
        for family in self.families:
            out |= family.answers(self.clock.opening)
        for asked, there in self.sizes.items():
            held = Counter[str]()
            for _, text, people in there.answers(0)[PEOPLE]:
                held[text] += people
            out[asked] = commonest(held, asked.most)
        for s in self.shapes:
            if isinstance(s, Span):
                out[s] = [self.span] if self.span else [(None, None)]
        return out


def picks(shape: Shape) -> tuple[Pick, ...]:
    """Every pick that a question names."""
    match shape:
        case Entries() | Persons():
            return shape.steps
        case Until():
            return shape.could, shape.did
        case Span() | Days() | Sizes():
            return ()
        case _:
            return (shape.pick,)
