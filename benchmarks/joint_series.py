"""How far the joint estimator can be trusted: dates on which nothing happened, planted effects, and its cost.

    python benchmarks/joint_series.py placebo --n 300
    python benchmarks/joint_series.py all --n 200

Real series: `placebo/daily.parquet` under $MADEGOOD_DATA, or under `shared/data` beside the repository; only those
that nothing was tuned on (odd sha256 of the name). Figures are printed as Markdown; joint_series.md keeps them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from madegood.days import Window
from madegood.evidence import stretch, usable
from madegood.evidence.answer import answer_all
from madegood.evidence.decompose import decompose
from madegood.evidence.judge import judge_all
from madegood.evidence.model import Effect, Estimate, Question
from madegood.execution.model import Release
from madegood.intent.model import Metric
from madegood.numerics.joint import quantile
from madegood.performance.model import Measured, Series

Floats = NDArray[np.float64]
Named = dict[str, tuple[date, Floats]]
SIZES = (-0.10, -0.05, -0.02, 0.02, 0.05, 0.10)
LARGE = (-0.4, -0.2, 0.2, 0.4)


def data() -> Path:
    """Where the real series are."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    return Path(os.environ.get("MADEGOOD_DATA", beside))


def real(fewest: int = 400, half: int = 1) -> Named:
    """Real series of so many days, held out or (half 0) tuned on: first day, and values with gaps."""
    import duckdb

    rows = duckdb.sql(
        f"select series, date::date, value from '{data() / 'placebo' / 'daily.parquet'}' order by 1, 2"
    ).fetchall()
    out: Named = {}
    for name in sorted({r[0] for r in rows}):
        mine = {r[1]: float(r[2]) for r in rows if r[0] == name}
        first, size = min(mine), (max(mine) - min(mine)).days + 1
        values = np.array([mine.get(first + timedelta(days=i), np.nan) for i in range(size)])
        if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == half and np.isfinite(values).sum() >= fewest:
            out[name] = (first, values)
    return out


def simulated(kind: str, days: int, rng: np.random.Generator) -> Floats:
    """One made-up series: `wandering` (1.2 % a day and 5 % noise), `calm` (no drift), `few` (6 a day), `rough`."""
    weekday = np.exp(rng.normal(0, 0.15, 7))[np.arange(days) % 7]
    drift = {"wandering": 0.012, "calm": 0.0, "few": 0.006, "rough": 0.03}[kind]
    level = {"few": 6.0}.get(kind, rng.uniform(500, 20000))
    mean = level * weekday * np.exp(np.cumsum(rng.normal(0, drift, days)))
    if kind == "few":
        return rng.poisson(mean).astype(float)
    return np.asarray(np.round(mean * np.exp(0.05 * rng.standard_t(4, days))))


def question(values: Floats, first: date, days: list[int], name: str = "m") -> Question:
    """Was it one of these days?"""
    flow = "flow"
    series = Series(name, first, values, flow)  # type: ignore[arg-type]
    releases = tuple(Release(f"{d:05d}", first + timedelta(days=d)) for d in sorted(days))
    return Question(Metric(name), Measured(series), releases, (), first + timedelta(days=len(values) - 1))


def logs(effect: Effect, level: float) -> tuple[float, float]:
    """The calibrated interval of any level, from the 95 % one, on the log scale."""
    low, high = np.log1p(max(effect.data.low, -0.99)), np.log1p(max(effect.data.high, -0.98))
    half = (high - low) / 2 * quantile(level) / quantile(0.95)
    return (low + high) / 2 - half, (low + high) / 2 + half


def cut(values: Floats, size: int, rng: np.random.Generator) -> tuple[int, Floats]:
    """A random stretch of so many days, nine in ten known, where there is one."""
    for _ in range(20):
        at = int(rng.integers(0, len(values) - size + 1))
        if np.isfinite(values[at : at + size]).mean() > 0.9:
            return at, values[at : at + size]
    return 0, values[:0]


# ---- tables --------------------------------------------------------------------------------------------------


def placebo(n: int) -> Iterator[str]:
    """One random date, nothing happened: does the interval hold zero?"""
    yield "| series | n | 95 % | 80 % | median width of 95 % | CPU ms a fit |"
    yield "|---|---|---|---|---|---|"
    for label, draw in (("real, held out", _real_cases(real(), n)), ("simulated", _simulated_cases(n))):
        for before in (112, 180, 365):
            yield _coverage_row(f"{label}, {before} days before", [c for c in draw if c[2] == before])
        yield _coverage_row(f"{label}, all", draw)


