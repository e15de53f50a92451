"""Change of a metric = made good + drift + known events + noise, exactly in every draw, in its own unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window
from madegood.evidence.legs import Leg, days_of, legs
from madegood.evidence.model import Decomposition, Interval
from madegood.numerics.joint import FREEDOM
from madegood.numerics.statespace import gains, spread, whiten
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.evidence.model import Estimate
    from madegood.evidence.stretch import Stretch
    from madegood.numerics.statespace import Floats

#: Draws where no track record was learnt; as many as the record keeps.
DRAWS = 2560
#: A release whose weight is a smaller part of all weights than this was there on both sides, or on neither.
NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A change between two windows, draw by draw, own unit: the row sum of made + drift + known + noise is `change`.

    before, after  the known readings inside the windows asked for; `read` is how many days of each are known
    runs    keys of the releases between the windows, those that cannot be told apart together
    made    (draws, runs)
    drift, known, noise  (draws,)
    """

    metric: str
    before: Window
    after: Window
    read: tuple[int, int]
    start: float
    end: float
    runs: tuple[tuple[str, ...], ...]
    made: Floats
    drift: Floats
    known: Floats
    noise: Floats

    @property
    def change(self) -> float:
        return self.end - self.start


def decompose(estimate: Estimate, before: Window, after: Window) -> Decomposition | Refusal:
    """The change of the mean from one window to the other, in parts that add up to it in every draw."""
    whole = split(estimate, before, after)
    return whole if isinstance(whole, Refusal) else summary(whole)


def split(estimate: Estimate, before: Window, after: Window, record: bool = True) -> Split | Refusal:
    """Draws of every part of the change from one window to the other; single days are windows too.

    The parts are sums over pairs of days, one of each window: an effect on the working scale times the logarithmic
    mean of the two values (LMDI, Ang 2004). Effects are drawn after the track record, or, without `record`, from
    Student-t around the data's own estimate (for comparison alone: where releases are dense, the sum of so many free
    steps takes drift for its own); drift and calendar given them.
    """
    way = legs(estimate, before, after)
    if isinstance(way, Refusal):
        return way
    made: dict[tuple[str, ...], Floats] = {}
    drift = known = noise = np.zeros(1)
    for leg in way:
        stretch = leg.stretch
        beta = stretch.draws if record and len(stretch.draws) else _own(stretch)
        runs, parts = _parts(leg, beta)
        for run in runs:
            keys = stretch.keys(run)
            made[keys] = made.get(keys, 0.0) + parts[0][:, list(run)].sum(axis=1)
        drift, known, noise = drift + parts[1], known + parts[2], noise + parts[3]
    first, last = way[0], way[-1]
    start, end = (float(_values(x.stretch)[1][i].mean()) for x, i in ((first, first.a), (last, last.b)))
    joined, columns = _joined(made)
    return Split(
        estimate.metric,
        days_of(first.stretch, first.a),
        days_of(last.stretch, last.b),
        (len(first.a) * first.stretch.usable.every, len(last.b) * last.stretch.usable.every),
        start,
        end,
        joined,
        np.column_stack(columns) if columns else np.zeros((len(drift), 0)),
        drift,
        known,
        noise,
    )


def summary(whole: Split) -> Decomposition:
    """Mean and middle 95 % of every part."""
    return Decomposition(
        whole.metric,
        whole.before,
        whole.after,
        whole.start,
        whole.end,
        whole.change,
        interval(whole.made.sum(axis=1)) if whole.runs else Interval(0.0, 0.0, 0.0),
        interval(whole.drift),
        interval(whole.known),
        interval(whole.noise),
        tuple((" + ".join(keys), interval(whole.made[:, i])) for i, keys in enumerate(whole.runs)),
        read=whole.read,
    )


