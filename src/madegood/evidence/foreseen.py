"""What each model of coming back says of every group of customers, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.numerics import bg_bb, bg_nbd, calendar_attrition, pareto_nbd
from madegood.numerics.calendar_likelihood import Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.numerics.newton import Fit
    from madegood.performance.model import Floats
    from madegood.performance.repeats import Grouped, Repeats

STEADY = 0.15  # sd of a block's log pace from the next, to foresee with: less than to find a rise with
SMALL = 1e-3  # in logs: a difference of parameters, for slopes


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """One model's word on every group of customers, for some weeks to come.

    rows        the groups, by days or by weeks; `units` is how many of these a week has
    silent      (groups,) chance that a customer of it is not active in those weeks
    slopes      (groups, k) of the same by the logs of the parameters; covariance (k, k) of these
    returns     (groups,) active days to be expected of a customer
    there       (groups,) chance that a customer has not left for good; no data can check it
    at          where the climb ended, in logs: (k,), a place to begin from for like customers
    """

    model: str
    rows: Grouped
    units: int
    silent: Floats
    slopes: Floats
    covariance: Floats
    returns: Floats
    there: Floats
    weak: tuple[str, ...]
    at: Floats

    @property
    def alive(self) -> float:
        """Share of all customers who have not left for good."""
        return float(self.rows.n @ self.there / self.rows.n.sum())

    def share(self, weights: Floats) -> float:
        """Mean chance, groups weighted so."""
        return float(weights @ self.silent / weights.sum())

    def variance(self, weights: Floats, squares: Floats) -> float:
        """Of the share that will be lost: parameters by the delta method, and who it will be.

        weights, squares  sums over the customers of each group of what each weighs, and of its square
        """
        slope = weights @ self.slopes
        whom = squares @ (self.silent * (1 - self.silent))
        return float((slope @ self.covariance @ slope + whom) / weights.sum() ** 2)

    @property
    def held(self) -> float:
        """Share that was in fact not active, where that is known."""
        return 1 - float(self.rows.back.sum() / self.rows.n.sum())

    @property
    def score(self) -> float:
        """Log score of what came, summed over customers; higher is better."""
        silent = np.clip(self.silent, 1e-9, 1 - 1e-9)
        return float(self.rows.back @ np.log(1 - silent) + (self.rows.n - self.rows.back) @ np.log(silent))

    @property
    def missed(self) -> float:
        """Log odds by which the share that was lost lies from the one that was said, beyond the model's own error."""
        n = self.rows.n
        said, came = (min(max(v, 0.5 / n.sum()), 1 - 0.5 / n.sum()) for v in (self.share(n), self.held))
        chance = self.variance(n, n) / (said * (1 - said)) ** 2
        return float(np.sqrt(max((odds(came) - odds(said)) ** 2 - chance, 0.0)))


