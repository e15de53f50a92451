"""Effects that ramp up or fade: how often intervals of a step, and of a free shape, hold the mean of four weeks.

    python benchmarks/shapes.py one --n 1200
    python benchmarks/shapes.py calendars --n 120
    python benchmarks/shapes.py one --n 1200 --half 0
    python benchmarks/shapes.py tried --n 900 --half 0

Real series as in joint_series.py, held out (--half 1) or those that the constants were chosen on (--half 0). Planted: a
step of +10 or -5 %, a ramp over 14 days to +10 or -5 %, a novelty of +20 or -10 % of which half is gone after 5 days.
Figures are printed as Markdown; shapes.md keeps them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import joint_series
import numpy as np
from numpy.typing import NDArray

from madegood.evidence.designs.joint_series import JointSeries
from madegood.evidence.model import Estimate
from madegood.evidence.stretch import Stretch
from madegood.numerics import shapes
from madegood.numerics.joint import Joint, quantile
from madegood.numerics.shapes import free_shape

Floats = NDArray[np.float64]
PLANTS = (("step", 0.10), ("step", -0.05), ("ramp", 0.10), ("ramp", -0.05), ("novelty", 0.20), ("novelty", -0.10))
AFTER, BEFORE = 28, (112, 180, 365)
KINDS = ("wandering", "calm", "few", "rough")


@dataclass(frozen=True)
class Seen:
    """One planted effect: how far the truth is from the estimate, and standard error, of a step and of a free shape."""

    series: str
    shape: str
    off: tuple[float, float]
    se: tuple[float, float]


def course(shape: str, size: float, days: int) -> Floats:
    """What is added on each day from the release on, a share."""
    t = np.arange(days)
    return np.asarray(
        {
            "nothing": np.zeros(days),
            "step": np.full(days, size),
            "ramp": size * np.minimum(1.0, (t + 1) / 14),
            "novelty": size * 0.5 ** (t / 5),
        }[shape]
    )


def stretch_of(values: Floats, first: date, days: list[int]) -> Stretch | None:
    """The newest stretch, fitted with steps on these days."""
    answer = JointSeries().answers(joint_series.question(values, first, days))
    return answer.model.stretches[0] if isinstance(answer, Estimate) and answer.effects else None


def freed(stretch: Stretch) -> Joint:
    """The same with free shapes."""
    cols = stretch.columns
    args = (stretch.z, cols.nuisance, cols.effects, cols.curves)
    return free_shape(stretch.joint, *args, every=stretch.usable.every)


def seen(name: str, stretch: Stretch, truth: dict[str, tuple[str, float]]) -> Iterator[Seen]:
    """Every effect that stands alone, beside its truth by key: the shape, and log of the mean of its first weeks."""
    fits = (stretch.joint, freed(stretch))
    for k, carried in enumerate(stretch.columns.carried):
        if len(carried) == 1:
            shape, true = truth[carried[0].key]
            step, free = (abs(float(f.beta[k]) - true) for f in fits)
            yield Seen(name, shape, (step, free), (float(fits[0].se[k]), float(fits[1].se[k])))


def one(n: int, half: int) -> Iterator[str]:
    """One date with four weeks after it: half of them nothing, half planted; real series, then made-up ones."""
    real = joint_series.real(half=half)
    for label, cases in (("real", _real(real, n)), ("made up", _made(n))):
        yield f"\n{label}:\n"
        yield from table([s for case in cases for s in _planted(*case)])


Case = tuple[str, Floats, date, int, str, float]


def _real(series: dict[str, tuple[date, Floats]], n: int) -> Iterator[Case]:
    rng, names = np.random.default_rng(501), list(series)
    for i in range(n):
        name, before = names[(i // len(BEFORE)) % len(names)], BEFORE[i % len(BEFORE)]
        first, values = series[name]
        at, part = joint_series.cut(values, before + AFTER, rng)
        shape, size = PLANTS[rng.integers(len(PLANTS))] if rng.random() < 0.5 else ("nothing", 0.0)
        if len(part):
            yield name, part, first + timedelta(days=at), before, shape, size


def _made(n: int) -> Iterator[Case]:
    rng = np.random.default_rng(502)
    for i in range(n):
        kind, before = KINDS[i % len(KINDS)], BEFORE[(i // len(KINDS)) % len(BEFORE)]
        shape, size = PLANTS[rng.integers(len(PLANTS))] if rng.random() < 0.5 else ("nothing", 0.0)
        yield kind, joint_series.simulated(kind, before + AFTER, rng), date(2024, 1, 1), before, shape, size


def _planted(name: str, values: Floats, first: date, before: int, shape: str, size: float) -> Iterator[Seen]:
    lift = np.ones(len(values))
    lift[before:] += course(shape, size, AFTER)
    after = values[before:]
    total = float(np.nansum(after))
    true = float(np.log(np.nansum(after * lift[before:]) / total)) if total > 0 else 0.0
    stretch = stretch_of(values * lift, first, [before])
    if stretch is not None:
        yield from seen(name, stretch, {f"{before:05d}": (shape, true)})


def calendars(n: int, half: int) -> Iterator[str]:
    """A year of 6 to 30 releases, one in five of them planted; what a release adds is asked for its own four weeks."""
    rng, series = np.random.default_rng(503), joint_series.real(half=half)
    names, out, spent = list(series), [], []
    for i in range(n):
        first, values = series[names[i % len(names)]]
        at, part = joint_series.cut(values, 365, rng)
        days = sorted(rng.choice(np.arange(28, 337), int(rng.integers(6, 31)), replace=False).tolist())
        truth, lift = {}, np.ones(len(part))
        for d in days if len(part) else ():
            shape, size = PLANTS[rng.integers(len(PLANTS))] if rng.random() < 0.2 else ("nothing", 0.0)
            added = course(shape, size, 365 - d)
            lift[d:] *= 1 + added
            truth[f"{d:05d}"] = shape, float(np.log1p(added[:AFTER]).mean())
        stretch = stretch_of(part * lift, first + timedelta(days=at), days) if len(part) else None
        if stretch is not None:
            out += seen(names[i % len(names)], stretch, truth)
            start = time.process_time()
            freed(stretch)
            spent.append(1000 * (time.process_time() - start))
    yield from table(out)
    yield f"\nCPU of a free shape beside its step fit: median {np.median(spent):.0f} ms, largest {max(spent):.0f} ms."


TRIED = {
    "as it is": {},
    "half gone after 3 days": {"HALF": 3.0},
    "half gone after 8 days": {"HALF": 8.0},
    "tau .10 alone": {"CHANCES": np.array([1e-9, 1.0])},
    "tau .01 alone": {"CHANCES": np.array([1.0, 1e-9])},
    "tau .02 or .10": {"SIZES": np.array([0.02, 0.10])},
    "tau .01 or .20": {"SIZES": np.array([0.01, 0.20])},
}


def tried(n: int, half: int) -> Iterator[str]:
    """The same dates with other constants (and the calibration as it is): what was held, and the width."""
    kept = list(_real(joint_series.real(half=half), n))
    for name, constants in TRIED.items():
        before = {k: getattr(shapes, k) for k in constants}
        for k, v in constants.items():
            setattr(shapes, k, v)
        yield f"\n{name}:\n"
        yield from table([s for case in kept for s in _planted(*case)])
        for k, v in before.items():
            setattr(shapes, k, v)


def table(cases: list[Seen]) -> Iterator[str]:
    """Coverage of 95 and 80 % by shape, with 80 % ranges of the free shape's when whole series are drawn again."""
    yield "| | n | a step 95 / 80 % | free 95 / 80 % | range of the free, by series | free over step, median width |"
    yield "|---|---|---|---|---|---|"
    for shape in ("nothing", "step", "ramp", "novelty"):
        mine = [c for c in cases if c.shape == shape]
        held = ["/".join(f"{100 * np.mean(_held(mine, k, level)):.1f}" for level in (0.95, 0.80)) for k in (0, 1)]
        ranges = ", ".join(_range(mine, level) for level in (0.95, 0.80))
        wider = np.median([c.se[1] / c.se[0] for c in mine])
        yield f"| {shape} | {len(mine)} | {held[0]} | {held[1]} | {ranges} | {wider:.3f} |"


def _held(cases: list[Seen], k: int, level: float) -> Floats:
    return np.array([c.off[k] <= quantile(level) * c.se[k] for c in cases], float)


def _range(cases: list[Seen], level: float) -> str:
    """Middle 80 % of the coverage over 1,000 draws of whole series."""
    rng, held = np.random.default_rng(1), _held(cases, 1, level)
    names = np.array([c.series for c in cases])
    sums = np.array([[held[names == name].sum(), (names == name).sum()] for name in sorted(set(names.tolist()))])
    drawn = sums[rng.integers(len(sums), size=(1000, len(sums)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.1, 0.9])
    return f"{100 * low:.0f} to {100 * high:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=("one", "calendars", "tried"))
    parser.add_argument("--n", type=int, default=1200)
    parser.add_argument("--half", type=int, choices=(0, 1), default=1)
    asked = parser.parse_args()
    print("\n".join({"one": one, "calendars": calendars, "tried": tried}[asked.table](asked.n, asked.half)))


if __name__ == "__main__":
    main()
