"""Files into tables: twice gives the same, every row is counted, and whatever stops it leaves what was there."""

from __future__ import annotations

import csv
import gzip
import io
import json
import stat
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madegood.engine.store import Store
from madegood.engine.tables import TABLES
from madegood.errors import EngineError
from madegood.intent.model import Project, SourceSpec
from madegood.sources import bulk
from madegood.sources.pull import pull
from madegood.sources.spool import hashed

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6) | st.sampled_from(
    [
        "",
        " ",
        "5",
        "2026-01-01",
        "2026-01-01T10:00:00+02:00",
        "1767225600",
        "1,5",
        '"',
        "a\nb",  # a lone carriage return ends a line here, in quotes too: its row is two that are set aside
        ";",
        "a b ",
        "ana",
    ]
)
ROW = st.tuples(CELL, CELL | st.just("2026-01-01"), CELL, CELL)


def dump(store: Store) -> dict[str, list[tuple[str, ...]]]:
    """Every table, whole and in order."""
    names = [table.name for table in TABLES] + ["sources", "set_aside"]
    return {name: [tuple(map(str, row)) for row in store.rows(f"select * from {name}")] for name in names}


def source(kind: Any, path: str, name: str = "it", **said: Any) -> SourceSpec:
    maps = {key: tuple(said.pop(key, {}).items()) for key in ("columns", "constant", "where")}
    return SourceSpec(name, kind, path, keep=tuple(said.pop("keep", ())), **maps, **said)


def text_of(rows: list[tuple[str, ...]], header: str = "person,at,name,country") -> str:
    out = io.StringIO()
    bare = any("\r" in cell for row in rows for cell in row)  # without quotes it ends the line
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()


EVENTS = source("events", "it.csv", columns={"segment": "country"}, keep=["country"], where={"country": "!no"})


def taken(root: Path, spec: SourceSpec, store: Store | None = None) -> tuple[Any, dict[str, list[tuple[str, ...]]]]:
    """What a project of one source gives in a new store, and every table."""
    if store is not None:
        return pull(Project(str(root), sources=(spec,)), store)[0], dump(store)
    with Store.open(None) as new:
        return pull(Project(str(root), sources=(spec,)), new)[0], dump(new)


@QUICK
@given(st.lists(ROW, max_size=12))
def test_every_row_is_used_set_aside_or_filtered_and_twice_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    root = tmp_path_factory.mktemp("p")
    (root / "it.csv").write_text(text_of(rows), encoding="utf-8", newline="")
    pulled, first = taken(root, EVENTS)
    blank = sum(not any(cell.strip() for cell in row) for row in rows)  # an empty line is no row
    assert len(rows) - blank <= pulled.rows + pulled.set_aside + pulled.filtered <= len(rows)
    assert len(first["set_aside"]) == pulled.set_aside
    assert taken(root, EVENTS)[1] == first
    with Store.open(None) as store:
        taken(root, EVENTS, store)
        again, second = taken(root, EVENTS, store)
        assert second == first and again.unchanged
        assert again.findings == pulled.findings or not pulled.rows + pulled.set_aside


