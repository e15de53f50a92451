"""A whole past run through the watch of numerics/drift.py: when it alarmed, and what then was known of each fall."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.numerics import drift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.numerics.erosion import Fall

Floats = NDArray[np.float64]

YOUNG = 4  # weeks that a bet must be old to count: before, a step or one bad week looks like the start of a fall
LEARN = 52  # weeks that teach what is usual before the first bet: a year, or a season looks like a fall
WITHIN = 0.9  # of the onset's posterior lies in its range
AROUND = 13  # weeks on either side in which a step is weighed against a slow fall
ENDED = 3.84  # likelihood ratio (chi-square, 95 %) from which on an end is taken for one
LEAST = 0.0005  # a month: less is not looked for ahead
STAYS = 8  # weeks below half of its fall before it came back: holidays take two to four
STAYS_YET = 4  # weeks so far, when it has not come back


@dataclass(frozen=True, slots=True)
class Past:
    """What the watch knew at the end of each week, (weeks, onsets): onsets are weeks too; -inf where no bet was open.

    bets   logs
    season (weeks, k) coefficients of season and known events, as they were known then
    noise  of one week about its level (sd)
    now    the watch as it stands
    """

    bets: Floats
    season: Floats
    noise: float
    now: drift.Watch
    weeks: Floats
    columns: Floats
    rough: Floats
    learn: int

    def level(self, week: int) -> Floats:
        """Weekly logs (weeks,) without season and known events as they were known at a week: before a fall began, say,
        for a fall that is under way is partly taken for the season.
        """
        return np.asarray(self.weeks - self.columns @ self.season[week])


@dataclass(frozen=True, slots=True)
class Alarm:
    """A fall that reached the promise: weeks, and logs (positive: down).

    week      of the alarm; `evidence` the log of the sum of bets at its height, 0 where there was no watch
    onset     middle of its posterior at `end`; low and high hold WITHIN of it
    fall      a week, with its standard deviation; lost: from onset to end, with its own
    """

    week: int
    onset: int
    low: int
    high: int
    end: int
    fall: float
    fall_sd: float
    lost: float
    lost_sd: float
    evidence: float


def past(weeks: Floats, columns: Floats, rough: Floats, learn: int = LEARN) -> Past | None:
    """The watch over weekly logs (weeks,), columns (weeks, k), fresh variance in usual ones (weeks,).

    None when there are not more weeks with a value than the watch learns from, or they never change.
    """
    size = len(weeks)
    bets = np.full((size, size), -np.inf)
    season = np.zeros_like(columns)
    watch = None
    for watch in run(weeks, columns, rough, learn):
        season[watch.week - 1] = np.exp(drift.weights(watch)) @ watch.state[:, 3:]
        if watch.ever:
            bets[watch.week - 1, watch.opened] = drift.by_onset(watch)
    if watch is None:
        return None
    share = np.exp(drift.weights(watch))
    noise = float(np.sqrt(share @ (watch.scale * watch.spread[:, 1, 1])))
    return Past(bets, season, noise, watch, weeks, columns, rough, learn)


def run(weeks: Floats, columns: Floats, rough: Floats, learn: int) -> Iterator[drift.Watch]:
    """The watch after each week, always the same one; nothing when there is not enough to learn from."""
    known = np.flatnonzero(np.isfinite(weeks))
    if len(known) <= learn:
        return
    early = weeks[known[:learn]]
    scale = float(np.var(np.diff(early))) / 2 or float(np.var(np.diff(weeks[known]))) / 2
    if scale <= 0:
        return
    watch = drift.begin(float(np.median(early[:13])), scale, columns.shape[1])
    for t in range(len(weeks)):
        drift.advance(watch, weeks[t], columns[t], rough[t], t > known[learn - 1])
        yield watch


def highest(seen: Past) -> float:
    """Log of the most that all open bets ever added up to: below the bar, nothing was ever noticed."""
    return float(_log_sums(seen.bets).max(initial=-np.inf))


def alarms(seen: Past, bar: float) -> list[Alarm]:
    """Every slow fall whose bets reached the bar (a log), oldest first; after one, only later onsets count."""
    found: list[Alarm] = []
    size = len(seen.weeks)
    first = t = 0
    while t < size:
        row = seen.bets[t, first : max(first, t + 1 - YOUNG)]
        top = row.max(initial=-np.inf)
        if top == -np.inf or top + log(float(np.exp(row - top).sum())) < bar:
            t += 1
            continue
        alarm = _measured(seen, first, t)
        if alarm.lost <= 0:  # growth that slowed, or a rise that ended: it bent, and did not fall
            first, t = alarm.high + 1, t + 1
            continue
        level = seen.level(alarm.onset)
        fresh = alarm.end + AROUND >= t  # noticed while it went on, or soon after
        if fresh and slow(level, alarm.onset, alarm.end) and stays(level, alarm.onset, alarm.end):
            found.append(alarm)
        first, t = alarm.end + 1, max(t, alarm.end) + 1
    return found


def confirmed(seen: Past, fall: Fall, bar: float) -> Alarm | None:
    """A fall that the scan found, as an alarm of the watch; None when the bets on its onsets never reached the bar.

    These bets are some of those that the watch adds up, so its promise holds for them.
    """
    first = max(0, fall.onset_low - AROUND)
    rows = seen.bets[: fall.end + 1, first : fall.end + 1].copy()
    for t in range(len(rows)):
        rows[t, max(0, t + 1 - YOUNG - first) :] = -np.inf
    course = _log_sums(rows)
    reached = np.flatnonzero(course[fall.onset :] >= bar)
    if not len(reached):
        return None
    lost_sd = max(fall.total_sd, 1e-6)
    return Alarm(
        fall.onset + int(reached[0]), fall.onset, fall.onset_low, fall.onset_high, fall.end,
        -fall.slope, fall.slope_sd, -fall.total, lost_sd, float(course[fall.onset :].max()),
    )  # fmt: skip


def dated(fall: Fall) -> Alarm:
    """A fall that the scan found, as an alarm of no evidence: nobody watched, or the watch was still learning."""
    return Alarm(
        fall.end, fall.onset, fall.onset_low, fall.onset_high, fall.end,
        -fall.slope, fall.slope_sd, -fall.total, max(fall.total_sd, 1e-6), 0.0,
    )  # fmt: skip


def slow(level: Floats, onset: int, end: int) -> bool:
    """Whether a straight fall from onset to end explains the weeks around it better than any single step does."""
    start = max(0, onset - AROUND)
    part = level[start : end + AROUND + 1]
    weeks = np.arange(len(part)) + start
    known = np.isfinite(part)
    if end <= onset or known.sum() < AROUND:
        return False
    ramp = _misfit(part[known], np.clip((weeks - onset) / (end - onset), 0, 1)[known])
    turns = range(start + 1, start + len(part))
    return ramp <= min(_misfit(part[known], (weeks >= turn).astype(float)[known]) for turn in turns)


def _falls(y: Floats, x: Floats) -> bool:
    return bool((x - x.mean()) @ y < 0)


def _misfit(y: Floats, x: Floats) -> float:
    """Sum of squares that is left after a level and a multiple of x."""
    y, x = y - y.mean(), x - x.mean()
    of = float(x @ x)
    return float(y @ y - (x @ y) ** 2 / of) if of > 0 else float(y @ y)


def stays(level: Floats, onset: int, end: int) -> bool:
    """Whether the level stayed below half of its fall for two months, or for one so far: no dip of a few weeks.

    Read from means of five weeks, so that one good week does not count as coming back.
    """
    wide = np.lib.stride_tricks.sliding_window_view(np.pad(level, 2, constant_values=np.nan), 5)
    known = np.isfinite(wide).sum(axis=1)
    smooth = np.where(known > 0, np.nansum(wide, axis=1) / np.maximum(known, 1), np.nan)
    half = (smooth[onset] + smooth[end]) / 2
    above = np.nan_to_num(smooth, nan=-np.inf) > half
    since = onset + int(np.flatnonzero(above[onset : end + 1])[-1]) + 1 if above[onset : end + 1].any() else onset
    back = np.flatnonzero(above[end + 1 :])
    below = (end + 1 + int(back[0]) if len(back) else len(level)) - since
    return bool(below >= (STAYS if len(back) else STAYS_YET))


def _measured(seen: Past, first: int, week: int) -> Alarm:
    """The fall behind an alarm, dated from the week in which the bets on its onsets were worth most."""
    low, onset, high = _range(seen.bets[week, first : week + 1 - YOUNG])
    end = _end(seen, first + onset, week)
    course = _log_sums(seen.bets[week : max(week, end) + 1, first + low : first + high + 1])
    best = week + int(np.argmax(course))
    low, onset, high = (first + i for i in _range(seen.bets[best, first : best + 1 - YOUNG]))
    end = _end(seen, onset, best)
    lost, lost_sd = _lost(seen, onset, end)
    return Alarm(week, onset, low, high, end, *_fall(seen, first, best), lost, lost_sd, float(course.max()))


def _fall(seen: Past, first: int, week: int) -> tuple[float, float]:
    """Mean and standard deviation of the fall a week as it was known after a week, over all onsets since the first."""
    *_, watch = islice(run(seen.weeks, seen.columns, seen.rough, seen.learn), week + 1)
    later = (watch.opened >= first) & (watch.opened <= week - YOUNG)
    mean, sd = (part[later] for part in drift.slopes(watch))
    bets = seen.bets[week, watch.opened[later]]
    share = np.where(np.isfinite(sd), np.exp(bets - bets.max()), 0.0)
    share /= share.sum()
    middle = float(share @ np.where(share > 0, mean, 0.0))
    return middle, float(np.sqrt(share @ np.where(share > 0, sd**2 + (mean - middle) ** 2, 0.0)))


def _end(seen: Past, onset: int, week: int) -> int:
    """When the fall ended: a straight fall from the onset and level afterwards, by least squares; the last week that is
    known, as long as no end before it explains the weeks better than chance does.

    The half year after what is known to belong to it is looked at, and more as long as it fell until the end of that.
    """
    level = seen.level(onset)
    start = max(0, onset - AROUND)
    last = min(len(level) - 1, week)
    while True:
        upto = min(len(level) - 1, last + 2 * AROUND)
        weeks = np.arange(start, upto + 1)
        known = np.isfinite(level[start : upto + 1])
        ends = np.arange(onset + 2, upto + 1)
        if not len(ends):
            return upto
        y = level[start : upto + 1][known]
        ramps = [np.clip((weeks - onset) / (end - onset), 0, 1)[known] for end in ends]
        left = np.array([_misfit(y, ramp) if _falls(y, ramp) else np.inf for ramp in ramps])
        if not np.isfinite(left).any():
            return week
        if left[-1] <= left.min() + ENDED * left.min() / max(known.sum() - 3, 1):
            end = upto
        else:
            end = int(ends[int(np.argmin(left))])
        if upto == len(level) - 1 or end < upto - AROUND:
            return end
        last = upto


def _log_sums(rows: Floats) -> Floats:
    top = rows.max(axis=1)
    top = np.where(np.isfinite(top), top, -1e9)
    return np.asarray(top + np.log(np.exp(rows - top[:, None]).sum(axis=1) + 1e-300))


def _range(row: Floats) -> tuple[int, int, int]:
    """Low end, middle and high end of an onset's posterior: every week as likely beforehand."""
    share = np.exp(row - row.max())
    share = np.cumsum(share) / share.sum()
    low, middle, high = (int(np.searchsorted(share, p)) for p in ((1 - WITHIN) / 2, 0.5, (1 + WITHIN) / 2))
    return low, middle, min(high, len(row) - 1)


