"""Of what is called moved, how much is wrong: on real series, and when a team reads again every week of a year.

    python benchmarks/verdicts.py calls --n 150
    python benchmarks/verdicts.py year --n 40

Real series as in joint_series.py: the held-out half, or with --tuning the half that constants were tuned on. Figures
are Markdown; verdicts.md keeps them.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import joint_series
import numpy as np
from numpy.typing import NDArray

from madegood.evidence.answer import answer_all
from madegood.evidence.judge import judge_all
from madegood.evidence.model import Effect, Question, Verdict
from madegood.execution.model import Release
from madegood.intent.model import Metric
from madegood.performance.model import Measured, Series

Floats = NDArray[np.float64]
FIRST = date(2025, 1, 1)


def wrong(verdict: Verdict, truth: dict[str, float]) -> bool:
    """Called moved, and it did not, or the other way."""
    true = sum(float(np.log1p(truth[key])) for key in verdict.names)
    return (verdict.word == "moved") != (true > 0) or true == 0


def calls(n: int, tuning: bool) -> Iterator[str]:
    """A year with 6 to 30 releases on real series, judged as one team: how much of what is called is wrong?"""
    if tuning:
        joint_series.real = _even  # type: ignore[assignment]
    yield "| releases | truly moved | called | wrong | share wrong (+-2 se) | found, all / the largest | withdrawn |"
    yield "|---|---|---|---|---|---|---|"
    told: list[Judged] = []
    for label, null, sizes in (
        ("one in five by 2, 5 or 10 %", False, joint_series.SIZES),
        ("one in five by 20 or 40 %", False, joint_series.LARGE),
        ("none", True, joint_series.SIZES),
    ):
        asked = list(joint_series.calendars(n, null, sizes))
        judged = judge_all([q for q, _ in asked], answer_all([q for q, _ in asked]))
        mine = [(v, t) for (_, t), vs in zip(asked, judged, strict=True) for v in vs]
        yield _row(label, mine, max(sizes))
        told += mine
        if null:
            years = sum(any(v.word.startswith("moved") for v in vs) for vs in judged)
            yield f"| of {len(asked)} years | | {years} with any call | | | | |"
    yield "\n| true effect, of its MDE | how many | called, rightly |"
    yield "|---|---|---|"
    yield from _by_mde(told)


Judged = tuple[Verdict, dict[str, float]]


def _row(label: str, told: list[Judged], most: float) -> str:
    """Calls of one kind of calendars; `most`: the largest effect in them."""
    called = [(v, t) for v, t in told if v.word.startswith("moved")]
    good = [(v, t) for v, t in called if not wrong(v, t)]
    real = [abs(t[key]) for v, t in told for key in v.names if t[key]]
    found = sum(any(abs(t[key]) == most for key in v.names) for v, t in good) / max(real.count(most), 1)
    bad, se = len(called) - len(good), np.sqrt(0.05 * 0.95 / max(len(called), 1))
    return (
        f"| {label}: {sum(len(v.names) for v, _ in told)} | {len(real)} | {len(called)} | {bad} | "
        f"{bad / max(len(called), 1):.1%} (5 +-{2 * se:.1%}) | {len(good) / max(len(real), 1):.1%} / {found:.1%} | "
        f"{sum(v.withdrawn is not None for v, _ in told)} |"
    )


def _by_mde(told: list[Judged]) -> Iterator[str]:
    """How often a true effect is called, by how large it is beside what its metric can show."""
    ratio, called = [], []
    for v, truth in told:
        true = sum(float(np.log1p(truth[key])) for key in v.names)
        effect = v.withdrawn or v.effect
        if true and isinstance(effect, Effect):
            ratio.append(abs(true) / np.log1p(effect.mde))
            called.append(v.word.startswith("moved") and not wrong(v, truth))
    for low, high in ((0, 0.5), (0.5, 1), (1, 1.5), (1.5, 2), (2, 3), (3, 99)):
        inside = [c for r, c in zip(ratio, called, strict=True) if low <= r < high]
        label = f"{low:g} to {high:g} times" if high < 99 else f"{low:g} times or more"
        yield f"| {label} | {len(inside)} | {np.mean(inside) if inside else 0:.0%} |"


def _even(fewest: int = 400) -> joint_series.Named:
    """The series of the tuning half."""
    import duckdb

    path = joint_series.data() / "placebo" / "daily.parquet"
    rows = duckdb.sql(f"select series, date::date, value from '{path}' order by 1, 2").fetchall()
    out: joint_series.Named = {}
    for name in sorted({r[0] for r in rows}):
        mine = {r[1]: float(r[2]) for r in rows if r[0] == name}
        first, size = min(mine), (max(mine) - min(mine)).days + 1
        values = np.array([mine.get(first + timedelta(days=i), np.nan) for i in range(size)])
        if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 0 and np.isfinite(values).sum() >= fewest:
            out[name] = (first, values)
    return out


# ---- a year of weekly readings -----------------------------------------------------------------------------------

BEFORE, YEAR, WEEK = 180, 364, 7


def team(rng: np.random.Generator, null: bool) -> tuple[list[Question], list[dict[str, float]]]:
    """Three metrics with half a year behind them; each has ten releases in the year, one in five real."""
    questions, truths = [], []
    for m, (drift, noise) in enumerate(((0.003, 0.03), (0.006, 0.04), (0.012, 0.05))):
        size = BEFORE + YEAR
        days = np.sort(rng.choice(np.arange(BEFORE, size - 21), 10, replace=False))
        truth = {f"{m}-{d}": 0.0 if null or rng.random() > 0.2 else float(rng.choice(SIZES)) for d in days}
        z = np.cumsum(rng.normal(0, drift, size)) + noise / np.sqrt(2) * rng.standard_t(4, size)
        for d in days:
            z[d:] += np.log1p(truth[f"{m}-{d}"])
        values = np.round(20_000 * np.exp(z + rng.normal(0, 0.1, 7)[np.arange(size) % 7]))
        releases = tuple(Release(f"{m}-{d}", FIRST + timedelta(days=int(d))) for d in days)
        series = Series(f"m{m}", FIRST, values)
        questions.append(Question(Metric(f"m{m}"), Measured(series), releases, (), series.last))
        truths.append(truth)
    return questions, truths


SIZES = (-0.2, -0.1, -0.05, 0.05, 0.1, 0.2)


def _on(question: Question, day: date) -> Question:
    """As it was asked on that day: nothing later is known."""
    series = question.measured.series
    values = series.values[: (day - series.first).days + 1]
    known = tuple(r for r in question.releases if r.day <= day)
    return replace(question, measured=Measured(replace(series, values=values)), releases=known, on=day)


def year(n: int, every: int = 1) -> Iterator[str]:
    """A team of three metrics reads again and again through a year: is what was ever called moved right?

    ever: called on any reading; last: on the last one; taken back: called once, and not on the last.
    """
    yield "| truly moved | years, readings each | ever called | taken back later | on the last reading | false years |"
    yield "|---|---|---|---|---|---|"
    for null in (False, True):
        rng = np.random.default_rng(77 + null)
        ever, last, real, years, back, rash = list[bool](), list[bool](), 0, 0, 0, 0
        days = range(BEFORE + 28, BEFORE + YEAR, every * WEEK)
        for _ in range(n):
            questions, truths = team(rng, null)
            truth = {k: v for t in truths for k, v in t.items()}
            said: dict[tuple[str, ...], Verdict] = {}
            now: dict[tuple[str, ...], Verdict] = {}
            for day in days:
                asked = [_on(q, FIRST + timedelta(days=day)) for q in questions]
                judged = judge_all(asked, answer_all(asked))
                now = {v.names: v for vs in judged for v in vs if v.word.startswith("moved")}
                for names, v in now.items():
                    said.setdefault(names, v)
            ever += [wrong(v, truth) for v in said.values()]
            last += [wrong(v, truth) for v in now.values()]
            gone = [v for names, v in said.items() if names not in now]
            back, rash = back + len(gone), rash + sum(wrong(v, truth) for v in gone)
            real += sum(v != 0 for v in truth.values())
            years += any(wrong(v, truth) for v in said.values())
        yield (
            f"| {real} | {n}, {len(days)} | {len(ever)}, {sum(ever)} wrong | {back}, {rash} of them wrong | "
            f"{len(last)}, {sum(last)} wrong | {years} of {n} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=["calls", "year"])
    parser.add_argument("--n", type=int, default=40)
    parser.add_argument("--tuning", action="store_true")
    told = parser.parse_args()
    start = time.process_time()
    print("\n".join(calls(told.n, told.tuning) if told.table == "calls" else year(told.n)))
    print(f"\n({time.process_time() - start:.0f} s CPU)", flush=True)


if __name__ == "__main__":
    main()
