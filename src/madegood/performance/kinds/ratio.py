"""How many of one thing there were to each of another: events to events, a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.events import asked, lacks, nothing_passes, picked
from madegood.performance.shapes.base import Pick
from madegood.performance.shapes.wanted import Tally
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Measured
    from madegood.performance.shapes.wanted import Shape

NAME = "ratio"


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """What is asked of the events."""
    below = Pick((metric.per,), (), metric.segment)
    return Tally(picked(metric, metric.event)), Tally(below)


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """Events of `event` to each event of `per`, a day; a day without any of `per` is a gap.

    `where` holds for `event`, the segment for both. It is no share of people, and its base is not known as one: several
    events of one person are alike, so its noise is read from the series.
    """
    if not metric.event:
        return lacks(metric, "what is counted", "event: payment_failed")
    if not metric.per:
        return lacks(metric, "to what it is held", "per: payment")
    ask = asked(metric, store, on, zone, metric.event, metric.per)
    if isinstance(ask, Refusal):
        return ask
    above, under = (ask.rows(shape) for shape in shapes(metric))
    if not under:
        return nothing_passes(metric)
    counted, base = (ask.lay({day: n for day, _, n, *_ in rows}) for rows in (above, under))
    share = np.divide(counted, base, out=np.full(len(base), np.nan), where=base > 0)
    return ask.made(share, "rate")
