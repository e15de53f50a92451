"""Trials from sums that somebody else made: one row for each arm, or each day or stratum of it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.trials_plan import Plan, build
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric, Project
    from madegood.performance.model import Floats, Trial
    from madegood.performance.trials_plan import Planner

SUMS = (
    "n", "sum", "sum_squares", "base", "base_squares", "base_product", "before", "before_squares", "before_product",
    "before_base",
)  # fmt: skip
#: Sums of squares may fall short of the square of the sum by rounding alone.
ROUNDING = 1e-9


def from_arms(
    metric: Metric, store: Store, project: Project, plan: Planner, on: date
) -> Iterator[tuple[str, Trial | Refusal]]:
    """Every trial of the metric's name, (key, trial). Rows of later days than `on` are left out."""
    columns = ", ".join(f'"{name}"' for name in SUMS)
    rows = store.columns(
        f"select coalesce(product, '') as product, release, arm, day, coalesce(stratum, '') as stratum, {columns}"
        " from arms where metric = ? and (day is null or day <= ?) order by product, release",
        (metric.name or metric.id, on),
    )
    if not len(rows["n"]):
        return
    labels = [f"{p}\0{r}" for p, r in zip(rows["product"], rows["release"], strict=True)]
    cuts = [0, *(i for i in range(1, len(labels)) if labels[i] != labels[i - 1]), len(labels)]
    for a, b in pairwise(cuts):
        one = {name: column[a:b] for name, column in rows.items()}
        key = plan.key(one["product"][0], one["release"][0])
        settled = plan.plan(key, one["release"][0], list(one["arm"]))
        yield key, settled if isinstance(settled, Refusal) else _trial(settled, metric.id, one, on)


def _trial(plan: Plan, metric: str, rows: dict[str, Floats], on: date) -> Trial | Refusal:
    """One trial from its rows."""
    ratio = bool(np.isfinite(rows["base"]).any())
    binomial = not ratio and not np.isfinite(rows["sum_squares"]).any()
    if wrong := _wrong(rows, ratio, binomial):
        return Refusal(plan.key, why=wrong[0], until=wrong[1])
    earlier = _earlier(rows, ratio, binomial)
    flat = _columns(rows, ratio, binomial, earlier)
    known = rows["day"][~np.isnat(rows["day"])]
    dated = len(known) == len(flat) and len(np.unique(known)) > 1  # one day for all rows is the name of a total
    days = np.unique(rows["day"]) if dated else np.array([known.min() if len(known) else np.datetime64(on)])
    look = np.searchsorted(days, rows["day"]) if dated else np.zeros(len(flat), int)
    strata, stratum = np.unique(np.asarray(rows["stratum"], dtype=str), return_inverse=True)
    arm = np.array([plan.names.index(str(name)) for name in rows["arm"]])
    course = np.zeros((len(days), len(strata), len(plan.names), flat.shape[1]))
    np.add.at(course, (look, stratum, arm), flat)
    told = tuple(day.item() for day in days)
    notes = []
    if not dated:
        notes.append("its sums do not come by day: taken as they stand now")
    if np.isfinite(rows["before"]).any() and not earlier:
        notes.append("what units did before is not used: it needs `before_squares` and the products as well")
    return build(
        plan,
        metric,
        course.cumsum(axis=0),
        told if dated else (),
        told[0],
        told[-1],
        ratio=ratio,
        binomial=binomial,
        strata=tuple(strata.tolist()),
        covariates=("before",) if earlier else (),
        notes=tuple(notes),
    )


def _earlier(rows: dict[str, Floats], ratio: bool, binomial: bool) -> bool:
    """Whether what units did before is known with all its products, in every row."""
    needs = ["before", "before_squares", "before_product", *(["before_base"] if ratio else [])]
    return not binomial and all(np.isfinite(rows[name]).all() for name in needs)


def _columns(rows: dict[str, Floats], ratio: bool, binomial: bool, earlier: bool) -> Floats:
    """Rows as n, sums and products in order, (rows, columns)."""
    if binomial:
        return np.column_stack([rows["n"], rows["sum"], rows["sum"]])
    names = ["n", "sum"] + ["base"] * ratio + ["before"] * earlier
    names += ["sum_squares"] + ["base_product"] * ratio + ["before_product"] * earlier
    names += (["base_squares"] + ["before_base"] * earlier) * ratio + ["before_squares"] * earlier
    return np.column_stack([rows[name] for name in names])


def _wrong(rows: dict[str, Floats], ratio: bool, binomial: bool) -> tuple[str, str] | None:
    """Why sums cannot be what they say, and what to do."""
    n, total, squares = rows["n"], rows["sum"], rows["sum_squares"]
    if (n < 0).any() or (n != np.round(n)).any():
        return "`n` is not a whole number of units in every row", "rows with how many units each stands for"
    if binomial and ((total < 0) | (total > n)).any():
        return "a `sum` is larger than its `n`, and no squares are known", "a column `sum_squares`"
    needs = [] if binomial else ["sum_squares", *(["base", "base_squares", "base_product"] if ratio else [])]
    for name in needs:
        if not np.isfinite(rows[name]).all():
            return f"`{name}` is missing in some of its rows and not in others", f"`{name}` in every row"
    low = total**2 / np.maximum(n, 1)
    if not binomial and (squares < low * (1 - ROUNDING) - 1e-12).any():
        return "`sum_squares` is less than `sum` and `n` allow", "sums of squares of single units, not of their total"
    if ratio and (rows["base_squares"] * np.maximum(n, 1) < rows["base"] ** 2 * (1 - ROUNDING) - 1e-12).any():
        return "`base_squares` is less than `base` and `n` allow", "sums of squares of single units, not of their total"
    return None
