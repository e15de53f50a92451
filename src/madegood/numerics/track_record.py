"""The team's own record: effects shrunk toward what this team's releases usually do, so that winners are not oversold.

    bhat ~ N(beta + delta, c V)
    beta_k ~ sum_j pi_j N(0, TAU_j^2),  pi ~ Dirichlet(PSEUDO)      what releases do; pi is learnt over all metrics
    delta_k ~ sum_j w_j N(0, v_j / [V^-1]_kk)                       a jump of the metric itself on that day

The shocks delta are chosen so that error and shock together are Student-t with the calibrated degrees of freedom:
a jump on a release's day is weighed, release or drift. Spike and slab with a normal mixture, as ash (Stephens 2017)
and mr.ash (Kim et al. 2022); Gibbs over labels and effects jointly, many chains side by side.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.statespace import Floats

#: Sizes of effects, log scale: nothing, 1 %, 2.5 %, 6 %, 15 %.
TAU = np.array([0.0, 0.01, 0.025, 0.06, 0.15])
#: How many releases' worth of belief in each before any is seen: two thirds do nothing.
PSEUDO = np.array([6.0, 1.0, 1.0, 0.7, 0.3])
#: Student-t(5.5) as a contaminated normal: its narrow part, and weight and further variance of each part.
BASE = 0.7046
SHOCK_WEIGHT = np.array([0.55, 0.419, 0.031])
SHOCK = np.array([0.0, 1.425, 8.215])
#: Chains side by side, sweeps forgotten, sweeps kept of each: 64 x 40 = 2,560 draws.
CHAINS, BURN, SWEEPS = 64, 60, 40


def shrink(estimates: Sequence[tuple[Floats, Floats]], seed: int = 1, tau: Floats = TAU) -> list[Floats]:
    """Draws of the effects of each block, (CHAINS * SWEEPS, effects), given (estimate, calibrated covariance) of each.

    Blocks are independent series or stretches of one; only what releases usually do is shared among them.
    """
    order = sorted((i for i, (b, _) in enumerate(estimates) if len(b)), key=lambda i: -len(estimates[i][0]))
    draws: list[Floats] = [np.zeros((CHAINS * SWEEPS, len(b))) for b, _ in estimates]
    if not order:
        return draws
    kept = _Blocks([estimates[i] for i in order], tau).run(np.random.default_rng(seed))
    for place, i in enumerate(order):
        draws[i] = kept[:, place, : draws[i].shape[1]].copy()
    return draws


class _Blocks:
    """All blocks padded to the largest, the largest first, so that effect k of every block is drawn at once."""

    def __init__(self, estimates: Sequence[tuple[Floats, Floats]], tau: Floats) -> None:
        self.sizes = [len(b) for b, _ in estimates]
        m, k = len(estimates), max(self.sizes)
        self.precision = np.zeros((m, k, k))
        self.pull = np.zeros((m, k))
        self.alone = np.ones((m, k))
        for i, (b, v) in enumerate(estimates):
            n = len(b)
            inverse = np.linalg.inv(v + 1e-12 * np.eye(n))
            self.precision[i, :n, :n] = inverse / BASE
            self.pull[i, :n] = inverse @ b / BASE
            self.alone[i, :n] = 1 / np.diag(inverse)
        self.tau2 = np.repeat(tau**2, len(SHOCK))  # one label is (size of effect, size of shock)
        self.parts = len(tau)
        self.log_shock = np.tile(np.log(SHOCK_WEIGHT), len(tau))

    def run(self, rng: np.random.Generator) -> Floats:
        """Effects (draws, blocks, effects)."""
        m, k = self.pull.shape
        eta, beta = np.zeros((CHAINS, m, k)), np.zeros((CHAINS, m, k))
        label = np.zeros((CHAINS, m, k), int)
        live = np.arange(k)[None, :] < np.array(self.sizes)[:, None]
        pi = rng.dirichlet(PSEUDO, CHAINS)
        kept = np.empty((SWEEPS, CHAINS, m, k))
        for sweep in range(BURN + SWEEPS):
            for j in range(k):
                self._draw(rng, j, sum(n > j for n in self.sizes), pi, eta, beta, label)
            count = np.stack([((label == a) & live).sum(axis=(1, 2)) for a in range(self.parts)], axis=1)
            pi = rng.gamma(count + PSEUDO)
            pi /= pi.sum(axis=1, keepdims=True)
            if sweep >= BURN:
                kept[sweep - BURN] = beta
        return kept.reshape(-1, m, k)

    def _draw(
        self, rng: np.random.Generator, j: int, m: int, pi: Floats, eta: Floats, beta: Floats, label: NDArray[np.int_]
    ) -> None:
        """Effect j of the first m blocks, given all others: its label, then effect plus shock, then the effect."""
        row, own = self.precision[:m, j], self.precision[:m, j, j]
        rest = self.pull[:m, j] - np.einsum("mj,cmj->cm", row, eta[:, :m]) + own * eta[:, :m, j]
        prior = self.tau2 + np.tile(SHOCK, self.parts) * self.alone[:m, j, None]  # variance of effect plus shock
        total = prior + 1 / own[:, None]
        log = (self.log_shock - 0.5 * np.log(total))[None] + np.repeat(np.log(pi + 1e-300), len(SHOCK), axis=1)[:, None]
        log = log - 0.5 * ((rest / own) ** 2)[..., None] / total
        weight = np.exp(log - log.max(axis=-1, keepdims=True)).cumsum(axis=-1)
        pick = (weight < rng.random((*rest.shape, 1)) * weight[..., -1:]).sum(axis=-1)
        p = np.take_along_axis(np.broadcast_to(prior, weight.shape), pick[..., None], -1)[..., 0]
        tau2 = self.tau2[pick]
        scale = p / (1 + p * own)  # posterior variance of effect plus shock; zero where both are nothing
        drawn = scale * rest + np.sqrt(scale) * rng.standard_normal(rest.shape)
        share = np.divide(tau2, p, out=np.zeros_like(p), where=p > 0)
        eta[:, :m, j] = drawn
        beta[:, :m, j] = share * drawn + np.sqrt(share * (1 - share) * p) * rng.standard_normal(rest.shape)
        label[:, :m, j] = pick // len(SHOCK)
