"""How much: the sum, or the mean, of what events of one name carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.events import asked, lacks, nothing_passes, picked
from madegood.performance.shapes.tally import tally
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Measured

SUM, MEAN = "sum", "mean"


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """The sum (a flow) or the mean (a rate) of `value` over events of `event` a day.

    Events without that number, or with something else in its place, are left out of both. Of several currencies there
    is no sum: where the events say theirs, `where` must name one. A day without any has sum 0, and no mean: a gap.
    """
    if not metric.event:
        return lacks(metric, "which event carries the amount", "event: payment")
    ask = asked(metric, store, on, zone, metric.event)
    if isinstance(ask, Refusal):
        return ask
    pick = picked(metric, metric.event)
    if mixed := _currencies(metric, store, pick.sql(ask.events)):
        return mixed
    column = ask.events.column(metric.value) if metric.value else ask.events.value
    rows = ask.rows(tally(ask.events, pick, ask.clock, f"try_cast({column} as double)"))
    if not rows:
        return nothing_passes(metric)
    known = ask.lay({day: m for day, _, _, m, *_ in rows})
    total = ask.lay({day: y for day, *_, y, _ in rows})
    if not np.nansum(known):
        what = f"`{metric.value}`" if metric.value else "`value`"
        why = f"no event `{metric.event}` carries a number as {what}"
        return Refusal(
            metric.id, why=why, until=f"name the column under `value:` of `{metric.id}`, and keep it in the source"
        )
    without = sum(n for _, _, n, *_ in rows) - int(np.nansum(known))
    notes = (f"{without:,} events without an amount are left out",) if without else ()
    if metric.kind == SUM:
        return ask.made(total, "flow", None, *notes)
    mean = np.divide(total, known, out=np.full(len(total), np.nan), where=known > 0)
    return ask.made(mean, "rate", None, *notes)


def _currencies(metric: Metric, store: Store, condition: str) -> Refusal | None:
    """A refusal where amounts of several currencies would be added."""
    if any(key == "currency" for key, _ in metric.where):
        return None
    rows = store.rows(
        f"select upper(trim(fields['currency'])) as c, count(*) from events where ({condition})"
        " and fields['currency'] <> '' group by 1 order by 2 desc limit 5"
    )
    if len(rows) < 2:
        return None
    named = ", ".join(str(c) for c, _ in rows)
    until = f"write `where: {{currency: {rows[0][0]}}}` under `{metric.id}`, or keep an amount in one currency"
    return Refusal(metric.id, why=f"its amounts are in several currencies ({named}), which do not add up", until=until)
