"""What several signals have in common: one factor that moves them all, each by as much as it carries, or not at all.

    y_jt = level_j + season_jt + loading_j f_t + u_jt + e_jt,   loading_j = 0 or above it,   var e_jt known

y are logits of shares, or logs of levels, turned so that up is better and put on unit spread. f is AR(1); every signal
has an error u of its own, AR(1) as well, so that its own slow turns are not taken for everyone's. Which signals carry
anything is part of what is unknown (a lump at nothing beside a half-normal: Mitchell and Beauchamp 1988, JASA 83), and
so are all sizes: bands and reliability are those of the posterior, not of one best fit. Factor models with dynamic
errors: Stock and Watson 1991; Durbin and Koopman 2012, chapter 3. Simulated in benchmarks/trust.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from madegood.numerics.trust_kernels import draws

Floats = NDArray[np.float64]

SWEEPS, DROPPED = 1000, 200  # of each of two chains
SEASON = 0.3  # prior sd of a season, in sds of the signal
YEAR = 365.25 / 7
HALF_LIFE = 3.0  # weeks: a breach's dip in use was gone after three (Turjeman and Feinberg, Marketing Science 2023)
QUARTER = 13
NOW = 4  # weeks whose mean is where it stands
SHOCK = 1.0  # prior sd of a sudden change, in sds of the factor
SUDDEN = 0.9  # prior chance that one came in the last half year, half of them to pass: benchmarks/trust.md
THIN, FEW = 40, 4  # draws of loadings and errors over which the last quarter, and what was known when, are averaged


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """The factor over T weeks, with mean 0 and standard deviation 1 over them in every draw.

    index, low, high  (T,) posterior mean and 95 % band
    reliability       expected squared correlation of `index` with the true course
    loadings          (J, 3) mean, low, high: sds of a signal for one sd of the factor; 0 where it carries nothing
    carries           (J,) chance that it carries anything
    agreement         correlation of the indices of two chains that began elsewhere
    """

    index: Floats
    low: Floats
    high: Floats
    reliability: float
    loadings: Floats
    carries: Floats
    agreement: float
    model: Posterior


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws, and what they were drawn from.

    y, w (T, J) and known (T, q), ridge (q,) as the kernels have them; middle, unit (J,) took the signals there
    factor (S, T), its memory phi (S,); loading, sd, memory (S, J) of the signals
    """

    y: Floats
    w: Floats
    known: Floats
    ridge: Floats
    middle: Floats
    unit: Floats
    factor: Floats
    loading: Floats
    sd: Floats
    memory: Floats
    phi: Floats


@dataclass(frozen=True, slots=True)
class Part:
    """A change, in sds of the factor: mean, 95 % interval, and the chance that it is a fall."""

    mean: float
    low: float
    high: float
    fell: float


@dataclass(frozen=True, slots=True)
class Change:
    """From the quarter before last to the last weeks: the lasting part, the passing part, their sum.

    A passing change came at once and halves every HALF_LIFE weeks; all else lasts.
    held     the lasting part, from the quarter before last to as many weeks just before the last ones
    passes   chance that there is a passing one
    """

    total: Part
    lasting: Part
    passing: Part
    held: Part
    passes: float


def factor(y: Floats, variance: Floats, season: bool = False, seed: int = 0) -> Factor:
    """The factor of signals y (T, J), up is better, with their variance by sampling (T, J); NaN where unknown.

    Every signal varies and is known in some weeks: the caller sees to it.
    """
    middle, unit = np.nanmean(y, axis=0), np.nanstd(y, axis=0)
    even, w = _even(y, variance, middle, unit)
    known, ridge = _known(len(y), season)
    whole = np.nan_to_num(even)
    chains = [draws(whole, w, known, ridge, start, SWEEPS, seed + i) for i, start in enumerate(_starts(even, chains=2))]
    parts = [np.concatenate([c[i][DROPPED:] for c in chains]) for i in range(5)]
    model = Posterior(whole, w, known, ridge, middle, unit, *parts)
    courses = _normal(model.factor)
    index = courses.mean(axis=0)
    half = len(courses) // 2
    low, high = np.quantile(courses, [0.025, 0.975], axis=0)
    loads = model.loading * model.factor.std(axis=1)[:, None]
    told = np.stack([loads.mean(axis=0), *np.quantile(loads, [0.025, 0.975], axis=0)], axis=1)
    carries = (model.loading > 0).mean(axis=0)
    agreement = _alike(courses[:half].mean(axis=0), courses[half:].mean(axis=0)[None])[0]
    reliability = float((_alike(index, courses) ** 2).mean())
    return Factor(index, low, high, reliability, told, carries, float(agreement), model)


