"""What an experiment or a staged release showed goes into the series' posterior, so that the parts agree with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from madegood.numerics.joint import quantile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.evidence.model import Effect, Estimate, Question
    from madegood.evidence.stretch import Stretch
    from madegood.numerics.joint import Joint


def informed(estimate: Estimate, stronger: Sequence[Estimate], question: Question) -> Estimate:
    """The series' estimate with every effect that a stronger design knows taken as one more observation of it.

    Only where both speak of the same thing: one release with a column of its own, whose column says what share of
    customers met it (its rollouts). What the series says by itself stays in each effect's `data`.
    """
    staged = {r.key for r in question.releases if r.rollouts}
    known = {e.releases[0]: e for e in _told(stronger) if len(e.releases) == 1 and e.releases[0] in staged}
    if not known:
        return estimate
    stretches = tuple(replace(s, joint=_with(s, known)) for s in estimate.model.stretches)
    return replace(estimate, model=replace(estimate.model, stretches=stretches))


def _told(stronger: Sequence[Estimate]) -> Iterator[Effect]:
    """Effects that their own doubts leave at grade A or B, the weakest design first, so that the strongest stays."""
    for estimate in reversed(stronger):
        for effect in estimate.effects:
            if not effect.serious and "ABCD".index(effect.grade) + len(effect.doubts) < 2:
                yield effect


def _with(stretch: Stretch, known: dict[str, Effect]) -> Joint:
    """Normal updating of one effect at a time (Kalman's): each as an observation with its own variance."""
    joint, scale = stretch.joint, stretch.usable.scale
    beta, covariance = joint.beta.copy(), joint.covariance.copy()
    for k, releases in enumerate(stretch.columns.carried):
        effect = known.get(releases[0].key) if len(releases) == 1 else None
        if effect is None:
            continue
        low, seen, high = (scale.working(x) for x in (effect.data.low, effect.data.mean, effect.data.high))
        error = (high - low) / 2 / quantile(0.95)
        gain = covariance[:, k] / (covariance[k, k] + error**2)
        beta += gain * (seen - beta[k])
        covariance -= np.outer(gain, covariance[k].copy())
    return replace(joint, beta=beta, covariance=(covariance + covariance.T) / 2)
