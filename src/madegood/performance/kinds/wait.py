"""How long it takes: hours until half of those who began on a day had gone on."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.events import asked, lacks, nothing_passes, picked, unknown_days
from madegood.performance.shapes.base import DAY, Pick
from madegood.performance.shapes.wanted import Entries
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Measured
    from madegood.performance.shapes.wanted import Shape

NAME = "time-to"
HOUR = DAY // 24


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """What is asked of the events."""
    if len(metric.steps) < 2:
        return ()
    steps = (picked(metric, metric.steps[0]), *(Pick((step,)) for step in metric.steps[1:]))
    return (Entries(steps, metric.within * DAY, grain=HOUR, once=metric.once),)


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return metric.within


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """The median of all who began on a day, those who never went on included: the slow who give up do not speed it.

    Beginnings are those of a conversion. Within an hour people are taken to be spread evenly. A day is a gap when fewer
    than half went on within `within` days: then its median is only known to be longer.
    """
    if len(metric.steps) < 2:
        return lacks(metric, "from which step to which", "steps: [signed_up, first_project]")
    if metric.within < 1:
        return lacks(metric, "how long is waited for people to go on", "within: 14 days")
    ask = asked(metric, store, on, zone, *metric.steps)
    if isinstance(ask, Refusal):
        return ask
    began, ended = Counter[int](), defaultdict[int, Counter[int]](Counter)
    for day, _, level, hours, n in ask.rows(*shapes(metric)):
        if level == 1:
            began[day] += n
        if level == len(metric.steps):
            ended[day][hours] += n
    if not began:
        return nothing_passes(metric)
    values = ask.lay({day: median(n, ended[day]) for day, n in began.items()})
    values[(values == 0) | unknown_days(ask.days.whole, metric.within)] = np.nan
    if not np.isfinite(values).any():
        why = f"on no day did half of those who began go on within {metric.within} days"
        return Refusal(metric.id, why=why, until="write a longer `within:`, or measure the conversion instead")
    note = f"hours until half had gone on, by the day people began; a day is known {metric.within} days later"
    return ask.made(values, "rate", None, note)


def median(people: int, hours: Counter[int]) -> float:
    """Hours until half of `people` were there, by how many took how many whole hours; NaN where fewer than half were.

    >>> median(4, Counter({0: 1, 5: 2}))
    5.5
    """
    came = 0
    for hour, n in sorted(hours.items()):
        if came + n >= people / 2:
            return hour + (people / 2 - came) / n
        came += n
    return float("nan")
