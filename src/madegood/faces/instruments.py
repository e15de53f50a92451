"""The four instruments: Speed, Heading, Made good, Drift."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from madegood.faces import numbers as say
from madegood.faces.sentence import weekly
from madegood.faces.standing import Tone, first_outcome, ratified, spans_zero, title, tone, untouched
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.evidence.model import Interval
    from madegood.execution.model import Effort, Speed
    from madegood.reading import OutcomeReading, Reading

#: Weeks that the small curve of Speed shows: two quarters, so that this one can be seen beside the one before.
WEEKS = 26


@dataclass(frozen=True, slots=True)
class Spark:
    """A small curve; `says` is what it shows, in words."""

    values: tuple[float, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar, a share of the whole. `kind` is outcome, upkeep or orphan."""

    label: str
    share: float
    kind: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of parts that add up to one."""

    segments: tuple[Segment, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Range:
    """A figure with its 95 % interval about zero; `reach` is the largest distance from zero that is drawn."""

    mean: float
    low: float
    high: float
    reach: float
    tone: Tone
    says: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument: its figure or the reason there is none, a line or two beneath, and a small drawing."""

    name: str
    figure: str
    notes: tuple[str, ...]
    drawing: Spark | Bar | Range | None = None
    refused: bool = False
    tone: Tone = "plain"


def instruments(reading: Reading) -> tuple[Instrument, ...]:
    """The four, in their order."""
    return (speed(reading), heading(reading), *moved(reading))


def refused(name: str, why: Refusal) -> Instrument:
    """An instrument that cannot be read: why, and what would make it readable."""
    return Instrument(name, "cannot be said", sentences(why), refused=True)


def sentences(why: Refusal) -> tuple[str, ...]:
    """A refusal as one or two sentences."""
    parts = (say.capital(say.spoken(t)).rstrip(". ") for t in (why.why, f"Next step: {why.until}" if why.until else ""))
    return tuple(f"{p}." for p in parts if p)


def speed(reading: Reading) -> Instrument:
    """How much was finished."""
    now = reading.speed
    if isinstance(now, Refusal):
        return refused("Speed", now)
    whole = [(day, n) for day, n in now.weekly if day + timedelta(days=6) <= reading.on][-WEEKS:]
    drawing = None
    if len(whole) > 1:
        says = f"Items finished a week over {len(whole)} weeks, from {whole[0][1]} to {whole[-1][1]}"
        drawing = Spark(tuple(float(n) for _, n in whole), says)
    return Instrument("Speed", f"{weekly(now.per_week)} a week", speed_notes(now), drawing)


def speed_notes(now: Speed) -> tuple[str, ...]:
    """Against the period before, time in progress, and what of it reached customers."""
    notes = [against(now)]
    if isinstance(now.in_progress, Refusal):
        notes.append(f"time in progress cannot be said: {say.clean(now.in_progress.why)}")
    else:
        days = say.number(now.in_progress, 0 if now.in_progress >= 3 else 1).removesuffix(".0")
        notes.append(f"median {days} {'day' if days == '1' else 'days'} in progress")
    if not now.reach_known:
        notes.append("how many reached customers is not known: nothing ties items to releases")
    elif now.releases or now.reached:
        some, all_of = say.count(now.reached), say.many(now.items, "item")
        notes.append(f"{some} of {all_of} reached customers in {say.many(now.releases, 'release')}")
    else:
        notes.append("no release is known in this period")
    return tuple(say.capital(n).rstrip(".") + "." for n in notes if n)


def against(now: Speed) -> str:
    """Faster or slower than in the period before."""
    if now.before is None:
        return ""
    if now.before <= 0:
        return "nothing was finished in the period before"
    ratio = now.per_week / now.before - 1
    if abs(ratio) < 0.005:
        return "as in the period before"
    if ratio > 9:
        return "more than ten times the period before"
    return f"{'up' if ratio > 0 else 'down'} {abs(ratio) * 100:,.0f} % on the period before".replace(",", say.THIN)


def heading(reading: Reading) -> Instrument:
    """Where the effort was aimed."""
    now = reading.heading
    if isinstance(now, Refusal):
        return refused("Heading", now)
    if now.total <= 0:
        return Instrument("Heading", "no effort", ("No effort is known in this period.",), refused=True)
    aim, upkeep, orphan = now.part("bet", "need", "outcome"), now.part("upkeep"), now.part("orphan")
    basis = "" if now.unit == "person-days" else "counted in items"
    notes = [
        "at an outcome you stated" if ratified(reading.strategy) else "at what is only proposed so far",
        f"{say.share(upkeep)} is declared upkeep" if upkeep else "",
        unaimed(now) if orphan else "",
        basis,
    ]
    text = f"{say.capital('; '.join(n for n in notes if n))}."
    return Instrument("Heading", f"{say.share(aim)} aimed", (text, *unserved(reading, now)), bar(reading, now))


