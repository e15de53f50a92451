"""One stretch of a metric with the releases in it: the columns of the model, and what was fitted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.evidence.calendar import known_days, weekdays
from madegood.evidence.question import begins, exposure
from madegood.numerics.courses import courses
from madegood.numerics.joint import NEAR, Joint, fit
from madegood.numerics.own_null import widening
from madegood.numerics.span import beyond, span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from madegood.days import Window
    from madegood.evidence.controls import Checked
    from madegood.evidence.model import Question
    from madegood.evidence.usable import Usable
    from madegood.execution.model import Release
    from madegood.numerics.statespace import Floats
    from madegood.refusal import Refusal

#: Days in one stretch, and days between the ends of two: noise is not the same over ten years.
LONG, STEP = 730, 365
#: From so many columns on, a stretch is asked by fakes how wide its own intervals must be; with fewer, the placebo
#: dates on which the shipped constants rest are such a calendar themselves.
MANY = 6
#: Columns of releases are at most this part of the known readings; closer ones share a column.
DENSEST = 1 / 6


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What the releases and events of a stretch did to each reading.

    carried   releases of each column, by day
    effects   (readings, columns) share of customers reached, 0 to 1
    calendar  (readings, ...) a constant and the weekdays
    known     (readings, ...) 1 while a known event or a holiday lasted
    controls  (readings, ...) what moves with this metric, and was not touched
    curves    (readings, ...) courses of months
    crowded   columns that stand for releases of several days, because there were too many
    every     days in one reading
    base      (readings,) noise of each reading beside the others', where counting makes them differ
    """

    carried: tuple[tuple[Release, ...], ...]
    effects: Floats
    calendar: Floats
    known: Floats
    controls: Floats
    curves: Floats
    crowded: bool
    every: int = 1
    base: Floats | None = None

    @property
    def nuisance(self) -> Floats:
        """What is fitted beside effects and courses, (readings, ...)."""
        return np.column_stack([self.calendar, self.known, self.controls])

    def fit(self, z: Floats) -> Joint:
        """Effects on these readings, NaN where missing."""
        return fit(z, self.nuisance, self.effects, self.curves, max(NEAR // self.every, 2), base=self.base)

    def widened(self, joint: Joint, z: Floats) -> Joint:
        """The same with intervals as wide as fakes beside so many releases ask for."""
        if self.effects.shape[1] < MANY:
            return joint
        near = max(NEAR // self.every, 2)
        args = (self.nuisance, self.effects, self.curves, self.every, near, self.base)
        return joint.widened(widening(joint, z, *args))


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A fitted stretch.

    start    index of its first reading in `usable`
    runs     columns that are spoken of together
    draws    (draws, columns) effects after the team's track record, working scale; empty before it is known
    tried    controls, good or not; `narrower`: by what share the good ones narrow the intervals, 0 where they do not
    segments how many segments the effects were pooled from; 0: the whole alone
    """

    usable: Usable
    start: int
    z: Floats
    columns: Columns
    joint: Joint
    runs: tuple[tuple[int, ...], ...]
    draws: Floats
    tried: tuple[Checked, ...] = ()
    narrower: float = 0.0
    segments: int = 0

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

    calendar, events = weekdays(part, every, known), known_days(question, part, every, known)
    order = sorted(question.releases, key=lambda r: (begins(r, segment), r.key))
    reached = [(r, reading(exposure(r, part.first, days, segment, sizes))) for r in order]
    groups, shapes = _distinct(reached, np.column_stack([calendar, events]), known)
    effects = np.column_stack(shapes) if shapes else np.zeros((len(known), 0))
    most = max(int(known.sum() * DENSEST), 1)
    crowded = len(groups) > most
    if crowded:
        groups, effects = _thin(groups, effects, most)
    return Columns(
        tuple(groups),
        effects,
        calendar,
        events,
        np.zeros((len(known), 0)),
        courses(len(known), every),
        crowded,
        every,
    )


def _distinct(
    reached: Sequence[tuple[Release, Floats]], nuisance: Floats, known: NDArray[np.bool_]
) -> tuple[list[tuple[Release, ...]], list[Floats]]:
    """Releases, by day, that the known readings tell apart, each with its column, (readings,).

    One that says nothing beyond the calendar is left out; one that says nothing beyond the calendar and those before
    it (no known reading lies between them) shares the column of the last.
    """
    groups: list[list[Release]] = []
    shapes: list[Floats] = []
    seen: dict[bytes, int] = {}
    calendar = span(nuisance[known].T, int(known.sum()))
    basis = calendar
    for release, x in reached:
        on, key = x[known], x[known].tobytes()
        unit = None if key in seen else beyond(basis, on)
        if unit is not None:
            seen[key] = len(groups)
            basis = np.column_stack([basis, unit])
            groups.append([release])
            shapes.append(x)
        elif key in seen:
            groups[seen[key]].append(release)
        elif groups and beyond(calendar, on) is not None:
            groups[-1].append(release)
    return [tuple(group) for group in groups], shapes


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
