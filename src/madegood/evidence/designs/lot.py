"""One trial by lot: whether it may be read at all, and what it says at this look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy.special import ndtr, ndtri

from madegood.evidence.designs.lot_fit import CLEAR, counted
from madegood.evidence.model import Interval
from madegood.numerics.sequential import after, mixture, once, spending, spent
from madegood.numerics.trials import Lift, dunnett, fieller, holm, lift, softened, values, welch
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.numerics.trials import Floats
    from madegood.performance.model import Trial

ALPHA = 0.05
#: The plan of a reading at any time, where none is stated: four of every weekday, as the claims of bets usually have.
FOUR_WEEKS = 28
#: How much of alpha is used up within that plan; the rest is kept for all days after it. With .04 the interval at its
#: end is 1.19 times that of one look, after it 1.72 times; .045 gives 1.17 and 1.83, .03 gives 1.25 and 1.60.
WITHIN = 0.8
#: From so many on, softening changes no interval by more than a hundredth of its width.
RARE = 100
POWER = float(ndtri(0.8))


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one trial says at its last look.

    data       effect of all who met it, as a share of the control's mean, with its 95 % interval
    se         standard error for one look; `times` what it is multiplied by
    inside     its 90 % interval lies inside the ROPE
    control, treated   the metric of each, own unit; `difference` between them, own unit, with its interval
    arms       (arm, interval, Holm's p) of each, where there are several; all intervals hold at once
    kept       variance left after covariates, 1 without
    looks      how many days were looked at, and the part of its plan that is over (1: all; above: after it)
    """

    data: Interval
    se: float
    times: float
    inside: bool
    mde: float
    control: float
    treated: float
    difference: Interval
    kept: float
    part: float
    looks: int
    table: Floats
    arms: tuple[tuple[str, Interval, float], ...] = ()


def seen(trial: Trial, rope: float, metric: str, bound: Bounds | None = None) -> Seen | Refusal:
    """What the trial says at its last look, those who met it in any arm against those who did not."""
    looks = pooled(trial)
    bound = bound or bounds([(trial, looks)])[0]
    times, wide = bound.times
    bare = counted(trial) and _rare(trial)
    table = looks[-1:]
    now = _lift(trial, table, bare)
    if not float(now.clear[0]) > CLEAR or not float(now.difference_se[0]) > 0:
        return _unclear(trial, now, metric)
    low, high = ends(trial, now, times)
    if not np.isfinite(low):
        return _unclear(trial, now, metric)
    if counted(trial):
        low = max(low, -1.0)  # less than none cannot do it
    low, high = _narrowed(trial, looks, bare, bound.inside, float(now.share[0]), low, high)
    tight = ends(trial, now, wide)
    raw = lift(table, trial.ratio, trial.binomial)
    se, gap = float(now.share_se[0]), float(now.difference_se[0]) * times
    reach = min(times, (high - low) / 2 / se)
    difference = float(now.difference[0])
    return Seen(
        Interval(float(now.share[0]), low, high),
        se,
        times,
        bool(-rope < tight[0] and tight[1] < rope),
        (reach + POWER) * se,
        float(raw.control[0]),
        float(raw.treated[0]),
        Interval(difference, difference - gap, difference + gap),
        float(now.kept[0]),
        bound.part,
        len(trial.days) or 1,
        table,
        _arms(trial, looks, bare) if len(trial.arms) > 2 else (),
    )


def ended(trial: Trial) -> Trial:
    """A planned trial as it stood at the end of its plan; what came after is not looked at."""
    if trial.reading != "planned" or not trial.days:
        return trial
    inside = [i for i, day in enumerate(trial.days) if (day - trial.first).days < trial.length]
    if len(inside) == len(trial.days) or not inside:
        return trial
    keep = len(inside)
    return replace(trial, days=trial.days[:keep], course=trial.course[:keep], last=trial.days[keep - 1])


