"""Quiet signals: what eroded without a word, and what happened to the instruments themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.noticeable import Noticeable
from madegood.faces import numbers as say
from madegood.faces.cards import Signal, Trace
from madegood.faces.quiet import silent
from madegood.faces.standing import title
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.evidence.model import Erosion, Interval
    from madegood.performance.model import Fitness
    from madegood.reading import Reading

#: Cards shown at once; the rest is in the list beneath.
CARDS = 8
#: Days that the small curve shows before an erosion may have begun, and after it ended.
BEFORE, AFTER = timedelta(days=182), timedelta(days=91)

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
    """Cards, the ones beyond them, and what is not read at all."""

    cards: tuple[Signal, ...]
    more: tuple[Signal, ...]
    none: str
    needs: str


def signals(reading: Reading) -> Signals:
    """Erosions that go on first, then those that ended, then the fitness of the series, newest first."""
    eroding = sorted(reading.erosions, key=lambda e: (e.ongoing, e.end), reverse=True)
    fitness = sorted(reading.fitness, key=lambda f: f.last, reverse=True)
    said = list(silent(reading))
    all_of = [*(erosion(reading, e) for e in eroding if e.ongoing), *said]
    all_of += [*(erosion(reading, e) for e in eroding if not e.ongoing), *(unfit(reading, f) for f in fitness)]
    none = "" if eroding else nothing(reading)
    return Signals(tuple(all_of[:CARDS]), tuple(all_of[CARDS:]), none, needs(reading))


def needs(reading: Reading) -> str:
    """What of the silent is not read here, and what that takes."""
    missing, said = [], reading.quiet
    if not said.attrition:
        missing.append("Customers who stopped without a word: that takes events of single customers (hashed).")
    if not said.surveys:
        missing.append("Surveys: that takes who was asked, also those who did not answer.")
    if said.trust is None:
        missing.append("Trust: that takes three signals of it or more, named under `trust:` in madegood.yml.")
    refused = [r for r in (*said.attrition, *said.surveys, said.trust) if isinstance(r, Refusal)]
    missing += [f"{say.capital(say.clean(r.asked))}: {say.clean(r.why)}; until {say.clean(r.until)}." for r in refused]
    return f"Not read here. {' '.join(missing)}" if missing else ""


def nothing(reading: Reading) -> str:
    """When no erosion was found: whether anything could be looked at."""
    if not reading.strategy.metrics:
        return "No metric is defined, so no erosion could be looked for."
    known = [n for n in reading.quiet.noticeable if isinstance(n, Noticeable)]
    seen = [n.says for n in sorted(known, key=lambda n: n.later is None)]
    least = f" {say.clean(seen[0])}" if seen else " Small or slow ones stay unseen."
    return f"No lasting drift for the worse was found. That is silence, not proof.{least}"


def erosion(reading: Reading, e: Erosion) -> Signal:
    """A drift for the worse, with its days."""
    began = f"Since {say_day(e.onset)}"
    if e.onset_low < e.onset_high:
        began += f" (between {say_day(e.onset_low)} and {say_day(e.onset_high)})"
    until = ", still going on" if e.ongoing else f", until {say_day(e.end)}"
    notes = [f"{began}{until}.", f"{say.effect(e.per_week)} a week (95 %: {say.between(e.per_week)})."]
    notes.append(f"In all {say.between(e.total)} % (95 %).")
    if e.noticed:
        notes.append(f"A weekly look would have noticed it by {say_day(e.noticed)}.")
    notes += costs(reading, e)
    if e.near:
        near = ", ".join(say.short(n, 40) for n in e.near[:4])
        more = f" and {len(e.near) - 4} more" if len(e.near) > 4 else ""
        notes.append(f"Near it in time: {near}{more}. A coincidence is no cause.")
    name = title(reading.strategy, "metric", e.metric) + (f", {say.short(e.segment, 40)}" if e.segment else "")
    return Signal(f"{name}: erosion", say.effect(e.total), tuple(notes), "bad", faded(reading, e, name))


def costs(reading: Reading, e: Erosion) -> list[str]:
    """What it cost, and what it will if it goes on, in the metric's own unit."""
    unit = next((m.unit for m in reading.strategy.metrics if m.id == e.metric), "")
    said = [(e.cost, "So far it cost"), (e.cost_ahead, "In half a year, if it goes on, it will cost")]
    return [f"{words} {units(part)} {unit}".rstrip() + "." for part, words in said if part and part.low > 0]


def units(part: Interval) -> str:
    """An amount with its interval, rounded as that warrants."""
    decimals = min(say.places(part.low, part.high), 0)
    return f"{say.number(part.mean, decimals)} ({say.number(part.low, decimals)} to {say.number(part.high, decimals)})"


def faded(reading: Reading, e: Erosion, name: str) -> Trace | None:
    """The metric from half a year before the onset on, as far as its course is known."""
    paths = {o.metric.id: o.path for o in reading.outcomes if o.metric} | {m.metric.id: m.path for m in reading.metrics}
    path = paths.get(e.metric)
    if path is None or isinstance(path, Refusal):
        return None
    places = [i for i, day in enumerate(path.days) if e.onset_low - BEFORE <= day <= e.end + AFTER]
    values = tuple(path.seen[i] for i in places)
    if sum(v is not None for v in values) < 2:
        return None
    days = [path.days[i] for i in places]
    at = [i for i, day in enumerate(days) if e.onset_low <= day <= e.onset_high]
    says = f"{name} from {say_day(days[0])} to {say_day(days[-1])}, falling away since about {say_day(e.onset)}"
    onset = (at[0], at[-1]) if at else None
    return Trace(values, "bad", says, say_day(days[0]), say_day(days[-1]), onset=onset)


def unfit(reading: Reading, f: Fitness) -> Signal:
    """Something to know about a series before it is read."""
    when = say_day(f.first) if f.first == f.last else f"{say_day(f.first)} to {say_day(f.last)}"
    notes = [f"{when}.", *(f"{say.capital(say.clean(t)).rstrip('.')}." for t in (f.says, f.usable) if t.strip())]
    return Signal(title(reading.strategy, "metric", f.metric), KINDS.get(f.kind, f.kind), tuple(notes), "unsure")
