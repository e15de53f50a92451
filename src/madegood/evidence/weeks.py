"""What a release did in its first four weeks, where its effect may have faded or built up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.model import Interval
from madegood.numerics.joint import quantile
from madegood.numerics.shapes import free_shape

if TYPE_CHECKING:
    from madegood.evidence.model import Estimate
    from madegood.evidence.stretch import Stretch


def first_weeks(estimate: Estimate, nth: int, level: float = 0.95) -> Interval:
    """The data's own interval for the mean of the nth effect of a series over its first four weeks; shares.

    Beside the step that stays, which `Effect.data` speaks of: no course is taken for granted, and the interval is
    wider. Releases that cannot be told apart are told together. Segments and the track record have no part in it.
    """
    place, i = estimate.model.where[nth]
    stretch: Stretch = estimate.model.stretches[place]
    cols, run = stretch.columns, list(stretch.runs[i])
    args = (stretch.z, cols.nuisance, cols.effects, cols.curves)
    found = free_shape(stretch.joint, *args, every=stretch.usable.every)
    mean, half = found.beta[run].sum(), quantile(level) * np.sqrt(found.covariance[np.ix_(run, run)].sum())
    return Interval(*(float(stretch.usable.scale.share(mean + k * half)) for k in (0, -1, 1)))
