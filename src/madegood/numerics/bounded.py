"""An interval of a share that stays between none and all."""

from __future__ import annotations

from scipy.special import betaincinv


def bounded(share: float, variance: float) -> tuple[float, float, float]:
    """Mean, 2.5 and 97.5 % points of the Beta distribution of that mean and variance.

    >>> [round(x, 3) for x in bounded(0.02, 0.0001)]
    [0.02, 0.005, 0.044]
    """
    share = min(max(share, 1e-9), 1 - 1e-9)
    spread = share * (1 - share)
    size = spread / min(variance, 0.999 * spread) - 1
    low, high = betaincinv(share * size, (1 - share) * size, [0.025, 0.975])
    return share, float(low), float(high)
