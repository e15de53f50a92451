"""Who came back: cohorts by first day, and customers by how often they returned and when last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.shapes.base import DAY, base

if TYPE_CHECKING:
    from madegood.performance.shapes.base import Clock, Events, Pick


def cohorts(events: Events, pick: Pick, clock: Clock, most: int = 30, split: str = "") -> str:
    """SQL of rows (first day, segment, offset, people): of those first there on a day, how many were there again.

    most   offsets of more days are left out; offset 0 is the cohort itself
    split  SQL of a segment, taken at each person's first event
    """
    rows = base(events, pick, clock, f"{split or chr(39) * 2} as s")
    ctes = _structs(rows) if events.dialect.asof else _named(rows)
    body = f"select c.f as f, c.s as s, days.d - c.f as k from days join c on days.u = c.u where days.d - c.f <= {most}"
    return f"{ctes} select f, s, k, count(*) as n from ({body}) r group by f, s, k{events.dialect.settings}"


def _structs(rows: str) -> str:
    """days (u, d) and c (u, f, s) where rows can be compared: by their first part, then by their second."""
    days = "select u, d, min({'t': t, 's': s}) as m from e group by u, d"
    first = "select u, min(d) as f, min(m).s as s from days group by u"
    return f"with e as ({rows}), days as materialized ({days}), c as ({first})"


def _named(rows: str) -> str:
    """The same where they cannot: the first moment, then what stands there."""
    days = "select u, d, min(t) as t0 from e group by u, d"
    first = "select u, min(d) as f, min(t0) as t1 from days group by u"
    named = "select h.u as u, h.f as f, min(e.s) as s from h join e on h.u = e.u and h.t1 = e.t group by h.u, h.f"
    return f"with e as ({rows}), days as ({days}), h as ({first}), c as ({named})"


def returned(events: Events, pick: Pick, clock: Clock, low: int, high: int, split: str = "") -> str:
    """SQL of rows (first day, segment, again, people): whether they were there again `low` to `high` days after it."""
    rows = base(events, pick, clock, f"{split or chr(39) * 2} as s")
    ctes = _structs(rows) if events.dialect.asof else _named(rows)
    there = f"max(case when days.d - c.f >= {low} and days.d - c.f <= {high} then 1 else 0 end) as again"
    body = f"select c.u as u, c.f as f, c.s as s, {there} from days join c on days.u = c.u group by c.u, c.f, c.s"
    return f"{ctes} select f, s, again, count(*) as n from ({body}) r group by f, s, again{events.dialect.settings}"


def recency(events: Events, pick: Pick, clock: Clock) -> str:
    """SQL of rows (first day, x, t_x, people): active days after the first, and days from the first to the last.

    What models of attrition are fitted to; the age T is the day of asking less the first day, and needs no row anew.
    """
    rows = base(events, pick, clock)
    each = (
        f"select u, min(d) as f, count(*) - 1 as x, max(d) - min(d) as tx from (select distinct u, d from ({rows}) e) g"
    )
    return f"select f, x, tx, count(*) as n from ({each} group by u) h group by f, x, tx{events.dialect.settings}"


def until(events: Events, could: Pick, did: Pick, clock: Clock, split: str = "", grain: int = DAY) -> str:
    """SQL of rows (day, segment, lag, people): from each person's first chance to the first time that they did.

    could  what shows that someone has met a release or a feature; their first such event is their chance
    did    what shows that they took it up, at that moment or later
    lag    times `grain` microseconds between, begun ones too; NULL for those who have not
    split  SQL of a segment, taken at the chance
    """
    one = events.dialect
    chance = base(events, could, clock, f"{split or chr(39) * 2} as s")
    taken = base(events, did, clock)
    nth = "row_number() over (partition by u order by t, s)"
    first = f"select u, t, d, s from (select u, t, d, s, {nth} as nth from ({chance}) e) f where nth = 1"
    after = "select a.u as u, min(z.t) as z from a join z on a.u = z.u where z.t >= a.t group by a.u"
    ctes = f"with a as ({first}), z as (select u, t from ({taken}) e), b as ({after})"
    lag = f"case when b.z is null then null else {one.divide(f'(b.z - a.t + {grain - 1})', grain)} end"
    rows = f"select a.d as d, a.s as s, {lag} as lag from a left join b on a.u = b.u"
    return f"{ctes} select d, s, lag, count(*) as n from ({rows}) r group by d, s, lag{one.settings}"
