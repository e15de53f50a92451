"""Events that stay where they are give the figures of events that were taken in, on every engine that is here."""

from __future__ import annotations

import io
import json
import pickle
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

from madegood.__main__ import main
from madegood.engine.dialect import DIALECTS
from madegood.engine.store import Store
from madegood.intent.parse import load
from madegood.performance.measure import measure, sizes
from madegood.performance.one_pass.memory import MARK, Known, Memory, Reader
from madegood.performance.parts import by_segment
from madegood.performance.shapes.base import Clock
from madegood.refusal import Refusal
from madegood.sources.pull import pull

from . import engines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ON = date(2026, 4, 30)
METRICS = """
metrics:
  wau: {kind: active, window: 7 days}
  dau: {kind: active, where: {version: "2"}}
  buy: {kind: conversion, steps: [view, add, pay], within: 3 days}
  views: {kind: count, event: view}
  back: {kind: retention, after: 2 days, within: 7 days}
  paid: {kind: sum, event: pay}
  each: {kind: mean, event: pay}
  rate: {kind: ratio, event: pay, per: view}
  took: {kind: adoption, event: pay, among: add, where: {version: "2"}, within: 5 days}
  wait: {kind: time-to, steps: [view, add], within: 3 days}
  carts: {kind: active, by: version}
  typo: {kind: count, event: veiw}
"""
COLUMNS = "columns: {person: who, at: moment, name: what, segment: land, value: amount}"
KEEP = "keep: [version]"


def events() -> str:
    """SQL of 8,000 events of 400 people over four months."""
    return """
        select 1000 + (hash(i) % 400)::bigint as who,
            timestamp '2026-01-01' + to_microseconds((hash(i, 1) % 10368000000000)::bigint) as moment,
            ['view', 'view', 'view', 'add', 'add', 'pay'][1 + (hash(i, 2) % 6)::int] as what,
            ['de', 'fr', 'it'][1 + (hash(i, 0) % 3)::int] as land,
            (hash(i, 3) % 100)::double as amount, case when hash(i, 4) % 2 = 0 then '1' else '2' end as version
        from range(8000) t(i)"""


def project(folder: Path, source: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "strategy").mkdir(exist_ok=True)
    (folder / "strategy" / "metrics.yml").write_text(METRICS)
    (folder / "madegood.yml").write_text(f"name: there\ntimezone: Europe/Berlin\nsources:\n  - name: e\n{source}")
    return folder


