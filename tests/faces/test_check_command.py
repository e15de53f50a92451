"""`madegood check` as a person, a pull request and the pre-commit hook call it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"duckdb", "numpy", "scipy", "rich", "jinja2", "starlette", "pydantic"}
NOTE = "madegood: 1\noutcomes:\n  - {outcome: trust, status: proposed}\n"
WRONG = "madegood: 1\nname: Demo\nbets:\n  - {id: b, achieve: nothing}\n"


def run(folder: Path, *options: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *before, "-m", "madegood", "check", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")


def project(folder: Path, text: str) -> Path:
    (folder / "madegood.yml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("text", "code"), [(NOTE, 0), (WRONG, 1)])
def test_notes_alone_are_fine_and_more_is_not(tmp_path: Path, text: str, code: int) -> None:
    done = run(project(tmp_path, text))
    assert done.returncode == code, done.stderr
    assert "madegood.yml:" in done.stdout


def test_where_there_is_no_strategy_it_exits_2_and_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "madegood.yml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_stdout_holds_one_json_object_and_nothing_else(tmp_path: Path, form: str) -> None:
    done = run(project(tmp_path, WRONG), "--format", form)
    assert done.returncode == 1
    assert isinstance(json.loads(done.stdout), dict)


def test_github_lines_name_the_file_and_line(tmp_path: Path) -> None:
    done = run(project(tmp_path, WRONG), "--format", "github")
    assert any(
        line.startswith("::error title=madegood (unknown-outcome),file=madegood.yml,line=4,")
        for line in done.stdout.splitlines()
    )


def test_check_starts_without_the_heavy_libraries(tmp_path: Path) -> None:
    done = run(project(tmp_path, WRONG), before=("-X", "importtime"))
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "madegood" in imported
    assert not imported & HEAVY


def test_the_actions_lines_leave_sarif_and_annotations(tmp_path: Path) -> None:
    """The second step of action.yml, with an installed madegood in place of the first."""
    step = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][1]
    installed = tmp_path / "temp" / "madegood" / "bin"
    installed.mkdir(parents=True)
    (installed / "madegood").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m madegood "$@"\n')
    (installed / "madegood").chmod(0o755)
    known = {"RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_OUTPUT": str(tmp_path / "output"), "FOLDER": "."}
    command = ["bash", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=project(tmp_path, WRONG), env=os.environ | known, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "::error title=madegood" in done.stdout
    sarif = Path((tmp_path / "output").read_text().strip().removeprefix("sarif="))
    assert json.loads(sarif.read_text())["version"] == "2.1.0"


def test_the_page_shows_what_check_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    strategy = tmp_path / "strategy"
    strategy.mkdir()
    (strategy / "activated-accounts.md").write_text("---\noutcome: activated-accounts\n---\n", encoding="utf-8")
    bet = "---\nbet: instant-verification\nachieve: activated-acounts\n---\n"
    (strategy / "instant-verification.md").write_text(bet, encoding="utf-8")
    shown = page.split("$ madegood check\n")[1].split("```")[0].strip()
    assert shown in run(project(tmp_path, "madegood: 1\n")).stdout
    for name in re.findall(r"\]\(([\w/.-]+)\)", page):
        assert (ROOT / "docs" / name).exists(), name
    for block in re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        assert yaml.safe_load(block)


def test_the_hook_looks_at_strategy_files_only() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for path in ("madegood.yml", "strategy/bets/a.md", "team/strategy/metrics.yaml", "strategy.yml"):
        assert re.search(hook["files"], path), path
    for path in ("src/strategy.py", "README.md", "docs/madegood.yml.md"):
        assert not re.search(hook["files"], path), path
