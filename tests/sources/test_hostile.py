"""Files as they should not be: each is said with its place and how to mend it, and costs nothing but itself."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from madegood.engine.store import Store
from madegood.findings import Span
from madegood.intent.model import Project, SourceSpec
from madegood.sources import files
from madegood.sources.pull import pull

GOOD = "metric,day,value\nusers,2026-01-01,5\nusers,2026-01-02,6\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
HTML = "<!DOCTYPE html><html><body>403 Forbidden</body></html>"


def daily(*rows: str) -> str:
    return "metric,day,value\nusers,2026-01-01,5\n" + "".join(row + "\n" for row in rows)


def parquet(path: Path, query: str = "select 'users' as metric, date '2026-01-01' as day, 5 as value") -> None:
    duckdb.connect().execute(f"copy ({query}) to '{path}' (format parquet)")


def truncated(path: Path) -> None:
    parquet(path)
    path.write_bytes(path.read_bytes()[:150])


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def loop(path: Path) -> None:
    path.symlink_to(path)


def infinite(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bad_pages(path: Path) -> None:
    parquet(path, "select 'u' || i as metric, date '2026-01-01' as day, random() as value from range(20000) t(i)")
    data = path.read_bytes()
    path.write_bytes(data[:20] + b"\xff" * 30_000 + data[30_020:])


Make = str | bytes | Callable[[Path], None]
#: name -> (file, what it holds, the rule that says so)
BROKEN: dict[str, tuple[str, Make, str]] = {
    "a picture": ("it.csv", PNG, "source-not-what-it-says"),
    "a web page": ("it.csv", HTML, "source-not-what-it-says"),
    "a pdf": ("it.csv", b"%PDF-1.7 ...", "source-not-what-it-says"),
    "a spreadsheet": ("it.csv", b"PK\x03\x04" + b"\0" * 90, "source-not-what-it-says"),
    "an old spreadsheet": ("it.csv", b"\xd0\xcf\x11\xe0\xa1\xb1" + b"\0" * 90, "source-not-what-it-says"),
    "json lines named csv": ("it.csv", '{"metric": "users"}\n', "source-not-what-it-says"),
    "a json list named csv": ("it.csv", '[{"metric": "users"}]', "source-not-what-it-says"),
    "csv named json": ("it.jsonl", GOOD, "source-not-what-it-says"),
    "csv named parquet": ("it.parquet", GOOD, "source-not-what-it-says"),
    "parquet named csv": ("it.csv", parquet, "source-not-what-it-says"),
    "parquet that breaks off": ("it.parquet", truncated, "source-not-what-it-says"),
    "an empty parquet": ("it.parquet", b"", "source-not-what-it-says"),
    "parquet with damaged pages": ("it.parquet", bad_pages, ""),
    "gzip that breaks off": ("it.csv.gz", gzip.compress(GOOD.encode() * 99)[:60], "source-not-what-it-says"),
    "gzip that is damaged": ("it.csv.gz", b"\x1f\x8b" + b"x" * 200, "source-not-what-it-says"),
    "an empty gzip file": ("it.csv.gz", b"", "source-empty"),
    "a gzip of nothing": ("it.csv.gz", gzip.compress(b""), "source-empty"),
    "an empty file": ("it.csv", "", "source-empty"),
    "blank lines alone": ("it.csv", "\n\n  \n", ""),
    "only a header": ("it.csv", "metric,day,value\n", "source-empty"),
    "no header": ("it.csv", "users,2026-01-01,5\nusers,2026-01-02,6\n", "source-unmapped"),
    "a binary": ("it.csv", bytes(range(256)) * 40, "source-not-what-it-says"),
    "utf-16 without its mark": ("it.csv", GOOD.encode("utf-16-le"), "source-not-what-it-says"),
    "another header": ("it.csv", "name;when;count\nusers;2026-01-01;5\n", "source-unmapped"),
    "one line without end": ("it.csv", "x" * ((1 << 24) + 10), "source-not-what-it-says"),
    "a quote open in the header": ("it.csv", 'metric,"day,value\nusers,2026-01-01,5\n', "source-not-what-it-says"),
    "a json object that is no list": ("it.json", '{\n "error": "not found"\n}', "source-not-what-it-says"),
    "json that breaks off": ("it.json", '[{"metric": "users"}, {"met', "source-not-what-it-says"),
    "json nested too deep": ("it.json", "[" * 100_000, "source-not-what-it-says"),
    "a missing file": ("other.csv", GOOD, "source-missing"),
    "a dangling link": ("it.csv", dangling, "source-missing"),
    "a link to itself": ("it.csv", loop, "source-missing"),
    "a pipe": ("it.csv", lambda path: os.mkfifo(path), "source-missing"),
    "a device without end": ("it.csv", infinite, "source-missing"),
    "an empty folder": ("it.csv", lambda path: path.mkdir(), "source-missing"),
    "days either way round": ("it.csv", "metric,day,value\nusers,03/04/2026,5\n", "source-all-set-aside"),
    "a bare list of numbers": ("it.json", "[1, 2, 3]", ""),
    "json lines of lists": ("it.jsonl", "[1,2]\n[3,4]\n", "source-not-what-it-says"),
    "sqlite": ("it.csv", b"SQLite format 3\0" + b"\0" * 90, "source-not-what-it-says"),
    "xz": ("it.csv", b"\xfd7zXZ\0" + b"\1" * 90, "source-not-what-it-says"),
}  # fmt: skip


def write(path: Path, make: Make) -> None:
    if path.is_symlink() or path.exists():
        path.unlink()
    if callable(make):
        make(path)
    else:
        path.write_bytes(make.encode() if isinstance(make, str) else make)


def project(root: Path, path: str) -> Project:
    it = SourceSpec("it", "daily", path, place=Span("madegood.yml", 4, 5))
    other = SourceSpec("other", "daily", "good.csv", constant=(("product", "other"),), place=Span("madegood.yml", 9, 5))
    return Project(str(root), sources=(it, other))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_said_and_costs_only_itself(name: str, tmp_path: Path, store: Store) -> None:
    file, make, rule = BROKEN[name]
    path = tmp_path / ("it.csv" if file == "other.csv" else file)
    (tmp_path / "good.csv").write_text(GOOD)
    if path.suffix == ".parquet":
        parquet(path)
    elif "json" in path.suffix:
        path.write_text(json.dumps([{"metric": "users", "day": "2026-01-01", "value": 5}]))
    else:
        path.write_text(GOOD)
    first = pull(project(tmp_path, path.name), store)
    assert all(not one.findings and one.rows for one in first)
    before = store.rows("select * from daily where source = 'it'")
    path.unlink()
    write(tmp_path / file, make)
    it, other = pull(project(tmp_path, path.name), store)
    assert it.findings and (not rule or it.findings[0].rule == rule), it.findings
    for finding in it.findings:
        assert finding.message and finding.mend and finding.span.file and finding.span.line >= 1
        assert finding.message.endswith(".")
    assert other.rows == 2 and other.unchanged
    if any(finding.severity == "error" for finding in it.findings) and "set-aside" not in it.findings[0].rule:
        assert store.rows("select * from daily where source = 'it'") == before
        assert it.rows == len(before)


#: name -> (a row, words of the reason)
ROWS: dict[str, tuple[str, str]] = {
    "too few cells": ("users,2026-01-02", "2 cells where the header has 3"),
    "too many cells": ("users,2026-01-02,5,6", "4 cells"),
    "nothing where something must be": (",2026-01-02,5", "`metric` is missing"),
    "a day either way round": ("users,03/04/2026,5", "write 2026-03-04"),
    "a german day": ("users,3.4.2026,5", "write 2026-03-04"),
    "a spreadsheet's day": ("users,46114,5", "spreadsheet"),
    "a day that is none": ("users,2026-02-30,5", "`day` is no day"),
    "words for a day": ("users,yesterday,5", "`day` is no day"),
    "infinity for a day": ("users,infinity,5", "`day` is no day"),
    "epoch for a day": ("users,epoch,5", "`day` is no day"),
    "a day before 1970": ("users,1066-10-14,5", "before 1970"),
    "a day far ahead": ("users,2926-01-02,5", "ahead"),
    "a comma in a number": ('users,2026-01-02,"1,234"', "write 1234"),
    "a decimal comma": ('users,2026-01-02,"3,5"', "3.5"),
    "a percent sign": ("users,2026-01-02,12 %", "percent"),
    "a currency": ("users,2026-01-02,€5", "currency"),
    "no number": ("users,2026-01-02,many", "`value` is no number"),
    "NaN": ("users,2026-01-02,NaN", "not finite"),
    "infinite": ("users,2026-01-02,-inf", "not finite"),
    "too large": ("users,2026-01-02,1e400", "too large"),
    "an open quote": ('"users,2026-01-02,5', "quote"),
    "an open quote in the last cell": ('users,2026-01-02,"5', "quote"),
    "the same row": ("users,2026-01-01,5", "the same row again"),
    "another value of one day": ("users,2026-01-01,7", "that one counts"),
    "injected SQL": ("users,2026-01-02,0); drop table daily; --", "`value` is no number"),
    "a hexadecimal number": ("users,2026-01-02,0x1F", "`value` is no number"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_set_aside_with_its_line_and_the_rest_is_used(name: str, tmp_path: Path, store: Store) -> None:
    row, words = ROWS[name]
    (tmp_path / "it.csv").write_text(daily(row, "users,2026-01-03,7"), encoding="utf-8")
    (tmp_path / "good.csv").write_text(GOOD)
    it, other = pull(project(tmp_path, "it.csv"), store)
    [(file, line, reason)] = store.rows("select file, line, reason from set_aside")
    assert words in reason and file == "it.csv"
    assert line == (2 if words in ("the same row again", "that one counts") else 3)
    assert (it.rows, it.set_aside, other.rows) == (2, 1, 2)
    assert it.findings[0].rule == "source-rows-set-aside" and it.findings[0].span.line == line


def test_a_share_above_one_and_a_word_for_yes_that_is_none(read: Any, tmp_path: Path, store: Store) -> None:
    (tmp_path / "it.csv").write_text("release,day,share\nr1,2026-01-01,1.5\nr1,2026-01-02,0.5\n")
    assert read("rollouts").rows == 1
    (tmp_path / "it.csv").write_text("id,day,prerelease\nr1,2026-01-01,maybe\nr2,2026-01-01,Yes\nr3,2026-01-01,off\n")
    assert read("releases").rows == 2
    assert "neither yes nor no" in store.rows("select reason from set_aside")[0][0]


def test_a_quote_that_is_never_closed_costs_one_row(read: Any, tmp_path: Path, store: Store) -> None:
    rows = [f"users{i},2026-01-01,{i}" for i in range(20_000)]
    rows[500] = '"users500,2026-01-01,500'
    rows[900] = 'users900,2026-01-01,"900'
    (tmp_path / "it.csv").write_text("metric,day,value\n" + "\n".join(rows))
    pulled = read("daily")
    assert (pulled.rows, pulled.set_aside) == (19_998, 2)
    assert store.rows("select line from set_aside order by 1") == [(502,), (902,)]


def test_a_folder_with_one_bad_file_keeps_what_was_and_names_it(read: Any, tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "a.csv").write_text(GOOD)
    (folder / "b.csv").write_text("metric,day,value\nusers,2026-01-03,1\n")
    assert read("daily", "facts").rows == 3
    (folder / "b.csv").write_bytes(PNG)
    pulled = read("daily", "facts")
    assert "`b.csv` is a PNG picture" in pulled.findings[0].message and pulled.rows == 3
    assert store.rows("select count(*) from daily") == [(3,)]


def test_names_and_values_that_look_like_sql_are_only_names(read: Any, tmp_path: Path, store: Store) -> None:
    name = 'x\'); drop table daily; --[1]*%20 "q".csv'
    (tmp_path / name).write_text("""metric,day,value,"k""ey'; drop table items"\nusers,2026-01-01,5,o'k\n""")
    pulled = read(
        "events",
        name,
        columns={"person": "metric", "at": "day"},
        constant={"name": "it's; drop table events"},
        keep=["k\"ey'; drop table items"],
        where={"k\"ey'; drop table items": "o'k|'; drop table daily"},
    )
    assert pulled.rows == 1 and not pulled.findings
    [(said, kept)] = store.rows("select name, fields from events")
    assert said == "it's; drop table events" and kept == {"k\"ey'; drop table items": "o'k"}


