"""Coverage and score of the forecast on real daily series, beside three rules that people use.

    python benchmarks/forecast.py FOLDER_WITH_daily.parquet [odd|even]

Rolling origins every nine weeks from half a year of past on; what is forecast is the mean of the four weeks that end
4, 13, 26 and 52 weeks later. `odd` is the half (sha256 of the series' name) that no constant was chosen on.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import duckdb
import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from madegood.numerics import ahead

HORIZONS = (4, 13, 26, 52)


def series(folder: Path, half: str) -> dict[str, np.ndarray]:
    """Daily values by name; the zero days of npm counters are outages, so missing."""
    rows = duckdb.execute(f"select series, date, value from '{folder / 'daily.parquet'}' order by 1, 2").fetchall()
    days: dict[str, list[tuple[int, float]]] = {}
    for name, day, value in rows:
        odd = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2
        if odd == (half == "odd"):
            days.setdefault(name, []).append((day.toordinal(), value))
    out = {}
    for name, pairs in days.items():
        values = np.full(pairs[-1][0] - pairs[0][0] + 1, np.nan)
        for day, value in pairs:
            values[day - pairs[0][0]] = np.nan if name.startswith("npm") and value <= 0 else value
        out[name] = values
    return out


def ours(z: np.ndarray, weeks: int) -> tuple[float, float, int]:
    return ahead.heading(z, weeks), ahead.spread(z, weeks), ahead.TAIL


def flat(z: np.ndarray, weeks: int) -> tuple[float, float, int]:
    """Stays where it is; the spread of the levels seen so far."""
    return z[-1], float(np.nanstd(z[-52:])), 0


def walk(z: np.ndarray, weeks: int) -> tuple[float, float, int]:
    """Normal random walk with the variance of weekly changes."""
    return z[-1], float(np.nanstd(np.diff(z)) * np.sqrt(weeks)), 0


def trend(z: np.ndarray, weeks: int) -> tuple[float, float, int]:
    """Straight line by least squares over the last year."""
    y = z[-52:]
    t = np.arange(len(y))
    ok = np.isfinite(y)
    slope, start = np.polyfit(t[ok], y[ok], 1)
    return start + slope * (len(y) - 1 + weeks), float(np.std(y[ok] - start - slope * t[ok])), 0


RULES = {"ours": ours, "stays flat": flat, "random walk": walk, "straight line": trend}


def main() -> None:
    folder, half = Path(sys.argv[1]), (sys.argv[2:] or ["odd"])[0]
    table: dict[tuple[str, int], list[tuple[float, float, int, float, float]]] = {}
    for values in series(folder, half).values():
        for end in range(26 * 7, len(values) - 28, 63):
            level = ahead.levels(values[:end])
            ok = np.isfinite(level) & (level > 0)
            if ok.sum() < ahead.FEWEST_WEEKS or not ok[-1]:
                continue
            z = np.log(np.where(ok, level, np.nan))
            for weeks in HORIZONS:
                then = values[end + 7 * (weeks - 4) : end + 7 * weeks]
                if len(then) < 28 or np.isfinite(then).sum() < 14 or np.nanmean(then) <= 0:
                    continue
                truth = float(np.log(np.nanmean(then)))
                for name, rule in RULES.items():
                    mean, scale, tail = rule(z, weeks)
                    table.setdefault((name, weeks), []).append((truth, mean, tail, max(scale, 1e-9), float(z[-1])))
    print("| rule | weeks ahead | forecasts | 80 % held | 95 % held | width 95 % | median error | Brier of P(up 5 %) |")
    print("|---|---|---|---|---|---|---|---|")
    for (name, weeks), rows in sorted(table.items(), key=lambda kv: (list(RULES).index(kv[0][0]), kv[0][1])):
        truth, mean, tail, scale, now = (np.array(column) for column in zip(*rows, strict=True))
        error = np.abs(truth - mean) / scale
        t = tail[0]
        q80, q95 = (stdtrit(t, 0.9), stdtrit(t, 0.975)) if t else (ndtri(0.9), ndtri(0.975))
        bar = now + np.log(1.05)
        chance = 1 - (stdtr(t, (bar - mean) / scale) if t else ndtr((bar - mean) / scale))
        brier = np.mean((chance - (truth > bar)) ** 2)
        print(
            f"| {name} | {weeks} | {len(rows)} | {np.mean(error < q80):.1%} | {np.mean(error < q95):.1%} "
            f"| {np.median(2 * q95 * scale):.2f} | {np.median(np.abs(truth - mean)):.3f} | {brier:.3f} |"
        )


if __name__ == "__main__":
    main()
