"""How much was finished, how long it took, and how much of it reached customers."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

from madegood.days import Window, say_day
from madegood.execution.effort import nothing_done
from madegood.execution.family import Family
from madegood.execution.model import Speed
from madegood.execution.shipped import reach_known, reached
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.execution.model import Facts, WorkItem

HALF = 0.5  # with fewer known, the median of all could lie anywhere


def speed(facts: Facts, window: Window) -> Speed | Refusal:
    """Items finished a week; an item above finished ones is not counted again.

    Nothing after the window is looked at.
    """
    if not facts.items:
        return Refusal("speed", "no work items are known", "add a source of kind `items` to madegood.yml")
    done = [place for place, item in enumerate(facts.items) if item.done and item.done <= window.last]
    arrived = reached(facts)
    counted = [(facts.items[place], arrived.get(facts.items[place].id)) for place in Family(facts.items).lowest(done)]
    days = sorted(item.done for item, _ in counted if item.done)
    if not days or not _heard_of(facts.items, window):
        return nothing_done("speed", facts, window)
    inside = [(item, day) for item, day in counted if item.done and item.done in window]
    weeks = len(window) / 7
    return Speed(
        window=window,
        weekly=weekly(days, window.last),
        per_week=len(inside) / weeks,
        before=_before(facts.items, days, window),
        in_progress=_in_progress([item for item, _ in inside], window),
        items=len(inside),
        releases=sum(release.day in window and not release.prerelease for release in facts.releases),
        reached=sum(day is not None and day <= window.last for _, day in inside),
        reach_known=reach_known(facts),
    )


def _heard_of(items: Sequence[WorkItem], window: Window) -> bool:
    """Did anything happen in the window? If not, the export is old, or work stands still: the data cannot say which."""
    return any(day in window for item in items for day in (item.created, item.started, item.done) if day)


def weekly(days: Sequence[date], last: date) -> tuple[tuple[date, int], ...]:
    """(Monday, items finished) of every whole ISO week from the first day, zeros included.

    >>> weekly([date(2026, 1, 1), date(2026, 1, 14)], date(2026, 1, 18))
    ((datetime.date(2025, 12, 29), 1), (datetime.date(2026, 1, 5), 0), (datetime.date(2026, 1, 12), 1))
    """
    counts = Counter(day - timedelta(days=day.weekday()) for day in days)
    monday, weeks = min(counts), []
    while monday + timedelta(days=6) <= last:
        weeks.append((monday, counts[monday]))
        monday += timedelta(days=7)
    return tuple(weeks)


def _before(items: Sequence[WorkItem], days: Sequence[date], window: Window) -> float | None:
    """Items a week in the window of the same length just before; None unless the backlog was in use all through it."""
    earlier = window.before(len(window))
    if not any(day <= earlier.first for item in items for day in (item.created, item.started, item.done) if day):
        return None
    return sum(day in earlier for day in days) / (len(earlier) / 7)


def _in_progress(items: Sequence[WorkItem], window: Window) -> float | Refusal:
    """Median days from start to done of the items finished, 0 for the same day."""
    mend = "map `started` in madegood.yml, or add a source of kind `states` and name its states under `active_states`"
    if not items:
        why = f"no work item was finished from {say_day(window.first)} to {say_day(window.last)}"
        return Refusal("time in progress", why, "ask again when something is finished, or choose a longer period")
    pairs = [(item.started, item.done) for item in items if item.started and item.done]
    took = [(done - started).days for started, done in pairs if started <= done]
    if len(took) < HALF * len(items):
        why = f"{len(took)} of {len(items)} finished items say when work on them began"
        return Refusal("time in progress", why, mend)
    return float(median(took))
