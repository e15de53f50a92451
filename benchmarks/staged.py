"""How far staged releases can be trusted: coverage on made-up and real panels, beside peers, and published numbers.

    python benchmarks/staged.py made-up --n 200
    python benchmarks/staged.py real --n 200
    python benchmarks/staged.py few --n 1000
    python benchmarks/staged.py peers --n 60          (diff-diff, where it is installed)
    python benchmarks/staged.py reference             (csdid, where it is installed)
    python benchmarks/staged.py published --panels FOLDER

Real series: `placebo/daily.parquet` under $MADEGOOD_DATA, or under `shared/data` beside the repository. FOLDER holds
california_prop99.csv and mpdta.csv (the PyPI packages synthdid-py and moderndid carry them). Printed as Markdown;
staged.md keeps the figures.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from madegood.evidence.designs.staged import Staged
from madegood.evidence.model import Estimate, Question
from madegood.execution.model import Release, Rollout
from madegood.intent.model import Metric
from madegood.numerics.staggered import group_time
from madegood.numerics.staggered_sums import simple, summed
from madegood.numerics.synthetic import both, control, difference, placebo_error
from madegood.performance.model import Measured, Series

Floats = NDArray[np.float64]
FIRST = date(2024, 1, 1)


def panel(rng: np.random.Generator, segments: int, days: int, unlike: float = 0.3) -> Floats:
    """Counts (segments, days): one random walk and its shocks, felt unlike; an own walk, own noise; weekdays."""
    common = np.cumsum(rng.normal(0, 0.010, days)) + 0.03 * rng.standard_t(4, days)
    week = rng.normal(0, 0.1, 7)
    out = []
    for _ in range(segments):
        load = rng.uniform(1 - unlike, 1 + unlike)
        own = np.cumsum(rng.normal(0, rng.choice([0.0, 0.002, 0.005]), days))
        noise = np.zeros(days)
        for t in range(1, days):
            noise[t] = 0.5 * noise[t - 1] + 0.03 * rng.standard_t(4)
        season = (week + rng.normal(0, 0.02, 7))[np.arange(days) % 7]
        z = np.log(rng.uniform(100, 3000)) + load * common + own + noise + season
        out.append(rng.poisson(np.exp(z)))
    return np.array(out, float)


@dataclass(frozen=True)
class Case:
    """A panel with a plan; `truth` is the share that is to be found, as each segment's mean over four weeks."""

    name: str
    values: Floats
    starts: tuple[int, ...]
    truth: float


def planted(values: Floats, starts: Sequence[int], effects: Sequence[float], shape: str) -> Floats:
    """The same with an effect in each segment from its start: at once, or built up over two weeks."""
    out = values.copy()
    for i, (start, effect) in enumerate(zip(starts, effects, strict=True)):
        after = np.arange(out.shape[1] - start)
        course = np.minimum((after + 1) / 14, 1.0) if shape == "built up" else np.ones(len(after))
        out[i, start:] = np.round(out[i, start:] * (1 + effect * course))
    return out


def made_up(n: int) -> Iterator[Case]:
    """Panels of 2 to 20 segments."""
    shapes = [(2, 1), (4, 1), (4, 3), (8, 3), (20, 8)]
    for k in range(n):
        for segments, treated in shapes:
            rng = np.random.default_rng([k, segments, treated])
            days = int(rng.choice([150, 240, 400]))
            starts = tuple(
                sorted(rng.choice(np.arange(days - 63, days - 28, 7), treated, replace=treated > 5).tolist())
            )
            effects = rng.choice([0.0, 0.1]) + rng.normal(0, 0.03, treated) * (treated > 1)
            shape = str(rng.choice(["at once", "built up"]))
            values = planted(panel(rng, segments, days), starts, effects.tolist(), shape)
            course = 1.0 if shape == "at once" else float(np.minimum(np.arange(1, 29) / 14, 1).mean())
            sizes = values[:treated, : min(starts)].mean(axis=1)
            truth = float(effects @ sizes / sizes.sum()) * course
            yield Case(f"{segments} segments, {treated} reached", values, starts, truth)


