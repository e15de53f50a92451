"""Which readings a change is taken between: in one stretch, or leg by leg over stretches that overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.days import Window, say_day
from madegood.evidence.stretch import Model, Stretch
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.evidence.model import Estimate
    from madegood.evidence.usable import Usable

Indices = NDArray[np.int_]

#: Days of the window in which one stretch hands over to the next: four whole weeks, as standings are means of.
HANDOVER = 28


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """A change inside one stretch: from the mean of the readings `a` to that of the readings `b` (indices in it)."""

    stretch: Stretch
    a: Indices
    b: Indices


def legs(estimate: Estimate, before: Window, after: Window) -> tuple[Leg, ...] | Refusal:
    """The way from one window to the other: one leg where a stretch holds both, else by handovers in the overlaps.

    Values at a handover cancel, so the legs' changes add up to the whole exactly.
    """
    if not isinstance(estimate.model, Model):
        return Refusal(
            estimate.metric,
            why=f"its days cannot be read as one series ({estimate.design} alone speaks of it)",
            until="a daily series of it around the period",
        )
    if (refused := _reversed(estimate, before, after)) is not None:
        return refused
    out: list[Leg] = []
    start = before
    while True:
        here = [s for s in estimate.model.stretches if covers(s, start)]
        both = next((s for s in here if covers(s, after)), None)
        stretch = both or next(iter(here), None)
        stop = after if both else _handover(estimate.model, stretch, start)
        if stretch is None or stop is None:
            return _unreadable(estimate, before, after)
        a, b = inside(stretch, start), inside(stretch, stop)
        if not len(a) or not len(b):
            return _unknown(estimate, start if not len(a) else stop)
        out.append(Leg(stretch, a, b))
        if both:
            return tuple(out)
        start = stop


def covers(stretch: Stretch, window: Window) -> bool:
    """All days of the window lie in the stretch; weeks need not begin where a window does."""
    spare = timedelta(days=stretch.usable.every - 1)
    last = first_day(stretch) + timedelta(days=len(stretch.z) * stretch.usable.every - 1)
    return first_day(stretch) <= window.first + spare and window.last <= last


def inside(stretch: Stretch, window: Window) -> Indices:
    """Indices of the known readings that lie wholly in a window."""
    every, first = stretch.usable.every, first_day(stretch)
    start = -(-(window.first - first).days // every)
    end = ((window.last - first).days + 1) // every
    index = np.arange(max(start, 0), max(min(end, len(stretch.z)), 0))
    return index[np.isfinite(stretch.z[index])]


def first_day(stretch: Stretch) -> date:
    return stretch.usable.first + timedelta(days=stretch.start * stretch.usable.every)


def days_of(stretch: Stretch, index: Indices) -> Window:
    """The days from the first to the last of some readings."""
    every, first = stretch.usable.every, first_day(stretch)
    begin, end = int(index[0]) * every, (int(index[-1]) + 1) * every - 1
    return Window(first + timedelta(days=begin), first + timedelta(days=end))


def _handover(model: Model, stretch: Stretch | None, start: Window) -> Window | None:
    """Four weeks in the middle of what this stretch shares with the newest one that overlaps it and reaches further."""
    if stretch is None:
        return None
    end = first_day(stretch) + timedelta(days=len(stretch.z) * stretch.usable.every)
    for newer in model.stretches:
        begin = max(first_day(newer), start.last + timedelta(days=1))
        if newer.start > stretch.start and (end - begin).days >= HANDOVER:
            first = begin + timedelta(days=((end - begin).days - HANDOVER) // 2)
            window = Window(first, first + timedelta(days=HANDOVER - 1))
            if len(inside(stretch, window)) and len(inside(newer, window)):
                return window
    return None


def _reversed(estimate: Estimate, before: Window, after: Window) -> Refusal | None:
    """A refusal where the second window does not come after the first; they may share days."""
    if before.first < after.first and before.last < after.last:
        return None
    return Refusal(
        estimate.metric,
        why=f"{_spoken(after)} does not come after {_spoken(before)}",
        until="an earlier first day, or a later last one",
    )


def _unreadable(estimate: Estimate, before: Window, after: Window) -> Refusal:
    part: Usable = estimate.model.usable
    first = min(first_day(s) for s in estimate.model.stretches)
    if part.first <= before.first < first and after.last <= part.last:
        why = f"nothing was released before {say_day(first)} that could have moved it, so it was not weighed there"
        return Refusal(estimate.metric, why=why, until=f"ask from {say_day(first)} on")
    return Refusal(
        estimate.metric,
        why=f"it can be read from {say_day(part.first)} to {say_day(part.last)}, and the change asked for is from "
        f"{say_day(before.first)} to {say_day(after.last)}",
        until="older or newer days of it, or another period",
    )


def _unknown(estimate: Estimate, window: Window) -> Refusal:
    """No reading lies in a window: it is a gap, or shorter than the weeks it is read in."""
    part = estimate.model.usable
    if len(window) < part.every:
        return Refusal(
            estimate.metric,
            why=f"it is read in weeks, since a day counts too few, and {_spoken(window)} holds no whole week of it",
            until="a window of two weeks or more",
        )
    return Refusal(
        estimate.metric,
        why=f"no day of it is known in {_spoken(window)}",
        until=_nearest(estimate, window),
    )


def _nearest(estimate: Estimate, window: Window) -> str:
    """Known days next to a gap, in words."""
    part = estimate.model.usable
    known = [part.first + timedelta(days=int(i) * part.every) for i in np.flatnonzero(np.isfinite(part.values))]
    earlier, later = [d for d in known if d < window.first], [d for d in known if d > window.last]
    near = [say_day(d) for d in (*earlier[-1:], *later[:1])]
    return f"the nearest known: {' and '.join(near)}" if near else "days of it"


def _spoken(window: Window) -> str:
    return say_day(window.first) if len(window) == 1 else f"the days {say_day(window.first)} to {say_day(window.last)}"
