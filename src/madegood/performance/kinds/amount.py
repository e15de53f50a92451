"""How much: the sum, or the mean, of what events of one name carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.performance.events import asked, lacks, nothing_passes, picked
from madegood.performance.shapes.wanted import Tally, Values
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Measured
    from madegood.performance.shapes.wanted import Shape

SUM, MEAN = "sum", "mean"


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """What is asked of the events."""
    pick = picked(metric, metric.event)
    return Tally(pick, metric.value or "value"), Values("currency", pick)


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
    amounts, currencies = shapes(metric)
    if mixed := _currencies(metric, ask.rows(currencies)):
        return mixed
    rows = ask.rows(amounts)
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


def _currencies(metric: Metric, rows: list[tuple[Any, ...]]) -> Refusal | None:
    """A refusal where amounts of several currencies would be added; rows are what events say, commonest first."""
    said = list(dict.fromkeys(str(text).strip().upper() for text, *_ in rows if str(text).strip()))
    if len(said) < 2 or any(key == "currency" for key, _ in metric.where):
        return None
    until = f"write `where: {{currency: {said[0]}}}` under `{metric.id}`, or keep an amount in one currency"
    why = f"its amounts are in several currencies ({', '.join(said[:5])}), which do not add up"
    return Refusal(metric.id, why=why, until=until)
