"""The store keeps what it is given, gives it back in our types, and says what is wrong with a file in one sentence."""

from __future__ import annotations

import multiprocessing
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.engine.tables import TABLES
from madegood.errors import EngineError

QUERY = """
    select date '2026-01-01' as day, timestamp '2026-01-01 00:00' as at, 1.5::decimal(9, 2) as exact, 3 as whole,
           sum(3) as huge, true as yes, 'a' as text, timestamptz '2026-01-01 00:00+02' as zoned
    union all select null, null, null, null, null, null, null, null order by 1 nulls last
"""


def test_columns_come_in_our_types_whatever_is_in_them() -> None:
    with Store.open(None) as store:
        told = store.columns(QUERY)
    assert {name: str(column.dtype) for name, column in told.items()} == {
        "day": "datetime64[D]", "at": "datetime64[us]", "exact": "float64", "whole": "float64", "huge": "float64",
        "yes": "float64", "text": "object", "zoned": "datetime64[us]",
    }  # fmt: skip
    assert all(np.isnat(told[name][1]) for name in ("day", "at", "zoned"))
    assert all(np.isnan(told[name][1]) for name in ("exact", "whole", "huge", "yes"))
    assert told["text"].tolist() == ["a", None]
    assert told["zoned"][0] == np.datetime64("2025-12-31T22:00:00")


def test_an_answer_without_rows_has_the_same_types() -> None:
    with Store.open(None) as store:
        told = store.columns("select day, value, metric from daily")
    assert [str(column.dtype) for column in told.values()] == ["datetime64[D]", "float64", "object"]


def test_rows_hold_no_decimals() -> None:
    with Store.open(None) as store:
        [(exact, huge, nothing)] = store.rows("select 1.5, sum(3), null")
    assert (type(exact), type(huge), nothing) == (float, int, None)


def test_every_table_is_there_and_empty(tmp_path: Path) -> None:
    for path in (None, tmp_path / "new" / "folder" / "it.duckdb"):
        with Store.open(path) as store:
            assert not any(store.has(table.name) for table in TABLES)
            columns = {
                str(r[0]) for r in store.rows("select column_name from duckdb_columns() where table_name = 'items'")
            }
            assert columns == {"source", *(c.name for c in TABLES[0].columns)}


def test_what_is_written_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "it.duckdb"
    with Store.open(path) as store:
        store.execute("insert into links (release, item) values ('r', ?)", ("it's",))
    with Store.open(path, read_only=True) as one, Store.open(path, read_only=True) as two:
        assert one.rows("select item from links") == two.rows("select item from links") == [("it's",)]
        with pytest.raises(EngineError):
            one.execute("delete from links")


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt, EngineError])
def test_a_transaction_is_whole_or_nothing(trouble: type[BaseException]) -> None:
    with Store.open(None) as store:
        store.execute("insert into links (item) values ('old')")
        with pytest.raises(trouble), store.transaction():
            store.execute("delete from links")
            with store.transaction():
                store.execute("insert into links (item) values ('new')")
            if trouble is EngineError:
                store.execute("select no such thing")
            raise trouble
        assert store.rows("select item from links") == [("old",)]
        with store.transaction():
            store.execute("insert into links (item) values ('after')")
        assert len(store.rows("select item from links")) == 2


def garbage(path: Path) -> None:
    path.write_bytes(b"block" * 5000)


def broken_off(path: Path) -> None:
    Store.open(path).close()
    path.write_bytes(path.read_bytes()[:5000])


def overwritten(path: Path) -> None:
    Store.open(path).close()
    data = path.read_bytes()
    path.write_bytes(data[:20_000] + b"\xff" * 4000 + data[24_000:])


def of_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("create table items (id)")


def of_another_version(path: Path) -> None:
    with Store.open(path) as store:
        store.execute("update layout set version = 'older'")


def of_another_program(path: Path) -> None:
    duckdb.connect(str(path)).execute("create table layout (v integer)")


@pytest.mark.parametrize("make", [garbage, broken_off, overwritten, of_sqlite, of_another_version, of_another_program])
def test_a_file_that_is_no_store_is_said_with_the_mend(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "it.duckdb"
    make(path)
    before = path.read_bytes()
    with pytest.raises(EngineError, match="Delete the folder target/ and read the facts again: madegood build"):
        Store.open(path)
    assert path.read_bytes() == before, "nothing of another's is touched"


def test_no_store_to_read_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="madegood build"):
        Store.open(tmp_path / "it.duckdb", read_only=True)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("a file")
    with pytest.raises(EngineError, match="cannot be made"):
        Store.open(tmp_path / "target" / "it.duckdb")
    (tmp_path / "it.duckdb").mkdir()
    with pytest.raises(EngineError, match="cannot be opened"):
        Store.open(tmp_path / "it.duckdb")


def hold(path: Path, ready: Any, done: Any) -> None:
    with Store.open(path):
        ready.set()
        done.wait(30)


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path / "it.duckdb", ready, done))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(EngineError, match="being written by another madegood"):
            Store.open(tmp_path / "it.duckdb")
    finally:
        done.set()
        other.join(30)


LONG = """
from madegood.engine.store import Store
with Store.open(None) as store:
    store.execute("insert into links (item) values ('old')")
    try:
        with store.transaction():
            store.execute("delete from links")
            print("working", flush=True)
            store.rows("select sum(hash(range) % 7) from range(1000000000000)")
    except KeyboardInterrupt:
        print(store.rows("select item from links"), flush=True)
"""


def test_ctrl_c_while_the_engine_works_stops_it_and_leaves_what_was() -> None:
    other = subprocess.Popen([sys.executable, "-c", LONG], stdout=subprocess.PIPE, text=True)
    assert other.stdout
    assert other.stdout.readline() == "working\n"
    time.sleep(0.3)
    other.send_signal(signal.SIGINT)
    try:
        told, _ = other.communicate(timeout=60)
    finally:
        other.kill()
    assert told == "[('old',)]\n"


def test_nothing_is_fetched_from_anywhere() -> None:
    with Store.open(None) as store, pytest.raises(EngineError):
        store.rows("select * from read_csv('https://example.invalid/it.csv')")
