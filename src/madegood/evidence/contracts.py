"""Who cancels: of the contracts that run, how many will end within the periods to come, and how well that was foretold.

Customers differ in how likely they are to cancel; those who stay are the ones who are less likely, so a mean rate of
cancelling foretells too much of it. Each cancels at a renewal with a chance of their own (numerics/shifted_beta.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.model import Interval
from madegood.numerics.bounded import bounded
from madegood.numerics.shifted_beta import fit, leaving, survival
from madegood.performance.contracts import kept, lengths, went
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.numerics.newton import Fit
    from madegood.performance.contracts import Kept
    from madegood.performance.model import Floats

YEAR = 12  # months ahead that are asked about; one period, where that is longer
FEWEST = 100  # contracts that run, and RETURNED of them that have ended: as for silent attrition (attrition.py)
ENDED = 30
PERIODS = 3  # renewals of the oldest, without which how customers differ cannot be told from how long they stay
HELD_OUT = 3  # times that the months to come are held out, at most
#: Root mean square, in log odds, by which this model missed who left in the next 1, 2 and 4 years of the two tables of
#: Fader and Hardie 2007, known for 4 to 8 years: .22. It counts like one more time.
MISSED = 0.22


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contracts of one length.

    months   between renewals; `ahead` renewals are asked about
    running  contracts that run and have been renewed or ended at least once before: of these it speaks
    share    of them that will have ended after the renewals ahead (95 %); number: how many that is
    next     share that ends with the next renewal alone
    stay     (periods, share of new contracts that is there after so many) as fitted, to the oldest known
    foresaw  (said, came) share that ended, each time that as long a time was held out, newest first
    """

    months: int
    on: date
    ahead: int
    running: int
    share: Interval
    number: Interval
    next: Interval
    stay: tuple[tuple[int, float], ...]
    foresaw: tuple[tuple[float, float], ...]
    weak: tuple[str, ...]


def contracts(store: Store, on: date) -> tuple[Contracts | Refusal, ...]:
    """One for each length of contract, as of `on`; empty where there are none."""
    return tuple(_of(store, months, on) for months in lengths(store)) if store.has("contracts") else ()


def _of(store: Store, months: int, on: date) -> Contracts | Refusal:
    asked = f"contracts of {months} month{'' if months == 1 else 's'}"
    now = kept(store, months, on)
    running, ended = int(now.kept.sum()), int(now.left.sum())
    if running < FEWEST:
        return Refusal(asked, f"{running} run that are older than one period", f"{FEWEST} of them")
    if ended < ENDED:
        return Refusal(asked, f"{ended} have ended", f"{ENDED} that did, with the last day of each")
    if now.period.max() < PERIODS:
        return Refusal(asked, f"the oldest is {int(now.period.max())} periods old", f"{PERIODS} periods of the oldest")
    ahead = max(1, YEAR // months)
    found = fit(now.period, now.left, now.kept)
    trials = _held_out(store, now, ahead)
    missed = _missed(trials)
    share = _share(now, found, ahead, missed)
    ages = np.arange(now.period.max() + 1)
    return Contracts(
        months=months,
        on=on,
        ahead=ahead,
        running=running,
        share=share,
        number=Interval(*(running * x for x in (share.mean, share.low, share.high))),
        next=_share(now, found, 1, missed),
        stay=tuple((int(k), float(there)) for k, there in zip(ages, survival(found.params, ages), strict=True)),
        foresaw=tuple((said, came) for said, came, _ in trials),
        weak=found.weak,
    )


def _share(now: Kept, found: Fit, ahead: int, missed: float) -> Interval:
    """Share of the running that ends within `ahead` renewals: the fit's error, chance, and what was missed before."""
    running = now.kept.sum()
    mean, slope = _at(now, found.params, ahead), np.zeros(2)
    for i in range(2):  # by the logs of the parameters, whose covariance the fit gives
        up, down = (found.params * np.exp(step * (np.arange(2) == i)) for step in (1e-4, -1e-4))
        slope[i] = (_at(now, up, ahead) - _at(now, down, ahead)) / 2e-4
    chance = leaving(found.params, now.period, ahead)
    variance = float(slope @ found.covariance @ slope) + float(now.kept @ (chance * (1 - chance))) / running**2
    return Interval(*bounded(mean, variance + (missed * mean * (1 - mean)) ** 2))


def _at(now: Kept, params: Floats, ahead: int) -> float:
    return float(now.kept @ leaving(params, now.period, ahead) / now.kept.sum())


def _held_out(store: Store, now: Kept, ahead: int) -> list[tuple[float, float, float]]:
    """(said, came, how many ran) for the time before, and the two before that, each told from what was known then."""
    out = []
    for back in range(1, HELD_OUT + 1):
        then = now.on - timedelta(days=round(back * ahead * now.months * 30.436875))
        old = kept(store, now.months, then)
        if old.kept.sum() < FEWEST or old.left.sum() < ENDED or old.period.max() < PERIODS:
            break
        later = now.on - timedelta(days=round((back - 1) * ahead * now.months * 30.436875))
        ran, gone = went(store, now.months, then, later)
        params = fit(old.period, old.left, old.kept).params
        out.append((_at(old, params, ahead), gone / ran, float(ran)))
    return out


def _missed(trials: list[tuple[float, float, float]]) -> float:
    """Root mean square of log odds by which it was off, beyond what chance explains."""
    squares = [MISSED**2]
    for said, came, ran in trials:
        p, o = (min(max(x, 1 / ran), 1 - 1 / ran) for x in (said, came))
        off = np.log(p / (1 - p)) - np.log(o / (1 - o))
        squares.append(max(float(off) ** 2 - 1 / (ran * p * (1 - p)), 0.0))
    return float(np.sqrt(np.mean(squares)))
