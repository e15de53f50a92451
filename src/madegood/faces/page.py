"""Reading -> Page: plain data of sections in the order they are read, for any face to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.faces import numbers as say
from madegood.faces.courses import CourseOf, courses
from madegood.faces.flow import Flowed, flowed
from madegood.faces.instruments import Instrument, instruments, sentences
from madegood.faces.moved import Moved, moved
from madegood.faces.sentence import Phrase, sentence
from madegood.faces.signals import Signals, signals
from madegood.faces.standing import Tone, title, tone, untouched
from madegood.faces.throughline import Throughline, throughline
from madegood.faces.unread import Unread, unread
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.reading import OutcomeReading, Reading


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a cell, its interval beneath, and how it is meant."""

    text: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One outcome in the table of all."""

    title: str
    stands: Figure
    made_good: Figure
    drift: Figure
    chance: Figure


@dataclass(frozen=True, slots=True)
class Reason:
    """A rival explanation: supported, contradicted or unknown, with the lines for and against."""

    title: str
    standing: str
    tone: Tone
    lines: tuple[tuple[str, str], ...]  # (for | against | neither, what it says)
    until: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """One next thing."""

    verb: str
    says: str
    because: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is shown of one day."""

    name: str
    period: str
    on: str
    commit: str
    lede: tuple[Phrase, ...]
    instruments: tuple[Instrument, ...]
    outcomes: tuple[OutcomeRow, ...]
    throughline: Throughline | Refusal
    flowed: Flowed | None
    courses: tuple[CourseOf, ...]
    moved: Moved
    signals: Signals
    reasons: tuple[Reason, ...]
    course: str | Refusal
    steps: tuple[NextStep, ...]
    unread: Unread


def page(reading: Reading) -> Page:
    """The page of one reading."""
    whole = reading.course.sentence
    return Page(
        name=say.short(reading.name, 80) or "Your team",
        period=f"{say_day(reading.period.first)} to {say_day(reading.period.last)}",
        on=say_day(reading.on),
        commit=say.short(reading.commit, 12),
        lede=sentence(reading),
        instruments=instruments(reading),
        outcomes=tuple(outcome_row(reading, place) for place in reading.outcomes),
        throughline=throughline(reading),
        flowed=flowed(reading),
        courses=courses(reading),
        moved=moved(reading),
        signals=signals(reading),
        reasons=reasons(reading),
        course=whole if isinstance(whole, Refusal) else say.clean(whole),
        steps=tuple(NextStep(STEP[s.verb], _sentence(s.says), _sentence(s.because)) for s in reading.course.steps),
        unread=unread(reading),
    )


STEP = {"do": "Do", "learn": "Learn first", "stop": "Stop", "mend": "Mend", "stage": "Stage", "wait": "Wait"}
SHADE: dict[str, Tone] = {"supported": "plain", "contradicted": "flat", "unknown": "unsure"}


def _sentence(text: str) -> str:
    """One sentence with its full stop."""
    text = say.capital(say.spoken(text))
    return text if not text or text[-1] in ".!?…" else f"{text}."


def outcome_row(reading: Reading, place: OutcomeReading) -> OutcomeRow:
    """One outcome; a cell that cannot be filled says so, and its reason stands in the last part of the page."""
    unit, up = (place.metric.unit, place.metric.good == "up") if place.metric else ("", True)
    target = place.outcome.target
    goal = f"target {say.amount(target, unit)}" if target else "no target"
    unknown = Figure("cannot be said", tone="unsure")
    now = unknown if isinstance(place.now, Refusal) else Figure(say.level(place.now, unit), goal)
    made = drift = odds = unknown
    if not isinstance(place.parts, Refusal):
        made, drift = (
            Figure(say.change(p, unit), say.between(p, unit), tone(p.low, p.high, up))
            for p in (place.parts.made_good, place.parts.drift)
        )
        if untouched(place.parts):
            made = Figure("nothing released", tone="unsure")
    if not isinstance(place.forecast, Refusal):
        odds = Figure(say.share(place.forecast.chance), f"by {say_day(place.forecast.by)}")
    return OutcomeRow(title(reading.strategy, "outcome", place.outcome.id), now, made, drift, odds)


def reasons(reading: Reading) -> tuple[Reason, ...]:
    """Supported first, then unknown, then contradicted."""
    order = {"supported": 0, "unknown": 1, "contradicted": 2}
    return tuple(
        Reason(
            say.clean(e.title), e.standing, SHADE[e.standing],
            tuple((line.toward, _sentence(line.says)) for line in e.lines), _sentence(e.until),
        )
        for e in sorted(reading.explanations, key=lambda e: order[e.standing])
    )  # fmt: skip


__all__ = ["Page", "page", "sentences"]
