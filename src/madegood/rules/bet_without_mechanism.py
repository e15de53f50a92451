"""A bet without a mechanism teaches nothing when it loses."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, bets, remark


def look(case: Case) -> Iterator[Remark]:
    for bet in bets(case):
        if not bet.because.strip():
            yield remark(
                bet,
                "because",
                f"The bet `{bet.id}` does not say why it should work, so losing it would teach nothing.",
                "Add `because:` with what you saw customers do and why this change meets it.",
            )


RULE = Rule("bet-without-mechanism", "warning", "A bet says why it should work", look)
