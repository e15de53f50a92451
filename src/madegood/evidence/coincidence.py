"""What coincides with an erosion's onset, and how surprising that is: causes are looked for here, none is claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from madegood.days import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from madegood.evidence.model import Erosion
    from madegood.execution.model import Release
    from madegood.intent.model import KnownEvent

Kind = Literal["release", "event", "version", "need", "segment"]
RARE = 0.05  # a coincidence less likely than this, among all that were looked at, is worth a look


@dataclass(frozen=True, slots=True)
class Coincidence:
    """Things of one kind, or one need's releases, that lie within an onset's range.

    names     what lies there, by day
    chance    share of all ranges as long as this one, over the days that are known, that hold at least as many
    corrected the chance that the most surprising of all that was looked at is so surprising (Sidak); RARE: look there
    """

    kind: Kind
    about: str
    names: tuple[str, ...]
    chance: float
    corrected: float
    says: str


def coincidences(
    erosion: Erosion,
    known_days: Window,
    releases: Sequence[Release],
    events: Sequence[KnownEvent] = (),
    versions: Mapping[str, Sequence[date]] | None = None,
    needs: Mapping[str, Sequence[Release]] | None = None,
) -> tuple[Coincidence, ...]:
    """Everything that lies within the onset's range, the most surprising first.

    known_days  over which releases and events are known: what a range is held against
    versions    days on which each version, platform or segment first appeared
    needs       the releases that carried work for each need
    """
    looked = [
        ("release", "", [(r.day, r.key) for r in releases]),
        ("event", "", [(e.first, e.name) for e in events if not e.metrics or erosion.metric in e.metrics]),
        *(("version", name, [(day, name) for day in days]) for name, days in (versions or {}).items()),
        *(("need", name, [(r.day, r.key) for r in mine]) for name, mine in (needs or {}).items()),
    ]
    asked = [(kind, about, things) for kind, about, things in looked if things]
    found = [_found(erosion, known_days, kind, about, things, len(asked)) for kind, about, things in asked]
    return tuple(sorted((c for c in found if c), key=lambda c: (c.chance, c.kind, c.about)))


def chance(days: Iterable[date], inside: Window, known_days: Window) -> float:
    """Share of the ranges as long as `inside`, over all known days, that hold at least as many of these days.

    Every place of the range is tried, so that bursts of releases make crowded ranges as common as they are; the ends
    are joined (a circular shift, as in the bootstrap of Politis and Romano, JASA 1994). The range itself is one of
    them, so this is never 0.

    >>> known = Window(date(2026, 1, 1), date(2026, 1, 10))
    >>> chance([date(2026, 1, 3)], Window(date(2026, 1, 3), date(2026, 1, 4)), known)
    0.2
    """
    size, length = len(known_days), min(len(inside), len(known_days))
    marks = np.zeros(size)
    for day in days:
        if day in known_days:
            marks[(day - known_days.first).days] += 1
    sums = np.concatenate([marks, marks[: length - 1]]).cumsum()
    held = sums[length - 1 :] - np.concatenate([[0.0], sums[: size - 1]])
    start = min(max((inside.first - known_days.first).days, 0), size - 1)
    return float(np.mean(held >= held[start]))


def _found(
    erosion: Erosion, known_days: Window, kind: str, about: str, things: list[tuple[date, str]], looked: int
) -> Coincidence | None:
    """One kind of things, when at least one lies within the range."""
    inside = Window(max(erosion.onset_low, known_days.first), min(erosion.onset_high, known_days.last))
    if inside.first > inside.last:
        return None
    names = tuple(name for day, name in sorted(things) if day in inside)
    if not names:
        return None
    alone = chance((day for day, _ in things), inside, known_days)
    corrected = 1 - (1 - alone) ** looked
    return Coincidence(kind, about, names, alone, corrected, _say(kind, about, names, alone, corrected, len(inside)))  # type: ignore[arg-type]


def _say(kind: str, about: str, names: tuple[str, ...], alone: float, corrected: float, days: int) -> str:
    """In words, with how little it means when it means little."""
    many = f"{len(names)} {kind}{'' if len(names) == 1 else 's'}"
    what = f"{many} for {about}" if kind == "need" else f"{about} appeared" if kind == "version" else many
    often = f"so much in {100 * alone:.2g} % of all ranges of {days} days"
    means = "worth a look; a coincidence is no cause" if corrected < RARE else "no surprise"
    return f"{what} within the range of its onset; {often}: {means}."


def range_of(days: Iterable[date], margin: int = 0) -> Window | None:
    """From the first to the last of some days, with a margin; None without any."""
    found = sorted(days)
    return Window(found[0] - timedelta(days=margin), found[-1] + timedelta(days=margin)) if found else None
