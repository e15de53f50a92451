"""A bet without a guardrail can win by making something else worse."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, bets, remark


def look(case: Case) -> Iterator[Remark]:
    for bet in bets(case):
        if not bet.guardrails:
            yield remark(
                bet,
                "guardrails",
                f"The bet `{bet.id}` has no guardrail: it could win while something you care about gets worse.",
                "Add `guardrails:` with a metric that must not suffer, such as support contacts, refunds or errors.",
            )


RULE = Rule("bet-without-guardrail", "note", "A bet names what must not get worse", look)
