"""How many there are, rather than how many came: a release bends such a curve, it does not step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful
from madegood.evidence.question import carried_over

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted


def stock(seen: Doubted) -> Doubtful | None:
    """The metric is a stock."""
    if not carried_over(seen.question):
        return None
    return Doubtful(
        "this is a stock, which a release bends rather than lifts: the daily number joining or leaving would show more"
    )
