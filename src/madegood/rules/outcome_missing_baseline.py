"""An outcome without a baseline has a destination and no start."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, outcomes, remark


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        if outcome.baseline is None:
            yield remark(
                outcome,
                "baseline",
                f"The outcome `{outcome.id}` has no baseline, so nobody can say how far it has to go.",
                "Add `baseline:` with the metric's value when you set out, and `since:` with that day.",
            )


RULE = Rule("outcome-missing-baseline", "warning", "An outcome says where it starts from", look)
