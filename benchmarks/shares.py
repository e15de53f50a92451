"""Is what was made good held by its interval: all of it, each bet's part, over years, and day by day?

    python benchmarks/shares.py all --n 60

Real series as in joint_series.py: those that nothing was tuned on. Figures are printed as Markdown, kept in shares.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from joint_series import SIZES, calendars, cut, question, real, simulated
from numpy.typing import NDArray

from madegood.days import Window
from madegood.evidence.answer import answer_all
from madegood.evidence.decompose import split, weights
from madegood.evidence.judge import judge_all
from madegood.evidence.legs import legs
from madegood.evidence.model import Answer, Cumulative, Estimate, Question, Substitution, Verdict
from madegood.evidence.paths import cumulative
from madegood.evidence.substitution import substitutions
from madegood.intent.model import Metric, Outcome, Strategy
from madegood.performance.model import Measured

Floats = NDArray[np.float64]
Asked = list[tuple[Question, dict[str, float]]]


def made_up(n: int, days: int, real: bool = True, months: bool = False) -> Asked:
    """A simulated series each, with a release every two to eight weeks, one in five of them real.

    months: it grows or fades as well, by 20 % a quarter, for some months in the middle
    """
    rng, out = np.random.default_rng(404 + real), []
    for i in range(n):
        values = simulated(("wandering", "calm", "few", "rough")[i % 4], days, rng)
        if months:
            first, last = sorted(rng.choice(np.arange(60, days - 30), 2, replace=False))
            slope = rng.choice([-1, 1]) * np.log(1.2) / 91
            values = values * np.exp(slope * np.clip(np.arange(days) - first, 0, last - first))
        at = np.cumsum(rng.integers(14, 56, days // 20)) + 28
        at = at[at < days - 28]
        truth = {f"{d:05d}": float(rng.choice(SIZES)) if real and rng.random() < 0.2 else 0.0 for d in at}
        lift = np.ones(days)
        for d in at:
            lift[d:] *= 1 + truth[f"{d:05d}"]
        values = rng.poisson(np.maximum(values * lift, 0)) if i % 4 == 2 else np.round(values * lift)
        out.append((question(values.astype(float), date(2021, 1, 1), at.tolist(), f"s{i}"), truth))
    return out


def truth_of(answer: Estimate, before: Window, after: Window, truth: dict[str, float]) -> dict[str, float]:
    """What each release truly made good between the windows, own unit: weights as the decomposition has them."""
    out = dict.fromkeys(truth, 0.0)
    way = legs(answer, before, after)
    assert isinstance(way, tuple)
    for leg in way:
        on = weights(leg) @ leg.stretch.columns.effects
        for worth, carried in zip(on, leg.stretch.columns.carried, strict=True):
            for release in carried:
                out[release.key] += float(worth * np.log1p(truth[release.key])) / 1
    return out


HEAD = (
    "| series | intervals | n | 95 % | 80 % | median width, share of the level | worst identity error | CPU ms |",
    "|---|---|---|---|---|---|---|---|",
)


class Held:
    """Counts what was held at both levels, and how wide the intervals were as a share of the level."""

    def __init__(self) -> None:
        self.rows: list[tuple[bool, bool, float]] = []

    def add(self, draws: Floats, true: float, level: float) -> None:
        low95, low80, high80, high95 = np.quantile(draws, [0.025, 0.1, 0.9, 0.975])
        slack = 1e-9 * level  # parts of releases that cancel
        self.rows.append(
            (low95 - slack <= true <= high95 + slack, low80 - slack <= true <= high80 + slack, (high95 - low95) / level)
        )

    def __str__(self) -> str:
        a, b, width = (np.array(x, float) for x in zip(*self.rows, strict=True))
        return f"{len(a)} | {a.mean():.1%} | {b.mean():.1%} | {np.median(width):.3f}"


def told(asked: Asked, answers: tuple[Answer, ...], record: bool) -> tuple[Held, float, float]:
    """Sums of all releases between the first and the last four weeks; worst error of the identity, and milliseconds."""
    held, worst, spent = Held(), 0.0, 0.0
    for (_, truth), answer in zip(asked, answers, strict=True):
        if not isinstance(answer, Estimate) or answer.model.usable.scale.kind != "log":
            continue
        before, after = windows(answer)
        start = time.process_time()
        whole = split(answer, before, after, record)
        spent += time.process_time() - start
        if not hasattr(whole, "made") or not whole.runs:
            continue
        total = whole.made.sum(axis=1) + whole.drift + whole.known + whole.noise
        level = (whole.start + whole.end) / 2
        worst = max(worst, float(np.abs(total - whole.change).max()) / level)
        held.add(whole.made.sum(axis=1), sum(truth_of(answer, before, after, truth).values()), level)
    return held, worst, 1000 * spent / max(len(held.rows), 1)


def windows(answer: Estimate) -> tuple[Window, Window]:
    first, last = answer.window.first, answer.window.last
    return Window(first, first + timedelta(days=27)), Window.ending(last, 28)


def sums(n: int) -> Iterator[str]:
    """All releases of a year together, one in five of them real."""
    yield from HEAD
    for label, asked in (
        ("real", list(calendars(n, False))),
        ("simulated", made_up(n, 365)),
        ("simulated, with months of growth or fading", made_up(n, 365, True, True)),
    ):
        yield from both(label, asked)


def nothing(n: int) -> Iterator[str]:
    """All releases of a year together, none of which did anything."""
    yield from HEAD
    for label, asked in (
        ("real", list(calendars(n, True))),
        ("simulated", made_up(n, 365, False)),
        ("simulated, with months of growth or fading", made_up(n, 365, False, True)),
    ):
        yield from both(label, asked)


def both(label: str, asked: Asked) -> Iterator[str]:
    """A row for each kind of interval, from the same answers."""
    answers = answer_all([q for q, _ in asked])
    for name, record in (("after the track record", True), ("the data alone", False)):
        held, worst, spent = told(asked, answers, record)
        yield f"| {label} | {name} | {held} | {worst:.0e} | {spent:.0f} |"


def years(n: int) -> Iterator[str]:
    """All releases of four years: windows in different stretches."""
    yield from HEAD
    yield from both("simulated, one in five real", made_up(n, 1461))


def bets(n: int) -> Iterator[str]:
    """Four bets share the releases of a year by lot: is each bet's part held?"""
    yield "| series | n | 95 % | 80 % | median width, share of the level |"
    yield "|---|---|---|---|---|"
    for label, asked in (("real", list(calendars(n, False))), ("simulated", made_up(n, 365))):
        held, rng = Held(), np.random.default_rng(5)
        for (_, truth), answer in zip(asked, answer_all([q for q, _ in asked]), strict=True):
            if not isinstance(answer, Estimate) or answer.model.usable.scale.kind != "log":
                continue
            whole = split(answer, *windows(answer))
            if not hasattr(whole, "made") or not whole.runs:
                continue
            true = truth_of(answer, *windows(answer), truth)
            bet = {key: int(rng.integers(4)) for key in truth}
            parts: dict[frozenset[int], list[int]] = {}
            for i, keys in enumerate(whole.runs):
                parts.setdefault(frozenset(bet[k] for k in keys), []).append(i)
            for places in parts.values():
                exact = sum(true[k] for i in places for k in whole.runs[i])
                held.add(whole.made[:, places].sum(axis=1), exact, (whole.start + whole.end) / 2)
        yield f"| {label} | {held} |"


