"""What a trial by lot itself shows to be wrong with it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.designs.lot_words import percent, signed
from madegood.numerics.trials import change, crossed, lift, pairs, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.evidence.designs.lot import Seen
    from madegood.numerics.trials import Floats
    from madegood.performance.model import Trial

#: Standard errors beyond which something that should be alike is called unlike: one in a thousand by chance, and one in
#: a hundred where it only lowers a grade.
UNLIKE, ODD = 3.29, 2.58
#: Units in two arms: beyond this part of all the draw is in question. One unit's part of all squares: with .3 and more
#: in 200 log-normal units (sd of the log 2 to 2.5) 95 % intervals held 84 to 87 % of the time, with less .94.
TWICE, HEAVY = 0.01, 0.3
#: Days in which every weekday comes once, and units in each cell of two crossed experiments.
WEEK, CELL = 7, 100


def doubts(trial: Trial, one: Seen) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The grave ones and the others, in words."""
    grave = [*_twice(trial), *_before(trial, one), *_others_began(trial, one), *_arms_differ(one)]
    rest = [*_short(trial), *_early(trial), *_novelty(trial), *_heavy(trial), *_crossings(trial)]
    return tuple(grave), tuple(rest)


def _twice(trial: Trial) -> Iterator[str]:
    part = trial.twice / max(trial.twice + sum(arm.tally.n for arm in trial.arms), 1)
    if part > TWICE:
        yield f"{percent(part)} of its units were in two arms: the draw does not hold (they are left out)"


def _before(trial: Trial, one: Seen) -> Iterator[str]:
    """Arms that differed before anyone met it were not drawn by lot, or not counted alike."""
    size = 2 if trial.ratio else 1
    k = values(one.table.shape[-1])
    for i, name in enumerate(trial.covariates):
        z = _unlike(_only(one.table, size + i, k))
        if z > UNLIKE:
            yield f"its arms differed before anyone met it ({name}: {z:.1f} standard errors)"
            return


def _others_began(trial: Trial, one: Seen) -> Iterator[str]:
    """A share of those who began means another thing when the release changed who begins."""
    if trial.ratio:
        began = lift(_only(one.table, 1, values(one.table.shape[-1])))
        z = abs(float(began.difference[0])) / max(float(began.difference_se[0]), 1e-300)
        if z > UNLIKE and float(began.difference_se[0]) > 0:
            moved = signed(float(began.share[0]))
            yield f"how many could do it moved by {moved} too: the share is one of other chances"


def _arms_differ(one: Seen) -> Iterator[str]:
    """All arms that met it are told as one."""
    for a, b in combinations(one.arms, 2):
        if a[1].high < b[1].low or b[1].high < a[1].low:
            yield f"its arms differ: `{a[0]}` {signed(a[1].mean)}, `{b[0]}` {signed(b[1].mean)}; this is their mean"
            return


def _short(trial: Trial) -> Iterator[str]:
    days = (trial.last - trial.first).days + 1
    if trial.days and days < WEEK:
        yield f"only {days} days of it, so not every weekday"


def _early(trial: Trial) -> Iterator[str]:
    """Looked at once, and before the day that was settled for it."""
    days = (trial.last - trial.first).days + 1
    if trial.reading == "fixed" and trial.days and trial.length > days:
        yield f"read after {days} of {trial.length} days as if it were over: such intervals hold for one look alone"


def _novelty(trial: Trial) -> Iterator[str]:
    """Its effect in each one's first days is another than in their next ones."""
    if trial.halves is None:
        return
    table = np.stack([trial.halves[0], trial.halves[1:].sum(axis=0)])[None]
    sums = table[..., 1 : 1 + values(table.shape[-1])]
    if (table[..., 0] < CELL).any() or (sums <= 0).any():
        return
    later, se = change(table, trial.ratio)
    if se[0] > 0 and abs(later[0]) > ODD * se[0]:
        word = "fades" if later[0] < 0 else "grows"
        yield (
            f"its effect {word}: {signed(float(later[0]))} from each one's first {trial.each} days to the next "
            f"{trial.each} (of the control's mean)"
        )


def _heavy(trial: Trial) -> Iterator[str]:
    if trial.heaviest > HEAVY:
        yield f"one unit makes {percent(trial.heaviest)} of an arm's squares: cap what one unit can count"


def _crossings(trial: Trial) -> Iterator[str]:
    """Another trial that the same units are in changes what this one does."""
    for crossing in trial.crossings:
        cells = crossing.cells
        if (cells[..., 0] < CELL).any() or (cells[..., 1] <= 0).any():
            continue
        cells = cells if trial.ratio else _first(cells)
        among, se = crossed(cells[None], trial.ratio)
        if se[0] > 0 and abs(among[0]) > UNLIKE * se[0]:
            yield f"{crossing.other} changes its effect by {signed(float(among[0]))} in those who met both"


def _only(table: Floats, i: int, k: int) -> Floats:
    """The table of the i-th of k values alone."""
    rows, cols = pairs(k)
    place = int(np.flatnonzero((rows == i) & (cols == i))[0])
    return np.asarray(table[..., [0, 1 + i, 1 + k + place]])


def _first(cells: Floats) -> Floats:
    """The table of the first of two values alone."""
    return _only(cells, 0, 2)


def _unlike(table: Floats) -> float:
    """Standard errors between the arms."""
    told = lift(table)
    se = float(told.difference_se[0])
    return abs(float(told.difference[0])) / se if se > 0 else 0.0
