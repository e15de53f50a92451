"""The change of a rate over groups, split exactly into what the groups did and how large they were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]

#: Two-sided error: looked at for every rate at every reading, so five times as strict as the usual 5 %.
ERROR = 0.01


@dataclass(frozen=True, slots=True)
class Shift:
    """Pairs are (change, standard deviation); total = within + mix.

    own, own_sd (groups,) each group's own change; shares (2, groups) of all, before and after
    times       standard deviations on either side of a change that hold it with 1 - ERROR
    """

    total: tuple[float, float]
    within: tuple[float, float]
    mix: tuple[float, float]
    own: Floats
    own_sd: Floats
    shares: Floats
    times: float


def shift(before: Floats, after: Floats) -> Shift:
    """The split of a change of sum(k) / sum(n) between two windows, from (groups, weeks, 2) of k and n.

    `within` is the sum of share x change of rate, `mix` that of rate x change of share, each at the average of before
    and after, so that nothing is left over (Kitagawa, JASA 1955). Standard deviations by the jackknife over pairs of
    neighbouring weeks (delete-a-group, Kott, Journal of Official Statistics 2001), so that a bad spell counts once.
    """
    whole = _split(before.sum(axis=1), after.sum(axis=1))
    variance = np.zeros_like(whole)
    fewest = min(_blocks(before), _blocks(after))
    for window, is_first in ((before, True), (after, False)):
        blocks = _blocks(window)
        left = []
        for cut in np.array_split(np.arange(window.shape[1]), blocks):
            rest = np.delete(window, cut, axis=1).sum(axis=1)
            left.append(_split(rest, after.sum(axis=1)) if is_first else _split(before.sum(axis=1), rest))
        away = np.array(left) - np.mean(left, axis=0)
        variance += (blocks - 1) / blocks * (away**2).sum(axis=0)
    sd = np.sqrt(variance)
    groups = len(before)
    sizes = np.stack([w.sum(axis=1)[:, 1] for w in (before, after)])
    total, within, mix = ((float(whole[i]), float(sd[i])) for i in range(3))
    times = float(stdtrit(2 * (fewest - 1), 1 - ERROR / 2))
    return Shift(
        total, within, mix, whole[3 : 3 + groups], sd[3 : 3 + groups], sizes / sizes.sum(axis=1, keepdims=True), times
    )


def _blocks(window: Floats) -> int:
    return max(2, int(window.shape[1]) // 2)


def _split(before: Floats, after: Floats) -> Floats:
    """Total, within, mix, and each group's own change (3 + groups,), from sums (groups, 2)."""
    shares = [sums[:, 1] / sums[:, 1].sum() for sums in (before, after)]
    rates = [sums[:, 0] / sums[:, 1] for sums in (before, after)]
    own = rates[1] - rates[0]
    within = float((shares[0] + shares[1]) / 2 @ own)
    mix = float((rates[0] + rates[1]) / 2 @ (shares[1] - shares[0]))
    return np.array([within + mix, within, mix, *own])
