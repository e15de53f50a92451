"""Quiet signals: what eroded without a word, and what happened to the instruments themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.noticeable import Noticeable, percent
from madegood.faces import numbers as say
from madegood.faces.cards import Signal
from madegood.faces.erosions import eroding
from madegood.faces.heard import Spoken, heard, spoken
from madegood.faces.quiet import silent
from madegood.faces.standing import title
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.evidence.mix import Mixed
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


@dataclass(frozen=True, slots=True)
class Signals:
    """Cards, the ones beyond them, what silence is worth of each metric, what texts say, and what is not read."""

    cards: tuple[Signal, ...]
    more: tuple[Signal, ...]
    none: str
    least: tuple[Least, ...]
    spoken: tuple[Spoken, ...]
    needs: str


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest erosion of one metric that would be noticed, within a quarter and within half a year."""

    title: str
    soon: str
    later: str
    wanders: str


def signals(reading: Reading) -> Signals:
    """Erosions that go on first, then those that ended, then the fitness of the series, newest first."""
    worn = eroding(reading)
    said = [*silent(reading), *heard(reading)]
    all_of = [*(card for e, card in worn if e.ongoing), *said, *(card for e, card in worn if not e.ongoing)]
    all_of += [*(mixed(reading, m) for m in reading.quiet.mixed), *(unfit(reading, f) for f in unfits(reading))]
    none = "" if worn else nothing(reading)
    return Signals(tuple(all_of[:CARDS]), tuple(all_of[CARDS:]), none, least(reading), spoken(reading), needs(reading))


def least(reading: Reading) -> tuple[Least, ...]:
    """What would be noticed on each metric, where that can be said; the sharpest first."""
    known = [n for n in reading.quiet.noticeable if isinstance(n, Noticeable)]
    order = sorted(known, key=lambda n: (n.later is None, n.later or 0.0, n.metric))
    return tuple(
        Least(title(reading.strategy, "metric", n.metric), monthly(n.soon), monthly(n.later), percent(n.wanders))
        for n in order
    )


def monthly(share: float | None) -> str:
    """A fall a month."""
    return f"{percent(share)} a month" if share is not None else "none below 30 % a month"


def mixed(reading: Reading, m: Mixed) -> Signal:
    """A total that says something else than its parts."""
    after, before = (f"{say_day(w.first)} to {say_day(w.last)}" for w in (m.after, m.before))
    over = f"{after}, beside {before}."
    word = {"hidden": "hidden by the mix", "mix alone": "the mix alone", "both": "the mix, and more"}[m.word]
    return Signal(title(reading.strategy, "metric", m.metric), word, (say.clean(m.says), over), "unsure")


def needs(reading: Reading) -> str:
    """What of the silent is not read here, and what that takes."""
    missing, said = [], reading.quiet
    if not said.attrition:
        missing.append("Customers who stopped without a word: that takes events of single customers (hashed).")
    if not said.surveys:
        missing.append("Surveys: that takes who was asked, also those who did not answer.")
    if said.trust is None:
        missing.append("Trust: that takes three signals of it or more, named under `trust:` in madegood.yml.")
    if short := unwatched(reading):
        missing.append(f"Erosion: {short}")
    told = (*said.attrition, *said.surveys, said.trust, *said.contracts, *said.failures, said.adoption, *said.said)
    refused = [r for r in told if isinstance(r, Refusal)]
    missing += [f"{say.capital(say.clean(r.asked))}: {say.clean(r.why)}; until {say.clean(r.until)}." for r in refused]
    return f"Not read here. {' '.join(missing)}" if missing else ""


def unwatched(reading: Reading) -> str:
    """Which metrics are too young, or stand still for too long, to be watched."""
    short = [n for n in reading.quiet.noticeable if isinstance(n, Refusal)]
    if not short:
        return ""
    more = f" (and so with {len(short) - 1} more)" if len(short) > 1 else ""
    return f"{say.clean(short[0].why)}{more}; until {say.clean(short[0].until)}."


def nothing(reading: Reading) -> str:
    """When no erosion was found: whether anything could be looked at."""
    if not reading.strategy.metrics:
        return "No metric is defined, so no erosion could be looked for."
    if unwatched(reading) and not any(isinstance(n, Noticeable) for n in reading.quiet.noticeable):
        return "No metric is watched for erosion yet, so that none was found says nothing."
    known = [n for n in reading.quiet.noticeable if isinstance(n, Noticeable)]
    seen = [n.says for n in sorted(known, key=lambda n: n.later is None)]
    least = f" {say.clean(seen[0])}" if seen else " Small or slow ones stay unseen."
    return f"No lasting drift for the worse was found. That is silence, not proof.{least}"


def unfits(reading: Reading) -> list[Fitness]:
    """The newest first; days that are missing because the counter was broken are said once."""
    broken = {(f.metric, f.first, f.last) for f in reading.fitness if f.kind == "outage"}
    kept = [f for f in reading.fitness if f.kind != "gap" or (f.metric, f.first, f.last) not in broken]
    return sorted(kept, key=lambda f: f.last, reverse=True)


def unfit(reading: Reading, f: Fitness) -> Signal:
    """Something to know about a series before it is read."""
    when = say_day(f.first) if f.first == f.last else f"{say_day(f.first)} to {say_day(f.last)}"
    notes = [f"{when}.", *(f"{say.capital(say.clean(t)).rstrip('.')}." for t in (f.says, f.usable) if t.strip())]
    return Signal(title(reading.strategy, "metric", f.metric), KINDS.get(f.kind, f.kind), tuple(notes), "unsure")
