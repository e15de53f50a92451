"""Findings for programs: one object, `"schema": "madegood/check@1"`."""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from madegood.findings import Finding

SCHEMA = "madegood/check@1"


def json(findings: Iterable[Finding]) -> str:
    """The findings with their counts; lines and columns count from 1, the end column is the first one after."""
    found = [record(f) for f in findings]
    counts = {s: sum(f["severity"] == s for f in found) for s in ("error", "warning", "note")}
    return dumps({"schema": SCHEMA, "counts": counts, "findings": found}, indent=2, ensure_ascii=False)


def record(finding: Finding) -> dict[str, Any]:
    """One finding. `file` is null, with no place, where it is about no file."""
    span = finding.span
    known = {"rule": finding.rule, "severity": finding.severity, "subject": finding.subject}
    said = {"message": finding.message, "mend": finding.mend}
    if not span.file:
        return known | {"file": None} | said
    place = {"file": span.file, "line": span.line, "column": span.column}
    ends = {"endLine": span.end_line, "endColumn": span.end_column} if span.end_line else {}
    return known | place | ends | said
