"""An outcome without a date is never late."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, outcomes, remark


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        if outcome.by is None:
            yield remark(
                outcome,
                "by",
                f"The outcome `{outcome.id}` has no date, so it can never be late, and no forecast can be made.",
                "Add `by:` with the day by which you want it, as 2026-12-31.",
            )


RULE = Rule("outcome-missing-date", "warning", "An outcome says by when", look)
