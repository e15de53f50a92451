"""A slow fall of a level that wanders: found on weekly means, weighed against how far the level wanders by itself.

The level is taken for a random walk with drift, seen through noise (Harvey, Forecasting, Structural Time Series Models,
1989, chapter 4): a change over n weeks has the variance n q + 2 e, where q, the wander, is the long-run variance of the
weekly changes (Newey and West, Econometrica 1987) and e the noise of one week's mean. A stretch is an erosion when it
fell further than that from standing still, or from the rise that went before (a scan over all onsets and ends, as a
generalised likelihood ratio: Siegmund and Venkatraman, Annals of Statistics 1995). The bar is set by simulation, not
by the normal table, because q is estimated from a year or two: benchmarks/erosion.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHORTEST, LONGEST = 8, 104  # weeks a fall must last; weeks looked at in one piece
HISTORY = 104  # weeks before an onset from which the wander is read
ENOUGH = 26  # weekly changes that are needed to read it
YEAR = 52
LAGS = 8  # weeks after which changes are taken for unrelated (Newey and West)
LEAST = 0.05  # share of the variance of weekly changes that is taken for wander at the least
BAR = 3.75  # standard deviations of the scan, and
FACT = 2.5  # of the fall itself against standing still; false alarms in benchmarks/erosion.md
BELOW = 8  # weeks that it must have spent below half of its fall before it came back,
BELOW_YET = 4  # or so far, when it has not: holidays take two to four
SUDDEN = 0.5  # share of the fall that its two worst weeks may hold: more is a step, not an erosion


@dataclass(frozen=True, slots=True)
class Wander:
    """How a level moves by itself: q a week (squared), e the noise of one week's mean, and its usual rise a week."""

    q: float
    e: float
    rise: float
    changes: int

    def spread(self, weeks: float) -> float:
        """Standard deviation of a change over so many weeks."""
        return float(np.sqrt(weeks * self.q + 2 * self.e))


@dataclass(frozen=True, slots=True)
class Fall:
    """Weeks (indices of the weekly means) and sizes, as differences of the values given, usually logs.

    onset between onset_low and onset_high (95 %); slope a week with its standard deviation; total from onset to end
    with the standard deviation of its measurement; score: standard deviations of the scan.
    """

    onset: int
    onset_low: int
    onset_high: int
    end: int
    slope: float
    slope_sd: float
    total: float
    total_sd: float
    score: float


def weekly(daily: Floats) -> tuple[Floats, Floats]:
    """Weekly means (weeks,) counted back from the last day, without the weekday pattern, and their standard errors.

    A week needs four known days. What is left over at the beginning is dropped.
    """
    even = daily - weekday_pattern(daily)
    weeks = len(even) // 7
    table = even[len(even) - 7 * weeks :].reshape(weeks, 7)
    known = np.isfinite(table).sum(axis=1)
    means, errors = np.full(weeks, np.nan), np.full(weeks, np.nan)
    some = known >= 4
    means[some] = np.nanmean(table[some], axis=1)
    errors[some] = np.nanstd(table[some], axis=1, ddof=1) / np.sqrt(known[some])
    return means, errors


def weekday_pattern(daily: Floats) -> Floats:
    """What the weekday adds, for each day (days,): the median of its distance from the seven days around it."""
    out = np.zeros(len(daily))
    if len(daily) < 28:
        return out
    around = np.lib.stride_tricks.sliding_window_view(np.pad(daily, 3, constant_values=np.nan), 7)
    full = np.asarray(np.isfinite(around).all(axis=1))
    away = np.where(full, daily - np.where(full[:, None], around, 0.0).mean(axis=1), np.nan)
    for d in range(7):
        mine = away[d::7]
        if np.isfinite(mine).sum() >= 3:
            out[d::7] = np.nanmedian(mine)
    return out