def pooled(trial: Trial) -> Floats:
    """(looks, strata, 2, columns): the control, and all that met it together. Too thin strata are taken as one."""
    course = trial.course
    two = np.stack([course[:, :, 0], course[:, :, 1:].sum(axis=2)], axis=2)
    return two if (two[-1, :, :, 0] >= 2).all() else two.sum(axis=1, keepdims=True)


def _rare(trial: Trial) -> bool:
    """Few did it, or did not, in some arm of a 0/1 metric: then it is read without covariates, softened."""
    return min(min(a.tally.sums[0], a.tally.n - a.tally.sums[0]) for a in trial.arms) < RARE


def _lift(trial: Trial, table: Floats, bare: bool) -> Lift:
    """The effect at each look; of rare things softened, without covariates and strata."""
    if bare and trial.reading != "fixed":
        return lift(softened(_bare(table).sum(axis=1, keepdims=True)))
    return lift(table, trial.ratio, trial.binomial)


def _bare(table: Floats) -> Floats:
    """n, sum and sum of squares of the first value alone."""
    k = values(table.shape[-1])
    return np.asarray(table[..., [0, 1, 1 + k]])


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """What standard errors are multiplied by, for each alpha; the part of the plan that is over; looks inside it."""

    times: tuple[float, ...]
    part: float
    inside: int


def bounds(asked: Sequence[tuple[Trial, Floats]], alphas: Sequence[float] = (ALPHA, 2 * ALPHA)) -> list[Bounds]:
    """Of trials with their looks, all at once: paths of information are worked out side by side."""
    alpha = np.array(alphas)
    out: list[Bounds | None] = []
    paths: list[tuple[int, Floats, Floats]] = []
    for trial, looks in asked:
        told = _closed(trial, looks, alpha)
        if isinstance(told, Bounds):
            out.append(told)
        else:
            info, time, part = told
            use = alpha if trial.reading == "planned" else alpha * WITHIN
            paths.append((len(out), info, spent(time, use[:, None])))
            out.append(Bounds((), part, len(time)))
    if paths:
        longest = max(len(info) for _, info, _ in paths)
        rows = [np.pad(info, (longest - len(info), 0)) for _, info, _ in paths for _ in alpha]
        spends = [np.pad(row, (longest - len(row), 0)) for _, _, spend in paths for row in spend]
        times = spending(np.array(rows), np.array(spends)).reshape(len(paths), len(alpha))
        for (i, _, _), row in zip(paths, times, strict=True):
            out[i] = replace(cast("Bounds", out[i]), times=tuple(row.tolist()))
    return cast("list[Bounds]", out)


def _closed(trial: Trial, looks: Floats, alpha: Floats) -> Bounds | tuple[Floats, Floats, float]:
    """Bounds that need no path; else the information and the time of each look, and the part of the plan."""
    plan = trial.length or FOUR_WEEKS
    if trial.reading == "fixed":
        freedom = lift(looks[-1:], trial.ratio, trial.binomial).freedom
        return Bounds(tuple(float(welch(freedom, a)[0]) for a in alpha), 1.0, len(looks))
    if not trial.days and trial.reading == "planned":
        time = np.arange(1, plan + 1) / plan
        return time, time, 1.0
    if not trial.days:
        return Bounds(tuple(mixture(np.ones(len(alpha)), 1.0, alpha).tolist()), 1.0, 1)
    info = information(trial, looks)
    time = np.array([(day - trial.first).days + 1 for day in trial.days]) / plan
    part = float((trial.last - trial.first).days + 1) / plan
    inside = int((time <= 1).sum())
    if inside == len(time) or trial.reading == "planned":
        return info, np.append(time[:-1], min(part, 1.0)), part
    start = info[inside - 1] if info[inside - 1] > 0 else info[info > 0][0]
    return Bounds(tuple(float(after(info[-1], start, a)) for a in alpha * (1 - WITHIN)), part, inside)


