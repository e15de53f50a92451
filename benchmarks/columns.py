"""What holidays, controls, segments, days that are not certain and counting are worth to the joint series.

    python benchmarks/columns.py holidays --n 200
    python benchmarks/columns.py all --n 60

Real series: `placebo/daily.parquet` and `placebo/daily_plugins.parquet` under $MADEGOOD_DATA, or under `shared/data`
beside the repository; those that nothing was tuned on (odd sha256 of the name), or with --tuning the others. Figures
are printed as Markdown; columns.md keeps them.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from madegood.evidence.calendar import TURN
from madegood.evidence.designs.joint_series import JointSeries
from madegood.evidence.model import Effect, Estimate, Question
from madegood.execution.model import Release
from madegood.intent.calendar import rest_days
from madegood.intent.model import Metric
from madegood.numerics.joint import FREEDOM, quantile
from madegood.performance.model import Measured, Series

Floats = NDArray[np.float64]
Named = dict[str, tuple[date, Floats]]
FIRST = date(2025, 6, 1)
TUNING = False
#: Days before and after the date asked about.
SIZES = ((112, 28), (180, 28), (365, 28), (600, 130))


def data() -> Path:
    """Where the real series are."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    return Path(os.environ.get("MADEGOOD_DATA", beside)) / "placebo"


def real(file: str, fewest: int = 400) -> Named:
    """Real series of one half, of so many days: first day, and values with gaps; zero downloads are outages."""
    import duckdb

    found: dict[str, dict[date, float]] = {}
    for name, day, value in duckdb.sql(
        f"select series, date::date, value from '{data() / file}' order by 1, 2"
    ).fetchall():
        if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 != TUNING and not (
            name.startswith("npm") and value <= 0
        ):
            found.setdefault(name, {})[day] = float(value)
    out: Named = {}
    for name, mine in found.items():
        first, size = min(mine), (max(mine) - min(mine)).days + 1
        values = np.array([mine.get(first + timedelta(days=i), np.nan) for i in range(size)])
        if np.isfinite(values).sum() >= fewest:
            out[name] = (first, values)
    return out


def question(values: Floats, first: date, *days: int) -> Question:
    """Was it one of these days?"""
    releases = tuple(Release(f"{d:05d}", first + timedelta(days=d)) for d in days)
    on = first + timedelta(days=len(values) - 1)
    return Question(Metric("m"), measured(values, first), releases, (), on)


def measured(values: Floats, first: date = FIRST, segment: str = "", base: Floats | None = None) -> Measured:
    grain = "flow" if base is None else "rate"
    return Measured(Series("m" if segment or base is not None else "x", first, values, grain, base, segment=segment))  # type: ignore[arg-type]


Seen = tuple[float, float]  # error of an estimate on the log scale, and its standard error


def seen(effect: Effect, true: float = 0.0) -> Seen:
    """How far an effect is from the truth (log scale), and how sure it said it was."""
    low, high = np.log1p(effect.data.low), np.log1p(effect.data.high)
    return float((low + high) / 2 - true), float((high - low) / 2 / quantile(0.95))


def asked(one: Question, *true: float) -> list[Seen] | None:
    """Every effect of a question against the truth; None where not all are told."""
    answer = JointSeries().answers(one)
    if not isinstance(answer, Estimate) or len(answer.effects) != len(true):
        return None
    return [seen(e, t) for e, t in zip(answer.effects, true, strict=True)]


def row(label: str, found: list[Seen]) -> str:
    """Coverage, width, score and error of some estimates."""
    if not found:
        return f"| {label} | 0 | | | | | |"
    error, se = np.array(found).T
    score = student.logpdf(error / se, FREEDOM) - np.log(se)
    held = [float(np.mean(np.abs(error) <= quantile(level) * se)) for level in (0.95, 0.80)]
    width = float(np.exp(np.mean(np.log(2 * quantile(0.95) * se))))
    return (
        f"| {label} | {len(found)} | {held[0]:.1%} | {held[1]:.1%} | {width:.3f} | {np.mean(score):.3f} | "
        f"{np.sqrt(np.mean(error**2)):.4f} |"
    )


HEAD = ("| | n | 95 % | 80 % | width | log score | RMSE |", "|---|---|---|---|---|---|---|")


# ---- holidays ------------------------------------------------------------------------------------------------


