"""What moved: every verdict as a row, bets first, then releases; long lists are cut, and the cut is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.faces import numbers as say
from madegood.faces.standing import Standing, guards, plural_releases, release_verdicts, standing, title
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.model import Interval, Verdict
    from madegood.reading import Reading

#: Rows of a long list that are shown before the rest is folded away: what moved, and the newest of the others.
MOVED, NEWEST = 24, 12
GRADES = {
    "A": "randomised",
    "B": "staged, or with customers who did not meet it",
    "C": "one series, clean history, clear dates",
    "D": "weak",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict.

    about    grade, metric and day
    effect   the data's own, with its 95 % interval, or None
    claim    what was believed before shipping, shares, or None
    rope     changes smaller than this share do not matter
    """

    title: str
    about: str
    metric: str
    day: date | None
    standing: Standing
    grade: str
    effect: Interval | None
    claim: tuple[float, float] | None
    rope: float
    figure: str
    range: str
    remarks: tuple[str, ...]
    step: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows to show at once, all rows, and what the others are, in words. `reach` is the largest effect drawn."""

    bets: tuple[Row, ...]
    releases: tuple[Row, ...]
    rest: tuple[Row, ...]
    others: str
    reach: float


def moved(reading: Reading) -> Moved:
    """Verdicts of bets, then of releases: those that moved something, then the newest of the others."""
    bets = tuple(row(reading, v) for v in reading.bets)
    rows = [row(reading, v) for v in release_verdicts(reading)]
    rows.sort(key=lambda r: r.day or date.min, reverse=True)
    told = [r for r in rows if r.standing.tone in ("good", "bad")][:MOVED]
    new = [r for r in rows if not any(r is t for t in told)][:NEWEST]
    shown = (*told, *new)
    rest = tuple(r for r in rows if not any(r is s for s in shown))
    return Moved(bets, shown, rest, others(rest), reach((*bets, *shown)))


def row(reading: Reading, verdict: Verdict) -> Row:
    """One verdict, in words and figures."""
    metric = reading.strategy.metric(verdict.metric)
    label = title(reading.strategy, "metric", verdict.metric)
    if verdict.subject == "bet":
        name = " + ".join(title(reading.strategy, "bet", n) for n in verdict.names)
    else:
        name = plural_releases(tuple(called(reading, n) for n in verdict.names))
    effect = None if isinstance(verdict.effect, Refusal) else verdict.effect
    day = verdict.first or (effect.first if effect else None)
    guard = verdict.subject == "bet" and any(guards(reading.strategy, n, verdict.metric) for n in verdict.names)
    when = say_day(day) if day else "not shipped yet"
    about = " · ".join(x for x in (verdict.grade, f"guardrail {label}" if guard else label, when) if x)
    return Row(
        name, about, label, day, standing(verdict), verdict.grade,
        effect.data if effect else None, claim(reading, verdict), metric.rope if metric else 0.01,
        say.effect(effect.data) if effect else "cannot be said", say.between(effect.data) if effect else "",
        tuple(remarks(reading, verdict)), say.capital(say.clean(verdict.step)),
    )  # fmt: skip


def called(reading: Reading, key: str) -> str:
    """A release as people call it: its name where it has one."""
    release = next((r for r in reading.releases if r.key == key), None)
    if release is None or not release.name or release.name == release.id:
        return say.short(key, 40)
    return say.short(release.name if release.id in release.name else f"{release.id} {release.name}", 48)


def claim(reading: Reading, verdict: Verdict) -> tuple[float, float] | None:
    """What a bet claimed of this metric, where it was said as a share."""
    bet = reading.strategy.bet(verdict.names[0]) if verdict.subject == "bet" and verdict.names else None
    for expected in bet.expect if bet else ():
        if expected.metric == verdict.metric and expected.relative:
            ends = [x for x in (expected.low, expected.high) if x is not None]
            return (min(ends), max(ends)) if ends else None
    return None


def remarks(reading: Reading, verdict: Verdict) -> list[str]:
    """What was believed, what the record makes of it, what would have been seen, and every doubt."""
    out = []
    believed = claim(reading, verdict)
    if believed:
        low, high = (say.rise(x) for x in believed)
        out.append(f"Believed {low} to {high}." if low != high else f"Believed {low}.")
    effect = verdict.effect
    if isinstance(effect, Refusal):
        out.append(f"{say.capital(say.clean(effect.why)).rstrip('.')}.")
    else:
        held = say.effect(effect.shrunk)
        if held != say.effect(effect.data):
            out.append(f"Held back by your own record: {held} ({say.between(effect.shrunk)}).")
        smallest = f"{effect.mde * 100:.2g} %"
        if verdict.word in ("cannot tell", "too early") and 0 < effect.mde < 10 and smallest not in verdict.step:
            out.append(f"Smallest effect that would have been seen: {smallest}.")
    return out + [f"{say.capital(say.clean(d)).rstrip('.')}." for d in verdict.doubts]


def others(rest: Sequence[Row]) -> str:
    """The rows that are folded away, in words.

    >>> others(())
    ''
    """
    if not rest:
        return ""
    words: dict[str, int] = {}
    for r in rest:
        words[r.standing.word] = words.get(r.standing.word, 0) + 1
    said = ", ".join(f"“{word}” for {say.count(n)}" for word, n in sorted(words.items(), key=lambda kv: -kv[1]))
    return f"{say.many(len(rest), 'older verdict is', 'older verdicts are')} folded away: {said}."


def reach(rows: Sequence[Row]) -> float:
    """The largest effect that is drawn: all that was claimed or found, four fifths of what cannot be told.

    Wider intervals end in an arrow, so that one of ±90 % does not hide a clear one of ±2 %.
    """
    clear = [abs(x) for r in rows if r.claim for x in r.claim]
    clear += [abs(x) for r in rows if r.effect and r.standing.tone != "unsure" for x in (r.effect.low, r.effect.high)]
    wide = sorted(max(abs(r.effect.low), abs(r.effect.high)) for r in rows if r.effect and r.standing.tone == "unsure")
    if wide and not clear:
        clear = [wide[int(0.8 * (len(wide) - 1))]]
    elif wide:
        clear.append(min(wide[int(0.8 * (len(wide) - 1))], 3 * max(clear)))
    return max([x for x in clear if x < 1e6], default=0.1) * 1.08 or 0.1
