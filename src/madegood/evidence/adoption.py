"""How releases are taken up: what share of customers has come as far as each, and where that levels off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.model import Interval
from madegood.numerics.levelling import age_of_level, level_at
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from madegood.performance.model import Floats, Series

PAST = 5  # earlier releases whose level is known, without which nothing is foretold
APART = 7  # days between releases that count as two: a repair a day later is taken up with what it repairs
SEEN = 0.01  # of all installs: a version that never had so many is a build of somebody's own
SPANS = (56, 28, 14)  # days after which releases are compared, where none has been seen to level off
SETTLING = 7  # days after which a release is old enough to be spoken of
LOWEST = 0.1  # quantile of the team's past below which a release stays behind


@dataclass(frozen=True, slots=True, eq=False)
class Adoption:
    """One release's course: the share of all installs that has it, or something that came later.

    first     the first day on which one in a hundred had it; shares (days,) from then on, NaN where unknown
    level     the share at `age` days, with its 95 % interval while it is not so old
    settled   that is where this team's releases level off; else only the latest age that enough of them have reached
    reached   it is so old
    usual     (lowest tenth, median) of what the team's earlier releases had at that age
    earlier   of how many of them
    behind    its level is below that lowest tenth, its whole interval with it
    """

    release: str
    first: date
    shares: Floats
    age: int
    level: Interval | Refusal
    settled: bool = False
    reached: bool = False
    usual: tuple[float, float] | None = None
    earlier: int = 0
    behind: bool = False


def adoptions(versions: Mapping[str, Series], on: date) -> tuple[Adoption, ...] | Refusal:
    """The course of every release up to `on`, by the day it began; nothing later is looked at.

    versions  name -> how many have it each day. Those seen on the first day of all have no known beginning. Releases
    within a week of one another are told as one, by the first of them. What came later is told by when it was first
    seen, so a repair of an old line counts as later.
    """
    laid = _shares(versions, on)
    if isinstance(laid, Refusal):
        return laid
    first, names, starts, shares = laid
    curves = np.full((len(names), shares.shape[1]), np.nan)
    for i, start in enumerate(starts):
        curves[i, : shares.shape[1] - start] = shares[i, start:]
    return tuple(_told(i, names, [first + timedelta(days=s) for s in starts], curves) for i in range(len(names)))


def _shares(
    versions: Mapping[str, Series], on: date
) -> tuple[date, tuple[str, ...], tuple[int, ...], Floats] | Refusal:
    """First day, releases in order, the day index on which each was first seen, and (releases, days) shares of all."""
    known = {name: s for name, s in versions.items() if s.first <= on and np.isfinite(s.values).any()}
    if not known:
        until = "name a daily source of installs with one segment a version"
        return Refusal("adoption", why="no version's installs are known", until=until)
    first = min(s.first for s in known.values())
    days = (min(max(s.last for s in known.values()), on) - first).days + 1
    part = _parts(list(known.values()), first, days)
    seen, begun = (np.array([_first(row, least, days) for row in part]) for least in (0.0, SEEN))
    real = sorted((int(begun[i]), name, i) for i, name in enumerate(known) if seen[i] > 0 and begun[i] < days)
    told: list[tuple[int, str, int]] = []
    for one in real:
        if not told or one[0] - told[-1][0] >= APART:
            told.append(one)
    if not told:
        return Refusal(
            "adoption", why="no release began while installs were counted", until="wait for the next release"
        )
    reached = np.stack([part[seen >= seen[i]].sum(axis=0) for _, _, i in told])
    return first, tuple(name for _, name, _ in told), tuple(start for start, _, _ in told), reached


def _parts(versions: Sequence[Series], first: date, days: int) -> Floats:
    """Share of all installs that each version has, (versions, days); NaN on days without any."""
    table = np.zeros((len(versions), days))
    for row, series in zip(table, versions, strict=True):
        at = (series.first - first).days
        values = series.values[: max(days - at, 0)]
        row[at : at + len(values)] = np.nan_to_num(values)
    total = table.sum(axis=0)
    return np.asarray(np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0))


def _first(row: Floats, least: float, days: int) -> int:
    """The first day with more than that share; `days` where there is none."""
    above = np.flatnonzero(np.nan_to_num(row) > least)
    return int(above[0]) if len(above) else days


def _told(i: int, names: Sequence[str], starts: Sequence[date], curves: Floats) -> Adoption:
    """One release beside those before it."""
    known = np.flatnonzero(np.isfinite(curves[i]))
    curve = curves[i, : known[-1] + 1]
    past = curves[:i]
    level_off = age_of_level(past) if i >= PAST else None
    ages = [age for age in (level_off, *SPANS) if age is not None and age < curves.shape[1]]
    age = next((a for a in ages if np.isfinite(past[:, a]).sum() >= PAST), None)
    level = level_at(curve, past, age) if age is not None and len(known) > SETTLING else None
    if age is None or level is None:
        return Adoption(names[i], starts[i], curve, age or 0, _young(names[i], len(known), past))
    levels = past[:, age][np.isfinite(past[:, age])]
    low, middle = (float(v) for v in np.quantile(levels, [LOWEST, 0.5]))
    return Adoption(
        names[i],
        starts[i],
        curve,
        age,
        Interval(level.mean, level.low, level.high),
        settled=age == level_off,
        reached=level.seen,
        usual=(low, middle),
        earlier=len(levels),
        behind=level.high < low,
    )


def _young(name: str, days: int, past: Floats) -> Refusal:
    """Why nothing is said of where it will get."""
    if days <= SETTLING:
        return Refusal(
            f"adoption of {name}", why=f"it is known for {days} days", until=f"wait until it is {SETTLING + 1}"
        )
    old = int((np.isfinite(past).sum(axis=1) > SPANS[-1]).sum())
    return Refusal(
        f"adoption of {name}",
        why=f"{old} earlier releases are known for more than {SPANS[-1]} days, and {PAST} are needed",
        until="installs by version from further back, or wait",
    )
