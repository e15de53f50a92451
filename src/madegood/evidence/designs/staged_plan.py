"""Segments side by side, and which release reached which of them when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.days import Window
from madegood.evidence.question import exposure
from madegood.evidence.usable import usable
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.evidence.model import Question
    from madegood.execution.model import Release
    from madegood.performance.model import Floats, Series

#: Shares of customers that differ by less than this are taken as the same.
ALIKE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One segment's days: how many did it, of how many who could; `counted` where these are whole numbers of things.

    did, could  (days,), NaN where not known; `could` is 1 where it is no share of known size
    adds        segments add up to the whole: no rate of unknown size
    """

    name: str
    did: Floats
    could: Floats
    counted: bool
    adds: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """All segments that can be read, on the same days; `left` says why others cannot."""

    window: Window
    segments: tuple[Segment, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Releases that reached the same segments on the same days, and how far.

    reach  (segments, days) share of each segment that had met them
    """

    releases: tuple[Release, ...]
    reach: Floats

    @property
    def starts(self) -> NDArray[np.int_]:
        """Day on which each segment was first reached, (segments,); the number of days where it was not."""
        met = self.reach > 0
        return np.asarray(np.where(met.any(axis=1), met.argmax(axis=1), self.reach.shape[1]))

    @property
    def staged(self) -> bool:
        """Whether some segments met it earlier than others, or more of them; never so where none met it yet."""
        return bool((np.ptp(self.reach, axis=0) > ALIKE).any())


def panel(question: Question) -> Panel | Refusal:
    """The metric's segments up to the day of asking."""
    read: list[tuple[Segment, date]] = []
    left: list[str] = []
    for part in question.parts:
        if not part.series.segment:
            continue
        own = usable(replace(question, measured=part, parts=(), controls=()))
        if isinstance(own, Refusal):
            left.append(f"{part.series.segment} is left out: {own.why}")
        elif own.scale.kind != "log":
            left.append(f"{part.series.segment} is left out: it is not always above zero, and effects are shares")
        else:
            read.append((_segment(part.series, own.window), own.first))
    if len(read) < 2:
        why = f"{question.metric.label} is known by segment in {len(read)} segment{'s'[: len(read) != 1]}"
        return Refusal(question.metric.id, why=why, until="the same metric by country, platform or plan (`segment`)")
    first = min(day for _, day in read)
    last = max(day + timedelta(days=len(s.did) - 1) for s, day in read)
    whole = Window(first, last)
    return Panel(whole, tuple(_laid(s, day, whole) for s, day in read), tuple(left))


def _segment(every: Series, window: Window) -> Segment:
    """The days of one segment that may be read."""
    name, series = every.segment, every.within(window)
    values, base = np.where(np.isfinite(series.values), series.values, np.nan), series.base
    if series.grain == "rate" and base is not None:
        return Segment(name, values * base, np.where(np.isfinite(values), base, np.nan), True)
    known = values[np.isfinite(values)]
    whole = series.grain == "flow" and bool(np.allclose(known, np.round(known)))
    return Segment(name, values, np.where(np.isfinite(values), 1.0, np.nan), whole, series.grain != "rate")


def _laid(segment: Segment, first: date, window: Window) -> Segment:
    """The same on all days of the window."""
    start = (first - window.first).days

    def lay(values: Floats) -> Floats:
        out = np.full(len(window), np.nan)
        out[start : start + len(values)] = values
        return out

    return replace(segment, did=lay(segment.did), could=lay(segment.could))


def plans(question: Question, seen: Panel) -> tuple[Plan, ...]:
    """Releases that reached some segments before others, or more of them; those with one plan together, by day."""
    found: dict[bytes, Plan] = {}
    for release in question.releases:
        if not any(r.segment for r in release.rollouts):
            continue
        rows = np.array([reached(release, s.name, seen.window) for s in seen.segments])
        key = np.round(rows / ALIKE).astype(np.int8).tobytes()
        before = found[key].releases if key in found else ()
        found[key] = Plan((*before, release), rows)
    return tuple(p for p in found.values() if p.staged)


def reached(release: Release, segment: str, window: Window) -> Floats:
    """Share of a segment that had met it on each day, (days,); nobody in a segment that no rollout of it names."""
    if release.rollouts and not any(r.segment in ("", segment) for r in release.rollouts):
        return np.zeros(len(window))
    return exposure(release, window.first, len(window), segment)


def unnamed(release: Release, names: tuple[str, ...]) -> tuple[str, ...]:
    """Segments that are taken as untouched because no rollout of it names them, nor everyone."""
    said = {r.segment for r in release.rollouts}
    return () if not said or "" in said else tuple(n for n in names if n not in said)
