"""The same releases in several segments: their effects on the whole, where the segments' noise is not all one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.calendar import known_days, weekdays
from madegood.evidence.usable import usable
from madegood.numerics.pooled import correlations, pooled, scores
from madegood.numerics.span import span
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.days import Window
    from madegood.evidence.model import Question
    from madegood.evidence.stretch import Columns
    from madegood.numerics.joint import Joint
    from madegood.numerics.statespace import Floats
    from madegood.performance.model import Measured

#: What the segments that can be read must add up to, as parts of the whole: fewer would speak for others.
COVER = (0.8, 1.02)
#: Segments are used where intervals are narrower than the whole's by a fifth or more: at a tenth, segments that are
#: all alike were used when they happened to agree, and 95 and 80 % intervals then held 81 and 55 %.
PAYS = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One segment on one stretch: how its noise would look like steps, its fit, and its part of the whole."""

    joint: Joint
    errors: Floats
    part: float


def by_segment(question: Question, part: Window, columns: Columns, whole: Joint) -> tuple[Joint, int]:
    """The whole's fit with the effects that its segments show together, and how many segments; 0 where they do not pay.

    Only for releases that reached every segment alike: others are told by a staged release's own design.
    """
    parts = [p for p in question.parts if p.series.segment]
    staged = any(r.segment for release in question.releases for r in release.rollouts)
    if len(parts) < 2 or staged or not columns.effects.shape[1]:
        return whole, 0
    found = [s for p in parts if (s := _segment(question, p, part, columns)) is not None]
    covered = sum(s.part for s in found)
    if len(found) < 2 or not COVER[0] <= covered <= COVER[1]:
        return whole, 0
    together = pooled(
        np.array([s.joint.beta for s in found]),
        np.array([s.joint.covariance for s in found]),
        correlations(np.column_stack([s.errors for s in found])),
        np.array([s.part for s in found]) / covered,
    )
    narrower = np.mean(np.log(np.diag(together.covariance) / np.diag(whole.covariance))) / 2
    if narrower > np.log(PAYS):
        return whole, 0
    return replace(whole, beta=together.beta, covariance=together.covariance), len(found)


def _segment(question: Question, measured: Measured, part: Window, columns: Columns) -> Segment | None:
    """One segment's fit with the whole's columns; None where it cannot be read on the same days as logarithms."""
    own = usable(replace(question, measured=measured, parts=(), controls=()))
    if isinstance(own, Refusal) or own.scale.kind != "log" or own.every != columns.every:
        return None
    values = _aligned(own.values, own.first, part, columns.every)
    z = own.scale.forward(values)
    known = np.isfinite(z)
    if not known.any():
        return None
    own_columns = replace(
        columns,
        calendar=weekdays(part, columns.every, known),
        known=known_days(question, part, columns.every, known),
        controls=np.zeros((len(z), 0)),
        base=None,
    )
    nuisance = own_columns.nuisance
    both = np.column_stack([nuisance, columns.effects])
    share = _share(question.measured, measured, part)
    if share is None or span(both[known].T, int(known.sum())).shape[1] < both.shape[1]:
        return None
    z = z - float(np.nanmean(z))
    joint = own_columns.widened(own_columns.fit(z), z)
    return Segment(joint, scores(joint, z, nuisance, columns.effects, columns.curves), share)


def _aligned(values: Floats, first: date, part: Window, every: int) -> Floats:
    """A segment's readings on those of the stretch, NaN where it has none or its weeks begin on another day."""
    out = np.full(len(part) // every, np.nan)
    behind, other = divmod((part.first - first).days, every)
    if other:
        return out
    at = behind + np.arange(len(out))
    inside = (at >= 0) & (at < len(values))
    out[inside] = values[at[inside]]
    return out


def _share(whole: Measured, measured: Measured, part: Window) -> float | None:
    """Its part of what the whole counts, on days on which both are known; None for rates of unknown size."""
    counts = []
    for one in (measured, whole):
        series = one.series.within(part)
        if series.grain == "rate" and series.base is None:
            return None
        counts.append(series.values * (series.base if series.base is not None and series.grain == "rate" else 1.0))
    both = np.isfinite(counts[0]) & np.isfinite(counts[1])
    total = float(counts[1][both].sum())
    return float(counts[0][both].sum()) / total if total > 0 else None
