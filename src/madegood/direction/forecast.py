"""Where an outcome will be on its day if the present heading goes on, and the chance that its target is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import say_day
from madegood.direction.model import Forecast
from madegood.numerics import ahead
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.intent.model import Metric, Outcome
    from madegood.performance.model import Floats, Measured

FARTHEST = 52  # weeks: the longest horizon that benchmarks/forecast.md measured
STALE = 8  # weeks without a day after which the present heading is not known


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale on which changes are alike: shares on log odds, positive numbers on logs, anything else as it is."""

    there: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]

    @classmethod
    def of(cls, level: Floats, share: bool) -> Scale:
        known = level[np.isfinite(level)]
        if share and known.min() > 0 and known.max() < 1:
            return cls(lambda x: np.log(x / (1 - x)), lambda x: 1 / (1 + np.exp(-x)))
        if known.min() > 0:
            return cls(np.log, np.exp)
        return cls(lambda x: x, lambda x: x)


def forecast(outcome: Outcome, metric: Metric, measured: Measured, on: date) -> Forecast | Refusal:
    """The fan from now to the outcome's day, and the chance of its target; Refusal where one of them is missing.

    The target is held against the mean of the four weeks that end on its day. Nothing is added for work that is
    planned and not yet measured. Method and coverage: numerics/ahead.py, benchmarks/forecast.md.
    """
    refused = missing(outcome, metric, measured, on)
    if refused:
        return refused
    assert outcome.target is not None and outcome.by is not None
    series = measured.series
    usable = [f.usable_from for f in measured.fitness if f.kind == "instrument" and f.usable_from]
    first = max([series.at(day) for day in usable if day <= on], default=0)
    end = series.at(on) + 1 - int(np.argmax(np.isfinite(series.values[: series.at(on) + 1][::-1])))
    last, values = series.day(end - 1), series.values[max(first, 0) : end]
    level = ahead.levels(values)
    if np.isfinite(level).sum() < ahead.FEWEST_WEEKS or not np.isfinite(level[-1]):
        return too_short(outcome, metric, int(np.isfinite(level).sum()))
    weeks = max(1, -(-(outcome.by - last).days // 7))
    if weeks > FARTHEST:
        return Refusal(
            outcome.id,
            why=f"{say_day(outcome.by)} is {weeks} weeks off; forecasts were only ever checked to {FARTHEST}",
            until=f"state a target for a day up to {say_day(on + timedelta(weeks=FARTHEST))} on the way there",
        )
    return fan(outcome, metric, Scale.of(level, metric.unit == "%"), level, last, weeks)


def fan(outcome: Outcome, metric: Metric, scale: Scale, level: Floats, last: date, weeks: int) -> Forecast:
    """Mean and intervals for every week up to the target's day."""
    assert outcome.target is not None and outcome.by is not None
    z = scale.there(level)
    steps = range(1, weeks + 1)
    mean = np.array([ahead.heading(z, h) for h in steps])
    wide = np.array([ahead.spread(z, h) for h in steps])
    bound = bar(scale, outcome.target.value)
    above = ahead.beyond(float(mean[-1]), float(wide[-1]), bound)

    def at(covered: float, side: int) -> tuple[float, ...]:
        half = np.array([ahead.half_width(float(w), covered) for w in wide])
        return tuple(float(v) for v in scale.back(mean + side * half))

    return Forecast(
        outcome=outcome.id,
        by=outcome.by,
        target=outcome.target.value,
        chance=above if metric.good == "up" else 1 - above,
        days=tuple(last + timedelta(weeks=h) for h in steps),
        mean=tuple(float(v) for v in scale.back(mean)),
        low80=at(0.8, -1),
        high80=at(0.8, 1),
        low95=at(0.95, -1),
        high95=at(0.95, 1),
        basis="the present heading goes on, half its long-run slope, and nothing is added for work not yet measured; "
        "the target is held against the mean of the four weeks that end on its day",
    )


def bar(scale: Scale, value: float) -> float:
    """A target on the scale; one that lies off it is infinitely far: a share of 1 is never passed, nor a count of 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        there = float(scale.there(np.array([value]))[0])
    if np.isnan(there):
        return np.inf if value > 0 else -np.inf
    return there


def missing(outcome: Outcome, metric: Metric, measured: Measured, on: date) -> Refusal | None:
    """What the outcome or the series lacks for a forecast, if anything."""
    if outcome.target is None or outcome.by is None:
        lacks = " and ".join(word for word, v in (("target", outcome.target), ("date", outcome.by)) if v is None)
        return Refusal(outcome.id, why=f"it has no {lacks}", until=f"state its {lacks} in the strategy")
    if outcome.by <= on:
        return Refusal(
            outcome.id, why=f"its day, {say_day(outcome.by)}, has passed", until="close it, or state the next target"
        )
    values = measured.series.values[: max(0, measured.series.at(on) + 1)]
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return too_short(outcome, metric, 0)
    silent = (on - measured.series.day(known[-1])).days
    if silent > STALE * 7:
        return Refusal(
            outcome.id,
            why=f"{metric.label} has no day since {say_day(measured.series.day(known[-1]))}",
            until="read newer days of it, then ask again",
        )
    return None


def too_short(outcome: Outcome, metric: Metric, weeks: int) -> Refusal:
    """Not enough past to say how far the level wanders."""
    return Refusal(
        outcome.id,
        why=f"{metric.label} has {weeks} known weeks; how far it wanders takes at least {ahead.FEWEST_WEEKS}",
        until=f"{ahead.FEWEST_WEEKS - weeks} more weeks of daily values, or older ones if they exist",
    )
