"""The team's own record: effects shrunk toward what this team's releases usually do, so that winners are not oversold.

    bhat ~ N(beta + delta, c V)
    beta_k ~ sum_j pi_j N(0, TAU_j^2),  pi ~ Dirichlet(PSEUDO)      what releases do; pi is learnt over all metrics
    delta_k ~ sum_j w_j N(0, v_j / [V^-1]_kk)                       a jump of the metric itself on that day

The shocks delta are chosen so that error and shock together are Student-t with the calibrated degrees of freedom:
a jump on a release's day is weighed, release or drift. Spike and slab with a normal mixture, as ash (Stephens 2017)
and mr.ash (Kim et al. 2022); Gibbs over labels and effects jointly, in many short chains (gibbs.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from madegood.numerics import gibbs
from madegood.numerics.kernels import Floats

#: Sizes of effects, log scale: nothing, 1 %, 2.5 %, 6 %, 15 %.
TAU = np.array([0.0, 0.01, 0.025, 0.06, 0.15])
#: How many releases' worth of belief in each before any is seen: two thirds do nothing.
PSEUDO = np.array([6.0, 1.0, 1.0, 0.7, 0.3])
#: Student-t(5.5) as a contaminated normal: its narrow part, and weight and further variance of each part.
BASE = 0.7046
SHOCK_WEIGHT = np.array([0.55, 0.419, 0.031])
SHOCK = np.array([0.0, 1.425, 8.215])
#: Chains, sweeps forgotten, sweeps kept of each: 64 x 40 = 2,560 draws. Two seeds then tell the chance that an effect
#: is above nothing .008 apart with 12 effects, .011 with 48 (root mean square; benchmarks/kernels.md, "seeds").
CHAINS, BURN, SWEEPS = 64, 40, 40
#: Chains for a team of so many effects or more, and effects up to which all are run: two seeds tell chances .016 apart
#: with 480 effects and 32 chains, .022 with 4,800 and 16 (.06 and .12 at most).
FEWEST, MANY = 16, 240
#: Rounds of EM.
ROUNDS = 200
#: Parts of the chains, each with draws of its own, that run side by side.
PARTS = 2


def chains(effects: int) -> int:
    """How many chains are run.

    >>> chains(12), chains(480), chains(24000)
    (64, 32, 16)
    """
    return int(np.clip(CHAINS * MANY // max(effects, 1), FEWEST, CHAINS))


def shrink(estimates: Sequence[tuple[Floats, Floats]], seed: int = 1, tau: Floats = TAU) -> list[Floats]:
    """Draws of the effects of each block, (draws, effects), given (estimate, calibrated covariance) of each.

    Blocks are independent series or stretches of one; only what releases usually do is shared among them.
    """
    first = np.concatenate([[0], np.cumsum([len(b) for b, _ in estimates])]).astype(np.int64)
    count = chains(int(first[-1]))
    kept = np.zeros(int(first[-1]) * count * SWEEPS)
    if first[-1]:
        blocks = [_prepared(b, v) for b, v in estimates if len(b)]
        precision, pull, own = (np.concatenate([block[i] for block in blocks]) for i in range(3))
        alone = np.concatenate([block[3] for block in blocks])
        tau2 = np.repeat(tau**2, len(SHOCK))  # one label is (size of effect, size of shock)
        prior = tau2 + np.tile(SHOCK, len(tau)) * alone[:, None]
        total = prior + 1 / own[:, None]
        sharper = 1 / total.max(axis=1, keepdims=True) - 1 / total
        weight = np.tile(SHOCK_WEIGHT, len(tau)) / np.sqrt(total)
        known = np.concatenate([block[4] for block in blocks])
        usual = _usual(known[:, :1], prior + BASE * known[:, 1:], PSEUDO[: len(tau)])
        full = first[np.concatenate([[True], np.diff(first) > 0])]
        args = (full, precision, pull, own, prior, sharper, weight, tau2, PSEUDO[: len(tau)].copy(), usual)

        def some(part: int) -> None:
            numbers = np.arange(part, count, PARTS)
            gibbs.chains(*args, numbers, count, BURN, SWEEPS, PARTS * seed + part, kept)

        with ThreadPoolExecutor(PARTS) as pool:
            list(pool.map(some, range(PARTS)))
    ends = first * count * SWEEPS
    sizes = [len(b) for b, _ in estimates]
    return [
        kept[a : a + n * count * SWEEPS].reshape(-1, n) if n else np.zeros((count * SWEEPS, 0))
        for a, n in zip(ends[:-1], sizes, strict=True)
    ]


def _usual(b: Floats, total: Floats, pseudo: Floats) -> Floats:
    """How often each size of effect is, (sizes,), as estimates taken one by one say (EM): where chains begin.

    b (effects, 1); total (effects, labels): variance of an estimate under each label; pseudo (sizes,).
    """
    sizes = len(pseudo)
    log = -0.5 * (b**2 / total + np.log(total))
    each = np.exp(log - log.max(axis=1, keepdims=True)) * np.tile(SHOCK_WEIGHT, sizes)
    likely = each.reshape(len(b), sizes, -1).sum(axis=2)
    usual = pseudo / pseudo.sum()
    for _ in range(ROUNDS):
        usual = pseudo + usual * ((1 / (likely @ usual)) @ likely)
        usual = usual / usual.sum()
    return np.asarray(usual)


def _prepared(b: Floats, v: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Of one block: its precision in a row, precision times estimate, the diagonal, variances given all others; each
    estimate beside its variance."""
    inverse = np.asarray(np.linalg.inv(v + 1e-12 * np.eye(len(b))), float)
    diagonal = np.diag(inverse)
    return (
        np.ravel(inverse / BASE),
        np.asarray(inverse @ b / BASE),
        np.asarray(diagonal / BASE),
        np.asarray(1 / diagonal),
        np.column_stack([b, np.diag(v)]),
    )
