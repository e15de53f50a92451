"""Days made into weeks for slow things: logs of weekly levels, and how exactly each week is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.erosion import weekday_pattern

Floats = NDArray[np.float64]

FEWEST = 4  # known days of a week that stand for it: more than half
FAR = 4.0  # robust standard deviations from the week's own middle at which a day is held: a crawler is not a week
MANY = 20.0  # a day, from which on a count's log is near enough to normal for that (skewness 1 / sqrt(20) = 0.22)


def levels(values: Floats) -> Floats:
    """Log of each week's daily level (weeks,), from whole weeks of days (7 * weeks,); NaN with too few known days.

    Days are put on the level of the other weekdays first, so a week with a day missing is no lower. Sums are taken
    before logs: the mean of logs of small counts falls when only their noise grows. A week of zeros has half a case.
    """
    positive = values[values > 0]
    if not len(positive) or np.nanmin(values) < 0:
        return np.full(len(values) // 7, np.nan)
    if np.median(positive) >= MANY:
        logs = np.log(np.where(values > 0, values, positive.min() / 2))
        table = held((values / np.exp(weekday_pattern(logs))).reshape(-1, 7))
    else:  # medians of logs of small counts are not where their means are
        means = np.array([np.nanmean(v) if np.isfinite(v).any() else 0.0 for v in values.reshape(-1, 7).T])
        table = values.reshape(-1, 7) / np.where(means > 0, means / means[means > 0].mean(), 1.0)
    known = np.isfinite(table).sum(axis=1)
    some = known >= FEWEST
    out = np.full(len(table), np.nan)
    mean = np.nansum(table[some], axis=1) / known[some]
    out[some] = np.log(np.where(mean > 0, mean, positive.min() / 2 / known[some]))
    return out


def held(table: Floats) -> Floats:
    """Days (weeks, 7) no further from the middle of their week than FAR robust standard deviations of all days."""
    logs = np.log(np.where(table > 0, table, np.nan))
    known = np.isfinite(logs).any(axis=1)
    middle = np.full((len(table), 1), np.nan)
    middle[known, 0] = np.nanmedian(logs[known], axis=1)
    away = logs - middle
    spread = 1.4826 * float(np.nanmedian(np.abs(away)))
    if spread <= 0:
        return table
    return np.asarray(np.where(np.isfinite(logs), np.exp(middle + np.clip(away, -FAR * spread, FAR * spread)), table))


def shares(values: Floats, base: Floats) -> tuple[Floats, Floats]:
    """Logit of each week's share (weeks,) and its binomial variance, from daily shares and what they are shares of.

    Variance of a logit: 1 / (n p (1 - p)) (Agresti, Categorical Data Analysis, 2013, 3.1.6); half a case is added to
    either side (Haldane and Anscombe), so that weeks of all or nothing have one too.
    """
    known = np.isfinite(values) & np.isfinite(base)
    n = np.where(known, base, 0.0).reshape(-1, 7)
    k = np.where(known, values * base, 0.0).reshape(-1, 7)
    some = (known.reshape(-1, 7).sum(axis=1) >= FEWEST) & (n.sum(axis=1) > 0)
    did, of = k.sum(axis=1) + 0.5, n.sum(axis=1) + 1.0
    logit = np.where(some, np.log(did / np.maximum(of - did, 0.5)), np.nan)
    return logit, np.where(some, 1 / did + 1 / np.maximum(of - did, 0.5), np.nan)
