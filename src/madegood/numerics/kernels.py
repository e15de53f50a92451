"""The compiled loops of the joint fit: filter, smoother, restricted likelihood, robust weights, effects.

Columns are (days, n), always [flat ones, curves, z]: z stands last, so that its sum of squares is what a Cholesky
factorisation of the columns before it leaves. `known` marks days with a reading; `r` is finite throughout.

Steps are no columns at all. A step on day d is a change of the level's state that day, so its inner product with a
column is the smoother's r_d, its own square N_d, and two steps meet in N of the later one (de Jong and Penzer 1998,
Diagnosing shocks in time series, section 3). A hundred releases cost hardly more than one.

All in one file: see compiled.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from madegood.numerics.compiled import compiled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Prior variance given to a level that is set free; against R of 1 it is a flat prior to eight digits.
FREE = 1e8
#: Degrees of freedom of the daily noise. Gaussian noise cost .24 of log score; 2 to 4 are all alike.
TAIL = 4.0
#: Each flat column's own precision: keeps columns that say the same from breaking the factorisation.
RIDGE, LEAST = 1e-9, 1e-10
#: No sum of squares is smaller.
TINY = 1e-14
#: Days whose variances are multiplied before a logarithm is taken.
RUN = 8


@compiled
def gains(
    q: float,
    va: float,
    phi: float,
    r: Floats,
    known: Bools,
    free: Bools,
    level: Floats,
    slow: Floats,
    precision: Floats,
) -> float:
    """Fills gains and precision of the innovation of every day, 0 where missing; log determinant of S."""
    p00, p01, p11 = 0.0, 0.0, va
    fresh, squared = va * (1.0 - phi * phi), phi * phi
    logdet, product = 0.0, 1.0
    for t in range(len(r)):
        if free[t]:
            p00 += FREE
        k0 = k1 = m0 = m1 = precision[t] = 0.0
        if known[t]:
            m0, m1 = p00 + p01, p01 + p11
            f = m0 + m1 + r[t]
            precision[t] = 1.0 / f
            k0, k1 = m0 / f, m1 / f
            product *= f
        if t % RUN == RUN - 1:
            logdet += np.log(product)
            product = 1.0
        level[t], slow[t] = k0, k1
        p00 = p00 - m0 * k0 + q
        p01 = phi * (p01 - m0 * k1)
        p11 = squared * (p11 - m1 * k1) + fresh
    return float(logdet + np.log(product))


@compiled
def innovations(columns: Floats, level: Floats, slow: Floats, phi: float, known: Bools, out: Floats) -> None:
    """Fills the one-day-ahead errors of every column, (days, n); zero where missing."""
    days, n = columns.shape
    mu, a = np.zeros(n), np.zeros(n)
    for t in range(days):
        k0, k1 = level[t], slow[t]
        if known[t]:
            for j in range(n):
                v = columns[t, j] - mu[j] - a[j]
                out[t, j] = v
                mu[j] += k0 * v
                a[j] = phi * (a[j] + k1 * v)
        else:
            for j in range(n):
                out[t, j] = 0.0
                a[j] *= phi


@compiled
def gram(errors: Floats, precision: Floats, out: Floats) -> None:
    """Fills the lower triangle of the inner products c' S^-1 d of all columns, (n, n); two by two columns at a time."""
    days, n = errors.shape
    side, w, v = np.empty((n, days)), np.empty(days), np.empty(days)
    for t in range(days):
        for j in range(n):
            side[j, t] = errors[t, j]
    for i in range(0, n, 2):
        k = min(i + 1, n - 1)
        for t in range(days):
            w[t], v[t] = side[i, t] * precision[t], side[k, t] * precision[t]
        for j in range(0, k + 1, 2):
            m = min(j + 1, n - 1)
            ij = im = kj = km = 0.0
            for t in range(days):
                ij += w[t] * side[j, t]
                im += w[t] * side[m, t]
                kj += v[t] * side[j, t]
                km += v[t] * side[m, t]
            out[i, j], out[i, m], out[k, j], out[k, m] = ij, im, kj, km


@compiled
def factor(a: Floats, m: int) -> float:
    """Cholesky of the first m rows and columns in place; what is left of the others (Schur) stands in their corner.

    Lower triangles only. The logarithm of the determinant of the first block.
    """
    n, logdet = len(a), 0.0
    for i in range(n):
        for j in range(i + 1):
            total = a[i, j]
            for k in range(min(j, m)):
                total -= a[i, k] * a[j, k]
            if j >= m:
                a[i, j] = total
            elif i == j:
                a[i, i] = np.sqrt(max(total, TINY))
                logdet += 2.0 * np.log(a[i, i])
            else:
                a[i, j] = total / a[j, j]
    return logdet


