"""`surveys:`, `texts:`, `failures:` and `versions:` of madegood.yml: read, written back, said where they are wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from madegood.intent.model import Failure, SurveySpec, TextSpec
from madegood.intent.parse import Loaded, load
from madegood.intent.write import write_project


def read(tmp_path: Path, text: str) -> Loaded:
    (tmp_path / "madegood.yml").write_text(f"madegood: 1\nname: x\n{text}", encoding="utf-8")
    return load(tmp_path)


def test_all_of_them_are_read_and_written_back(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        """versions: installs
surveys:
  - name: nps
  - name: ease
    kind: ces
    path: exports/ces.csv
    columns: {customer: user, score: answer}
    scale: 1 to 7
    behaviour: did.csv
    behaviour_columns: {customer: id}
    leave_out: [name]
    effort: high
    segment: plan
    target: 5.5
    people: 12,000
    known: {2026-Q1: 4.9}
    since: 2026-01-01
    until: 2026-06-30
texts:
  - {name: tickets, path: tickets.csv, columns: {at: created, text: subject}}
failures:
  - {event: payment_failed, used: paid, within: 2 weeks}
""",
    )
    assert not [f for f in loaded.findings if f.severity == "error"]
    project = loaded.project
    assert project.versions == "installs"
    columns = (("customer", "user"), ("score", "answer"))
    ease = SurveySpec(
        "ease", "exports/ces.csv", "ces", columns, (1, 7), "did.csv", (("customer", "id"),), "", ("name",), "high",
        "plan", 5.5, 12_000, (("2026-Q1", 4.9),), date(2026, 1, 1), date(2026, 6, 30),
    )  # fmt: skip
    assert project.surveys == (SurveySpec("nps"), ease)
    assert project.texts == (TextSpec("tickets", "tickets.csv", (("at", "created"), ("text", "subject"))),)
    assert project.failures == (Failure("payment_failed", "paid", 14),)
    (tmp_path / "madegood.yml").write_text(write_project(project), encoding="utf-8")
    again = load(tmp_path).project
    assert (again.surveys, again.texts, again.failures, again.versions) == (
        project.surveys,
        project.texts,
        project.failures,
        project.versions,
    )


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("surveys: [{kind: nps}]", "missing-id"),
        ("surveys: [{name: a}, {name: a}]", "duplicate-id"),
        ("surveys: [{name: a, kind: stars}]", "bad-choice"),
        ("surveys: [{name: a, scale: 10 to 0}]", "bad-number"),
        ("surveys: [{name: a, scale: ten}]", "bad-number"),
        ("surveys: [{name: a, people: 100}]", "missing-path"),
        ("surveys: [{name: a, file: b.csv}]", "unknown-field"),
        ("surveys: [{name: a, known: 3}]", "wrong-kind"),
        ("surveys: a.csv", "wrong-kind"),
        ("texts: [{name: a}]", "missing-path"),
        ("failures: [{event: a, used: a}]", "bad-choice"),
        ("failures: [{event: a, within: soon}]", "bad-window"),
        ("failures: [{used: a}]", "missing-id"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, text: str, rule: str) -> None:
    assert rule in {f.rule for f in read(tmp_path, text).findings}