def _even(y: Floats, variance: Floats, middle: Floats, unit: Floats) -> tuple[Floats, Floats]:
    """Signals around their means in units of their spread, and one over their variances in these; 0 where unknown."""
    seen = np.isfinite(y) & np.isfinite(variance)
    least = 1e-4  # of a signal's spread: no week is known better
    w = np.where(seen, 1 / np.maximum(np.where(seen, variance, 1.0) / unit**2, least), 0.0)
    return np.where(seen, (y - middle) / unit, np.nan), w


def _known(weeks: int, season: bool) -> tuple[Floats, Floats]:
    """Columns that every signal may follow: its level, and one wave a year."""
    level = np.ones((weeks, 1))
    if not season:
        return level, np.zeros(1)
    at = 2 * np.pi * np.arange(weeks) / YEAR
    return np.column_stack([level, np.sin(at), np.cos(at)]), np.array([0.0, SEASON**-2, SEASON**-2])


def _starts(unit: Floats, chains: int) -> list[Floats]:
    """Where the chains begin: the mean of all signals, then the mean of every second one."""
    out = []
    for i in range(chains):
        some = np.isfinite(unit[:, i::2]) if i else np.isfinite(unit)
        part = np.where(some, unit[:, i::2] if i else unit, 0.0)
        mean = part.sum(axis=1) / np.maximum(some.sum(axis=1), 1)
        out.append((mean - mean.mean()) / max(float(mean.std()), 1e-9))
    return out


def _normal(factor: Floats) -> Floats:
    """Courses (S, T) with mean 0 and standard deviation 1."""
    away = factor - factor.mean(axis=1, keepdims=True)
    return np.asarray(away / away.std(axis=1, keepdims=True))


def _alike(one: Floats, many: Floats) -> Floats:
    """Correlations of a course (T,) with many (S, T)."""
    return np.asarray(_normal(many) @ _normal(one[None])[0] / len(one))


def change(model: Posterior) -> Change:
    """What changed from the mean of the quarter before last to that of the last NOW weeks, and how much of it lasts.

    Either nothing came at once in the last two quarters, or one step that lasts, or one change that passes, at any
    week alike: their marginal likelihoods weigh them (a Bayesian intervention analysis; Harvey 1989, section 7.6).
    """
    picks = np.linspace(0, len(model.phi) - 1, THIN).astype(int)
    told = [_alternatives(model, int(pick)) for pick in picks]
    mean, sd = (np.concatenate([one[i] for one in told], axis=1) for i in range(2))
    weight = np.concatenate([one[2] for one in told]) / len(picks)
    passes = float(weight[np.tile(_PASSES, len(picks))].sum())
    total, lasting, passing, held = (_mixture(mean[i], sd[i], weight) for i in range(4))
    return Change(total, lasting, passing, held, passes)


#: The alternatives: nothing at once, steps by week, passing changes by week; and which of them pass.
_PASSES = np.arange(4 * QUARTER + 1) > 2 * QUARTER


def _alternatives(model: Posterior, pick: int) -> tuple[Floats, Floats, Floats]:
    """Means and sds (4, alternatives) of the changes, as in Change, in one draw, and the alternatives' weights."""
    height, score = _said_of_factor(model, pick)
    spread = _spread(height, float(model.phi[pick]))
    shapes = _shapes(len(score))
    through = shapes @ height
    b = shapes @ score - through @ (spread @ score)
    a = np.einsum("ij,ij->i", through, shapes) - np.einsum("ij,jk,ik->i", through, spread, through) + SHOCK**-2
    size, known = b / a, 1 / a
    size[0], known[0] = 0.0, 0.0
    log = 0.5 * b * b / a - 0.5 * np.log(a * SHOCK**2)
    log[0] = 0.0
    priors = np.where(np.arange(len(b)) == 0, 1 - SUDDEN, SUDDEN / (len(b) - 1))
    weight = priors * np.exp(log - log.max())
    means, variances = [], []
    for kind, c in enumerate(_contrasts(len(score))[[0, 0, 0, 1]]):  # total, lasting, passing, held
        at, pull = shapes @ c, through @ (spread @ c)
        drifts = kind != 2
        gain = np.where(_PASSES, at * (kind in (0, 2)), at * drifts) - pull * drifts
        means.append(drifts * float(c @ spread @ score) + gain * size)
        variances.append(drifts * float(c @ spread @ c) + gain**2 * known)
    scale = model.factor[pick].std()
    return np.stack(means) / scale, np.sqrt(np.stack(variances)) / scale, weight / weight.sum()