def test_a_parquet_file_with_a_star_in_its_name_is_that_file_alone(read: Any, tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet")
    parquet(tmp_path / "ab.parquet", "select 'other' as metric, date '2026-01-01' as day, 5 as value")
    (tmp_path / "a.parquet").rename(tmp_path / "a*.parquet")
    assert read("daily", "a*.parquet").rows == 1


def test_a_file_that_vanishes_or_grows_while_it_is_read_leaves_what_was(
    read: Any, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "it.csv"
    path.write_text(GOOD)
    assert read("daily").rows == 2
    path.write_text(GOOD + "users,2026-01-03,1\n")
    real = files.look

    def grown(at: Path) -> Any:
        seen = real(at)
        return seen

    for change in (lambda: path.write_text(GOOD * 3), path.unlink):
        path.write_text(GOOD + "users,2026-01-03,1\n")
        monkeypatch.setattr("madegood.sources.pull.load.settle", later(change))
        pulled = read("daily")
        assert pulled.findings and pulled.rows == 2
        monkeypatch.undo()
        assert store.rows("select count(*) from daily") == [(2,)]


def later(change: Callable[[], Any]) -> Callable[..., int]:
    """Settling, after which the file is another."""
    from madegood.sources.load import settle

    def run(*args: Any) -> int:
        count = settle(*args)
        change()
        return count

    return run


def test_a_file_without_the_right_to_read_it(read: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "it.csv").write_text(GOOD)

    def refuse(path: Path) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(files, "look", refuse)
    [finding] = read("daily").findings
    assert finding.rule == "source-missing" and "Permission denied" in finding.message


def test_letters_of_other_encodings_are_read_or_said(read: Any, tmp_path: Path, store: Store) -> None:
    text = "metric,day,value\nüser,2026-01-01,5\n"
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        (tmp_path / "it.csv").write_bytes(text.encode(encoding))
        assert not read("daily").findings
        assert store.rows("select metric from daily") == [("üser",)]
    (tmp_path / "it.csv").write_bytes(text.encode("cp1252"))
    assert [f.rule for f in read("daily").findings] == ["source-encoding"]
    assert store.rows("select metric from daily") == [("üser",)]
    (tmp_path / "it.csv").write_bytes(text.encode() + "ünö,2026-01-01,5\n".encode() + b"\xff,2026-01-01,5\n")
    assert "1 letters" in read("daily").findings[0].message
    assert "1 letters" in read("daily").findings[0].message, "it is said again while the file is the same"


def test_line_ends_marks_and_stray_characters_of_many_programs(read: Any, tmp_path: Path, store: Store) -> None:
    for text in (
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace(",", "|"),
        "sep=;\n" + GOOD.replace(",", ";"),
        "\n\n" + GOOD.replace("\n", "\n\n"),
        GOOD.replace("\n", ",,\n"),
        GOOD.replace(",", ", "),
        GOOD.replace("users", '"users"').replace(",", ', "').replace("\n", '"\n').replace(', "', ",", 0),
        GOOD.replace("users", "us\0ers"),
        GOOD.upper().replace("USERS", "users"),
    ):
        (tmp_path / "it.csv").write_text(text, newline="")
        pulled = read("daily")
        assert (pulled.rows, pulled.set_aside) == (2, 0), (text, pulled.findings)
        assert store.rows("select distinct metric from daily") == [("users",)]


def test_json_whose_keys_come_late_and_lone_surrogates(read: Any, tmp_path: Path, store: Store) -> None:
    lines = [{"day": "2026-01-01", "value": i, "metric": f"m{i}"} for i in range(1500)]
    lines.append({"day": "2026-01-01", "value": 1, "metric": "late \ud800", "segment": "de"})
    (tmp_path / "it.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert read("daily", "it.jsonl").rows == 1501
    assert store.rows("select count(*) from daily where segment = 'de'") == [(1,)]


def test_a_long_cell_and_a_list_wrapped_in_an_object(read: Any, tmp_path: Path, store: Store) -> None:
    (tmp_path / "it.csv").write_text(f'id,title\n1,"{"word " * 200_000}"\n2,short\n')
    assert read("items").rows == 2
    issues = {"total": 2, "issues": [{"key": "A-1", "fields": {"summary": "x"}}, {"key": "A-2"}]}
    for indent in (None, 2):
        (tmp_path / "it.json").write_text(json.dumps(issues, indent=indent))
        assert read("items", "it.json", columns={"id": "key", "title": "fields.summary"}).rows == 2
