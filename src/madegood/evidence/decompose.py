"""Change of a metric = made good + drift + known events + noise, exactly, in its own unit; and its course without."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.days import Window, say_day
from madegood.evidence.model import Decomposition, Interval, Path
from madegood.numerics.statespace import gains, spread, whiten
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.model import Estimate
    from madegood.evidence.stretch import Stretch
    from madegood.evidence.usable import Usable
    from madegood.numerics.statespace import Floats
    from madegood.performance.model import Measured

Indices = NDArray[np.int_]

#: Days of the moving mean that a path is drawn with, and its points at most.
SMOOTH, POINTS = 7, 200


def decompose(estimate: Estimate, before: Window, after: Window) -> Decomposition | Refusal:
    """The change of the mean from one window to the other, in parts that add up to it in every draw.

    The parts are sums over pairs of days, one of each window: an effect on the working scale times the logarithmic
    mean of the two values (LMDI, Ang 2004). Effects are drawn after the track record; drift and calendar given them.
    """
    place = _covering(estimate, before, after)
    if isinstance(place, Refusal):
        return place
    stretch, a, b = place
    part = stretch.usable
    values, seen = (v[stretch.start : stretch.start + len(stretch.z)] for v in (part.values, part.seen))
    weights = np.zeros(len(stretch.z))
    widths = part.scale.widths(values[a], values[b]) / (len(a) * len(b))
    weights[a] -= widths.sum(axis=1)
    np.add.at(weights, b, widths.sum(axis=0))
    made, drift, known, rest = _parts(stretch, weights)
    start, end = float(seen[a].mean()), float(seen[b].mean())
    rest = rest + (end - start) - (values[b].mean() - values[a].mean())  # shares of few are worked on smoothed
    by_run = tuple(
        (" + ".join(stretch.keys(run)), _interval(made[:, list(run)].sum(axis=1)))
        for run in stretch.runs
        if np.abs(weights @ stretch.columns.effects[:, list(run)]).max() > 1e-9 * np.abs(weights).sum()
    )
    return Decomposition(
        estimate.metric,
        _days(stretch, a),
        _days(stretch, b),
        start,
        end,
        end - start,
        _interval(made.sum(axis=1)) if by_run else Interval(0.0, 0.0, 0.0),
        _interval(drift),
        _interval(known),
        _interval(rest),
        by_run,
    )


def _parts(stretch: Stretch, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Draws of weights' z in parts: releases (draws, columns); drift, known events, and the rest, (draws,).

    Given the effects, calendar and courses g are a least-squares posterior; the rest of the drift given both is
    normal with mean c' S^-1 (z - N g - X beta), c = cov(mu + a) weights (Durbin and Koopman 2012, section 4.4).
    """
    joint, cols, beta = stretch.joint, stretch.columns, stretch.draws
    q, va, phi = joint.noise.models[0].tolist()
    nuisance = np.column_stack([cols.calendar, cols.known, cols.curves])
    p, rng = nuisance.shape[1], np.random.default_rng(len(weights))
    c = spread(q, va, phi, weights)
    present = np.isfinite(joint.noise.r)
    z = np.where(present, stretch.z, 0.0)
    table = np.column_stack([c, z, nuisance, cols.effects]) * present[:, None]
    w = whiten(gains(q, va, phi, joint.noise.r), table)
    gram = w.T @ w
    prior = np.full(p, 1e-10)
    prior[p - cols.curves.shape[1] :] = 1 / joint.noise.slopes[0] ** 2
    inner = gram[2 : 2 + p, 2 : 2 + p] + np.diag(prior)
    target = gram[2 : 2 + p, 1][:, None] - gram[2 : 2 + p, 2 + p :] @ beta.T
    root = np.linalg.cholesky(np.linalg.inv(inner) * joint.s2)
    g = (np.linalg.solve(inner, target) + root @ rng.standard_normal((p, len(beta)))).T
    mean = gram[0, 1] - g @ gram[0, 2 : 2 + p] - beta @ gram[0, 2 + p :]
    variance = joint.s2 * max(float(weights @ c - gram[0, 0]), 0.0)
    drift = mean + np.sqrt(variance) * rng.standard_normal(len(beta))
    made = beta * (weights @ cols.effects)
    first, last = cols.calendar.shape[1], p - cols.curves.shape[1]
    drift = drift + g[:, last:] @ (weights @ cols.curves)
    events = g[:, first:last] @ (weights @ cols.known)
    rest = float(weights @ z) - made.sum(axis=1) - drift - events
    return made, drift, events, rest


