"""For a notebook: numbers and dates in, effects out, without a project, a folder or a strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np

from madegood.errors import UsageError
from madegood.evidence.answer import answer
from madegood.evidence.model import Interval, Question
from madegood.evidence.weeks import first_weeks
from madegood.execution.model import Release
from madegood.intent.model import Metric
from madegood.numerics.joint import quantile
from madegood.performance.model import Measured, Series

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from madegood.evidence.model import Answer, Effect, Estimate


def effects(
    values: ArrayLike,
    first: date,
    releases: Mapping[str, date] | Sequence[date],
    *,
    controls: Mapping[str, ArrayLike] | None = None,
    grain: Literal["flow", "stock", "rate"] = "flow",
    base: ArrayLike | None = None,
    name: str = "metric",
) -> Answer:
    """Which of these releases moved this daily metric, and by how much: an Estimate, or a Refusal that says why.

    values    (days,), one a day from `first`; NaN or None where a day is missing
    releases  name -> day; or days alone, which are then their own names
    controls  name -> (days,) of metrics that no release could touch, on the same days
    grain     flow adds up over days, stock is how many there are, rate a share or mean
    base      (days,) of how many each share is of, for rates

    >>> rng = np.random.default_rng(3)
    >>> orders = np.round(1000 * np.exp(0.03 * rng.standard_normal(200) + 0.3 * (np.arange(200) >= 120)))
    >>> told = effects(orders, date(2026, 1, 1), {"new checkout": date(2026, 5, 1)})
    >>> told.effects[0].data.low > 0.2
    True
    """
    series = _series(values, first, name, grain, base)
    days = dict(releases) if isinstance(releases, Mapping) else {day.isoformat(): day for day in releases}
    named = tuple(Release(key, day) for key, day in sorted(days.items(), key=lambda kd: (kd[1], kd[0])))
    beside = tuple(Measured(_series(x, first, n, "flow", None)) for n, x in (controls or {}).items())
    for other in beside:
        if len(other.series.values) != len(series.values):
            raise UsageError(
                f"the control `{other.series.metric}` has {len(other.series.values)} days, {name} {len(series.values)}"
            )
    asked = Question(Metric(name), Measured(series), named, (), max(series.last, first), controls=beside)
    return answer(asked)


def interval(estimate: Estimate, effect: Effect, level: float, *, shape: Literal["step", "free"] = "step") -> Interval:
    """The data's own interval of any level between 0 and 1, for an effect of the joint series; shares.

    shape  step: it came at once and stayed; free: the mean of its first four weeks, in which it may fade or build up

    >>> flat = effects(1000 + 30 * np.random.default_rng(1).standard_normal(99), date(2026, 1, 1), [date(2026, 2, 20)])
    >>> wide, narrow = (interval(flat, flat.effects[0], level) for level in (0.95, 0.80))
    >>> wide.low < narrow.low < narrow.high < wide.high
    True
    >>> free = interval(flat, flat.effects[0], 0.95, shape="free")
    >>> free.low < 0 < free.high
    True
    """
    if shape == "free":
        return first_weeks(estimate, estimate.effects.index(effect), level)
    scale = estimate.model.usable.scale
    low, high = scale.working(effect.data.low), scale.working(effect.data.high)
    half = (high - low) / 2 * quantile(level) / quantile(0.95)
    middle = (low + high) / 2
    return Interval(effect.data.mean, float(scale.share(middle - half)), float(scale.share(middle + half)))


def _series(
    values: ArrayLike, first: date, name: str, grain: Literal["flow", "stock", "rate"], base: ArrayLike | None
) -> Series:
    """The numbers as a series; what is infinite is missing."""
    array = np.array(values, float)
    if array.ndim != 1:
        raise UsageError(f"{name}: one number a day is needed, an array of one dimension, not of {array.ndim}")
    under = None if base is None else np.array(base, float)
    if under is not None and under.shape != array.shape:
        raise UsageError(f"{name}: `base` has {under.size} days, the values {array.size}")
    return Series(name, first, np.where(np.isfinite(array), array, np.nan), grain, under)
