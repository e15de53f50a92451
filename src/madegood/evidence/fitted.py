"""One stretch, fitted: controls are taken in where they pay, and its own fakes say how wide its intervals must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window
from madegood.evidence.controls import Checked, checked, control_columns
from madegood.evidence.segments import by_segment
from madegood.evidence.stretch import Stretch, columns, length
from madegood.numerics.counting import relative
from madegood.numerics.groups import groups

if TYPE_CHECKING:
    from madegood.evidence.model import Question
    from madegood.evidence.stretch import Columns
    from madegood.evidence.usable import Usable
    from madegood.numerics.joint import Joint
    from madegood.numerics.statespace import Floats

#: Controls are used where the variance of the effects falls to this part of what it is without them, or lower.
PAYS = 0.8


def fitted(question: Question, part: Usable, start: int) -> Stretch:
    """One stretch, fitted; its columns that cannot be told apart stand in one run."""
    end = min(start + length(part.every), len(part.values))
    first = part.first + timedelta(days=start * part.every)
    window = Window(first, first + timedelta(days=(end - start) * part.every - 1))
    z = part.scale.forward(part.values[start:end])
    z = z - float(np.nanmean(z))
    cols = columns(question, window, part.every, np.isfinite(z))
    if part.chance is not None:
        cols = replace(cols, base=relative(z, part.chance[start:end], cols.nuisance))
    joint = cols.fit(z)
    tried = checked(question, window, z, cols) if cols.effects.shape[1] else ()
    joint, cols, narrower = _controlled(joint, z, cols, tried)
    joint = cols.widened(joint, z)
    joint, segments = by_segment(question, window, cols, joint)
    runs = tuple(tuple(run) for run in groups(joint.covariance))
    return Stretch(part, start, z, cols, joint, runs, np.zeros((0, len(joint.beta))), tried, narrower, segments)


def _controlled(joint: Joint, z: Floats, cols: Columns, tried: tuple[Checked, ...]) -> tuple[Joint, Columns, float]:
    """The fit with the good controls in it, and by what share its intervals are narrower; as it was where none pays."""
    extra = control_columns(tried, cols.calendar)
    if not extra.shape[1]:
        return joint, cols, 0.0
    more = replace(cols, controls=extra)
    other = more.fit(z)
    falls = float(np.exp(np.mean(np.log(np.diag(other.raw) / np.diag(joint.raw)))))
    return (other, more, 1 - falls**0.5) if falls <= PAYS else (joint, cols, 0.0)
