"""An allowance without a reason cannot be argued with by the next reader, so it does not count."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.allow import allowed
from madegood.rules.rule import Case, Remark, Rule, remark, subject


def look(case: Case) -> Iterator[Remark]:
    for one in allowed(case.strategy):
        if not one.reason or not one.names:
            said = ", ".join(f"`{name}`" for name in one.names) or "nothing"
            yield remark(
                one.thing,
                "meta",
                f"`{subject(one.thing)}` allows {said} without a reason, so it does not count.",
                'Say which rule and why: `meta: {allow: "bet-without-guardrail: only the wording changes"}`.',
            )


RULE = Rule("allow-without-reason", "warning", "What is allowed says why", look)
