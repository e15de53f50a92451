"""Passes over files: one for each way of counting, each going on from what is remembered where only files are new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from madegood.errors import EngineError
from madegood.performance.one_pass.answer import Pass
from madegood.performance.one_pass.cells import Unfit
from madegood.performance.one_pass.feed import Columns, batches, groups
from madegood.performance.one_pass.memory import Known
from madegood.performance.shapes.base import Clock, dayof

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from madegood.performance.counted import Found
    from madegood.performance.one_pass.feed import Group
    from madegood.performance.one_pass.memory import Memory, Stamp
    from madegood.performance.shapes.wanted import Shape, Wanted

    Tell = Callable[[str], None]

#: Days after the last one that a remembered pass has room for; room for more is made when they are over.
AHEAD = 64
PAUSE = 10.0  # seconds of a long pass after which it is remembered on its way
SHARE = 20  # times as long as that took, it goes on before it is remembered again


@dataclass(frozen=True, slots=True)
class Files:
    """Parquet files that the same columns can be read from without an engine; `texts` by what filters call them."""

    paths: tuple[Path, ...]
    person: str
    at: str
    texts: Mapping[str, str]
    numbers: Mapping[str, str]


@dataclass(slots=True)
class Passes:
    """Every pass over some files that some questions take.

    base   the questions without those about single segments: they and the columns tell one memory from another
    limit  bytes that may be taken for people; 0: as many as it takes
    known  what is remembered and goes on, by the way of counting
    """

    files: Files
    zone: str
    base: Sequence[Wanted]
    tell: Tell
    memory: Memory | None = None
    limit: int = 0
    known: dict[str, tuple[Known, Pass]] = field(default_factory=dict)

    def recall(self) -> tuple[Clock, tuple[str, ...]] | None:
        """The days and segments of what is remembered and goes on; None where all is counted anew.

        Raises EngineError where files were changed, and others, without which it cannot be counted anew, are gone.
        """
        if not self.memory:
            return None
        names = {by: self._name(by) for by in dict.fromkeys(one.by for one in self.base)}
        there = {str(path): stamp(path) for path in self.files.paths}
        lost = self.memory.counted() - there.keys()
        ends = []
        for by, name in names.items():
            for known in self.memory.known(name):
                alike = all(_told(known) == _told(other) for other, _ in self.known.values())
                if not alike or lost - {path for path, *_ in known.files}:
                    continue
                if (end := self._goes_on(known, there)) and (passing := self.memory.recall(known)):
                    self.known[by] = known, passing
                    ends.append(end)
                    break
        if lost and len(self.known) < len(names):
            self.known = {}
            if all(map(self.memory.there, names.values())):
                raise EngineError(
                    f"`{Path(min(lost)).name}`, which was counted, is gone, and what was remembered of it cannot be"
                    " used, since others were changed: put it back, or take away `target/passes` to count what is left"
                )
        if not self.known:
            return None
        known, _ = max(self.known.values(), key=lambda one: one[0].clock.last)
        clock = known.clock if max(ends) < known.clock.closes else _longer(known.clock, max(ends))
        return clock, known.segments

    def _goes_on(self, known: Known, there: Mapping[str, Stamp]) -> int | None:
        """When all ends, where files that were taken are the same and the others only come after them."""
        if any(there.get(path, (path, *of)) != (path, *of) for path, *of in known.files) or known.span is None:
            return None
        try:
            parts = groups(self._new(known), Columns(self.files.person, self.files.at))
        except Unfit:
            return None
        if not parts:
            return known.span[1]
        return last(parts) if micro(parts[0][0].low) > known.span[1] else None

    def _new(self, known: Known | None) -> list[Path]:
        taken = {path for path, *_ in known.files} if known else set()
        return [path for path in self.files.paths if str(path) not in taken]

    def gone(self) -> list[str]:
        """Names of files that are remembered and not there any more."""
        there = {str(path) for path in self.files.paths}
        return sorted(
            {Path(path).name for one, _ in self.known.values() for path, *_ in one.files if path not in there}
        )

    def answers(self, todo: Sequence[Wanted], clock: Clock, segments: tuple[str, ...]) -> dict[Wanted, Found]:
        """What passes answer; questions that do not fit are left out."""
        out: dict[Wanted, Found] = {}
        for by in dict.fromkeys(one.by for one in todo):
            person = self.files.texts.get(by, "") if by else self.files.person
            mine = {one: needs for one in todo if one.by == by and (needs := self.fits(one, clock)) is not None}
            while mine and person:
                try:
                    found = self._one(person, by, list(mine), clock, segments)
                except Unfit as wrong:
                    if self.gone():
                        break  # of fewer files the answer would be another one
                    self.known.pop(by, None)
                    fewer = {one: needs for one, needs in mine.items() if wrong.column and wrong.column not in needs}
                    mine = fewer if len(fewer) < len(mine) else {}
                    continue
                out |= {one: found[one.shape] for one in mine}
                break
        if self.memory:
            self.memory.forget({self._name(by) for by in dict.fromkeys(one.by for one in self.base)})
        return out

    def _one(
        self, person: str, by: str, todo: Sequence[Wanted], clock: Clock, segments: tuple[str, ...]
    ) -> dict[Shape, Found]:
        """The answers of one pass, remembered with all files and without the last, which may grow. Raises Unfit."""
        known, passing = self.known.get(by, (None, None))
        secret = self.memory.secret if self.memory else None
        if passing is None:
            passing = Pass(
                (one.shape for one in todo), _longer(clock, clock.closes - 1) if self.memory else clock, self.limit
            )
        columns = Columns(
            person, self.files.at, {key: self.files.texts[key] for key in passing.texts},
            {key: self.files.numbers[key] for key in passing.numbers}, secret,
        )  # fmt: skip
        new = self._new(known)
        stamps = {path: stamp(path) for path in new}
        parts = groups(new, columns)
        if parts and (end := last(parts)) >= passing.clock.closes:
            passing.reach(_longer(passing.clock, end))
        (ended, whole), name = ends(parts), self._name(by)
        pause, kept = PAUSE, monotonic()
        if self.memory:
            self.memory.until(name, len(known.files) if known else 0)
        for part, batch in enumerate(batches(parts, columns, self.tell), 1):
            passing.take(batch)
            began = monotonic()
            if self.memory and part in whole and (part in whole[-2:] or began - kept > pause):
                done = [stamps[path] for path in new if ended.get(path, 0) <= part]
                files = (*(known.files if known else ()), *done)
                self.memory.keep(name, Known(files, segments, passing.clock, passing.span), passing)
                kept = monotonic()
                pause = max(PAUSE, SHARE * (kept - began))
        return passing.answers()

    def fits(self, wanted: Wanted, clock: Clock) -> tuple[str, ...] | None:
        """The columns that a question needs, where it fits a pass by itself and the files have them."""
        try:
            alone = Pass((wanted.shape,), clock)
        except Unfit:
            return None
        texts, numbers = self.files.texts, self.files.numbers
        there = all(key in texts for key in alone.texts) and all(key in numbers for key in alone.numbers)
        return (*alone.texts, *alone.numbers) if there else None

    def _name(self, by: str) -> str:
        files = (self.files.person, self.files.at, tuple(self.files.texts.items()), tuple(self.files.numbers.items()))
        said = (files, self.zone, by, [one for one in self.base if one.by == by])
        return hashlib.sha256(repr(said).encode()).hexdigest()[:24]


def ends(parts: Sequence[Sequence[Group]]) -> tuple[dict[Path, int], list[int]]:
    """The number of the part that each file ends in, and those after which no file is half read."""
    ended = {group.path: number for number, part in enumerate(parts, 1) for group in part}
    reached, out = 0, []
    for number, part in enumerate(parts, 1):
        reached = max(reached, *(ended[group.path] for group in part))
        if reached == number:
            out.append(number)
    return ended, out


def stamp(path: Path) -> Stamp:
    """What changes when a file is written."""
    told = path.stat()
    return str(path), told.st_size, told.st_mtime_ns


def micro(moment: object) -> int:
    """A moment of a file's statistics, in microseconds since 1970; without an offset it is UTC."""
    from datetime import UTC, datetime

    from madegood.performance.shapes.base import micro as micros

    if isinstance(moment, int):
        return moment
    assert isinstance(moment, datetime)
    return micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def last(parts: Sequence[Sequence[Group]]) -> int:
    """The last moment of some groups of rows."""
    return max(micro(group.high) for part in parts for group in part)


def _told(known: Known) -> tuple[tuple[str, ...], date]:
    return known.segments, known.clock.first


def _longer(clock: Clock, end: int) -> Clock:
    """The same up to a moment, with room for days to come."""
    return replace(clock, last=dayof(end, clock.zone) + timedelta(days=AHEAD))
