"""Who went on: steps in order, within a time; by the day on which people began, or once for each person.

Within one day a person begins once, with the first of their first steps. Each next step is the earliest at or after the
one before. A step whose name stood in the list before must be strictly later, so that one event is never two steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.shapes.base import DAY, Either, base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.performance.shapes.base import Clock, Events, Pick


def entries(
    events: Events, steps: Sequence[Pick], within: int, clock: Clock, split: str = "", grain: int = DAY,
    once: bool = False,
) -> str:  # fmt: skip
    """SQL of rows (day, segment, level, lag, people): who began on a day and came to a level, by how long.

    within  microseconds from the beginning to the last step, that moment included
    split   SQL of a segment, taken at the beginning: the smallest where there are several at that moment
    grain   microseconds: lag is in whole ones of these from the beginning to the step; 0 for level 1
    once    each person's first beginning of all, not the first of each day
    Unfinished days can be compared at equal age, as lag says when each step was reached.
    """
    one, last = events.dialect, len(steps)
    chain = (_joined if one.asof else _looked_back)(events, steps, clock, split, once)
    level = [f"select d, s, 1 as level, cast(0 as {one.whole}) as lag from c"]
    for k in range(2, last + 1):
        lag = one.divide(f"(t{k} - t1)", grain)
        level.append(f"select d, s, {k}, {lag} from c where t{k} is not null and t{k} - t1 <= {within}")
    rows = " union all ".join(level)
    return (
        f"with {chain} select d, s, level, lag, count(*) as n from ({rows}) r group by d, s, level, lag{one.settings}"
    )


def _began(rows: str, split: str, once: bool) -> str:
    """(u, d, t1, s): the first first step of each person's day, or of each person."""
    if not split:
        day, each = ("min(d) as d", "u") if once else ("d", "u, d")
        return f"select u, {day}, min(t) as t1, '' as s from ({rows}) e group by {each}"
    nth = f"row_number() over (partition by {'u' if once else 'u, d'} order by t, s)"
    return f"select u, d, t as t1, s from (select u, d, t, s, {nth} as nth from ({rows}) e) f where nth = 1"


def _step(events: Events, pick: Pick, clock: Clock) -> str:
    """(u, t) of the events of one step."""
    return f"select u, t from ({base(events, pick, clock)}) e"


def strict(steps: Sequence[Pick], k: int) -> bool:
    """Whether step k (from 0) must be strictly later than the one before: an event of it may be an earlier step too."""
    return any(not p.names or not steps[k].names or set(p.names) & set(steps[k].names) for p in steps[:k])


def _coded(events: Events, steps: Sequence[Pick], clock: Clock, split: str) -> str:
    """e (u, t, d, s, k): the events of all steps, read once; bit i of k is set where one is of step i (from 0)."""
    rows = base(events, Either(tuple(steps)), clock, f"{split or chr(39) * 2} as s", f"{_bits(events, steps)} as k")
    return f"e as materialized (select u, t, d, s, k from ({rows}) x)"


def _bits(events: Events, steps: Sequence[Pick]) -> str:
    """SQL of the steps that an event is of; where names alone tell, each name is looked at once."""
    if not all(p.plain for p in steps):
        return " + ".join(f"case when {p.sql(events)} then {1 << i} else 0 end" for i, p in enumerate(steps))
    of = {name: sum(1 << i for i, p in enumerate(steps) if name in p.names) for p in steps for name in p.names}
    whens = "".join(f" when {events.dialect.text(name)} then {bits}" for name, bits in of.items())
    return f"case {events.name}{whens} else 0 end"


def _joined(events: Events, steps: Sequence[Pick], clock: Clock, split: str, once: bool) -> str:
    """c (d, s, t1 ... tL): from the last step to the first, each joined to the nearest row in time.

    The rarest rows are joined first, and each step's row carries the moments of those that follow it.
    """
    last = len(steps)
    parts = [_coded(events, steps, clock, split)]
    day, each = ("min(d) as d", "u") if once else ("d", "u, d")
    begin = f"select u, {day}, min(t) as t1, '' as s from e where k & 1 > 0 group by {each}"
    if split:  # of equal moments the smallest segment: a row is compared by its first part, then by its second
        least = f"select u, {day}, min({{'t': t, 's': s}}) as m from e where k & 1 > 0 group by {each}"
        begin = f"select u, d, m.t as t1, m.s as s from ({least})"
    parts.append(f"b as materialized ({begin})")
    for k in range(last, 1, -1):
        rows = f"(select u, t as t{k} from e where k & {1 << (k - 1)} > 0)"
        if k < last:
            sign = ">" if strict(steps, k) else ">="
            later = "".join(f", z.t{j}" for j in range(k + 1, last + 1))
            near = f"a asof left join s{k + 1} z on a.u = z.u and z.t{k + 1} {sign} a.t{k}"
            rows = f"(select a.u, a.t{k}{later} from {rows} {near})"
        parts.append(f"s{k} as materialized {rows}")
    sign = ">" if strict(steps, 1) else ">="
    ends = "".join(f", z.t{j}" for j in range(2, last + 1))
    parts.append(f"c as (select a.d, a.s, a.t1{ends} from b a asof left join s2 z on a.u = z.u and z.t2 {sign} a.t1)")
    return ", ".join(parts)


