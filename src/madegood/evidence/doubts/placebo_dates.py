"""The metric changes as much by itself, on dates on which nothing was released."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful
from madegood.numerics.in_time import as_large, changes

if TYPE_CHECKING:
    from madegood.evidence.doubts.clean import Clean
    from madegood.evidence.doubts.doubt import Doubted
    from madegood.evidence.model import Effect

#: Dates on which a change is as large, at most, for anything to be called moved; and from which on it is a grave doubt.
#: On the tuning half of the real series (benchmarks/doubts.md) 5 % left 2 of 53 calls wrong instead of 7 of 76.
SELDOM, OFTEN = 0.05, 0.10
#: Odds are multiplied by this where it passed: of effects with chances of .5 to .95 on the tuning half, 40 % of the
#: true ones passed and 26 % of the others.
PASSED = 1.5
#: Fewer other dates than this say nothing of one in twenty.
FEWEST = 60


def placebo_dates(seen: Doubted) -> Doubtful | None:
    """The week after it differs from the week before it no more than weeks often do."""
    share = by_itself(seen.clean) if seen.clean else None
    if share is None or share <= SELDOM:
        return None
    said = f"from one week to the next the metric changes as much by itself on {share:.0%} of days"
    return Doubtful(said, serious=share > OFTEN, bars=True)


def chance(effect: Effect, clean: Clean | None) -> float:
    """Posterior chance that the effect is beyond the ROPE on its side; passing the placebo dates counts for it."""
    p = max(effect.up, effect.down)
    share = by_itself(clean) if clean else None
    odds = PASSED if share is not None and share <= SELDOM else 1.0
    return p * odds / (p * odds + 1 - p)


def by_itself(clean: Clean) -> float | None:
    """Share of dates on which the change from week to week is as large; None where too few are known."""
    weeks = changes(clean.with_it, clean.week, clean.week, clean.over)
    share, dates = as_large(weeks, clean.at, clean.week + clean.over)
    return share if dates >= FEWEST else None
