"""Ways to see smaller effects on a metric, the cheapest first, each with the figure that it comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from madegood.evidence.designs.staged import Staged
from madegood.evidence.model import Estimate
from madegood.execution.model import Release, Rollout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.evidence.model import Question
    from madegood.performance.model import Measured

#: Shares of customers to hold out by lot, the cheapest first, and for how many days.
HELD, DAYS = (0.05, 0.1, 0.2, 0.5), 28
#: Standard errors between nothing and what is seen with 80 % power, where noise is counting alone: at the end of four
#: weeks that were read at any time an interval is 1.19 times that of one look (evidence/designs/lot.py).
NORMAL = float(1.19 * ndtri(0.975) + ndtri(0.8))
#: Segments that are looked at, the largest.
SEGMENTS = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """One way: what to do, and the smallest effect that would show then (a share, 80 % power)."""

    says: str
    mde: float
    best: bool = False  # counting noise alone: no less than this would show


def offers(question: Question) -> tuple[Offer, ...]:
    """Staging by a segment, then a draw by lot; what each costs grows in this order."""
    return (*_staged(question), *_by_lot(question))


# ---- by segment --------------------------------------------------------------------------------------------------


def _staged(question: Question) -> Iterator[Offer]:
    """Each of the largest segments kept without a release for four weeks, the smallest of them first."""
    parts = sorted((p for p in question.parts if p.series.segment), key=_size)
    if len(parts) > 1:
        for part in parts[-SEGMENTS:]:
            mde = rehearsed(question, part.series.segment)
            if mde is not None:
                yield Offer(f"keep {part.series.segment} without the next one for {DAYS} days", mde)
        return
    amount = counted(question)
    for name, share in sorted(question.sizes, key=lambda s: s[1]):
        if amount and 0 < share < 1:
            mde = float(NORMAL * np.sqrt(1 / (amount * share) + 1 / (amount * (1 - share))))
            yield Offer(f"keep {name} without the next one for {DAYS} days", mde, best=True)


def _size(part: Measured) -> float:
    return float(np.nansum(part.series.values if part.series.base is None else part.series.base))


def rehearsed(question: Question, held: str) -> float | None:
    """Smallest effect that a release would have shown that reached all segments but one four weeks ago.

    The staged design is asked itself, of a release that never was: its error comes from earlier days, so it is that of
    the next one. None where it refuses.
    """
    last = min(question.on, *(p.series.last for p in question.parts))
    start = last - timedelta(days=DAYS - 1)
    reached = tuple(Rollout(start, p.series.segment, 1.0) for p in question.parts if p.series.segment != held)
    pretended = Release("rehearsal", start, rollouts=reached)
    found = Staged().answers(replace(question, releases=(pretended,), on=last, trials=()))
    return found.effects[0].mde if isinstance(found, Estimate) and found.effects else None


# ---- by lot ------------------------------------------------------------------------------------------------------


def _by_lot(question: Question) -> Iterator[Offer]:
    """Shares held out by lot, the smallest first.

    Counting noise alone, so the best case: relative variance 1/n of a count, (1 - p) / (p n) of a share p of n
    people, in each arm. Nothing for stocks and for values that are no counts.
    """
    amount = counted(question)
    for share in HELD if amount else ():
        mde = float(NORMAL * np.sqrt(1 / (amount * share) + 1 / (amount * (1 - share))))
        yield Offer(
            f"hold the next one back from {percent(share)} of customers, by lot, for {DAYS} days", mde, best=True
        )


def counted(question: Question) -> float:
    """How much is counted in four weeks, as a number of equally informative counts; 0 where it is no count."""
    series = question.measured.series
    known = np.isfinite(series.values)
    values = series.values[known][-91:]
    if series.grain == "rate" and series.base is not None:
        base = series.base[known][-91:]
        p = float(np.sum(values * base) / max(np.sum(base), 1e-12))
        return float(np.mean(base)) * DAYS * p / (1 - p) if 0 < p < 1 else 0.0
    whole = len(values) > 0 and np.allclose(values, np.round(values)) and values.min() >= 0
    return float(values.mean()) * DAYS if series.grain == "flow" and whole else 0.0


def percent(share: float) -> str:
    """A share as people say it.

    >>> percent(0.174), percent(0.05), percent(0.034), percent(3.1)
    ('17 %', '5 %', '3.4 %', 'a doubling')
    """
    if share >= 1:
        return "a doubling"
    return f"{100 * share:.2g} %"
