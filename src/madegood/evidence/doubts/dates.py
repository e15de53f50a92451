"""The day of the release is not certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted


def dates(seen: Doubted) -> Doubtful | None:
    """Some release of the group may have reached customers on another day."""
    off = max((r.uncertain for r in seen.question.releases if r.key in seen.effect.releases), default=0)
    return Doubtful(f"its day may be off by {off} {'day' if off == 1 else 'days'}") if off else None