def holidays(n: int) -> Iterator[str]:
    """Dates on which nothing happened, with and without the holidays of the United States known."""
    plain, plugins = real("daily.parquet"), real("daily_plugins.parquet")
    births = {k: v for k, v in plain.items() if "births" in k}
    shops = {k: v for k, v in plain.items() if k.startswith(("m5", "citibike"))}
    rest = {k: v for k, v in plain.items() if k not in births and k not in shops}
    yield from HEAD
    for label, series in (("births", births), ("shops and bikes", shops), ("the rest", rest), ("plugins", plugins)):
        for where in ("any day", "near a holiday", "near the turn of the year"):
            pairs = [p for case in dates(series, n, where) if (p := _with_and_without(*case))]
            yield row(f"{label}, {where}: without", [a for a, _ in pairs])
            yield row(f"{label}, {where}: with", [b for _, b in pairs])


def sources(n: int) -> Iterator[str]:
    """Any day, by source, with the holidays of the United States known: is 90 and 72 % kept by each?"""
    yield from HEAD
    series = real("daily.parquet")
    for family in sorted({name.partition("_")[0] for name in series}):
        mine = {k: v for k, v in series.items() if k.partition("_")[0] == family}
        pairs = [p for case in dates(mine, n, "any day") if (p := _with_and_without(*case))]
        yield row(f"{family}, {len(mine)} series: without", [a for a, _ in pairs])
        yield row(f"{family}, {len(mine)} series: with", [b for _, b in pairs])


