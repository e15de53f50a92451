"""An outcome that nobody owns is nobody's to steer."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.rules.rule import Case, Remark, Rule, outcomes, remark


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        if not outcome.owner:
            yield remark(
                outcome,
                "owner",
                f"The outcome `{outcome.id}` has no owner: nobody is named who would change course for it.",
                "Add `owner:` with one name, or one name for each role.",
            )


RULE = Rule("outcome-missing-owner", "note", "An outcome has someone who steers toward it", look)
