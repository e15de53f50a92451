"""Engines to run a query on, those that are here: rows of events go in, rows of whole numbers and texts come out."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from madegood.engine.dialect import CLICKHOUSE, DUCKDB, POSTGRES, SPARK, Dialect

#: person, at (microseconds), name, segment, value
Row = tuple[str | None, int, str | None, str | None, float | None]
COLUMNS = ("person", "at", "name", "segment", "value")


def plain(value: object) -> object:
    """Numbers of every engine's own kind as Python's."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


class Engine:
    """One engine that runs."""

    dialect: Dialect

    def load(self, rows: list[Row]) -> None:
        raise NotImplementedError

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        raise NotImplementedError

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        found = [tuple(plain(v) for v in row) for row in self.ask(sql)]
        return sorted(found, key=lambda row: tuple((v is None, str(v).zfill(20)) for v in row))


class Duck(Engine):
    dialect = DUCKDB

    def __init__(self) -> None:
        self.at = duckdb.connect()
        kinds = 'person varchar, "at" timestamp, name varchar, segment varchar, value double'
        self.at.execute(f"create table events ({kinds})")

    def load(self, rows: list[Row]) -> None:
        self.at.execute("delete from events")
        for row in rows:
            self.at.execute("insert into events values (?, make_timestamp(?), ?, ?, ?)", row)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return self.at.execute(sql).fetchall()


class Click(Engine):
    dialect = CLICKHOUSE

    def __init__(self) -> None:
        from chdb import session

        self.at = session.Session()
        self.at.query("create database if not exists t")
        kinds = "Nullable(String)", "DateTime64(6, 'UTC')", "Nullable(String)", "Nullable(String)", "Nullable(Float64)"
        held = ", ".join(f'"{n}" {k}' for n, k in zip(COLUMNS, kinds, strict=True))
        self.at.query(f"create table t.events ({held}) engine = Memory")

    def load(self, rows: list[Row]) -> None:
        self.at.query("truncate table t.events")
        if rows:
            said = ", ".join(
                "(" + ", ".join(
                    ["null" if r[0] is None else CLICKHOUSE.text(r[0]), f"fromUnixTimestamp64Micro({r[1]}, 'UTC')"]
                    + ["null" if v is None else CLICKHOUSE.text(v) for v in r[2:4]]
                    + ["null" if r[4] is None else repr(r[4])]
                ) + ")"
                for r in rows
            )  # fmt: skip
            self.at.query(f"insert into t.events values {said}")

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        import json

        found = str(self.at.query(sql.replace("from events", "from t.events"), "JSONCompactEachRow"))
        rows = [tuple(json.loads(line)) for line in found.splitlines() if line]
        return [tuple(int(v) if isinstance(v, str) and v.lstrip("-").isdigit() else v for v in r) for r in rows]


class Postgres(Engine):
    dialect = POSTGRES

    def __init__(self, dsn: str) -> None:
        import psycopg

        self.at = psycopg.connect(dsn, autocommit=True)
        kinds = 'person text, "at" timestamp, name text, segment text, value double precision'
        self.at.execute(f"create temporary table events ({kinds})")

    def load(self, rows: list[Row]) -> None:
        self.at.execute("truncate events")
        zero = datetime(1970, 1, 1)
        made = [(r[0], zero + timedelta(microseconds=r[1]), *r[2:]) for r in rows]
        with self.at.cursor() as cursor:
            cursor.executemany("insert into events values (%s, %s, %s, %s, %s)", made)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return self.at.execute(sql.replace("%", "%%").encode()).fetchall()


class Spark(Engine):
    dialect = SPARK

    def __init__(self) -> None:
        from pyspark.sql import SparkSession

        made = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        made = made.config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "2")
        self.at = made.getOrCreate()
        self.at.sparkContext.setLogLevel("ERROR")

    def load(self, rows: list[Row]) -> None:
        kinds = "person string, t bigint, name string, segment string, value double"
        table = self.at.createDataFrame(rows, kinds)
        made = table.selectExpr("person", "timestamp_micros(t) as at", "name", "segment", "value")
        made.createOrReplaceTempView("events")

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.at.sql(sql.replace('"at"', "`at`")).collect()]


def clickhouse() -> Engine:
    pytest.importorskip("chdb", reason="chdb is not here, so ClickHouse is not asked")
    return Click()


def spark() -> Engine:
    pytest.importorskip("pyspark", reason="pyspark is not here, so Spark is not asked")
    if not shutil.which("java"):
        pytest.skip("no Java, so Spark is not asked")
    return Spark()


def postgres() -> Engine:
    """A server of its own, in a folder that goes away; MADEGOOD_POSTGRES names another."""
    pytest.importorskip("psycopg", reason="psycopg is not here, so PostgreSQL is not asked")
    if dsn := os.environ.get("MADEGOOD_POSTGRES"):
        return Postgres(dsn)
    found = [shutil.which("initdb"), *map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    bins = [Path(p).resolve().parent for p in found if p]
    if not bins:
        pytest.skip("no PostgreSQL server, so it is not asked")
    return Postgres(_served(bins[0]))


def _served(bins: Path) -> str:
    """Starts a server on a socket in a new folder; as root, which it refuses, as the user `postgres`."""
    home = Path(tempfile.mkdtemp(prefix="pg"))
    as_root = os.getuid() == 0
    if as_root:
        shutil.chown(home, "postgres")
    who = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if as_root else []

    def run(*words: object) -> None:
        subprocess.run([*who, *map(str, words)], check=True, capture_output=True, cwd=home)

    run(bins / "initdb", "-D", home / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories='{home}' -c fsync=off"
    run(bins / "pg_ctl", "-D", home / "data", "-w", "-o", options, "-l", home / "log", "start")
    import atexit

    atexit.register(lambda: run(bins / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop"))
    return f"host={home} user=postgres dbname=postgres"


ENGINES = {"duckdb": Duck, "clickhouse": clickhouse, "postgres": postgres, "spark": spark}