@QUICK
@given(st.lists(ROW, max_size=12), st.sampled_from([",", ";", "\t"]))
def test_the_engine_reads_a_tidy_file_just_as_it_is_read_line_by_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], mark: str
) -> None:
    root = tmp_path_factory.mktemp("p")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", delimiter=mark)
    writer.writerow(["person", "at", "name", "country"])
    writer.writerows(rows)
    (root / "it.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    slow = taken(root, EVENTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "LARGE", 0)
        fast = taken(root, EVENTS)
    assert fast == slow


def test_the_engine_reads_large_files_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LARGE", 0)
    text = text_of([(f"u{i}", "2026-01-01", "pay", "" if i % 2 else '"de",\t;') for i in range(100)])
    for name, data in (("it.csv", text.encode()), ("it.csv.gz", gzip.compress(text.encode()))):
        (tmp_path / name).write_bytes(data)
        with monkeypatch.context() as patch, Store.open(None) as store:
            patch.setattr("madegood.sources.pull.lines_of", None)
            assert pull(Project(str(tmp_path), sources=(source("events", name),)), store)[0].rows == 100


def test_a_csv_a_json_and_a_parquet_of_the_same_rows_give_the_same_tables(tmp_path: Path) -> None:
    rows = [
        {"person": str(i % 7), "at": f"2026-01-0{i % 9 + 1}T10:00:00", "name": "pay", "value": i / 2} for i in range(50)
    ]
    (tmp_path / "it.csv").write_text(text_of([tuple(map(str, r.values())) for r in rows], ",".join(rows[0])))
    (tmp_path / "it.jsonl").write_text("\n".join(map(json.dumps, rows)))
    typed = 'person::double as person, "at"::timestamp_ns as "at", * exclude (person, "at")'
    query = f"select {typed} from read_json('{tmp_path}/it.jsonl')"
    duckdb.connect().execute(f"copy ({query}) to '{tmp_path}/it.parquet' (format parquet)")
    tables = [taken(tmp_path, source("events", f"it.{end}"))[1]["events"] for end in ("csv", "jsonl", "parquet")]
    assert len(tables[0]) == 50 and tables[0] == tables[1] == tables[2]


@QUICK
@given(st.integers(0, 40), st.sampled_from([KeyboardInterrupt, MemoryError, EngineError]))
def test_whatever_stops_it_at_whatever_point_leaves_the_old_rows(
    tmp_path_factory: pytest.TempPathFactory, after: int, trouble: type[BaseException]
) -> None:
    root = tmp_path_factory.mktemp("p")
    (root / "it.csv").write_text(text_of([("a", "2026-01-01", "pay", "de"), ("a", "2026", "pay", "de")]))
    with Store.open(root / "target" / "it.duckdb") as store:
        _, before = taken(root, EVENTS, store)
        (root / "it.csv").write_text(text_of([("b", "2026-01-02", "pay", "de")] * 3))
        real, left = Store.execute, [after]

        def run(self: Store, sql: str, params: Any = ()) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise trouble("stopped")
            real(self, sql, params)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Store, "execute", run)
            try:
                pulled, now = taken(root, EVENTS, store)
            except (KeyboardInterrupt, MemoryError, EngineError):
                pulled, now = None, dump(store)
        whole = pulled is not None and pulled.rows == 1 and pulled.set_aside == 2
        assert whole or now == before
        assert not (root / "target" / "spool.csv").exists() or not whole
        assert taken(root, EVENTS, store)[0].rows == 1
    with Store.open(root / "target" / "it.duckdb") as store:
        assert len(store.rows("select * from events")) == 1