def real(n: int) -> Iterator[Case]:
    """Series of one source beside each other, at random days of 240: nothing was planted."""
    import duckdb

    folder = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
    found = duckdb.sql(
        f"select source, series, date::date, value from '{folder / 'placebo' / 'daily.parquet'}' order by 1, 2, 3"
    )
    rows = found.fetchall() if found is not None else []
    by: dict[str, dict[str, dict[int, float]]] = {}
    for source, series, day, value in rows:
        by.setdefault(source, {}).setdefault(series, {})[day.toordinal()] = value
    rng = np.random.default_rng(0)
    done = 0
    sources = sorted(s for s, named in by.items() if len(named) >= 3)
    while done < n:
        source = sources[done % len(sources)]
        names = rng.permutation(sorted(by[source]))[: int(rng.integers(2, 7))]
        first = max(min(by[source][s]) for s in names)
        last = min(max(by[source][s]) for s in names)
        done += 1
        if last - first < 260 or len(names) < 2:
            continue
        begin = int(rng.integers(first, last - 240))
        values = np.array([[by[source][s].get(d, np.nan) for d in range(begin, begin + 240)] for s in names])
        starts = (190,) if len(names) < 4 else (190, 204)
        yield Case(source.split(" ")[0].split("/")[-1][:24], values, starts, 0.0)


def question(case: Case) -> Question:
    """What the product is asked."""
    parts = tuple(Measured(Series("metric", FIRST, row, segment=f"s{i:02}")) for i, row in enumerate(case.values))
    rollouts = tuple(Rollout(FIRST + timedelta(days=s), f"s{i:02}", 1.0) for i, s in enumerate(case.starts))
    release = Release("v1", FIRST + timedelta(days=min(case.starts)), rollouts=rollouts)
    whole = Measured(Series("metric", FIRST, case.values.sum(axis=0)))
    return Question(Metric("metric"), whole, (release,), (), FIRST + timedelta(days=case.values.shape[1]), parts=parts)


def coverage(cases: Iterator[Case]) -> None:
    """Markdown: how often the intervals held, by name."""
    rows: dict[str, list[tuple[bool, bool, float, bool, bool]]] = {}
    asked: dict[str, int] = {}
    for case in cases:
        asked[case.name] = asked.get(case.name, 0) + 1
        told = Staged().answers(question(case))
        if not isinstance(told, Estimate):
            continue
        effect, seen = told.effects[0], told.model.seen[0]
        low, high = np.expm1(seen.told.interval(0.8))
        data = effect.data
        found = (data.low > 0 or data.high < 0, bool(effect.serious))
        held = data.low <= case.truth <= data.high
        rows.setdefault(case.name, []).append((held, bool(low <= case.truth <= high), data.high - data.low, *found))
    print("| panel | asked | told | 95 % held | 80 % held | median width | zero outside | gravely doubted |")
    print("|---|---|---|---|---|---|---|---|")
    for name, told_rows in [*sorted(rows.items()), ("all", [r for each in rows.values() for r in each])]:
        a = np.array(told_rows, float)
        m = a.mean(axis=0)
        total = asked.get(name, sum(asked.values()))
        print(
            f"| {name} | {total} | {len(a)} | {m[0]:.1%} | {m[1]:.1%} | {np.median(a[:, 2]):.1%} | {m[3]:.1%} |"
            f" {m[4]:.1%} |"
        )


def few(n: int) -> None:
    """Markdown: group-time effects with few units, unlike effects and autocorrelated noise."""
    print("| units | large-sample 95 % held | `few` 95 % held | width over large-sample |")
    print("|---|---|---|---|")
    for units in (8, 12, 20, 50, 200):
        held, wide = [], []
        for k in range(n):
            rng = np.random.default_rng([units, k])
            times = 8
            first = np.where(np.arange(units) % 2, np.inf, np.where(np.arange(units) % 4 == 0, 3.0, 5.0))
            noise = np.cumsum(rng.normal(size=(units, times)), axis=1) * 0.5 + rng.normal(size=(units, times))
            age = np.maximum(np.arange(times) - first[:, None] + 1, 0)
            own = rng.normal(1, 0.5, units)[:, None]
            effect = np.where(np.isfinite(first)[:, None] & (age > 0), own * (1 + 0.3 * age), 0.0)
            found = simple(group_time(noise + effect, first))
            assert found is not None
            true_by = {g: (1 + 0.3 * np.arange(1, times - g + 1)).sum() for g in (3, 5)}
            size = {g: int((first == g).sum()) for g in (3, 5)}
            cells = {g: times - g for g in (3, 5)}
            truth = sum(size[g] * true_by[g] for g in (3, 5)) / sum(size[g] * cells[g] for g in (3, 5))
            both_ends = found.interval()
            assert both_ends is not None
            large = 1.96 * found.overall_se
            held.append((abs(found.overall - truth) < large, both_ends[0] < truth < both_ends[1]))
            wide.append((both_ends[1] - both_ends[0]) / 2 / large)
        m = np.mean(held, axis=0)
        print(f"| {units} | {m[0]:.1%} | {m[1]:.1%} | {np.median(wide):.2f} |")


