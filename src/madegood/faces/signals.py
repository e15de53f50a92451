"""Quiet signals: what eroded without a word, and what happened to the instruments themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.faces import numbers as say
from madegood.faces.standing import Tone, title

if TYPE_CHECKING:
    from madegood.evidence.model import Erosion
    from madegood.performance.model import Fitness
    from madegood.reading import Reading

#: Cards shown at once; the rest is in the list beneath.
CARDS = 8

KINDS = {
    "dead": "stopped counting",
    "gap": "days are missing",
    "instrument": "counted differently since",
    "outage": "the counter was broken",
    "correction": "a counter went back",
    "short": "too few days",
    "outlier": "single days far out",
}

NEEDS = (
    "Customers who stopped without a word, trust, and surveys are not read here. They need events of single "
    "customers (hashed), and for surveys also who was asked and did not answer."
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One card: what it is about, its figure or word, and what is known of it."""

    title: str
    figure: str
    notes: tuple[str, ...]
    tone: Tone


@dataclass(frozen=True, slots=True)
class Signals:
    """Cards, the ones beyond them, and what is not read at all."""

    cards: tuple[Signal, ...]
    more: tuple[Signal, ...]
    none: str
    needs: str


def signals(reading: Reading) -> Signals:
    """Erosions that go on first, then those that ended, then the fitness of the series, newest first."""
    eroding = sorted(reading.erosions, key=lambda e: (e.ongoing, e.end), reverse=True)
    fitness = sorted(reading.fitness, key=lambda f: f.last, reverse=True)
    all_of = [erosion(reading, e) for e in eroding] + [unfit(reading, f) for f in fitness]
    none = "" if eroding else nothing(reading)
    return Signals(tuple(all_of[:CARDS]), tuple(all_of[CARDS:]), none, NEEDS)


def nothing(reading: Reading) -> str:
    """When no erosion was found: whether anything could be looked at."""
    if not reading.strategy.metrics:
        return "No metric is defined, so no erosion could be looked for."
    return "No lasting drift for the worse was found. That is silence, not proof: small or slow ones stay unseen."


def erosion(reading: Reading, e: Erosion) -> Signal:
    """A drift for the worse, with its days."""
    began = f"Since {say_day(e.onset)}"
    if e.onset_low < e.onset_high:
        began += f" (between {say_day(e.onset_low)} and {say_day(e.onset_high)})"
    until = ", still going on" if e.ongoing else f", until {say_day(e.end)}"
    notes = [f"{began}{until}.", f"{say.effect(e.per_week)} a week (95 %: {say.between(e.per_week)})."]
    notes.append(f"In all {say.between(e.total)} % (95 %).")
    if e.near:
        near = ", ".join(say.short(n, 40) for n in e.near[:4])
        more = f" and {len(e.near) - 4} more" if len(e.near) > 4 else ""
        notes.append(f"Near it in time: {near}{more}. A coincidence is no cause.")
    return Signal(f"{title(reading.strategy, 'metric', e.metric)}: erosion", say.effect(e.total), tuple(notes), "bad")


def unfit(reading: Reading, f: Fitness) -> Signal:
    """Something to know about a series before it is read."""
    when = say_day(f.first) if f.first == f.last else f"{say_day(f.first)} to {say_day(f.last)}"
    notes = [f"{when}.", *(f"{say.capital(say.clean(t)).rstrip('.')}." for t in (f.says, f.usable) if t.strip())]
    return Signal(title(reading.strategy, "metric", f.metric), KINDS.get(f.kind, f.kind), tuple(notes), "unsure")
