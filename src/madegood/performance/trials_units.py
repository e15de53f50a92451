"""Trials from one row a unit: what it did, and what was known of it beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.numerics.trials import pairs
from madegood.performance.trials_plan import Plan, build
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric, Project
    from madegood.performance.model import Trial
    from madegood.performance.trials_plan import Planner

MOST = 20  # further columns taken as covariates


def from_units(
    metric: Metric, store: Store, project: Project, plan: Planner, on: date
) -> Iterator[tuple[str, Trial | Refusal]]:
    """Every trial of the metric's name, (key, trial). Units first met after `on` are left out."""
    asked = (metric.name or metric.id, on)
    here = "from units where metric = ? and (day is null or day <= ?)"
    found = store.rows(
        f"select coalesce(product, ''), release, list_sort(list(distinct arm)), count(base) > 0, count(cluster) > 0,"
        f" count(before) > 0, count(*) = count(day) and min(day) < max(day), min(day), max(day)"
        f" {here} group by 1, 2 order by 1, 2",
        asked,
    )
    for product, name, arms, based, clustered, earlier, dated, first, last in found:
        key = plan.key(product, name)
        settled = plan.plan(key, name, arms)
        if isinstance(settled, Refusal):
            yield key, settled
            continue
        where, params = f"{here} and coalesce(product, '') = ? and release = ?", (*asked, product, name)
        yield (
            key,
            _trial(
                settled,
                metric.id,
                store,
                where,
                params,
                based or clustered,
                clustered,
                earlier,
                dated,
                (first, last),
                on,
            ),
        )


def _trial(
    plan: Plan,
    metric: str,
    store: Store,
    where: str,
    params: tuple[object, ...],
    ratio: bool,
    clustered: bool,
    earlier: bool,
    dated: bool,
    span: tuple[date, date],
    on: date,
) -> Trial:
    """One trial. Clusters are one unit each: their values and bases are added up, their covariates too."""
    kept = _covariates(store, where, params)
    terms = (["sum(before)"] if earlier else []) + [f"sum(try_cast(fields[{_text(name)}] as double))" for name in kept]
    names = (["before"] if earlier else []) + list(kept)
    columns = ["sum(value)"] + (["sum(coalesce(base, 1))"] if ratio else []) + terms
    unit = "coalesce(cluster, person, cast(rowid as varchar))"
    inner = (
        f"select {unit} as u, count(distinct arm) as arms, min(arm) as arm, coalesce(min(stratum), '') as stratum,"
        f" {'min(day)' if dated else 'cast(null as date)'} as day, "
        + ", ".join(f"{sql} as v{i}" for i, sql in enumerate(columns))
        + f" {where} group by 1"
    )
    start = 1 + int(ratio)
    missing = store.rows(
        f"select {', '.join(f'count(*) - count(v{i})' for i in range(start, len(columns)))} from ({inner})", params
    )[0] if terms else ()  # fmt: skip
    gaps = [start + i for i, count in enumerate(missing) if count]
    filled = [f"coalesce(v{i}, 0) as v{i}" for i in range(len(columns))]
    filled += [f"cast(v{i} is null as double) as v{len(columns) + j}" for j, i in enumerate(gaps)]
    k = len(filled)
    sums = [f"sum(v{i})" for i in range(k)] + [f"sum(v{i} * v{j})" for i, j in zip(*pairs(k), strict=True)]
    rows = store.rows(
        f"select day, stratum, arm, count(*), {', '.join(sums)}, max(v0 * v0)"
        f" from (select arm, stratum, day, {', '.join(filled)} from ({inner}) where arms = 1) group by 1, 2, 3",
        params,
    )
    twice = int(store.rows(f"select count(*) from ({inner}) where arms > 1", params)[0][0])
    days = sorted({row[0] for row in rows})
    strata = sorted({str(row[1]) for row in rows})
    course = np.zeros((max(len(days), 1), len(strata) or 1, len(plan.names), 1 + k + len(pairs(k)[0])))
    heavy = np.zeros(len(plan.names))
    for day, stratum, arm, *numbers in rows:
        at = (days.index(day), strata.index(stratum), plan.names.index(arm))
        course[at] += np.array(numbers[:-1], float)
        heavy[at[2]] = max(heavy[at[2]], float(numbers[-1]))
    course = course.cumsum(axis=0)
    squares = course[-1].sum(axis=0)[:, 1 + k]
    notes = [] if dated else ["its units do not come by day: taken as they stand now"]
    if clustered:
        notes.append("drawn in groups: each group is one unit")
    return build(
        plan,
        metric,
        course,
        tuple(days) if dated else (),
        span[0] or on,
        span[1] or on,
        ratio=ratio,
        strata=tuple(strata) or ("",),
        covariates=(*names, *(f"{names[i - start]} not known" for i in gaps)),
        heaviest=float(np.max(np.divide(heavy, squares, out=np.zeros_like(heavy), where=squares > 0))),
        twice=twice,
        notes=tuple(notes),
    )


def _covariates(store: Store, where: str, params: Sequence[object]) -> tuple[str, ...]:
    """Kept columns that hold numbers and vary."""
    names = store.rows(f"select distinct unnest(map_keys(fields)) as name {where} and fields is not null", params)
    out = []
    for (name,) in sorted(names):
        value = f"try_cast(fields[{_text(name)}] as double)"
        texts, numbers, low, high = store.rows(
            f"select count(fields[{_text(name)}]), count({value}), min({value}), max({value}) {where}", params
        )[0]
        if numbers and numbers == texts and low < high:
            out.append(str(name))
    return tuple(out[:MOST])


def _text(name: str) -> str:
    return "'" + str(name).replace("'", "''") + "'"