def _contrasts(weeks: int) -> Floats:
    """(2, T): the last NOW weeks, and the NOW before these, less the quarter before last."""
    c = np.zeros((2, weeks))
    c[0, -NOW:] = c[1, -2 * NOW : -NOW] = 1 / NOW
    c[:, -2 * QUARTER : -QUARTER] -= 1 / QUARTER
    return c


def _shapes(weeks: int) -> Floats:
    """(alternatives, T) of unit size, in the order of _PASSES."""
    since = np.arange(weeks)[None] - (weeks - np.arange(2 * QUARTER, 0, -1))[:, None]
    step = (since >= 0).astype(float)
    return np.concatenate([np.zeros((1, weeks)), step, step * 0.5 ** (np.maximum(since, 0) / HALF_LIFE)])


def _spread(height: Floats, phi: float) -> Floats:
    """Covariance (T, T) of the factor given its information."""
    weeks = np.arange(len(height))
    prior = phi ** np.abs(np.subtract.outer(weeks, weeks))
    return np.asarray(np.linalg.solve(np.eye(len(height)) + prior @ height, prior))


def _said_of_factor(model: Posterior, pick: int) -> tuple[Floats, Floats]:
    """What all signals say of the factor in one draw: information (T, T) and score (T,), all else integrated out."""
    weeks, signals = model.y.shape
    height, score = np.zeros((weeks, weeks)), np.zeros(weeks)
    for j in range(signals):
        load, seen = model.loading[pick, j], model.w[:, j] > 0
        if load <= 0:
            continue
        when = np.flatnonzero(seen)
        own = model.sd[pick, j] ** 2 * model.memory[pick, j] ** np.abs(np.subtract.outer(when, when))
        inverse = np.linalg.inv(own + np.diag(1 / model.w[seen, j]))
        known = inverse @ model.known[seen]
        inverse -= known @ np.linalg.solve(model.known[seen].T @ known + np.diag(model.ridge), known.T)
        height[np.ix_(when, when)] += load**2 * inverse
        score[when] += load * (inverse @ model.y[seen, j])
    return height, score


def _mixture(mean: Floats, sd: Floats, weight: Floats) -> Part:
    """Mean, 95 % interval and chance below zero of a mixture of normals; sds of 0 are lumps."""

    def below(x: float) -> float:
        z = np.divide(x - mean, sd, out=np.where(mean < x, 40.0, -40.0), where=sd > 0)
        return float(weight @ ndtr(z))

    reach = float(np.abs(mean).max() + 8 * sd.max() + 1e-9)
    return Part(float(weight @ mean), _where(below, 0.025, reach), _where(below, 0.975, reach), below(0.0))


def _where(below: object, chance: float, reach: float) -> float:
    """Where the chance to lie below is that; bisection."""
    low, high = -reach, reach
    for _ in range(50):
        middle = (low + high) / 2
        if below(middle) < chance:  # type: ignore[operator]
            low = middle
        else:
            high = middle
    return 0.0 if abs(low + high) < 1e-9 else (low + high) / 2


def filtered(model: Posterior, y: Floats, variance: Floats, season: bool, start: int) -> Floats:
    """The factor in each week from `start` on (T - start,), by what was known at its end alone.

    model  of the weeks before `start`: loadings, errors and units are its, in FEW of its draws
    """
    even, w = _even(y, variance, model.middle, model.unit)
    known, ridge = _known(len(y), season)
    picks = np.linspace(0, len(model.phi) - 1, FEW).astype(int)
    out = np.zeros(len(y) - start)
    for pick in picks:
        far = replace(model, y=np.nan_to_num(even), w=w, known=known, ridge=ridge)
        for t in range(start, len(y)):
            upto = replace(far, y=far.y[: t + 1], w=far.w[: t + 1], known=far.known[: t + 1])
            height, score = _said_of_factor(upto, int(pick))
            out[t - start] += float(_spread(height, float(model.phi[pick]))[-1] @ score) / len(picks)
    return out
