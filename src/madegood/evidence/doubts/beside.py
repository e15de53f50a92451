"""What the series by itself says of a release that a stronger design tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.evidence.model import Effect, Estimate, Question


def beside(question: Question, effect: Effect, series: Estimate | None) -> Iterator[Doubtful]:
    """The series' own interval where the two leave no room for each other.

    Only of a release that stands alone in the series and whose rollouts are known: without them the series speaks of
    all customers, the design of those who met it.
    """
    staged = {r.key for r in question.releases if r.rollouts}
    for own in series.effects if series else ():
        if own.releases != effect.releases or not set(own.releases) <= staged:
            continue
        if own.data.low > effect.data.high or own.data.high < effect.data.low:
            said = f"{own.data.mean:+.1%} ({own.data.low:+.1%} to {own.data.high:+.1%})"
            yield Doubtful(f"the whole series says otherwise: {said}")
