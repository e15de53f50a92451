"""What one failure costs in trust: how many fewer come back than of those alike whose attempt went well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from madegood.evidence.model import Interval
from madegood.numerics.contrasts import APART, adjusted, balance, e_value, partial, robustness
from madegood.performance.failures import BEFORE, NAMES, attempts
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from madegood.engine.store import Store
    from madegood.evidence.model import Grade
    from madegood.numerics.contrasts import Adjusted
    from madegood.performance.failures import Attempts
    from madegood.performance.model import Floats

FEWEST = 100  # attempts on either side: twenty for each thing they are compared by
OVERLAP = 0.8  # share of the failures that must have someone alike


@dataclass(frozen=True, slots=True)
class FailureCost:
    """Coming back within `within` days after a failure, against the same customers' like without one.

    cost      difference of the shares that came back, in points as a share (-.05: five points fewer), 95 %
    relative  the same as a share of those who would have come back
    without   share of those with a failure who would have come back without it
    failures  failures that had an attempt alike that went well; of all `seen` of them
    worth     how many unrelated, equally weighted attempts those that went well are worth
    robust    share of the rest of both that something unseen must explain to undo it; `risk` its E-value
    grade     C; D where something unseen no stronger than what is known would undo it, they
              differed before, or came back more often
    """

    event: str
    within: int
    first: date
    last: date
    cost: Interval
    relative: Interval
    without: float
    failures: int
    seen: int
    worth: float
    robust: float
    risk: float
    grade: Grade
    doubts: tuple[str, ...]


def failure_cost(
    store: Store, failed: str, on: date, used: str = "", within: int = 28, zone: str = "UTC"
) -> FailureCost | Refusal:
    """What a failure (events named `failed`) costs in coming back, from events up to `on`; or why it cannot be said.

    used  the event of an attempt that went well; empty: any other event. The design is a target trial in which every
    attempt is an occasion (Hernan and Robins 2016, American Journal of Epidemiology 183): those who failed against
    those of the same week, segment and recent past who did not (coarsened exact matching: Iacus, King and Porro 2012,
    Political Analysis 20), then a regression on the rest.
    """
    seen = attempts(store, failed, used, within, on, zone)
    return seen if isinstance(seen, Refusal) else contrast(seen, failed)


def contrast(seen: Attempts, event: str) -> FailureCost | Refusal:
    """The contrast of these attempts."""
    asked = f"use after `{event}`"
    keep, weight = _matched(seen)
    total, matched = int(seen.failed.sum()), int((keep & seen.failed).sum())
    sides = [_worth(seen.returned, seen.person, side, weight) for side in (keep & ~seen.failed, keep & seen.failed)]
    if min(sides) < FEWEST:
        return Refusal(
            asked,
            why=f"{matched:,} failures have attempts alike that went well; they are worth {sides[1]:,.0f} unrelated "
            f"ones, and the others {sides[0]:,.0f}",
            until=f"{FEWEST} on either side: more weeks, or a failure that is more common",
        )
    if matched < OVERLAP * total:
        return Refusal(
            asked,
            why=f"{1 - matched / total:.0%} of the failures have no attempt alike that went well",
            until="a failure that not every customer of some kind meets",
        )
    n, means, covariance = _moments(seen.returned, seen.past, seen.failed, keep, weight, np.array(sides))
    alike = balance(means[:, 1:], covariance[:, 1:, 1:])
    if not alike.holds:
        worst = int(np.argmax(np.abs(alike.each)))
        return Refusal(
            asked,
            why=f"those with a failure were unlike the others before it: {NAMES[worst]} by "
            f"{abs(float(alike.each[worst])):.2g} standard deviations, together {alike.apart:.2g} (limit {APART})",
            until="a segment of the customers in which failures hit all alike",
        )
    told = adjusted(n, means, covariance)
    before = _before(seen, keep, weight)
    if before is not None and before[1] and abs(before[0]) >= abs(told.difference):
        return Refusal(
            asked,
            why=f"they differed as much before: {before[0]:+.1%} came in weeks eight to five before, against "
            f"{told.difference:+.1%} after",
            until="a segment of the customers in which failures hit all alike",
        )
    if not told.se > 0 or not told.without > 3 * told.without_se:
        return Refusal(asked, why="nearly all, or nearly none, of either side came back", until="another `within:`")
    return _said(seen, event, told, partial(n, means, covariance, NAMES), before, total, (matched, sides[0]))


def _matched(seen: Attempts) -> tuple[NDArray[np.bool_], Floats]:
    """Attempts in cells that hold both kinds, and weights that give those without a failure the others' cells."""
    cells = int(seen.cell.max(initial=-1)) + 1
    bad = np.bincount(seen.cell[seen.failed], minlength=cells).astype(float)
    good = np.bincount(seen.cell[~seen.failed], minlength=cells).astype(float)
    both = (bad > 0) & (good > 0)
    weight = np.where(seen.failed, 1.0, (bad / np.maximum(good, 1.0))[seen.cell])
    return both[seen.cell], weight


