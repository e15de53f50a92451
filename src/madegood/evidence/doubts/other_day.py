"""The jump is there, but on another day than the release."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.doubts.doubt import Doubtful
from madegood.numerics.joint import POWER, SHIFT, Joint, instead

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted
    from madegood.evidence.stretch import Stretch
    from madegood.numerics.statespace import Floats

#: Days before and after that are tried.
DAYS = (-3, -2, -1, 1, 2, 3)
#: By so much the log likelihood must be better on another day.
BETTER = 3.0
#: Days around the release whose noise is taken as usual, up to this variance relative to the series' own.
REACH, MOST = 4, 2.0


def other_day(seen: Doubted) -> Doubtful | None:
    """A step some days earlier or later fits clearly better; earlier, and the release did not make it."""
    place, i = seen.estimate.model.where[seen.nth]
    stretch: Stretch = seen.estimate.model.stretches[place]
    if seen.clean is None or seen.clean.over or len(stretch.runs[i]) > 1 or stretch.usable.every > 1:
        return None
    k = stretch.runs[i][0]
    joint = _awake(stretch.joint, seen.clean.at)
    fits = {days: _fits(stretch, joint, k, days) for days in (0, *DAYS)}
    best = max(DAYS, key=lambda days: fits[days])
    if fits[best] - fits[0] < BETTER:
        return None
    count = f"{abs(best)} {'day' if abs(best) == 1 else 'days'}"
    if best < 0:
        return Doubtful(f"the metric jumped {count} before it, not with it", serious=True, bars=True)
    return Doubtful(f"the metric jumped {count} after it: perhaps its day is wrong")


def _awake(joint: Joint, at: int) -> Joint:
    """The same, but no day near the release is excused as an outlier: a step a day off looks like one."""
    r = joint.noise.r.copy()
    near = slice(max(at - REACH, 0), at + REACH)
    r[near] = np.where(np.isfinite(r[near]), np.minimum(r[near], MOST), r[near])
    return replace(joint, noise=replace(joint.noise, r=r))


def _fits(stretch: Stretch, joint: Joint, k: int, days: int) -> float:
    """Log likelihood with effect k so many days later, above that without it."""
    cols = stretch.columns
    shape = _later(cols.effects[:, k], days)
    b, se = instead(joint, stretch.z, cols.nuisance, cols.effects, k, shape, cols.curves)
    scale = np.exp(SHIFT) * joint.unrest[k] ** POWER * joint.wider
    return float(joint.dof / 2 * np.log1p((b * scale / se) ** 2 / joint.dof))


def _later(x: Floats, days: int) -> Floats:
    """The same column so many days later; before its first day it is as on that day."""
    at = np.clip(np.arange(len(x)) - days, 0, len(x) - 1)
    return np.asarray(x[at])