def built(folder: Path) -> Store:
    loaded, store = load(folder), Store.open(None)
    (pulled,) = pull(loaded.project, store, None, loaded.strategy.metrics)
    assert not pulled.findings, pulled.findings
    assert pulled.rows == 8000
    return store


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months to a file, in Parquet and in one CSV, taken in."""
    folder = tmp_path_factory.mktemp("in") / "project"
    files = folder / "facts"
    files.mkdir(parents=True)
    with duckdb.connect() as db:
        for k, half in enumerate(("< timestamp '2026-03-01'", ">= timestamp '2026-03-01'")):
            part = f"select * from ({events()}) where moment {half} order by moment"
            db.execute(f"copy ({part}) to '{files}/{k}.parquet' (row_group_size 2048)")
        db.execute(f"copy ({events()} order by hash(i, 9)) to '{folder}/all.csv'")
    source = f"    kind: events\n    path: facts/*.parquet\n    {COLUMNS}\n    {KEEP}\n"
    return project(folder, source)


def same(there: Store, here: Store, folder: Path) -> None:
    for metric in load(folder).strategy.metrics:
        for on in (ON, date(2026, 3, 1)):
            a, b = (measure(metric, store, on, "Europe/Berlin") for store in (there, here))
            if isinstance(a, Refusal) or isinstance(b, Refusal):
                assert a == b, metric.id
                continue
            assert a.series.first == b.series.first and a.series.notes == b.series.notes, metric.id
            np.testing.assert_allclose(a.series.values, b.series.values, err_msg=metric.id)
            pairs = [by_segment(metric, store, on, "Europe/Berlin") for store in (there, here)]
            assert [p.series.segment for p in pairs[0]] == [p.series.segment for p in pairs[1]] != []
            for one, other in zip(*pairs, strict=True):
                np.testing.assert_allclose(one.series.values, other.series.values, err_msg=metric.id)
    assert dict(sizes(there)) == pytest.approx(dict(sizes(here)), abs=0.02)


@pytest.mark.parametrize("path", ["facts/*.parquet", "all.csv"])
def test_files_are_asked_where_they_lie(taken_in: Path, path: str) -> None:
    here = built(taken_in)
    source = f"    kind: events\n    engine: duckdb\n    path: ../project/{path}\n    {COLUMNS}\n    {KEEP}\n"
    there = built(folder := project(taken_in.parent / path[:3], source))
    assert not there.has("events") and there.has("statistics")
    same(there, here, folder)
    loaded = load(folder)
    (again,) = pull(loaded.project, there, None, loaded.strategy.metrics)
    assert again.unchanged and again.rows == 8000
    (fewer,) = pull(loaded.project, there, None, loaded.strategy.metrics[:2])
    assert not fewer.unchanged


def test_nothing_about_anyone_is_kept(taken_in: Path, tmp_path: Path) -> None:
    source = f"    kind: events\n    engine: duckdb\n    path: {taken_in}/facts\n    {COLUMNS}\n    {KEEP}\n"
    folder = project(tmp_path / "p", source)
    loaded = load(folder)
    with Store.open(folder / "target" / "s.duckdb") as store:
        pull(loaded.project, store, None, loaded.strategy.metrics)
        texts = {str(row[0]) for row in store.rows("select distinct s from statistics where s is not null")}
    assert texts <= {"", "view", "add", "pay", "de", "fr", "it", "1", "2"}


class Answering(BaseHTTPRequestHandler):
    """ClickHouse's HTTP interface, as far as a question goes."""

    def do_POST(self) -> None:
        sql = self.rfile.read(int(self.headers["content-length"])).decode()
        assert "readonly=2" in self.path
        try:
            body = self.server.ask(sql)  # type: ignore[attr-defined]
            self.send_response(200)
        except Exception as error:
            body = str(error).encode()
            self.send_response(500)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def clickhouse(taken_in: Path) -> Iterator[str]:
    pytest.importorskip("chdb", reason="chdb is not here, so ClickHouse is not asked")
    at = engines.clickhouse().at  # type: ignore[attr-defined]
    at.query(f"create table t.behaviour engine = Memory as select * from file('{taken_in}/facts/*.parquet')")
    server = HTTPServer(("127.0.0.1", 0), Answering)
    setting = " settings output_format_json_quote_64bit_integers = 0"

    def ask(sql: str) -> bytes:
        joined = f"{sql}, {setting.removeprefix(' settings ')}" if " settings " in sql else sql + setting
        return str(at.query(joined, "JSONCompact")).encode()

    server.ask = ask  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    at.query("drop table t.behaviour")


