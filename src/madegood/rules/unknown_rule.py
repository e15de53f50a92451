"""A severity given to a rule that does not exist would silently do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.findings import did_you_mean
from madegood.rules.allow import allowed
from madegood.rules.rule import Case, Remark, Rule, remark, subject, where


def look(case: Case) -> Iterator[Remark]:
    from madegood.rules import names  # inside: the names hold this rule's too

    known = names()
    for name, _ in case.project.rules:
        if name not in known and name not in built():
            yield Remark(
                None,
                where(case.project, f"rules.{name}", "rules"),
                f"`rules:` sets the severity of `{name}`, and no rule has that name.",
                mend(name, known),
                subject=f"project:rules.{name}",
            )
    for one in allowed(case.strategy):
        for name in one.names:
            if name not in known and name not in built():
                message = f"`{subject(one.thing)}` allows `{name}`, and no rule has that name."
                yield remark(one.thing, "meta", message, mend(name, known))


def built() -> set[str]:
    """Names that only a build tells: of sources, and of what changed since the last one."""
    from madegood.performance.definitions import RULE as REDEFINED
    from madegood.sources.page import FINDINGS  # inside: nearly nobody names one, and `check` is quick

    return {REDEFINED, *(name for name, _, _ in FINDINGS)}


def mend(name: str, known: tuple[str, ...]) -> str:
    """The near name, or where the names stand."""
    return did_you_mean(name, known).strip() or "Take it out; docs/rules/README.md lists the names."


RULE = Rule("unknown-rule", "error", "Every rule that is named exists", look)
