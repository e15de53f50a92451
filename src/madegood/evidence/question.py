"""Which releases could have touched a metric, when, and how far each had reached customers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.performance.model import Measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.model import Question
    from madegood.execution.model import Release, Rollout
    from madegood.intent.model import Metric, Strategy
    from madegood.numerics.statespace import Floats
    from madegood.refusal import Refusal


def candidates(metric: Metric, releases: Sequence[Release]) -> tuple[Release, ...]:
    """Releases that could have touched the metric, by day: of its products, if it names any; no prereleases."""
    mine = (r for r in releases if not r.prerelease and (not metric.product or r.product in metric.product))
    return tuple(sorted(mine, key=lambda r: (r.day, r.key)))


def controls(metric: Metric, strategy: Strategy, measured: Mapping[str, Measured | Refusal]) -> tuple[Measured, ...]:
    """Metrics that none of its releases can touch: those that it names, and those of other products alone.

    A control it names that shares a product with it is left out: the same releases can touch both. Whether each moves
    with the metric, and did not move at its releases, is looked at in every stretch (controls.py).
    """
    mine = set(metric.product)
    named = [strategy.metric(name) for name in metric.controls]
    others = [m for m in strategy.metrics if mine and m.product and m.id not in metric.controls]
    apart = [m for m in (*named, *others) if m and m.id != metric.id and not mine & set(m.product)]
    return tuple(series for m in apart if isinstance(series := measured.get(m.id), Measured))


def carried_over(question: Question) -> bool:
    """Whether each day's number is mostly the day before's: a stock that was counted, such as installs.

    People active on a day are counted anew every day, so a release can lift them at once.
    """
    return question.measured.series.grain == "stock" and question.metric.kind == "daily"


def begins(release: Release, segment: str = "") -> date:
    """The first day on which anyone counted in this segment met it."""
    reaching = [r.day for r in _concerning(release, segment) if r.share > 0]
    return min(reaching, default=release.day)


def settles(release: Release, segment: str = "") -> date:
    """The day of the last change of how many meet it."""
    return max((r.day for r in _concerning(release, segment)), default=release.day)


def exposure(
    release: Release, first: date, days: int, segment: str = "", sizes: Mapping[str, float] | None = None
) -> Floats:
    """Share of customers who had met it on each day from `first`, 0 to 1, (days,).

    A step on its day without rollouts. Stages weigh as their segments' `sizes`; where one of those is not known, all
    of them count alike. Segments with a size that no stage names were not reached, unless everyone was. Where the day
    may be off by some days, each of them is as likely as the others, and what is given is the share to be expected:
    benchmarks/columns.md, "dates".
    """
    off = max(release.uncertain, 0)
    sharp = _exact(release, first - timedelta(days=off), days + 2 * off, segment, sizes)
    return np.asarray(np.convolve(sharp, np.full(2 * off + 1, 1 / (2 * off + 1)), "valid")) if off else sharp


def _exact(release: Release, first: date, days: int, segment: str, sizes: Mapping[str, float] | None) -> Floats:
    """The same if its days are what they are said to be, (days,)."""
    ordinal = first.toordinal() + np.arange(days)
    rollouts = _concerning(release, segment)
    if not rollouts:
        return np.asarray((ordinal >= release.day.toordinal()).astype(float))
    everyone = _latest([r for r in rollouts if not r.segment], ordinal)
    names = sorted({r.segment for r in rollouts if r.segment})
    if not names:
        return everyone
    each = [np.maximum(_latest([r for r in rollouts if r.segment == name], ordinal), everyone) for name in names]
    known = [max((sizes or {}).get(name, 0.0), 0.0) for name in names]
    if not all(known):
        return np.asarray(np.mean(each, axis=0))
    rest = sum(size for name, size in (sizes or {}).items() if name not in names and size > 0)
    return np.asarray(np.average([*each, everyone], axis=0, weights=[*known, rest]))


def _concerning(release: Release, segment: str) -> tuple[Rollout, ...]:
    """Rollouts that speak of this segment; all of them when the metric counts everyone."""
    if not segment:
        return release.rollouts
    return tuple(r for r in release.rollouts if r.segment in ("", segment)) or release.rollouts


def _latest(rollouts: Sequence[Rollout], ordinal: NDArray[np.int_]) -> Floats:
    """The share of the latest of these rollouts on each day."""
    out = np.zeros(len(ordinal))
    for r in sorted(rollouts, key=lambda r: r.day):
        out[ordinal >= r.day.toordinal()] = min(max(r.share, 0.0), 1.0)
    return out