def unaimed(now: Effort) -> str:
    """Effort that serves no stated intent: a range, where links are suggested that nobody has said yes to."""
    low, high = (amount / now.total for amount in now.orphan())
    if low >= high:
        return f"{say.share(high)} serves no stated intent"
    items = say.many(sum(s.items for s in now.suggested), "item")
    return (
        f"{say.share(low)} to {say.share(high)} serves no stated intent: {items} may belong to it, `madegood link` asks"
    )


def unserved(reading: Reading, now: Effort) -> tuple[str, ...]:
    """Outcomes and needs that no effort serves."""
    names = [title(reading.strategy, kind, name) for kind, name in now.unserved]
    if not names:
        return ()
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return (f"Unserved: {', '.join(say.short(n, 40) for n in names[:3])}{more}.",)


def bar(reading: Reading, now: Effort) -> Bar:
    """Effort by outcome, then upkeep, then orphan."""
    by: defaultdict[str, float] = defaultdict(float)
    for part in now.shares:
        intent = part.aim not in ("upkeep", "orphan")
        by[f"outcome:{outcome_of(reading, part.aim, part.id)}" if intent else part.aim] += part.amount
    segments = []
    for key, amount in sorted(by.items(), key=lambda kv: (kv[0] == "orphan", kv[0] == "upkeep", -kv[1])):
        kind, _, name = key.partition(":")
        label = title(reading.strategy, "outcome", name) if name else WORDS.get(kind, "one of several outcomes")
        segments.append(Segment(label, amount / now.total, kind))
    shown = tuple(s for s in segments if s.share > 0)
    says = "; ".join(f"{s.label} {say.share(s.share)}" for s in shown)
    return Bar(shown, f"Share of effort: {says}")


WORDS = {"upkeep": "declared upkeep", "orphan": "no stated intent"}


def outcome_of(reading: Reading, aim: str, name: str) -> str:
    """The outcome that effort toward a bet or need serves; empty where there are several or none."""
    strategy = reading.strategy
    if aim == "outcome":
        return name
    if aim == "bet":
        bet = strategy.bet(name)
        if bet is None or bet.achieve or not bet.need:
            return bet.achieve if bet else ""
        name = bet.need
    need = strategy.need(name)
    return need.outcomes[0] if need and len(need.outcomes) == 1 else ""


def moved(reading: Reading) -> tuple[Instrument, Instrument]:
    """Made good and Drift of the first outcome that has both."""
    first = first_outcome(reading)
    if first is None:
        why = Refusal("made good", why="no outcome is stated", until="state an outcome with a metric")
        return refused("Made good", why), refused("Drift", why)
    if isinstance(first.parts, Refusal):
        return refused("Made good", first.parts), refused("Drift", first.parts)
    made, drift = first.parts.made_good, first.parts.drift
    if untouched(first.parts):
        name = first.metric.label if first.metric else first.outcome.id
        note = f"Nothing was released in this period that could have moved {say.short(name, 60)}."
        alone = max(abs(x) for x in (drift.low, drift.high, drift.mean))
        return (
            Instrument("Made good", "nothing to count", (note,), refused=True),
            part_of("Drift", "what happened by itself", drift, alone, first),
        )
    reach = max(abs(x) for part in (made, drift) for x in (part.low, part.high, part.mean))
    return (
        part_of("Made good", "caused by what shipped", made, reach, first),
        part_of("Drift", "what would have happened anyway", drift, reach, first),
    )


def part_of(name: str, what: str, part: Interval, reach: float, first: OutcomeReading) -> Instrument:
    """One part of an outcome's change."""
    unit, up = (first.metric.unit, first.metric.good == "up") if first.metric else ("", True)
    label = say.short(first.metric.label if first.metric else first.outcome.id, 60)
    shade: Tone = tone(part.low, part.high, up)
    notes = [f"{say.capital(label)}: {what} (95 %: {say.between(part, unit)})."]
    if not up:
        notes.append("For this metric, down is good.")
    if spans_zero(part):
        notes.append("It may be nothing: the interval holds zero.")
    says = f"{name}: {say.change(part, unit)}, 95 % interval {say.between(part, unit)}"
    drawing = Range(part.mean, part.low, part.high, reach, shade, says)
    return Instrument(name, say.change(part, unit), tuple(notes), drawing, tone=shade)
