"""Trials from exposures and a metric made from events: what each person did after they met a release, and before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from madegood.numerics.trials import pairs
from madegood.performance.events import filtered, local
from madegood.performance.kinds.conversion import entries
from madegood.performance.model import Crossing
from madegood.performance.trials_plan import build
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric, Project
    from madegood.performance.model import Floats, Trial
    from madegood.performance.trials_plan import Plan, Planner

#: Days before a person met a release over which the same is counted as their covariate: four of every weekday.
BEFORE = 28
#: Days in each half of what is compared for novelty: a quarter of the trial, a week at least and four at most.
WEEK, WEEKS = 7, 28
#: With more trials at once their pairs are not looked at: 190 of them.
MOST_CROSSED = 20


@dataclass(frozen=True, slots=True)
class Deeds:
    """SQL of a metric's single deeds: (person, "at", y, b), up to a day.

    tables  common tables that stand before
    ratio   y is a share of b: of those who began, who went on
    once    a day counts once for a person, however many deeds it has
    lag     days until a deed is known
    """

    tables: str
    select: str
    params: tuple[object, ...]
    ratio: bool = False
    once: bool = False
    lag: int = 0


def deeds(metric: Metric, on: date, zone: str) -> Deeds | None:
    """How a metric's deeds are found among events; None where it is not made from events."""
    keep, at = filtered(metric), local(zone)
    if metric.kind == "conversion" and len(metric.steps) > 1 and metric.within > 0:
        tables, end, params = entries(metric.steps, metric.within, keep, on, zone, metric.once)
        select = (
            f'select s0.person, s0.began as "at", cast(e.person is not null as double) as y, 1.0 as b from s0'
            f" left join {end} e on s0.person = e.person and s0.day = e.day"
            f" where s0.day <= cast(? as date) - {int(metric.within)}"
        )
        return Deeds(tables, select, (*params, on), ratio=True, lag=metric.within)
    if metric.kind in ("count", "active") and (metric.event or metric.kind == "active"):
        select = (
            f'select person, "at", 1.0 as y, 0.0 as b from events'
            f" where {'name = ?' if metric.event else 'true'} and {keep.sql} and cast({at} as date) <= ?"
        )
        named = [metric.event] if metric.event else []
        return Deeds("", select, (*named, *keep.params, on), once=metric.kind == "active")
    return None


def from_exposures(
    metric: Metric, store: Store, project: Project, plan: Planner, on: date
) -> Iterator[tuple[str, Trial | Refusal]]:
    """Every trial by exposures, (key, trial). People who met no release by `on` are left out."""
    did = deeds(metric, on, project.timezone)
    if did is None or not (store.has("events") or store.has("kept")):
        return
    at = local(project.timezone)
    found = store.rows(
        f"select coalesce(product, ''), release, list_sort(list(distinct arm)), max(cast({at} as date)) from exposures"
        f" where cast({at} as date) <= ? group by 1, 2 order by 1, 2",
        (on,),
    )
    plans: dict[tuple[str, str], Plan] = {}
    for product, name, arms, _ in found:
        key = plan.key(product, name)
        arms = [arm for arm in arms if arm is not None]
        if not plan.by_lot(key, name) and len(arms) < 2:
            continue  # a list of who has it is no trial: there is nothing to hold it against
        settled = plan.plan(key, name, arms)
        if isinstance(settled, Refusal):
            yield key, settled
        else:
            plans[product, name] = settled
    if not plans:
        return
    if not store.has("events"):
        why = "its events stay where they are, and only counts by day are kept of them: not what each unit then did"
        for settled in plans.values():
            yield (
                settled.key,
                Refusal(settled.key, why=why, until="take the events in: leave out `engine:` of their source"),
            )
        return
    _lay(store, did, on, project.timezone)
    try:
        crossings = _crossings(store, plans)
        for (product, name), settled in plans.items():
            yield settled.key, _trial(settled, metric.id, store, did, (product, name), crossings, on)
    finally:
        store.execute("drop table if exists trial_days")
        store.execute("drop table if exists trial_people")


