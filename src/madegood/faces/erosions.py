"""What eroded without a word, as cards: since when, how fast, at what cost, and what lies near its onset."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.coincidence import RARE
from madegood.faces import numbers as say
from madegood.faces.cards import Signal, Trace
from madegood.faces.standing import title
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.coincidence import Coincidence
    from madegood.evidence.model import Erosion, Interval
    from madegood.reading import Reading

#: Days that the small curve shows before an erosion may have begun, and after it ended.
BEFORE, AFTER = timedelta(days=182), timedelta(days=91)
NAMES = 4  # of what lies near, the first


def eroding(reading: Reading) -> list[tuple[Erosion, Signal]]:
    """Those that go on first, then the newest."""
    near = dict(zip(reading.quiet.erosions, reading.quiet.near, strict=True))
    order = sorted(reading.erosions, key=lambda e: (e.ongoing, e.end), reverse=True)
    return [(e, erosion(reading, e, near.get(e, ()))) for e in order]


def erosion(reading: Reading, e: Erosion, near: Sequence[Coincidence]) -> Signal:
    """A drift for the worse, with its days."""
    began = f"Since {say_day(e.onset)}"
    if e.onset_low < e.onset_high:
        began += f" (between {say_day(e.onset_low)} and {say_day(e.onset_high)})"
    until = ", still going on" if e.ongoing else f", until {say_day(e.end)}"
    notes = [f"{began}{until}.", f"{say.effect(e.per_week)} a week (95 %: {say.between(e.per_week)})."]
    notes.append(f"In all {say.between(e.total)} % (95 %).")
    if e.beside:
        names = ", ".join(title(reading.strategy, "metric", name) for name in e.beside)
        notes.append(f"Seen beside {names}: what they share with it is not in these figures.")
    if e.noticed:
        notes.append(f"A weekly look would have noticed it by {say_day(e.noticed)}.")
    notes += costs(reading, e)
    notes += coinciding(reading, near)
    name = title(reading.strategy, "metric", e.metric) + (f", {say.short(e.segment, 40)}" if e.segment else "")
    return Signal(f"{name}: erosion", say.effect(e.total), tuple(notes), "bad", faded(reading, e, name))


def coinciding(reading: Reading, near: Sequence[Coincidence]) -> list[str]:
    """What lies near the onset: what is surprising by itself, else all of it in one line."""
    rare = [c for c in near if c.corrected < RARE]
    if rare:
        each = [f"{held(reading, c)}: in {say.share(c.chance)} of ranges as long by chance" for c in rare[:2]]
        return [f"Worth a look: {'; '.join(each)}. A coincidence is no cause."]
    plain = [c for c in near if c.kind != "need"]
    if not plain:
        return []
    return [f"Near it in time: {'; '.join(held(reading, c) for c in plain)}. By chance that is no surprise."]


def held(reading: Reading, c: Coincidence) -> str:
    """What coincides, by name."""
    if c.kind == "version":
        return f"{say.short(c.about, 40)} appeared"
    more = f" and {len(c.names) - NAMES} more" if len(c.names) > NAMES else ""
    names = ", ".join(say.short(n, 40) for n in c.names[:NAMES]) + more
    return f"{names}, for the need {title(reading.strategy, 'need', c.about)}" if c.kind == "need" else names


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
