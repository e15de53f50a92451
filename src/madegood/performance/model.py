"""What happened: daily statistics of behaviour, and whether they are fit for use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from madegood.days import Window

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tally:
    """Enough to know means and how sure they are; adding two gives the tally of both groups.

    unit      what was counted: "person", or "person-day"
    n         how many of them
    sums      the sum of each of their k values, (k,)
    products  the sum of each product of two values, pairs in order, (k * (k + 1) / 2,)

    >>> Tally("person", 2, (3.0,), (5.0,)) + Tally("person", 1, (4.0,), (16.0,))
    Tally(unit='person', n=3, sums=(7.0,), products=(21.0,))
    """

    unit: str
    n: int
    sums: tuple[float, ...]
    products: tuple[float, ...]

    def __add__(self, other: Tally) -> Tally:
        if (self.unit, len(self.sums)) != (other.unit, len(other.sums)):
            raise ValueError(f"a tally of {self.unit} does not add to one of {other.unit}")
        return Tally(
            self.unit,
            self.n + other.n,
            tuple(a + b for a, b in zip(self.sums, other.sums, strict=True)),
            tuple(a + b for a, b in zip(self.products, other.products, strict=True)),
        )

    @property
    def means(self) -> tuple[float, ...]:
        """The mean of each value."""
        return tuple(s / self.n for s in self.sums)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One number a day; a missing day is a gap (NaN), never a zero.

    values  (days,), consecutive days from `first`
    base    (days,) what each value is a share of (people who could), for rates; None otherwise
    grain   flow: adds up over days; stock: how many there are; rate: a mean or share
    notes   what was done to it, in words, to be shown beside it: "cumulative counter turned into a daily flow"
    """

    metric: str
    first: date
    values: Floats
    grain: Literal["flow", "stock", "rate"] = "flow"
    base: Floats | None = None
    unit: str = ""
    segment: str = ""
    notes: tuple[str, ...] = ()

    @property
    def last(self) -> date:
        return self.first + timedelta(days=len(self.values) - 1)

    def day(self, index: int) -> date:
        return self.first + timedelta(days=int(index))

    def at(self, day: date) -> int:
        """The index of a day; may lie outside."""
        return (day - self.first).days

    def within(self, window: Window) -> Series:
        """The same series on these days only; days it does not reach are gaps."""
        size, start = len(window), (window.first - self.first).days
        index = np.arange(size) + start
        inside = (index >= 0) & (index < len(self.values))

        def cut(array: Floats) -> Floats:
            out = np.full(size, np.nan)
            out[inside] = array[index[inside]]
            return out

        base = None if self.base is None else cut(self.base)
        return Series(
            self.metric, window.first, cut(self.values), self.grain, base, self.unit, self.segment, self.notes
        )

    def mean(self, window: Window) -> float | None:
        """Mean of the known days of a window; None when no day is known."""
        part = self.within(window).values
        return float(np.nanmean(part)) if np.isfinite(part).any() else None


Unfit = Literal["dead", "gap", "instrument", "outage", "correction", "short", "outlier"]


@dataclass(frozen=True, slots=True)
class Fitness:
    """Something about a series to know before anything is read from it.

    kind    dead: no change or no day for long; gap: days missing; instrument: the way of counting changed;
            outage: zeros that are a broken counter; correction: a counter that went back; short: too few days;
            outlier: single days far out
    usable  what may still be read, in words; the window in `usable_from` / `usable_to` when it is a part
    """

    metric: str
    kind: Unfit
    first: date
    last: date
    says: str
    usable: str
    usable_from: date | None = None
    usable_to: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One metric's series over everything known, cleaned, with what was noticed on the way.

    series    gaps where outages, corrections and broken days were
    fitness   newest first
    """

    series: Series
    fitness: tuple[Fitness, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the groups that met a release, or did not, with what its units did.

    share  of all units that was planned for it, 0 to 1
    """

    name: str
    tally: Tally
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Who met a release and who did not, and what they then did, on one metric.

    release  its key
    first    first day on which anyone was assigned; `last` the last day that is counted
    by_lot   arms were drawn; otherwise units chose, or somebody chose for them
    control  name of the arm that did not meet it
    arms     the control first; a unit's values are what it did, for ratios what that is a share of, then covariates
    ratio    the metric is a sum over a sum, such as a conversion
    binomial each unit did it or did not, and no squares are known
    strata   parts of the units that are weighed by themselves
    days     of each look; empty where no unit has a day
    course   (looks, strata, arms, 1 + k + pairs) n, sums and products as they stood at each look, the last being now
    covariates  names of what is known of units beforehand, the metric itself before among them first
    halves   (arms, columns) of each unit's first days since it met the release, then as many later days
    each     days in either half
    heaviest share of the sum of squares that is one unit's, in the arm where it is the most
    twice    units that were found in two arms, and are left out
    reading, length   how it is looked at, and the days that were planned; 0: not said
    crossings         other trials that the same units are in
    notes    what was done, in words
    """

    release: str
    metric: str
    first: date
    last: date
    by_lot: bool
    control: str
    arms: tuple[Arm, ...]
    ratio: bool = False
    binomial: bool = False
    strata: tuple[str, ...] = ("",)
    days: tuple[date, ...] = ()
    course: Floats = field(default_factory=lambda: np.zeros((0, 1, 0, 0)))
    covariates: tuple[str, ...] = ()
    halves: Floats | None = None
    each: int = 0
    heaviest: float = 0.0
    twice: int = 0
    reading: Literal["anytime", "planned", "fixed"] = "anytime"
    length: int = 0
    crossings: tuple[Crossing, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """Units in two trials at once: `cells` (2, 2, columns), the other's arm, then this one's, control first."""

    other: str
    cells: Floats
