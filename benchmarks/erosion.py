"""How often is erosion claimed where a level only wanders, and how often is a planted one found?

Run: python benchmarks/erosion.py [--years 900]. Simulated worlds, and real daily series (shared data: placebo) with a
ramp planted at random days.
"""

from __future__ import annotations

import argparse
import os
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np

from madegood.numerics import erosion
from madegood.numerics.counters import broken_zeros

DATA = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
BARS = (3.0, 3.5, 3.75, 4.0, 4.5)


def worlds(days: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Logs (days,) of one series of each world; in none of them does anything push it down."""
    t = np.arange(days)
    week = 0.1 * np.sin(2 * np.pi * t / 7)
    year = 0.15 * np.sin(2 * np.pi * (t + rng.integers(365)) / 365.25)
    noise = rng.normal(0, 0.03, days)
    fat = 0.03 * rng.standard_t(3, days)
    slope = np.zeros(days)
    for i in range(1, days):
        slope[i] = 0.98 * slope[i - 1] + rng.normal(0, 0.0006)

    def walk(sd: float) -> np.ndarray:
        return np.cumsum(rng.normal(0, sd, days))

    return {
        "still": week + noise,
        "wanders 0.15 % a day": walk(0.0015) + week + noise,
        "wanders 0.5 % a day": walk(0.005) + week + noise,
        "wanders 1 % a day, no noise": walk(0.01) + rng.normal(0, 0.002, days),
        "wanders in fat-tailed steps, fat-tailed noise": np.cumsum(0.005 * rng.standard_t(3, days)) + week + fat,
        "grows 1 % a week, wanders 0.5 %": 0.0014 * t + walk(0.005) + week + noise,
        "yearly season, wanders 0.3 %": year + walk(0.003) + week + noise,
        "its slope wanders (half-life 5 weeks)": np.cumsum(slope) + walk(0.003) + week + noise,
    }


def alarms(years: int) -> None:
    rng = np.random.default_rng(4)
    counts: dict[str, np.ndarray] = {}
    total = 0.0
    while total < years:
        days = int(365 * rng.choice([1, 2, 3, 6]))
        total += days / 365
        for name, logs in worlds(days, rng).items():
            means, errors = erosion.weekly(logs)
            seen = np.array([len(erosion.falls(means, errors, bar)) for bar in BARS])
            counts[name] = counts.get(name, np.zeros(len(BARS))) + seen
    print(f"false alarms a metric-year, {total:.0f} series-years a world")
    print("| world |", " | ".join(f"bar {b}" for b in BARS), "|")
    for name, count in counts.items():
        print(f"| {name} |", " | ".join(f"{c / total:.3f}" for c in count), "|")


def series() -> dict[str, np.ndarray]:
    """Logs of the real series, outages out."""
    out = {}
    path = DATA / "placebo" / "daily.parquet"
    if not path.exists():
        print(f"no real data at {path}; set MADEGOOD_DATA")
        return out
    rows = duckdb.sql(f"select series, date::date, value::double from '{path}' order by 1, 2").fetchall()
    for name in dict.fromkeys(r[0] for r in rows):
        mine = [(d, v) for s, d, v in rows if s == name]
        values = np.full((mine[-1][0] - mine[0][0]).days + 1, np.nan)
        for d, v in mine:
            values[(d - mine[0][0]) // timedelta(days=1)] = v
        values[broken_zeros(values)] = np.nan
        out[name] = np.log(np.where(values > 0, values, np.nan))
    return out


def planted(repeats: int) -> None:
    """Share of planted ramps of 26 weeks that are found, in three years of a real series or of a simulated one."""
    rng = np.random.default_rng(5)
    real = series()
    as_is, years = 0, 0.0
    for logs in real.values():
        means, errors = erosion.weekly(logs)
        as_is += len(erosion.falls(means, errors))
        years += len(logs) / 365.25
    if real:
        print(f"real series as they are: {as_is} in {years:.0f} series-years, {as_is / years:.3f} a year")
    print("| series | a week | found | onset in its range | median error of the onset, weeks |")
    for label, source in (("real", real), ("simulated, wanders 0.15 % a day", None)):
        for weekly in (-0.0025, -0.005, -0.01, -0.02):
            hits, inside, off, n = 0, 0, [], 0
            for _ in range(repeats):
                if source:
                    logs = source[str(rng.choice(list(source)))]
                    start = int(rng.integers(0, max(1, len(logs) - 1095)))
                    logs = logs[start : start + 1095].copy()
                elif source is None:
                    logs = worlds(1095, rng)["wanders 0.15 % a day"]
                else:
                    continue
                onset = int(rng.integers(500, 800))
                logs[onset:] += weekly / 7 * np.minimum(np.arange(len(logs) - onset), 182)
                means, errors = erosion.weekly(logs)
                begin = len(logs) - 7 * len(means)
                n += 1
                for fall in erosion.falls(means, errors):
                    a, b = begin + 7 * fall.onset, begin + 7 * fall.end
                    if a < onset + 120 and b > onset + 60:
                        hits += 1
                        inside += begin + 7 * fall.onset_low - 7 <= onset <= begin + 7 * fall.onset_high + 7
                        off.append(abs(a - onset) / 7)
                        break
            if n:
                error = f"{np.median(off):.1f}" if off else "-"
                print(f"| {label} | {weekly:.2%} | {hits / n:.0%} | {inside / max(hits, 1):.0%} | {error} |")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--years", type=int, default=900)
    arguments.add_argument("--repeats", type=int, default=120)
    given = arguments.parse_args()
    alarms(given.years)
    planted(given.repeats)
