"""What the joint fit costs: one fit, a team of 2,000 series, the first answer of a fresh process, and a peer.

    python benchmarks/kernels.py fits
    python benchmarks/kernels.py team --n 2000
    python benchmarks/kernels.py many --n 2000
    python benchmarks/kernels.py seeds
    python benchmarks/kernels.py fresh
    python benchmarks/kernels.py peer          # where statsmodels is installed; says so where it is not

Times are of the CPU, one thread (OMP_NUM_THREADS=1), after every kernel has been compiled, but for `fresh`, which
counts seconds of a new process from its start. Figures are printed as Markdown; kernels.md keeps them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
from joint_series import question, simulated
from numpy.typing import NDArray

from madegood.evidence.answer import answer_all
from madegood.evidence.judge import judge_all
from madegood.numerics.courses import courses
from madegood.numerics.joint import Joint, fit
from madegood.numerics.own_null import widening
from madegood.numerics.track_record import SWEEPS, chains, shrink
from madegood.numerics.warm import warm

Floats = NDArray[np.float64]
SIZES = ((365, 1), (365, 12), (365, 50), (365, 100), (730, 12))


def world(seed: int, days: int, releases: int) -> tuple[Floats, Floats, Floats, Floats]:
    """A wandering series with weekdays and releases: z, nuisance, effects, curves."""
    rng = np.random.default_rng(seed)
    z = np.cumsum(rng.normal(0, (0.012, 0.0, 0.03)[seed % 3], days)) + 0.05 * rng.standard_t(4, days)
    at = np.sort(rng.choice(np.arange(20, days - 20), releases, replace=False))
    weekday = np.eye(7)[np.arange(days) % 7][:, 1:]
    steps = (np.arange(days)[:, None] >= at).astype(float)
    return z, np.column_stack([np.ones(days), weekday]), steps, courses(days)


def spent(what: Callable[[], object], times: int) -> float:
    """Median milliseconds of CPU."""
    each = []
    for _ in range(times):
        start = time.process_time()
        what()
        each.append(1000 * (time.process_time() - start))
    return float(np.median(each))


def fits(n: int) -> Iterator[str]:
    """One series: the fit, its own null, and the team's record of it alone."""
    yield "| days | releases | fit, ms | own null, three fits, ms | track record, ms |"
    yield "|---|---|---|---|---|"
    for days, releases in SIZES:
        rows = []
        for seed in range(n):
            case = world(seed, days, releases)
            joint = fit(*case)
            beta, covariance = joint.beta, joint.covariance
            rows.append(
                [
                    spent(lambda case=case: fit(*case), 3),  # type: ignore[misc]
                    spent(lambda j=joint, case=case: widening(j, *case), 3),  # type: ignore[misc]
                    spent(lambda b=beta, c=covariance: shrink([(b, c)]), 1),  # type: ignore[misc]
                ]
            )
        yield f"| {days} | {releases} | " + " | ".join(f"{v:.1f}" for v in np.median(rows, axis=0)) + " |"


def team(n: int) -> Iterator[str]:
    """A team of many series of 365 days with 12 releases each, one core."""
    yield "| | CPU s in all | ms a series |"
    yield "|---|---|---|"
    cases = [world(seed, 365, 12) for seed in range(n)]
    found: list[Joint] = []

    def fitted() -> None:
        found.extend(fit(*case) for case in cases)

    def widened() -> None:
        for i, case in enumerate(cases):
            found[i] = found[i].widened(widening(found[i], *case))

    def recorded() -> None:
        shrink([(j.beta, j.covariance) for j in found])

    for name, step in (("fits", fitted), ("own nulls", widened), ("track record", recorded)):
        took = spent(step, 1)
        yield f"| {name} | {took / 1000:.1f} | {took / n:.2f} |"


