"""A slow fall of a metric that wanders, watched week by week, with a promise of how rarely it alarms for nothing.

For every week s a bet is opened that a ramp began there; a bet is the likelihood with the ramp over the likelihood
without, so its expectation is one while nothing erodes, however long it is watched. The sum over s is an e-detector in
the manner of Shiryaev and Roberts (Shin, Ramdas and Rinaldo, "E-detectors", New England Journal of Statistics in Data
Science 2024): `P(sum reaches c within n weeks) <= n / c`, so c = 52 K / A alarms for nothing at most A times a year on
K metrics, whatever their dependence.

"Without" is a mixture over how far the level wanders and how long a good or bad spell lasts, weighted by how well each
foretold this metric so far (a ratio of mixtures is a martingale of the mixture): on a metric that wanders, evidence of
drift falls by itself. Level, season and holidays are estimated by the same Kalman filter that the ramp is pushed
through, so a bet never profits from a baseline that was not known yet (group-invariant tests: Perez-Ortiz, Lardy, de
Heide and Gruenwald, Annals of Statistics 2024). The noise is not plugged in either: its variance has a discounted
gamma posterior (West and Harrison, Bayesian Forecasting and Dynamic Models, 1997, 10.8), so readings are Student t,
and a noisy spell raises what counts as usual only from the next week on.

Shapes: Q models, weeks T, onsets O, columns k (season, holidays), state m = 3 + k: level, spell, growth, coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.compiled import compiled

Floats = NDArray[np.float64]

#: Standard deviation of the level's own step a week, in those of a week's fresh noise.
WANDERS = (0.0, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0)
#: Correlation of a spell with the week before.
SPELLS = (0.0, 0.3, 0.6, 0.85)
#: What a bet may be on: shares a month, .25 % to 8 %.
MONTHLY = (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08)
SLOPES = tuple(-log(1 - share) * 7 / 30.4375 for share in MONTHLY)  # logs a week
LOOK = 104  # weeks that a bet stays open: what fell for longer was seen, or is how the metric is
HALF = 52.0  # weeks after which a residual counts half for the variance of the noise; with TAILS: longer, or nearer to
# normal, notices one to three weeks sooner and breaks the promise on real series (benchmarks/erosion.md, "The prior")
GROWS = 0.3  # standard deviation of a steady growth a week, in those of a week's fresh noise
BENDS = 0.01  # and how far that growth itself moves a week: more, and it follows the erosion down
CLIP = 3.5  # standard deviations beyond which a week says no more of the level
TAILS = 12.0  # degrees of freedom at most
#: How much rarer larger wanders are taken to be, up to PLAIN, from which on a year of weeks shows them. Steeper, slow
#: erosions of stable metrics are noticed a few weeks sooner, and the promise breaks where the level wanders .15 % a day
#: (benchmarks/erosion.md, "The prior").
RARER, PLAIN = 1.5, 0.25
GROWING = 0.3  # of metrics grow steadily; the same table
NEGLIGIBLE = 1e-4  # posterior weight below which a model does not bet: what it would win is not worth the time


@dataclass(slots=True)
class Watch:
    """All that is known of a metric after some weeks: enough to go on with the next one, and nothing older.

    models (Q, 3) wander, spell, growth; prior (Q,) logs; state (Q, m) and spread (Q, m, m), in noise variances;
    weight (Q,) sum of residuals' weights; scale (Q,) noise variance; fit (Q,) log likelihood so far;
    shadow (Q, O, m) the ramp as the filter took it for level and season; bets (Q, O, slopes) logs;
    own (Q, O, slopes) noise variance as each bet sees it; a, b (Q, O) information and score of the slope;
    onsets (LOOK,) the bets' weeks, and `ever` how many there have been: a new one takes the place of the one that is
    LOOK weeks old. O is LOOK.
    """

    models: Floats
    prior: Floats
    state: Floats
    spread: Floats
    weight: Floats
    scale: Floats
    fit: Floats
    shadow: Floats
    bets: Floats
    own: Floats
    a: Floats
    b: Floats
    onsets: NDArray[np.int64]
    ever: int = 0
    week: int = 0

    @property
    def opened(self) -> NDArray[np.int64]:
        """The weeks of the bets that are open (O,), in the order in which they lie in the arrays."""
        return self.onsets[: min(self.ever, LOOK)]


#: The fields of a watch that a week changes in place.
MOVES = ("state", "spread", "weight", "scale", "fit", "shadow", "bets", "own", "a", "b", "onsets")


def grid() -> tuple[Floats, Floats]:
    """Models (Q, 3): wander, spell, whether it grows; and their log prior (Q,).

    Spells alike; small wanders rarer by their size to the power of -RARER, and large ones, which a year shows, alike.
    """
    models = np.array([(r, p, g) for r in WANDERS for p in SPELLS for g in (0.0, 1.0)])
    prior = -RARER * np.log(np.clip(models[:, 0], WANDERS[1], PLAIN))
    prior += np.log(np.where(models[:, 2] > 0, GROWING, 1 - GROWING))
    return models, prior - _log_sum(prior, 0)


def begin(level: float, scale: float, columns: int) -> Watch:
    """A watch before its first week: a rough level, and the variance of a week's noise, to start from."""
    models, prior = grid()
    size, m = len(models), 3 + columns
    state, spread = np.zeros((size, m)), np.zeros((size, m, m))
    state[:, 0] = level
    spread[:, 0, 0] = 1e4
    spread[:, 1, 1] = 1 / (1 - models[:, 1] ** 2)
    spread[:, 2, 2] = GROWS**2 * models[:, 2]
    for j in range(3, m):
        spread[:, j, j] = 400.0
    return Watch(
        models,
        prior,
        state,
        spread,
        np.full(size, 2.0),
        np.full(size, scale),
        np.zeros(size),
        **nothing(size, m),
    )


