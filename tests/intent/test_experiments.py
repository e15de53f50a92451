"""`experiments:` of madegood.yml: read, written back, and said where it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from madegood.intent.model import Experiment
from madegood.intent.parse import Loaded, load
from madegood.intent.write import write_project


def read(tmp_path: Path, text: str) -> Loaded:
    (tmp_path / "madegood.yml").write_text(f"madegood: 1\nname: x\n{text}", encoding="utf-8")
    return load(tmp_path)


def test_an_experiment_is_read_and_written_back(tmp_path: Path) -> None:
    text = """experiments:
  - {release: v3.9}
  - {release: v4, control: off, shares: {off: 90 %, on: 10 %}, by: lot, reading: planned, days: 4 weeks}
  - {release: v5, shares: {a: 2, b: 1}, by: choice, reading: fixed}
"""
    loaded = read(tmp_path, text)
    assert not [f for f in loaded.findings if f.rule.startswith(("bad", "unknown", "missing-id", "duplicate"))]
    plain, planned, chosen = loaded.project.experiments
    assert plain == Experiment("v3.9")
    assert planned == Experiment("v4", "off", (("off", 0.9), ("on", 0.1)), "lot", "planned", 28)
    assert dict(chosen.shares) == pytest.approx({"a": 2 / 3, "b": 1 / 3})
    (tmp_path / "madegood.yml").write_text(write_project(loaded.project), encoding="utf-8")
    assert load(tmp_path).project.experiments == loaded.project.experiments


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("{control: a}", "missing-id"),
        ("{release: a, by: chance}", "bad-choice"),
        ("{release: a, reading: planned}", "bad-window"),
        ("{release: a, shares: {a: 60 %, b: 60 %}}", "bad-number"),
        ("{release: a, shares: {a: x, b: 1}}", "bad-number"),
        ("{release: a, shares: {a: -1, b: 1}}", "bad-number"),
        ("{release: a, shares: half}", "wrong-kind"),
        ("{release: a, control: c, shares: {a: 1, b: 1}}", "bad-choice"),
        ("{release: a, arms: 2}", "unknown-field"),
        ("a", "wrong-kind"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, entry: str, rule: str) -> None:
    assert rule in {f.rule for f in read(tmp_path, f"experiments:\n  - {entry}\n").findings}


def test_a_release_stands_once(tmp_path: Path) -> None:
    loaded = read(tmp_path, "experiments:\n  - {release: a}\n  - {release: a, by: choice}\n")
    assert [e.by for e in loaded.project.experiments] == ["lot"]
    assert "duplicate-id" in {f.rule for f in loaded.findings}