@compiled
def invert(lower: Floats, start: int, out: Floats) -> None:
    """Fills the inverse of the triangle that begins at (start, start), (size, size), size from `out`."""
    size = len(out)
    for i in range(size):
        d = 1.0 / lower[start + i, start + i]
        for j in range(size):
            out[i, j] = 0.0
        out[i, i] = d
        for k in range(i):
            w = lower[start + i, start + k] * d
            for j in range(k + 1):
                out[i, j] -= w * out[k, j]


@compiled
def stiffen(a: Floats, count: int) -> None:
    """The ridge of all columns but z, the last."""
    for i in range(count):
        a[i, i] += a[i, i] * RIDGE + LEAST


@compiled
def likelihoods(table: Floats, c: int, slopes: Floats, logdet: float, dof: float, out: Floats) -> None:
    """Fills the restricted log likelihood with each slope, its scale profiled out (Harville 1977); table is spoilt."""
    n = len(table)
    m = n - 1 - c
    stiffen(table, n - 1)
    flat = factor(table, m)
    small = np.empty((c + 1, c + 1))
    for s in range(len(slopes)):
        for i in range(c + 1):
            for j in range(i + 1):
                small[i, j] = table[m + i, m + j]
            if i < c:
                small[i, i] += 1.0 / slopes[s] ** 2
        bent = factor(small, c)
        rss = max(small[c, c], TINY)
        out[s] = -0.5 * (logdet + flat + bent + 2.0 * c * np.log(slopes[s]) + dof * np.log(rss / dof))


@compiled
def smoother(
    errors: Floats, level: Floats, slow: Floats, precision: Floats, phi: float, u: Floats, inside: Floats
) -> None:
    """Fills u = S^-1 c of every column (days, n) and, of each day, inside (3, days): the diagonal of S^-1, and of the
    information N that this day and later ones hold about the two states, N_00 and N_01.

    Backward pass of the disturbance smoother (de Jong 1989; Koopman 1993); zero, and as the day after, where missing.
    """
    days, n = errors.shape
    r0, r1 = np.zeros(n), np.zeros(n)
    n00 = n01 = n11 = 0.0
    for t in range(days - 1, -1, -1):
        k0, k1, f, total = level[t], slow[t], precision[t], 0.0
        n01 *= phi
        n11 *= phi * phi
        if f == 0.0:
            for j in range(n):
                r1[j] *= phi
                u[t, j] = 0.0
        else:
            for j in range(n):
                v = errors[t, j] * f - k0 * r0[j] - k1 * phi * r1[j]
                u[t, j] = v
                r0[j] += v
                r1[j] = phi * r1[j] + v
            nk0, nk1 = n00 * k0 + n01 * k1, n01 * k0 + n11 * k1
            total = f + k0 * nk0 + k1 * nk1
            n00 += total - 2.0 * nk0
            n01 += total - nk0 - nk1
            n11 += total - 2.0 * nk1
        inside[0, t], inside[1, t], inside[2, t] = total, n00, n01


@compiled
def reweigh(
    columns: Floats, c: int, kind: Floats, slope: float, r: Floats, base: Floats, known: Bools, free: Bools, dof: float
) -> None:
    """One EM step for Student-t noise: new variances of days into r (Lange, Little and Taylor 1989)."""
    days, n = columns.shape
    p, inside = n - 1, np.empty((3, days))
    level, slow, precision = np.empty(days), np.empty(days), np.empty(days)
    gains(kind[0], kind[1], kind[2], r, known, free, level, slow, precision)
    errors, u, table, root = np.empty((days, n)), np.empty((days, n)), np.empty((n, n)), np.empty((p, p))
    innovations(columns, level, slow, kind[2], known, errors)
    smoother(errors, level, slow, precision, kind[2], u, inside)
    gram(errors, precision, table)
    stiffen(table, p)
    for i in range(p - c, p):
        table[i, i] += 1.0 / slope**2
    factor(table, p)
    s2 = max(table[p, p] / dof, TINY)
    invert(table, 0, root)
    b = np.zeros(p)
    for i in range(p):
        for j in range(i + 1):
            b[j] += root[i, j] * table[p, i]
    for t in range(days):
        if not known[t]:
            continue
        rest, spread = u[t, p], inside[0, t]
        for i in range(p):
            rest -= u[t, i] * b[i]
            part = 0.0
            for j in range(i + 1):
                part += root[i, j] * u[t, j]
            spread -= part * part
        left = max(r[t] - r[t] * r[t] * spread, 0.0)
        r[t] = (TAIL * base[t] + (r[t] * rest) ** 2 / s2 + left) / (TAIL + 1.0)


