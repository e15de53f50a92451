"""A bet that expects a metric to move the way that is not good."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.findings import NOWHERE
from madegood.rules.rule import Case, Remark, Rule, bets, where


def look(case: Case) -> Iterator[Remark]:
    for bet in bets(case):
        for claim in bet.expect:
            metric = case.strategy.metric(claim.metric)
            ends = [end for end in (claim.low, claim.high) if end is not None]
            if metric is None or not ends:
                continue
            if all(end < 0 for end in ends) if metric.good == "up" else all(end > 0 for end in ends):
                way = "fall" if metric.good == "up" else "rise"
                yield Remark(
                    bet,
                    where(bet, "expect") if claim.place == NOWHERE else claim.place,
                    f"The bet `{bet.id}` expects `{metric.id}` to {way}, and for it {metric.good} is good.",
                    f"Turn the sign, or say `good: {'down' if metric.good == 'up' else 'up'}` of the metric. A price "
                    "you are ready to pay belongs in `guardrails:`, with the metric's `margin:`.",
                )


RULE = Rule("expects-worse", "warning", "A bet expects its metrics to move the good way", look)
