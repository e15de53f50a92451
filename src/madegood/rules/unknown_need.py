"""A name of a need that no need has."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, where
from madegood.rules.unknown import unknown


def look(case: Case) -> Iterator[Remark]:
    known = {n.id for n in case.strategy.needs}
    for bet in case.strategy.bets:
        if bet.need and bet.need not in known:
            yield unknown(bet, where(bet, "for", "need"), f"The bet `{bet.id}` is for", bet.need, "need", known)


RULE = Rule("unknown-need", "error", "Every need that is named exists", look)
