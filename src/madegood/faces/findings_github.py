"""Findings as lines that GitHub turns into annotations on a pull request."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madegood.findings import Finding

COMMAND = {"error": "error", "warning": "warning", "note": "notice"}


def github(findings: Iterable[Finding], folder: str = "") -> str:
    """One workflow command a finding; `folder` is the project's place in the repository where it is not the root."""
    return "\n".join(command(f, folder) for f in findings)


def command(finding: Finding, folder: str = "") -> str:
    """`::warning file=...,line=...,title=...::message`. GitHub takes columns only on a finding of one line."""
    span = finding.span
    known: dict[str, object] = {"title": f"madegood ({finding.rule})"}
    if span.file:
        end = max(span.end_line, span.line)
        known |= {"file": under(folder, span.file), "line": span.line}
        known |= {"endLine": end}
        if end == span.line:
            known |= {"col": span.column, "endColumn": max(span.end_column, span.column + 1)}
    said = ",".join(f"{key}={escaped(str(value), ':,')}" for key, value in known.items())
    words = escaped("\n".join((finding.message, finding.mend)))
    return f"::{COMMAND[finding.severity]} {said}::{words}"


def under(folder: str, file: str) -> str:
    """A file's path from the root of the repository.

    >>> under("", "madegood.yml"), under("product", "strategy/a.md")
    ('madegood.yml', 'product/strategy/a.md')
    """
    return normpath(f"{folder}/{file}") if folder else file


def escaped(value: str, also: str = "") -> str:
    """What GitHub would read as its own signs, written so that it does not.

    >>> escaped("50 % of\\nit"), escaped("a,b", also=":,")
    ('50 %25 of%0Ait', 'a%2Cb')
    """
    for sign in "%\r\n" + also:
        value = value.replace(sign, f"%{ord(sign):02X}")
    return value
