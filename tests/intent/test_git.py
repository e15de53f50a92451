from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from madegood.intent.git import commit
from madegood.intent.model import Project


def run(folder: Path, *command: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *who, *command], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit(Project(str(tmp_path))) == ""
    assert commit(Project(str(tmp_path / "nowhere"))) == ""


def test_it_is_the_last_commit_that_touched_the_strategy_and_a_plus_says_changed_since(tmp_path: Path) -> None:
    (tmp_path / "strategy").mkdir()
    run(tmp_path, "init", "-q")
    assert commit(Project(str(tmp_path))) == ""
    (tmp_path / "strategy" / "ä.md").write_text("---\nbet: a\n---\n")
    run(tmp_path, "add", "-A")
    run(tmp_path, "commit", "-qm", "strategy")
    said = run(tmp_path, "log", "-1", "--format=%h")
    (tmp_path / "code.py").write_text("x = 1\n")
    run(tmp_path, "add", "-A")
    run(tmp_path, "commit", "-qm", "code")
    assert commit(Project(str(tmp_path))) == said
    (tmp_path / "strategy" / "ä.md").write_text("---\nbet: b\n---\n")
    assert commit(Project(str(tmp_path))) == said + "+"