def _interval(draws: Floats) -> Interval:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Interval(float(draws.mean()), float(low), float(high))


def _covering(estimate: Estimate, before: Window, after: Window) -> tuple[Stretch, Indices, Indices] | Refusal:
    """The newest stretch that holds both windows, and the known readings wholly inside each."""
    for stretch in estimate.model.stretches:
        covered = _days(stretch, np.array([0, len(stretch.z) - 1]))
        spare = timedelta(days=stretch.usable.every - 1)  # weeks need not begin where a window does
        if covered.first <= before.first + spare and after.first <= covered.last and before.last < after.first:
            a, b = _inside(stretch, before), _inside(stretch, after)
            if len(a) and len(b):
                return stretch, a, b
    part: Usable = estimate.model.usable
    return Refusal(
        estimate.metric,
        why=f"it can be read from {say_day(part.first)} to {say_day(part.last)}, and the change asked for is from "
        f"{say_day(before.first)} to {say_day(after.last)}",
        until="older or newer days of it, or another period",
    )


def _inside(stretch: Stretch, window: Window) -> Indices:
    """Indices of the known readings that lie wholly in a window."""
    every, first = stretch.usable.every, _first(stretch)
    start = -(-(window.first - first).days // every)
    end = ((window.last - first).days + 1) // every
    index = np.arange(max(start, 0), max(min(end, len(stretch.z)), 0))
    return index[np.isfinite(stretch.z[index])]


def _first(stretch: Stretch) -> date:
    return stretch.usable.first + timedelta(days=stretch.start * stretch.usable.every)


def _days(stretch: Stretch, index: Indices) -> Window:
    """The days from the first to the last of some readings."""
    every, first = stretch.usable.every, _first(stretch)
    return Window(
        first + timedelta(days=int(index[0]) * every), first + timedelta(days=(int(index[-1]) + 1) * every - 1)
    )


def path(estimate: Estimate, measured: Measured, window: Window) -> Path | Refusal:
    """The course over a window: seven-day means, and the same without the releases since its first day.

    Before the newest stretch, and where the metric cannot be read, only what happened is drawn.
    """
    series = measured.series.within(window)
    if not np.isfinite(series.values).any():
        return Refusal(
            estimate.metric, why=f"no day of it is known from {say_day(window.first)} on", until="older days"
        )
    seen = _smooth(series.values[:, None])[:, 0]
    without = np.full((len(seen), 3), np.nan)
    stretch: Stretch = estimate.model.stretches[0]
    every, scale, days = stretch.usable.every, stretch.usable.scale, len(series.values)
    at = (np.arange(days) + (window.first - _first(stretch)).days) // every
    inside = (at >= 0) & (at < len(stretch.z))
    if inside.any() and len(stretch.draws):
        x = stretch.columns.effects[at[inside]]
        effect = stretch.draws[::8] @ (x - x[0]).T  # (draws, days)
        y = series.values[inside]
        course = y[:, None] - scale.level * effect.T
        if scale.kind == "log":
            course = np.maximum((y[:, None] + scale.add) * np.exp(-effect.T) - scale.add, 0.0)
        draws = _smooth(course)  # whole rows are known or not
        low, high = np.quantile(draws, [0.025, 0.975], axis=1)
        without[inside] = np.column_stack([draws.mean(axis=1), low, high])
    keep = np.unique(np.linspace(0, days - 1, min(days, POINTS)).round().astype(int))
    return Path(
        tuple(series.day(i) for i in keep),
        _points(seen[keep]),
        *(_points(without[keep, j]) for j in range(3)),
    )


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
