"""Crawlers, monitors and test accounts among events: few who do much, and never sleep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.sources.mapping import say

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.findings import Finding
    from madegood.intent.model import SourceSpec

#: Hours of one day in which somebody did something, and on how many such days. Of a million simulated days of persons
#: (180 days, 10.9 million events) none had more than 10 such hours, of 45,508 days of real households of a shop
#: (complete_journey) none more than 4; people sleep, and two who share a name seldom do so in turns.
HOURS, DAYS = 20, 3
MUCH = 0.01  # of all events: less moves no metric by more than that
FEW = 0.01  # of all persons: where more never sleep, the events come by themselves, as a heartbeat does
_AWAKE = f"""
    with days as (
        select person, cast("at" as date) as day, bit_count(bit_or(1::bigint << hour("at"))) as hours, count(*) as n
        from events where source = ? and person is not null group by 1, 2),
    people as (select sum(n) as n, count(*) filter (hours >= {HOURS}) >= {DAYS} as awake from days group by person)
    select count(*), sum(n), count(*) filter (awake), coalesce(sum(n) filter (awake), 0) from people
"""


def robots(spec: SourceSpec, store: Store) -> tuple[Finding, ...]:
    """What to say where few do much and never sleep; nothing for a source of another kind."""
    if spec.kind != "events":
        return ()
    people, events, awake, theirs = (int(value or 0) for value in store.rows(_AWAKE, (spec.name,))[0])
    if not awake or theirs < MUCH * events or awake > max(1.0, FEW * people):
        return ()
    who, are = ("1 person", "is") if awake == 1 else (f"{awake:,} persons", "are")
    message = (
        f"{who} of {people:,} in `{spec.name}` {are} behind {theirs / events:.0%} of its events, in {HOURS} or more"
        f" hours of {DAYS} days or more: crawlers, monitors or test accounts?"
    )
    mend = 'If they are, leave them out by a column that tells them, as `where: {is_staff: "!true"}`.'
    return (say(spec, "source-robots", message, mend, severity="warning"),)