def _looked_back(events: Events, steps: Sequence[Pick], clock: Clock, split: str, once: bool) -> str:
    """c (d, s, t1 ... tL) on engines without such joins: windows that run from the last moment to the first.

    All beginnings and steps of a person stand in one list. At each row the earliest step k + 1 after it, and what came
    after that: a later row never has an earlier end, so the least over the rows of step k + 1 is that of the earliest.
    """
    last = len(steps)
    whole = events.dialect.whole
    nothing = f"cast(null as {whole})"
    rows = ["select u, t1 as t, 1 as k, d, s from b"]
    for k in range(2, last + 1):
        rows.append(f"select u, t, {k} as k, {nothing} as d, '' as s from ({_step(events, steps[k - 1], clock)}) z{k}")
    inner = " union all ".join(rows)
    known: list[str] = []
    for k in range(last, 1, -1):
        frame = "1 preceding" if strict(steps, k - 1) else "current row"
        over = f"over (partition by u order by t desc range between unbounded preceding and {frame})"
        # Only rows of step k may be reached now; those of later steps are carried along in their columns.
        new = [f"min(case when k = {k} then t end) {over} as n{k}"]
        new += [f"min(case when k = {k} then n{j} end) {over} as m{j}" for j in known_numbers(known)]
        inner = f"select u, t, k, d, s, {', '.join(new)} from ({inner}) w{k}"
        renamed = ", ".join(f"m{j} as n{j}" for j in known_numbers(known))
        inner = f"select u, t, k, d, s, n{k}{', ' + renamed if renamed else ''} from ({inner}) v{k}"
        known.append(f"n{k}")
    ends = ", ".join(f"n{k} as t{k}" for k in range(2, last + 1))
    begin = _began(base(events, steps[0], clock, f"{split or chr(39) * 2} as s"), split, once)
    return f"b as ({begin}), c as (select d, s, u, t as t1, {ends} from ({inner}) q where k = 1)"


def known_numbers(names: Sequence[str]) -> list[int]:
    """The step numbers of columns.

    >>> known_numbers(["n4", "n3"])
    [4, 3]
    """
    return [int(name[1:]) for name in names]


def persons(events: Events, steps: Sequence[Pick], within: int, clock: Clock) -> str:
    """SQL of rows (level, people): each person's deepest chain whose steps lie within a time of its first.

    Each person counts once, wherever in the span the chain began; who never did the first step is in no row. For each
    level the latest beginning of a chain that came so far is enough: an event of the next step copies it, while it is
    within the time (ClickHouse's `windowFunnel` in its default mode keeps the same).
    """
    one = events.dialect
    level = _latest(events, steps, within, clock) if one.asof else _latest_by_windows(events, steps, within, clock)
    return f"{level} select level, count(*) as n from r where level > 0 group by level{one.settings}"


def _latest(events: Events, steps: Sequence[Pick], within: int, clock: Clock) -> str:
    """r (u, level): one join a step to the latest chain that came as far as the step before."""
    parts = [_coded(events, steps, clock, ""), "s1 as (select u, t, t as b from e where k & 1 > 0)"]
    for k in range(2, len(steps) + 1):
        sign = "<" if strict(steps, k - 1) else "<="
        rows = (
            f"(select u, t from e where k & {1 << (k - 1)} > 0) a asof join s{k - 1} z on a.u = z.u and z.t {sign} a.t"
        )
        parts.append(f"s{k} as materialized (select a.u, a.t, z.b from {rows} where a.t - z.b <= {within})")
    each = " union all ".join(f"select distinct u, {k} as level from s{k}" for k in range(1, len(steps) + 1))
    return f"with {', '.join(parts)}, r as (select u, max(level) as level from ({each}) q group by u)"


def _latest_by_windows(events: Events, steps: Sequence[Pick], within: int, clock: Clock) -> str:
    """r (u, level) on engines without such joins."""
    parts = [f"select u, t, {k} as k from ({_step(events, pick, clock)}) z{k}" for k, pick in enumerate(steps, 1)]
    inner = f"select u, t, k, case when k = 1 then t end as b1 from ({' union all '.join(parts)}) a"
    for k in range(2, len(steps) + 1):
        frame = "1 preceding" if strict(steps, k - 1) else "current row"
        over = f"over (partition by u order by t range between unbounded preceding and {frame})"
        kept = ", ".join(f"b{j}" for j in range(1, k))
        inner = f"select u, t, k, {kept}, max(b{k - 1}) {over} as c{k} from ({inner}) w{k}"
        came = f"case when k = {k} and t - c{k} <= {within} then c{k} end as b{k}"
        inner = f"select u, t, k, {kept}, {came} from ({inner}) v{k}"
    deepest = "case " + " ".join(f"when b{k} is not null then {k}" for k in range(len(steps), 0, -1)) + " else 0 end"
    return f"with r as (select u, max({deepest}) as level from ({inner}) q group by u)"
