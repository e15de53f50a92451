"""How many there are, rather than how many came: a release bends such a curve, it does not step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted


def stock(seen: Doubted) -> str:
    """The metric is a stock."""
    if seen.question.measured.series.grain != "stock":
        return ""
    return (
        "this is a stock, which a release bends rather than lifts: the daily number joining or leaving would show more"
    )