@compiled
def score(
    columns: Floats,
    c: int,
    kind: Floats,
    slopes: Floats,
    r: Floats,
    known: Bools,
    free: Bools,
    dof: float,
    days: Floats,
    errors: Floats,
    table: Floats,
    out: Floats,
) -> None:
    """Fills the log likelihood of one kind of noise with each slope; days (3, days), errors and table are scratch."""
    logdet = gains(kind[0], kind[1], kind[2], r, known, free, days[0], days[1], days[2])
    innovations(columns, days[0], days[1], kind[2], known, errors)
    gram(errors, days[2], table)
    likelihoods(table, c, slopes, logdet, dof, out)


@compiled
def search(
    columns: Floats,
    c: int,
    known: Bools,
    free: Bools,
    dof: float,
    base: Floats,
    kinds: Floats,
    prior: Floats,
    near: Ints,
    slopes: Floats,
    queue: Bools,
    allowed: Bools,
    turns: int,
    reach: Floats,
    r: Floats,
    found: Floats,
) -> None:
    """Looks for the best kind of noise and gives days their robust weights there, so many turns; then spreads from the
    best to every neighbour, while within reach[0] nats of it.

    kinds (kinds, 3) with log prior (kinds, slopes) and neighbours (kinds, ...), -1 for none; only `allowed` ones are
    looked at. The first turn looks only at those in the `queue`, the next ones climb from the best, and the last begins
    also at those of the first turn that were within reach[1] of it.
    r (days,) is changed; found (kinds, slopes) is filled with log posteriors, -inf where it did not look.
    """
    days, n = columns.shape
    size, count, lowest = len(kinds), len(slopes), -np.inf
    scratch, errors, table = np.empty((3, days)), np.empty((days, n)), np.empty((n, n))
    row, top, begun = np.empty(count), np.empty(size), np.empty(size)
    best = start = slope = 0
    for turn in range(turns + 1):
        for k in range(size):
            top[k] = lowest
            queue[k] = queue[k] if turn == 0 else k == best or (turn == turns and begun[k] > begun[start] - reach[1])
        left = True
        while left:
            for k in range(size):
                if queue[k]:
                    queue[k] = False
                    score(columns, c, kinds[k], slopes, r, known, free, dof, scratch, errors, table, row)
                    for j in range(count):
                        found[k, j] = row[j] + prior[k, j]
                        top[k] = max(top[k], found[k, j])
            for k in range(size):
                best = k if top[k] > top[best] else best
            left = False
            for k in range(size):
                if turn > 0 and (k == best or (turn == turns and top[k] > top[best] - reach[0])):
                    for other in near[k]:
                        if other >= 0 and allowed[other] and top[other] == lowest:
                            queue[other] = left = True
        if turn == 0:
            start = best
            for k in range(size):
                begun[k] = top[k]
        if turn < turns:
            for j in range(count):
                slope = j if found[best, j] > found[best, slope] else slope
            reweigh(columns, c, kinds[best], slopes[slope], r, base, known, free, dof)
            reweigh(columns, c, kinds[best], slopes[slope], r, base, known, free, dof)
    for k in range(size):
        if top[k] == lowest:
            for j in range(count):
                found[k, j] = lowest


@compiled
def bordered(columns: Floats, c: int, at: Ints, kind: Floats, r: Floats, known: Bools, table: Floats) -> None:
    """Fills the lower triangle of inner products of [flat ones, steps, curves, z]; `at`: day of each step, in order."""
    days, n = columns.shape
    k, m, phi = len(at), n - 1 - c, kind[2]
    level, slow, precision = np.empty(days), np.empty(days), np.empty(days)
    gains(kind[0], kind[1], phi, r, known, np.zeros(days, np.bool_), level, slow, precision)
    errors, u, small, inside = np.empty((days, n)), np.empty((days, n)), np.empty((n, n)), np.empty((3, days))
    innovations(columns, level, slow, phi, known, errors)
    smoother(errors, level, slow, precision, phi, u, inside)
    gram(errors, precision, small)
    for i in range(n):
        for j in range(i + 1):
            table[i if i < m else i + k, j if j < m else j + k] = small[i, j]
    later, t = np.zeros(n), days
    for i in range(k - 1, -1, -1):
        while t > at[i]:
            t -= 1
            for j in range(n):
                later[j] += u[t, j]
        for j in range(n):
            if j < m:
                table[m + i, j] = later[j]
            else:
                table[j + k, m + i] = later[j]
    for i in range(k):
        e0, e1, day = 1.0, 0.0, at[i]  # what is left in the two states of this step
        for j in range(i, k):
            while day < at[j]:
                both = e0 + e1
                e0 -= level[day] * both
                e1 = phi * (e1 - slow[day] * both)
                day += 1
            table[m + j, m + i] = e0 * inside[1, at[j]] + e1 * inside[2, at[j]]


