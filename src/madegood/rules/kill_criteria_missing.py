"""When to stop is easiest to say before anything is spent."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, bets, remark


def look(case: Case) -> Iterator[Remark]:
    for bet in bets(case):
        if bet.kill_if is None:
            yield remark(
                bet,
                "kill_if",
                f"The bet `{bet.id}` does not say when you would stop it.",
                "Add `kill_if:` now, while nobody has to defend it: below +1 % after 28 days.",
            )


RULE = Rule("kill-criteria-missing", "note", "A bet says when it will be stopped", look)
