"""What asking a part of the customers with high effort would buy, in lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.faces import numbers as say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.evidence.survey_plan import SurveyPlan


def plan_lines(plan: SurveyPlan) -> Iterator[str]:
    """Sizes with their widths, then the one to take."""
    yield (
        f"{plan.survey}: {say.share(plan.ordinary)} answer now; with high effort {say.share(plan.expected)} are "
        "expected to, which is said, not measured."
    )
    yield f"Without it the silent could make any score of {say.number(plan.without)} points. What an arm would tell:"
    for one in plan.bought:
        mark = "  <- the smallest within what is wanted" if one == plan.pick else ""
        yield f"  {one.people:>6,} customers: an interval about {say.number(one.width)} points wide{mark}"
    if plan.pick is None:
        yield f"None is within {say.number(plan.within)} points: ask more of them, with more effort, or want less."
