"""Silent attrition: do intervals hold, how well is what comes foreseen, is a rise seen, and what does it cost?

    python benchmarks/attrition.py intervals --runs 200 --customers 2000
    python benchmarks/attrition.py foresight
    python benchmarks/attrition.py pace --runs 40
    python benchmarks/attrition.py speed --customers 1000000

`foresight` reads `cdnow/` and `complete_journey/` under $MADEGOOD_DATA, or under `shared/data` beside the repository.
Figures are printed as Markdown; attrition.md keeps them.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from madegood.engine.store import Store
from madegood.evidence.attrition import attrition
from madegood.evidence.foreseen import foreseen
from madegood.evidence.pace import LONGEST, bar
from madegood.intent.model import Metric
from madegood.numerics import bg_bb, bg_nbd, pareto_nbd
from madegood.numerics.calendar_attrition import leaving, rise, steps
from madegood.numerics.calendar_likelihood import Rows
from madegood.numerics.newton import count
from madegood.performance.repeats import Known, ready, repeats
from madegood.refusal import Refusal

Floats = NDArray[np.float64]
Groups = tuple[Floats, Floats, Floats, Floats]
BUYERS = Metric("buyers", kind="active", event="purchase")
PARETO = (0.553, 10.578, 0.606, 11.669)  # Fader and Hardie's CDNOW optimum, weeks
WEEKLY = (1.2, 2.2, 0.9, 35.0)
DAILY = (0.45, 14.0, 0.6, 60.0)  # days


def data() -> Path:
    """Where the real logs are."""
    return Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))


def grouped(*columns: Floats) -> tuple[Groups, NDArray[np.int64]]:
    """Distinct rows with how many there are of each, and which is whose."""
    keys, of, n = np.unique(np.stack(columns), axis=1, return_inverse=True, return_counts=True)
    return (*keys, n.astype(float)), of.ravel()  # type: ignore[return-value]


# ---- simulated customers -------------------------------------------------------------------------------------


def pareto(
    n: int, params: tuple[float, ...], age: Floats, ahead: float, rng: np.random.Generator
) -> tuple[Floats, ...]:
    """x, t, whether they left, and whether they are silent in the time ahead."""
    r, alpha, s, beta = params
    rate, leave = rng.gamma(r, 1 / alpha, n), rng.gamma(s, 1 / beta, n)
    life = rng.exponential(1 / np.maximum(leave, 1e-300))
    there = np.minimum(life, age)
    x = rng.poisson(rate * there).astype(float)
    t = np.where(x > 0, there * rng.beta(np.maximum(x, 1), 1.0), 0.0)
    later = np.clip(np.minimum(life, age + ahead) - age, 0, None)
    return x, t, (life < age).astype(float), (rng.poisson(rate * later) == 0).astype(float)


def weekly(n: int, params: tuple[float, ...], age: Floats, ahead: int, rng: np.random.Generator) -> tuple[Floats, ...]:
    """The same of BG/BB."""
    alpha, beta, gamma, delta = params
    p, theta = rng.beta(alpha, beta, n), rng.beta(gamma, delta, n)
    life = rng.geometric(np.maximum(theta, 1e-12)) - 1
    whole = int(age.max()) + ahead
    week = np.arange(1, whole + 1)
    active = (rng.random((n, whole)) < p[:, None]) & (week <= life[:, None])
    known = active & (week <= age[:, None])
    t = np.where(known.any(axis=1), whole - known[:, ::-1].argmax(axis=1), 0)
    later = active & (week > age[:, None]) & (week <= age[:, None] + ahead)
    return known.sum(axis=1).astype(float), t.astype(float), (life < age).astype(float), 1.0 - later.any(axis=1)


def calendar(
    n: int, weeks: int, rng: np.random.Generator, pace: Floats | None = None, busy: Floats | None = None
) -> tuple[Rows, NDArray[np.int64]]:
    """Customers who began in any of the weeks but the last four; their rows."""
    alpha, beta, s, delta = WEEKLY
    pace, busy = np.ones(weeks) if pace is None else pace, np.ones(weeks) if busy is None else busy
    first = rng.integers(0, weeks - 4, n)
    p = rng.beta(alpha, beta, n)
    clock = np.concatenate(([0.0], np.cumsum(pace)))
    end = clock[first + 1] + rng.exponential(1, n) / rng.gamma(s, 1 / delta, n)
    gone = np.searchsorted(clock, end) - 1  # the week in which they left, index
    week = np.arange(weeks)
    chance = (p / (1 - p))[:, None] * busy
    active = rng.random((n, weeks)) < chance / (1 + chance)
    active &= (week > first[:, None]) & (week < gone[:, None])
    x = active.sum(axis=1)
    t = np.where(x > 0, weeks - 1 - active[:, ::-1].argmax(axis=1) - first, 0)
    (c, xs, ts, count_), of = grouped(first.astype(float), x.astype(float), t.astype(float))
    return Rows(*(v.astype(np.int64) for v in (c, xs, ts)), count_, active.sum(axis=0).astype(float)), of


# ---- the questions -------------------------------------------------------------------------------------------


def intervals(runs: int, customers: int) -> None:
    """How often 95 % intervals hold the truth: parameters, who left, who does not come back."""
    print("| model | customers | runs | parameters | left | silent | width of silent | bias of left | weak |")
    print("|---|---|---|---|---|---|---|---|---|")
    worlds: tuple[tuple[str, tuple[float, ...], Callable[..., tuple[Floats, ...]], object, float], ...] = (
        ("Pareto/NBD, weeks", PARETO, pareto, pareto_nbd, 13.0),
        ("BG/BB", WEEKLY, weekly, bg_bb, 13),
    )
    for name, truth, simulate, model, ahead in worlds:
        rng = np.random.default_rng(3)
        held = np.zeros(4)
        left, silent, widths, bias, weak = 0, 0, [], [], 0
        for _ in range(runs):
            age = rng.integers(10, 79, customers).astype(float)
            x, t, gone, quiet = simulate(customers, truth, age, ahead, rng)
            groups, _of = grouped(x, t, age)
            keys, n = groups[:3], groups[3]
            fit = model.fit(*groups)  # type: ignore[attr-defined]
            weak += bool(fit.weak)
            held += np.abs(np.log(fit.params / truth)) <= 1.96 * fit.errors

            def dead(params: Floats, keys: tuple[Floats, ...] = keys, model: object = model) -> Floats:
                return np.asarray(1 - model.alive(params, *keys))  # type: ignore[attr-defined]

            def still(
                params: Floats, keys: tuple[Floats, ...] = keys, model: object = model, ahead: float = ahead
            ) -> Floats:
                here = model.logs(params, *keys)  # type: ignore[attr-defined]
                return np.asarray(np.exp(model.logs(params, *keys[:2], keys[2] + ahead) - here))  # type: ignore[attr-defined]

            number, error = count(dead, fit, n)
            left += abs(number - gone.sum()) <= 1.96 * error
            bias.append(number / gone.sum() - 1)
            number, error = count(still, fit, n)
            silent += abs(number - quiet.sum()) <= 1.96 * error
            widths.append(3.92 * error / customers)
        each = " ".join(f"{h:.3f}" for h in held / runs)
        print(
            f"| {name} | {customers:,} | {runs} | {each} | {left / runs:.3f} | {silent / runs:.3f} |"
            f" {np.mean(widths):.4f} | {np.mean(bias):+.4f} | {weak} |",
            flush=True,
        )


def stores() -> list[tuple[str, Store, date, tuple[tuple[int, int], ...]]]:
    """Two logs of purchases, and (days known, weeks held out) of each."""
    out = []
    for name, file, select, first, cases in (
        (
            "CDNOW",
            "cdnow/transactions.csv.gz",
            "select customer::varchar, date::timestamp, 'purchase', amount from read_csv('{}')",
            date(1997, 1, 1),
            ((126, 20), (140, 18), (154, 16), (168, 14), (181, 13), (195, 11), (210, 8), (140, 9), (154, 9)),
        ),
        (
            "Complete Journey",
            "complete_journey/transactions_sample.parquet",
            "select household_id, transaction_timestamp, 'purchase', sales_value from '{}'",
            date(2017, 1, 1),
            ((120, 26), (150, 17), (180, 13), (180, 26), (240, 16), (270, 13)),
        ),
    ):
        store = Store.open(None)
        store.execute('insert into events (person, "at", name, value) ' + select.format(data() / file))
        out.append((name, store, first, cases))
    return out


def foresight() -> None:
    """What each model says of weeks held out, beside what came."""
    print("| log | model | share of the silent, points | returns | worst tenth, points | log score | log odds missed |")
    print("|---|---|---|---|---|---|---|")
    for name, store, first, cases in stores():
        known = ready(BUYERS, store, date(2100, 1, 1))
        assert isinstance(known, Known)
        found: dict[str, list[tuple[float, ...]]] = {}
        held = []
        for days, ahead in cases:
            on = first + timedelta(days=days)
            came = store.rows(
                "select count(*) from customer_days where day > ? and day <= ?"
                " and person in (select person from customer_days where day <= ?)",
                (on, on + timedelta(weeks=ahead), on),
            )[0][0]
            for f in foreseen(repeats(known, on, ahead), ahead):
                n = f.rows.n
                off = 100 * (f.share(n) - f.held)
                found.setdefault(f.model, []).append(
                    (off, 100 * (n @ f.returns / came - 1), worst_tenth(f), f.score / n.sum(), f.missed)
                )
            held.append(held_then(store, on, ahead))
        for model, rows in found.items():
            v = np.array(rows)
            rms = np.sqrt((v**2).mean(axis=0))
            print(
                f"| {name} | {model} | {rms[0]:.2f} | {rms[1]:.1f} % | {v[:, 2].mean():.1f} | {v[:, 3].mean():.5f} |"
                f" {rms[4]:.3f} |",
                flush=True,
            )
        inside = [h for h in held if h is not None]
        print(f"\n{name}: the 95 % interval held {sum(inside)} times of {len(inside)}\n")


def worst_tenth(f) -> float:  # type: ignore[no-untyped-def]
    """Of ten groups by chance, how far the worst was off, in points."""
    order = np.argsort(f.silent, kind="stable")
    n, silent, back = f.rows.n[order], f.silent[order], f.rows.back[order]
    tenth = np.minimum((np.cumsum(n) / n.sum() * 10 - 1e-9).astype(int), 9)
    off = [
        100 * abs((n[k] @ silent[k] - (n[k] - back[k]).sum()) / n[k].sum())
        for k in (tenth == i for i in range(10))
        if k.any()
    ]
    return max(off)


def held_then(store: Store, on: date, ahead: int) -> bool | None:
    """Whether the interval that would have been shown on that day held what came."""
    said = attrition(BUYERS, store, on, horizon=ahead)
    after = ready(BUYERS, store, date(2100, 1, 1))  # lays the days after `on` ready again
    if isinstance(said, Refusal) or isinstance(after, Refusal):
        return None
    came = 1 - repeats(after, on, ahead).weeks.back.sum() / said.lost.customers
    return bool(said.lost.share.low <= came <= said.lost.share.high)


def pace(runs: int) -> None:
    """A rise of 30 % since some weeks ago, and none; and a season in which all are less active, which is no rise."""
    print("| world | runs | step of the last block | sd | said | z > 1.96 | a rise is said | newest two held | CPU s |")
    print("|---|---|---|---|---|---|---|---|---|")
    weeks = 104
    dull = np.ones(weeks)
    dull[-4:] = 0.7
    worlds = [("nothing changes", np.ones(weeks), None), ("less active in the last 4 weeks", np.ones(weeks), dull)]
    for since in (4, 8, 12):
        faster = np.ones(weeks)
        faster[-since:] = 1.3
        worlds.append((f"+30 % since {since} weeks", faster, None))
    for name, quick, busy in worlds:
        rng = np.random.default_rng(11)
        rows = []
        for _ in range(runs):
            customers, _of = calendar(50_000, weeks, rng, quick, busy)
            began = time.process_time()
            found = leaving(customers)
            spent = time.process_time() - began
            _gained, sizes, errors = steps(found, LONGEST)
            each = np.array([rise(found, k) for k in range(1, LONGEST + 1)])
            clear = each[:, 0] / each[:, 1]
            truth = np.log(quick.reshape(-1, 4).mean(axis=1))
            truth -= truth.mean()
            off = np.abs(found.pace - truth) <= 1.96 * np.sqrt(np.diag(found.pace_covariance))
            rows.append(
                (sizes[0], errors[0], clear[0] > 1.96, clear.max() > bar(found, LONGEST), off[-2:].mean(), spent)
            )
        v = np.array(rows, dtype=float)
        print(
            f"| {name} | {runs} | {v[:, 0].mean():+.3f} | {v[:, 0].std():.3f} | {v[:, 1].mean():.3f} |"
            f" {v[:, 2].mean():.2f} | {v[:, 3].mean():.2f} | {v[:, 4].mean():.2f} | {v[:, 5].mean():.2f} |",
            flush=True,
        )


def speed(customers: int) -> None:
    """CPU seconds: of each fit, of customers seen for 30 to 365 days; and of an answer, from events of 104 weeks."""
    rng = np.random.default_rng(1)
    age = rng.integers(30, 366, customers).astype(float)
    x, t, _, _ = pareto(customers, DAILY, age, 1.0, rng)
    t = np.ceil(t)
    began = time.process_time()
    key, n = np.unique(
        (np.minimum(x, t).astype(np.int64) << 32) | (t.astype(np.int64) << 16) | age.astype(np.int64),
        return_counts=True,
    )
    groups = tuple(v.astype(float) for v in (key >> 32, (key >> 16) & 0xFFFF, key & 0xFFFF, n))
    print(f"{customers:,} customers, {len(key):,} distinct rows, grouped in {time.process_time() - began:.2f} s")
    for name, fit in (
        ("Pareto/NBD", pareto_nbd.fit),
        ("BG/NBD", lambda *g: bg_nbd.fit(*g, early=False)),
        ("MBG/NBD", lambda *g: bg_nbd.fit(*g, early=True)),
    ):
        fit(*(g[:20000] for g in groups))
        began = time.process_time()
        found = fit(*groups)
        spent = time.process_time() - began
        print(f"{name}: {spent:.2f} s, {found.steps} steps, {found.params.round(4)}, log-likelihood {found.loglik:.2f}")
    store = Store.open(None)
    store.execute("set threads = 2")
    store.execute(
        'insert into events (person, "at", name) with who as (select i, hash(i) % 104 as first,'
        " power(random(), 1.5) * 0.6 as p, -ln(random()) * 60 as life from range(?) t(i))"
        " select i::varchar, timestamp '2023-01-02' + interval 1 day * (7 * week + floor(random() * 7)::int)"
        " + interval 12 hour, 'purchase' from who, range(104) w(week)"
        " where week = first or (week > first and week - first < life and random() < p)",
        (customers,),
    )
    events = store.rows("select count(*) from events")[0][0]
    on = date(2023, 1, 2) + timedelta(weeks=104, days=-1)
    began = time.process_time()
    known = ready(BUYERS, store, on)
    assert isinstance(known, Known)
    seen = repeats(known, on, 13)
    spent = time.process_time() - began
    print(
        f"{events:,} events of {seen.customers:,} customers to {len(seen.days.n):,} groups by days and"
        f" {len(seen.weeks.n):,} by weeks: {spent:.1f} s"
    )
    began = time.process_time()
    attrition(BUYERS, store, on)
    print(f"the whole answer: {time.process_time() - began:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("intervals", "foresight", "pace", "speed"))
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--customers", type=int, default=2000)
    said = parser.parse_args()
    if said.what == "intervals":
        intervals(said.runs, said.customers)
    elif said.what == "foresight":
        foresight()
    elif said.what == "pace":
        pace(said.runs)
    else:
        speed(said.customers)


if __name__ == "__main__":
    main()
