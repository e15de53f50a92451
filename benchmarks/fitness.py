"""How often is a series in which nothing happened called broken? Run: python benchmarks/fitness.py [--years 600]

Simulated worlds in which only people move, and real daily series (shared data: placebo/daily.parquet) as they are.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

from madegood.performance.clean import clean, grain, lay
from madegood.performance.fitness import unfit
from madegood.performance.model import Series

DATA = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
FIRST = date(2022, 1, 1)
KINDS = ("instrument", "dead", "outage", "correction")


def worlds(days: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """One series (days,) of each world."""
    t = np.arange(days)
    week = 1 - rng.uniform(0, 0.9) * (t % 7 > 4)
    walk = np.exp(np.cumsum(rng.normal(0, 0.02, days)))
    grow = np.exp(np.log(1e4) * t / days)
    tails = np.exp(0.15 * rng.standard_t(3, days))
    size = rng.choice([3, 30, 300, 3000])
    cases = rng.poisson(rng.choice([5, 20, 100]), days) + 1
    busy = np.where(np.cumsum(rng.random(days) < 1 / 60) % 2, 0.05, 0.2)  # calm and lively months take turns
    return {
        "flow, weekday, random walk": rng.poisson(size * week * walk).astype(float),
        "flow, heavy tails": rng.poisson(size * week * tails).astype(float),
        "growth from 1 to 10,000": rng.poisson(grow * np.exp(rng.normal(0, 0.1, days))).astype(float),
        "shrinking from 10,000 to 1": rng.poisson(grow[::-1] * np.exp(rng.normal(0, 0.1, days))).astype(float),
        "stock": np.round(5000 * np.exp(np.cumsum(0.004 * rng.standard_t(4, days)))),
        "ratio of small counts": rng.binomial(cases, 0.3) / cases,
        "ratio, 4 decimals, growing base": np.round(rng.binomial(50 + 2 * t, 0.3) / (50 + 2 * t), 4),
        "rating, lifetime mean": np.round(np.cumsum(rng.integers(1, 6, days)) / (t + 1), 2),
        "calm and lively months": rng.poisson(size * 10 * week * np.exp(busy * rng.normal(size=days))).astype(float),
        "running total": np.cumsum(rng.poisson(size * week)).astype(float),
    }


def noticed(values: np.ndarray, first: date = FIRST) -> Counter[str]:
    """What is said of one series, by kind; a finer or coarser rounding apart."""
    days = np.datetime64(first) + np.arange(len(values))
    laid = lay(days, values)
    if laid is None:
        return Counter()
    series, found = clean("m", laid, grain(laid))
    more = unfit(series, series.last) if isinstance(series, Series) else ()
    return Counter(
        f"{f.kind}{'' if f.usable_from or f.kind != 'instrument' else ' (rounding)'}" for f in (*found, *more)
    )


def simulated(years: int) -> None:
    rng = np.random.default_rng(20)
    counts: dict[str, Counter[str]] = {}
    each = 3
    for _ in range(years // each):
        for name, values in worlds(each * 365, rng).items():
            counts.setdefault(name, Counter()).update(noticed(values))
    print(f"simulated, {years} series-years a world; findings a series-year")
    names = ("instrument", "instrument (rounding)", "dead", "outage", "correction")
    print("| world |", " | ".join(names), "|")
    for name, count in counts.items():
        print(f"| {name} |", " | ".join(f"{count[k] / years:.4f}" for k in names), "|")


def real() -> None:
    path = DATA / "placebo" / "daily.parquet"
    if not path.exists():
        print(f"no real data at {path}; set MADEGOOD_DATA")
        return
    years, total = 0.0, Counter[str]()
    rows = duckdb.sql(f"select series, date::date, value::double from '{path}' order by 1, 2").fetchall()
    for name in dict.fromkeys(r[0] for r in rows):
        mine = [(d, v) for s, d, v in rows if s == name]
        first = mine[0][0]
        values = np.full((mine[-1][0] - first).days + 1, np.nan)
        for d, v in mine:
            values[(d - first) // timedelta(days=1)] = v
        years += len(values) / 365.25
        count = noticed(values, first)
        total += count
        if any(k.startswith(KINDS[:2]) for k in count):
            print("real:", name, {k: n for k, n in count.items() if k.startswith(KINDS[:2])})
    print(f"real: {len({r[0] for r in rows})} series, {years:.0f} series-years:", dict(total))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--years", type=int, default=600)
    simulated(arguments.parse_args().years)
    real()
