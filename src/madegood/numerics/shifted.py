"""A plan of starts, read as differences to those not yet reached, beside the same plan shifted to earlier days.

Where nothing happened, the shifted plan has the distribution of the real one, whatever the noise of the differences:
placebos in time (Abadie, Diamond and Hainmueller 2015, section 4) of the whole plan at once, so that what starts of
one plan share (controls, shocks, slow noise) is in the error too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from madegood.numerics.in_time import changes

Floats = NDArray[np.float64]

#: So much of a window's length (the mean of its two sides) counts as one placebo: the sum of the squared correlations
#: of changes with two sides alike is 0.67 over white noise, 1.1 over a random walk. benchmarks/staged.md, "intervals".
SHARED = 1.1
#: So many placebos that count by themselves are needed: with fewer the interval says little and is not to be trusted.
FEWEST = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """One group that was reached on one day, against those that were not.

    y      (readings,) log of the group less those not reached; NaN where not known
    at     reading on which it was first reached
    gap    readings until it was reached for good, left out
    dose   share of the group that met it over the readings after
    size   how much the group counts among all that were reached: its customers, or what they do
    marks  (readings,) where something else changed the difference: no window may reach across
    """

    y: Floats
    at: int
    gap: int
    dose: float
    size: float
    marks: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Shifted:
    """The plan's effect in logs, and its placebos.

    se        root mean square of the placebos: they are about zero where nothing happened
    freedom   how many of them count by themselves
    placebos  (places,) the same plan at earlier days, the nearest first, each a reading earlier
    weights   (starts,) of each start, adding up to 1
    each      (starts,) the effect at each start
    """

    effect: float
    se: float
    freedom: float
    placebos: Floats
    weights: Floats
    each: Floats

    def interval(self, level: float) -> tuple[float, float]:
        """Central interval of the effect in logs, Student-t."""
        half = float(stdtrit(self.freedom, 0.5 + level / 2)) * self.se
        return self.effect - half, self.effect + half

    def detectable(self, power: float = 0.8) -> float:
        """Smallest effect in logs that leaves zero out of the 95 % interval with this chance."""
        return float(stdtrit(self.freedom, 0.975) + stdtrit(self.freedom, power)) * self.se


def shifted(starts: list[Start], before: int, after: int) -> Shifted | None:
    """The mean of the `after` readings since each start less the `before` ones up to it; None with too few placebos.

    Starts are weighed by their sizes: the effect is that on whoever was reached, also where groups differ.
    """
    found = [_unmarked(s, before, after) for s in starts]
    now = np.array([f[s.at] if s.at < len(f) else np.nan for f, s in zip(found, starts, strict=True)])
    if not np.isfinite(now).all():
        return None
    doses = np.array([s.dose for s in starts])
    lag = max(s.gap for s in starts) + after
    rows = np.array([_earlier(f, s.at, lag, max(s.at for s in starts)) for f, s in zip(found, starts, strict=True)])
    rows = rows[:, np.isfinite(rows).all(axis=0)] / doses[:, None]
    freedom = rows.shape[1] / (SHARED * (before + after) / 2)
    if freedom < FEWEST:
        return None
    sizes = np.array([s.size for s in starts])
    weights = sizes / sizes.sum()
    each = np.log1p(np.maximum(np.expm1(now) / doses, -0.99))
    placebos = weights @ rows
    if not (placebos != 0).any():
        return None
    return Shifted(float(weights @ each), float(np.sqrt((placebos**2).mean())), freedom, placebos, weights, each)


def _unmarked(start: Start, before: int, after: int) -> Floats:
    """Changes at every place, (readings,); NaN where something else changed within their windows."""
    found = changes(start.y, before, after, start.gap)
    count = np.concatenate([[0], np.cumsum(start.marks)])
    place = np.arange(len(found))
    low, high = np.maximum(place - before + 1, 0), np.minimum(place + start.gap + after, len(found))
    return np.asarray(np.where(count[high] > count[np.minimum(low, high)], np.nan, found))


def _earlier(found: Floats, at: int, lag: int, most: int) -> Floats:
    """Changes at `lag`, `lag` + 1, ... readings before `at`, (most - lag + 1,); NaN before the series begins."""
    index: NDArray[np.int_] = at - np.arange(lag, max(most, lag) + 1)
    return np.asarray(np.where(index >= 0, found[np.maximum(index, 0)], np.nan))
