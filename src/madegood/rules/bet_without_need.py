"""A bet that meets no need of a customer has nobody waiting for it."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, bets, remark


def look(case: Case) -> Iterator[Remark]:
    for bet in bets(case):
        if not bet.need:
            yield remark(
                bet,
                "for",
                f"The bet `{bet.id}` is for no customer need.",
                "Add `for:` with the id of the need it meets; if it meets none, say in its prose whom it helps.",
            )


RULE = Rule("bet-without-need", "note", "A bet meets a customer need", look)
