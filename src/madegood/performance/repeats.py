"""Who came back, and when last: customers grouped by their first active day, how often they returned and when last.

A customer is active on a day with an event of the metric's. What is kept is a count of customers for each combination,
so nobody's own course leaves the store; groups of few are for fitting only and are never shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.performance.events import filtered, local, nothing_passes, seen, unknown_event
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Floats


NUMBERS = ("age", "x", "t", "n", "back", "worth", "squares")


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Customers in groups, (groups,) each, in one unit of time: days or weeks.

    age      from the first activity until the day of asking; x: active days (weeks) after the first; t: from the first
             to the last of them
    n        customers
    back     how many of them were active in the time asked about after the day of asking; zero where that is to come
    worth    the sum over them of the value of their events in as long a time before it; squares: that of its square
    segment  index of the segment in `Repeats.segments`
    """

    age: Floats
    x: Floats
    t: Floats
    n: Floats
    back: Floats
    worth: Floats
    squares: Floats
    segment: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Customers of one product up to and with `on`; nothing later is looked at but for `back`.

    first     the first day with any of these events
    ahead     weeks that `back` and `worth` speak of
    segments  names; one empty name where there are none
    days      by days; an age has half a day more, for the hour at which a customer began is not looked at
    weeks     by whole weeks that end on `on`: the first one may be short
    active    (weeks,) customers active in each week, oldest first, not counting those whose first it is
    valued    whether events carry a value
    """

    on: date
    first: date
    ahead: int
    segments: tuple[str, ...]
    days: Grouped
    weeks: Grouped
    active: Floats
    valued: bool

    @property
    def customers(self) -> int:
        return int(self.weeks.n.sum())


@dataclass(frozen=True, slots=True)
class Known:
    """What is laid ready: a temporary table of each customer's active days, from `first` to `last`."""

    store: Store
    first: date
    last: date
    valued: bool


def ready(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Known | Refusal:
    """Each customer's active days up to `on`, by the metric's event (any, if it names none), filter and segment.

    The last day is the last one that the tracking saw as a whole, for silence of the tracking is nobody's leaving.
    """
    days = seen(metric, store, on, zone)
    if isinstance(days, Refusal):
        return days
    if not store.has("events"):
        why = "its events stay where they are, and only counts by day are kept of them: not who came when"
        return Refusal(metric.id, why=why, until="take the events in: leave out `engine:` of their source")
    if metric.event and (missing := unknown_event(metric, metric.event, store)):
        return missing
    last = days.first + timedelta(days=int(np.flatnonzero(np.isfinite(days.whole))[-1]))
    keep, at = filtered(metric), local(zone)
    store.execute(
        f"create or replace temp table customer_days as select person, cast({at} as date) as day,"
        f" sum(value) as value, arg_min(segment, {at}) as segment from events"
        f" where {'name = ?' if metric.event else 'true'} and {keep.sql} and cast({at} as date) <= ? group by 1, 2",
        (*([metric.event] if metric.event else []), *keep.params, last),
    )
    first, valued = store.rows("select min(day), count(value) > 0 from customer_days")[0]
    if first is None:
        return nothing_passes(metric)
    return Known(store, first, last, bool(valued))


def repeats(known: Known, on: date, ahead: int) -> Repeats:
    """Customers as they stood on a day that is known; `back` and `worth` speak of `ahead` weeks after and before it."""
    week = "((cast(? as date) - day) // 7)"
    known.store.execute(
        "create or replace temp table customer_courses as select person, arg_min(segment, day) as segment,"
        " cast(? as date) - min(day) as age, max(day) filter (day <= ?) - min(day) as t,"
        " count(*) filter (day <= ?) - 1 as x,"
        f" max({week}) as week, min({week}) filter (day <= ?) as newest,"
        f" count(distinct {week}) filter (day <= ?) - 1 as weeks,"
        " bool_or(day > ?) as back, coalesce(sum(value) filter (day <= ? and day > ?), 0) as worth"
        " from customer_days where day <= ? group by 1 having min(day) <= ?",
        (*(on,) * 10, on - timedelta(weeks=ahead), on + timedelta(weeks=ahead), on),
    )
    names = [r[0] for r in known.store.rows("select distinct coalesce(segment, '') from customer_courses order by 1")]
    days = _grouped(known.store, names, "age + 0.5", "x", "t")
    weeks = _grouped(known.store, names, "week", "weeks", "week - newest")
    active = np.zeros(int(weeks.age.max()) + 1)
    rows = known.store.rows(
        f"select {week}, count(distinct person) from customer_days where day <= ? group by 1", (on, on)
    )
    for back, count in rows:
        active[len(active) - 1 - back] = count
    np.subtract.at(active, len(active) - 1 - weeks.age.astype(np.int64), weeks.n)
    return Repeats(on, known.first, ahead, tuple(names), days, weeks, active, known.valued)


def _grouped(store: Store, names: list[str], age: str, x: str, t: str) -> Grouped:
    """The courses of customers, counted."""
    found = store.columns(
        f"select {age} as age, {x} as x, {t} as t, coalesce(segment, '') as segment, count(*) as n,"
        " count(*) filter (back) as back, sum(worth) as worth, sum(worth * worth) as squares"
        " from customer_courses group by 1, 2, 3, 4"
        " order by 1, 2, 3, 4"
    )
    number = {name: i for i, name in enumerate(names)}
    segment = np.array([number[name] for name in found["segment"]], dtype=np.int64)
    numbers = {name: found[name].astype(np.float64) for name in NUMBERS}
    return Grouped(**numbers, segment=segment)
