"""An outcome without a target can always be called reached."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, outcomes, remark


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        if outcome.target is None:
            yield remark(
                outcome,
                "target",
                f"The outcome `{outcome.id}` has no target, so nobody can say whether it was reached.",
                "Add `target:` with the value you want, in the metric's own unit.",
            )


RULE = Rule("outcome-missing-target", "warning", "An outcome says what value it wants", look)
