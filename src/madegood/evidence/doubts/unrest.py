"""The metric was restless around this release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted

#: Times the usual daily surprise; its interval is then 1.6 times as wide (1.5 ** POWER of numerics/joint.py).
RESTLESS = 1.5


def unrest(seen: Doubted) -> Doubtful | None:
    """Daily surprises well above the usual; the interval is wider for it already."""
    if seen.detail.unrest < RESTLESS:
        return None
    return Doubtful(f"the metric jumped {seen.detail.unrest:.1f} times as much as usual in the weeks around it")
