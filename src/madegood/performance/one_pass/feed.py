"""Rows out of Parquet files, a batch at a time in the order of time; the next is read while one is counted."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from madegood.numerics import events as loops
from madegood.performance.one_pass.cells import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from madegood.performance.model import Floats

Coded = list[tuple[NDArray[np.int32], list[str | None]]]

MOST = 8_000_000  # rows that are put in order at once
EVERY = 0.5  # seconds between two words on how far it is
MICROS = {"s": 1_000_000, "ms": 1000}


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of files are called: the person's, the moment's, texts by what filters call them, numbers."""

    person: str
    at: str
    texts: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    secret: tuple[int, int] | None = None  # by which persons are hashed, where what is known of them is kept


@dataclass(slots=True)
class Batch:
    """Rows as they were read, those without a person or a moment left out.

    asked   (rows, words) keys of persons
    t       (rows,) microseconds since 1970
    texts   of each column, (which of the values, the values) in turn
    values  of each column of numbers, (rows,), NaN where there is none
    """

    asked: NDArray[np.int64]
    t: NDArray[np.int64]
    texts: dict[str, Coded]
    values: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rows in a file, and when it begins and ends."""

    path: Path
    at: int
    rows: int
    low: Any
    high: Any


def groups(paths: Sequence[Path], columns: Columns) -> list[list[Group]]:
    """All groups of rows by their time, those together that lie across each other; Unfit where that is not known."""
    parquet = _parquet()
    found = []
    for path in paths:
        read = parquet.read_metadata(path)
        names = [read.schema.column(i).path for i in range(read.num_columns)]
        if columns.at not in names:
            raise Unfit(f"{path.name} has no column `{columns.at}`")
        at = names.index(columns.at)
        for i in range(read.num_row_groups):
            group = read.row_group(i)
            told = group.column(at).statistics
            if not group.num_rows or (told and told.null_count == group.num_rows):
                continue
            if told is None or not told.has_min_max:
                raise Unfit(f"{path.name} does not say when its rows begin and end")
            found.append(Group(path, i, group.num_rows, told.min, told.max))
    out: list[list[Group]] = []
    reached = None
    for group in sorted(found, key=lambda g: (g.low, g.high)):
        if reached is None or group.low > reached:
            out.append([])
        out[-1].append(group)
        reached = group.high if reached is None or group.high > reached else reached
        if sum(g.rows for g in out[-1]) > MOST and len(out[-1]) > 1:
            raise Unfit("the files lie across each other in time")
    return out


def batches(
    parts: Sequence[Sequence[Group]], columns: Columns, tell: Callable[[str], None] | None = None
) -> Iterator[Batch]:
    """All rows of groups; two threads, so that reading costs no waiting. `tell` hears how far it is."""
    with ThreadPoolExecutor(1) as ahead:
        todo = deque(parts)
        course = Course(sum(group.rows for part in todo for group in part), tell)
        reader = Reader(columns)
        coming = ahead.submit(reader.batch, todo.popleft()) if todo else None
        while coming is not None:
            batch = coming.result()
            coming = ahead.submit(reader.batch, todo.popleft()) if todo else None
            yield batch
            course.reached(len(batch.t))


class Course:
    """How far a long work is, said now and then with the time that is left."""

    def __init__(self, rows: int, tell: Callable[[str], None] | None) -> None:
        self.rows, self.tell, self.done = max(1, rows), tell, 0
        self.began = self.told = monotonic()

    def reached(self, more: int) -> None:
        """So many more rows are done."""
        self.done += more
        now = monotonic()
        if self.tell and now - self.told > EVERY:
            self.told = now
            left = (now - self.began) * (self.rows - self.done) / max(1, self.done)
            self.tell(f"{self.done / self.rows:.0%} of {self.rows:,} rows, about {max(1, round(left))} s left")


class Reader:
    """Reads groups of rows, keeping the file open that it read last."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.path: Path | None = None
        self.file: Any = None

    def batch(self, groups: Sequence[Group]) -> Batch:
        """The rows of some groups together."""
        parts = [self._group(group) for group in groups]
        if len(parts) == 1:
            return parts[0]
        texts = {key: [chunk for part in parts for chunk in part.texts[key]] for key in self.columns.texts}
        values = {key: np.concatenate([part.values[key] for part in parts]) for key in self.columns.numbers}
        return Batch(np.concatenate([p.asked for p in parts]), np.concatenate([p.t for p in parts]), texts, values)

    def _group(self, group: Group) -> Batch:
        cols = self.columns
        if self.path != group.path:
            names = list(cols.texts.values())
            self.file = _parquet().ParquetFile(group.path, read_dictionary=names, memory_map=True)
            self.path = group.path
        wanted = list(dict.fromkeys([cols.person, cols.at, *cols.texts.values(), *cols.numbers.values()]))
        absent = [name for name in wanted if name not in self.file.schema_arrow.names]
        if absent:
            raise Unfit(f"{group.path.name} has no column `{absent[0]}`")
        table = self.file.read_row_group(group.at, columns=wanted, use_threads=False)
        person, at = table.column(cols.person), table.column(cols.at)
        keep = None
        if person.null_count or at.null_count:
            keep = np.logical_and(*(np.asarray(c.is_valid().to_numpy(), dtype=bool) for c in (person, at)))
        asked, t = keys(person, cols.secret), moments(at)
        texts = {key: _texts(table.column(name), key, keep) for key, name in cols.texts.items()}
        values = {key: _numbers(table.column(name), key) for key, name in cols.numbers.items()}
        if keep is None:
            return Batch(asked, t, texts, values)
        return Batch(asked[keep], t[keep], texts, {key: v[keep] for key, v in values.items()})


