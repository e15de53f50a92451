"""The metric was already on its way before the release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful
from madegood.evidence.doubts.placebo_dates import FEWEST
from madegood.numerics.in_time import as_large, changes

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted

#: Weeks on either side of the change that is looked for, which ends where the release begins.
WEEKS = 2
#: Dates on which it moves as much by itself, at most, either way.
SELDOM = 0.05


def pre_trend(seen: Doubted) -> Doubtful | None:
    """In the two weeks before, it had moved the same way against the two before those, as it seldom does."""
    if seen.clean is None:
        return None
    size = WEEKS * seen.clean.week
    found = changes(seen.clean.without, size, size)
    at = seen.clean.at - size
    share, dates = as_large(found, at, size)
    if dates < FEWEST or share > SELDOM or found[at] * seen.sign <= 0:
        return None
    return Doubtful("the metric was already moving that way in the two weeks before it", serious=True)
