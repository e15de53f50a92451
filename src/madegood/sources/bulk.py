"""Large tidy CSV files and Parquet, read by the engine itself: millions of rows in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.engine.store import literal, quoted
from madegood.errors import EngineError, OutOfMemory
from madegood.sources.dialect import csv_lines, delimiter
from madegood.sources.load import held, plainly, put
from madegood.sources.reading import text_of
from madegood.sources.values import Cell

if TYPE_CHECKING:
    from pathlib import Path

    from madegood.engine.store import Store
    from madegood.sources.load import Job
    from madegood.sources.reading import Seen

LARGE = 4 << 20  # bytes of a CSV from which on the engine's own reader is worth its start


def take_csv(store: Store, job: Job, path: Path, seen: Seen, file: str) -> tuple[int, int] | None:
    """A large tidy CSV into `good`: (rows read, rows filtered out); None where it is to be read line by line.

    Tidy means that every line is one row of the header's width, so that the engine's row numbers are line numbers.
    """
    if seen.size < LARGE or not seen.lines or seen.damaged or seen.encoding != "utf-8-sig":
        return None
    line, header = next(csv_lines(path, seen))[:2]
    if line != 1 or len(set(header)) < len(header):
        return None
    with text_of(path, seen) as text:
        start = text.read(1 << 16)
        mark = delimiter(start)
    names = ", ".join(f"'h{i}': 'VARCHAR'" for i in range(len(header)))
    rows = (
        f"read_csv({literal(plainly(path))}, auto_detect = false, header = true, delim = {literal(mark)}, "
        f"quote = '\"', escape = '\"', strict_mode = true, columns = {{{names}}}, max_line_size = 40000000, "
        f"compression = '{'gzip' if seen.packed else 'none'}')"
    )
    types = {name: Cell(f"h{list(header).index(name)}") for name in job.mapping.theirs}
    try:
        count = int(store.rows(f"select count(*) from {rows}")[0][0])
    except OutOfMemory:
        raise
    except EngineError:
        return None
    if count not in (seen.lines, seen.lines - 1):  # the last line may have no end; a blank line has no row
        return None
    return engine_rows(store, job, f"(select row_number() over () + 1 as n, * from {rows})", "n", types, file, count)


def take_parquet(store: Store, job: Job, path: Path, seen: Seen, file: str) -> tuple[int, int]:
    """A Parquet file into `good`: (rows read, rows filtered out)."""
    types = dict(seen.names)
    rows = f"read_parquet({literal(plainly(path))}, file_row_number = true)"
    count = int(store.rows(f"select count(*) from {rows}")[0][0])
    cells = {name: Cell(quoted(name), types[name]) for name in job.mapping.theirs}
    return engine_rows(store, job, rows, "file_row_number + 1", cells, file, count)


def engine_rows(
    store: Store, job: Job, rows: str, line: str, cells: dict[str, Cell], file: str, count: int
) -> tuple[int, int]:
    """Rows that the engine reads itself, filtered and with persons hashed, into `good`."""
    terms = [
        f"coalesce({cells[name].text}, '') {'not ' if negated else ''}in ({', '.join(map(literal, values))})"
        for name, values, negated in job.mapping.where
    ]
    picked, types = [], {}
    for i, name in enumerate(job.mapping.theirs):
        cell = cells[name]
        if name in job.mapping.persons:
            cell = Cell(f"('p' || left(sha256({literal(job.salt)} || {cell.text}), 15))", clean=True)
        if not cell.native:
            cell = Cell(cell.text, clean=True)
        picked.append(f"{cell.sql} as c{i}")
        types[name] = cell.type
    columns = ", ".join([f"{literal(file)} as _file", f"{line} as _line", *picked])
    before = held(store)
    put(store, job, f"select {columns} from {rows} where {' and '.join(terms) or 'true'}", types)
    return count, count - (held(store) - before)
