"""The compiled loop of the track record: many short chains over what each release did. All in one file: compiled.py."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: exp(x) is 1 + x / 64 + ... to the 64th: without branches, so that all labels are weighed at once. Relative error
#: below 1e-9 down to exp(-10), 1e-3 at the least weight that is told from none.
LEAST = -40.0


@compiled
def weigh(square: float, sharper: Floats, coefficient: Floats, pi: Floats, out: Floats) -> None:
    """Fills cumulated weights of all labels for an effect whose own estimate has this half square."""
    sizes, each = len(pi), len(out) // len(pi)
    for label in range(len(out)):
        x = max(square * sharper[label], LEAST) / 64.0
        e = 1.0 + x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x / 720)))))
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        out[label] = coefficient[label] * e * e
    label, total = 0, 0.0
    for a in range(sizes):
        for _ in range(each):
            total += out[label] * pi[a]
            out[label] = total
            label += 1


@compiled
def chains(
    first: Ints,
    precision: Floats,
    pull: Floats,
    own: Floats,
    prior: Floats,
    sharper: Floats,
    coefficient: Floats,
    tau2: Floats,
    pseudo: Floats,
    count: int,
    burn: int,
    sweeps: int,
    seed: int,
    kept: Floats,
) -> None:
    """Fills kept with the effects of every block, (sweeps * count, effects of the block) after one another.

    first (blocks + 1,): index of each block's first effect; precision: its matrix, one after another; pull, own
    (effects,): precision times estimate, and the diagonal; prior (effects, labels): variance of effect plus shock;
    with the error it is v: sharper (effects, labels): 1 / v of the widest label less 1 / v of each, and coefficient
    (effects, labels): weight of the shock over the root of v;
    tau2 (labels,): variance of the effect alone; pseudo (sizes,): belief in each size of effect before any is seen.
    """
    np.random.seed(seed)
    sizes, labels, effects = len(pseudo), len(tau2), len(pull)
    each = labels // sizes
    weight, pi, seen = np.empty(labels), np.empty(sizes), np.empty(sizes)
    eta, beta = np.empty(effects), np.empty(effects)
    for chain in range(count):
        eta[:] = 0.0
        for a in range(sizes):
            seen[a] = 0.0
        for sweep in range(burn + sweeps):
            scale = 0.0
            for a in range(sizes):
                pi[a] = np.random.gamma(pseudo[a] + seen[a], 1.0)
                scale += pi[a]
                seen[a] = 0.0
            for a in range(sizes):
                pi[a] /= scale
            corner = 0
            for block in range(len(first) - 1):
                start, k = first[block], first[block + 1] - first[block]
                for j in range(k):
                    e = start + j
                    rest = pull[e] + own[e] * eta[e]
                    for i in range(k):
                        rest -= precision[corner + j * k + i] * eta[start + i]
                    weigh(0.5 * (rest / own[e]) ** 2, sharper[e], coefficient[e], pi, weight)
                    chance = np.random.random() * weight[labels - 1]
                    label = 0
                    while label < labels - 1 and weight[label] < chance:
                        label += 1
                    seen[label // each] += 1.0
                    p = prior[e, label]
                    eta[e] = beta[e] = 0.0
                    if p > 0.0:
                        free = p / (1.0 + p * own[e])
                        eta[e] = free * rest + np.sqrt(free) * np.random.standard_normal()
                        share = tau2[label] / p
                        beta[e] = share * eta[e]
                        if 0.0 < share < 1.0:
                            beta[e] += np.sqrt(share * (1.0 - share) * p) * np.random.standard_normal()
                if sweep >= burn:
                    at = start * sweeps * count + ((sweep - burn) * count + chain) * k
                    for j in range(k):
                        kept[at + j] = beta[start + j]
                corner += k * k
