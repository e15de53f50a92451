"""What became of the work: how it flowed, what stands begun, what reached customers, and each release of the period."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.faces import numbers as say
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.execution.attention import Attention
    from madegood.execution.flow import Delivered, Flow, Open, Spread
    from madegood.execution.model import Release
    from madegood.reading import Reading

LISTED = 5  # items named at once: enough to go and look
SHOWN = 24  # releases in the table; the count says how many there are in all


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is about, its figure, what stands beside it, and items by name."""

    name: str
    figure: str
    note: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shipped:
    """One release: its name, its day, how many items it brought, and to whom."""

    name: str
    day: str
    items: str
    whom: str


@dataclass(frozen=True, slots=True)
class Flowed:
    """The lines, the releases of the period with the newest first, and how many of them there are."""

    lines: tuple[Line, ...]
    releases: tuple[Shipped, ...]
    count: int


def flowed(reading: Reading) -> Flowed | None:
    """Nothing where no work and no release is known."""
    lines = told(reading.flow) if reading.flow and not isinstance(reading.flow, Refusal) else ()
    mine = sorted((r for r in reading.releases if r.day in reading.period), key=lambda r: (r.day, r.key), reverse=True)
    if not lines and not mine:
        return None
    return Flowed(tuple(lines), tuple(shipped(r) for r in mine[:SHOWN]), len(mine))


def told(flow: Flow) -> list[Line]:
    """One line for each part that can be said."""
    out = []
    if not isinstance(flow.weekly, Refusal):
        out += spread("Finished a week", flow.weekly, "", "in half of the weeks")
    if not isinstance(flow.in_progress, Refusal):
        out += spread("From start to done", flow.in_progress, "day", "half of the items finished")
    if not isinstance(flow.open, Refusal) and flow.open.count:
        out.append(begun(flow.open))
    if not isinstance(flow.delivered, Refusal):
        out += arrived(flow.delivered)
    if not isinstance(flow.attention, Refusal):
        out.append(scattered(flow.attention))
    return out


def spread(name: str, of: Spread, unit: str, half: str) -> list[Line]:
    """The middle, of what it is the middle, and what 85 and 95 of a hundred stay within."""
    middle, low = of.at(0.5), of.at(0.15)
    if middle is None:
        return []
    notes = [half]
    if unit:
        known = [(share, value) for share, value in of.points if share > 0.5]
        notes += [", ".join(f"{say.share(share)} within {counted(value, unit)}" for share, value in known)]
    elif low is not None:
        notes += [f"{counted(low, unit)} or fewer in one week of seven"]
    return [Line(name, counted(middle, unit), sentence("; ".join(n for n in notes if n)))]


def counted(value: float, unit: str) -> str:
    """A count with its unit, where it has one."""
    return say.many(value, unit) if unit else say.count(value)


def begun(now: Open) -> Line:
    """What stands begun, how long, and what has stood longer than nearly everything finished took."""
    middle = now.ages.at(0.5)
    note = f"half of them for more than {say.many(middle, 'day')}" if middle is not None else ""
    if isinstance(now.stale, Refusal):
        return Line("Begun and not done", say.many(now.count, "item"), sentence(note))
    if now.stale:
        older = f"{say.count(len(now.stale))} begun longer ago than 95 % of the finished ones took"
        note = f"{note}; {older}" if note else older
    items = tuple(f"{named(name, title)}, {say.many(age, 'day')}" for name, title, age in now.stale[:LISTED])
    return Line("Begun and not done", say.many(now.count, "item"), sentence(note), items)


def sentence(text: str) -> str:
    """With its capital and its full stop; nothing of nothing."""
    return f"{say.capital(text)}." if text else ""


def named(name: str, title: str) -> str:
    """An item by number and title."""
    return say.short(f"{name} {title}".strip(), 90)


def arrived(now: Delivered) -> list[Line]:
    """Where what was finished has come to."""
    parts = [(now.waiting, "wait for a release"), (now.testers, "only with testers"), (now.nobody, "reached nobody")]
    note = ", ".join(f"{say.count(n)} {words}" for n, words in parts if n)
    items = tuple(named(name, title) for name, title in now.examples[:LISTED])
    figure = f"{say.count(now.reached)} of {say.many(now.items, 'item')}"
    lines = [Line("Finished and with customers", figure, sentence(note), items)]
    if not isinstance(now.lag, Refusal):
        lines += spread("From done to customers", now.lag, "day", "half of the items that got there")
    return lines


def scattered(weeks: Sequence[Attention]) -> Line:
    """How many outcomes are worked toward at once."""
    at_once, alike = median(w.outcomes for w in weeks), median(w.effective for w in weeks)
    note = f"in half of {say.many(len(weeks), 'week')} as if spread evenly over {say.number(alike, 1)} or more"
    return Line("Outcomes worked toward at once", say.number(at_once, 0), sentence(note))


def shipped(release: Release) -> Shipped:
    """Which release, when, how much, to whom."""
    name = say.short(release.name or release.key, 60)
    day = say_day(release.day) + (f" (± {say.many(release.uncertain, 'day')})" if release.uncertain else "")
    return Shipped(name, day, say.count(len(release.items)) if release.items else "none named", whom(release))


def whom(release: Release) -> str:
    """To whom it went, as far as that is told."""
    if release.prerelease:
        return "testers"
    steps = sorted(release.rollouts, key=lambda r: (r.segment or "", r.day))
    last = {step.segment or "everyone": step.share for step in steps}
    if not last:
        return "drawn by lot" if release.randomised else "everyone"
    said = ", ".join(f"{say.share(share)} of {say.short(who, 30)}" for who, share in list(last.items())[:4])
    more = f" and {len(last) - 4} more" if len(last) > 4 else ""
    return f"{said}{more}{', drawn by lot' if release.randomised else ''}"