def many(n: int) -> Iterator[str]:
    """From questions to verdicts: series of 365 days with 12 releases each, all threads."""
    days = [sorted(np.random.default_rng(i).choice(np.arange(28, 337), 12, replace=False).tolist()) for i in range(n)]
    kinds = ("wandering", "calm", "few", "rough")
    series = [simulated(kinds[i % 4], 365, np.random.default_rng(i)) for i in range(n)]
    asked = [question(series[i], date(2025, 1, 1), days[i], f"metric-{i}") for i in range(n)]
    judge_all(asked[:4], answer_all(asked[:4]))
    wall, cpu = time.perf_counter(), time.process_time()
    answers = answer_all(asked)
    half, mid = time.perf_counter(), time.process_time()
    said = judge_all(asked, answers)
    end, stop = time.perf_counter(), time.process_time()
    yield "| | seconds | CPU s | CPU ms a series |"
    yield "|---|---|---|---|"
    for name, seconds, spent_ in (("answers", half - wall, mid - cpu), ("verdicts", end - half, stop - mid)):
        yield f"| {name} | {seconds:.1f} | {spent_:.1f} | {1000 * spent_ / n:.1f} |"
    yield f"\n{sum(len(v) for v in said)} verdicts; load before: {os.getloadavg()[0]:.1f} processes."


def seeds(n: int) -> Iterator[str]:
    """How far apart two seeds of the track record tell the chance that an effect is above nothing."""
    yield "| effects | draws | root mean square | largest |"
    yield "|---|---|---|---|"
    rng = np.random.default_rng(3)
    for series in (1, 4, 40, 400):
        blocks = []
        for _ in range(series):
            se = rng.uniform(0.01, 0.04)
            true = np.where(rng.random(12) < 0.25, rng.normal(0, 0.06, 12), 0)
            shared = np.full((12, 12), 0.3) + 0.7 * np.eye(12)
            blocks.append((true + se * rng.standard_t(5.5, 12), se**2 * shared))
        told = [np.concatenate([(d > 0).mean(axis=0) for d in shrink(blocks, seed=s)]) for s in range(1, 2 * n + 1)]
        off = np.array(told[::2]) - np.array(told[1::2])
        draws = chains(12 * series) * SWEEPS
        yield f"| {12 * series} | {draws} | {np.sqrt((off**2).mean()):.3f} | {np.abs(off).max():.3f} |"


def fresh(n: int) -> Iterator[str]:
    """Seconds from the start of a process to its first answer, kernels compiled before, and to compile them all."""
    where = str(Path(__file__).parent)
    code = f"import sys; sys.path.insert(0, {where!r}); import kernels as k; k.fit(*k.world(1, 365, 12))"
    first = [_process(code) for _ in range(5)]
    with tempfile.TemporaryDirectory() as empty:
        whole = _process("from madegood.numerics.warm import warm; warm()", empty)
    yield f"first fit of a fresh process: {np.median(first):.2f} s; compiling every kernel: {whole:.1f} s"


def _process(code: str, cache: str | None = None) -> float:
    start = time.perf_counter()
    more = {"NUMBA_CACHE_DIR": cache} if cache else {}
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **more})
    return time.perf_counter() - start


def peer(n: int) -> Iterator[str]:
    """UnobservedComponents of statsmodels: local level, AR(1), weekdays and steps, by maximum likelihood."""
    try:
        from statsmodels.tsa.statespace.structural import UnobservedComponents
    except ImportError:
        yield "statsmodels is not installed here: nothing to compare with"
        return
    yield "| days | releases | this fit, ms | UnobservedComponents, ms |"
    yield "|---|---|---|---|"
    for days, releases in SIZES[:2]:
        ours, theirs = [], []
        for seed in range(n):
            z, nuisance, effects, curves = world(seed, days, releases)
            ours.append(spent(lambda a=(z, nuisance, effects, curves): fit(*a), 3))  # type: ignore[misc]
            exog = np.column_stack([nuisance[:, 1:], effects])
            model = UnobservedComponents(z, "local level", autoregressive=1, exog=exog)
            theirs.append(spent(lambda m=model: m.fit(disp=False), 1))  # type: ignore[misc]
        yield f"| {days} | {releases} | {np.median(ours):.1f} | {np.median(theirs):.0f} |"


TABLES: dict[str, tuple[Callable[[int], Iterator[str]], int]] = {
    "fits": (fits, 12),
    "team": (team, 2000),
    "many": (many, 2000),
    "seeds": (seeds, 4),
    "fresh": (fresh, 1),
    "peer": (peer, 6),
}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("table", choices=[*TABLES, "all"])
    reader.add_argument("--n", type=int, help="series")
    asked = reader.parse_args()
    warm()
    for name in TABLES if asked.table == "all" else (asked.table,):
        table, usual = TABLES[name]
        print(f"\n## {name}: {(table.__doc__ or '').strip()}\n", flush=True)
        for line in table(asked.n or usual):
            print(line, flush=True)


if __name__ == "__main__":
    main()
