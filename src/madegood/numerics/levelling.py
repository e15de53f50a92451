"""Where a curve of adoption levels off, from how far the team's own earlier curves still had to go at the same age.

No shape is taken for granted. A diffusion curve fitted to one young release (Bass 1969) places its ceiling by its
shape alone, which is known to fail before the curve has turned (Van den Bulte and Lilien 1997, Marketing Science 16);
how far earlier releases went on from the same age is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]

SLOW = 0.01  # of all customers a week: slower than this, a curve is level


@dataclass(frozen=True, slots=True)
class Level:
    """The share (mean, 95 % low and high) of a curve at an age; where it was seen, all three are that."""

    age: int
    mean: float
    low: float
    high: float
    seen: bool


def age_of_level(past: Floats) -> int | None:
    """First age in days at which the median of the past curves (curves, days) gains less than SLOW in a week.

    None where it never does. Days that a curve does not reach are NaN.
    """
    gains = past[:, 7:] - past[:, :-7]
    for age in range(gains.shape[1]):
        some = gains[:, age][np.isfinite(gains[:, age])]
        if len(some) >= max(2, len(past) // 2) and np.median(some) < SLOW:
            return age + 7
    return None


def level_at(curve: Floats, past: Floats, age: int) -> Level | None:
    """What this curve (days,) has at `age`, if it goes on as the past ones (curves, days) did from where it is.

    On the logit scale, what the past ones gained from this curve's last known age on is a normal sample: the
    predictive interval is Student's. None with fewer than three past curves that are known at both ages.
    """
    now = int(np.flatnonzero(np.isfinite(curve))[-1])
    if now >= age:
        share = float(curve[age])
        return Level(age, share, share, share, seen=True)
    gained = _logit(past[:, age]) - _logit(past[:, now])
    gained = gained[np.isfinite(gained)]
    n = len(gained)
    if n < 3:
        return None
    middle = float(_logit(curve[now : now + 1])[0] + gained.mean())
    half = float(stdtrit(n - 1, 0.975) * gained.std(ddof=1) * np.sqrt(1 + 1 / n))
    mean, low, high = (float(1 / (1 + np.exp(-v))) for v in (middle, middle - half, middle + half))
    return Level(age, mean, low, high, seen=False)


def _logit(share: Floats) -> Floats:
    """Logit of shares; nearly none and nearly all stay finite."""
    held = np.clip(share, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(held / (1 - held)))
