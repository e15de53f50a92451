"""The course of each outcome: what happened, what would have without the releases, where this heading ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.faces import numbers as say
from madegood.faces.shares import Gained, Line, Shares, gained, shared
from madegood.faces.standing import Tone, plural_releases, spans_zero, standing, title, tone, untouched
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.direction.model import Forecast
    from madegood.evidence.model import Path
    from madegood.reading import OutcomeReading, Reading


LARGEST = 12  # releases in the table of who made good how much


@dataclass(frozen=True, slots=True)
class Mark:
    """A release, or several of one day, on the chart."""

    day: date
    label: str
    tone: Tone
    count: int = 1


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn; all values in the metric's own unit."""

    title: str
    unit: str
    on: date
    path: Path
    forecast: Forecast | None
    baseline: tuple[date, float] | None
    target: tuple[date, float, str] | None
    marks: tuple[Mark, ...]
    says: str


@dataclass(frozen=True, slots=True)
class CourseOf:
    """One outcome: its chart or why there is none, its figures, and what could not be said of it."""

    id: str
    title: str
    chart: Chart | Refusal
    lines: tuple[Line, ...]
    by_release: tuple[Line, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]
    shares: tuple[Shares, ...] = ()
    gained: Gained | None = None
    how: tuple[str, ...] = ()


def courses(reading: Reading) -> tuple[CourseOf, ...]:
    """Every outcome, in the order of the strategy."""
    return tuple(course_of(reading, place) for place in reading.outcomes)


def course_of(reading: Reading, place: OutcomeReading) -> CourseOf:
    """One outcome."""
    refusals = [x for x in (place.now, place.parts, place.path, place.forecast) if isinstance(x, Refusal)]
    distinct = tuple({(r.why, r.until): r for r in refusals}.values())
    notes = [say.capital(say.clean(place.forecast.basis))] if not isinstance(place.forecast, Refusal) else []
    if place.metric and place.metric.good == "down":
        notes.append("For this metric, down is good.")
    name = title(reading.strategy, "outcome", place.outcome.id)
    drawn, table, by = chart(reading, place, name), lines(reading, place), by_release(place)
    parts = shared(reading.strategy, place.outcome, place.metric, place.shares)
    so_far = gained(place.metric, place.gained)
    how = tuple(f"{say.capital(say.clean(note))}." for note in place.how)
    return CourseOf(place.outcome.id, name, drawn, table, by, distinct, tuple(notes), parts, so_far, how)


def chart(reading: Reading, place: OutcomeReading, name: str) -> Chart | Refusal:
    """The drawing, or why there is nothing to draw."""
    if isinstance(place.path, Refusal):
        return place.path
    if sum(v is not None for v in place.path.seen) < 2:
        return Refusal(name, why="fewer than two days of this metric are known", until="read more days of it")
    outcome, metric = place.outcome, place.metric
    unit = metric.unit if metric else ""
    ahead = None if isinstance(place.forecast, Refusal) else place.forecast
    goal = None
    if outcome.target and outcome.by:
        goal = (outcome.by, outcome.target.value, f"target {say.amount(outcome.target, unit)} by {say_day(outcome.by)}")
    start = (outcome.since, outcome.baseline.value) if outcome.since and outcome.baseline else None
    words = describe(place, name, unit)
    return Chart(name, unit, reading.on, place.path, ahead, start, goal, marks(reading, place), words)


def marks(reading: Reading, place: OutcomeReading) -> tuple[Mark, ...]:
    """Releases that could have touched the metric, one mark a day, the tone of its clearest verdict."""
    assert not isinstance(place.path, Refusal)
    first, last = place.path.days[0], reading.on
    products = place.metric.product if place.metric else ()
    tones: dict[str, Tone] = {}
    for verdict in place.verdicts:
        for key in verdict.names:
            tones[key] = standing(verdict).tone
    days: dict[date, list[str]] = {}
    for release in sorted(reading.releases, key=lambda r: r.day):
        mine = not products or release.product in products
        if first <= release.day <= last and mine and not release.prerelease:
            days.setdefault(release.day, []).append(release.key)
    return tuple(mark(day, keys, tones) for day, keys in days.items())


def mark(day: date, keys: list[str], tones: dict[str, Tone]) -> Mark:
    """All releases of one day."""
    have = {tones.get(k, "unsure") for k in keys}
    order: tuple[Tone, ...] = ("bad", "good", "flat", "unsure")
    label = plural_releases((keys[0].rsplit("/", 1)[-1],)) if len(keys) == 1 else f"{len(keys)} releases"
    return Mark(day, label, next((t for t in order if t in have), "unsure"), len(keys))


