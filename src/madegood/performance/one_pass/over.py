"""Passes over files: one for each way of counting, each going on from what is remembered where only files are new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.performance.one_pass.answer import Pass
from madegood.performance.one_pass.cells import Unfit
from madegood.performance.one_pass.feed import Columns, batches, groups
from madegood.performance.one_pass.memory import Known
from madegood.performance.shapes.base import Clock, dated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from madegood.performance.one_pass.families import Row
    from madegood.performance.one_pass.feed import Group
    from madegood.performance.one_pass.memory import Memory, Stamp
    from madegood.performance.shapes.wanted import Shape, Wanted

    Tell = Callable[[str], None]

#: Days after the last one that a remembered pass has room for: when they are over, all is read once more.
AHEAD = 64


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
    known  what is remembered, by the way of counting
    """

    files: Files
    zone: str
    base: Sequence[Wanted]
    tell: Tell
    memory: Memory | None = None
    limit: int = 0
    known: dict[str, Known] = field(default_factory=dict)

    def recall(self) -> Known | None:
        """Any pass that is remembered, where all of them are, of files that are as they were; None otherwise."""
        if not self.memory:
            return None
        for by in dict.fromkeys(one.by for one in self.base):
            if (found := self.memory.recall(self._name(by))) is None or not self._as_it_was(found):
                self.known = {}
                return None
            self.known[by] = found
        alike = {(one.segments, one.files, one.passing.clock) for one in self.known.values()}
        if len(alike) != 1:
            self.known = {}
            return None
        return next(iter(self.known.values()))

    def _as_it_was(self, known: Known) -> bool:
        """Whether files that were taken are the same, and the others only come after them."""
        taken = {path: stamp for path, *stamp in known.files}
        for path in self.files.paths:
            if str(path) in taken and list(stamp(path))[1:] != taken[str(path)]:
                return False
        new = self._new(known)
        if not new:
            return True
        try:
            parts = groups(new, Columns(self.files.person, self.files.at))
        except Unfit:
            return False
        if not parts or known.passing.span is None:
            return True
        low, high = micro(parts[0][0].low), max(micro(group.high) for part in parts for group in part)
        return low > known.passing.span[1] and high < known.passing.clock.closes

    def _new(self, known: Known | None) -> list[Path]:
        taken = {path for path, *_ in known.files} if known else set()
        return [path for path in self.files.paths if str(path) not in taken]

    def gone(self) -> list[str]:
        """Names of files that are remembered and not there any more."""
        there = {str(path) for path in self.files.paths}
        return sorted({Path(path).name for one in self.known.values() for path, *_ in one.files if path not in there})

    def answers(self, todo: Sequence[Wanted], clock: Clock, segments: tuple[str, ...]) -> dict[Wanted, list[Row]]:
        """What passes answer; questions that do not fit are left out."""
        out: dict[Wanted, list[Row]] = {}
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
    ) -> dict[Shape, list[Row]]:
        """The answers of one pass, remembered before its newest file, which may grow. Raises Unfit."""
        known = self.known.get(by)
        secret = self.memory.secret if self.memory else None
        if known:
            passing = known.passing
        else:
            passing = Pass((one.shape for one in todo), _longer(clock) if self.memory else clock, self.limit)
        columns = Columns(
            person, self.files.at, {key: self.files.texts[key] for key in passing.texts},
            {key: self.files.numbers[key] for key in passing.numbers}, secret,
        )  # fmt: skip
        parts = groups(self._new(known), columns)
        early = before_newest(parts) if self.memory else 0
        for batch in batches(parts[:early], columns, self.tell):
            passing.take(batch)
        if self.memory and early:
            newest = {group.path for part in parts[early:] for group in part}
            done = [stamp(path) for path in self._new(known) if path not in newest]
            files = (*(known.files if known else ()), *done)
            self.memory.keep(self._name(by), Known(passing, files, segments))
        for batch in batches(parts[early:], columns, self.tell):
            passing.take(batch)
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


def before_newest(parts: Sequence[Sequence[Group]]) -> int:
    """How many parts come before the file that ends last; 0 where other files lie beside or after its beginning."""
    if not parts:
        return 0
    newest = max(parts[-1], key=lambda group: (group.high, group.low)).path
    first = next(i for i, part in enumerate(parts) if any(group.path == newest for group in part))
    return first if all(group.path == newest for part in parts[first:] for group in part) else 0


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


def _longer(clock: Clock) -> Clock:
    """The same with room for days to come."""
    return Clock(clock.first, dated(clock.closing + AHEAD), clock.zone)