def daily(n: int) -> Iterator[str]:
    """Made good day by day over the last quarter: is the truth held on a day?"""
    yield "| series | points | 95 % held | CPU ms a course |"
    yield "|---|---|---|---|"
    inside, spent, count = [], 0.0, 0
    asked = made_up(n, 365)
    for (q, truth), answer in zip(asked, answer_all([q for q, _ in asked]), strict=True):
        if not isinstance(answer, Estimate) or answer.model.usable.scale.kind != "log":
            continue
        period = Window.ending(q.on, 91)
        start = time.process_time()
        course = cumulative(answer, period)
        spent += time.process_time() - start
        if not isinstance(course, Cumulative):
            continue
        count += 1
        for day, low, high in zip(course.days, course.low, course.high, strict=True):
            true = sum(truth_of(answer, period.before(28), Window.ending(day, 28), truth).values())
            inside.append(low - 1e-6 <= true <= high + 1e-6)
    yield f"| simulated | {len(inside)} | {np.mean(inside):.1%} | {1000 * spent / max(count, 1):.0f} |"


def substitution(n: int) -> Iterator[str]:
    """A team-year of seven metrics and ten releases, one of them a gain on one metric: who else is said to lose?"""
    yield (
        "| drift a day, noise | days in common | planted | team-years | gains called | team-years with a false loss | "
        "shifts found | of them net holds zero |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for drift, noise in ((0.002, 0.03), (0.006, 0.04)):
        for common in (0.0, 0.5):
            for shift in (0.0, 0.2, 0.4):
                row = _team_years(n, drift, noise, common, shift)
                yield f"| {drift:.1%}, {noise:.0%} | {common:.0%} | {_planted(shift)} | {row} |"


def losses(n: int) -> Iterator[str]:
    """A team-year of seven real series, one release a gain on one of them: who else is said to lose?"""
    yield "| gain | team-years | gains called | team-years with a false loss |"
    yield "|---|---|---|---|"
    series = list(real().values())
    for size in (0.3, 0.6):
        rng, called, false = np.random.default_rng(707), 0, 0
        for _ in range(n):
            days = np.sort(rng.choice(np.arange(40, 330, 14), 10, replace=False)).tolist()
            gain = int(rng.choice(days))
            picks = rng.choice(len(series), 7, replace=False)
            asked = [cut(series[k][1], 365, rng)[1].copy() for k in picks]
            if any(len(v) == 0 for v in asked):
                continue
            asked[0][gain:] *= 1 + size
            verdicts, found = _found(asked, days)
            called += any(v.word == "moved" and f"{gain:05d}" in v.names for v in verdicts[0])
            false += bool(found)
        yield f"| +{size:.0%} | {n} | {called} | {false} |"


def _planted(shift: float) -> str:
    return f"+{shift:.0%}, another of twice its size loses as much" if shift else "+20 %, nobody loses"


@dataclass(frozen=True)
class _Known:
    metric: Metric
    measured: Measured
    verdicts: tuple[Verdict, ...]


def _paths(rng: np.random.Generator, drift: float, noise: float, common: float) -> list[Floats]:
    """Six metrics of a year; the second is twice as large as the others."""
    shared = np.cumsum(rng.normal(0, drift, 365)), rng.standard_normal(365)
    out = []
    for i in range(6):
        own = np.cumsum(rng.normal(0, drift, 365)), rng.standard_normal(365)
        level, days = (np.sqrt(common) * a + np.sqrt(1 - common) * b for a, b in zip(shared, own, strict=True))
        out.append((2000 if i == 1 else 1000) * np.exp(level + noise * days))
    return out


def _team_years(n: int, drift: float, noise: float, common: float, shift: float) -> str:
    called = false = right = net = 0
    rng = np.random.default_rng(606)
    for _ in range(n):
        days = np.sort(rng.choice(np.arange(40, 330, 14), 10, replace=False)).tolist()
        gain = {int(rng.choice(days))}
        asked = _paths(rng, drift, noise, common)
        for d in gain:
            if shift:  # what the one path gains, a day, the other loses
                asked[1][d:] *= 1 - shift * asked[0][d - 28 : d].mean() / asked[1][d - 28 : d].mean()
            asked[0][d:] *= 1 + (shift or 0.2)
        asked = [np.round(v) for v in asked]
        asked.append(asked[0] + asked[1])
        verdicts, found = _found(asked, days)
        keys = {f"{d:05d}" for d in gain}
        gains = [v for v in verdicts[0] if v.word == "moved" and set(v.names) & keys]
        mine = [s for s in found if s.gained == "m0" and s.lost == "m1" and set(s.releases) & keys]
        called += len(gains)
        false += any(s.lost != "m1" or not set(s.releases) & keys or not shift for s in found)
        right += len(mine) if shift else 0
        net += sum(bool(s.net and s.net.low <= 0 <= s.net.high) for s in mine)
    return f"{n} | {called} | {false} | {right if shift else '-'} | {net if shift else '-'}"


def _found(asked: list[Floats], days: list[int]) -> tuple[tuple[tuple[Verdict, ...], ...], tuple[Substitution, ...]]:
    """Verdicts on these metrics of one team, and what fell while another rose."""
    questions = [question(v, date(2024, 1, 1), days, f"m{i}") for i, v in enumerate(asked)]
    verdicts = judge_all(questions, answer_all(questions))
    known = [_Known(q.metric, q.measured, v) for q, v in zip(questions, verdicts, strict=True)]
    return verdicts, substitutions(known, Strategy(outcomes=(Outcome("all", metric="m6"),)))


TABLES: dict[str, Callable[[int], Iterator[str]]] = {
    "sums": sums,
    "nothing": nothing,
    "years": years,
    "bets": bets,
    "daily": daily,
    "substitution": substitution,
    "losses": losses,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=[*TABLES, "all"])
    parser.add_argument("--n", type=int, default=60)
    asked = parser.parse_args()
    for name in TABLES if asked.table == "all" else [asked.table]:
        start = time.process_time()
        print(f"## {name}: {(TABLES[name].__doc__ or '').strip()}\n")
        for line in TABLES[name](asked.n):
            print(line, flush=True)
        print(f"\n({time.process_time() - start:.0f} s CPU)\n", flush=True)


if __name__ == "__main__":
    main()
