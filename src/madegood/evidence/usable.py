"""Which part of a metric may be read at all, in days or in weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window, say_day
from madegood.evidence.scale import Scale, choose
from madegood.numerics.counting import of_shares
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.evidence.model import Question
    from madegood.numerics.statespace import Floats
    from madegood.performance.model import Series

#: Known days, at least; see benchmarks/joint_series.md, "Short series".
FEWEST = 42
#: Fewer a day than this, and weeks are read instead; down to 2 a day the logarithm had the smallest error.
SCARCE = 2.0
#: Days in one reading of a scarce metric.
WEEK = 7
#: Rounded until so many days repeat the one before, intervals still held (92.5 / 87.5 % of 80 simulated placebos);
#: beyond, nothing was measured.
REPEATS = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Usable:
    """The readings that evidence works on: one a day, or one a week for scarce counts, per day in either case.

    first   day of the first reading
    every   days in one reading: 1 or 7
    apart   days from one known reading to the next, as a rule: more than `every` where it is measured seldom
    values  (readings,), NaN where missing
    seen    (readings,) the same as it was counted; differs from values only for shares of few
    chance  (readings,) variance of the log of a share that counting so few people makes; None where that is not known
    because why the series starts or ends here and not where the data does; empty when it is whole
    """

    first: date
    every: int
    apart: int
    values: Floats
    seen: Floats
    scale: Scale
    because: str
    notes: tuple[str, ...]
    chance: Floats | None = None

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.every * len(self.values) - 1)

    @property
    def window(self) -> Window:
        return Window(self.first, self.last)

    def at(self, day: date) -> int:
        """Index of the reading a day falls in; may lie outside."""
        return (day - self.first).days // self.every


def usable(question: Question) -> Usable | Refusal:
    """The part of the question's metric that was counted in one way, up to the day of asking."""
    series, label = question.measured.series, question.metric.label
    window, because = _window(question)
    part = series.within(window) if window.last >= window.first else None
    known = int(np.isfinite(part.values).sum()) if part else 0
    if part is None or known < FEWEST:
        missing = FEWEST - known
        return Refusal(
            question.metric.id,
            why=f"{label} has {known} known days{because}; telling a release from noise takes {FEWEST}",
            until=f"{missing} more {'day' if missing == 1 else 'days'} of it",
        )
    readings = _readings(part, because)
    return _still(question, readings) or readings


def _still(question: Question, part: Usable) -> Refusal | None:
    """A refusal where the readings hardly ever change, so that nothing is known of how they move by themselves."""
    known = part.seen[np.isfinite(part.seen)]
    label, reading = question.metric.label, "day" if part.every == 1 else "week"
    if len(known) * part.every < FEWEST // 2:
        return Refusal(
            question.metric.id,
            why=f"{label} is so rare that it is read in weeks, and has {len(known)} weeks with five known days",
            until=f"{FEWEST // WEEK} weeks of it without gaps",
        )
    same = float((np.diff(known) == 0).mean())
    if same <= REPEATS:
        return None
    if float((known == 0).mean()) > REPEATS / 2:
        return Refusal(
            question.metric.id,
            why=f"{label} is zero on {float((known == 0).mean()):.0%} of its {reading}s: too rare to see a change in",
            until="a behaviour nearer to the change that happens more often",
        )
    return Refusal(
        question.metric.id,
        why=f"{label} says the same as the {reading} before on {same:.0%} of its {reading}s: it is counted too "
        "coarsely, or copied forward, so how much it moves by itself cannot be known",
        until="a finer reading of it: the daily number behind it rather than its rounded or running total",
    )


def _window(question: Question) -> tuple[Window, str]:
    """Days in which it was counted in one way, and why they are not all."""
    series = question.measured.series
    known = np.flatnonzero(np.isfinite(series.values))
    first, last = (series.day(known[0]), series.day(known[-1])) if len(known) else (series.first, series.first)
    last, because = min(last, question.on), ""
    for f in question.measured.fitness:
        if f.kind not in ("instrument", "dead"):
            continue
        if f.usable_from and first < f.usable_from <= last:
            first, because = f.usable_from, f" from {say_day(f.usable_from)} on ({f.says.rstrip('.')})"
        if f.usable_to and first <= f.usable_to < last:
            last, because = f.usable_to, f" up to {say_day(f.usable_to)} ({f.says.rstrip('.')})"
    for event in sorted(question.known, key=lambda e: e.first):
        concerns = not event.metrics or question.metric.id in event.metrics
        if event.changes_instrument and concerns and first < event.first <= last:
            first = event.last + timedelta(days=event.last > event.first)
            because = f" since {say_day(event.first)}, when the way of counting changed ({event.name})"
    return Window(first, last), because


def _readings(part: Series, because: str) -> Usable:
    """Days, or weeks where a day counts too few."""
    values, known = np.where(np.isfinite(part.values), part.values, np.nan), np.isfinite(part.values)
    base = part.base if part.grain == "rate" else None
    counted = values * base if base is not None else values
    whole = bool(np.allclose(values[known], np.round(values[known]))) and part.grain == "flow"
    few = (whole or base is not None) and float(np.nanmean(counted)) < SCARCE and float(np.nanmin(values)) >= 0
    notes = list(part.notes)
    every = WEEK if few else 1
    first, seen, size = _weeks(part.first, values, base) if few else (part.first, values, base)
    if few:
        notes.append(f"read in weeks: there are {float(np.nanmean(counted)):.2g} a day")
    if size is not None and bool((seen[np.isfinite(seen)] <= 0).any()):
        worked = (seen * size + 0.5) / (size + 1)  # half a person who did and half who did not, for shares of few
        scale = choose(worked)
    else:
        worked, scale = seen, choose(seen, count=1 / every if whole else 0.0)
    if scale.kind == "plain":
        notes.append(f"effects are shares of its mean size, {scale.level:.3g}, since it is not always above zero")
    days = np.flatnonzero(np.isfinite(worked)) * every
    apart = int(np.median(np.diff(days))) if len(days) > 1 else every
    chance = _chance(seen, size, every) if scale.kind == "log" else None
    return Usable(first, every, apart, worked, seen, scale, because, tuple(notes), chance)


def _chance(share: Floats, size: Floats | None, every: int) -> Floats | None:
    """What counting alone makes of a share of so many people; None for values that are no shares.

    Measured for days (benchmarks/columns.md, "shares"); low counts gained nothing from it.
    """
    known = share[np.isfinite(share)]
    if size is None or every > 1 or not len(known) or known.min() < 0 or known.max() > 1:
        return None
    return of_shares(share, size)


def _weeks(first: date, values: Floats, base: Floats | None) -> tuple[date, Floats, Floats | None]:
    """Weeks that end on the last day: mean per day where five days or more are known; shares weighed by their base."""
    spare = len(values) % WEEK
    shape = (len(values) // WEEK, WEEK)
    v = values[spare:].reshape(shape)
    start = first + timedelta(days=spare)
    enough = np.isfinite(v).sum(axis=1) >= 5
    if base is None:
        total, size = np.nansum(v, axis=1), np.isfinite(v).sum(axis=1).astype(float)
        return start, np.where(enough, total / np.maximum(size, 1), np.nan), None
    n = np.where(np.isfinite(v), base[spare:].reshape(shape), 0.0)
    people = np.nansum(n, axis=1)
    share = np.nansum(v * n, axis=1) / np.maximum(people, 1e-12)
    return start, np.where(enough & (people > 0), share, np.nan), people