def odds(share: float) -> float:
    """Log odds of a share; those of nearly none and nearly all stay finite."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(share / (1 - share)))


def foreseen(seen: Repeats, ahead: int, near: Foreseen | None = None) -> tuple[Foreseen, ...]:
    """Every model's word for `ahead` weeks after, the model with seasons first.

    near  what the model with seasons found for like customers: its climb begins there
    """
    return (seasons(seen, ahead, near), *(model(seen, ahead) for model in STEADY_ONES))


def seasons(seen: Repeats, ahead: int, near: Foreseen | None = None) -> Foreseen:
    """By weeks, with a pace of leaving and a busyness that change with the calendar."""
    rows, weeks = seen.weeks, len(seen.active)
    keys, of = _merged(weeks - 1 - rows.age, rows.x, rows.t)
    first, x, t = keys.astype(np.int64)
    n = np.bincount(of, weights=rows.n).astype(np.float64)
    found = calendar_attrition.leaving(Rows(first, x, t, n, seen.active), STEADY, near.at if near else None)

    def silent(at: Floats) -> Floats:
        here, later = (calendar_attrition.logs(found, first, x, t, w, at) for w in (0, ahead))
        return np.asarray(np.exp(later - here))

    top = silent(found.at)
    slopes = np.array([(silent(found.at + SMALL * way) - top) / SMALL for way in np.eye(len(found.at))]).T
    returns = calendar_attrition.expected(found, first, x, t, ahead) * _days_a_week(seen)
    there = calendar_attrition.alive(found, first, x, t)
    weak = () if found.settled else ("the climb did not end",)
    return Foreseen(
        "with seasons", rows, 1, top[of], slopes[of], found.covariance, returns[of], there[of], weak, found.at
    )


def _by_weeks(seen: Repeats, ahead: int) -> Foreseen:
    """BG/BB: weeks are active or not."""
    scale = _days_a_week(seen)
    return steady(
        "BG/BB",
        seen.weeks,
        1,
        bg_bb.fit,
        bg_bb.logs,
        bg_bb.alive,
        lambda params, x, t, age: scale * bg_bb.expected(params, x, t, age, ahead),
        ahead,
    )


def _pareto(seen: Repeats, ahead: int) -> Foreseen:
    """Pareto/NBD, by days."""
    return steady(
        "Pareto/NBD",
        seen.days,
        7,
        pareto_nbd.fit,
        pareto_nbd.logs,
        pareto_nbd.alive,
        lambda params, x, t, age: pareto_nbd.expected(params, x, t, age, 7.0 * ahead),
        ahead,
    )


def _modified(seen: Repeats, ahead: int) -> Foreseen:
    """MBG/NBD, by days."""
    return steady(
        "MBG/NBD",
        seen.days,
        7,
        lambda x, t, age, n: bg_nbd.fit(x, t, age, n, early=True),
        lambda params, x, t, age: bg_nbd.logs(params, x, t, age, early=True),
        lambda params, x, t, age: bg_nbd.alive(params, x, t, age, early=True),
        lambda params, x, t, age: bg_nbd.expected(params, x, t, age, 7.0 * ahead, early=True),
        ahead,
    )


STEADY_ONES = (_by_weeks, _pareto, _modified)


def steady(
    name: str,
    rows: Grouped,
    unit: int,
    fit: Callable[[Floats, Floats, Floats, Floats], Fit],
    logs: Callable[[Floats, Floats, Floats, Floats], Floats],
    alive: Callable[[Floats, Floats, Floats, Floats], Floats],
    returns: Callable[[Floats, Floats, Floats, Floats], Floats],
    ahead: int,
) -> Foreseen:
    """A model without a calendar. No activity until later is the same history seen at a higher age."""
    (x, t, age), of = _merged(rows.x, rows.t, rows.age)
    n = np.bincount(of, weights=rows.n).astype(np.float64)
    found = fit(x, t, age, n)

    def silent(params: Floats) -> Floats:
        return np.asarray(np.exp(logs(params, x, t, age + unit * ahead) - logs(params, x, t, age)))

    steps = np.exp(SMALL * np.eye(len(found.params)))
    slopes = np.array([(silent(found.params * s) - silent(found.params / s)) / (2 * SMALL) for s in steps]).T
    top, there = silent(found.params), alive(found.params, x, t, age)
    more = returns(found.params, x, t, age)
    at = np.log(found.params)
    return Foreseen(name, rows, unit, top[of], slopes[of], found.covariance, more[of], there[of], found.weak, at)


def _merged(*columns: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Distinct (columns, groups) of rows that differ in segment alone, and which of them each row is."""
    keys, of = np.unique(np.stack(columns), axis=1, return_inverse=True)
    return keys, of.ravel().astype(np.int64)


def _days_a_week(seen: Repeats) -> float:
    """Active days in an active week."""
    return float((seen.days.n @ (seen.days.x + 1)) / (seen.weeks.n @ (seen.weeks.x + 1)))
