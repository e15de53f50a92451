"""Too little before or after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted

#: Four of every weekday: the default length of a claim, and what every placebo was measured with at least.
ENOUGH = 28


def few_days(seen: Doubted) -> Doubtful | None:
    """Fewer than four weeks on one side."""
    if seen.detail.before < ENOUGH:
        return Doubtful(f"only {seen.detail.before} known days before it")
    if seen.effect.days_after < ENOUGH:
        return Doubtful(f"only {seen.effect.days_after} known days since it")
    return None
