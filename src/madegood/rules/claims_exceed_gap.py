"""Bets that together promise more than the outcome asks for are seldom all believed by those who made them."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.intent.model import Expectation, Outcome
from madegood.rules.rule import Case, Remark, Rule, bets, outcomes, remark

MOST = 1.5  # times the gap, taking every bet at its low end; a convention: a plan may hedge by half, not more


def least(claim: Expectation, baseline: float) -> float:
    """The smaller size of change that a claim promises, in the metric's own unit; 0 where it may do nothing."""
    if claim.low is None or claim.high is None or claim.low * claim.high <= 0:
        return 0.0
    size = min(claim.low, claim.high, key=abs)
    return size * baseline if claim.relative else size


def gap(outcome: Outcome) -> float | None:
    """What is still to go, in the metric's own unit, or None where it is not said."""
    start, target = outcome.baseline, outcome.target
    if start is None or target is None or start.percent != target.percent or start.value == target.value:
        return None
    return target.value - start.value


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        to_go = gap(outcome)
        if to_go is None or outcome.baseline is None:
            continue
        claims = [
            (bet.id, least(claim, outcome.baseline.value))
            for bet in bets(case)
            if bet.achieve == outcome.id
            for claim in bet.expect
            if claim.metric == outcome.metric
        ]
        times = sum(size for _, size in claims) / to_go
        names = sorted({f"`{name}`" for name, size in claims if size})
        if len(names) > 1 and times > MOST:
            yield remark(
                outcome,
                "target",
                f"The bets {', '.join(names)} together expect {times:.1f} times the change that the outcome "
                f"`{outcome.id}` asks for, each taken at its low end.",
                "Lower what they expect, drop a bet, or set a target that you would be proud of.",
            )


RULE = Rule("claims-exceed-gap", "note", "Bets together expect about what their outcome asks for", look)
