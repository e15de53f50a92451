"""At what pace customers leave without a word, in blocks of four weeks, and whether it rose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.model import Interval
from madegood.numerics.calendar_attrition import BLOCK, Leaving, leaving, rise, steps
from madegood.numerics.calendar_likelihood import Rows
from madegood.performance.repeats import repeats
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.performance.model import Floats
    from madegood.performance.repeats import Known, Repeats

WEEKS = 26  # half a year: six blocks and more
CUSTOMERS = 1000  # of fewer, a block's pace is known to a factor of two at best
NEWER = 0.1  # share of customers who began in the newer half of the weeks: else age and calendar are one clock
THERE = 100  # customers expected to be there in a block that is shown
LONGEST = 6  # blocks that a rise may have lasted
BEFORE = 3  # earlier days on which the same rise is looked for
APART = 8  # weeks between them
DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Pace:
    """One block of weeks.

    there  customers expected to be there when it began; left: share of them who left in it
    pace   at what pace, 1 being the mean of all blocks, for customers of like age and habits, 95 %
    """

    first: date
    last: date
    there: int
    left: float
    pace: Interval


@dataclass(frozen=True, slots=True)
class Rise:
    """Customers leave faster than before.

    since       and the days between which that lies
    faster      by what share, 95 %
    """

    since: date
    since_low: date
    since_high: date
    faster: Interval


def paces(
    metric: str, known: Known, seen: Repeats, near: Floats | None = None
) -> tuple[tuple[Pace, ...] | Refusal, Rise | Refusal | None]:
    """The pace of every block in which enough customers were there, oldest first; and its rise, if there is one.

    near  where a climb for these customers ended, to begin from
    """
    weeks = len(seen.active)
    if weeks < WEEKS or seen.customers < CUSTOMERS:
        why = f"{seen.customers} customers of {weeks} weeks are known"
        until = f"{CUSTOMERS} customers and {WEEKS} weeks, to say at what pace they leave"
        return Refusal(metric, why=why, until=until), None
    newer = float(seen.weeks.n[seen.weeks.age < weeks / 2].sum()) / seen.customers
    if newer < NEWER:
        why = (
            f"{newer:.0%} of the customers began in the newer half of the {weeks} weeks: whether they leave faster now,"
        )
        why += " or as customers of their age always did, cannot be told apart"
        return Refusal(metric, why=why, until=f"{NEWER:.0%} who began in the newer half"), None
    found = _leaving(seen, near)
    blocks = [_pace(found, seen, b) for b in range(found.blocks)]
    return tuple(b for b in blocks if b.there >= THERE), _rise(metric, found, known, seen)


def _leaving(seen: Repeats, near: Floats | None) -> Leaving:
    rows = seen.weeks
    keys, of = np.unique(np.stack((len(seen.active) - 1 - rows.age, rows.x, rows.t)), axis=1, return_inverse=True)
    first, x, t = keys.astype(np.int64)
    n = np.bincount(of.ravel(), weights=rows.n).astype(np.float64)
    return leaving(Rows(first, x, t, n, seen.active), near=near)


def _pace(found: Leaving, seen: Repeats, block: int) -> Pace:
    weeks = np.flatnonzero(found.block == block)
    last = seen.on - timedelta(weeks=int(len(found.block) - 1 - weeks[-1]))
    there = float(found.there[weeks[0]])
    error = float(np.sqrt(found.pace_covariance[block, block]))
    mean = float(found.pace[block])
    low, middle, high = (float(np.exp(mean + k * 1.96 * error)) for k in (-1, 0, 1))
    left = float(found.left[weeks].sum() / max(there, 1e-9))
    return Pace(
        last - timedelta(weeks=len(weeks)) + timedelta(days=1), last, int(there), left, Interval(middle, low, high)
    )


def _rise(metric: str, found: Leaving, known: Known, seen: Repeats) -> Rise | Refusal | None:
    """The clearest rise of the last blocks, where it is clearer than chance makes the clearest of as many looks.

    Customers with uneven habits look for a while as if they had left, and always the newest: so the same is asked on
    earlier days, and what was seen then is no rise now.
    """
    lengths = range(1, min(LONGEST, found.blocks // 2) + 1)
    least = bar(found, len(lengths))
    each = np.array([rise(found, k) for k in lengths])
    if (each[:, 0] / each[:, 1]).max() < least:
        return None
    gained, sizes, errors = steps(found, len(lengths))
    best = int(np.argmax(gained))
    like = np.flatnonzero(gained > gained[best] - 1.92)
    back = BLOCK * (int(like[-1]) + 2)
    before = [_leaving(b, found.at) for b in _earlier(known, seen, back)]
    if not before:
        why = "customers seem to leave faster than before, and no earlier day is known well enough to see whether the"
        why += " newest weeks do not always look so"
        short = WEEKS + back - len(seen.active)
        until = f"{short} more weeks" if short > 0 else f"{CUSTOMERS} customers on an earlier day"
        return Refusal(metric, why=why, until=until)
    usual, more = _at_the_end(before, len(lengths))
    if ((each[:, 0] - usual) / np.sqrt(each[:, 1] ** 2 + more)).max() < least:
        return None
    size, error = sizes[best] - usual[best], np.sqrt(errors[best] ** 2 + more[best])
    since = [seen.on - timedelta(weeks=BLOCK * (int(i) + 1)) + timedelta(days=1) for i in (best, like[-1], like[0])]
    low, mean, high = (float(np.expm1(size + k * 1.96 * error)) for k in (-1, 0, 1))
    return Rise(
        since[0], since[1] - timedelta(weeks=BLOCK), since[2] + timedelta(weeks=BLOCK), Interval(mean, low, high)
    )


def _earlier(known: Known, seen: Repeats, back: int) -> list[Repeats]:
    """Customers as they stood on earlier days, the last of them so many weeks ago: before the rise."""
    out = []
    for weeks in range(back, back + BEFORE * APART, APART):
        if len(seen.active) - weeks >= WEEKS:
            before = repeats(known, seen.on - timedelta(weeks=weeks), 1)
            if before.customers >= CUSTOMERS:
                out.append(before)
    return out


def _at_the_end(before: list[Leaving], lengths: int) -> tuple[Floats, Floats]:
    """By how much the last blocks (lengths,) stood out on earlier days, in logs: mean, no less than none, and variance
    beyond what was known of each."""
    found = np.array([[rise(f, k) for k in range(1, lengths + 1)] for f in before])
    usual = np.maximum(found[:, :, 0].mean(axis=0), 0)
    return usual, np.maximum(found[:, :, 0].var(axis=0) - (found[:, :, 1] ** 2).mean(axis=0), 0)


def bar(found: Leaving, lengths: int) -> float:
    """How clear the clearest of these looks is by chance, once in a hundred times, given how they hang together."""
    weigh = np.bincount(found.block, weights=found.there)
    contrasts = np.zeros((lengths, found.blocks))
    for k in range(1, lengths + 1):
        contrasts[k - 1, -k:] = 1 / k
        contrasts[k - 1, :-k] = -weigh[:-k] / weigh[:-k].sum()
    shared = contrasts @ found.pace_covariance @ contrasts.T
    draws = np.random.default_rng(1).multivariate_normal(np.zeros(lengths), shared, DRAWS)
    return float(np.quantile((draws / np.sqrt(np.diag(shared))).max(axis=1), 0.99))
