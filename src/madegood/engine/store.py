"""The embedded store: DuckDB in one file, every table of tables.py, and one edge where its types become ours."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import numpy as np

from madegood.engine.tables import BESIDE, TABLES
from madegood.errors import EngineError, OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

Answer = TypeVar("Answer")

#: Changes with the tables, so that a file made by another version is told from ours.
LAYOUT = hashlib.sha256(repr((TABLES, BESIDE)).encode()).hexdigest()[:16]
AGAIN = "Delete the folder target/ and read the facts again: madegood build"
SETTINGS = (
    "set timezone = 'UTC'",
    "set autoinstall_known_extensions = false",  # nothing is fetched from anywhere
    "set enable_progress_bar = false",
)


class Store:
    """Facts, and questions in SQL. Use it as a context manager; a read-only store can be opened by several at once."""

    def __init__(self, connection: Any) -> None:
        self._db = connection
        self._aside = ThreadPoolExecutor(1)
        self._inside = False

    @classmethod
    def open(cls, path: Path | None, read_only: bool = False, memory: str = "") -> Store:
        """The store in that file, made with its folder when it is not there; None: in memory.

        memory  the most that the engine may take, as `2GB`; beyond it works on the disk. Empty: four fifths of what
                there is, as the engine itself chooses

        Raises EngineError when the file is no store, was made by another version, or is being written elsewhere.
        """
        try:
            if path and not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            store = cls(duckdb.connect(str(path) if path else ":memory:", read_only=read_only))
        except duckdb.Error as error:
            raise EngineError(cannot_open(path, str(error))) from None
        except OSError as error:
            raise EngineError(f"the folder {error.filename} cannot be made: {error.strerror or error}") from None
        try:
            store._settle(path, read_only, memory)
        except BaseException:
            store.close()
            raise
        return store

    def _settle(self, path: Path | None, read_only: bool, memory: str) -> None:
        for setting in SETTINGS:
            self.execute(setting)
        if memory:
            self.execute(f"set memory_limit = {literal(memory)}")
        if path:
            self.execute(f"set temp_directory = {literal(str(path.parent / 'spill'))}")
        self._lay(path, read_only)

    def _lay(self, path: Path | None, read_only: bool) -> None:
        there = {str(row[0]) for row in self.rows("select table_name from duckdb_tables()")}
        if "layout" in there and self._version() == LAYOUT:
            return
        if there or read_only:
            raise EngineError(f"{path} was made by another version of this program, or is not its own. {AGAIN}")
        with self.transaction():
            for table in TABLES:
                columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
                self.execute(f"create table {table.name} (source varchar, {columns})")
            for name, said in BESIDE:
                self.execute(f"create table {name} ({', '.join(f'{quoted(c)} {t}' for c, t in said)})")
            self.execute("create table layout (version varchar)")
            self.execute("insert into layout values (?)", (LAYOUT,))

    def _version(self) -> str:
        """The layout that the file says it has; empty where it says none, or its table is another program's."""
        try:
            rows = self.rows("select version from layout")
        except EngineError:
            return ""
        return str(rows[0][0]) if len(rows) == 1 else ""

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._aside.shutdown()
        self._db.close()

    def _stoppable(self, work: Callable[[], Answer]) -> Answer:
        """Does some work of the engine in such a way that Ctrl-C stops it.

        The engine looks for signals only between pieces of work of the thread that asked; while others do its work that
        may be never. So the main thread asks from aside, waits where it can be interrupted, and then interrupts it.
        """
        if threading.current_thread() is not threading.main_thread():
            return work()
        asked = self._aside.submit(work)
        try:
            return asked.result()
        except KeyboardInterrupt:
            while not asked.done():  # again and again: work that is only about to begin does not hear the first
                self._db.interrupt()
                wait([asked], timeout=0.05)
            raise

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Runs a statement that answers nothing."""
        with said_by_engine():
            self._stoppable(lambda: self._db.execute(sql, list(params)))

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The answer as rows of Python's own types; NULL is None, and a decimal is a float."""

        def work() -> tuple[list[bool], list[Any]]:
            answer = self._db.execute(sql, list(params))
            return [str(column[1]).startswith("DECIMAL") for column in self._db.description], answer.fetchall()

        with said_by_engine():
            exact, rows = self._stoppable(work)
        if not any(exact):
            return [tuple(row) for row in rows]
        return [tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in rows]

    def columns(self, sql: str, params: Sequence[Any] = ()) -> dict[str, Any]:
        """The answer as arrays by name: days datetime64[D], times datetime64[us], numbers float64, text object.

        NULL is NaN among numbers, NaT among days and None among texts. A time with a zone comes as UTC.
        """

        def work() -> tuple[list[str], dict[str, Any]]:
            answer = self._db.execute(sql, list(params))
            return [str(column[1]) for column in self._db.description], answer.fetchnumpy()

        with said_by_engine():
            types, arrays = self._stoppable(work)
        return {name: ours(array, type_) for (name, array), type_ in zip(arrays.items(), types, strict=True)}

    def put(self, table: str, columns: dict[str, Any], same: dict[str, Any]) -> None:
        """Adds rows to a table: arrays by column, masked where they are NULL, and what is the same in all rows."""
        names = ", ".join(map(quoted, (*same, *columns)))
        values = ", ".join(["?"] * len(same) + [quoted(name) for name in columns])

        def work() -> None:
            self._db.register("arrays", columns)
            try:
                self._db.execute(
                    f"insert into {quoted(table)} ({names}) select {values} from arrays", list(same.values())
                )
            finally:
                self._db.unregister("arrays")

        with said_by_engine():
            self._stoppable(work)

    def memory(self) -> int:
        """The most that the engine may take, in bytes."""
        amount, unit = str(self.rows("select current_setting('memory_limit')")[0][0]).split()
        return int(float(amount) * 1024 ** ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit))

    def has(self, table: str) -> bool:
        """Whether a table holds any row."""
        return bool(self.rows(f"select 1 from {quoted(table)} limit 1"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing, whatever happens inside; one inside another is part of it."""
        if self._inside:
            yield
            return
        self.execute("begin transaction")
        self._inside = True
        try:
            yield
            self.execute("commit")
        except BaseException:
            with suppress(duckdb.Error):  # the engine may have given it up itself
                self._db.execute("rollback")
            raise
        finally:
            self._inside = False


@contextmanager
def said_by_engine() -> Iterator[None]:
    """What the engine complains of, as ours. Ctrl-C while it works comes out of it as a RuntimeError."""
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        if "interrupted" in str(error).lower():
            raise KeyboardInterrupt from None
        raise
    except duckdb.OutOfMemoryException as error:
        mend = "Give it more with --memory, or name fewer rows with `where:`"
        raise OutOfMemory(f"this takes more memory than the engine may have. {mend}") from error
    except duckdb.Error as error:
        raise EngineError(f"the store could not answer: {first_line(error)}") from error


def literal(text: str) -> str:
    """A text for SQL, whatever stands in it; a zero character, which SQL cannot hold, is left out.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name for SQL, whatever stands in it.

    >>> quoted('or"der')
    '"or""der"'
    """
    return '"' + name.replace('"', '""') + '"'


def first_line(error: Exception) -> str:
    """What an exception says, without the rest of its page."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def ours(column: Any, type_: str) -> Any:
    """One column as it leaves the engine, in our types, by what the engine says it is."""
    hidden = np.ma.getmaskarray(column)
    values = np.ma.getdata(column)
    if type_ == "DATE" or type_.startswith("TIMESTAMP"):
        out = values.astype("datetime64[D]" if type_ == "DATE" else "datetime64[us]")
        out[hidden] = np.datetime64("NaT")
    elif values.dtype.kind in "iufb":
        out = values.astype(np.float64)
        out[hidden] = np.nan
    else:
        out = values.astype(object)
        out[hidden] = None
    return out


def cannot_open(path: Path | None, said: str) -> str:
    """Why a store cannot be opened, and what to do."""
    if "lock on file" in said or "being used by another process" in said:
        return f"{path} is being written by another madegood. Wait until it is done, then try again"
    if "database does not exist" in said:
        return f"{path} is not there yet. Read the facts: madegood build"
    if any(words in said for words in ("does not exist", "Cannot open file", "ermission", "irectory")):
        return f"{path} cannot be opened: {said.splitlines()[0]}"
    return f"{path} is not a store that can be read. {AGAIN}"