def dates(series: Named, n: int, where: str) -> Iterator[tuple[Floats, date, int]]:
    """Stretches with a date in each: values, first day, index of the date."""
    rng, names = np.random.default_rng(15), list(series)
    for i in range(n if names else 0):
        before, after = SIZES[(i // len(names)) % len(SIZES)]
        first, values = series[names[i % len(names)]]
        for _ in range(200):
            at = int(rng.integers(0, max(len(values) - before - after, 1)))
            part, day = values[at : at + before + after], first + timedelta(days=at + before)
            if len(part) == before + after and np.isfinite(part).mean() > 0.9 and _is(day, where):
                yield part, first + timedelta(days=at), before
                break


def _is(day: date, where: str) -> bool:
    near = [day + timedelta(days=i) for i in range(-10, 11)]
    if where == "near the turn of the year":
        return any((d.month, d.day) in TURN for d in near)
    return where == "any day" or bool(rest_days(("US",), near[3], near[-4]))


def _with_and_without(values: Floats, first: date, at: int) -> tuple[Seen, Seen] | None:
    one = question(values, first, at)
    without, known = asked(one, 0.0), asked(replace(one, holidays=("US",)), 0.0)
    return (without[0], known[0]) if without and known else None


# ---- days that are not certain -------------------------------------------------------------------------------


def uncertain(n: int) -> Iterator[str]:
    """A step of +10 or +30 %, and a day that is off by up to so many days: said to be exact, or not."""
    yield from HEAD
    series = real("daily.parquet")
    for kind in ("simulated", "real"):
        for size in (0.1, 0.3):
            for off in (1, 2, 3):
                rng, found = np.random.default_rng(8), {"true day": [], "said to be exact": [], "said": []}  # type: ignore[var-annotated]
                cases = list(dates(series, n, "any day")) if kind == "real" else [_made(rng) for _ in range(n)]
                for values, first, at in cases:
                    wrong = int(rng.integers(-off, off + 1))
                    moved = values * np.where(np.arange(len(values)) >= at + wrong, np.exp(size), 1.0)
                    one = question(moved, first, at)
                    unsure = replace(one, releases=(replace(one.releases[0], uncertain=off),))
                    every = (question(moved, first, at + wrong), one, unsure)
                    answers = [asked(q, size) for q in every]
                    if all(answers):
                        for label, answer in zip(found, answers, strict=True):
                            found[label] += answer or []
                for label, one_of in found.items():
                    yield row(f"{kind}, +{size:.0%}, +-{off}: {label}", one_of)


def _made(rng: np.random.Generator) -> tuple[Floats, date, int]:
    """200 days that drift .2 to 1.2 % a day with 3 or 5 % of noise; the 130th is asked about."""
    weekday = np.exp(rng.normal(0, 0.15, 7))[np.arange(200) % 7]
    drift = np.cumsum(rng.normal(0, rng.choice([0.002, 0.005, 0.012]), 200))
    noise = rng.choice([0.03, 0.05]) * 0.7 * rng.standard_t(4, 200)
    return 1000 * weekday * np.exp(drift + noise), FIRST, 130


# ---- controls ------------------------------------------------------------------------------------------------


def controls(n: int) -> Iterator[str]:
    """No effect, with and without controls: simulated panels that share a drift, and real plugins."""
    yield from HEAD
    for many, shocks, drift in ((1, 0.0, 0.012), (3, 0.0, 0.012), (3, 1.0, 0.012), (6, 0.0, 0.012), (3, 0.0, 0.004)):
        rng = np.random.default_rng(4)
        cases = [_panel(rng, many, shocks, drift) for _ in range(n)]
        yield from _beside(f"{many} simulated, drift {drift:.1%}{', shared shocks' if shocks else ''}", cases)
    rng = np.random.default_rng(3)
    yield from _beside("1 simulated that only looks alike", [_panel(rng, 1, 0.0, 0.012, alike=False) for _ in range(n)])
    yield from _beside("3 real plugins", list(_plugins(n)))


Panel = tuple[Floats, list[Floats], date]


def _beside(label: str, cases: list[Panel]) -> Iterator[str]:
    without, beside, used, kept = [], [], 0, []
    for values, others, first in cases:
        one = question(values, first, 150)
        more = tuple(Measured(Series(f"c{i}", first, v)) for i, v in enumerate(others))
        a, b = JointSeries().answers(one), JointSeries().answers(replace(one, controls=more))
        if isinstance(a, Estimate) and isinstance(b, Estimate) and len(a.effects) == len(b.effects) == 1:
            without.append(seen(a.effects[0]))
            beside.append(seen(b.effects[0]))
            if b.model.stretches[0].narrower:
                used += 1
                kept.append(seen(b.effects[0]))
    yield row(f"{label}: without", without)
    yield row(f"{label}: with, used in {used}", beside)
    yield row(f"{label}: where used", kept)


def _panel(rng: np.random.Generator, many: int, shocks: float, drift: float, alike: bool = True) -> Panel:
    """240 days of one metric and its controls: a shared drift, one of their own a third as large, noise of 5 %."""
    days = 240
    shared, daily = np.cumsum(rng.normal(0, drift, days)), 0.035 * rng.standard_t(4, days)
    out = []
    for i in range(many + 1):
        load = rng.uniform(0.4, 1.4) * (alike or i == 0)
        own = np.cumsum(rng.normal(0, drift * (0.35 if alike or i == 0 else 1.0), days))
        noise = 0.035 * rng.standard_t(4, days) * (0.6 if shocks else 1.0) + shocks * load * daily
        weekday = rng.normal(0, 0.15, 7)[np.arange(days) % 7]
        out.append(np.round(3000 * np.exp(weekday + load * shared + own + noise)))
    return out[0], out[1:], FIRST


def _plugins(n: int) -> Iterator[Panel]:
    """240 days of a real plugin beside three others that are known on the same days."""
    series, rng = real("daily_plugins.parquet", 300), np.random.default_rng(4)
    names = list(series)
    for _ in range(20 * n):
        if n == 0:
            return
        name = names[int(rng.integers(len(names)))]
        first, values = series[name]
        start = first + timedelta(days=int(rng.integers(0, max(len(values) - 240, 1))))
        cut = {k: _cut(*v, start) for k, v in series.items()}
        others = [k for k, v in cut.items() if k != name and np.isfinite(v).mean() > 0.97]
        if np.isfinite(cut[name]).mean() > 0.9 and len(others) >= 3:
            yield cut[name], [cut[k] for k in rng.permutation(others)[:3]], start
            n -= 1


def _cut(first: date, values: Floats, start: date) -> Floats:
    at = np.arange(240) + (start - first).days
    inside = (at >= 0) & (at < len(values))
    return np.where(inside, values[np.clip(at, 0, len(values) - 1)], np.nan)


# ---- segments ------------------------------------------------------------------------------------------------


def segments(n: int) -> Iterator[str]:
    """The last release does +10 % in segments, those before it nothing. wild: how much noisier one segment is.

    Each figure is of the release that did something, and where segments were pooled.
    """
    yield from HEAD
    for many, differ, shared, wild in (
        (4, 0.0, 0.3, 1),
        (4, 0.0, 0.9, 1),
        (4, 0.0, 0.3, 4),
        (4, 0.5, 0.3, 4),
        (4, 1.5, 0.3, 4),
        (10, 0.5, 0.3, 3),
        (3, 0.5, 0.3, 4),
    ):
        for releases in (2, 8):
            yield from _pooling(n, many, differ, shared, wild, releases)


def _pooling(n: int, many: int, differ: float, shared: float, wild: int, releases: int) -> Iterator[str]:
    rng, whole, pooled = np.random.default_rng(1), [], []
    for _ in range(n):
        one, each, true = _segmented(rng, many, differ, shared, wild, releases)
        a, b = JointSeries().answers(one), JointSeries().answers(replace(one, parts=each))
        if isinstance(a, Estimate) and isinstance(b, Estimate) and b.model.stretches[0].segments:
            whole.append(seen(a.effects[-1], true))
            pooled.append(seen(b.effects[-1], true))
    label = f"{many} segments, {releases} releases, {shared:.0%} of drift shared, wild {wild}, differ by {differ:.0%}"
    yield row(f"{label}: whole", whole)
    yield row(f"{label}: pooled in {len(pooled)} of {n}", pooled)


def _segmented(
    rng: np.random.Generator, many: int, differ: float, shared: float, wild: int, releases: int
) -> tuple[Question, tuple[Measured, ...], float]:
    """A question, its segments, and what its last release did to the whole in four weeks."""
    days, at = 240, np.linspace(40, 180, releases).astype(int).tolist()
    common = np.cumsum(rng.normal(0, 0.012 * shared, days))
    sizes = rng.dirichlet(np.ones(many) * 3) * 1000 * many
    effects = 0.1 * (1 + differ * rng.normal(size=many))
    parts = []
    for j in range(many):
        k = wild if j == 0 else 1
        own = np.cumsum(rng.normal(0, 0.012 * k * np.sqrt(1 - shared**2), days)) + 0.035 * k * rng.standard_t(4, days)
        parts.append(np.round(sizes[j] * np.exp(common + own + effects[j] * (np.arange(days) >= at[-1]))))
    table = np.array(parts)
    after = table[:, at[-1] : at[-1] + 28]
    true = float(np.log(after.sum() / (after * np.exp(-effects)[:, None]).sum()))
    each = tuple(measured(p, FIRST, f"s{j}") for j, p in enumerate(parts))
    return question(table.sum(axis=0), FIRST, *at), each, true


# ---- shares of few -------------------------------------------------------------------------------------------


def shares(n: int) -> Iterator[str]:
    """A share that rises by a tenth, with and without how many people it is of."""
    yield from HEAD
    for label, people, weekend, grows, noise in (
        ("a sixth of the people on weekends", 200, 6, 0.0, 0.0),
        ("the same, with 6 % of noise besides", 200, 6, 0.0, 0.06),
        ("20 times the people at the end", 60, 1, 3.0, 0.0),
    ):
        rng, found = np.random.default_rng(2), {"alike": [], "as counted": []}  # type: ignore[var-annotated]
        for _ in range(n):
            size = np.where(np.arange(200) % 7 >= 5, 1 / weekend, 1.0) * np.exp(np.linspace(0, grows, 200))
            base = np.maximum(rng.poisson(people * size), 1).astype(float)
            level = np.cumsum(rng.normal(0, 0.004, 200)) + noise * rng.normal(size=200)
            p = np.clip(0.2 * np.exp(level + 0.1 * (np.arange(200) >= 130)), 0, 0.99)
            values = rng.binomial(base.astype(int), p) / base
            alike = replace(
                question(values, FIRST, 130), measured=measured(values, FIRST, base=np.full(200, base.mean()))
            )
            counted = replace(alike, measured=measured(values, FIRST, base=base))
            a, b = asked(alike, 0.1), asked(counted, 0.1)
            if a and b:
                found["alike"] += a
                found["as counted"] += b
        for how, one_of in found.items():
            yield row(f"{label}: {how}", one_of)


TABLES: dict[str, Callable[[int], Iterator[str]]] = {
    "holidays": holidays,
    "sources": sources,
    "uncertain": uncertain,
    "controls": controls,
    "segments": segments,
    "shares": shares,
}


def main() -> None:
    global TUNING
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("table", choices=[*TABLES, "all"])
    reader.add_argument("--n", type=int, default=60, help="cases of each kind")
    reader.add_argument("--tuning", action="store_true", help="the series on which things were tuned")
    told = reader.parse_args()
    TUNING = told.tuning
    for name in TABLES if told.table == "all" else (told.table,):
        start = time.process_time()
        print(f"\n## {name}: {(TABLES[name].__doc__ or '').strip()}\n", flush=True)
        for line in TABLES[name](told.n):
            print(line, flush=True)
        print(f"\n({time.process_time() - start:.0f} s CPU)", flush=True)


if __name__ == "__main__":
    main()
