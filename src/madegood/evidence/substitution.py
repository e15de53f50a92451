"""What fell while this rose: a gain on one metric that the same release may have taken from another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np

from madegood.days import Window
from madegood.evidence.model import Effect, Interval, Substitution
from madegood.numerics.joint import quantile
from madegood.performance.model import Measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from madegood.evidence.model import Verdict
    from madegood.intent.model import Metric, Strategy
    from madegood.performance.model import Series
    from madegood.refusal import Refusal

#: Chance, after the track record, from which a loss is named: as LEAST of judge.py, below which nothing has moved.
LIKELY = 0.8
#: Level of the data's own interval that must lie beyond zero; with both, benchmarks/shares.md counts false alarms.
LEVEL = 0.80
#: Days before a release whose mean is the level that its effect is a share of, where units are spoken of.
BASE = 28


class Judged(Protocol):
    """A metric with what was measured of it and the verdicts on it."""

    @property
    def metric(self) -> Metric: ...

    @property
    def measured(self) -> Measured | Refusal: ...

    @property
    def verdicts(self) -> Sequence[Verdict]: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """One effect on one metric."""

    metric: Metric
    series: Series
    verdict: Verdict
    effect: Effect

    @property
    def lost(self) -> bool:
        """It moved the wrong way, as far as a chance of LIKELY and the data's own interval of LEVEL go."""
        up = self.metric.good == "up"
        chance = self.effect.down if up else self.effect.up
        low, high = _narrower(self.effect.data)
        return self.verdict.word != "too early" and chance >= LIKELY and (high < 0 if up else low > 0)


def substitutions(metrics: Iterable[Judged], strategy: Strategy) -> tuple[Substitution, ...]:
    """For every release that moved a metric the way meant: each other metric of the team that it moved the wrong way.

    Sizes stand in units a day only where both metrics count the same thing: flows of one unit.
    """
    told = [
        _Told(m.metric, m.measured.series, v, v.effect)
        for m in metrics
        if isinstance(m.measured, Measured)
        for v in m.verdicts
        if isinstance(v.effect, Effect)
    ]
    gains = [t for t in told if t.verdict.word == "moved"]
    losses = [t for t in told if t.lost]
    found = [_named(gain, loss, told, strategy) for gain in gains for loss in losses if _same(gain, loss)]
    return tuple(sorted(found, key=lambda s: (-s.chance, s.gained, s.lost)))


def _same(gain: _Told, loss: _Told) -> bool:
    """Another metric, and a release in common."""
    apart = gain.metric.id != loss.metric.id
    return apart and bool(set(gain.effect.releases) & set(loss.effect.releases))


def _named(gain: _Told, loss: _Told, told: Sequence[_Told], strategy: Strategy) -> Substitution:
    """The pair, with sizes where they can be compared, and what the outcome that holds both then did."""
    up = loss.metric.good == "up"
    common = tuple(key for key in gain.effect.releases if key in loss.effect.releases)
    more, less = (_amount(t) if _comparable(gain, loss) else None for t in (gain, loss))
    whole = next(_wholes(gain, loss, told, strategy), None) if more else None
    total = _amount(whole) if whole else None
    return Substitution(
        releases=common,
        others=tuple(sorted(set(loss.effect.releases) - set(gain.effect.releases))),
        first=gain.effect.first,
        gained=gain.metric.id,
        lost=loss.metric.id,
        rise=gain.effect.data,
        fall=loss.effect.data,
        chance=loss.effect.down if up else loss.effect.up,
        more=more,
        less=less,
        net=_sum(more, less) if more and less else None,
        outcome=whole.metric.id if whole and total else "",
        total=total,
        short=bool(more and total and total.high < more.mean),
    )


def _comparable(one: _Told, other: _Told) -> bool:
    """Both count the same thing, and the way that is good is more of it."""
    same = one.metric.unit == other.metric.unit and one.series.grain == other.series.grain == "flow"
    return same and one.metric.good == other.metric.good == "up"


def _wholes(gain: _Told, loss: _Told, told: Sequence[_Told], strategy: Strategy) -> Iterator[_Told]:
    """What the same release did to the metric of an outcome that could hold both: of their unit, and no smaller."""
    outcomes = {o.metric for o in strategy.outcomes} - {gain.metric.id, loss.metric.id}
    parts = [_level(t, gain) for t in (gain, loss)]
    for t in told:
        mine = t.metric.id in outcomes and set(t.effect.releases) & set(gain.effect.releases)
        level = _level(t, gain) if mine and _comparable(gain, t) else None
        if level is not None and level >= sum(p or 0.0 for p in parts) * 0.98:
            yield t


def _level(told: _Told, at: _Told) -> float | None:
    """Mean of the days before the release, own unit a day."""
    before = Window.ending(at.effect.first - timedelta(days=1), BASE)
    return told.series.mean(before)


def _amount(told: _Told) -> Interval | None:
    """The data's own effect in units a day: its share of the level before the release."""
    level, data = _level(told, told), told.effect.data
    return None if level is None else Interval(data.mean * level, data.low * level, data.high * level)


def _sum(one: Interval, other: Interval) -> Interval:
    """Of two estimates that are taken as independent: distances to the ends add in squares."""
    mean = one.mean + other.mean
    down = np.hypot(one.mean - one.low, other.mean - other.low)
    rise = np.hypot(one.high - one.mean, other.high - other.mean)
    return Interval(mean, float(mean - down), float(mean + rise))


def _narrower(data: Interval) -> tuple[float, float]:
    """The interval of LEVEL out of that of 95 %; shares that are ratios are narrowed as logarithms."""
    part = quantile(LEVEL) / quantile(0.95)
    if data.low > -1:
        low, middle, high = (np.log1p(x) for x in (data.low, data.mean, data.high))
        return float(np.expm1(middle + part * (low - middle))), float(np.expm1(middle + part * (high - middle)))
    return data.mean + part * (data.low - data.mean), data.mean + part * (data.high - data.mean)
