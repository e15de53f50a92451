"""Everything found in a strategy: what reading it gave, then the rules, with the project's own severities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from madegood.findings import Finding, Severity, Span
from madegood.rules import RULES
from madegood.rules.allow import allowed
from madegood.rules.rule import Case, subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from madegood.intent.model import Project, Strategy
    from madegood.intent.parse import Loaded
    from madegood.rules.snapshot import Snapshot

SEVERITIES = ("error", "warning", "note")


def check(loaded: Loaded, on: date, effort: Snapshot | None = None) -> tuple[Finding, ...]:
    """Findings by place; `on` is the day from which dates are past."""
    case = Case(loaded.strategy, loaded.project, on, effort)
    opinions = (finding for rule in RULES for finding in rule.findings(case))
    found = (*loaded.findings, *(f for f in opinions if not any(holds(f.span, r.span) for r in loaded.findings)))
    weighed = argued(without_secrets(found), loaded.project, loaded.strategy)
    return tuple(sorted(weighed, key=lambda f: (*f.order(), f.message)))


def holds(whole: Span, part: Span) -> bool:
    """Whether one place lies in another: no rule misses a value of which reading has said that it cannot be read.

    >>> holds(Span("a", 3, 5, 3, 30), Span("a", 3, 12, 3, 16)), holds(Span("a", 3, 5, 3, 9), Span("a", 4, 5))
    (True, False)
    """
    same = whole.file == part.file and whole.line == part.line
    return same and whole.column <= part.column < max(whole.end_column, whole.column + 1)


def without_secrets(found: tuple[Finding, ...]) -> Iterator[Finding]:
    """No finding shows a line in which a secret stands: what is found may be printed in a public log."""
    secret = {(f.span.file, f.span.line) for f in found if f.rule == "secret-in-text"}
    for f in found:
        if (f.span.file, f.span.line) not in secret:
            yield f
        else:
            about = f.subject if f.span.text.strip() not in f.subject else f"{f.rule}:{f.span.file}"
            yield replace(f, span=replace(f.span, text=""), subject=about)


def argued(found: Iterable[Finding], project: Project, strategy: Strategy) -> Iterator[Finding]:
    """The findings that stand after `rules:` of madegood.yml and every `meta: {allow: ...}` with a reason.

    A severity said in madegood.yml holds for drafts too: who says `error` means it.
    """
    said = dict(project.rules)
    excused = {(subject(a.thing), name) for a in allowed(strategy) if a.reason for name in a.names}
    for finding in dict.fromkeys(found):
        severity = said.get(finding.rule, finding.severity)
        if severity == "off" or (finding.subject, finding.rule) in excused:
            continue
        yield replace(finding, severity=cast(Severity, severity)) if severity in SEVERITIES else finding