Case = tuple[Floats, date, int]  # values, first day, day of the date asked about


def _real_cases(series: Named, n: int, sizes: tuple[int, ...] = (112, 180, 365), after: int = 28) -> list[Case]:
    rng = np.random.default_rng(101)
    names, out = list(series), []
    for i in range(n):
        before = sizes[i % len(sizes)]
        first, values = series[names[(i // len(sizes)) % len(names)]]
        at, part = cut(values, before + after, rng)
        if len(part):
            out.append((part, first + timedelta(days=at), before))
    return out


def _simulated_cases(n: int, sizes: tuple[int, ...] = (112, 180, 365), after: int = 28) -> list[Case]:
    rng = np.random.default_rng(102)
    kinds = ("wandering", "calm", "few", "rough")
    picks = [(kinds[i % 4], sizes[i % len(sizes)]) for i in range(n)]
    return [(simulated(kind, before + after, rng), date(2024, 1, 1), before) for kind, before in picks]


def _coverage_row(label: str, cases: list[Case]) -> str:
    inside95, inside80, width, spent = [], [], [], []
    for values, first, day in cases:
        start = time.process_time()
        answer = answer_all([question(values, first, [day])])[0]
        spent.append(time.process_time() - start)
        if not isinstance(answer, Estimate) or not answer.effects:
            continue
        low, high = logs(answer.effects[0], 0.80)
        inside80.append(low <= 0 <= high)
        low, high = logs(answer.effects[0], 0.95)
        inside95.append(low <= 0 <= high)
        width.append(high - low)
    if not width:
        return f"| {label} | 0 | | | | |"
    return (
        f"| {label} | {len(width)} | {np.mean(inside95):.1%} | {np.mean(inside80):.1%} | {np.median(width):.3f} | "
        f"{1000 * np.median(spent):.0f} |"
    )


def short(n: int) -> Iterator[str]:
    """How few days will do."""
    yield "| known days | real 95 / 80 % | simulated 95 / 80 % |"
    yield "|---|---|---|"
    usable.FEWEST = 14
    for size in (28, 42, 56, 84, 112):
        rows = [
            _coverage_row("", cases).split("|")[3:5]
            for cases in (_real_cases(real(), n, (size - 14,), 14), _simulated_cases(n, (size - 14,), 14))
        ]
        yield f"| {size} |" + "|".join(f"{a} / {b}" for a, b in rows) + "|"


def calendars(n: int, null: bool, sizes: tuple[float, ...] = SIZES) -> Iterator[tuple[Question, dict[str, float]]]:
    """A year with 6 to 30 releases; one in five is real unless `null`."""
    rng, series = np.random.default_rng(303 + null), real()
    names = list(series)
    for i in range(n):
        first, values = series[names[i % len(names)]]
        at, part = cut(values, 365, rng)
        days = sorted(rng.choice(np.arange(28, 337), int(rng.integers(6, 31)), replace=False).tolist())
        truth = {f"{d:05d}": 0.0 if null or rng.random() > 0.2 else float(rng.choice(sizes)) for d in days}
        lift = np.ones(len(part))
        for d in days:
            lift[d:] *= 1 + truth[f"{d:05d}"]
        if len(part):
            yield question(part * lift, first + timedelta(days=at), days, f"m{i}"), truth


def overlap(n: int) -> Iterator[str]:
    """Many releases in a year: does each interval hold the truth; of what is called moved, how much is wrong?"""
    yield "| | calendars | releases | 95 % | 80 % | called moved | of them wrong | calendars with any false call |"
    yield "|---|---|---|---|---|---|---|---|"
    for null in (False, True):
        asked = list(calendars(n, null))
        answers = answer_all([q for q, _ in asked])
        judged = judge_all([q for q, _ in asked], answers)
        inside95, inside80, called, wrong, bad = [], [], 0, 0, 0
        for (_, truth), verdicts in zip(asked, judged, strict=True):
            false = 0
            for v in verdicts:
                if not isinstance(v.effect, Effect):
                    continue
                true = sum(float(np.log1p(truth[key])) for key in v.names)
                inside95.append(np.less_equal(*_around(v.effect, 0.95, true)))
                inside80.append(np.less_equal(*_around(v.effect, 0.80, true)))
                if v.word.startswith("moved"):
                    called += 1
                    false += (v.word == "moved") != (true > 0) or true == 0
            wrong, bad = wrong + false, bad + (false > 0)
        yield (
            f"| {'nothing real' if null else 'one in five real'} | {len(asked)} | {len(inside95)} | "
            f"{np.mean(inside95):.1%} | {np.mean(inside80):.1%} | {called} | {wrong} | {bad} |"
        )


def large(n: int) -> Iterator[str]:
    """One release in five moves a real series by 20 or 40 % either way: of what is called, how much is wrong?"""
    asked = list(calendars(n, False, LARGE))
    judged = judge_all([q for q, _ in asked], answer_all([q for q, _ in asked]))
    real = sum(v != 0 for _, truth in asked for v in truth.values())
    calls = [(v, truth) for (_, truth), vs in zip(asked, judged, strict=True) for v in vs if v.word.startswith("moved")]
    effects = [sum(float(np.log1p(truth[key])) for key in v.names) for v, truth in calls]
    wrong = sum(e == 0 or (v.word == "moved") != (e > 0) for (v, _), e in zip(calls, effects, strict=True))
    nothing = sum(e == 0 for e in effects)
    yield "| calendars | truly moved | called moved | of them wrong | of those, where nothing happened |"
    yield "|---|---|---|---|---|"
    yield f"| {len(asked)} | {real} | {len(calls)} | {wrong} | {nothing} |"


def _around(effect: Effect, level: float, true: float) -> tuple[float, float]:
    """Distance of the truth from the middle, and half the interval."""
    low, high = logs(effect, level)
    return abs((low + high) / 2 - true), (high - low) / 2


def parts(n: int) -> Iterator[str]:
    """Is the sum of what releases made good held by its interval?"""
    asked = list(calendars(n, False))
    answers = answer_all([q for q, _ in asked])
    inside, error = [], []
    for (q, truth), answer in zip(asked, answers, strict=True):
        last = q.on
        whole = Window(last - timedelta(days=364), last)
        before, after = Window(whole.first, whole.first + timedelta(days=27)), Window.ending(last, 28)
        d = decompose(answer, before, after) if isinstance(answer, Estimate) else None
        if d is None or not hasattr(d, "made_good"):
            continue
        # of the log change: the truth as a share of the logarithmic mean of both windows
        true = sum(np.log1p(v) for v in truth.values()) * (d.end - d.start) / np.log(d.end / d.start)
        inside.append(d.made_good.low <= true <= d.made_good.high)
        total = d.made_good.mean + d.drift.mean + d.known.mean + d.noise.mean
        error.append(abs(total - d.change) / max(abs(d.start), 1e-12))
    yield "| calendars | made good held by its 95 % interval | worst error of the identity, share of the level |"
    yield "|---|---|---|"
    yield f"| {len(inside)} | {np.mean(inside):.1%} | {max(error):.1e} |"


def long(n: int) -> Iterator[str]:
    """Ten years of one series: one fit, or stretches?"""
    yield "| days in a stretch | n | 95 % | 80 % | median width | CPU s a series |"
    yield "|---|---|---|---|---|---|"
    series = {k: v for k, v in real(1500).items() if k.split("_")[0] != "npm"}
    for size in (365, 730, 1460, 100_000):
        stretch.LONG, stretch.STEP = size, min(size // 2, 50_000)
        rng, inside95, inside80, width, spent = np.random.default_rng(7), [], [], [], []
        for first, values in list(series.values())[:n]:
            days = [d for d in range(100, len(values) - 60, 97) if np.isfinite(values[d - 28 : d + 28]).mean() > 0.9]
            days = sorted((np.array(days) + rng.integers(0, 28, len(days))).tolist())
            start = time.process_time()
            answer = answer_all([question(values, first, days)])[0]
            spent.append(time.process_time() - start)
            for e in answer.effects if isinstance(answer, Estimate) else ():
                inside95.append(np.less_equal(*_around(e, 0.95, 0.0)))
                inside80.append(np.less_equal(*_around(e, 0.80, 0.0)))
                width.append(2 * _around(e, 0.95, 0.0)[1])
        label = "the whole series" if size > 50_000 else str(size)
        yield (
            f"| {label} | {len(width)} | {np.mean(inside95):.1%} | {np.mean(inside80):.1%} | {np.median(width):.3f} | "
            f"{np.mean(spent):.2f} |"
        )
    stretch.LONG, stretch.STEP = 730, 365


def dense(n: int) -> Iterator[str]:
    """Releases every few days, nothing real."""
    yield "| a release every | groups a year | 95 % | 80 % | called moved |"
    yield "|---|---|---|---|---|"
    for gap in (1, 2, 3, 5, 10):
        rng, inside95, inside80, called, count = np.random.default_rng(gap), [], [], 0, 0
        for _ in range(n):
            values = simulated("wandering", 365, rng)
            q = question(values, date(2024, 1, 1), list(range(20, 345, gap)))
            answers = answer_all([q])
            for v in judge_all([q], answers)[0]:
                if isinstance(v.effect, Effect):
                    count += 1
                    called += v.word.startswith("moved")
                    inside95.append(np.less_equal(*_around(v.effect, 0.95, 0.0)))
                    inside80.append(np.less_equal(*_around(v.effect, 0.80, 0.0)))
        yield (
            f"| {gap} {'day' if gap == 1 else 'days'} | {count / n:.0f} | {np.mean(inside95):.1%} | "
            f"{np.mean(inside80):.1%} | {called} of {count} |"
        )


def speed(n: int) -> Iterator[str]:
    """CPU of one metric from question to verdicts."""
    yield "| days | releases | fit, ms | with track record and verdicts, ms |"
    yield "|---|---|---|---|"
    from madegood.evidence.designs.joint_series import JointSeries

    for days, count in ((365, 1), (365, 12), (365, 50), (730, 12), (730, 93)):
        rng = np.random.default_rng(days + count)
        fits, whole = [], []
        for _ in range(max(n // 40, 3)):
            at = np.sort(rng.choice(np.arange(20, days - 20), count, replace=False)).tolist()
            q = question(simulated("wandering", days, rng), date(2024, 1, 1), at)
            start = time.process_time()
            JointSeries().answers(q)
            middle = time.process_time()
            judge_all([q], answer_all([q]))
            fits.append(middle - start)
            whole.append(time.process_time() - middle)
        yield f"| {days} | {count} | {1000 * np.median(fits):.0f} | {1000 * np.median(whole):.0f} |"


def power(n: int) -> Iterator[str]:
    """A team of three simulated metrics with eight releases a year each, one of them real: is it found?"""
    yield "| drift a day, noise | median MDE | found: +5 % | +10 % | +20 % | +30 % | called wrongly |"
    yield "|---|---|---|---|---|---|---|"
    for drift, noise in ((0.012, 0.05), (0.005, 0.03), (0.002, 0.03), (0.0, 0.03)):
        found, wrong, null, mde = [], 0, 0, []
        for size in (0.05, 0.1, 0.2, 0.3):
            hits = 0
            for seed in range(max(n // 10, 2)):
                asked, real = _team(np.random.default_rng(seed), drift, noise, size)
                for verdicts, key in zip(judge_all(asked, answer_all(asked)), real, strict=True):
                    for v in verdicts:
                        called = v.word.startswith("moved")
                        if key in v.names:
                            hits += called
                            mde.append(v.effect.mde if isinstance(v.effect, Effect) else np.nan)
                        else:
                            wrong, null = wrong + called, null + 1
            found.append(hits / (3 * max(n // 10, 2)))
        yield (
            f"| {drift:.1%}, {noise:.0%} | {np.nanmedian(mde):.1%} | "
            + " | ".join(f"{f:.0%}" for f in found)
            + f" | {wrong} of {null} |"
        )


def _team(rng: np.random.Generator, drift: float, noise: float, size: float) -> tuple[list[Question], list[str]]:
    """Three metrics with eight releases each, and the name of the one in each that did something."""
    asked, real = [], []
    for m in range(3):
        values = 5000 * np.exp(np.cumsum(rng.normal(0, drift, 365)) + noise * rng.normal(size=365))
        days = sorted(rng.choice(np.arange(30, 335), 8, replace=False).tolist())
        day = days[int(rng.integers(8))]
        values[day:] *= 1 + size
        asked.append(question(np.round(values), date(2024, 1, 1), days, f"m{m}"))
        real.append(f"{day:05d}")
    return asked, real


TABLES: dict[str, Callable[[int], Iterator[str]]] = {
    "placebo": placebo,
    "overlap": overlap,
    "large": large,
    "power": power,
    "parts": parts,
    "short": short,
    "long": long,
    "dense": dense,
    "speed": speed,
}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("table", choices=[*TABLES, "all"])
    reader.add_argument("--n", type=int, default=120, help="cases of each kind")
    asked = reader.parse_args()
    for name in TABLES if asked.table == "all" else (asked.table,):
        start = time.process_time()
        print(f"\n## {name}: {(TABLES[name].__doc__ or '').strip()}\n", flush=True)
        for line in TABLES[name](asked.n):
            print(line, flush=True)
        print(f"\n({time.process_time() - start:.0f} s CPU)", flush=True)


if __name__ == "__main__":
    main()
