"""One file per kind of metric; a new kind is one file and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from madegood.performance.kinds import active, adoption, amount, cohort, conversion, count, daily, ratio, score, wait

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Measured
    from madegood.performance.shapes.wanted import Shape
    from madegood.refusal import Refusal


class Kind(NamedTuple):
    """How one kind of metric is read.

    read    (metric, store, on, zone) -> its series up to `on`, cleaned
    lag     days at the end that cannot be known yet
    shapes  what it asks of events, where it is made from them
    """

    name: str
    read: Callable[[Metric, Store, date, str], Measured | Refusal]
    lag: Callable[[Metric], int]
    shapes: Callable[[Metric], tuple[Shape, ...]]


KINDS = (
    *(
        Kind(kind.NAME, kind.read, kind.lag, kind.shapes)
        for kind in (daily, count, ratio, active, conversion, adoption, cohort, wait)
    ),
    *(Kind(name, amount.read, amount.lag, amount.shapes) for name in (amount.SUM, amount.MEAN)),
    *(Kind(name, score.read, score.lag, score.shapes) for name in score.KINDS),
)
