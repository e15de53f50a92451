"""A metric that no outcome, bet or guardrail names is watched by nobody in particular."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, remark


def look(case: Case) -> Iterator[Remark]:
    strategy = case.strategy
    used = {o.metric for o in strategy.outcomes} | {name for b in strategy.bets for name in b.guardrails}
    used |= {claim.metric for b in strategy.bets for claim in b.expect}
    used |= {name for m in strategy.metrics for name in m.controls}
    for metric in strategy.metrics:
        if metric.id not in used:
            yield remark(
                metric,
                "metric",
                f"No outcome, bet or guardrail names the metric `{metric.id}`.",
                "Name it where it matters, or take it out. To keep it only to watch it for erosion: "
                '`meta: {allow: "metric-unused: watched"}`.',
            )


RULE = Rule("metric-unused", "note", "Every metric is part of an outcome, a bet or a guardrail", look)