def test_clickhouse_is_asked(taken_in: Path, clickhouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_URL", clickhouse)
    source = "    kind: events\n    engine: clickhouse\n    url: ${WAREHOUSE_URL}\n    table: t.behaviour\n"
    folder = project(taken_in.parent / "click", f"{source}    {COLUMNS}\n    {KEEP}\n")
    same(built(folder), built(taken_in), folder)


def test_postgres_is_asked(taken_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = engines.postgres().at  # type: ignore[attr-defined]
    at.execute("drop table if exists behaviour")
    kinds = "who bigint, moment timestamp, what text, land text, amount double precision, version text"
    at.execute(f"create table behaviour ({kinds})")
    with at.cursor() as cursor, duckdb.connect() as db:
        cursor.executemany("insert into behaviour values (%s, %s, %s, %s, %s, %s)", db.execute(events()).fetchall())
    monkeypatch.setenv("WAREHOUSE_URL", at.info.dsn)
    source = "    kind: events\n    engine: postgres\n    url: ${WAREHOUSE_URL}\n    table: public.behaviour\n"
    folder = project(taken_in.parent / "pg", f"{source}    {COLUMNS}\n    {KEEP}\n")
    same(built(folder), built(taken_in), folder)


def test_spark_is_asked(taken_in: Path) -> None:
    at = engines.spark().at  # type: ignore[attr-defined]
    at.read.parquet(f"{taken_in}/facts").createOrReplaceTempView("behaviour")
    source = "    kind: events\n    engine: spark\n    table: behaviour\n"
    folder = project(taken_in.parent / "spark", f"{source}    {COLUMNS}\n    {KEEP}\n")
    text = (folder / "strategy" / "metrics.yml").read_text()
    few = "\n".join(line for line in text.splitlines() if not line.startswith(("  wau", "  took", "  back", "  each")))
    (folder / "strategy" / "metrics.yml").write_text(few)  # a query takes it seconds
    same(built(folder), built(taken_in), folder)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("kind: events\n    engine: postgres\n    table: x\n", "how postgres is reached"),
        ("kind: events\n    engine: postgres\n    table: x\n    url: ${NO_SUCH}\n", "no `NO_SUCH`"),
        ("kind: events\n    engine: clickhouse\n    table: x\n    url: http://127.0.0.1:9\n", "could not be asked"),
        ("kind: items\n    engine: duckdb\n    path: all.csv\n", "Only events can stay"),
        ("kind: events\n    engine: duckdb\n    path: all.csv\n", "needs `person`"),
        ("kind: events\n    engine: duckdb\n    path: none.csv\n", "no file `none.csv`"),
        ("kind: events\n    engine: duckdb\n    path: all.csv\n    columns: {person: who, at: amount, name: what}\n",
         "no moment"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(taken_in: Path, source: str, why: str) -> None:
    folder = project(taken_in.parent / "wrong", f"    {source}")
    (folder / "all.csv").write_bytes((taken_in / "all.csv").read_bytes())
    loaded = load(folder)
    (pulled,) = pull(loaded.project, Store.open(None), None, loaded.strategy.metrics)
    said = " ".join(f.message for f in (*loaded.findings, *pulled.findings))
    assert why in said, json.dumps(said)
    assert pulled.rows == 0


def test_two_sources_of_events_cannot_stay(taken_in: Path) -> None:
    one = f"    kind: events\n    engine: duckdb\n    path: {taken_in}/facts\n    {COLUMNS}\n"
    folder = project(taken_in.parent / "two", one + one.replace("    kind", "  - name: f\n    kind", 1))
    loaded = load(folder)
    for pulled in pull(loaded.project, Store.open(None), None, loaded.strategy.metrics):
        assert "the only ones" in pulled.findings[0].message


def daily(folder: Path, days: range) -> None:
    """A file for each of some ten-day spans."""
    with duckdb.connect() as db:
        for k in days:
            low = f"timestamp '2026-01-01' + interval {10 * k} day"
            part = f"select * from ({events()}) where moment >= {low} and moment < {low} + interval 10 day"
            db.execute(f"copy ({part} order by moment) to '{folder}/{k:02}.parquet' (row_group_size 2048)")


def test_what_is_remembered_gives_the_same(taken_in: Path, tmp_path: Path) -> None:
    """File after file, one growing, one gone, one late, and a memory cut off in the middle."""
    pytest.importorskip("pyarrow", reason="pyarrow is not here, so nothing is read in one pass")
    facts = tmp_path / "p" / "facts"
    source = f"    kind: events\n    engine: duckdb\n    path: facts\n    {COLUMNS}\n    {KEEP}\n"
    folder = project(tmp_path / "p", f"{source}    remember: yes\n")
    plain = project(tmp_path / "q", source.replace("path: facts", f"path: {facts}"))
    facts.mkdir()
    loaded, store = load(folder), Store.open(None)
    passes = folder / "target" / "passes"

    def again() -> Store:
        (pulled,) = pull(loaded.project, store, None, loaded.strategy.metrics)
        assert not pulled.findings and not pulled.unchanged
        fresh = Store.open(None)
        pull(load(plain).project, fresh, None, loaded.strategy.metrics)
        rows = "select wanted, d, s, a, b, n, m, y, z from statistics order by all"
        assert store.rows(rows) == fresh.rows(rows)
        assert not list(passes.glob("*.new"))
        return fresh

    daily(facts, range(3))
    again()
    before = {path.name.partition(".")[0] for path in passes.glob("*.pass")}
    assert len(before) == 2  # persons, and carts
    daily(facts, range(3, 4))
    again()
    assert {path.name.partition(".")[0] for path in passes.glob("*.pass")} == before
    with duckdb.connect() as db:  # the newest file grows
        db.execute(f"copy ({events()} order by moment limit 3100) to '{tmp_path}/all.parquet'")
        grown = f"select * from '{tmp_path}/all.parquet' where moment >= timestamp '2026-01-31' order by moment"
        db.execute(f"copy ({grown}) to '{facts}/03.parquet'")
    again()
    late = (facts / "01.parquet").read_bytes()
    (facts / "01.parquet").unlink()
    kept = store.rows("select count(*), sum(n) from statistics")
    pull(loaded.project, store, None, loaded.strategy.metrics)
    assert store.rows("select count(*), sum(n) from statistics") == kept  # its rows are not needed any more
    (facts / "01.parquet").write_bytes(late)  # written again: its stamp is another
    daily(facts, range(5, 6))
    again()
    for path in passes.glob("*.pass"):  # cut off
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    daily(facts, range(6, 7))
    again()
    for path in passes.glob("*.pass"):  # of another version
        path.write_bytes(b"x" * 64 + path.read_bytes()[64:])
    daily(facts, range(4, 5))  # late: between two that were taken
    again()


def test_no_name_is_remembered(taken_in: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not here, so nothing is read in one pass")
    source = f"    kind: events\n    engine: duckdb\n    path: {taken_in}/facts\n    {COLUMNS}\n    {KEEP}\n"
    folder = project(tmp_path / "p", f"{source}    remember: yes\n")
    built(folder)
    memory = Memory(folder / "target" / "passes", (0, 0))
    names = {path.name.partition(".")[0] for path in memory.folder.glob("*.pass")}
    found = [memory.recall(known) for name in names for known in memory.known(name)]
    assert len(names) == 2 and len(found) == 4  # with the last file, and without it
    for passing in found:
        assert passing is not None
        people = passing.people
        assert people.table is None and 0 < people.known <= 400
        words = people.keys[: people.known]
        assert not np.isin(words, np.arange(1000, 1400)).any() and len(np.unique(words, axis=0)) == people.known


def test_only_what_a_pass_is_made_of_is_read(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return print, ("read",)

    told = pickle.dumps(Evil(), protocol=5)
    for name, parts in (("a", [len(told), 0, 0]), ("b", [0, len(told), 0])):
        (tmp_path / f"{name}.1.pass").write_bytes(MARK + np.array(parts, np.int64).tobytes() + told + bytes(64))
    memory, clock = Memory(tmp_path, (1, 2)), Clock(date(2026, 1, 1), date(2026, 1, 2))
    assert memory.known("a") == memory.known("none") == []
    assert memory.recall(Known((), (), clock, None, tmp_path / "b.1.pass")) is None
    assert memory.recall(Known((), (), clock, None, tmp_path / "none")) is None
    with pytest.raises(pickle.UnpicklingError, match="no part"):
        Reader(io.BytesIO(told)).load()


def test_what_cannot_be_remembered_is_said(taken_in: Path, tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    for name in ("a", "b"):
        (tmp_path / "facts" / f"{name}.csv").write_bytes((taken_in / "all.csv").read_bytes())
    source = f"    kind: events\n    engine: duckdb\n    path: {tmp_path}/facts\n    {COLUMNS}\n    {KEEP}\n"
    loaded = load(project(tmp_path / "p", f"{source}    remember: yes\n"))
    (pulled,) = pull(loaded.project, Store.open(None), None, loaded.strategy.metrics)
    assert [f.severity for f in pulled.findings] == ["warning"] and "not Parquet" in pulled.findings[0].message


def test_what_is_gone_is_said(taken_in: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not here, so nothing is read in one pass")
    facts = tmp_path / "p" / "facts"
    source = f"    kind: events\n    engine: duckdb\n    path: facts\n    remember: yes\n    {COLUMNS}\n    {KEEP}\n"
    loaded, store = load(project(tmp_path / "p", source)), Store.open(None)
    facts.mkdir()
    daily(facts, range(3))
    pull(loaded.project, store, None, loaded.strategy.metrics)
    (facts / "00.parquet").unlink()
    (pulled,) = pull(loaded.project, store, None, loaded.strategy.metrics[1:])
    assert "`00.parquet`" in pulled.findings[0].message and pulled.findings[0].severity == "warning"


@pytest.mark.parametrize("engine", [d.name for d in DIALECTS])
def test_what_is_asked_is_shown(taken_in: Path, tmp_path: Path, engine: str) -> None:
    source = f"    kind: events\n    engine: postgres\n    url: x\n    table: a.b\n    {COLUMNS}\n    {KEEP}\n"
    for folder in (project(tmp_path / "p", source), taken_in):
        said = CliRunner().invoke(main, ["sql", "took", "--folder", str(folder), "--engine", engine])
        assert said.exit_code == 0, said.output
        queries = [part for part in said.output.split(";\n") if part.strip()]
        assert len(queries) == 4 and ("untested" in said.output) == (engine in ("bigquery", "snowflake"))
        assert ("a.b" in said.output) == (folder != taken_in)


def test_what_asks_nothing_says_so(taken_in: Path) -> None:
    for words, why in (
        (["sql", "tok"], "Did you mean `took`"),
        (["sql", "took", "--engine", "postgress"], "Did you mean `postgres`"),
    ):
        said = CliRunner().invoke(main, [*words, "--folder", str(taken_in)])
        assert said.exit_code != 0 and why in said.output