def _lay(store: Store, did: Deeds, on: date, zone: str) -> None:
    """Two temporary tables: everyone who met a release, with what they did before; and their days since.

    trial_people  product, release, person, arms (in how many), arm, met, day, x, xb, fresh
    trial_days    product, release, person, arm, met (day), day, y, b: days on which they did it since they met it
    """
    day = f"cast({local(zone)} as date)"
    total = "least(sum(y), 1)" if did.once else "sum(y)"
    met = (
        "select coalesce(product, '') as product, release, person, count(distinct arm) as arms, min(arm) as arm,"
        f' min("at") as met, min({day}) as day from exposures where {day} <= ? and arm is not null group by 1, 2, 3'
    )
    tables = f"{did.tables}, " if did.tables else ""
    known = f"with {tables} did as materialized ({did.select}), met as ({met})"
    store.execute(
        f"create or replace temp table trial_people as {known},"
        ' early as (select product, release, person, cast(d."at" as date) as on_day,'
        f" {total} as y, sum(b) as b from met join did d using (person)"
        f' where d."at" < met.met - interval {did.lag} day and d."at" >= met.met - interval {BEFORE + did.lag} day'
        " group by 1, 2, 3, 4),"
        " earlier as (select product, release, person, sum(y) as x, sum(b) as xb from early group by 1, 2, 3),"
        ' begun as (select person, min("at") as begun from events group by 1)'
        " select met.*, coalesce(x, 0) as x, coalesce(xb, 0) as xb,"
        " cast(begun.begun is null or begun.begun >= met.met as double) as fresh"
        " from met left join earlier using (product, release, person) left join begun using (person)",
        (*did.params, on),
    )
    store.execute(
        f"create or replace temp table trial_days as with {tables} did as ({did.select})"
        f" select product, release, person, arm, p.day as met, {day.replace(_AT, 'd.' + _AT)} as day,"
        f" {total} as y, sum(b) as b from trial_people p join did d using (person)"
        f' where d."at" >= p.met and p.arms = 1 group by 1, 2, 3, 4, 5, 6',
        did.params,
    )


_AT = '"at"'


def _trial(
    plan: Plan,
    metric: str,
    store: Store,
    did: Deeds,
    name: tuple[str, str],
    crossings: dict[str, tuple[Crossing, ...]],
    on: date,
) -> Trial | Refusal:
    """One trial from the two tables."""
    first, people, twice, fresh = store.rows(
        "select min(day), count(*) filter (arms = 1), count(*) filter (arms > 1), avg(fresh) from trial_people"
        " where product = ? and release = ?",
        name,
    )[0]
    if not people:
        return Refusal(plan.key, why="everyone who met it is in two arms at once", until="one arm for each person")
    last = on if did.lag == 0 else type(on).fromordinal(on.toordinal() - did.lag)
    if last < first:
        later, more = (f"{n} day" if n == 1 else f"{n} days" for n in (did.lag, (first - last).days))
        why = f"it has been met since {first}, and what people then do is known {later} later"
        return Refusal(plan.key, why=why, until=f"{more} more")
    covariates = ["before", *(["chances before"] if did.ratio else []), *(["new"] if 0 < fresh < 1 else [])]
    days, course, heaviest = _course(plan, store, did, name, covariates, last)
    halves, each = _halves(plan, store, did, name, (first, last))
    return build(
        plan,
        metric,
        course,
        days,
        first,
        last,
        ratio=did.ratio,
        covariates=tuple(covariates),
        halves=halves,
        each=each,
        heaviest=heaviest,
        twice=twice,
        crossings=crossings.get(plan.key, ()),
    )


def _course(
    plan: Plan, store: Store, did: Deeds, name: tuple[str, str], covariates: list[str], last: date
) -> tuple[tuple[date, ...], Floats, float]:
    """Sums and products over people as they stood on each day: looks, course, and the heaviest one's share.

    A day's part of a product is what it grew by: of people, the product of what they have by then less that before.
    """
    given = {"before": "x", "chances before": "xb", "new": "fresh"}
    values = ["y", *(["b"] if did.ratio else []), *(given[name] for name in covariates)]
    moving = 2 if did.ratio else 1
    xs = ", ".join(values[moving:])
    zero = ", ".join("0.0" for _ in values[moving:])
    over = "over (partition by person order by day rows unbounded preceding)"
    c = [f"c{i}" for i in range(len(values))]
    grown = [f"sum({a} * {b} - ({a} - d{i}) * ({b} - d{j}))" for i, j in zip(*pairs(len(values)), strict=True)
             for a, b in ((c[i], c[j]),)]  # fmt: skip
    daily = ", ".join(f"sum({v}) as d{i}" for i, v in enumerate(values))
    rows = store.rows(
        "with parts as (select person, arm, day, 1.0 as n, 0.0 as y, 0.0 as b, "
        f"{xs} from trial_people where product = ? and release = ? and arms = 1 and day <= ?"
        f" union all select person, arm, day, 0.0, y, b, {zero} from trial_days"
        " where product = ? and release = ? and day <= ?),"
        f" steps as (select person, arm, day, sum(n) as n, {daily} from parts group by 1, 2, 3),"
        f" had as (select *, {', '.join(f'sum(d{i}) {over} as c{i}' for i in range(len(values)))} from steps)"
        f" select day, arm, sum(n), {', '.join(f'sum(d{i})' for i in range(len(values)))}, {', '.join(grown)},"
        " max(c0 * c0) from had group by 1, 2",
        (*name, last, *name, last),
    )
    days = sorted({row[0] for row in rows})
    course = np.zeros((len(days), 1, len(plan.names), 1 + len(values) + len(grown)))
    heavy = np.zeros(len(plan.names))
    for day, arm, *numbers in rows:
        at = plan.names.index(arm)
        course[days.index(day), 0, at] = numbers[:-1]
        heavy[at] = max(heavy[at], numbers[-1])
    course = course.cumsum(axis=0)
    squares = course[-1, 0, :, 1 + len(values)]
    part = np.divide(heavy, squares, out=np.zeros_like(heavy), where=squares > 0)
    return tuple(days), course, float(part.max())


