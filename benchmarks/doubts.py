"""How often each doubt is said where nothing is wrong, and where what it looks for was planted.

    python benchmarks/doubts.py alarms --n 100
    python benchmarks/doubts.py planted --n 60

Real series as in joint_series.py. Every fault is planted in made-up metrics with a drift of 0.6 % a day and 3 % of
noise, a year long, with six other releases that did nothing. Figures are Markdown; doubts.md keeps them.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import joint_series
import numpy as np
from numpy.typing import NDArray

from madegood.evidence.answer import answer_all
from madegood.evidence.doubts import DOUBTS, look
from madegood.evidence.doubts.doubt import Doubt
from madegood.evidence.model import Effect, Estimate, Question
from madegood.execution.model import Release
from madegood.intent.model import Metric
from madegood.performance.model import Measured, Series

Floats = NDArray[np.float64]
FIRST, DAYS, AT = date(2025, 1, 1), 365, 240
OTHERS = (40, 75, 110, 150, 190, 300)


def named(doubt: Doubt) -> str:
    return getattr(doubt, "__name__", "doubt")


@dataclass
class Said:
    """One effect and the doubts about it."""

    effect: Effect
    shown: bool
    names: tuple[str, ...]
    serious: int
    truth: float


def said_of(questions: list[Question], truths: list[dict[str, float]]) -> Iterator[Said]:
    """Every effect of these metrics, judged as one team."""
    answers = answer_all(questions)
    team = [(q, a) for q, a in zip(questions, answers, strict=True) if isinstance(a, Estimate)]
    for question, estimate in team:
        truth = truths[questions.index(question)]
        for nth, effect in enumerate(estimate.effects):
            seen = look(question, estimate, nth, team)
            found = [(named(d), one) for d in DOUBTS if (one := d(seen))]
            true = sum(np.log1p(truth.get(key, 0.0)) for key in effect.releases)
            yield Said(
                effect,
                seen.clean is not None,
                tuple(n for n, _ in found),
                sum(o.serious for _, o in found),
                float(true),
            )


def alarms(n: int) -> Iterator[str]:
    """Where nothing is wrong: on placebo releases of real series, and on true effects that the data show."""
    nothing = [s for q, t in joint_series.calendars(n, True) for s in said_of([q], [t])]
    planted = [
        s
        for sizes in (joint_series.SIZES, joint_series.LARGE)
        for q, t in joint_series.calendars(n, False, sizes)
        for s in said_of([q], [t])
    ]
    null = [s for s in nothing + planted if s.truth == 0]
    wrong = [s for s in null if s.shown]
    true = [s for s in planted if s.shown and s.truth * s.effect.data.mean > 0]
    yield "| doubt | releases that did nothing | those that the data show falsely | true effects that they show |"
    yield "|---|---|---|---|"
    for name in [*(named(d) for d in DOUBTS), "two serious ones"]:
        rates = [np.mean([_has(s, name) for s in group]) for group in (null, wrong, true)]
        yield f"| {name} | " + " | ".join(f"{r:.1%}" for r in rates) + " |"
    yield f"| releases | {len(null)} | {len(wrong)} | {len(true)} |"


def _has(said: Said, name: str) -> bool:
    return said.serious >= 2 if name == "two serious ones" else name in said.names


# ---- planted faults ----------------------------------------------------------------------------------------------


def metric(rng: np.random.Generator, shape: Floats, name: str = "m", days: tuple[int, ...] = (*OTHERS, AT)) -> Question:
    """A made-up metric whose logarithm has this shape added, (DAYS,)."""
    weekday = rng.normal(0, 0.1, 7)[np.arange(DAYS) % 7]
    noise = np.cumsum(rng.normal(0, 0.006, DAYS)) + 0.03 * rng.standard_t(4, DAYS) / np.sqrt(2)
    values = np.round(20_000 * np.exp(weekday + noise + shape))
    releases = tuple(Release(f"{name}-{d}", FIRST + timedelta(days=d)) for d in sorted(days))
    on = FIRST + timedelta(days=DAYS - 1)
    return Question(Metric(name), Measured(Series(name, FIRST, values)), releases, (), on)


def step(at: int, size: float) -> Floats:
    return np.where(np.arange(DAYS) >= at, size, 0.0)


def faults(rng: np.random.Generator) -> dict[str, tuple[str, list[Question]]]:
    """By fault: the doubt that should be said of the release on day AT, and the team's metrics."""
    size = float(rng.choice([-0.2, 0.2]))
    away = np.setdiff1d(np.arange(20, 345), np.arange(AT - 9, AT + 10))
    jumps = step(AT, size)
    for day, by in zip(rng.choice(away, 24, False), rng.choice([-0.2, 0.2], 24), strict=True):
        jumps = jumps + step(int(day), float(by))
    ramp = np.clip((np.arange(DAYS) - (AT - 14)) / 14, 0, 1) * size + step(AT, size / 2)
    back = step(AT - 7, -size) - step(AT, -size)
    return {
        "nothing wrong, a true effect": ("", [metric(rng, step(AT, size))]),
        "it jumps so by itself, 24 times a year": ("placebo_dates", [metric(rng, jumps)]),
        "another product's metric jumped too": (
            "elsewhere",
            [metric(rng, step(AT, size)), metric(rng, step(AT, size), "n", (60, 160))],
        ),
        "a climb over the two weeks before": ("pre_trend", [metric(rng, ramp)]),
        "a dip in the week before": ("dip", [metric(rng, back)]),
        "the jump came two days before": ("other_day", [metric(rng, step(AT - 2, size))]),
        "the jump came two days after": ("other_day", [metric(rng, step(AT + 2, size))]),
        "gone after two weeks": ("fading", [metric(rng, step(AT, size) - step(AT + 14, size))]),
        "half gone after two weeks": ("fading", [metric(rng, step(AT, size) - step(AT + 14, size / 2))]),
    }


def planted(n: int) -> Iterator[str]:
    """Where a fault was planted: how often its doubt is said, the effect is shown at all, and it is withdrawn."""
    rng, table = np.random.default_rng(11), {}
    for _ in range(n):
        for fault, (doubt, team) in faults(rng).items():
            (mine,) = [s for s in said_of(team, [{} for _ in team]) if f"m-{AT}" in s.effect.releases]
            table.setdefault(fault, (doubt, []))[1].append(mine)
    yield "| fault | data show something | its doubt is said, of those | two serious ones | all that is said |"
    yield "|---|---|---|---|---|"
    for fault, (doubt, found) in table.items():
        shown = [s for s in found if s.shown]
        mine = f"{np.mean([doubt in s.names for s in shown]):.0%}" if doubt and shown else ""
        names = Counter(n for s in shown for n in s.names)
        rest = ", ".join(f"{k} {v}" for k, v in names.most_common(4))
        yield f"| {fault} | {len(shown)} of {len(found)} | {mine} | {sum(s.serious >= 2 for s in shown)} | {rest} |"


TABLES = {"alarms": alarms, "planted": planted}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=[*TABLES, "all"])
    parser.add_argument("--n", type=int, default=60)
    told = parser.parse_args()
    for name, table in TABLES.items():
        if told.table in (name, "all"):
            start = time.process_time()
            print(f"\n## {name}: {(table.__doc__ or '').strip()}\n")
            print("\n".join(table(told.n)))
            print(f"\n({time.process_time() - start:.0f} s CPU)", flush=True)


if __name__ == "__main__":
    main()
