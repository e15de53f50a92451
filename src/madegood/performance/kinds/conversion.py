"""What share of those who began went on to the end: cohorts by the day they began."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.events import asked, local, nothing_passes, picked, unknown_days
from madegood.performance.shapes.base import DAY, Pick
from madegood.performance.shapes.wanted import Entries
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.events import Filter
    from madegood.performance.model import Measured
    from madegood.performance.shapes.wanted import Shape

NAME = "conversion"


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """What is asked of the events."""
    if len(metric.steps) < 2:
        return ()
    steps = (picked(metric, metric.steps[0]), *(Pick((step,)) for step in metric.steps[1:]))
    return (Entries(steps, metric.within * DAY, once=metric.once),)


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet: the window of those who began on them is still open."""
    return metric.within


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """Of the persons who did the first step on a day, the share who did all others in order within `within` days.

    A person's entry is their first first-step of the day, or with `once` their first of all; each next step is the
    earliest one at or after the step before it, and the last must come no later than `within` times 24 hours after the
    entry. A person who begins on several days counts on each. The filter and the segment are those of the first step.
    Days whose window is not over are gaps; so are days on which the tracking was off, and days on which nobody began.
    """
    if wrong := _unclear(metric):
        return wrong
    ask = asked(metric, store, on, zone, *metric.steps)
    if isinstance(ask, Refusal):
        return ask
    levels: dict[int, Counter[int]] = defaultdict(Counter)
    for day, _, level, _, people in ask.rows(*shapes(metric)):
        levels[level][day] += people
    if not levels:
        return nothing_passes(metric)
    began, ended = (ask.lay(dict(levels[level])) for level in (1, len(metric.steps)))
    began[unknown_days(ask.days.whole, metric.within)] = np.nan
    share = np.divide(ended, began, out=np.full(len(began), np.nan), where=began > 0)
    if not np.isfinite(share).any():
        until = f"wait until {metric.within} days after the first of them, or write a shorter `within:`"
        return Refusal(metric.id, why=f"nobody's {metric.within} days are over yet", until=until)
    wait = "1 day" if metric.within == 1 else f"{metric.within} days"
    when = "began for the first time" if metric.once else "began"
    return ask.made(share, "rate", began, f"by the day people {when}; a day is known {wait} later")


def _unclear(metric: Metric) -> Refusal | None:
    """What the definition lacks."""
    if len(metric.steps) < 2:
        until = f"write `steps: [first, last]` under `{metric.id}`"
        return Refusal(metric.id, why="a conversion needs two steps or more", until=until)
    if metric.within < 1:
        until = f"write `within: 7 days` under `{metric.id}`"
        return Refusal(metric.id, why="it does not say within how many days people must go on", until=until)
    return None


def entries(
    steps: tuple[str, ...], within: int, keep: Filter, on: date, zone: str, once: bool = False
) -> tuple[str, str, tuple[object, ...]]:
    """SQL of common tables, the name of the last, and parameters: `s0` are entries, the last those that went on.

    Both have (person, day, began); with `once` only the first entry of each person. One ASOF join a step: for each
    entry the earliest next step at or after the one before. A step whose name came before in the list must be strictly
    later, so that one event is never two steps.
    """
    at = local(zone)
    day, each = (f"min(cast({at} as date))", "1") if once else (f"cast({at} as date)", "1, 2")
    ctes = [
        f's0 as (select person, {day} as day, min("at") as began, min("at") as t from events'
        f" where name = ? and {keep.sql} and cast({at} as date) <= ? group by {each})"
    ]
    params: list[object] = [steps[0], *keep.params, on]
    for k, step in enumerate(steps[1:], 1):
        later = "<" if step in steps[:k] else "<="
        ctes.append(f'e{k} as (select person, "at" from events where name = ? and cast({at} as date) <= ?)')
        ctes.append(
            f's{k} as (select c.person, c.day, c.began, e."at" as t from s{k - 1} c asof join e{k} e'
            f' on c.person = e.person and c.t {later} e."at" where e."at" <= c.began + interval {int(within)} day)'
        )
        params += [step, on]
    return ", ".join(ctes), f"s{len(steps) - 1}", tuple(params)
