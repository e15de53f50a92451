"""Other releases so near that they blur this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.doubts.doubt import Doubtful

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted
    from madegood.evidence.model import Effect

#: Exact dates tell steps apart well (standard error 1.03 times at 3 days); a date off by a day or two, or an effect
#: that takes days to show, does not: with a free shape it was 1.53 at 1 day, 1.28 at 2, 1.12 at 5, 1.05 at 7. So any
#: release two days away is said, and one within five where the data show an effect of its own that might be this one's.
NEXT, CLOSE = 2, 5


def neighbours(seen: Doubted) -> Doubtful | None:
    """Releases of other groups next to it, or a few days away with an effect of their own."""
    mine = seen.effect
    near = [e for e in seen.estimate.effects if e is not mine and _apart(e, mine) <= (CLOSE if _shown(e) else NEXT)]
    if not near:
        return None
    names = [key for e in near for key in e.releases]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    days = max(1, *(_apart(e, mine) for e in near))
    return Doubtful(
        f"{shown} came within {days} {'day' if days == 1 else 'days'} of it (from {say_day(near[0].first)})"
    )


def _shown(effect: Effect) -> bool:
    return not effect.data.low <= 0 <= effect.data.high


def _apart(one: Effect, other: Effect) -> int:
    """Days between two groups of releases; nothing when they overlap."""
    return max((other.first - one.last).days, (one.first - other.last).days, 0)
