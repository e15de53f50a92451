"""Released in the middle of a dip or a jump, from which the metric would have come back by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful
from madegood.evidence.doubts.placebo_dates import FEWEST
from madegood.numerics.in_time import as_large, changes

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted

#: The week before the release beside so many weeks before that.
BESIDE = 4
#: Dates on which it moves as much by itself, at most, either way.
SELDOM = 0.05


def dip(seen: Doubted) -> Doubtful | None:
    """The week before was unusually low where the effect is a rise, or high where it is a fall (Ashenfelter 1978)."""
    if seen.clean is None:
        return None
    week = seen.clean.week
    found = changes(seen.clean.without, BESIDE * week, week)
    at = seen.clean.at - week
    share, dates = as_large(found, at, week)
    if dates < FEWEST or share > SELDOM or found[at] * seen.sign >= 0:
        return None
    low = "low" if seen.sign > 0 else "high"
    return Doubtful(f"the week before it was unusually {low}: part of this may be the way back", serious=True)