def information(trial: Trial, looks: Floats) -> Floats:
    """One over the variance of the effect at each look, (looks,), growing; 0 before anything can be said.

    Of the share, because what the same people did adds up over days, and its difference with it.
    """
    ready = (looks[:, :, :, 0].sum(axis=1) >= 2).all(axis=1)
    out = np.zeros(len(looks))
    if ready.any():
        one = looks[ready].sum(axis=1, keepdims=True)
        seen = lift(one, trial.ratio, trial.binomial)
        good = (seen.difference_se > 0) & (seen.control != 0) & np.isfinite(seen.difference_se)
        out[ready] = np.where(good, (seen.control / np.where(good, seen.difference_se, 1.0)) ** 2, 0.0)
    # a look whose few units happen to be alike cannot know more than the whole trial does now
    return np.maximum.accumulate(np.minimum(out, out[-1]))


def ends(trial: Trial, now: Lift, times: float, i: int = 0) -> tuple[float, float]:
    """Ends of the interval of the share: symmetric for one look, as every peer has it, else Fieller's."""
    if trial.reading == "fixed":
        return float(now.share[i] - times * now.share_se[i]), float(now.share[i] + times * now.share_se[i])
    low, high = fieller(now, times)
    return float(low[i]), float(high[i])


def _narrowed(
    trial: Trial, looks: Floats, bare: bool, inside: int, mean: float, low: float, high: float
) -> tuple[float, float]:
    """After the plan: what also lies in the interval at its end, where the estimate still does. Both hold at once."""
    if trial.reading != "anytime" or inside >= len(looks) or not inside:
        return low, high
    then = replace(trial, days=trial.days[:inside], last=trial.days[inside - 1], course=trial.course[:inside])
    if (looks[inside - 1, :, :, 0] < 2).any():
        return low, high
    earlier = _lift(then, looks[inside - 1 : inside], bare)
    a, b = ends(then, earlier, bounds([(then, looks[:inside])])[0].times[0])
    return (max(low, a), min(high, b)) if a < mean < b else (low, high)


def _arms(trial: Trial, looks: Floats, bare: bool) -> tuple[tuple[str, Interval, float], ...]:
    """Each arm against the control: intervals that hold all at once, and p-values (Holm)."""
    out = []
    count = len(trial.arms) - 1
    alpha = ALPHA / count if trial.reading != "fixed" else _at_once(trial)
    chances = []
    for i in range(1, count + 1):
        mine = trial.course[:, :, [0, i]]
        mine = mine if (mine[-1, :, :, 0] >= 2).all() else mine.sum(axis=1, keepdims=True)
        now = _lift(trial, mine[-1:], bare)
        times = bounds([(trial, mine)], (alpha,))[0].times[0]
        low, high = ends(trial, now, times)
        z = abs(float(now.difference[0])) / max(float(now.difference_se[0]), 1e-300)
        chances.append(_chance(z / times * float(once(alpha))))
        out.append((trial.arms[i].name, Interval(float(now.share[0]), low, high)))
    return tuple((name, interval, float(p)) for (name, interval), p in zip(out, holm(np.array(chances)), strict=True))


def _at_once(trial: Trial) -> float:
    """What each arm may use of alpha where all share a control and are looked at once (Dunnett 1955)."""
    each = [arm.tally.n for arm in trial.arms]
    loads = np.array([np.sqrt(n / (n + each[0])) for n in each[1:]])
    return _chance(dunnett(loads, ALPHA))


def _chance(z: float) -> float:
    return float(2 * ndtr(-z))


def _unclear(trial: Trial, now: Lift, metric: str) -> Refusal:
    """The control's mean is not clear of zero, or nothing varies."""
    if not float(now.difference_se[0]) > 0:
        return Refusal(metric, why="every unit did exactly the same", until="a metric in which units differ")
    why = f"in the control `{trial.control}` it is not yet clear of zero, so no share of it can be told"
    times = (1.5 * CLEAR / max(float(now.clear[0]), 0.1)) ** 2
    return Refusal(metric, why=why, until=f"about {max(times, 2):.0f} times as many units")
