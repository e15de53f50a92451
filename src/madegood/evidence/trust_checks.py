"""Whether the index is worth its name: next quarter's retention, and what customers said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.model import Interval
from madegood.numerics.agreement import agreement
from madegood.numerics.trust import QUARTER, factor, filtered
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from madegood.performance.model import Floats, Measured

TAUGHT = 0.6  # of the weeks that loadings are learnt from; the others are foretold


def foretells(
    index: Floats, y: Floats, variance: Floats, season: bool, weeks: Sequence[date], retention: Measured | None
) -> Interval | Refusal:
    """Correlation of the index with retention over the next 13 weeks, both in weeks that nothing was fitted on.

    Loadings and errors come from the first 60 % of the weeks alone. In the later ones the index of a week is what was
    known at its end.
    """
    if retention is None:
        return Refusal(
            "trust", why="no retention metric is named to check it with", until="`retention:` under `trust:`"
        )
    split = int(TAUGHT * len(weeks))
    ahead = by_week(retention, weeks, QUARTER)
    found = agreement(index[split:], ahead[split:])
    if found is not None:  # these weeks can tell: now with an index that did not know them
        learnt = factor(y[:split], variance[:split], season)
        found = agreement(filtered(learnt.model, y, variance, season, split), ahead[split:])
    if found is None:
        return Refusal(
            "trust",
            why=f"the {len(weeks) - split} weeks after those it was learnt from are worth fewer than five unrelated "
            "ones of next quarter's retention: both move slowly",
            until="years more of weeks, or a `retention:` over fewer days, which moves sooner",
        )
    return Interval(found.mean, found.low, found.high)


def agrees(index: Floats, weeks: Sequence[date], survey: Measured | None) -> Interval | Refusal:
    """Correlation of the index with the survey's corrected score in the weeks that have one."""
    if survey is None:
        return Refusal("trust", why="no survey is named to check it with", until="`survey:` under `trust:`")
    found = agreement(index, by_week(survey, weeks, 0))
    if found is None:
        return Refusal(
            "trust",
            why="the weeks with a score are worth fewer than five unrelated ones",
            until="ask a few customers every week rather than many once a year",
        )
    return Interval(found.mean, found.low, found.high)


def by_week(measured: Measured, weeks: Sequence[date], ahead: int) -> Floats:
    """Mean of each week's known days, or of those of the `ahead` weeks after it; NaN where these are not over."""
    series = measured.series
    out = np.full(len(weeks), np.nan)
    for i, day in enumerate(weeks):
        first = day + timedelta(days=1) if ahead else day - timedelta(days=6)
        last = first + timedelta(days=7 * max(ahead, 1) - 1)
        a, b = series.at(first), series.at(last)
        part = series.values[max(a, 0) : max(b + 1, 0)]
        if b < len(series.values) and np.isfinite(part).sum() >= 1 + (b - a) // 2 * bool(ahead):
            out[i] = float(np.nanmean(part))
    return out
