"""Silent attrition: how many customers left without a word, what they brought in, and whether more do than before.

Lost is said of what can be seen: no return in the weeks to come. Who has left for good nobody sees, and models that fit
equally well disagree by a factor of three about it. So several are asked, and their answers are shown side by side. The
one that speaks knows weeks in which all were busier, and weeks in which more left; on weeks that it had not been shown
it was nearer than the others, and than whichever had been best on weeks before those (benchmarks/attrition.md). How far
it was off on weeks held out here widens what it says now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.foreseen import Foreseen, foreseen, odds
from madegood.evidence.model import Interval
from madegood.evidence.pace import Pace, Rise, paces
from madegood.numerics.bounded import bounded
from madegood.performance.repeats import ready, repeats
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Floats
    from madegood.performance.repeats import Known, Repeats

HORIZON = 13  # weeks: a quarter
FEWEST = 100  # customers, in all or in a segment: of fewer a share is known to no better than ten points
RETURNED = 30  # customers who came back at all: of fewer, no model learns how often people do
WEEKS = 8  # known, and known before weeks are held out
HELD_OUT = 3  # times that weeks are held out, at most
#: Root mean square of log odds by which the first model missed the share who came back, when weeks of two purchase logs
#: were held out (.065 and .208); it counts like one more time: benchmarks/attrition.md.
MISSED = 0.15


@dataclass(frozen=True, slots=True)
class Lost:
    """Customers who will not come back within the horizon: of how many, what share and what number (95 %)."""

    customers: int
    share: Interval
    number: Interval


@dataclass(frozen=True, slots=True)
class Said:
    """What one model says.

    lost      share of customers who will not come back within the horizon, 95 % if the model were true
    alive     share who have not left for good; no data can check it
    returns   active days to be expected of all customers within the horizon
    foresaw   (said, came) share who would not come back, each time that weeks were held out, newest first
    score     mean log score of that, customer by customer: nearer to zero is better; None: nothing was held out
    weak      what is wrong with its fit, in words
    """

    model: str
    lost: Interval
    alive: float
    returns: float
    foresaw: tuple[tuple[float, float], ...]
    score: float | None
    weak: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attrition:
    """Who left without a word, as of one day.

    horizon   weeks: lost is who does not come back in so many
    lost      of all customers ever seen
    recent    of those who were active in as many weeks before: the ones who are leaving now
    at_stake  value that the lost among these brought in, in those weeks (95 %)
    models    every model's own answer; the first of them speaks
    held_out  weeks that were held out each time; 0: too few are known, and the models' spread widens the answer
    paces     the rate of leaving, block by block of four weeks, oldest first
    rise      that it is higher than it was, or why that cannot be said; None: nothing looks like it
    segments  (name, lost of its customers) of segments with enough of them
    """

    metric: str
    on: date
    horizon: int
    lost: Lost
    recent: Lost | Refusal
    at_stake: Interval | Refusal
    models: tuple[Said, ...]
    held_out: int
    paces: tuple[Pace, ...] | Refusal
    rise: Rise | Refusal | None
    segments: tuple[tuple[str, Lost], ...]
    notes: tuple[str, ...]


def attrition(metric: Metric, store: Store, on: date, zone: str = "UTC", horizon: int = HORIZON) -> Attrition | Refusal:
    """Silent attrition of the customers whose activity the metric counts (`active` or `count`), as of `on`.

    horizon  weeks without a return that make a customer a lost one, 1 or more
    """
    if horizon < 1:
        until = "a horizon of 1 week or more"
        return Refusal(metric.id, why="without a week to come back in, everyone is lost", until=until)
    known = ready(metric, store, on, zone)
    if isinstance(known, Refusal):
        return known
    seen = repeats(known, known.last, horizon)
    if refused := too_little(metric, seen, horizon):
        return refused
    now = foreseen(seen, horizon)
    trials = held_out(known, len(seen.active), horizon, now[0])
    missed = missed_by(now, trials)
    rates, rise = paces(metric.id, known, seen, now[0].at)
    return Attrition(
        metric=metric.id,
        on=known.last,
        horizon=horizon,
        lost=_lost(now[0], missed, np.ones(len(now[0].rows.n))),
        recent=_recent(metric, now[0], missed, horizon),
        at_stake=_at_stake(metric, seen, now[0], missed),
        models=tuple(_said(f, [t[i] for t in trials]) for i, f in enumerate(now)),
        held_out=_length(len(seen.active), horizon) if trials else 0,
        paces=rates,
        rise=rise,
        segments=_by_segment(seen, now[0], missed),
        notes=_notes(seen),
    )


def too_little(metric: Metric, seen: Repeats, horizon: int) -> Refusal | None:
    """Why nothing can be said at all."""
    weeks, back, needed = len(seen.active), int(seen.weeks.n[seen.weeks.x > 0].sum()), max(WEEKS, horizon)
    if weeks < needed:
        why = f"{weeks} weeks are known, and {needed} are needed to say who does not come back in {horizon}"
        return Refusal(metric.id, why=why, until=f"{needed - weeks} more weeks, or ask about fewer")
    if seen.customers < FEWEST:
        why = f"{seen.customers} customers were ever seen"
        return Refusal(metric.id, why=why, until=f"{FEWEST - seen.customers} more customers")
    if back < RETURNED:
        why = f"{back} of {seen.customers} customers were active in a later week than their first"
        until = f"{RETURNED} who came back, or an event that customers do more often"
        return Refusal(metric.id, why=why, until=until)
    return None


def _length(weeks: int, horizon: int) -> int:
    """Weeks to hold out: as many as are asked about, and half of those known at most."""
    return min(horizon, weeks // 2)


def held_out(known: Known, weeks: int, horizon: int, near: Foreseen) -> list[tuple[Foreseen, ...]]:
    """What each model would have said before weeks that are known now; newest first."""
    length, out = _length(weeks, horizon), []
    for k in range(1, HELD_OUT + 1):
        if weeks - k * length < WEEKS:
            break
        before = repeats(known, known.last - timedelta(weeks=k * length), length)
        if before.customers >= FEWEST and before.weeks.n[before.weeks.x > 0].sum() >= RETURNED:
            out.append(foreseen(before, length, near))
    return out


def missed_by(now: tuple[Foreseen, ...], trials: list[tuple[Foreseen, ...]]) -> float:
    """By how much in log odds the first model is to be taken for off; where nothing was held out, the spread too."""
    if not trials:
        return float(np.hypot(np.std([odds(f.share(f.rows.n)) for f in now]), MISSED))
    off = [t[0].missed ** 2 for t in trials]
    return float(np.sqrt((MISSED**2 + sum(off)) / (1 + len(off))))


def interval(found: Foreseen, weights: Floats, squares: Floats, missed: float) -> Interval:
    """The weighted share of the lost, 95 %: what the model does not know and what it missed, in log odds.

    Quantiles of the Beta distribution of that mean and variance, which stay between none and all.
    """
    share = found.share(weights)
    return Interval(*bounded(share, found.variance(weights, squares) + (missed * share * (1 - share)) ** 2))


def _scaled(share: Interval, whole: float) -> Interval:
    return Interval(share.mean * whole, share.low * whole, share.high * whole)


def _lost(now: Foreseen, missed: float, keep: Floats) -> Lost:
    """Lost among the customers of the groups kept: (groups,) of 0 and 1."""
    weights = now.rows.n * keep
    share, customers = interval(now, weights, weights, missed), int(weights.sum())
    return Lost(customers, share, _scaled(share, customers))


def _recent(metric: Metric, now: Foreseen, missed: float, horizon: int) -> Lost | Refusal:
    """Lost among those who were active within the last `horizon` weeks."""
    keep = ((now.rows.age - now.rows.t) < horizon * now.units).astype(float)
    customers = int(now.rows.n @ keep)
    if customers < FEWEST:
        why = f"{customers} customers were active in the last {horizon} weeks"
        return Refusal(metric.id, why=why, until=f"{FEWEST - customers} more of them")
    return _lost(now, missed, keep)


def _at_stake(metric: Metric, seen: Repeats, now: Foreseen, missed: float) -> Interval | Refusal:
    """What the lost brought in during the weeks before, as many as the horizon."""
    total = float(now.rows.worth.sum())
    if not seen.valued or total <= 0 or (now.rows.worth < 0).any():
        until = "map `value` in the source of events, with refunds taken off the purchase they are of"
        return Refusal(metric.id, why="the events carry no value, or one below zero", until=until)
    return _scaled(interval(now, now.rows.worth, now.rows.squares, missed), total)


def _by_segment(seen: Repeats, now: Foreseen, missed: float) -> tuple[tuple[str, Lost], ...]:
    """Lost in each segment of enough customers, where there are two of them or more."""
    out = []
    for i, name in enumerate(seen.segments):
        keep = (now.rows.segment == i).astype(float)
        if name and now.rows.n @ keep >= FEWEST:
            out.append((name, _lost(now, missed, keep)))
    return tuple(out) if len(out) > 1 else ()


def _said(now: Foreseen, trials: list[Foreseen]) -> Said:
    n = now.rows.n
    return Said(
        model=now.model,
        lost=interval(now, n, n, 0.0),
        alive=now.alive,
        returns=float(n @ now.returns),
        foresaw=tuple((t.share(t.rows.n), t.held) for t in trials),
        score=sum(t.score for t in trials) / sum(float(t.rows.n.sum()) for t in trials) if trials else None,
        weak=now.weak,
    )


def _notes(seen: Repeats) -> tuple[str, ...]:
    """What a reader should know of the customers."""
    weeks = len(seen.active)
    early = float(seen.weeks.n[seen.weeks.age >= weeks - 4].sum())
    if weeks < 16 or early < seen.customers / 2:
        return ()
    return (
        "more than half of the customers were there in the first four weeks that are known: they may be customers of"
        " long standing, whose earlier silence nobody saw",
    )
