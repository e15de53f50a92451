"""Who came back: of those who were there for the first time on a day, the share who were there again later."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.events import asked, lacks, nothing_passes, picked, unknown_days
from madegood.performance.shapes.wanted import Returned
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Measured
    from madegood.performance.shapes.wanted import Shape

NAME = "retention"


def after(metric: Metric) -> int:
    """Days from the first to the earliest that counts as coming back."""
    return metric.after or metric.within or 1


def span(metric: Metric) -> int:
    """Days in which coming back counts: without `within` the one day alone, as "day 7" is meant."""
    return metric.within if metric.after and metric.within else 1


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """What is asked of the events."""
    pick = picked(metric, metric.event) if metric.event else picked(metric)
    return (Returned(pick, after(metric), lag(metric)),)


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return after(metric) + span(metric) - 1


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """By the first day of people: the share with an event of `event` (any, without one) from `after` days later on.

    `after: 7 days` is day 7 alone; with `within: 7 days`, any of days 7 to 13. Whose first day lies before the events
    begin cannot be told, so the first four weeks are gaps: most of those who seem new then are not.
    """
    names = (metric.event,) if metric.event else ()
    if not metric.after and not metric.within:
        return lacks(metric, "after how many days people must be back", "after: 7 days")
    ask = asked(metric, store, on, zone, *names)
    if isinstance(ask, Refusal):
        return ask
    last = lag(metric)
    new, back = Counter[int](), Counter[int]()
    for day, _, again, people in ask.rows(*shapes(metric)):
        new[day] += people
        back[day] += people if again else 0
    if not new:
        return nothing_passes(metric)
    began, kept = ask.lay(dict(new)), ask.lay(dict(back))
    began[unknown_days(ask.days.whole, last)] = np.nan
    began[:OLD] = np.nan
    share = np.divide(kept, began, out=np.full(len(began), np.nan), where=began > 0)
    if not np.isfinite(share).any():
        until = f"ask again when events of {OLD + last + 1} days or more are there"
        return Refusal(metric.id, why="nobody who is known to be new has had the time to come back yet", until=until)
    note = f"by people's first day, which is known {last} days later; the first {OLD} days are left out"
    return ask.made(share, "rate", began, note)


#: Days at the beginning on which somebody seen for the first time is most likely not new.
OLD = 28