def peers(n: int) -> None:
    """Markdown: one segment of 4 to 8 reached, effect 0 or 10 %, read by others on the logarithms."""
    import warnings

    import pandas as pd  # type: ignore[import-untyped,unused-ignore]
    from diff_diff import SyntheticDiD, TwoWayFixedEffects  # type: ignore[import-not-found,unused-ignore]

    warnings.simplefilter("ignore")
    rows: dict[str, list[tuple[bool, bool, float]]] = {}
    for k in range(n):
        rng = np.random.default_rng([7, k])
        size = int(rng.integers(4, 9))
        truth = float(rng.choice([0.0, 0.1]))
        values = planted(panel(rng, size, 208), (180,), (truth,), "at once")
        told = Staged().answers(question(Case("", values, (180,), truth)))
        z = np.log(values + 0.5)
        assert isinstance(told, Estimate)
        ends = {"staged (ours)": (told.effects[0].data.low, told.effects[0].data.high)}
        sdid = both(z[1:], z[0], 180)
        error = placebo_error(z[1:], 180, draws=50)
        sides = sdid.effect + 1.96 * error * np.array([-1, 1])
        ends["synthetic DiD, placebo error over units (ours)"] = tuple(np.expm1(sides))
        frame = pd.DataFrame(
            [
                {"unit": i, "time": t, "y": z[i, t], "treated": int(i == 0), "post": int(t >= 180)}
                for i in range(size)
                for t in range(208)
            ]
        )
        fit = SyntheticDiD(n_bootstrap=50, seed=1).fit(
            frame, "y", "treated", "unit", "time", post_periods=list(range(180, 208))
        )
        ends["diff-diff, synthetic DiD, placebo error"] = tuple(np.expm1(fit.conf_int))
        fe = TwoWayFixedEffects().fit(frame, outcome="y", treatment="treated", time="post", unit="unit")
        ends["diff-diff, two-way fixed effects"] = tuple(np.expm1(fe.conf_int))
        for name, (low, high) in ends.items():
            rows.setdefault(name, []).append((low <= truth <= high, truth == 0, high - low))
    print("| method | n | 95 % held | zero outside where nothing was planted | median width |")
    print("|---|---|---|---|---|")
    for name, told_rows in rows.items():
        a = np.array(told_rows, float)
        calm = a[:, 1] == 1
        print(f"| {name} | {n} | {a[:, 0].mean():.0%} | {1 - a[calm, 0].mean():.0%} | {np.median(a[:, 2]):.1%} |")


def reference() -> None:
    """Markdown: the largest difference to csdid, a port of the authors' R package `did`, on one made-up panel."""
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]
    from csdid.att_gt import ATTgt  # type: ignore[import-not-found,unused-ignore]

    rng = np.random.default_rng(4)
    units, times = 300, 6
    x = rng.normal(size=units)
    draw = rng.uniform(size=units) + 0.15 * x
    first = np.select([draw < 0.3, draw < 0.5, draw < 0.65], [2.0, 3.0, 4.0], np.inf)
    t = np.arange(times)
    effect = (t >= first[:, None]) * np.where(np.isinf(first), 0, 1)[:, None]
    y = rng.normal(size=(units, 1)) + 0.2 * t + 0.3 * np.outer(x, t) + rng.normal(size=(units, times)) + effect
    start = np.where(np.isinf(first), 0, first + 1)
    frame = pd.DataFrame(
        [{"id": i, "t": k + 1, "y": y[i, k], "g": start[i], "x": x[i]} for i in range(units) for k in range(times)]
    )
    print("| controls | method | covariate | effects | largest difference | of standard errors |")
    print("|---|---|---|---|---|---|")
    for theirs, mine in (("nevertreated", "never"), ("notyettreated", "not yet")):
        for em, method in (("dr", "doubly robust"), ("reg", "regression"), ("ipw", "weighting")):
            for formula in (None, "y ~ x"):
                other = ATTgt("y", "t", "id", "g", data=frame, control_group=theirs, xformla=formula)
                told = other.fit(est_method=em, bstrap=False).results
                own = group_time(y, first, x[:, None] if formula else None, None, mine, method)  # type: ignore[arg-type]
                gap = np.abs(np.array(told["att"], float) - own.att).max()
                gap_se = np.abs(np.array(told["se"], float) - own.se).max()
                print(f"| {mine} | {method} | {formula is not None} | {len(own.att)} | {gap:.0e} | {gap_se:.0e} |")


