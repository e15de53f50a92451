"""What new things do for a while, because they are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful
from madegood.evidence.doubts.placebo_dates import FEWEST
from madegood.evidence.weeks import first_weeks
from madegood.numerics.in_time import as_large, changes

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted

#: Weeks in which it is new, and weeks after those that are put beside them.
NEW, THEN = 2, 6
#: Dates on which it moves as much by itself, at most, either way.
SELDOM = 0.05


def fading(seen: Doubted) -> Doubtful | None:
    """From the first two weeks to the six after them the metric came back, as it seldom does."""
    if seen.clean is None:
        return None
    clean = seen.clean
    found = changes(clean.without, NEW * clean.week, THEN * clean.week)
    at = clean.at + clean.over + NEW * clean.week
    share, dates = as_large(found, at, NEW * clean.week)
    if dates < FEWEST or share > SELDOM or found[at] * seen.sign >= 0:
        return None
    weeks = first_weeks(seen.estimate, seen.nth)
    return Doubtful(
        "it fades: after the first two weeks the metric went back toward where it was; over its first four weeks the "
        f"effect was {100 * weeks.mean:+.2g} % ({100 * weeks.low:+.2g} to {100 * weeks.high:+.2g})"
    )
