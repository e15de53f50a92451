"""How often, and how much: events a day with the sum of what they carry and of its square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.shapes.base import Pick, base

if TYPE_CHECKING:
    from madegood.performance.shapes.base import Clock, Events


def tally(events: Events, pick: Pick, clock: Clock, value: str = "", split: str = "") -> str:
    """SQL of rows (day, segment, events, events with a value, its sum, the sum of its square).

    value  SQL of a number; empty: what is counted are events alone, and the last three are 0
    split  SQL of a segment; empty: all are in one, which is called ''
    Sums are of doubles, so their last digits depend on the order in which an engine adds.
    """
    real = events.dialect.real
    number = f"cast({value} as {real})" if value else f"cast(null as {real})"
    rows = base(events, pick, clock, f"{number} as v", f"{split or chr(39) * 2} as s")
    sums = f"count(v) as m, coalesce(sum(v), cast(0 as {real})) as y, coalesce(sum(v * v), cast(0 as {real})) as yy"
    return f"select d, s, count(*) as n, {sums} from ({rows}) e group by d, s{events.dialect.settings}"


def moments(events: Events, clock: Clock) -> str:
    """SQL of rows (day, events, first moment, last moment) of events of any name."""
    rows = base(events, Pick(), clock)
    return f"select d, count(*) as n, min(t) as a, max(t) as b from ({rows}) e group by d{events.dialect.settings}"
