"""The scale a metric is worked on, and the way back: effects are shares of what would have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from madegood.numerics.statespace import Floats

#: Counts whose median a day is lower have half a one added: the bias of +20 % was then -.018 at 5 a day, -.004 at 20.
LOW = 30.0


@dataclass(frozen=True, slots=True)
class Scale:
    """log: z = log(value + add), effects are ratios. plain: z = value / level, effects are shares of that level."""

    kind: Literal["log", "plain"]
    add: float = 0.0
    level: float = 1.0

    def forward(self, values: Floats) -> Floats:
        """Own unit -> working scale."""
        if self.kind == "plain":
            return np.asarray(values / self.level)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.log(values + self.add))

    def share(self, effect: Floats | float) -> Floats:
        """An effect on the working scale as a share of what would have been.

        >>> round(float(Scale("log").share(0.0953)), 3), float(Scale("plain", level=40.0).share(0.1))
        (0.1, 0.1)
        """
        return np.asarray(np.expm1(effect) if self.kind == "log" else effect, float)

    def working(self, share: float) -> float:
        """The way back from `share`; a share that would leave nothing or less is taken as nearly nothing."""
        return float(np.log1p(max(share, -1 + 1e-9))) if self.kind == "log" else share

    def bounds(self, rope: float) -> tuple[float, float]:
        """Working-scale effects that are worth -rope and +rope."""
        if self.kind == "plain":
            return -rope, rope
        return float(np.log1p(-min(rope, 0.99))), float(np.log1p(rope))

    def widths(self, before: Floats, after: Floats) -> Floats:
        """Own unit for one step of the working scale between two days, (before, after).

        Times z_after - z_before it is the change of value exactly: the logarithmic mean of both values (Ang 2004), or
        `level` on the plain scale.
        """
        if self.kind == "plain":
            return np.full((len(before), len(after)), self.level)
        a, b = before[:, None] + self.add, after[None, :] + self.add
        gap = np.log(b) - np.log(a)
        close = np.abs(gap) < 1e-7
        return np.asarray(np.where(close, (a + b) / 2, (b - a) / np.where(close, 1.0, gap)))


def choose(values: Floats, count: float = 0.0) -> Scale:
    """The scale for these values (NaN where missing); `count`: what one more is worth, 0 where they are no counts.

    Counts that are low or touch zero get half a one added. Other values that are not all above zero are worked on as
    they are, in shares of their mean size: a logarithm of them would be a matter of the constant added.

    >>> choose(np.array([3.0, 0.0, 7.0]), 1.0).add, choose(np.array([4.2, 4.6])).kind
    (0.5, 'log')
    >>> choose(np.array([-1.0, 5.0])).level
    3.0
    """
    known = values[np.isfinite(values)]
    low = known.min() if len(known) else 0.0
    if count > 0 and low >= 0:
        return Scale("log", add=0.5 * count if low <= 0 or np.median(known) < LOW * count else 0.0)
    if low > 0:
        return Scale("log")
    return Scale("plain", level=max(float(np.abs(known).mean()) if len(known) else 1.0, 1e-12))