def describe(place: OutcomeReading, name: str, unit: str) -> str:
    """The chart in words, for those who do not see it."""
    now = "" if isinstance(place.now, Refusal) else f" It stands at {say.level(place.now, unit)}."
    parts = place.parts
    moved = ""
    if not isinstance(parts, Refusal):
        made = "Nothing was released" if untouched(parts) else f"Releases made good {say.change(parts.made_good, unit)}"
        moved = f" {made}; it drifted {say.change(parts.drift, unit)}."
    ahead = place.forecast
    end = ""
    if not isinstance(ahead, Refusal) and ahead.mean:
        low, high = say.level(ahead.low80[-1], unit), say.level(ahead.high80[-1], unit)
        end = f" At this heading, 80 % of outcomes on {say_day(ahead.by)} lie between {low} and {high}."
    return f"{name}: what happened, what would have happened without the releases, and what is ahead.{now}{moved}{end}"


def lines(reading: Reading, place: OutcomeReading) -> tuple[Line, ...]:
    """Baseline, the four parts of the change, today, what is left, and the chance."""
    outcome, metric = place.outcome, place.metric
    unit, up = (metric.unit, metric.good == "up") if metric else ("", True)
    out = []
    if outcome.baseline:
        since = f", {say_day(outcome.since)}" if outcome.since else ""
        out.append(Line(f"Baseline{since}", say.amount(outcome.baseline, unit)))
    if not isinstance(place.parts, Refusal):
        out += parts(place, unit, up)
    if not isinstance(place.now, Refusal):
        out.append(Line("Today", say.level(place.now, unit), "mean of the last 28 known days"))
        if outcome.target:
            out.append(left(outcome.target.value, place.now, unit, up))
    if not isinstance(place.forecast, Refusal) and outcome.target:
        words = f"Chance of {say.amount(outcome.target, unit)} by {say_day(place.forecast.by)}"
        out.append(Line(words, say.share(place.forecast.chance), "at this heading"))
    return tuple(out)


def parts(place: OutcomeReading, unit: str, up: bool) -> list[Line]:
    """The change over the period and the parts that add up to it."""
    whole = place.parts
    assert not isinstance(whole, Refusal)
    first = f"Four weeks before {say_day(whole.before.last + timedelta(days=1))}"
    if len(whole.before) != 28:
        first = f"{say_day(whole.before.first)} to {say_day(whole.before.last)}"
    rows = [Line(first, say.level(whole.start, unit))]
    named = (
        ("Made good by releases", whole.made_good),
        ("Drift", whole.drift),
        ("Known events", whole.known),
        ("Noise", whole.noise),
    )
    told = [whole.drift] if untouched(whole) else [whole.made_good, whole.drift]
    decimals = min(say.places(*say.scaled(p, unit)[1:]) for p in told)
    if untouched(whole):
        rows.append(Line("Made good by releases", "nothing released", "none could have moved it in this period"))
    for name, part in named:
        if part.mean == part.low == part.high == 0:
            continue
        shade: Tone = "plain" if name in ("Noise", "Known events") else tone(part.low, part.high, up)
        note = f"95 %: {say.between(part, unit, decimals)}" if part.low < part.high else ""
        if spans_zero(part) and shade == "flat":
            note += "; may be nothing"
        figure = say.signed(say.scaled(part, unit)[0], decimals)
        rows.append(Line(name, f"{figure} {say.points(unit)}".strip(), note, shade))
    if isinstance(place.now, Refusal) or abs(place.now - whole.end) > 1e-9 * abs(whole.end):
        when = f"{say_day(whole.after.first)} to {say_day(whole.after.last)}"
        rows.append(Line(when, say.level(whole.end, unit), "the parts add up to this"))
    return rows


def by_release(place: OutcomeReading) -> tuple[Line, ...]:
    """Which releases made good how much, the largest first."""
    if isinstance(place.parts, Refusal):
        return ()
    unit, up = (place.metric.unit, place.metric.good == "up") if place.metric else ("", True)
    ranked = sorted(place.parts.by_release, key=lambda kv: -abs(kv[1].mean))
    return tuple(
        Line(say.short(name, 60), say.change(p, unit), f"95 %: {say.between(p, unit)}", tone(p.low, p.high, up))
        for name, p in ranked[:LARGEST]
    )


def left(target: float, now: float, unit: str, up: bool) -> Line:
    """How far the target still is."""
    gap = target - now
    if (gap <= 0) == up or gap == 0:
        return Line("Still to make good", "nothing: the target is reached", "", "good")
    by = 100.0 if unit == "%" else 1.0
    decimals = say.digits(gap * by, most=1)
    return Line("Still to make good", f"{say.signed(gap * by, decimals)} {say.points(unit)}".strip())
