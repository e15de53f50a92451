"""The embedded store: DuckDB in one file, every table of tables.py, and one edge where its types become ours."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from madegood.engine.tables import SET_ASIDE_COLUMNS, SOURCES_COLUMNS, TABLES
from madegood.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

#: Changes with the tables, so that a file made by another version is told from ours.
LAYOUT = hashlib.sha256(repr((TABLES, SOURCES_COLUMNS, SET_ASIDE_COLUMNS)).encode()).hexdigest()[:16]
AGAIN = "Delete the folder target/ and read the facts again: madegood build"
SETTINGS = ("set timezone = 'UTC'", "set autoinstall_known_extensions = false", "set enable_progress_bar = false")


class Store:
    """Facts, and questions in SQL. Use it as a context manager; a read-only store can be opened by several at once."""

    def __init__(self, connection: Any) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path | None, read_only: bool = False) -> Store:
        """The store in that file, made when it is not there; None: in memory.

        Raises EngineError when the file is no store, was made by another version, or is being written elsewhere.
        """
        try:
            store = cls(duckdb.connect(str(path) if path else ":memory:", read_only=read_only))
        except duckdb.Error as error:
            raise EngineError(cannot_open(path, str(error))) from None
        for setting in SETTINGS:
            store.execute(setting)
        if path and not read_only:
            store.execute(f"set temp_directory = '{str(path.parent / 'spill').replace(chr(39), chr(39) * 2)}'")
        store._lay(path, read_only)
        return store

    def _lay(self, path: Path | None, read_only: bool) -> None:
        there = {str(row[0]) for row in self.rows("select table_name from duckdb_tables()")}
        if "layout" in there and self.rows("select version from layout") == [(LAYOUT,)]:
            return
        if there or read_only:
            self.close()
            raise EngineError(f"{path} was made by another version of this program, or is not its own. {AGAIN}")
        with self.transaction():
            for table in TABLES:
                columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
                self.execute(f"create table {table.name} (source varchar, {columns})")
            for name, said in (("sources", SOURCES_COLUMNS), ("set_aside", SET_ASIDE_COLUMNS)):
                self.execute(f"create table {name} ({', '.join(f'{quoted(c)} {t}' for c, t in said)})")
            self.execute("create table layout (version varchar)")
            self.execute("insert into layout values (?)", (LAYOUT,))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Runs a statement that answers nothing."""
        self._run(sql, params)

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The answer as rows of Python's own types; NULL is None."""
        return [tuple(row) for row in self._run(sql, params).fetchall()]

    def columns(self, sql: str, params: Sequence[Any] = ()) -> dict[str, Any]:
        """The answer as arrays by name: days datetime64[D], times datetime64[us], numbers float64, text object.

        NULL is NaN among numbers, NaT among days and None among texts.
        """
        return {name: ours(column) for name, column in self._run(sql, params).fetchnumpy().items()}

    def has(self, table: str) -> bool:
        """Whether a table holds any row."""
        return bool(self.rows(f"select 1 from {quoted(table)} limit 1"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing, whatever happens inside."""
        self.execute("begin transaction")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self.execute("commit")

    def _run(self, sql: str, params: Sequence[Any]) -> Any:
        try:
            return self._db.execute(sql, list(params))
        except duckdb.Error as error:
            raise EngineError(f"the store could not answer: {first_line(error)}") from error


def quoted(name: str) -> str:
    """A name for SQL, whatever stands in it.

    >>> quoted('or"der')
    '"or""der"'
    """
    return '"' + name.replace('"', '""') + '"'


def first_line(error: Exception) -> str:
    """What an exception says, without the rest of its page."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def ours(column: Any) -> Any:
    """One column as it leaves the engine, in our types."""
    mask = np.ma.getmaskarray(column) if isinstance(column, np.ma.MaskedArray) else None
    values = np.ma.getdata(column)
    if values.dtype.kind == "M":
        whole = values.astype("datetime64[us]")
        days = whole.astype("datetime64[D]")
        out = days if bool((days == whole)[~np.isnat(whole)].all()) else whole
        if mask is not None:
            out = np.where(mask, np.datetime64("NaT"), out)
        return out
    if values.dtype.kind in "iufb":
        out = values.astype(np.float64)
        if mask is not None:
            out[mask] = np.nan
        return out
    if mask is not None and mask.any():
        values = values.copy()
        values[mask] = None
    return values


def cannot_open(path: Path | None, said: str) -> str:
    """Why a store cannot be opened, and what to do."""
    if "lock" in said.lower() or "being used by another process" in said:
        return f"{path} is being written by another madegood. Wait until it is done, then try again"
    if "does not exist" in said or "Cannot open file" in said:
        return f"{path} cannot be opened: {said.splitlines()[0]}"
    return f"{path} is not a store that can be read. {AGAIN}"
