"""Who took it up: of those who could for the first time on a day, the share who did within a time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.events import asked, lacks, nothing_passes, picked, unknown_days
from madegood.performance.shapes.base import DAY, Pick
from madegood.performance.shapes.wanted import Until
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.model import Measured
    from madegood.performance.shapes.wanted import Shape

NAME = "adoption"


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """What is asked of the events."""
    could = picked(metric, metric.among) if metric.among else picked(metric)
    return (Until(could, Pick((metric.event,)), grain=DAY),)


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet: the time of those who could since then is not over."""
    return metric.within


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """By the day on which people could first (`among`, with `where`): the share with `event` within a time.

    Each person counts once. `among` is what shows that somebody has met it: an event of the feature's place, or, with
    `where: {version: 4.8.0}`, of the release. `within` is in days of 24 hours from that moment.
    """
    if not metric.event:
        return lacks(metric, "what shows that somebody took it up", "event: export_used")
    if not metric.among and not metric.where:
        return lacks(metric, "who could", "among: editor_opened")
    if metric.within < 1:
        return lacks(metric, "within how many days people take it up", "within: 14 days")
    names = (metric.among,) if metric.among else ()
    ask = asked(metric, store, on, zone, metric.event, *names)
    if isinstance(ask, Refusal):
        return ask
    chances, taken = Counter[int](), Counter[int]()
    for day, _, wait, people in ask.rows(*shapes(metric)):
        chances[day] += people
        taken[day] += people if wait is not None and wait <= metric.within else 0
    if not chances:
        return nothing_passes(metric)
    base, took = ask.lay(dict(chances)), ask.lay(dict(taken))
    base[unknown_days(ask.days.whole, metric.within)] = np.nan
    share = np.divide(took, base, out=np.full(len(base), np.nan), where=base > 0)
    if not np.isfinite(share).any():
        later = f"wait until {metric.within} days after the first of them, or write a shorter `within:`"
        return Refusal(metric.id, why=f"nobody's {metric.within} days are over yet", until=later)
    note = f"by the day people could first; a day is known {metric.within} days later"
    return ask.made(share, "rate", base, note)