def keys(column: Any, secret: tuple[int, int] | None = None) -> NDArray[np.int64]:
    """Persons as words that are alike only where they are equal: one for whole numbers, two for texts."""
    import pyarrow as arrow

    kind = column.type
    if arrow.types.is_integer(kind) and kind != arrow.uint64():
        whole = column.cast(arrow.int64())
        held = (whole.fill_null(0) if column.null_count else whole).to_numpy()
        if secret is None:
            return np.ascontiguousarray(held).reshape(-1, 1)
        out: NDArray[np.int64] = held.astype(np.int64).reshape(-1, 1)
        loops.mixed(out, *secret)
        return out
    if not arrow.types.is_string(kind):
        raise Unfit(f"persons are of type {kind}")
    parts = []
    for chunk in column.chunks:
        out = np.zeros((len(chunk), 2), dtype=np.int64)
        if len(chunk):
            _, starts, letters = chunk.buffers()
            offsets = np.frombuffer(starts, dtype=np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
            loops.hashed(offsets, np.frombuffer(letters or b"", dtype=np.uint8), *(secret or (0, 0)), out)
        parts.append(out)
    return np.concatenate(parts) if parts else np.zeros((0, 2), dtype=np.int64)


def moments(column: Any) -> NDArray[np.int64]:
    """Times as microseconds since 1970."""
    import pyarrow as arrow

    if not arrow.types.is_timestamp(column.type):
        raise Unfit(f"moments are of type {column.type}")
    whole = column.cast(arrow.int64())
    t = (whole.fill_null(0) if column.null_count else whole).to_numpy()
    if column.type.unit == "us":
        return np.asarray(t)
    return np.asarray(t // 1000 if column.type.unit == "ns" else t * MICROS[column.type.unit])


def _texts(column: Any, key: str, keep: NDArray[np.bool_] | None) -> Coded:
    """Each chunk's codes, and the texts that they stand for."""
    import pyarrow as arrow

    if not arrow.types.is_dictionary(column.type) or not arrow.types.is_string(column.type.value_type):
        raise Unfit(f"`{key}` holds no texts", key)
    out: Coded = []
    done = 0
    for chunk in column.chunks:
        values: list[str | None] = chunk.dictionary.to_pylist()
        codes = chunk.indices
        if chunk.null_count:
            codes, values = codes.fill_null(len(values)), [*values, None]
        held = np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int32)
        if keep is not None:
            held, done = held[keep[done : done + len(held)]], done + len(held)
        out.append((held, values))
    return out


def _numbers(column: Any, key: str) -> Floats:
    import pyarrow as arrow

    kind = column.type
    if not (arrow.types.is_floating(kind) or arrow.types.is_integer(kind) or arrow.types.is_decimal(kind)):
        raise Unfit(f"`{key}` holds no numbers", key)
    return np.asarray(column.cast(arrow.float64(), safe=False).to_numpy(), dtype=np.float64)


def _parquet() -> Any:
    try:
        from pyarrow import parquet
    except ImportError as absent:
        raise Unfit("pyarrow is not installed") from absent
    return parquet
