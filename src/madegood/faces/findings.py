"""Findings for a person: the place, the line itself, what is wrong and how to mend it; and the other forms by name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madegood.findings import Finding, Span

WIDEST = 110  # cells of a shown line: what fits beside its number in a terminal of 120
BOLD, DIM, RESET = "\033[1m", "\033[2m", "\033[0m"
COLOUR = {"error": "\033[31m", "warning": "\033[33m", "note": "\033[36m"}


def text(findings: Iterable[Finding], colour: bool = False) -> str:
    """All findings, one after the other with an empty line between; empty when there are none.

    A line is shown once for all that is found at the same place.
    """
    found = tuple(findings)
    before = (None, *(f.span for f in found))
    return "\n\n".join(one(f, colour, again=f.span == last) for f, last in zip(found, before, strict=False))


def json(findings: Iterable[Finding]) -> str:
    """One object for programs; see findings_json. Forms are imported when asked for, so that `check` starts at once."""
    from madegood.faces.findings_json import json

    return json(findings)


def sarif(findings: Iterable[Finding], folder: str = "") -> str:
    """SARIF 2.1.0; see findings_sarif. `folder` is the project's place in its repository."""
    from madegood.faces.findings_sarif import sarif

    return sarif(findings, folder)


def github(findings: Iterable[Finding], folder: str = "") -> str:
    """Annotations; see findings_github. `folder` is the project's place in its repository."""
    from madegood.faces.findings_github import github

    return github(findings, folder)


def one(finding: Finding, colour: bool = False, again: bool = False) -> str:
    """One finding: where, the line, what is wrong, how to mend it; without the line where it was `again` just shown."""
    bold, red, dim, end = (BOLD, COLOUR[finding.severity], DIM, RESET) if colour else ("", "", "", "")
    span = finding.span
    place = f"{plain(span.file)}:{span.line}:{span.column}: " if span.file else ""
    head = f"{bold}{place}{end}{red}{finding.rule}{end} {dim}({finding.severity}){end}"
    body = "\n".join(f" {line}" for line in f"{plain(finding.message)}\n{plain(finding.mend)}".splitlines() if line)
    return "\n".join([head, *([] if again else excerpt(span, red, end)), body])


def excerpt(span: Span, red: str = "", end: str = "") -> list[str]:
    """The line and carets under the part that is meant; nothing where the text is not known."""
    if not span.text.strip():
        return []
    last = span.end_column if span.end_line in (0, span.line) else len(span.text) + 1
    first = min(max(span.column, 1), len(span.text) + 1)
    last = min(max(last, first + 1), max(len(span.text) + 1, first + 1))
    start = 0 if width(span.text[: last - 1]) <= WIDEST else max(first - 1 - WIDEST // 4, 0)
    shown, lead, marked = cut(span.text[start:]), span.text[start : first - 1], span.text[first - 1 : last - 1]
    lead = ("…" if start else "") + lead
    shown = ("…" if start else "") + shown
    number = f"{span.line:>2}"
    room = max(WIDEST - width(lead), 1)
    carets = "^" * min(max(width(marked.rstrip()), 1), room)
    return [f" {number} | {plain(shown)}", f" {' ' * len(number)} | {' ' * width(lead)}{red}{carets}{end}"]


def cut(line: str) -> str:
    """As much of a line as a terminal shows."""
    if width(line) <= WIDEST:
        return line.rstrip()
    out = line[:WIDEST]
    while width(out) > WIDEST:
        out = out[:-1]
    return out + "…"


def width(piece: str) -> int:
    r"""Cells of a terminal that it takes.

    >>> width("abc"), width("顧客"), width("e\u0301")
    (3, 4, 1)
    """
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in piece)
    return wide - sum(1 for c in piece if unicodedata.combining(c))


def plain(piece: str) -> str:
    r"""Text that cannot steer a terminal: control characters become visible, tabs become one space.

    >>> plain("a\x1b[31mred")
    'a\u241b[31mred'
    """
    return "".join(shown(c) for c in piece)


def shown(c: str) -> str:
    if c == "\t":
        return " "
    if ord(c) < 32 and c != "\n":
        return chr(0x2400 + ord(c))
    return "\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n" else c
