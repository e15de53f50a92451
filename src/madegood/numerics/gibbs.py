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
#: No share of a size of effect is divided by less.
TINY = 1e-300


@compiled
def weigh(square: float, sharper: Floats, coefficient: Floats, out: Floats) -> None:
    """Fills the weights of all labels, but for what releases usually do, for an effect of this half square."""
    for label in range(len(out)):
        x = max(square * sharper[label], LEAST) * (1 / 64)
        e = 1.0 + x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x * (1 / 720))))))
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        e = e * e
        out[label] = coefficient[label] * e * e


@compiled
def draw(weight: Floats, pi: Floats, part: Floats) -> int:
    """One label: its size of effect by pi and the weights of all its shocks together, then the shock. Fills part."""
    sizes, each, total = len(pi), len(weight) // len(pi), 0.0
    for a in range(sizes):
        inside = 0.0
        for s in range(each):
            inside += weight[a * each + s]
        total += inside * pi[a]
        part[a] = total
    chance, a = np.random.random() * total, 0
    for i in range(sizes - 1):
        a += chance > part[i]
    left = (part[a] - chance) / max(pi[a], TINY)  # from the last shock backward
    label, inside = (a + 1) * each - 1, 0.0
    lower = 0
    for s in range(each - 1):
        inside += weight[label - s]
        lower += left > inside
    label -= lower
    return label


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
    usual: Floats,
    some: Ints,
    count: int,
    burn: int,
    sweeps: int,
    seed: int,
    kept: Floats,
) -> None:
    """Fills what some of all `count` chains kept of every block, (sweeps * count, its effects) one after another.

    first (blocks + 1,): index of each block's first effect; precision: its matrix, one after another; pull, own
    (effects,): precision times estimate, and the diagonal; prior (effects, labels): variance of effect plus shock;
    with the error it is v: sharper (effects, labels): 1 / v of the widest label less 1 / v of each, and coefficient
    (effects, labels): weight of the shock over the root of v;
    tau2 (labels,): variance of the effect alone; pseudo (sizes,): belief in each size of effect before any is seen,
    and usual (sizes,): how often each is, where chains begin; some: their numbers among all. They go through the
    blocks side by side, so that each block is read once a sweep.
    """
    np.random.seed(seed)
    sizes, labels, effects, mine = len(pseudo), len(tau2), len(pull), len(some)
    each = labels // sizes
    weight, part = np.empty(labels), np.empty(sizes)
    pi, seen = np.empty((mine, sizes)), np.zeros((mine, sizes))
    eta = np.zeros(effects * mine)  # of each block: (chains, its effects)
    for sweep in range(burn + sweeps):
        for chain in range(mine):
            scale = 0.0
            for a in range(sizes):
                pi[chain, a] = np.random.gamma(pseudo[a] + seen[chain, a], 1.0) if sweep else usual[a]
                scale += pi[chain, a]
                seen[chain, a] = 0.0
            for a in range(sizes):
                pi[chain, a] /= scale
        corner = 0
        for block in range(len(first) - 1):
            start, k = first[block], first[block + 1] - first[block]
            for chain in range(mine):
                at = start * mine + chain * k
                out = start * sweeps * count + ((sweep - burn) * count + some[chain]) * k
                for j in range(k):
                    e = start + j
                    rest = pull[e] + own[e] * eta[at + j]
                    for i in range(k):
                        rest -= precision[corner + j * k + i] * eta[at + i]
                    weigh(0.5 * (rest / own[e]) ** 2, sharper[e], coefficient[e], weight)
                    label = draw(weight, pi[chain], part)
                    seen[chain, label // each] += 1.0
                    p, beta = prior[e, label], 0.0
                    eta[at + j] = 0.0
                    if p > 0.0:
                        free = p / (1.0 + p * own[e])
                        eta[at + j] = free * rest + np.sqrt(free) * np.random.standard_normal()
                        share = tau2[label] / p
                        if sweep >= burn and share > 0.0:
                            beta = share * eta[at + j]
                            if share < 1.0:
                                beta += np.sqrt(share * (1.0 - share) * p) * np.random.standard_normal()
                    if sweep >= burn:
                        kept[out + j] = beta
            corner += k * k
