"""Which terms to weigh by, where more are known than the answers can bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.numerics.calibration import Answers, calibrate

if TYPE_CHECKING:
    from madegood.numerics.calibration import Floats

#: Answers for each term, so that weights do not follow the noise: with 45 to 600 answers on as many terms as it allows
#: 95 % intervals held 92 to 97 % (benchmarks/survey.md).
EACH = 12
MOST = 60  # terms, for time: it goes with their square
LOOKED = 20_000  # answers that are looked at to choose; all of them are weighed
#: A term is taken where it is out of balance, or goes with the answer, by so many standard errors. With 1,500 answers
#: 1.5, 2 and 2.5 took 35, 21 and 15 terms for errors of 2.1, 2.1 and 2.0 points, each told within .05 of that.
TELLS = 2.5


def chosen(basis: Floats, totals: Floats, values: Floats, always: int) -> list[int]:
    """Columns of the basis to weigh by: the first `always`, then those that tell most, as far as the answers bear.

    A term is taken when it is out of balance among the answers or when it goes with them, each given all terms before
    it: double selection (Belloni, Chernozhukov and Hansen 2014, Review of Economic Studies 81:608), one at a time.
    basis (n, p), the first column 1, the others standardised over everyone; totals (p,); values (n,). Of very many
    answers the first are looked at: they come in no order.
    """
    basis, values = basis[:LOOKED], values[:LOOKED]
    n, p = basis.shape
    most = max(1, min(MOST, n // EACH))
    first = [j for j in range(min(always, p)) if j == 0 or np.ptp(basis[:, j]) > 0]
    if len(first) > most:
        return [0, *_forward(basis, totals, values, [0], first[1:], most - 1, 0.0)]
    rest = [j for j in range(always, p) if np.ptp(basis[:, j]) > 0]
    return [*first, *_forward(basis, totals, values, first, rest, most - len(first), TELLS)]


def _forward(
    basis: Floats, totals: Floats, values: Floats, first: list[int], rest: list[int], most: int, tells: float
) -> list[int]:
    """At most so many columns of `rest`, each the one that tells most given those before it."""
    taken: list[int] = []
    if not rest or most < 1:
        return taken
    fit = calibrate(Answers(basis[:, first], totals[first], values, np.zeros(len(values))))
    odds, weights = fit.weights - 1.0, fit.weights
    base = basis[:, first]
    known = np.linalg.solve(fit.curvature, base.T @ (odds[:, None] * np.column_stack([basis[:, rest], values])))
    left = np.column_stack([basis[:, rest], values]) - base @ known
    sums = np.append(totals[rest], 0.0) - totals[first] @ known
    sizes = (odds[:, None] * left**2).sum(axis=0)
    alive = sizes > 1e-6 * (odds[:, None] * np.column_stack([basis[:, rest], values]) ** 2).sum(axis=0)
    smallest = 1e-3 * sizes
    alive[-1] = False
    while len(taken) < most and alive.any():
        y = left[:, -1]
        out = np.abs((odds * y) @ left[:, :-1]) / np.sqrt(((odds * y) ** 2) @ left[:, :-1] ** 2 + 1e-300)
        gap = np.abs(sums[:-1] - weights @ left[:, :-1])
        gap = gap / np.sqrt((weights * odds) @ left[:, :-1] ** 2 + 1e-300)
        score = np.where(alive[:-1], np.maximum(out, gap), -1.0)
        best = int(score.argmax())
        if score[best] <= tells:
            break
        taken.append(rest[best])
        part = (odds * left[:, best]) @ left / sizes[best]
        column, total = left[:, best].copy(), sums[best]
        left -= np.outer(column, part)
        sums = sums - total * part
        alive[best] = False
        alive[:-1] &= (odds[:, None] * left[:, :-1] ** 2).sum(axis=0) > smallest[:-1]
        sizes = (odds[:, None] * left**2).sum(axis=0)
    return taken
