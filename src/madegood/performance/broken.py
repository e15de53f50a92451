"""Did tracking break before customers left? What one series alone cannot show: its parts, and a second instrument.

`fitness.py` looks at each series by itself. A step that one platform makes overnight while all others go on, and a
ratio of two counts of one thing that changes overnight, are the counting's doing or a change in that platform alone;
neither is many customers quietly leaving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import say_day
from madegood.numerics.steps import EDGE, overnight
from madegood.performance.model import Fitness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.numerics.steps import Step
    from madegood.performance.model import Floats, Measured, Series


@dataclass(frozen=True, slots=True)
class Cutover:
    """One version's events stopped while the one before or after it went on: days, as the versions were counted."""

    version: str
    first: date
    last: date


def one_alone(parts: Sequence[Measured]) -> tuple[Fitness, ...]:
    """Parts (platforms, segments, versions) that changed their level overnight against all others together.

    Needs two parts or more. A part is held against the sum, or for rates the mean, of all others, so what happens to
    everybody (a season, an outage of the whole) is nobody's step.
    """
    if len(parts) < 2:
        return ()
    first = min(p.series.first for p in parts)
    last = max(p.series.last for p in parts)
    table = np.array([_on(p.series, first, last) for p in parts])
    found: list[Fitness] = []
    for i, part in enumerate(parts):
        others = np.delete(table, i, axis=0)
        known = np.isfinite(others).all(axis=0)
        rest = np.where(known, np.where(np.isfinite(others), others, 0.0).mean(axis=0), np.nan)
        for step in overnight(_logs(table[i]) - _logs(rest)):
            if _own(table, i, step):
                found.append(_said(part.series, first, step, "all other segments went on"))
    return tuple(sorted(found, key=lambda f: f.first, reverse=True))


def ratio_of(one: Measured, other: Measured) -> tuple[Fitness, ...]:
    """Nights on which two counts of the same thing (two trackers, a log and a payment list) began to differ."""
    first = max(one.series.first, other.series.first)
    last = min(one.series.last, other.series.last)
    if first >= last:
        return ()
    a, b = (_logs(_on(m.series, first, last)) for m in (one, other))
    found = []
    for step in overnight(a - b):
        own = abs(_jump(a, step.at)) >= abs(_jump(b, step.at))
        who, with_whom = (one.series, other.series) if own else (other.series, one.series)
        turned = step if own else type(step)(step.at, -step.size, step.score)
        found.append(_said(who, first, turned, f"{with_whom.metric}, which counts the same, went on"))
    return tuple(sorted(found, key=lambda f: f.first, reverse=True))


def cutovers(versions: Mapping[str, Series], gone: float = 0.05, days: int = 7) -> tuple[Cutover, ...]:
    """Versions that fell below `gone` of their usual count for good within `days`: cut over, rather than grown out of.

    An update that customers take up one by one lasts weeks; a tracker that is switched off lasts a night.
    """
    found = []
    for name, series in sorted(versions.items()):
        values = np.nan_to_num(series.values)
        if len(values) < 4 * days or values.max(initial=0.0) <= 0:
            continue
        alive = np.flatnonzero(values > gone * np.median(values[values > 0]))
        last = int(alive[-1])
        before = values[max(0, last - 3 * days) : max(0, last - days + 1)]
        if len(values) - 1 - last >= days and len(before) and values[last] >= 0.5 * float(np.median(before)):
            found.append(Cutover(name, series.first, series.day(last)))
    return tuple(found)


def _on(series: Series, first: date, last: date) -> Floats:
    """Values from first to last, gaps where there are none."""
    out = np.full((last - first).days + 1, np.nan)
    start = (series.first - first).days
    a, b = max(0, start), min(len(out), start + len(series.values))
    if a < b:
        out[a:b] = series.values[a - start : b - start]
    return out


def _logs(values: Floats) -> Floats:
    return np.asarray(np.log(np.where(values > 0, values, np.nan)))


def _jump(logs: Floats, at: int) -> float:
    """Change of level within EDGE days of a night; 0 where it is not known."""
    before, after = logs[max(0, at - EDGE) : at], logs[at : at + EDGE]
    known = [part[np.isfinite(part)] for part in (before, after)]
    return float(np.median(known[1]) - np.median(known[0])) if all(len(k) for k in known) else 0.0


def _own(table: Floats, i: int, step: Step) -> bool:
    """Whether the part moved itself, rather than the others about it."""
    mine = abs(_jump(_logs(table[i]), step.at))
    others = [abs(_jump(_logs(row), step.at)) for j, row in enumerate(table) if j != i]
    return mine >= abs(step.size) / 2 and mine > max(others)


def _said(series: Series, first: date, step: Step, beside: str) -> Fitness:
    """A step as a finding about fitness: each side by itself may be read."""
    day = first + timedelta(days=step.at)
    where = f" in {series.segment}" if series.segment else ""
    change = np.expm1(step.size)
    size = f"{abs(change):.0%} {'more' if change > 0 else 'less'}".replace("%", " %")
    says = f"On {say_day(day)} it became {size}{where} overnight, while {beside}."
    usable = (
        f"Either side by itself, until it is known whether tracking broke{where} or only that was changed. If it was "
        f"meant, write it under `events:`."
    )
    return Fitness(series.metric, "instrument", day, day, says, usable, day, series.last)