def _before(seen: Attempts, keep: NDArray[np.bool_], weight: Floats) -> tuple[float, bool] | None:
    """How many more of those with a failure came in weeks eight to five before it (a share), and if it is no chance.

    A failure cannot have done it: it shows customers who differ in what the last four weeks do not tell (a negative
    control outcome: Lipsitch, Tchetgen Tchetgen and Cohen 2010, Epidemiology 21). Only those known for so long.
    """
    old = keep & (seen.past[:, NAMES.index("days since the first")] >= np.log(1 + 2 * BEFORE))
    came = (seen.past[:, 1] > 0).astype(float)
    sides = [_worth(came, seen.person, side, weight) for side in (old & ~seen.failed, old & seen.failed)]
    if min(sides) < FEWEST:
        return None
    told = adjusted(*_moments(came, seen.past[:, [0, 2, 3, 4]], seen.failed, old, weight, np.array(sides)))
    return told.difference, abs(told.difference) > 1.96 * told.se


def _moments(
    outcome: Floats, past: Floats, failed: NDArray[np.bool_], keep: NDArray[np.bool_], weight: Floats, n: Floats
) -> tuple[Floats, Floats, Floats]:
    """n (2,), means (2, 1 + past) and covariances of an outcome and the past, those without a failure first."""
    rows = np.column_stack([outcome, past])
    means, spreads = [], []
    for side in (keep & ~failed, keep & failed):
        w = weight[side] / weight[side].sum()
        mean = w @ rows[side]
        away = rows[side] - mean
        means.append(mean)
        spreads.append((away * w[:, None]).T @ away)
    return n, np.stack(means), np.stack(spreads)


def _worth(outcome: Floats, person: NDArray[np.int64], side: NDArray[np.bool_], weight: Floats) -> float:
    """How many unrelated, equally weighted attempts these are worth: their variance over that of their mean.

    The mean's variance is that of sums by customer, so that one who comes often, and always returns, counts once.
    """
    if side.sum() < 2:
        return float(side.sum())
    w = weight[side] / weight[side].sum()
    away = outcome[side] - w @ outcome[side]
    by_person = np.bincount(person[side], weights=w * away)
    own = float(by_person @ by_person)
    return float(w @ away**2) / own if own > 0 else 1 / float(w @ w)


def _said(
    seen: Attempts,
    event: str,
    told: Adjusted,
    known: tuple[float, str],
    before: tuple[float, bool] | None,
    total: int,
    sides: tuple[int, float],
) -> FailureCost:
    """The cost with its interval, wider by how far they were apart before, and what would undo it."""
    apart, clear = before or (0.0, False)
    times = float(stdtrit(told.freedom, 0.975))
    half = float(np.hypot(times * told.se, apart))
    cost = Interval(told.difference, told.difference - half, told.difference + half)
    ratio = 1 + told.difference / told.without
    own = max(told.se**2 - told.without_se**2, 0.0)
    se = float(np.sqrt(own + told.without_se**2 * ratio**2)) / told.without
    wide = float(np.hypot(times * se, apart / told.without))
    relative = Interval(ratio - 1, ratio - 1 - wide, ratio - 1 + wide)
    nearest = relative.low if relative.low > 0 else relative.high if relative.high < 0 else 0.0
    robust = robustness(max((abs(told.difference) - half) / told.se, 0.0), told.freedom)
    strongest, by = known
    doubts = ["who met a failure was not drawn by lot: those alike in what is known may differ in what is not"]
    weak = robust > 0 and strongest >= robust
    if weak:
        doubts.append(f"something unseen no stronger than {by} would undo it")
    if clear:
        doubts.append(f"{apart:+.1%} of them came in weeks eight to five before it already, which no failure did")
    rose = cost.low > 0
    if rose:
        doubts.append("more came back after a failure: those who use it most meet most failures")
    if sides[0] < total:
        doubts.append(f"{total - sides[0]:,} of {total:,} failures had nothing alike, and are not in it")
    return FailureCost(
        event,
        seen.within,
        seen.first,
        seen.last,
        cost,
        relative,
        told.without,
        sides[0],
        total,
        sides[1],
        robust,
        e_value(1 + max(nearest, -0.99)),
        "D" if weak or clear or rose else "C",
        tuple(doubts),
    )