@compiled
def bend(table: Floats, m: int, slope: float, small: Floats, inner: Floats, gamma: Floats) -> float:
    """Curves given everything before them: fills their coefficients gamma and the root of their covariance, `inner`
    (inner' inner is the covariance); returns the sum of squares that is left."""
    c = len(gamma)
    for i in range(c + 1):
        for j in range(i + 1):
            small[i, j] = table[m + i, m + j]
        if i < c:
            small[i, i] += 1.0 / slope**2
    factor(small, c)
    invert(small, 0, inner)
    for j in range(c):
        gamma[j] = 0.0
        for i in range(j, c):
            gamma[j] += inner[i, j] * small[c, i]
    return float(max(small[c, c], TINY))


@compiled
def add(raw: Floats, root: Floats, scale: float, lean: Floats, square: Floats) -> None:
    """raw += scale root' root + lean square lean', lower triangles; what curves add to what is known without them."""
    k, c = len(raw), len(square)
    turned = np.empty((k, c))
    for i in range(k):
        for j in range(c):
            turned[i, j] = 0.0
            for a in range(c):
                turned[i, j] += lean[i, a] * (square[a, j] if a >= j else square[j, a])
    for a in range(k):
        for i in range(a + 1):
            w = scale * root[a, i]
            for j in range(i + 1):
                raw[i, j] += w * root[a, j]
    for i in range(k):
        for j in range(i + 1):
            for a in range(c):
                raw[i, j] += turned[i, a] * lean[j, a]


@compiled
def effects(
    columns: Floats,
    c: int,
    others: int,
    at: Ints,
    kinds: Floats,
    weights: Floats,
    slopes: Floats,
    best: int,
    r: Floats,
    known: Bools,
    dof: float,
    beta: Floats,
    raw: Floats,
    b: Floats,
) -> float:
    """Effects (k,) and covariance (k, k, lower triangle), averaged over kinds and slopes with their weights (kinds,
    slopes); `best`: slope of the first kind. Generalised least squares for each: another slope of the curves needs no
    new factorisation, as they stand last.

    Effects are the last `others` of the flat columns, then the steps. Coefficients of [flat ones, steps, curves] under
    the first kind and its best slope are filled into b, and the variance there is returned.
    """
    k = others + len(at)
    n = columns.shape[1] + len(at)
    m = n - 1 - c
    table, root, lean = np.empty((n, n)), np.empty((k, k)), np.empty((k, c + 1))
    small, inner, square = np.empty((c + 1, c + 1)), np.empty((c, c)), np.empty((c, c))
    gamma, off = np.empty(c), np.empty(k)
    s2 = 0.0
    for kind in range(len(kinds)):
        bordered(columns, c, at, kinds[kind], r, known, table)
        stiffen(table, n - 1)
        factor(table, m)
        invert(table, m - k, root)
        for i in range(k):
            for j in range(c + 1):
                lean[i, j] = 0.0
                for a in range(i, k):
                    lean[i, j] += root[a, i] * table[m + j, m - k + a]
        for i in range(c):
            for j in range(i + 1):
                square[i, j] = 0.0
        if kind == 0:
            s2 = bend(table, m, slopes[best], small, inner, gamma) / dof
            solution(table, m, gamma, b)
        scale = 0.0
        for s in range(len(slopes)):
            w = weights[kind, s]
            if w > 0.0:
                here = w * bend(table, m, slopes[s], small, inner, gamma) / dof
                scale += here
                for a in range(c):
                    for i in range(a + 1):
                        for j in range(i + 1):
                            square[i, j] += here * inner[a, i] * inner[a, j]
                for i in range(k):
                    off[i] = lean[i, c] - b[m - k + i]
                    for j in range(c):
                        off[i] -= lean[i, j] * gamma[j]
                    beta[i] += w * off[i]
                    for j in range(i + 1):
                        raw[i, j] += w * off[i] * off[j]
        add(raw, root, scale, lean, square)
    for i in range(k):
        for j in range(i + 1):
            raw[i, j] -= beta[i] * beta[j]
    for i in range(k):
        beta[i] += b[m - k + i]
    return s2


@compiled
def solution(table: Floats, m: int, gamma: Floats, out: Floats) -> None:
    """Fills the coefficients of the first m columns, given those of the curves, and these after them."""
    c = len(gamma)
    for i in range(m - 1, -1, -1):
        total = table[m + c, i]
        for j in range(c):
            total -= gamma[j] * table[m + j, i]
        for a in range(i + 1, m):
            total -= table[a, i] * out[a]
        out[i] = total / table[i, i]
    for j in range(c):
        out[m + j] = gamma[j]
