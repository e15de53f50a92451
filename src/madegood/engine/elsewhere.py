"""Other engines, that are asked where the rows lie: a query goes in, rows of counts come out; nothing is written."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

from madegood.engine.dialect import CLICKHOUSE, DUCKDB, POSTGRES, SPARK
from madegood.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.engine.dialect import Dialect
    from madegood.engine.store import Store

Row = tuple[Any, ...]
PATIENCE = 3600  # seconds that a query may take: a warehouse's own limit is the one that counts


class Elsewhere(Protocol):
    """An engine that can be asked."""

    dialect: Dialect

    def rows(self, sql: str) -> list[Row]:
        """The answer's rows. Raises EngineError with what the engine said."""

    def columns(self, table: str) -> list[tuple[str, str]]:
        """(name, type) of a table's columns."""

    def close(self) -> None:
        """Lets go of it."""


class Here:
    """The embedded engine, over files."""

    dialect = DUCKDB

    def __init__(self, store: Store) -> None:
        self.store = store

    def rows(self, sql: str) -> list[Row]:
        return self.store.rows(sql)

    def columns(self, table: str) -> list[tuple[str, str]]:
        told = self.store.rows(f"select column_name, column_type from (describe select * from {table})")
        return [(str(name), str(kind)) for name, kind in told]

    def close(self) -> None: ...


class Postgres:
    """PostgreSQL, or what speaks as it does; in transactions that cannot write."""

    dialect = POSTGRES

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise EngineError(
                "PostgreSQL is asked through psycopg. Install it: pip install 'madegood[postgres]'"
            ) from None
        self._error = psycopg.Error
        try:
            self._at = psycopg.connect(url, autocommit=True)
            self._at.execute("set default_transaction_read_only = on")
        except psycopg.Error as error:
            raise EngineError(f"PostgreSQL: {said(str(error), url)}") from None

    def rows(self, sql: str) -> list[Row]:
        try:
            return [tuple(map(plain, row)) for row in self._at.execute(sql.encode()).fetchall()]
        except self._error as error:
            raise EngineError(f"PostgreSQL: {said(str(error))}") from None

    def columns(self, table: str) -> list[tuple[str, str]]:
        try:
            told = self._at.execute(f"select * from {table} limit 0").description or ()
        except self._error as error:
            raise EngineError(f"PostgreSQL: {said(str(error))}") from None
        return [(column.name, str(column.type_display)) for column in told]

    def close(self) -> None:
        self._at.close()


class ClickHouse:
    """ClickHouse by its HTTP interface, at a level of rights at which nothing can be written."""

    dialect = CLICKHOUSE

    def __init__(self, url: str) -> None:
        import httpx2

        told = urlsplit(url if "://" in url else f"https://{url}")
        who = (unquote(told.username), unquote(told.password or "")) if told.username else None
        bare = urlunsplit((told.scheme, told.netloc.rpartition("@")[2], "/", "", ""))
        self._error = httpx2.HTTPError
        params = {"readonly": "2", "default_format": "JSONCompact", "output_format_json_quote_64bit_integers": "0"}
        if named := told.path.strip("/"):
            params["database"] = named
        self._at = httpx2.Client(base_url=bare, params=params, auth=who, timeout=PATIENCE)

    def _ask(self, sql: str) -> dict[str, Any]:
        try:
            answer = self._at.post("", content=sql.encode())
        except self._error as error:
            raise EngineError(f"ClickHouse: {said(str(error))}") from None
        if answer.status_code != 200:
            raise EngineError(f"ClickHouse: {said(answer.text)}")
        try:
            found: dict[str, Any] = answer.json()
        except ValueError:
            raise EngineError("ClickHouse: what answered at `url:` is no ClickHouse") from None
        return found

    def rows(self, sql: str) -> list[Row]:
        return [tuple(row) for row in self._ask(sql)["data"]]

    def columns(self, table: str) -> list[tuple[str, str]]:
        return [(one["name"], one["type"]) for one in self._ask(f"select * from {table} limit 0")["meta"]]

    def close(self) -> None:
        self._at.close()


class Spark:
    """Spark: a cluster by Spark Connect (`sc://host`), or the one that this process is part of."""

    dialect = SPARK

    def __init__(self, url: str) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise EngineError("Spark is asked through pyspark. Install it: pip install 'madegood[spark]'") from None
        made = SparkSession.builder.remote(url) if url.startswith("sc://") else SparkSession.builder.appName("madegood")
        try:
            self._at: Any = (made.master(url) if url and not url.startswith("sc://") else made).getOrCreate()
            self._at.conf.set("spark.sql.session.timeZone", "UTC")
        except Exception as error:  # whatever the other side raises: the session could not be had
            raise EngineError(f"Spark: {said(str(error))}") from None

    def _ask(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:  # its errors have no class in common
            raise EngineError(f"Spark: {said(str(error))}") from None

    def rows(self, sql: str) -> list[Row]:
        return [tuple(map(plain, row)) for row in self._ask(lambda: self._at.sql(sql).collect())]

    def columns(self, table: str) -> list[tuple[str, str]]:
        found = self._ask(lambda: self._at.sql(f"select * from {table} limit 0").dtypes)
        return [(str(name), str(kind)) for name, kind in found]

    def close(self) -> None: ...


ENGINES: dict[str, Callable[[str], Elsewhere]] = {"postgres": Postgres, "clickhouse": ClickHouse, "spark": Spark}


def plain(value: Any) -> Any:
    """A number of another engine's kind as Python's."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def said(text: str, url: str = "") -> str:
    """The first line of what an engine said, with no secret in it."""
    for secret in filter(None, (urlsplit(url).password or "", url)) if "://" in url else ():
        text = text.replace(secret, "...")
    line = next((part.strip() for part in text.strip().splitlines() if part.strip()), "it said nothing")
    return re.sub(r"://[^/@\s]+@", "://...@", line)[:300].rstrip(".")
