"""The index of trust on made-up signals whose common course is known, beside everyday indices; failures; uptake.

python benchmarks/trust.py index --n 200
python benchmarks/trust.py noise --n 100
python benchmarks/trust.py change --n 30
python benchmarks/trust.py oracle --n 100
python benchmarks/trust.py failure --n 40
python benchmarks/trust.py adoption
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from madegood.engine.store import Store
from madegood.evidence.adoption import adoptions
from madegood.evidence.failure import FailureCost, failure_cost
from madegood.numerics.levelling import level_at
from madegood.numerics.trust import Posterior, change, factor
from madegood.performance.model import Series

Floats = NDArray[np.float64]
DATA = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
WEEKS, SIGNALS = 104, 8
UP = np.array([1, -1, -1, -1, -1, 1, -1, -1.0])  # how each signal goes with trust


def course(rng: np.random.Generator, weeks: int = WEEKS) -> Floats:
    """AR(1) with a memory of .97 a week, standard deviation 1 over these weeks."""
    f = np.zeros(weeks)
    for t in range(1, weeks):
        f[t] = 0.97 * f[t - 1] + np.sqrt(1 - 0.97**2) * rng.standard_normal()
    return f / f.std()


def signals(rng: np.random.Generator, f: Floats, carrying: float = 0.7) -> tuple[Floats, Floats, Floats]:
    """Logits (T, J) of weekly shares turned up, their variances, loadings; 150 to 20,000 customers a week each."""
    weeks = len(f)
    n = np.exp(rng.uniform(np.log(150), np.log(20000), SIGNALS)).astype(int)
    base = np.exp(rng.uniform(np.log(0.01), np.log(0.5), SIGNALS))
    loading = rng.uniform(0, 0.25, SIGNALS) * (rng.random(SIGNALS) < carrying)
    own = np.zeros((weeks, SIGNALS))
    for t in range(1, weeks):
        own[t] = 0.8 * own[t - 1] + rng.standard_normal(SIGNALS) * 0.05
    p = 1 / (1 + np.exp(-(np.log(base / (1 - base)) + f[:, None] * loading * UP + own)))
    k = rng.binomial(n, p)
    return UP * np.log((k + 0.5) / (n - k + 0.5)), 1 / (k + 0.5) + 1 / (n - k + 0.5), loading


def everyday(rng: np.random.Generator, y: Floats, f: Floats) -> tuple[float, float, float]:
    """Correlations of equal weights, the first component, and weights trained on a survey of every fourth week."""
    z = (y - y.mean(axis=0)) / y.std(axis=0)
    first = np.linalg.svd(z, full_matrices=False)[2][0]
    asked = rng.random(len(f)) < 0.25
    score = f + 1.2 * rng.standard_normal(len(f))
    trained = np.linalg.solve(z[asked].T @ z[asked] + 8 * np.eye(SIGNALS), z[asked].T @ score[asked])
    return tuple(float(np.corrcoef(z @ w, f)[0, 1]) for w in (np.ones(SIGNALS), first * np.sign(first.sum()), trained))


def index(n: int, seed: int, carrying: float) -> None:
    """Correlation with the true course, coverage, reliability, refusals."""
    rng = np.random.default_rng(seed)
    rows, others, clear, false, took, sound = [], [], [], [], [], []
    for _ in range(n):
        f = course(rng)
        y, variance, loading = signals(rng, f, carrying)
        start = time.process_time()
        found = factor(y, variance)
        took.append(time.process_time() - start)
        truth = f - f.mean()
        held = np.mean((found.low <= truth) & (truth <= found.high))
        rows.append((np.corrcoef(found.index, truth)[0, 1], held, found.reliability, found.agreement))
        clear.append((found.carries >= 0.9).sum())
        false += list(found.carries[loading == 0] >= 0.9)
        sound.append((loading > 0.05).sum() >= 3)
        others.append(everyday(rng, y, f))
    r, held, said, alike = np.array(rows).T
    few, dim, torn, truly = np.array(clear) < 3, said < 0.8, alike < 0.9, np.array(sound)
    refused = few | dim | torn
    print(f"correlation {r.mean():.3f}, worst tenth {np.quantile(r, 0.1):.3f}")
    for name, c in zip(("equal weights", "first component", "trained weights"), np.array(others).T, strict=True):
        print(f"  {name} {c.mean():.3f}, worst tenth {np.quantile(c, 0.1):.3f}")
    print(
        f"band covers {held.mean():.3f} (se {held.std() / np.sqrt(n):.3f}); of those told {held[~refused].mean():.3f}"
    )
    print(f"reliability {said.mean():.3f}, truly {(r**2).mean():.3f}")
    print(
        f"refused {refused.mean():.3f}: few carry {few.mean():.3f}, unreliable {dim.mean():.3f}, torn {torn.mean():.3f}"
    )
    if truly.any():
        print(f"of the {truly.sum()} sets in which three loadings or more are above .05: {refused[truly].mean():.3f}")
    print(f"signals that carry nothing counted as carrying {np.mean(false):.3f}")
    print(f"least agreement of chains {alike.min():.3f}; CPU s {np.median(took):.2f}")


def changes(n: int, seed: int) -> None:
    """A level that stands still for 26 weeks, then dips or falls; what is said so many weeks after."""
    rng = np.random.default_rng(seed)
    said: dict[tuple[str, int], list[tuple[bool, bool]]] = {}
    for _ in range(n):
        own = int(rng.integers(1 << 30))
        for name, size, passes in (("nothing", 0, 0), ("dip 1", -1, 1), ("dip 2", -2, 1), ("fall .5", -0.5, 0)):
            again = np.random.default_rng(own)
            f = course(again, 92)
            f = np.concatenate([f[:66], np.full(39, f[65])])
            after = np.arange(13)
            f[92:] += size * (0.5 ** (after / 3) if passes else 1.0)
            y, variance, _ = signals(again, f)
            any_yet = False
            for weeks in (4, 8, 12):
                found = factor(y[: 92 + weeks], variance[: 92 + weeks])
                if found.reliability < 0.8 or (found.carries >= 0.9).sum() < 3:
                    continue
                moved = change(found.model)
                lasts = min(moved.lasting.fell, moved.held.fell) >= 0.95
                any_yet |= lasts
                said.setdefault((name, weeks), []).append((lasts, any_yet))
    for (name, weeks), v in said.items():
        now, yet = np.mean(v, axis=0)
        print(
            f"{name}, {weeks} weeks after ({len(v)} told): fell and stays {now:.2f}; said by then at any look {yet:.2f}"
        )


def oracle(n: int, seed: int) -> None:
    """The same worlds as `changes`, told by one who knows loadings, errors and memories, looking every week."""
    rng = np.random.default_rng(seed)
    said: dict[tuple[str, float], list[bool]] = {}
    for _ in range(n):
        own = int(rng.integers(1 << 30))
        for name, size, passes in (("nothing", 0, 0), ("dip 1", -1, 1), ("dip 2", -2, 1), ("fall .5", -0.5, 0)):
            again = np.random.default_rng(own)
            f = course(again, 92)
            f = np.concatenate([f[:66], np.full(39, f[65])])
            f[92:] += size * (0.5 ** (np.arange(13) / 3) if passes else 1.0)
            y, variance, loading = signals(again, f)
            if (loading > 0.05).sum() < 3:
                continue
            sure = [_knowing(y[:weeks], variance[:weeks], loading, f[:weeks]) for weeks in range(96, 105)]
            for bar in (0.8, 0.9, 0.95):
                said.setdefault((name, bar), []).append(max(sure) >= bar)
    for (name, bar), v in said.items():
        print(f"{name}, chance {bar} ({len(v)} told): fell and stays, said at any look {np.mean(v):.2f}")


def _knowing(y: Floats, variance: Floats, loading: Floats, f: Floats) -> float:
    """Chance that the lasting part fell, now and four weeks ago, where all but the course is known."""
    unit = y.std(axis=0)
    even, w = (y - y.mean(axis=0)) / unit, unit**2 / variance
    one = np.ones((1, SIGNALS))
    known, ridge = np.ones((len(y), 1)), np.zeros(1)
    truth = Posterior(
        even, w, known, ridge, y.mean(axis=0), unit, f[None], (loading / unit)[None], (0.05 / 0.6 / unit)[None],
        0.8 * one, np.array([0.97]),
    )  # fmt: skip
    moved = change(truth)
    return min(moved.lasting.fell, moved.held.fell)


def failures(n: int, seed: int, people: int = 4000) -> None:
    """Customers who come back less often for 28 days after a failure, or do not; truth by the same draws unharmed."""
    for effect in (1.0, 0.5):
        held, cost = [], []
        for i in range(n):
            store, truth = made_failures(people, seed + i, effect)
            with store:
                found = failure_cost(store, "failed", date(2026, 1, 1), "used")
            if isinstance(found, FailureCost):
                held.append(found.cost.low <= truth <= found.cost.high)
                cost.append((found.cost.mean, truth, found.grade == "C"))
        mean, true, graded = np.mean(cost, axis=0)
        print(
            f"use after a failure x {effect}: said {mean:+.3f}, truly {true:+.3f}, covered {np.mean(held):.3f}"
            f" of {len(held)} told; grade C {graded:.2f}"
        )


def made_failures(people: int, seed: int, effect: float, days: int = 150) -> tuple[Store, float]:
    """A store of attempts, and the true mean difference in coming back within 28 days after a failure."""
    rng = np.random.default_rng(seed)
    rate = np.minimum(rng.gamma(1.2, 0.05, people) + 0.005, 0.7)
    begins = rng.integers(0, days // 2, people)
    hit = np.full(people, -999)
    rows, costs = [], []
    for day in range(days):
        harmed = day - hit <= 28
        active = np.flatnonzero((rng.random(people) < rate * np.where(harmed, effect, 1.0)) & (day >= begins))
        tries = 1 + rng.poisson(0.5, len(active))
        broke = rng.random(len(active)) < 1 - 0.94**tries
        which = np.where(broke, rng.integers(0, tries), -1)
        for k in range(int(tries.max(initial=0))):
            some = tries > k
            rows.append(
                np.column_stack([active[some], np.full(some.sum(), day), np.full(some.sum(), k), which[some] == k])
            )
        fresh = active[broke & ~harmed[active]]
        if 28 <= day < days - 28:
            costs.append((1 - rate[fresh]) ** 28 - (1 - effect * rate[fresh]) ** 28)
        hit[active[broke]] = day
    store = Store.open(None)
    for part in np.array_split(np.concatenate(rows), 40):
        values = ", ".join(
            f"('s', '{p}', timestamp '2025-01-06' + interval ({d * 1440 + k}) minute, '{'failed' if x else 'used'}')"
            for p, d, k, x in part
        )
        store.execute(f'insert into events (source, person, "at", name) values {values}')
    return store, float(np.concatenate(costs).mean())


def adoption() -> None:
    """Real installs by version: each release's share later on, from its first days and the others of its product."""
    store = Store.open(None)
    path = DATA / "home_assistant" / "version_installs_daily.parquet"
    rows = store.rows(f"select integration, version, cast(date as date), installs from '{path}' order by 1, 2, 3")
    first = min(r[2] for r in rows)
    days = (max(r[2] for r in rows) - first).days + 1
    table: dict[str, dict[str, Floats]] = {}
    for product, version, day, n in rows:
        table.setdefault(product, {}).setdefault(version, np.zeros(days))[(day - first).days] = n
    told = {}
    for product, versions in table.items():
        if sum(v.max() for v in versions.values()) >= 100:
            found = adoptions(
                {k: Series(product, first, v, "stock") for k, v in versions.items()}, first + timedelta(days - 1)
            )
            if isinstance(found, tuple):
                told[product] = [a.shares for a in found]
    print(f"{len(told)} products of 100 installs or more with releases, {sum(map(len, told.values()))} releases")
    for now, later in ((7, 21), (7, 28), (14, 28)):
        held, width, error, still = [], [], [], []
        for shares in told.values():
            curves = np.array([np.pad(s, (0, days - len(s)), constant_values=np.nan) for s in shares])
            curves = curves[np.isfinite(curves[:, later])]
            for k in range(len(curves) if len(curves) >= 4 else 0):
                level = level_at(curves[k, : now + 1], np.delete(curves, k, axis=0), later)
                if level is not None:
                    truth = float(curves[k, later])
                    held.append(level.low <= truth <= level.high)
                    width.append(level.high - level.low)
                    error.append(abs(level.mean - truth))
                    still.append(abs(float(curves[k, now]) - truth))
        print(
            f"day {later} from day {now}: {len(held)} releases, covered {np.mean(held):.3f}, "
            f"width {np.median(width):.2f}, error {np.mean(error):.3f} (taken to stand still: {np.mean(still):.3f})"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("index", "noise", "change", "oracle", "failure", "adoption"))
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--seed", type=int, default=8)
    args = parser.parse_args()
    if args.what in ("index", "noise"):
        index(args.n, args.seed, 0.7 if args.what == "index" else 0.0)
    elif args.what == "change":
        changes(args.n, args.seed)
    elif args.what == "oracle":
        oracle(args.n, args.seed)
    elif args.what == "failure":
        failures(args.n, args.seed)
    else:
        adoption()


if __name__ == "__main__":
    main()
