"""Findings as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from json import dumps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from madegood import __version__
from madegood.faces.findings_github import under
from madegood.rules import RULES, summaries

if TYPE_CHECKING:
    from madegood.findings import Finding

ROOT = "PROJECTROOT"


def sarif(findings: Iterable[Finding], folder: str = "") -> str:
    """One run; `folder` is the project's place in the repository where it is not the root."""
    found = tuple(findings)
    told = summaries()
    order = [*told, *sorted({f.rule for f in found} - set(told))]
    seen: Counter[str] = Counter()
    results = [result(f, order.index(f.rule), seen, folder) for f in found]
    severity = {rule.name: rule.severity for rule in RULES}
    driver = {
        "name": "madegood",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [described(name, told.get(name, ""), severity.get(name, "error")) for name in order],
    }
    base = {ROOT: {"description": {"text": "The root of the repository that holds madegood.yml."}}}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": base,
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    whole = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return dumps(whole, indent=2, ensure_ascii=False)


def described(name: str, summary: str, severity: str) -> dict[str, Any]:
    """A rule as code scanning lists it; its page stands in docs/rules."""
    summary = summary or name.replace("-", " ").capitalize()
    page = f"docs/rules/{name}.md"
    return {
        "id": name,
        "shortDescription": {"text": f"{summary}."},
        "fullDescription": {"text": f"{summary}. See {page} in madegood's repository."},
        "help": {
            "text": f"{summary}. See {page} in madegood's repository. Argue with it in madegood.yml: "
            f"rules: {{{name}: off}}",
            "markdown": f"{summary}. See `{page}` in madegood's repository. Argue with it in `madegood.yml`: "
            f"`rules: {{{name}: off}}`",
        },
        "defaultConfiguration": {"level": severity},
    }


def result(finding: Finding, index: int, seen: Counter[str], folder: str) -> dict[str, Any]:
    """One finding; its fingerprint holds while lines move, because it is made from what the finding is about."""
    about = f"{finding.rule}\n{finding.subject or finding.span.file + finding.span.text.strip()}"
    seen[about] += 1
    print_ = sha256(f"{about}\n{seen[about]}".encode()).hexdigest()[:32]
    known: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": f"{finding.message} {finding.mend}"},
        "partialFingerprints": {"madegoodSubject/v1": print_},
    }
    return known | {"locations": [location(finding, folder)]}


def location(finding: Finding, folder: str) -> dict[str, Any]:
    """Where, relative to the repository; the end column is the first one after.

    Code scanning wants a place for everything: what is about no file is put at madegood.yml.
    """
    span = finding.span
    region: dict[str, Any] = {"startLine": span.line, "startColumn": span.column}
    if span.end_line > span.line or (span.end_line == span.line and span.end_column > span.column):
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    if span.text.strip():
        region["snippet"] = {"text": span.text}
    where = {"uri": quote(under(folder, span.file or "madegood.yml")), "uriBaseId": ROOT}
    return {"physicalLocation": {"artifactLocation": where, "region": region}}