def _halves(
    plan: Plan, store: Store, did: Deeds, name: tuple[str, str], span: tuple[date, date]
) -> tuple[Floats | None, int]:
    """What each person did in their first days, and in as many days after them; of those who are known for so long."""
    first, last = span
    each = min(max(((last - first).days + 1) // 4, WEEK), WEEKS)
    if (last - first).days + 1 < 2 * each:
        return None, 0
    seen = ["y", "b"] if did.ratio else ["y"]
    columns = [
        f"coalesce(sum({v}) filter (d.day - d.met {side}), 0) as v{i}"
        for i, (side, v) in enumerate(
            (side, v) for side in (f"< {each}", f"between {each} and {2 * each - 1}") for v in seen
        )
    ]
    k = 2 * len(seen)
    sums = [f"sum(v{i})" for i in range(k)] + [f"sum(v{i} * v{j})" for i, j in zip(*pairs(k), strict=True)]
    rows = store.rows(
        f"select arm, count(*), {', '.join(sums)} from (select p.person, p.arm, {', '.join(columns)}"
        " from trial_people p left join trial_days d using (product, release, person)"
        f" where product = ? and release = ? and p.arms = 1 and p.day + {2 * each} <= ? + 1 group by 1, 2) group by 1",
        (*name, last),
    )
    out = np.zeros((len(plan.names), 1 + k + len(pairs(k)[0])))
    for arm, *numbers in rows:
        out[plan.names.index(arm)] = numbers
    return out, each


def _crossings(store: Store, plans: dict[tuple[str, str], Plan]) -> dict[str, tuple[Crossing, ...]]:
    """For every trial by lot, the others that share people with it: cells of both arms, treated or not."""
    drawn = {name: plan for name, plan in plans.items() if plan.by_lot}
    if not 1 < len(drawn) <= MOST_CROSSED:
        return {}
    keys = {name: plan.key for name, plan in drawn.items()}
    control = {name: plan.names[0] for name, plan in drawn.items()}
    rows = store.rows(
        "with total as (select product, release, person, sum(y) as y, sum(b) as b from trial_days group by 1, 2, 3),"
        " had as (select p.product, p.release, p.person, p.arm, coalesce(y, 0) as y, coalesce(b, 0) as b"
        " from trial_people p left join total using (product, release, person) where p.arms = 1)"
        " select a.product, a.release, a.arm, o.product, o.release, o.arm, count(*), sum(a.y), sum(a.b),"
        " sum(a.y * a.y), sum(a.y * a.b), sum(a.b * a.b) from had a join had o using (person)"
        " where (a.product, a.release) != (o.product, o.release) group by 1, 2, 3, 4, 5, 6"
    )
    cells: dict[tuple[str, str], Floats] = {}
    for product, release, arm, other_product, other, other_arm, *numbers in rows:
        mine, theirs = (product, release), (other_product, other)
        if mine in keys and theirs in keys:
            table = cells.setdefault((keys[mine], keys[theirs]), np.zeros((2, 2, 6)))
            table[int(other_arm != control[theirs]), int(arm != control[mine])] += np.array(numbers, float)
    out: dict[str, tuple[Crossing, ...]] = {}
    for (mine_key, other_key), table in sorted(cells.items()):
        out[mine_key] = (*out.get(mine_key, ()), Crossing(other_key, table))
    return out
