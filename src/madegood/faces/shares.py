"""Whose work made good what: parts by bet, need, outcome and product, and the course of what was made good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.faces import numbers as say
from madegood.faces.standing import Tone, spans_zero, title, tone
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.model import Cumulative, Of, Part
    from madegood.intent.model import Metric, Outcome, Strategy

#: Names that a part is called by before the rest is counted.
NAMED = 3
NONE: dict[Of, str] = {
    "bet": "No stated bet",
    "need": "No stated need",
    "outcome": "No stated outcome",
    "product": "No product named",
}
HEADINGS: dict[Of, str] = {
    "bet": "Made good by bet",
    "need": "Made good by need",
    "outcome": "Made good, by the outcome it was aimed at",
    "product": "Made good by product",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table of figures."""

    name: str
    figure: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Shares:
    """Made good by one kind of thing; the parts add up to all that releases made good. `note`: who has no part."""

    heading: str
    of: Of
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gained:
    """What was made good, day by day, to be drawn about zero; own unit, shares as points."""

    course: Cumulative
    unit: str
    tone: Tone
    says: str


def shared(strategy: Strategy, outcome: Outcome, metric: Metric | None, parts: Sequence[Part]) -> tuple[Shares, ...]:
    """A table for each kind that tells things apart: bets always, the others when there is more than one part."""
    out = []
    for of in NONE:
        mine = [p for p in parts if p.of == of]
        if mine and (of == "bet" or len(mine) > 1):
            note = without(strategy, outcome, mine) if of == "bet" else ""
            out.append(Shares(HEADINGS[of], of, tuple(line(strategy, metric, p) for p in mine), note))
    return tuple(out)


def without(strategy: Strategy, outcome: Outcome, parts: Sequence[Part]) -> str:
    """The outcome's bets of which no release of the period carried anything."""
    mine = {name for p in parts for name in p.names}
    late = [title(strategy, "bet", b.id) for b in strategy.bets if b.achieve == outcome.id and b.id not in mine]
    if not late:
        return ""
    more = f" and {say.count(len(late) - NAMED)} more" if len(late) > NAMED else ""
    return f"No release of this period carried work of {', '.join(say.short(t, 60) for t in late[:NAMED])}{more}."


def line(strategy: Strategy, metric: Metric | None, part: Part) -> Line:
    """One part, its interval, and the releases it came in."""
    unit, up = (metric.unit, metric.good == "up") if metric else ("", True)
    made = part.made_good
    notes = [f"95 %: {say.between(made, unit)}"]
    if spans_zero(made):
        notes.append("may be nothing")
    notes.append(came_in(part))
    return Line(called(strategy, part), say.change(made, unit), "; ".join(notes), tone(made.low, made.high, up))


def called(strategy: Strategy, part: Part) -> str:
    """A bet by its title; several that cannot be told apart are named together."""
    if not part.names:
        return NONE[part.of]
    titles = [name if part.of == "product" else title(strategy, part.of, name) for name in part.names]
    shown = [say.short(t, 60) for t in titles[:NAMED]]
    if len(titles) > NAMED:
        shown.append(say.many(len(titles) - NAMED, "more", "more"))
    text = " + ".join(shown)
    rest = "releases of none" if part.of == "product" else f"releases of no stated {part.of}"
    if part.mixed:
        return f"{text}, with {rest}"
    return f"{text}, together" if len(titles) > 1 else text


def named_change(metric: Metric | None) -> str:
    """What a change of this metric is counted in."""
    return say.points(metric.unit) if metric else ""


def came_in(part: Part) -> str:
    """How many releases it came in, and how much of them is this work.

    >>> from madegood.evidence.model import Interval, Part
    >>> came_in(Part("bet", ("a",), Interval(1, 0, 2), ("v1", "v2"), 40, 3))
    'in 2 releases, 3 of their 40 items'
    """
    if len(part.releases) == 1:
        text, whose = f"in {say.short(part.releases[0], 30)}", "its"
    else:
        text, whose = f"in {say.many(len(part.releases), 'release')}", "their"
    if part.of != "product" and part.names and part.serving and part.serving < part.items:
        text += f", {say.count(part.serving)} of {whose} {say.many(part.items, 'item')}"
    return text


def gained(metric: Metric | None, course: Cumulative | Refusal | None) -> Gained | None:
    """The course of what was made good, or nothing where there is none or nothing was released."""
    if course is None or isinstance(course, Refusal) or len(course.days) < 2:
        return None
    if not any(course.low) and not any(course.high):
        return None
    unit, up = (metric.unit, metric.good == "up") if metric else ("", True)
    shade = tone(course.low[-1], course.high[-1], up)
    by, named = (100.0, "points") if unit == "%" else (1.0, unit)
    end = (x * by for x in (course.mean[-1], course.low[-1], course.high[-1]))
    mean, low, high = end
    decimals = say.places(low, high)
    says = (
        f"Made good since {say_day(course.days[0])}, as means of four weeks: {say.signed(mean, decimals)} {named} by "
        f"{say_day(course.days[-1])}, 95 % interval {say.signed(low, decimals)} to {say.signed(high, decimals)}"
    )
    return Gained(course, unit, shade, says)
