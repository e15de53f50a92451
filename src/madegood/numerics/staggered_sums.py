"""Sums of group-time effects (Callaway and Sant'Anna 2021, section 3), their bands, and what broken trends would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from madegood.numerics.staggered import Floats, GroupTime

By = Literal["group", "calendar", "event"]
DRAWS = 2000  # of the multiplier bootstrap; a 95 % critical value then varies by about .03 from seed to seed


@dataclass(frozen=True, slots=True, eq=False)
class Summed:
    """Effects summed in one way.

    at         (k,) group, time, or time since the first treated one; empty for one number
    effect     (k,); `influence` (units, k)
    overall, overall_influence   of all of them: over groups by their size, over times evenly, from treatment on
    """

    at: NDArray[np.int_]
    effect: Floats
    influence: Floats
    overall: float
    overall_influence: Floats
    first: Floats

    @property
    def se(self) -> Floats:
        """Large-sample standard errors, (k,)."""
        return np.asarray(np.sqrt((self.influence**2).mean(axis=0) / len(self.first)))

    @property
    def overall_se(self) -> float:
        return float(np.sqrt((self.overall_influence**2).mean() / len(self.first)))

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Of `overall`, for few units as well; see `few`. None where a group that matters has one unit."""
        return few(self.overall, self.overall_influence, self.first, level)


def few(effect: float, influence: Floats, first: Floats, level: float = 0.95) -> tuple[float, float] | None:
    """An interval from influences (units,) that holds with few units a group; None where some group has one unit.

    Each group's part of the variance is taken with n - 1 instead of n, and Student's t has the degrees of freedom of
    their sum (Satterthwaite 1946; Bell and McCaffrey 2002). Coverage: benchmarks/staged.md, "few units".
    """
    part, freedom = [], []
    for g in np.unique(first):
        mine = influence[first == g]
        square = float((mine**2).sum())
        if len(mine) == 1:
            return None
        part.append(square * len(mine) / (len(mine) - 1))
        freedom.append(len(mine) - 1)
    total, squares = sum(part), sum(p**2 / f for p, f in zip(part, freedom, strict=True))
    if not total > 0:
        return None
    half = float(stdtrit(total**2 / squares, 0.5 + level / 2)) * np.sqrt(total) / len(first)
    return effect - half, effect + half


def simple(found: GroupTime) -> Summed | None:
    """The mean effect over all groups and times since they were treated, by how many units; None without any."""
    keep = np.flatnonzero(found.time >= found.group)
    if not len(keep):
        return None
    effect, influence = _mixed(found, keep)
    return Summed(np.zeros(0, int), np.array([effect]), influence[:, None], effect, influence, found.first)


def summed(found: GroupTime, by: By) -> Summed | None:
    """Effects by group, calendar time or time since treatment (negative before); None without any after treatment."""
    after = found.time >= found.group
    if not after.any():
        return None
    key = {"group": found.group, "calendar": found.time, "event": found.time - found.group}[by]
    use = np.ones(len(key), bool) if by == "event" else after
    at = np.unique(key[use])
    parts = [_mixed(found, np.flatnonzero(use & (key == k)), even=by == "group") for k in at]
    effect, influence = np.array([p[0] for p in parts]), np.column_stack([p[1] for p in parts])
    if by == "group":
        size = np.array([_sizes(found, np.array([k]))[0] for k in at])
        overall, own = _weighed(found, effect, influence, at, size)
    else:
        later = at >= 0 if by == "event" else np.ones(len(at), bool)
        overall, own = float(effect[later].mean()), influence[:, later].mean(axis=1)
    return Summed(at, effect, influence, overall, np.asarray(own), found.first)


def _sizes(found: GroupTime, groups: NDArray[np.int_]) -> Floats:
    """Share of the units in each group, by weight."""
    return np.array([float((found.weight * (found.first == g)).mean()) for g in groups])


def _mixed(found: GroupTime, keep: NDArray[np.int_], even: bool = False) -> tuple[float, Floats]:
    """Mean of some cells by their groups' sizes, or evenly, with its influences."""
    att, influence = found.att[keep], found.influence[:, keep]
    if even:
        return float(att.mean()), np.asarray(influence.mean(axis=1))
    return _weighed(found, att, influence, found.group[keep], _sizes(found, found.group[keep]))


def _weighed(
    found: GroupTime, effect: Floats, influence: Floats, groups: NDArray[np.int_], size: Floats
) -> tuple[float, Floats]:
    """Mean by the groups' sizes; that the sizes are estimated too is in the influences."""
    total = size.sum()
    mine = (found.first[:, None] == groups[None, :]) * found.weight[:, None] - size
    own = mine / total - mine.sum(axis=1, keepdims=True) * size / total**2
    return float(effect @ size / total), np.asarray(influence @ (size / total) + own @ effect)


def band(told: Summed, level: float = 0.95, seed: int = 0) -> tuple[Floats, Floats]:
    """Low and high, (k,) each, that hold all effects at once: multiplier bootstrap by unit (theirs, algorithm 1)."""
    rng = np.random.default_rng(seed)
    se = np.maximum(told.se, 1e-300)
    signs = rng.choice([-1.0, 1.0], (DRAWS, len(told.first)))
    most = np.abs(signs @ told.influence / len(told.first) / se).max(axis=1)
    times = max(float(np.quantile(most, level)), float(ndtri(0.5 + level / 2)))
    return told.effect - times * se, told.effect + times * se


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """An event study's mean effect where trends may break after treatment by `times` the worst break before it.

    low, high  95 %, or wider: see `sensitivity`
    breakdown  the `times` at which the interval reaches zero; 0 where it holds zero already
    """

    low: float
    high: float
    breakdown: float


def sensitivity(told: Summed, times: float = 1.0, level: float = 0.95) -> Sensitivity | None:
    """Relative magnitudes (Rambachan and Roth 2023, section 2.4.1), conservatively; None with no time before.

    From one time to the next, what parallel trends miss grows by no more than `times` the largest such step before
    treatment. Half of the error is spent on an upper bound of that largest step, half on the effect (Bonferroni), so
    the interval is wider than the paper's, and never narrower than it should be. Of an event study with the varying
    base, where every effect before is a step already.
    """
    early, late = told.at < 0, told.at >= 0
    if not early.any() or not late.any():
        return None
    beyond = (1 - level) / 2
    steps, se = np.abs(told.effect[early]), told.se[early]
    largest = float((steps + ndtri(1 - beyond / (2 * early.sum())) * se).max())
    reach = float((told.at[late] + 1).mean()) * largest
    half = float(ndtri(1 - beyond / 2)) * told.overall_se
    spare = abs(told.overall) - half
    wide = half + times * reach
    return Sensitivity(told.overall - wide, told.overall + wide, max(spare, 0.0) / reach if reach > 0 else np.inf)
