"""A name of an outcome that no outcome has."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, where
from madegood.rules.unknown import places, unknown


def look(case: Case) -> Iterator[Remark]:
    known = {o.id for o in case.strategy.outcomes}
    for bet in case.strategy.bets:
        if bet.achieve and bet.achieve not in known:
            said = f"The bet `{bet.id}` is to achieve"
            yield unknown(bet, where(bet, "achieve"), said, bet.achieve, "outcome", known)
    for need in case.strategy.needs:
        for i, name in enumerate(need.outcomes):
            if name not in known:
                said = f"The need `{need.id}` serves"
                yield unknown(need, places(need, "outcomes", i), said, name, "outcome", known)


RULE = Rule("unknown-outcome", "error", "Every outcome that is named exists", look)
