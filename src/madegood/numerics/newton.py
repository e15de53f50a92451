"""Maximum likelihood of positive parameters: damped Newton on their logarithms, and how well they are known.

Nocedal and Wright, Numerical Optimization (2006), sections 3.4 (a Hessian that is not definite) and 3.1 (step length).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Logs of the parameters (k,) -> log-likelihood, its gradient (k,) and its Hessian (k, k), all by those logs.
Value = Callable[[Floats], tuple[float, Floats, Floats]]

MOST_STEPS = 100
CLOSE = 1e-9  # Newton decrement, per observation, at which the climb is over
LONGEST = 1.0  # in logs: no step multiplies a parameter by more than e
FARTHEST = 12.0  # in logs: a parameter beyond e^12, or below e^-12, is on its way to infinity or to nothing
VAGUE = 1.0  # standard error of a log; its 95 % interval then spans a factor of fifty


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The top of a likelihood.

    params      (k,) the parameters themselves, all above zero
    covariance  (k, k) of their logs: the inverse of the observed information
    gradient    (k,) by their logs, at the top
    weak        what is wrong with it, in words; empty: nothing. A weak fit's own parameters should not be read
    """

    params: Floats
    loglik: float
    gradient: Floats
    covariance: Floats
    steps: int
    weak: tuple[str, ...] = ()

    @property
    def errors(self) -> Floats:
        """Standard errors (k,) of the logs."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def climb(value: Value, start: Floats, n: float) -> Fit:
    """The top, from `start` (k,) of parameters; n observations.

    Where the Hessian is not negative definite the absolute values of its eigenvalues stand in for them.
    """
    at = np.log(start)
    height, slope, bend = value(at)
    steps, over = 0, False
    while steps < MOST_STEPS and not over and np.abs(at).max() <= FARTHEST:
        steps += 1
        step = _ascent(slope, bend, n)
        found = _along(value, at, step, height)
        if found is None:
            break
        over = abs(float(slope @ step)) < CLOSE * n
        at, (height, slope, bend) = found
    covariance, weak = _known(bend, n)
    if not over and np.abs(slope).max() > 1e-6 * n:
        weak.insert(0, "the climb did not end")
    if np.abs(at).max() > FARTHEST:
        weak.append("a parameter runs off to its boundary")
    return Fit(np.exp(at), height, slope, covariance, steps, tuple(weak))


def count(chance: Callable[[Floats], Floats], fit: Fit, n: Floats, step: float = 1e-4) -> tuple[float, float]:
    """Number of units that something is true of, and its standard error: parameters unknown, and chance.

    chance  parameters (k,) -> chance of it (rows,) for a unit of each row, of which there are n (rows,)
    Delta method in the logs of the parameters; given these, units are independent.
    """
    top = chance(fit.params)
    ways = np.exp(step * np.eye(len(fit.params)))
    slope = np.array([n @ (chance(fit.params * w) - chance(fit.params / w)) / (2 * step) for w in ways])
    return float(n @ top), float(np.sqrt(slope @ fit.covariance @ slope + n @ (top * (1 - top))))


def by_gradient(gradient: Callable[[Floats], tuple[float, Floats]], step: float = 1e-4) -> Value:
    """The same with a Hessian by central differences of the gradient: its error is of the order of step squared."""

    def value(at: Floats) -> tuple[float, Floats, Floats]:
        height, slope = gradient(at)
        bend = np.empty((len(at), len(at)))
        for i in range(len(at)):
            there = np.zeros(len(at))
            there[i] = step
            bend[i] = (gradient(at + there)[1] - gradient(at - there)[1]) / (2 * step)
        return height, slope, (bend + bend.T) / 2

    return value


def _ascent(slope: Floats, bend: Floats, n: float) -> Floats:
    """A step that goes up, no longer than LONGEST."""
    sizes, ways = np.linalg.eigh(-bend / n)
    step = ways @ ((ways.T @ slope) / n / np.maximum(np.abs(sizes), 1e-8))
    return np.asarray(step * min(1.0, LONGEST / max(np.abs(step).max(), 1e-300)))


def _along(value: Value, at: Floats, step: Floats, height: float) -> tuple[Floats, tuple[float, Floats, Floats]] | None:
    """The first point along a step, halved as often as it takes, that is no lower; None when there is none."""
    for halvings in range(30):
        there = at + step * 0.5**halvings
        with np.errstate(all="ignore"):
            found = value(there)
        if np.isfinite(found[0]) and np.isfinite(found[2]).all() and found[0] >= height - 1e-10 * abs(height):
            return there, found
    return None


def _known(bend: Floats, n: float) -> tuple[Floats, list[str]]:
    """Covariance of the logs, and what is weak about it."""
    sizes, ways = np.linalg.eigh(-bend)
    weak = []
    if sizes[0] <= 1e-9 * n:
        weak.append("the data do not tell all parameters apart")
    covariance = (ways / np.maximum(sizes, 1e-9 * n)) @ ways.T
    if not weak and np.sqrt(np.diag(covariance)).max() > VAGUE:
        weak.append("a parameter is known only to a factor of fifty")
    return covariance, weak