def nothing(size: int, m: int) -> dict[str, Any]:
    """The fields of a watch on which no bet is open yet."""
    bets = np.zeros((size, LOOK, len(SLOPES)))
    return {
        "shadow": np.zeros((size, LOOK, m)),
        "bets": bets,
        "own": bets.copy(),
        "a": np.zeros((size, LOOK)),
        "b": np.zeros((size, LOOK)),
        "onsets": np.zeros(LOOK, dtype=np.int64),
        "ever": 0,
    }


def advance(watch: Watch, y: float, x: Floats, rough: float = 1.0, bet: bool = True, sure: float = 0.0) -> None:
    """One week more: its reading, its columns (k,), and its fresh variance in usual ones.

    `bet` opens a bet on this week; without, the week only teaches what is usual. A gap (NaN) moves time alone.
    `sure` is for looking ahead: 1 when y is what is expected, and noise of the usual size is meant beside it.
    """
    if bet:
        _open(watch)
    keep = 0.5 ** (1 / HALF)
    constants = np.array([keep, CLIP, TAILS, rough, sure, log(NEGLIGIBLE), BENDS**2])
    _week(
        y, x, watch.week, watch.opened, np.array(SLOPES), constants, _HALF_GAMMAS, weights(watch), watch.models,
        watch.state, watch.spread, watch.weight, watch.scale, watch.fit, watch.shadow, watch.bets, watch.own,
        watch.a, watch.b,
    )  # fmt: skip
    watch.week += 1


def weights(watch: Watch) -> Floats:
    """Log posterior weight of each model (Q,), from all weeks so far."""
    weight = watch.prior + watch.fit
    return np.asarray(weight - _log_sum(weight, 0))


def by_onset(watch: Watch) -> Floats:
    """Log of the bet on each onset that is open (O,), over all slopes and models."""
    if not watch.ever:
        return np.zeros(0)
    return _by_onset(weights(watch), watch.bets, len(watch.opened), log(NEGLIGIBLE)) - log(len(SLOPES))


def evidence(watch: Watch) -> float:
    """Log of the sum of all open bets: the e-detector. Alarm when it reaches log c."""
    return float(_log_sum(by_onset(watch), 0)) if watch.ever else -np.inf


