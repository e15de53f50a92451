"""Who leaves faster than before: what the leavers have in common that the others have not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from madegood.evidence.pace import Rise, paces
from madegood.performance.repeats import ready, repeats
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.evidence.attrition import Attrition
    from madegood.intent.model import Metric

#: Values of one property that are looked at: more of them tell customers apart, not groups.
VALUES = 8
#: Customers of a value, at least.
FEWEST = 1000


@dataclass(frozen=True, slots=True)
class Leavers:
    """Customers with a property who leave faster, beyond what all do; their own rise."""

    metric: str
    name: str
    value: str
    rise: Rise


def leavers(metric: Metric, whole: Attrition, store: Store, zone: str = "UTC") -> tuple[Leavers, ...]:
    """Values of the events' properties whose customers' rise lies wholly beyond that of all; the steepest first.

    Empty where nothing rose. Looked for, not claimed: many values are looked at, and what differs need not be why.
    """
    if not isinstance(whole.rise, Rise):
        return ()
    found = []
    for name, value in _values(store):
        one = replace(metric, where=(*metric.where, (name, value)))
        known = ready(one, store, whole.on, zone)
        if isinstance(known, Refusal):
            continue
        seen = repeats(known, known.last, whole.horizon)
        if seen.customers < FEWEST:
            continue
        _, rise = paces(metric.id, known, seen)
        if isinstance(rise, Rise) and rise.faster.low > whole.rise.faster.high:
            found.append(Leavers(metric.id, name, value, rise))
    return tuple(sorted(found, key=lambda x: -x.rise.faster.mean))


def _values(store: Store) -> list[tuple[str, str]]:
    """Properties of events with few values, and their segments, each with every value."""
    rows = store.rows(
        "with seen as (select unnest(map_entries(fields)) as entry from events),"
        " each as (select entry.key as name, entry.value as value, count(*) as n from seen group by all"
        " union all select 'segment', segment, count(*) from events where segment is not null group by all)"
        " select name, value from each where value is not null and value <> ''"
        " qualify count(*) over (partition by name) between 2 and ? order by name, n desc",
        (VALUES,),
    )
    return [(str(name), str(value)) for name, value in rows]
