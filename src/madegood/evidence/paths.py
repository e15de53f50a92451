"""Courses for drawing: what happened, what would have without the releases, and what was made good day by day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window, say_day
from madegood.evidence.decompose import between, weights
from madegood.evidence.legs import HANDOVER, first_day, legs
from madegood.evidence.model import Cumulative, Path
from madegood.evidence.stretch import Model
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.model import Estimate
    from madegood.numerics.statespace import Floats
    from madegood.performance.model import Measured, Series

#: Days of the moving mean that a path is drawn with, and its points at most.
SMOOTH, POINTS = 7, 200
#: Points at most of what was made good: each costs a decomposition.
STEPS = 61


def cumulative(estimate: Estimate, period: Window, window: int = HANDOVER) -> Cumulative | Refusal:
    """What releases made good since the day before the period, at every day of it (thinned), own unit.

    Each point is the change of the mean of the last `window` days against that of the `window` days before the
    period, as `decompose` has it: the course begins at nothing and ends at its figure. Days without readings are
    left out; draws are those of the team's track record.
    """
    before, out = period.before(window), []
    refused: Refusal | None = None
    for day in _thinned(period):
        way = legs(estimate, before, Window.ending(day, window))
        if isinstance(way, Refusal):
            refused = refused or way
            continue
        draws = np.zeros(1)
        for leg in way:
            on, stretch = weights(leg), leg.stretch
            columns = [column for run in between(stretch, on) for column in run]
            draws = draws + stretch.draws[:, columns] @ (on @ stretch.columns.effects[:, columns])
        out.append((day, float(draws.mean()), *(float(x) for x in np.quantile(draws, [0.025, 0.975]))))
    if not out:
        return refused or Refusal(estimate.metric, why="the period has no day", until="a later last day")
    days, mean, low, high = zip(*out, strict=True)
    return Cumulative(days, mean, low, high)


def _thinned(period: Window) -> tuple[date, ...]:
    """At most STEPS days of the period, its last among them."""
    days = tuple(period)
    keep = np.unique(np.linspace(0, len(days) - 1, min(len(days), STEPS)).round().astype(int))
    return tuple(days[i] for i in keep)


def path(estimate: Estimate, measured: Measured, window: Window) -> Path | Refusal:
    """The course over a window: seven-day means, and the same without the releases since its first day.

    Where the metric cannot be read, only what happened is drawn.
    """
    series = measured.series.within(window)
    if not np.isfinite(series.values).any():
        return Refusal(
            estimate.metric, why=f"no day of it is known from {say_day(window.first)} on", until="older days"
        )
    seen = _smooth(series.values[:, None])[:, 0]
    without = np.full((len(seen), 3), np.nan)
    if isinstance(estimate.model, Model):
        inside, effect = _effects(estimate.model, series)
        if inside.any():
            without[inside] = _without(estimate.model, series.values[inside], effect[:, inside])
    days = len(series.values)
    keep = np.unique(np.linspace(0, days - 1, min(days, POINTS)).round().astype(int))
    return Path(
        tuple(series.day(i) for i in keep),
        _points(seen[keep]),
        *(_points(without[keep, j]) for j in range(3)),
    )


def _effects(model: Model, series: Series) -> tuple[Floats, Floats]:
    """Days that can be read, (days,), and draws of what releases since the first of them added, working scale.

    Stretch by stretch, the oldest first; one hands over to the next in the middle of what they share.
    """
    days = len(series.values)
    effect, inside = np.zeros((1, days)), np.zeros(days, bool)
    begun: int | None = None  # the day up to which the course is known
    for stretch in reversed(model.stretches):
        at = (np.arange(days) + (series.first - first_day(stretch)).days) // stretch.usable.every
        here = np.flatnonzero((at >= 0) & (at < len(stretch.z)))
        if not len(here) or not len(stretch.draws):
            continue
        since = here[0]
        if begun is not None and inside[here[0]]:
            since = (here[0] + begun) // 2
        elif begun is not None:  # nothing joins the two: the older one is not drawn
            effect, inside = np.zeros((1, days)), np.zeros(days, bool)
        x = stretch.columns.effects[at[here[here >= since]]]
        added = stretch.draws[::8] @ (x - x[0]).T
        whole = np.zeros((len(added), days)) + effect
        whole[:, since : here[-1] + 1] = whole[:, since : since + 1] + added
        effect, begun = whole, int(here[-1])
        inside[here] = True
    return inside, effect


def _without(model: Model, values: Floats, effect: Floats) -> Floats:
    """Mean, low and high (95 %) of the smoothed course without the effects, (days, 3). effect (draws, days)."""
    scale = model.usable.scale
    course = values[:, None] - scale.level * effect.T
    if scale.kind == "log":
        course = np.maximum((values[:, None] + scale.add) * np.exp(-effect.T) - scale.add, 0.0)
    draws = _smooth(course)  # whole rows are known or not
    low, high = np.quantile(draws, [0.025, 0.975], axis=1)
    return np.column_stack([draws.mean(axis=1), low, high])


def _smooth(values: Floats) -> Floats:
    """Centred seven-day means down the rows, of the days that are known; NaN where none is."""
    half = SMOOTH // 2
    known = np.isfinite(values)
    total = np.cumsum(np.vstack([np.zeros(values.shape[1]), np.where(known, values, 0.0)]), axis=0)
    count = np.cumsum(np.vstack([np.zeros(values.shape[1]), known]), axis=0)
    rows = np.arange(len(values))
    low, high = np.maximum(rows - half, 0), np.minimum(rows + half + 1, len(values))
    n = count[high] - count[low]
    return np.asarray(np.where(n > 0, (total[high] - total[low]) / np.maximum(n, 1), np.nan))


def _points(values: Sequence[float] | Floats) -> tuple[float | None, ...]:
    return tuple(float(v) if np.isfinite(v) else None for v in values)