def slopes(watch: Watch) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the fall a week (logs, positive: down), given each onset that is open (O,).

    Normal given the model, mixed by how well model and onset explain the weeks together.
    """
    open_ = len(watch.opened)
    a, b = watch.a[:, :open_], watch.b[:, :open_]
    share = weights(watch)[:, None] + _log_sum(watch.bets[:, :open_], 2)
    share = np.exp(share - share.max(axis=0))
    share /= share.sum(axis=0)
    known = a > 0
    mean = np.where(known, b / np.where(known, a, 1.0), 0.0)
    var = np.where(known, 1 / np.where(known, a, 1.0), np.inf)
    middle = (share * mean).sum(axis=0)
    spread = np.where(
        known.all(axis=0), (share * (np.where(known, var, 0.0) + (mean - middle) ** 2)).sum(axis=0), np.inf
    )
    return np.asarray(middle), np.asarray(np.sqrt(spread))


def _open(watch: Watch) -> None:
    """A bet on this week, in the place of the one that is LOOK weeks old."""
    at = watch.ever % LOOK
    for field in (watch.shadow, watch.bets, watch.a, watch.b):
        field[:, at] = 0.0
    watch.own[:, at] = watch.scale[:, None]
    watch.onsets[at] = watch.week
    watch.ever += 1


def _log_sum(logs: Floats, axis: int) -> Floats:
    top = logs.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(logs - top).sum(axis=axis)) + top.squeeze(axis))


#: log gamma((v + 1) / 2) - log gamma(v / 2) at tenths of v from 1 to TAILS.
_HALF_GAMMAS = np.array([lgamma((v + 1) / 2) - lgamma(v / 2) for v in np.arange(0.1, TAILS + 0.2, 0.1)])


@compiled
def _week(
    y: float, x: Floats, week: int, opened: NDArray[np.int64], slopes: Floats, constants: Floats,
    half_gammas: Floats, share: Floats, models: Floats, state: Floats, spread: Floats, weight: Floats, scale: Floats,
    fit: Floats, shadow: Floats, bets: Floats, own: Floats, a: Floats, b: Floats,
) -> None:  # fmt: skip
    """Every model and bet of a watch moved over one week, in place."""
    keep, clip, tails, rough, sure, least, bends = constants
    m = state.shape[1]
    z = np.ones(m)
    z[2] = 0.0
    z[3:] = x
    pz = np.zeros(m)
    for q in range(len(models)):
        wander, spell = models[q, 0], models[q, 1]
        p = spread[q]
        if week > 0:
            if models[q, 2] > 0:
                state[q, 0] += max(state[q, 2], 0.0)
                for j in range(m):
                    p[0, j] += p[2, j]
                for j in range(m):
                    p[j, 0] += p[j, 2]
                p[2, 2] += bends
                for o in range(len(opened)):
                    shadow[q, o, 0] += shadow[q, o, 2]
            p[0, 0] += wander * wander
            state[q, 1] *= spell
            for j in range(m):
                p[1, j] *= spell
            for j in range(m):
                p[j, 1] *= spell
            p[1, 1] += rough
            for o in range(len(opened)):
                shadow[q, o, 1] *= spell
        if np.isnan(y):
            continue
        f = 0.0
        guess = 0.0
        for i in range(m):
            s = 0.0
            for j in range(m):
                s += p[i, j] * z[j]
            pz[i] = s
            f += s * z[i]
            guess += z[i] * state[q, i]
        for i in range(m):
            for j in range(m):
                p[i, j] -= pz[i] * pz[j] / f
        v = y - guess
        df = min(weight[q], tails)
        usual = f * scale[q]
        power = 0.5 * (df + 1)
        flat = np.log1p((v * v + sure * usual) / (usual * df))
        at = min(max(round(df * 10) - 1, 0), len(half_gammas) - 1)
        fit[q] += half_gammas[at] - 0.5 * np.log(usual * df) - power * flat
        for o in range(len(opened)):
            c = -float(week - opened[o])
            for i in range(m):
                c -= z[i] * shadow[q, o, i]
            for i in range(m):
                shadow[q, o, i] += pz[i] * c / f
            if share[q] > least and c != 0.0:
                for d in range(len(slopes)):
                    w = v - slopes[d] * c
                    mine = f * own[q, o, d]
                    seen = w * w + sure * usual
                    bets[q, o, d] += 0.5 * np.log(usual / mine) + power * (flat - np.log1p(seen / (mine * df)))
                    seen = min(seen, clip * clip * mine)
                    own[q, o, d] = (keep * weight[q] * own[q, o, d] + seen / f) / (keep * weight[q] + 1)
            a[q, o] += c * c / usual
            b[q, o] += c * v / usual
        held = v
        most = clip * np.sqrt(usual)
        if held > most:
            held = most
        if held < -most:
            held = -most
        for i in range(m):
            state[q, i] += pz[i] * held / f
        scale[q] = (keep * weight[q] * scale[q] + held * held / f + sure * scale[q]) / (keep * weight[q] + 1)
        weight[q] = keep * weight[q] + 1


@compiled
def _by_onset(share: Floats, bets: Floats, opened: int, least: float) -> Floats:
    """Log of the weighted sum of bets by onset (O,); a model of negligible weight is taken not to have bet."""
    out = np.zeros(opened)
    for o in range(opened):
        top = -np.inf
        for q in range(len(share)):
            if share[q] > least:
                for d in range(bets.shape[2]):
                    top = max(top, share[q] + bets[q, o, d])
        total = 0.0
        for q in range(len(share)):
            if share[q] > least:
                for d in range(bets.shape[2]):
                    total += np.exp(share[q] + bets[q, o, d] - top)
        out[o] = top + np.log(total)
    return out
