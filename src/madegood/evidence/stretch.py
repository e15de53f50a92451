"""One stretch of a metric with the releases in it: the columns of the model, and what was fitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.evidence.question import begins, exposure
from madegood.numerics.courses import courses
from madegood.numerics.joint import Joint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from madegood.days import Window
    from madegood.evidence.model import Question
    from madegood.evidence.usable import Usable
    from madegood.execution.model import Release
    from madegood.numerics.statespace import Floats
    from madegood.refusal import Refusal

#: Days in one stretch, and days between the ends of two: noise is not the same over ten years.
LONG, STEP = 730, 365
#: Columns of releases are at most this part of the known readings; closer ones share a column.
DENSEST = 1 / 6


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What the releases and events of a stretch did to each reading.

    carried   releases of each column, by day
    effects   (readings, columns) share of customers reached, 0 to 1
    calendar  (readings, ...) a constant and the weekdays
    known     (readings, events) 1 while a known event lasted
    curves    (readings, ...) courses of months
    crowded   columns that stand for releases of several days, because there were too many
    """

    carried: tuple[tuple[Release, ...], ...]
    effects: Floats
    calendar: Floats
    known: Floats
    curves: Floats
    crowded: bool


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A fitted stretch.

    start    index of its first reading in `usable`
    runs     columns that are spoken of together
    draws    (draws, columns) effects after the team's track record, working scale; empty before it is known
    """

    usable: Usable
    start: int
    z: Floats
    columns: Columns
    joint: Joint
    runs: tuple[tuple[int, ...], ...]
    draws: Floats

    def keys(self, run: Sequence[int]) -> tuple[str, ...]:
        """Releases of a run, by day."""
        return tuple(r.key for column in run for r in self.columns.carried[column])


@dataclass(frozen=True, slots=True)
class Detail:
    """What doubts and next steps need to know about an effect.

    unrest  daily surprises around it, relative to the whole stretch
    alone   standard error if every other release near it were known, working scale
    se      its standard error
    before  known readings before it in its stretch, in days
    """

    unrest: float
    alone: float
    se: float
    before: int
    model: tuple[float, float, float]
    noise: float


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """Releases that were not estimated, and why."""

    releases: tuple[str, ...]
    first: date
    early: bool
    refusal: Refusal


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What `joint_series` keeps: every stretch, the newest first, and the details of each effect in their order."""

    usable: Usable
    stretches: tuple[Stretch, ...]
    details: tuple[Detail, ...]
    left: tuple[Left, ...]
    where: tuple[tuple[int, int], ...]  # of each effect: stretch and run


def starts(readings: int, every: int) -> tuple[int, ...]:
    """First reading of each stretch, the newest first; neighbours overlap by half.

    >>> starts(300, 1), starts(1500, 1)
    ((0,), (770, 405, 40, 0))
    """
    long, step = LONG // every, STEP // every
    out = [max(readings - long, 0)]
    while out[-1] > 0:
        out.append(max(out[-1] - step, 0))
    return tuple(out)


def length(every: int) -> int:
    """Readings in one stretch."""
    return LONG // every


def columns(question: Question, part: Window, every: int, known: NDArray[np.bool_]) -> Columns:
    """The columns of a stretch; `known` marks its readings that have a value, (readings,)."""
    days = len(part)
    segment, sizes = question.measured.series.segment, dict(question.sizes)

    def reading(daily: Floats) -> Floats:
        return np.asarray(daily.reshape(-1, every).mean(axis=1))

    carried: dict[bytes, list[Release]] = {}
    shapes: dict[bytes, Floats] = {}
    for release in question.releases:
        x = reading(exposure(release, part.first, days, segment, sizes))
        if np.ptp(x[known]) > 0:  # some readings without it, some with
            carried.setdefault(x[known].tobytes(), []).append(release)
            shapes.setdefault(x[known].tobytes(), x)
    order = sorted(carried, key=lambda k: (begins(carried[k][0], segment), carried[k][0].key))
    effects = np.column_stack([shapes[k] for k in order]) if order else np.zeros((len(known), 0))
    groups = [tuple(carried[k]) for k in order]
    most = max(int(known.sum() * DENSEST), 1)
    crowded = len(groups) > most
    if crowded:
        groups, effects = _thin(groups, effects, most)
    calendar = _calendar(part, every, known)
    events = _events(question, part, reading, known)
    return Columns(tuple(groups), effects, calendar, events, courses(len(known), every), crowded)


def _thin(groups: list[tuple[Release, ...]], effects: Floats, most: int) -> tuple[list[tuple[Release, ...]], Floats]:
    """Neighbours nearest in time share a column, their mean, until there are no more than `most`."""
    groups, shapes, sizes = list(groups), list(effects.T), [1] * len(groups)
    while len(groups) > most:
        gaps = [(b[0].day - a[-1].day).days + len(a) + len(b) for a, b in pairwise(groups)]
        i = int(np.argmin(gaps))
        both = sizes[i] + sizes[i + 1]
        shapes[i : i + 2] = [(shapes[i] * sizes[i] + shapes[i + 1] * sizes[i + 1]) / both]
        groups[i : i + 2] = [groups[i] + groups[i + 1]]
        sizes[i : i + 2] = [both]
    return groups, np.column_stack(shapes)


def _calendar(part: Window, every: int, known: NDArray[np.bool_]) -> Floats:
    """A constant, and a contrast for every weekday on which there are readings but one."""
    days = len(part)
    if every > 1:
        return np.ones((days // every, 1))
    weekday = (part.first.weekday() + np.arange(days)) % 7
    seen = [d for d in range(7) if (weekday[known] == d).sum() >= 2]
    contrasts = [(weekday == d).astype(float) - (weekday == seen[0]) for d in seen[1:]]
    return np.column_stack([np.ones(days), *contrasts])


def _events(question: Question, part: Window, reading: Callable[[Floats], Floats], known: NDArray[np.bool_]) -> Floats:
    """One column for each known event of this metric that some readings lie in and some outside."""
    out: list[Floats] = []
    for event in question.known:
        if event.changes_instrument or (event.metrics and question.metric.id not in event.metrics):
            continue
        day = np.array([event.first <= part.first + timedelta(days=i) <= event.last for i in range(len(part))], float)
        x = reading(day)
        if np.ptp(x[known]) > 0 and not any(np.array_equal(x, other) for other in out):
            out.append(x)
    out = out[: int(known.sum()) // 8]
    return np.column_stack(out) if out else np.zeros((len(known), 0))
