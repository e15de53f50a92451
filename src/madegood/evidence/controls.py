"""Controls: metrics that move with this one, and that none of its releases can have touched.

Each stands in the model with its slow part and with what is left of a day, so that a control that shares the drift
helps although its days are noisy, and one that shares the days' shocks helps too (benchmarks/columns.md, "controls").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from madegood.evidence.usable import usable
from madegood.intent.model import Metric
from madegood.numerics.joint import FREEDOM
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.days import Window
    from madegood.evidence.model import Question
    from madegood.evidence.stretch import Columns
    from madegood.evidence.usable import Usable
    from madegood.numerics.statespace import Floats
    from madegood.performance.model import Measured

#: More controls than this are averaged: six with columns of their own gave no narrower intervals than their mean (.095
#: and .093, benchmarks/columns.md, "controls"), at 12 columns rather than 2.
OWN = 3
#: Days of the centred mean that is a control's slow part: one of each weekday. As many may be missing in a row: for a
#: longer time the line between its neighbours would pass for a drift that was seen.
SLOW = 7
#: Part of the metric's known readings on which a control must be known.
COVERS = 0.9
#: Known readings at least: twelve weeks, so that all columns of a stretch stay below half of them.
FEWEST = 84
#: Chance that a control which nothing touched is taken for one that moved at the releases.
CHANCE = 0.01


@dataclass(frozen=True, slots=True)
class Checked:
    """One control on one stretch: its readings on its working scale, or why it is none."""

    name: str
    z: Floats | None
    because: str = ""


def checked(question: Question, part: Window, z: Floats, columns: Columns) -> tuple[Checked, ...]:
    """Every control of a question, held against what a control must be, in this stretch; z: the metric's readings."""
    return tuple(_checked(c, question, part, z, columns) for c in _others(question))


def control_columns(controls: Sequence[Checked], calendar: Floats) -> Floats:
    """Slow part and rest of each good control, or of their mean where there are many, (readings, ...)."""
    good = [_filled(c.z, calendar) for c in controls if c.z is not None]
    if len(good) > OWN:
        good = [np.mean([x / _roughness(x) for x in good], axis=0)]
    both = [column for x in good for column in _parts(x, SLOW if calendar.shape[1] > 1 else 1)]
    return np.column_stack(both) if both else np.zeros((len(calendar), 0))


def _others(question: Question) -> Iterator[Measured]:
    """Its controls but itself, each once."""
    seen = {question.metric.id}
    for control in question.controls:
        if control.series.metric not in seen:
            seen.add(control.series.metric)
            yield control


def _checked(control: Measured, question: Question, part: Window, z: Floats, columns: Columns) -> Checked:
    """Known on the same days, counted in one way, moving with the metric, and not at its releases."""
    name = control.series.metric
    own = usable(replace(question, metric=Metric(name), measured=control, parts=(), controls=()))
    if isinstance(own, Refusal):
        return Checked(name, None, own.why)
    x = _aligned(own, part, columns.every)
    known = np.isfinite(z)
    if known.sum() < FEWEST:
        return Checked(name, None, f"there are {known.sum()} known days, and it takes {FEWEST} to see what it is worth")
    both = known & np.isfinite(x)
    if both.sum() < COVERS * known.sum():
        return Checked(name, None, f"it is known on {both.sum() / max(known.sum(), 1):.0%} of the days")
    gap = _longest(known & ~np.isfinite(x))
    if gap * columns.every > SLOW:
        return Checked(name, None, f"{gap * columns.every} days of it are missing in a row")
    if _together(z, x, columns.calendar) <= 0:
        return Checked(name, None, "it does not move the same way")
    moved = _moved(x, columns)
    if moved:
        return Checked(name, None, f"it moved itself when {moved} came")
    return Checked(name, x)


def _longest(missing: NDArray[np.bool_]) -> int:
    """Readings in the longest run."""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], missing.astype(int), [0]])))
    return int((ends[1::2] - ends[::2]).max(initial=0))


def _aligned(own: Usable, part: Window, every: int) -> Floats:
    """The control's working scale on the readings of the stretch, NaN where it is not known, (readings,)."""
    daily = np.full(len(part), np.nan)
    values = own.scale.forward(own.values)
    for i, day in enumerate(part):
        at = own.at(day)
        if 0 <= at < len(values):
            daily[i] = values[at]
    return np.asarray(daily.reshape(-1, every).mean(axis=1))


def _together(z: Floats, x: Floats, calendar: Floats) -> float:
    """Correlation of the changes from one week to the next."""
    a, b = (_filled(v, calendar) for v in (z, x))
    lag = SLOW if calendar.shape[1] > 1 else 1
    a, b = (np.diff(_smooth(v, lag)[::lag]) for v in (a, b))
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0


def _moved(x: Floats, columns: Columns) -> str:
    """The release at which the control itself moved further than chance lets it; empty where there is none."""
    if not columns.effects.shape[1]:
        return ""
    joint = replace(columns, base=None).fit(x - np.nanmean(x))
    away = np.abs(joint.beta) / joint.se
    k = int(np.argmax(away))
    limit = float(stdtrit(FREEDOM, 1 - CHANCE / 2 / len(away)))
    return columns.carried[k][0].key if away[k] > limit else ""


def _filled(x: Floats, calendar: Floats) -> Floats:
    """Without its weekdays, around nothing; missing readings on the line between their neighbours, (readings,)."""
    known = np.isfinite(x)
    weekday, *_ = np.linalg.lstsq(calendar[known], x[known], rcond=None)
    rest = x - calendar @ weekday
    return np.interp(np.arange(len(x)), np.flatnonzero(known), rest[known])


def _parts(x: Floats, width: int) -> tuple[Floats, ...]:
    """Slow part, and the rest of each reading; readings of weeks are slow already."""
    if width == 1:
        return (x,)
    slow = _smooth(x, width)
    return slow, x - slow


def _smooth(x: Floats, width: int) -> Floats:
    """Centred mean of so many readings, of those that there are at the ends."""
    ones = np.ones(width)
    return np.asarray(np.convolve(x, ones, "same") / np.convolve(np.ones(len(x)), ones, "same"))


def _roughness(x: Floats) -> float:
    """Median change of the slow part from one reading to the next, so that none outweighs the others."""
    return float(np.median(np.abs(np.diff(_smooth(x, SLOW))))) + 1e-9