def _lost(seen: Past, onset: int, end: int) -> tuple[float, float]:
    """Level around the onset less the level around the end, of three weeks each, and its standard deviation."""
    level = seen.level(onset)
    around = [level[max(0, w - 1) : w + 2] for w in (onset, end)]
    known = [part[np.isfinite(part)] for part in around]
    if not all(len(part) for part in known):
        return 0.0, np.inf
    before, after = (float(part.mean()) for part in known)
    return before - after, seen.noise * float(np.sqrt(sum(1 / len(part) for part in known)))


def ahead(watch: drift.Watch, columns: Floats, bar: float, most: float = 0.3) -> float | None:
    """The smallest fall a month (share) that would be noticed by the end of these weeks to come, columns (weeks, k).

    Noticed in half of all cases: the watch is run over what would be expected, with noise of its usual size beside it.
    None when even `most` a month would not be.
    """

    def reaches(monthly: float) -> bool:
        return _expected(watch, columns, -log(1 - monthly) * 7 / 30.4375) >= bar

    high = LEAST
    while not reaches(high):
        high *= 2
        if high > most:
            return None
    if high == LEAST:
        return LEAST
    low = high / 2
    while high / low > 1.02:
        middle = exp((log(low) + log(high)) / 2)
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _expected(watch: drift.Watch, columns: Floats, slope: float) -> float:
    """Highest evidence on the way, when a fall of `slope` a week (logs) begins now and the rest goes as expected."""
    copy = replace(watch, **{name: getattr(watch, name).copy() for name in drift.MOVES})
    share = np.exp(drift.weights(watch))
    state = share @ watch.state
    spell = float(share @ watch.models[:, 1])
    top = -np.inf
    for t, x in enumerate(columns):
        y = state[0] + max(state[2], 0.0) * (t + 1) + state[1] * spell ** (t + 1) + x @ state[3:] - slope * t
        drift.advance(copy, float(y), x, 1.0, True, 1.0)
        top = max(top, drift.evidence(copy))
    return top