def published(folder: Path) -> None:
    """Markdown: California's Proposition 99."""
    with (folder / "california_prop99.csv").open() as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    states, years = sorted({r["State"] for r in rows}), sorted({int(r["Year"]) for r in rows})
    cell = {(r["State"], int(r["Year"])): float(r["PacksPerCapita"]) for r in rows}
    y = np.array([[cell[s, t] for t in years] for s in states])
    at, before = states.index("California"), years.index(1989)
    others, treated = np.delete(y, at, axis=0), y[at]
    print("| Proposition 99, packs a head | here | published |\n|---|---|---|")
    print(f"| synthetic DiD | {both(others, treated, before).effect:.3f} | -15.604 |")
    print(f"| its placebo error | {placebo_error(others, before, draws=400):.1f} | 8.4; it depends on the draws |")
    print(f"| synthetic control | {control(others, treated, before).effect:.2f} | -19.62 (weights stopped early) |")
    print(f"| difference in differences | {difference(others, treated, before).effect:.3f} | -27.349 |")
    wages(folder)


#: Callaway and Sant'Anna's example as the R package `did` 2.1 prints it in its vignette, given log population.
WAGES = {
    (2004, 2004): -0.0145, (2004, 2005): -0.0764, (2004, 2006): -0.1404, (2004, 2007): -0.1069,
    (2006, 2004): -0.0005, (2006, 2005): -0.0062, (2006, 2006): 0.0010, (2006, 2007): -0.0413,
    (2007, 2004): 0.0267, (2007, 2005): -0.0046, (2007, 2006): -0.0284, (2007, 2007): -0.0288,
}  # fmt: skip


#: Sums of the same without population as `did` gives them, with analytic errors.
SUMS: tuple[tuple[Literal["simple", "group", "event", "calendar"], float, float], ...] = (
    ("simple", -0.0399512751551763, 0.0120340127701854),
    ("group", -0.0310182822287484, 0.0124460593209979),
    ("event", -0.0772398214573151, 0.0199649890618494),
    ("calendar", -0.0417004321312822, 0.01597185188456),
)


def wages(folder: Path) -> None:
    """Markdown: minimum wages and teen employment, 500 counties (Callaway and Sant'Anna 2021)."""
    with (folder / "mpdta.csv").open() as file:
        rows = list(csv.DictReader(file))
    counties = {c: i for i, c in enumerate(sorted({r["countyreal"] for r in rows}))}
    y, first, people = np.zeros((len(counties), 5)), np.full(len(counties), np.inf), np.zeros((len(counties), 1))
    for r in rows:
        i, start = counties[r["countyreal"]], float(r["first.treat"])
        y[i, int(r["year"]) - 2003], people[i] = float(r["lemp"]), float(r["lpop"])
        first[i] = start - 2003 if start else np.inf
    found = group_time(y, first, people)
    print("\n| minimum wages, given log population | here | published |\n|---|---|---|")
    for g, t, effect, se in zip(found.group + 2003, found.time + 2003, found.att, found.se, strict=True):
        print(f"| raised {g}, in {t} | {effect:.4f} ({se:.4f}) | {WAGES[g, t]:.4f} |")
    plain = group_time(y, first)
    for by, effect, se in SUMS:
        told = simple(plain) if by == "simple" else summed(plain, by)
        assert told
        print(f"| {by}, without population | {told.overall:.8f} ({told.overall_se:.8f}) | {effect:.8f} ({se:.8f}) |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["made-up", "real", "few", "peers", "reference", "published"])
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--panels", type=Path, default=Path())
    told_to = parser.parse_args()
    if told_to.what == "made-up":
        coverage(made_up(told_to.n))
    elif told_to.what == "real":
        coverage(real(told_to.n))
    elif told_to.what == "few":
        few(told_to.n)
    elif told_to.what == "peers":
        peers(told_to.n)
    elif told_to.what == "reference":
        reference()
    else:
        published(told_to.panels)
