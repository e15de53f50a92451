"""`init`: a draft from what exists, that loads, builds and shows at once, and overwrites nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from madegood.__main__ import main
from madegood.intent.parse import load


def run(*command: str | Path) -> Any:
    return CliRunner().invoke(main, [str(part) for part in command])


def day(i: int) -> str:
    return f"2026-{1 + i // 28:02d}-{1 + i % 28:02d}"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    backlog, daily = tmp_path / "in" / "backlog.csv", tmp_path / "in" / "metrics.csv"
    backlog.parent.mkdir()
    epics = ["EPIC-1,New checkout,,epic,", "EPIC-2,Faster search,,epic,"]
    rows = [f"T-{i},Item {i},EPIC-{1 + i % 2},{'ci' if i % 5 == 0 else 'feature'},{day(i)}" for i in range(120)]
    backlog.write_text("Key,Summary,Epic Link,Issue Type,Resolved\n" + "\n".join(epics + rows) + "\n")
    values = [f"{name},{day(i)},{100 + i % 9}" for i in range(150) for name in ("active_users", "crash_rate", "stars")]
    daily.write_text("metric,date,value\n" + "\n".join(values) + "\n")
    return backlog, daily


def test_a_draft_loads_builds_and_shows_at_once(files: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    done = run("init", "--from", files[0], "--from", files[1], "--name", "Shop", folder)
    assert done.exit_code == 0, done.output
    loaded = load(folder)
    assert not [f for f in loaded.findings if f.severity == "error"]
    strategy = loaded.strategy
    assert {bet.title for bet in strategy.bets} == {"New checkout", "Faster search"}
    assert all(thing.status == "proposed" for thing in (*strategy.outcomes, *strategy.bets, *strategy.needs))
    assert strategy.outcomes[0].metric == "active-users", "nearest to customers first"
    baseline = strategy.outcomes[0].baseline
    assert baseline is not None and baseline.value == pytest.approx(104, abs=1)
    assert all(outcome.target is None for outcome in strategy.outcomes), "only a person can say where it should be"
    assert {m.id: m.good for m in strategy.metrics}["crash-rate"] == "down"
    assert [s.text for s in loaded.project.upkeep] == ["kind:ci"]
    assert "project" in done.output and "in/backlog.csv" in (folder / "madegood.yml").read_text()
    assert run("build", folder).exit_code == 0
    assert json.loads(run("show", folder, "--json").stdout)["heading"]["total"] > 0
    assert run("report", folder).exit_code == 0


def test_a_draft_overwrites_nothing(files: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    run("init", "--from", files[1], folder)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    again = run("init", "--from", files[1], folder)
    assert again.exit_code == 2 and "there already" in again.stderr
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_an_empty_folder_says_how_to_begin_and_stays_empty(tmp_path: Path) -> None:
    done = run("init", tmp_path)
    assert done.exit_code == 2
    assert "--from" in done.stderr
    assert not list(tmp_path.iterdir())


def test_files_that_fit_nothing_are_named_with_the_reason(files: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("x,y\n1,2\n")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0")
    done = run(
        "init", "--from", tmp_path / "odd.csv", "--from", tmp_path / "picture.csv", "--from", files[1], tmp_path / "p"
    )
    assert done.exit_code == 0, done.output
    assert "odd.csv: it has columns that fit no kind of record" in done.output
    assert "PNG" in done.output


def test_files_in_the_usual_places_are_found(files: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "facts").mkdir(parents=True)
    for path in files:
        (folder / "facts" / path.name).write_bytes(path.read_bytes())
    assert run("init", folder).exit_code == 0
    assert "path: facts/backlog.csv" in (folder / "madegood.yml").read_text()


def test_a_git_repository_alone_is_enough(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    subprocess.run([*git, "init", "-q"], check=True)
    for i in range(6):
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", f"feat(search): part {i}"], check=True)
    subprocess.run([*git, "tag", "v1.0.0"], check=True)
    done = run("init", tmp_path)
    assert done.exit_code == 0, done.output
    loaded = load(tmp_path)
    assert [need.title for need in loaded.strategy.needs] == ["search"]
    assert run("build", tmp_path).exit_code == 0
