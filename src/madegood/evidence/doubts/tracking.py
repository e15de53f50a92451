"""Something about the counting changed close to this release, or days around it are missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window
from madegood.evidence.doubts.doubt import Doubtful

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted

#: Days: those whose unrest counts for an effect (numerics/joint.py, NEAR).
CLOSE = timedelta(days=14)
#: So many missing days out of those 29 are said, about one in seven.
MISSING = 4
#: What fitness says of a longer time is about the series, not about this release.
LONGEST = 60
BROKEN = ("gap", "instrument", "outage", "correction", "dead")


def tracking(seen: Doubted) -> Doubtful | None:
    """What fitness noticed within two weeks, in its own words; else how many days are missing there."""
    first, last = seen.effect.first - CLOSE, seen.effect.last + CLOSE
    for f in seen.question.measured.fitness:
        brief = (f.last - f.first).days <= LONGEST or f.kind == "instrument"
        if f.kind in BROKEN and brief and f.first <= last and f.last >= first:
            return Doubtful(f"the counting is in doubt near it: {f.says.rstrip('.')}", serious=True)
    if seen.estimate.model.usable.apart > 1:
        return None
    days = Window(first, min(last, seen.question.measured.series.last))
    missing = int((~np.isfinite(seen.question.measured.series.within(days).values)).sum())
    said = f"{missing} of the {len(days)} days around it are missing"
    return Doubtful(said) if missing >= MISSING else None
