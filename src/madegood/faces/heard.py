"""What else was not said aloud, as cards: contracts that end, failures that cost, releases that few took up, words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import say_day
from madegood.evidence.adoption import Adoption
from madegood.evidence.contracts import Contracts
from madegood.evidence.failure import FailureCost
from madegood.evidence.model import Interval
from madegood.evidence.said import Said
from madegood.faces import numbers as say
from madegood.faces.cards import Signal, Trace
from madegood.faces.standing import title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.reading import Reading

NEWEST = 90  # days since it began within which a release that stays behind is still news


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the texts of one file say of one need, as a row."""

    need: str
    file: str
    share: str
    trend: str


def heard(reading: Reading) -> Iterator[Signal]:
    """One card for each of them that says something."""
    quiet = reading.quiet
    yield from (ending(one) for one in quiet.contracts if isinstance(one, Contracts))
    yield from (costing(one) for one in quiet.failures if isinstance(one, FailureCost))
    if isinstance(quiet.adoption, tuple):
        yield from behind(reading, quiet.adoption)
    yield from (growing(reading, one) for one in quiet.said if isinstance(one, Said) and more(one))


def ending(one: Contracts) -> Signal:
    """Of contracts that run, how many will end."""
    kind = {1: "monthly", 3: "quarterly", 12: "yearly"}.get(one.months, f"{one.months}-month")
    length = "a year" if one.months * one.ahead == 12 else say.many(one.months * one.ahead, "month")
    number = one.number
    digits = min(say.places(number.low, number.high), 0)
    low, high = (say.number(x, digits) for x in (number.low, number.high))
    notes = [
        f"Of {say.many(one.running, f'{kind} contract')} that run, {low} to {high} will have ended within {length} "
        f"({span(one.share)}, 95 %).",
        f"With the next renewal: {span(one.next)}.",
    ]
    if one.foresaw:
        said, came = one.foresaw[0]
        notes.append(f"As long ago it would have said {say.share(said)}, and {say.share(came)} ended.")
    else:
        notes.append("Too little is known to hold it against what came.")
    notes += [f"{say.capital(say.clean(w))}." for w in one.weak]
    drawn = tuple(share for _, share in one.stay)
    foot = f"{say.share(drawn[-1])} after {say.many(one.stay[-1][0], 'period')}"
    says = f"Share of new contracts that is there after each period: {foot}"
    trace = Trace(drawn, "flat", says, "begun", foot) if len(drawn) > 2 else None
    return Signal(
        f"{say.capital(kind)} contracts", f"{say.share(one.share.mean)} will end", tuple(notes), "flat", trace
    )


def costing(one: FailureCost) -> Signal:
    """What one failure costs in coming back."""
    sure = one.cost.high < 0 and one.grade != "D"
    notes = [
        f"After it {say.between(one.cost)} points come back within {one.within} days (95 %), beside attempts "
        f"alike that went well: {say.share(one.without)} of those would have.",
        f"{say.many(one.failures, 'failure')}, {say_day(one.first)} to {say_day(one.last)}; grade {one.grade}.",
        *(f"{say.capital(say.spoken(d))}." for d in one.doubts),
    ]
    if not sure:
        notes.insert(1, "Whether it costs anything is not sure." if one.cost.high >= 0 else "It may be something else.")
    figure = say.change(one.cost, "%")
    return Signal(f"After {say.short(one.event, 40)}", figure, tuple(notes), "bad" if sure else "unsure")


def behind(reading: Reading, releases: tuple[Adoption, ...]) -> Iterator[Signal]:
    """The newest release that can be spoken of, and any other of late that stays behind."""
    told = [r for r in releases if isinstance(r.level, Interval)]
    late = [r for r in told[:-1] if r.behind and (reading.on - r.first).days <= NEWEST]
    yield from (taken(one) for one in (*told[-1:], *reversed(late)))


def taken(one: Adoption) -> Signal:
    """How far one release was taken up."""
    assert isinstance(one.level, Interval)
    level = say.share(one.level.mean) if one.reached else f"{say.share(one.level.low)} to {say.share(one.level.high)}"
    had = "have it, or a later one," if one.reached else "will have it, or a later one,"
    notes = [f"{level} {had} {one.age} days after it began on {say_day(one.first)}."]
    if one.settled:
        notes.append("There this team's releases level off.")
    if one.usual:
        low, middle = (say.share(x) for x in one.usual)
        notes.append(
            f"Of {say.many(one.earlier, 'earlier release')}: {middle} in the middle, {low} for the lowest tenth."
        )
    if one.behind:
        notes.append("It stays behind nine in ten of them.")
    shares = tuple(float(x) if np.isfinite(x) else None for x in one.shares)
    says = f"Share of installs with {one.release} or later, from {say_day(one.first)} on"
    trace = Trace(shares, "bad" if one.behind else "flat", says, say_day(one.first), level) if len(shares) > 2 else None
    name = f"Taken up: {say.short(one.release, 30)}"
    return Signal(name, level, tuple(notes), "bad" if one.behind else "flat", trace)


def more(one: Said) -> bool:
    """Whether more and more texts speak of it."""
    return isinstance(one.trend, Interval) and one.trend.low > 0


def growing(reading: Reading, one: Said) -> Signal:
    """A need that is spoken of more and more."""
    assert isinstance(one.trend, Interval)
    last = one.months[-3:]
    texts, speak = sum(m.texts for m in last), sum(m.speak for m in last)
    notes = [
        f"Of {say.many(texts, 'text')} in the last three months {say.count(speak)} speak of it; the odds grow by "
        f"{say.between(one.trend)} % a month (95 %).",
        f"Counted by the words under its `also:`, in {say.short(one.name, 30)}.",
    ]
    shares = tuple(m.share.mean for m in one.months)
    low, high = tuple(m.share.low for m in one.months), tuple(m.share.high for m in one.months)
    first, foot = say_day(one.months[0].first), f"{say.share(shares[-1])} in its last month"
    trace = Trace(shares, "bad", f"Share of texts that speak of it, by month from {first}", first, foot, low, high)
    name = title(reading.strategy, "need", one.need)
    return Signal(f"Said more often: {name}", f"{say.effect(one.trend)} a month", tuple(notes), "bad", trace)


def spoken(reading: Reading) -> tuple[Spoken, ...]:
    """Every need that texts were counted for."""
    rows = []
    for one in reading.quiet.said:
        if isinstance(one, Said):
            trend = "cannot be said" if not isinstance(one.trend, Interval) else f"{say.between(one.trend)} % a month"
            share = f"{say.count(one.speak)} of {say.count(one.texts)}"
            rows.append(Spoken(title(reading.strategy, "need", one.need), say.short(one.name, 30), share, trend))
    return tuple(rows)


def span(part: Interval) -> str:
    """An interval of shares, as percent."""
    return f"{say.share(part.low)} to {say.share(part.high)}"
