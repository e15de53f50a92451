"""What this was read from, and what could not be read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.faces import numbers as say
from madegood.faces.standing import title
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.reading import Reading

#: Days behind the reading after which a source is called stale: a weekly export is this old before the next comes.
STALE = 7
#: Kinds of facts that a living product makes every day; a quiet week of releases is no stale source.
EVERY_DAY = ("daily", "events")


@dataclass(frozen=True, slots=True)
class Source:
    """One source as a row."""

    name: str
    kind: str
    rows: str
    set_aside: str
    last: str
    stale: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """Something that cannot be said: of what, why, and until when."""

    about: str
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Sources, refusals, findings and rows set aside, in words."""

    sources: tuple[Source, ...]
    silences: tuple[Silence, ...]
    findings: str
    set_aside: str
    fresh: str


def unread(reading: Reading) -> Unread:
    """Everything that limits what was said."""
    return Unread(
        tuple(sources(reading)), tuple(silences(reading)), findings(reading), set_aside(reading), fresh(reading)
    )


def sources(reading: Reading) -> Iterator[Source]:
    """Every source, as it was last read."""
    for s in reading.sources:
        behind = (reading.on - s.last_day).days if s.last_day else 0
        last = "no day" if s.last_day is None else say_day(s.last_day)
        stale = behind > STALE and s.kind in EVERY_DAY
        words = f"{last}, stale by {say.many(behind, 'day')}" if stale else last
        yield Source(say.clean(s.name), s.kind, say.count(s.rows), say.count(s.set_aside) if s.set_aside else "none",
                     words, stale)  # fmt: skip


def fresh(reading: Reading) -> str:
    """One line on the sources."""
    if not reading.sources:
        return "no source read yet"
    stale = [s for s in sources(reading) if s.stale]
    total = len(reading.sources)
    if not stale:
        return "its one source fresh" if total == 1 else f"all {total} sources fresh"
    names = ", ".join(say.short(s.name, 24) for s in stale[:2]) + (" …" if len(stale) > 2 else "")
    return f"{len(stale)} of {say.many(total, 'source')} stale ({names})"


def silences(reading: Reading) -> Iterator[Silence]:
    """Every refusal once, with all that it silences."""
    about: dict[tuple[str, str], list[str]] = {}
    for what, refusal in refusals(reading):
        key = (say.spoken(refusal.why), say.spoken(refusal.until))
        if what not in about.setdefault(key, []):
            about[key].append(what)
    for (why, until), whats in about.items():
        more = f" and {len(whats) - 4} more" if len(whats) > 4 else ""
        yield Silence(f"{', '.join(whats[:4])}{more}", f"{say.capital(why).rstrip('.')}.",
                      f"{say.capital(until).rstrip('.')}." if until else "")  # fmt: skip


def refusals(reading: Reading) -> Iterator[tuple[str, Refusal]]:
    """Every figure of the page that cannot be said."""
    speed = reading.speed
    named: list[tuple[str, object]] = [("Speed", speed), ("Heading", reading.heading)]
    named.append(("Time in progress", None if isinstance(speed, Refusal) else speed.in_progress))
    for o in reading.outcomes:
        name = title(reading.strategy, "outcome", o.outcome.id)
        named += [(name, x) for x in (o.now, o.parts, o.path)]
        named.append((f"Where {name} ends", o.forecast))
    for m in reading.metrics:
        named += [(say.clean(m.metric.label), x) for x in (m.now, m.parts, m.path)]
    named.append(("The course from here", reading.course.sentence))
    yield from ((name, x) for name, x in named if isinstance(x, Refusal))


def findings(reading: Reading) -> str:
    """How many findings there are, and where to read them."""
    counts = Counter(f.severity for f in reading.findings)
    if not counts:
        return "The strategy has no findings."
    said = ", ".join(say.many(counts[s], s) for s in ("error", "warning", "note") if counts[s])
    return f"The strategy has {said}. They are listed by madegood check."


def set_aside(reading: Reading) -> str:
    """Rows that could not be used."""
    rows, lost = sum(s.rows for s in reading.sources), sum(s.set_aside for s in reading.sources)
    if not reading.sources:
        return "No facts were read yet; madegood build reads them."
    if not lost:
        return f"All {say.many(rows, 'row')} of the sources could be used."
    return f"{say.many(lost, 'row')} of {say.count(rows + lost)} could not be used and were set aside."