def interval(draws: Floats) -> Interval:
    """Mean and middle 95 % of some draws, (draws,)."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return Interval(float(draws.mean()), float(low), float(high))


def weights(leg: Leg) -> Floats:
    """What one step of the working scale on each reading is worth for the change of the leg, own unit, (readings,)."""
    values, _ = _values(leg.stretch)
    out = np.zeros(len(leg.stretch.z))
    widths = leg.stretch.usable.scale.widths(values[leg.a], values[leg.b]) / (len(leg.a) * len(leg.b))
    np.add.at(out, leg.a, -widths.sum(axis=1))
    np.add.at(out, leg.b, widths.sum(axis=0))
    return out


def between(stretch: Stretch, on: Floats) -> list[tuple[int, ...]]:
    """Runs of releases that weigh in a change with these weights: those that came, or grew, between its windows."""
    least = NEGLIGIBLE * np.abs(on).sum()
    each = np.abs(on @ stretch.columns.effects)
    return [run for run in stretch.runs if each[list(run)].max() > least]


def _values(stretch: Stretch) -> tuple[Floats, Floats]:
    """Readings of a stretch as they are worked on, and as they were counted."""
    part, where = stretch.usable, slice(stretch.start, stretch.start + len(stretch.z))
    return part.values[where], part.seen[where]


def _own(stretch: Stretch) -> Floats:
    """Draws of the effects from the data alone: Student-t with the calibrated freedom, (DRAWS, columns)."""
    joint, size = stretch.joint, len(stretch.joint.beta)
    rng = np.random.default_rng([stretch.start, size])
    root = np.linalg.cholesky(joint.covariance + 1e-12 * np.eye(size))
    wide = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, DRAWS))[:, None]
    return np.asarray(joint.beta + wide * (rng.standard_normal((DRAWS, size)) @ root.T))


def _parts(leg: Leg, beta: Floats) -> tuple[list[tuple[int, ...]], tuple[Floats, Floats, Floats, Floats]]:
    """Runs that weigh in the leg; draws of what each column made good, (draws, columns), of drift, known, noise."""
    stretch, on = leg.stretch, weights(leg)
    values, seen = _values(stretch)
    made, drift, known, rest = _drawn(stretch, on, beta)
    gap = float(seen[leg.b].mean() - seen[leg.a].mean() - values[leg.b].mean() + values[leg.a].mean())
    return between(stretch, on), (made, drift, known, rest + gap)  # shares of few are worked on smoothed


def _drawn(stretch: Stretch, on: Floats, beta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Draws of on'z in parts: releases (draws, columns); drift, known events, and the rest, (draws,).

    What controls did too, and the courses of months, would have happened anyway: they stand with the drift.

    Given the effects, calendar, controls and courses g are a least-squares posterior; the rest of the drift given all
    is normal with mean c' S^-1 (z - N g - X beta), c = cov(mu + a) on (Durbin and Koopman 2012, section 4.4).
    """
    joint, cols = stretch.joint, stretch.columns
    q, va, phi = joint.noise.models[0].tolist()
    nuisance = np.column_stack([cols.calendar, cols.known, cols.controls, cols.curves])
    p, rng = nuisance.shape[1], np.random.default_rng([stretch.start, len(on)])
    c = spread(q, va, phi, on)
    present = np.isfinite(joint.noise.r)
    z = np.where(present, stretch.z, 0.0)
    table = np.column_stack([c, z, nuisance, cols.effects])
    w = whiten(gains(q, va, phi, joint.noise.r), np.where(present[:, None], table, 0.0))
    gram = w.T @ w
    prior = np.full(p, 1e-10)
    prior[p - cols.curves.shape[1] :] = 1 / joint.noise.slopes[0] ** 2
    inner = gram[2 : 2 + p, 2 : 2 + p] + np.diag(prior)
    target = gram[2 : 2 + p, 1][:, None] - gram[2 : 2 + p, 2 + p :] @ beta.T
    root = np.linalg.cholesky(np.linalg.inv(inner) * joint.s2)
    g = (np.linalg.solve(inner, target) + root @ rng.standard_normal((p, len(beta)))).T
    mean = gram[0, 1] - g @ gram[0, 2 : 2 + p] - beta @ gram[0, 2 + p :]
    variance = joint.s2 * max(float(on @ c - gram[0, 0]), 0.0)
    drift = mean + np.sqrt(variance) * rng.standard_normal(len(beta))
    made = beta * (on @ cols.effects)
    first = cols.calendar.shape[1]
    last = first + cols.known.shape[1]
    drift = drift + g[:, last:] @ (on @ nuisance[:, last:])
    events = g[:, first:last] @ (on @ cols.known)
    rest = float(on @ z) - made.sum(axis=1) - drift - events
    return made, drift, events, rest


def _joined(made: dict[tuple[str, ...], Floats]) -> tuple[tuple[tuple[str, ...], ...], list[Floats]]:
    """Runs that share a release, because two stretches group them differently, become one."""
    out: list[tuple[tuple[str, ...], Floats]] = []
    for keys, draws in made.items():
        held = [(k, d) for k, d in out if set(k) & set(keys)]
        out = [(k, d) for k, d in out if not set(k) & set(keys)]
        names = tuple(dict.fromkeys(key for k in (*(k for k, _ in held), keys) for key in k))
        out.append((names, draws + sum((d for _, d in held), np.zeros(len(draws)))))
    return tuple(k for k, _ in out), [d for _, d in out]
