"""A bet that says no range, or no window, cannot lose; so it cannot win either."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.findings import NOWHERE
from madegood.intent.model import Bet, Expectation
from madegood.rules.rule import Case, Remark, Rule, bets, remark

HOW = "Say it as `expect: [{metric: ..., effect: +6 % to +12 %, within: 28 days}]`, a range you would give four to one."


def lacks(claim: Expectation) -> list[str]:
    """What a claim lacks to be able to lose, as ends of a sentence.

    >>> lacks(Expectation("orders", 0.05, 0.05, None))
    ['a range (one number is never exactly right)', 'a window (it could still come true any day)']
    """
    out = []
    if claim.low is None and claim.high is None:
        out.append("a range of effect")
    elif claim.low == claim.high:
        out.append("a range (one number is never exactly right)")
    if claim.within is None:
        out.append("a window (it could still come true any day)")
    return out


def of_bet(bet: Bet) -> Iterator[Remark]:
    """A remark on each claim of the bet that cannot lose, or one on the bet that claims nothing."""
    if not bet.expect:
        message = f"The bet `{bet.id}` expects nothing that could turn out otherwise, so it cannot lose."
        yield remark(bet, "expect", message, HOW)
    for claim in bet.expect:
        if missing := lacks(claim):
            said = f" of `{claim.metric}`" if claim.metric else ""
            message = f"What the bet `{bet.id}` expects{said} cannot lose. It lacks {' and '.join(missing)}."
            at = remark(bet, "expect", message, HOW)
            yield at if claim.place == NOWHERE else Remark(bet, claim.place, message, HOW)


def look(case: Case) -> Iterator[Remark]:
    for bet in bets(case):
        yield from of_bet(bet)


RULE = Rule("bet-unfalsifiable", "warning", "A bet says a range and a window, so that it can lose", look)
