"""The commands as a person calls them: what they print, where, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from madegood.__main__ import main

PROJECT = """\
madegood: 1
name: Payments
sources:
  - {name: backlog, kind: items, path: backlog.csv}
  - {name: releases, kind: releases, path: releases.csv}
  - {name: daily, kind: daily, path: daily.csv}
outcomes:
  - {outcome: paid, title: Payments, metric: payments, baseline: 100, target: 130, by: 2026-12-31, owner: ana}
needs:
  - need: quick
    outcomes: [paid]
    evidence: [{kind: quote, on: 2026-05-01, text: it takes too long}]
    work: ["label:quick"]
metrics:
  - {metric: payments}
"""


def run(*command: str | Path) -> Any:
    return CliRunner().invoke(main, [str(part) for part in command])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "madegood.yml").write_text(PROJECT)
    days = [f"2026-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(200)]
    items = [f"I-{i},Item {i},{'quick' if i % 3 else ''},{days[i]},{days[min(i + 5, 199)]}" for i in range(0, 195, 2)]
    (tmp_path / "backlog.csv").write_text("id,title,labels,started,done\n" + "\n".join(items) + "\n")
    (tmp_path / "releases.csv").write_text(f"id,day\nv1,{days[90]}\n")
    values = [f"payments,{day},{(100 + i % 7) * (1.3 if i >= 90 else 1):.0f}" for i, day in enumerate(days)]
    (tmp_path / "daily.csv").write_text("metric,day,value\n" + "\n".join(values) + "\n")
    return tmp_path


def test_the_path_runs_from_text_to_page(folder: Path) -> None:
    assert run("check", folder).exit_code == 0
    built = run("build", folder)
    assert built.exit_code == 0, built.output
    assert "98 rows" in built.stderr and not built.stdout
    shown = run("show", folder)
    assert shown.exit_code == 0
    assert "Payments" in shown.stdout and "items" in shown.stdout
    reading = json.loads(run("show", folder, "--json").stdout)
    assert reading["schema"] == "madegood/reading@1"
    assert reading["outcomes"][0]["verdicts"][0]["names"] == ["v1"]
    page = Path(run("report", folder).stdout.strip())
    assert page.read_text().startswith("<!doctype html>")


def test_building_twice_says_unchanged_and_shows_the_same(folder: Path) -> None:
    run("build", folder)
    first = run("show", folder, "--json").stdout
    again = run("build", folder)
    assert again.stderr.count("unchanged") == 3
    assert run("show", folder, "--json").stdout == first


def test_a_source_that_broke_leaves_what_was_there_and_says_where(folder: Path) -> None:
    run("build", folder)
    (folder / "daily.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    broken = run("build", folder)
    assert broken.exit_code == 1
    assert "source-not-what-it-says" in broken.stdout and "madegood.yml:6" in broken.stdout
    reading = json.loads(run("show", folder, "--json").stdout)
    assert reading["outcomes"][0]["now"] > 100


def test_a_draft_that_is_broken_still_builds_the_rest(folder: Path) -> None:
    text = (folder / "madegood.yml").read_text()
    (folder / "madegood.yml").write_text(text.replace("target: 130", "target: many"))
    built = run("build", folder)
    assert built.exit_code == 1
    assert "bad-number" in built.stdout and "98 rows" in built.stderr


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_findings_come_in_every_form_and_decide_how_check_ends(folder: Path, form: str) -> None:
    text = (folder / "madegood.yml").read_text()
    (folder / "madegood.yml").write_text(text.replace("metric: payments, baseline", "metric: paymints, baseline"))
    checked = run("check", folder, "--format", form)
    assert checked.exit_code == 1
    assert "unknown-metric" in checked.stdout
    if form in ("json", "sarif"):
        json.loads(checked.stdout)


@pytest.mark.parametrize("command", ["check", "build", "show", "report", "why"])
def test_without_a_project_every_command_says_how_to_begin(tmp_path: Path, command: str) -> None:
    more = ["X", "--folder", str(tmp_path)] if command == "why" else [str(tmp_path)]
    done = run(command, *more)
    assert done.exit_code == 2
    assert "madegood init" in done.stderr and not done.stdout


def test_showing_before_building_says_to_build(folder: Path) -> None:
    done = run("show", folder)
    assert done.exit_code == 2
    assert "madegood build" in done.stderr


def test_a_misspelt_command_proposes_the_right_one() -> None:
    done = run("chek")
    assert done.exit_code == 2
    assert "check" in done.stderr


def test_a_page_that_cannot_be_written_is_one_line(folder: Path) -> None:
    run("build", folder)
    (folder / "file").write_text("")
    done = run("report", folder, "-o", folder / "file" / "page.html")
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.output


def test_why_an_item_serves_what_it_serves(folder: Path) -> None:
    run("build", folder)
    assert "quick" in run("why", "I-2", "--folder", folder).stdout
    assert run("why", "I-99999", "--folder", folder).exit_code in (0, 2)


def test_the_doctor_finds_a_well_set_up_project_well(folder: Path) -> None:
    assert run("doctor", folder).exit_code == 1, "nothing was read yet"
    run("build", folder)
    examined = run("doctor", folder)
    assert examined.exit_code == 0, examined.output
    assert "metric payments: flow" in examined.stdout


def test_the_schema_is_json() -> None:
    assert json.loads(run("schema").stdout)["$schema"].endswith("2020-12/schema")


def test_a_period_with_nothing_in_it_is_answered_in_words(folder: Path) -> None:
    run("build", folder)
    done = run("show", folder, "--on", "2020-01-01")
    assert done.exit_code == 0, done.output
    assert "nan" not in done.stdout and "None" not in done.stdout


def test_memory_can_be_bounded_and_a_bound_that_is_none_is_told(tmp_path: Path) -> None:
    rows = "".join(f"u{i % 997},2026-01-{i % 28 + 1:02},pay,{i}\n" for i in range(60_000))
    (tmp_path / "e.csv").write_text(f"person,at,name,value\n{rows}")
    (tmp_path / "madegood.yml").write_text(
        "madegood: 1\nsources: [{name: e, kind: events, path: e.csv}]\n"
        "metrics: [{metric: a, kind: active, event: pay}]\noutcomes: [{outcome: o, metric: a}]\n"
    )
    assert run("build", str(tmp_path), "--memory", "400MB").exit_code == 0
    plain = run("show", str(tmp_path), "--json").stdout
    assert run("show", str(tmp_path), "--json", "--memory", "200MB").stdout == plain
    refused = run("build", str(tmp_path), "--memory", "lots")
    assert refused.exit_code == 2 and "500MB or 2GB" in refused.output