def wander(weeks: Floats) -> Wander | None:
    """How these weekly means (weeks,) move by themselves; None with too few of them."""
    changes = np.diff(weeks)
    changes = changes[np.isfinite(changes)]
    if len(changes) < ENOUGH:
        return None
    middle = float(np.median(changes))
    size = max(1.4826 * float(np.median(np.abs(changes - middle))), 1.2533 * float(np.mean(np.abs(changes - middle))))
    if size <= 0:
        return None
    held = np.clip(changes, middle - 4 * size, middle + 4 * size)  # a holiday is not how far a level wanders
    rise = float(held.mean())
    own = held - rise
    cov = [float(own[k:] @ own[: len(own) - k]) / len(own) for k in range(LAGS)]
    long_run = cov[0] + 2 * sum((1 - k / LAGS) * cov[k] for k in range(1, LAGS))
    noise = max(0.0, -cov[1])
    without = long_run - 2 * noise / LAGS  # what the noise of single weeks leaves in a change over LAGS weeks
    return Wander(max(without, LEAST * cov[0]), noise, rise, len(changes))


def falls(weeks: Floats, errors: Floats, bar: float = BAR) -> list[Fall]:
    """Every fall that stands out of the wander, in the order of their onsets; none overlaps another."""
    found: list[Fall] = []
    usual = wander(weeks)
    if usual is None:
        return found
    todo = [(0, len(weeks) - 1)]
    scores = scan(weeks, usual)
    while todo:
        first, last = todo.pop()
        fall = _worst(weeks, errors, usual, scores, first, last, bar)
        if fall is not None:
            found.append(fall)
            todo += [(first, fall.onset), (fall.end, last)]
    return sorted(found, key=lambda f: f.onset)


def before(weeks: Floats, onset: int, usual: Wander) -> Wander:
    """The wander to hold a fall against: of the two years before it, for products grow out of their early years.

    With less than a year before it, never less than half that of the whole series; with less than half a year, that of
    the whole series, and no rise to fall from.
    """
    own = wander(weeks[max(0, onset - HISTORY) : onset + 1])
    if own is None:
        return Wander(usual.q, usual.e, 0.0, usual.changes)
    least = 0.5 if own.changes < YEAR else 0.0
    return Wander(max(own.q, usual.q * least), max(own.e, usual.e * least), max(0.0, own.rise), own.changes)


def scan(weeks: Floats, usual: Wander) -> Floats:
    """Score (weeks, LONGEST + 1) of a fall that begins in a week and lasts so many; 0 where there is none."""
    size = len(weeks)
    out = np.zeros((size, LONGEST + 1))
    for onset in range(size - SHORTEST):
        if not np.isfinite(weeks[onset]):
            continue
        own = before(weeks, onset, usual)
        lasting = np.arange(SHORTEST, min(LONGEST, size - 1 - onset) + 1)
        total = weeks[onset + lasting] - weeks[onset]
        still = np.sqrt(lasting * own.q + 2 * own.e)
        rising = np.sqrt(lasting * own.q * (1 + lasting / own.changes) + 2 * own.e)
        fact, bent = -total / still, (lasting * own.rise - total) / rising
        ok = np.isfinite(total) & (fact >= FACT)
        out[onset, lasting[ok]] = np.maximum(fact, bent)[ok]
    return out


def _worst(
    weeks: Floats, errors: Floats, usual: Wander, scores: Floats, first: int, last: int, bar: float
) -> Fall | None:
    """The fall between two weeks that stands out most and is neither a step, nor a dip, nor the season."""
    onset, lasting = np.nonzero(scores >= bar)
    inside = (onset >= first) & (onset + lasting <= last)
    onset, lasting = onset[inside], lasting[inside]
    for i in np.argsort(-scores[onset, lasting]):
        start, end = int(onset[i]), int(onset[i] + lasting[i])
        own = before(weeks, start, usual)
        if lasts(weeks, start, end) and scores[start, end - start] + seasonal(weeks, start, end, own) >= bar:
            fall = _measured(weeks, errors, own, start, end, first, float(scores[start, end - start]))
            if fall.slope + 1.96 * fall.slope_sd < 0:
                return fall
    return None


