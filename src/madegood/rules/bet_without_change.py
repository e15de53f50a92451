"""A bet that does not say what will be done is a wish."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, bets, remark


def look(case: Case) -> Iterator[Remark]:
    for bet in bets(case):
        if not bet.by.strip() and not bet.title.strip():
            yield remark(
                bet,
                "by",
                f"The bet `{bet.id}` does not say what you will do.",
                "Add `by:` with the change in a few words: Replace the three-day manual check with an instant one.",
            )


RULE = Rule("bet-without-change", "warning", "A bet says what will be done", look)
