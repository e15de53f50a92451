"""An outcome without a metric cannot be seen to happen."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, outcomes, remark


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        if not outcome.metric:
            yield remark(
                outcome,
                "metric",
                f"The outcome `{outcome.id}` names no metric, so nobody can tell when it has happened.",
                "Add `metric:` with the id of a metric that counts it.",
            )


RULE = Rule("outcome-missing-metric", "warning", "An outcome names the metric that would show it", look)
