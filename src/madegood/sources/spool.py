"""Small or untidy files, line by line: cells wait in a plain file for the engine, persons as hashes only."""

from __future__ import annotations

import csv
import hashlib
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from madegood.engine.store import literal
from madegood.errors import EngineError
from madegood.sources.dialect import csv_lines
from madegood.sources.load import plainly, put, set_aside
from madegood.sources.objects import json_lines, json_names
from madegood.sources.reading import LONGEST
from madegood.sources.values import BLANKS, Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from madegood.engine.store import Store
    from madegood.sources.load import Job
    from madegood.sources.mapping import Mapping
    from madegood.sources.reading import Line, Seen


def header_of(path: Path, seen: Seen, form: str) -> list[str]:
    """The names of a file's columns; for JSON, every name of every object."""
    if form == "parquet":
        return [name for name, _ in seen.names]
    if form == "csv":
        first = next(csv_lines(path, seen), None)
        return list(first[1]) if first else []
    return list(json_names(path, seen))


def lines_of(path: Path, seen: Seen, form: str, mapping: Mapping) -> Iterator[Line]:
    """(line, the cells of the columns that are needed, "") or (line, why there are none, the raw row)."""
    names = mapping.theirs
    if form == "csv":
        lines = csv_lines(path, seen)
        header = list(next(lines)[1])
        picks = [picked(header, name, name in mapping.lists) for name in names]
        for line, cells, raw in lines:
            yield (line, cells, raw) if isinstance(cells, str) else (line, [pick(cells) for pick in picks], "")
        return
    for line, said, raw in json_lines(path, seen):
        yield (line, said, raw) if isinstance(said, str) else (line, [said.get(name, "") for name in names], "")


def picked(header: list[str], name: str, many: bool) -> Callable[[Sequence[str]], str]:
    """What takes a cell out of a row. Of columns with one name: all of them for a list, else the first filled one."""
    places = [i for i, one in enumerate(header) if one == name]
    if len(places) == 1:
        return lambda cells: cells[places[0]]
    if many:
        return lambda cells: "|".join(cells[i] for i in places if cells[i])
    return lambda cells: next((cells[i] for i in places if cells[i].strip()), "")


class Spool:
    """A plain file in which cells wait for the engine. Persons stand in it as hashes only."""

    def __init__(self, path: Path, job: Job) -> None:
        self.path, self.job = path, job
        self.read = self.filtered = 0
        self.aside: list[tuple[str, Line]] = []
        names = list(job.mapping.theirs)
        self._persons = [names.index(name) for name in job.mapping.persons]
        self._where = [(names.index(name), frozenset(vs), negated) for name, vs, negated in job.mapping.where]
        self._hash = cache(lambda text: hashed(job.salt, text))

    def add(self, file: str, lines: Iterator[Line]) -> None:
        """Takes the rows of one file that `where` asks for; rows that are none are kept apart."""
        with written(self.path), self.path.open("a", encoding="utf-8", errors="replace", newline="") as out:
            write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
            for line, cells, raw in lines:
                self.read += 1
                if isinstance(cells, str):
                    self.aside.append((file, (line, cells, raw)))
                elif not self.wanted(cells):
                    self.filtered += 1
                else:
                    write([file, line, *self.masked(cells)])

    def wanted(self, cells: Sequence[str]) -> bool:
        """Whether `where` asks for a row."""
        return all((cells[i].strip(BLANKS) in allowed) is not negated for i, allowed, negated in self._where)

    def masked(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells, those that say who as hashes."""
        if not self._persons:
            return cells
        out = list(cells)
        for i in self._persons:
            name = out[i].strip(BLANKS)
            out[i] = self._hash(name) if name else ""
        return out

    def take(self, store: Store) -> None:
        """What has been written so far, into `good`."""
        width = len(self.job.mapping.theirs)
        columns = ", ".join(f"{name}: 'VARCHAR'" for name in ["_file", "_line", *(f"c{i}" for i in range(width))])
        clean = [f"{Cell(f'c{i}').text} as c{i}" for i in range(width)]
        if self.path.exists():
            staged = (
                f"select {', '.join(['_file', 'cast(_line as bigint) as _line', *clean])} "
                f"from read_csv({literal(plainly(self.path))}, auto_detect = false, header = false, delim = ',', "
                f"quote = '\"', escape = '\"', columns = {{{columns}}}, max_line_size = {4 * LONGEST})"
            )
            put(store, self.job, staged, dict.fromkeys(self.job.mapping.theirs, "VARCHAR"))
        self.path.unlink(missing_ok=True)
        set_aside(store, self.job, self.aside)
        self.aside = []


@contextmanager
def written(path: Path) -> Iterator[None]:
    """A file of our own that cannot be written is the engine's trouble, not the source's."""
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename) == str(path):
            raise EngineError(f"{path} cannot be written: {error.strerror or error}") from None
        raise


def hashed(salt: str, text: str) -> str:
    """Who, as a keyed hash: 60 bits, so that among three million persons two hardly ever share one (4 in a million).

    >>> hashed("00", "ana")
    'p2ea20e6dd3e55e0'
    """
    return "p" + hashlib.sha256((salt + text).encode("utf-8", "replace")).hexdigest()[:15]