def test_another_kind_under_the_same_name_and_a_source_no_longer_named_take_their_rows_out(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("id,day,title\n1,2026-01-01,x\n")
    with Store.open(None) as store:
        taken(tmp_path, source("items", "it.csv"), store)
        _, now = taken(tmp_path, source("releases", "it.csv"), store)
        assert not now["items"] and len(now["releases"]) == 1
        _, now = taken(tmp_path, source("releases", "it.csv", name="other"), store)
        assert [row[0] for row in now["releases"]] == ["other"] and [row[0] for row in now["sources"]] == ["other"]


def test_files_of_a_folder_are_one_source_and_many_small_ones_are_quick(tmp_path: Path) -> None:
    (tmp_path / "facts" / "deep").mkdir(parents=True)
    (tmp_path / "facts" / ".hidden.csv").write_text("nonsense")
    (tmp_path / "facts" / "notes.md").write_text("nonsense")
    for i in range(300):
        header = "metric,day,value" if i % 50 else "day,metric,value"
        row = f"m{i},2026-01-01,{i}" if i % 50 else f"2026-01-01,m{i},{i}"
        (tmp_path / "facts" / ("deep" if i % 3 else ".") / f"{i:03}.csv").write_text(f"{header}\n{row}\nbad,row,\n")
    for path in ("facts", "facts/**/*.csv"):
        pulled, now = taken(tmp_path, source("daily", path))
        assert (pulled.rows, pulled.set_aside) == (300, 300), path
        assert {row[1] for row in now["set_aside"]} >= {"facts/000.csv", "facts/deep/001.csv"}


TIMES = {
    "2026-08-22T17:38:15": "2026-08-22 17:38:15",
    "2026-08-22 17:38:15+02:00": "2026-08-22 15:38:15",
    "2026-08-22T17:38:15.000+0200": "2026-08-22 15:38:15",
    "2026-08-22 17:38:15 +02:00": "2026-08-22 15:38:15",
    "2026-08-22T17:38:15Z": "2026-08-22 17:38:15",
    "2026-08-22 17:38:15 UTC": "2026-08-22 17:38:15",
    "2026-08-22T17:38-07": "2026-08-23 00:38:00",
    "2026-08-22": "2026-08-22 00:00:00",
    "20260822": "2026-08-22 00:00:00",
    "1787420295": "2026-08-22 17:38:15",
    "1787420295.0": "2026-08-22 17:38:15",
    "1787420295000": "2026-08-22 17:38:15",
    "1787420295000000": "2026-08-22 17:38:15",
    "1787420295000000000": "2026-08-22 17:38:15",
    "22/Aug/26 5:38 PM": "2026-08-22 17:38:00",
    "22 Aug 2026": "2026-08-22 00:00:00",
    "Aug 22, 2026": "2026-08-22 00:00:00",
    "2026-02-30": "",
    "2026-08-22T25:00:00": "",
    "22/08/2026": "",
    "08-22-2026": "",
    "12": "",
    "2026": "",
    "2026-08": "",
}


@pytest.mark.parametrize("text", TIMES)
def test_times_as_people_write_them_become_utc_or_are_set_aside(text: str, tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text(f'item,at,after\n1,"{text}",done\n')
    pulled, now = taken(tmp_path, source("states", "it.csv"))
    assert [row[2] for row in now["states"]] == ([TIMES[text]] if TIMES[text] else [])
    assert pulled.rows + pulled.set_aside == 1


def test_a_day_is_one_of_the_project_s_time_zone(tmp_path: Path) -> None:
    times = ["2026-01-01T02:00:00Z", "2026-01-01T02:00:00", "2026-01-01", "1767232800"]
    (tmp_path / "it.csv").write_text("id,day\n" + "".join(f"r{i},{t}\n" for i, t in enumerate(times)))
    query = "select 'r' as id, timestamptz '2026-01-01 02:00:00+00' as day"
    duckdb.connect().execute(f"copy ({query}) to '{tmp_path}/it.parquet' (format parquet)")
    with Store.open(None) as store:
        sources = (source("releases", "it.csv"), source("releases", "it.parquet", name="two"))
        pull(Project(str(tmp_path), sources=sources, timezone="America/New_York"), store)
        before, same = date(2025, 12, 31), date(2026, 1, 1)
        assert [row[0] for row in store.rows("select day from releases order by source, id")] == [
            before, same, same, before, before,
        ]  # fmt: skip


def test_persons_are_hashed_wherever_their_column_is_used(tmp_path: Path) -> None:
    header = "user,when,what,plan,extra"
    rows = "ana@example.invalid,2026-01-01,pay,ana@example.invalid,1\nana@example.invalid,2026-01-01,pay\n"
    (tmp_path / "it.csv").write_text(f"{header}\n{rows}ana@example.invalid,never,pay,,ana@example.invalid\n")
    mapped = {"person": "user", "at": "when", "name": "what", "segment": "user"}
    spec = source("events", "it.csv", columns=mapped, keep=["user"], where={"user": "ana@example.invalid"})
    path = tmp_path / "target" / "it.duckdb"
    with Store.open(path) as store:
        pulled, now = taken(tmp_path, spec, store)
        assert pulled.rows == 1 and pulled.set_aside == 2
        who = hashed((tmp_path / "target" / "salt").read_text().strip(), "ana@example.invalid")
        [(person, segment, fields)] = store.rows("select person, segment, fields from events")
        assert person == segment == fields["user"] == who
        assert "ana@" not in repr((now, pulled.findings))
    assert b"ana@" not in path.read_bytes()
    assert stat.S_IMODE((tmp_path / "target" / "salt").stat().st_mode) == 0o600


def test_an_empty_salt_is_made_anew_and_two_projects_hash_differently(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text(text_of([("ana", "2026-01-01", "pay", "de")]))
    persons = set()
    for salt in (None, "", "\xff"):
        if salt is not None:
            (tmp_path / "target" / "salt").write_bytes(salt.encode("latin-1"))
        try:
            persons.add(taken(tmp_path, EVENTS)[1]["events"][0][1])
        except EngineError as error:
            assert salt == "\xff" and "delete it" in str(error)
    assert len(persons) == 2


def test_a_target_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("a file")
    with pytest.raises(EngineError, match="target"):
        taken(tmp_path, EVENTS)


def test_the_last_of_a_key_counts_except_of_exposures_and_of_answers_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("id,title\n1,old\n1,new\n")
    assert [row[2] for row in taken(tmp_path, source("items", "it.csv"))[1]["items"]] == ["new"]
    (tmp_path / "it.csv").write_text("person,at,release\na,2026-01-05,r\na,2026-01-02,r\na,2026-01-09,r\n")
    assert [row[2][:10] for row in taken(tmp_path, source("exposures", "it.csv"))[1]["exposures"]] == ["2026-01-02"]
    (tmp_path / "it.csv").write_text("at,score\n2026-01-05,9\n2026-01-05,9\n2026-01-05,3\n")
    assert len(taken(tmp_path, source("responses", "it.csv"))[1]["responses"]) == 3


def test_columns_of_one_name_are_one_list_of_labels_or_said(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("id,title,title,Labels,Labels,Labels,Fix,Fix\n1,x,z,a,,b,,1.0\n2,,y,,,,1.1,1.2\n")
    with Store.open(None) as store:
        pulled, _ = taken(tmp_path, source("items", "it.csv", columns={"labels": "labels", "release": "Fix"}), store)
        told = store.rows("select title, labels, release from items order by id")
        assert [(title, None if labels is None else list(labels), fix) for title, labels, fix in told] == [
            ("x", ["a", "b"], "1.0"),
            ("y", None, "1.1|1.2"),
        ]
    assert [f.rule for f in pulled.findings] == ["source-column-twice"]


@pytest.mark.parametrize(
    ("said", "rule", "words"),
    [
        ({"columns": {"day": "dat"}}, "source-column-missing", "Did you mean `date`?"),
        ({"columns": {"dya": "date"}}, "source-column-unknown", "Did you mean `day`?"),
        ({"constant": {"dya": "x"}}, "source-column-unknown", "Did you mean `day`?"),
        ({}, "source-unmapped", "`day: date`"),
        ({"columns": {"day": "date"}, "keep": ["contry"]}, "source-column-missing", "Did you mean `Country`?"),
        ({"columns": {"day": "date"}, "where": {"contry": "de"}}, "source-column-missing", "`Country`"),
        ({"columns": {"day": "date"}, "where": {"country": "xx"}}, "source-empty", "compared as written"),
        (
            {"columns": {"day": "date", "base": "value"}, "constant": {"value": "abc"}},
            "source-all-set-aside",
            "mapping",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_says_what_would(
    said: dict[str, Any], rule: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "it.csv").write_text("metric,date,value,Country\nusers,2026-01-01,5,de\n")
    pulled, _ = taken(tmp_path, source("daily", "it.csv", **said))
    assert pulled.findings[0].rule == rule
    assert words in pulled.findings[0].mend


def test_environment_variables_in_a_path_are_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "it.csv").write_text("metric,day,value\nusers,2026-01-01,5\n")
    assert taken(tmp_path, source("daily", "${NOWHERE_SET:-.}/it.csv"))[0].rows == 1
    assert "NOWHERE_SET" in taken(tmp_path, source("daily", "${NOWHERE_SET}/it.csv"))[0].findings[0].message
    monkeypatch.setenv("NOWHERE_SET", str(tmp_path))
    assert taken(tmp_path, source("daily", "${NOWHERE_SET}/it.csv"))[0].rows == 1


def test_the_days_a_source_reaches_are_noted(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("metric,day,value\nu,2026-01-01,5\nu,2026-02-01,5\n")
    with Store.open(None) as store:
        taken(tmp_path, source("daily", "it.csv"), store)
        assert store.rows("select first_day, last_day, rows from sources") == [(date(2026, 1, 1), date(2026, 2, 1), 2)]
        assert isinstance(store.rows("select max(day)::timestamp from daily")[0][0], datetime)