def lasts(weeks: Floats, start: int, end: int) -> bool:
    """Whether a fall came slowly and stayed: not two bad weeks, and below half of it for two months."""
    stretch = weeks[start : end + 1]
    total = weeks[end] - weeks[start]
    known = np.isfinite(stretch)
    steps = np.diff(stretch[known])
    slow = np.sort(steps)[:2].sum() > SUDDEN * total
    half = weeks[start] + total / 2
    since = start + int(np.flatnonzero(np.nan_to_num(stretch, nan=-np.inf) > half)[-1]) + 1
    back = np.flatnonzero(np.nan_to_num(weeks[end:], nan=-np.inf) > half)
    below = (end + int(back[0]) if len(back) else len(weeks)) - since
    return bool(known.mean() >= 0.7 and slow and below >= (BELOW if len(back) else BELOW_YET))


def seasonal(weeks: Floats, start: int, end: int, own: Wander) -> float:
    """What the same weeks of other years take from the score: 0, or below it when they usually fall too.

    The change of those weeks less that year's drift, the median of all other years that are known.
    """
    length = end - start
    if length >= 52:
        return 0.0
    others = []
    for shift in range(-52 * (start // 52), len(weeks) - end, 52):
        a, b = start + shift, end + shift
        if shift == 0 or a < 0 or b >= len(weeks):
            continue
        whole = min(max(0, (a + b) // 2 - 26), max(0, len(weeks) - 53))
        year = weeks[min(whole + 52, len(weeks) - 1)] - weeks[whole]
        others.append(weeks[b] - weeks[a] - (year * length / 52 if np.isfinite(year) else 0.0))
    known = [o for o in others if np.isfinite(o)]
    return min(0.0, float(np.median(known))) / own.spread(length) if known else 0.0


def _measured(weeks: Floats, errors: Floats, own: Wander, start: int, end: int, first: int, score: float) -> Fall:
    """Onset with its range, slope and total of a fall that was found."""
    low, best, high = onset_range(weeks, own, start, end, first)
    if end - best < SHORTEST - 2 or not np.isfinite(weeks[best]):
        best = start
    length = end - best
    total = float(weeks[end] - weeks[best])
    slope_sd = max(own.spread(length), _own_spread(weeks[best : end + 1])) / length
    near = errors[max(0, best - 4) : end + 5]
    one = float(np.nanmedian(near)) if np.isfinite(near).any() else np.sqrt(own.e)
    one = max(one, np.sqrt(own.e), 1e-4)
    return Fall(best, min(low, best), max(high, best), end, total / length, slope_sd, total, np.sqrt(2) * one, score)


def _own_spread(stretch: Floats) -> float:
    """Standard deviation of the change over a stretch, from its own changes: a calm past may not make it small."""
    changes = np.diff(stretch)
    changes = changes[np.isfinite(changes)]
    return float(changes.std(ddof=1) * np.sqrt(len(changes))) if len(changes) > 1 else 0.0


def onset_range(weeks: Floats, own: Wander, start: int, end: int, first: int) -> tuple[int, int, int]:
    """Week of the onset: low, most likely, high (95 %), from where the mean weekly change turned.

    The likelihood of one change of mean in the weekly changes, flat prior over the weeks (Smith, Biometrika 1975); the
    variance of a change is its long-run one, so that changes that hang together do not make the range too narrow.
    """
    left = max(first, start - 52)
    changes = np.diff(weeks[left : end + 1])
    known = np.isfinite(changes)
    tops = np.arange(max(0, start - left - 26), end - left - SHORTEST + 3)
    size = own.q + 2 * own.e
    scores = np.full(len(tops), -np.inf)
    for i, turn in enumerate(tops):
        a, b = changes[:turn][known[:turn]], changes[turn:][known[turn:]]
        if len(b):
            scores[i] = -(_about_mean(a) + _about_mean(b)) / (2 * size)
    if not np.isfinite(scores).any():
        return start, start, start
    weight = np.exp(scores - scores.max())
    share = np.cumsum(weight) / weight.sum()
    low, high = (tops[min(int(np.searchsorted(share, p)), len(tops) - 1)] for p in (0.025, 0.975))
    return left + int(low), left + int(tops[int(np.argmax(scores))]), left + int(high)


def _about_mean(values: Floats) -> float:
    return float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
