"""A target on the wrong side of the baseline asks for the opposite of what is good."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, outcomes, remark


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        metric = case.strategy.metric(outcome.metric)
        start, target = outcome.baseline, outcome.target
        if metric is None or start is None or target is None or start.percent != target.percent:
            continue
        if target.value == start.value:
            message = f"The outcome `{outcome.id}` starts at {start} and wants {target}: it asks for no change."
            yield remark(
                outcome, "target", message, "Say the value you want, or make the metric a guardrail of your bets."
            )
        elif (target.value > start.value) != (metric.good == "up"):
            side = "above" if target.value > start.value else "below"
            other = "down" if metric.good == "up" else "up"
            yield remark(
                outcome,
                "target",
                f"The target {target} of the outcome `{outcome.id}` lies {side} its baseline {start}, and for "
                f"`{metric.id}` {metric.good} is good: the target asks for things to get worse.",
                f"Exchange baseline and target, or say `good: {other}` of the metric.",
            )


RULE = Rule("target-behind-baseline", "warning", "A target lies on the good side of its baseline", look)
