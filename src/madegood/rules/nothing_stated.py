"""A strategy without an outcome: nothing found in it would look like all is well."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.findings import NOWHERE, Span
from madegood.rules.rule import Case, Remark, Rule


def look(case: Case) -> Iterator[Remark]:
    if not case.strategy.outcomes:
        place = case.project.place
        yield Remark(
            None,
            Span("madegood.yml") if place == NOWHERE else place,
            "No outcome is stated, so there is nothing to steer toward.",
            f"Write one in `{case.project.strategy}`, or let `madegood init` draft some from your backlog and metrics.",
            subject="project:outcomes",
        )


RULE = Rule("nothing-stated", "warning", "A strategy states at least one outcome", look)
