"""A bet that achieves no outcome moves you nowhere you said you wanted to be."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, bets, remark


def look(case: Case) -> Iterator[Remark]:
    for bet in bets(case):
        if not bet.achieve:
            yield remark(
                bet,
                "achieve",
                f"The bet `{bet.id}` achieves no outcome, so winning it brings you nowhere you said you want to be.",
                "Add `achieve:` with the id of the outcome it is meant to move.",
            )


RULE = Rule("bet-without-outcome", "warning", "A bet is made for an outcome", look)
