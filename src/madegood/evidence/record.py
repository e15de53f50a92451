"""The team's track record, learnt over all its metrics and put to every estimate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.designs.joint_series import totals
from madegood.evidence.model import Effect, Estimate, Interval
from madegood.evidence.stretch import Model, Stretch
from madegood.numerics.groups import gather
from madegood.numerics.track_record import shrink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.numerics.statespace import Floats


def with_record(estimates: Sequence[Estimate], ropes: Mapping[str, float]) -> tuple[Estimate, ...]:
    """The same estimates with `shrunk`, `up` and `down`, and draws of every effect. `ropes`: by metric."""
    blocks = [totals(stretch) for e in estimates for stretch in e.model.stretches]
    draws = iter(shrink(blocks))
    return tuple(_recorded(e, [next(draws) for _ in e.model.stretches], ropes[e.metric]) for e in estimates)


def _recorded(estimate: Estimate, draws: Sequence[Floats], rope: float) -> Estimate:
    """One estimate with the draws of its stretches, (draws, runs) each."""
    model: Model = estimate.model
    stretches = tuple(replace(s, draws=_members(s, d)) for s, d in zip(model.stretches, draws, strict=True))
    ends = [np.quantile(d, [0.025, 0.975], axis=0) if d.size else np.zeros((2, 0)) for d in draws]
    effects = tuple(
        _shrunk(effect, model, draws[place][:, run], ends[place][:, run], rope)
        for effect, (place, run) in zip(estimate.effects, model.where, strict=True)
    )
    return replace(estimate, effects=effects, model=replace(model, stretches=stretches))


def _shrunk(effect: Effect, model: Model, draws: Floats, ends: Floats, rope: float) -> Effect:
    """The effect as its draws say it; ends (2,): those between which 95 % of them lie."""
    scale = model.usable.scale
    low, high = scale.bounds(rope)
    mean = float(scale.share(draws).mean())
    return replace(
        effect,
        shrunk=Interval(mean, float(scale.share(ends[0])), float(scale.share(ends[1]))),
        up=float((draws > high).mean()),
        down=float((draws < low).mean()),
    )


def _members(stretch: Stretch, draws: Floats) -> Floats:
    """Draws of single columns that add up to the draws of their runs: what the data say of the members, moved by the
    least that makes them fit (Matheron's rule)."""
    joint = stretch.joint
    size = len(joint.beta)
    if not size or all(len(run) == 1 for run in stretch.runs):
        return draws
    total = gather([list(run) for run in stretch.runs], size)
    rng = np.random.default_rng(size)
    root = np.linalg.cholesky(joint.covariance + 1e-12 * np.eye(size))
    free = joint.beta + rng.standard_normal((len(draws), size)) @ root.T
    inner = total @ joint.covariance @ total.T
    gain = np.linalg.solve(inner + 1e-14 * np.eye(len(inner)), total @ joint.covariance)
    return np.asarray(free + (draws - free @ total.T) @ gain)
