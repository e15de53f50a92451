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

    from madegood.evidence.model import Interval, Substitution, Verdict
    from madegood.reading import Reading

#: Rows of a long list that are shown before the rest is folded away: what moved, and the newest of the others.
MOVED, NEWEST = 24, 12
#: The design that speaks of every release: a row names its design only where it is another.
SERIES = "joint series"
GRADES = {
    "A": "randomised",
    "B": "staged, or with customers who did not meet it",
    "C": "one series, clean history, clear dates",
    "D": "weak",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict.

    about    grade with its design, metric and day
    beside   what to know beside the effect: what the outcome itself did, and what fell while this rose
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
    beside: tuple[str, ...] = ()


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
    about = " · ".join(x for x in (graded(verdict), f"guardrail {label}" if guard else label, when) if x)
    return Row(
        name, about, label, day, standing(verdict), verdict.grade,
        effect.data if effect else None, claim(reading, verdict), metric.rope if metric else 0.01,
        say.effect(effect.data) if effect else "cannot be said", say.between(effect.data) if effect else "",
        tuple(remarks(reading, verdict)), say.capital(say.spoken(verdict.step)),
        () if guard else (*outcome_too(reading, verdict), *instead(reading, verdict)),
    )  # fmt: skip


def called(reading: Reading, key: str) -> str:
    """A release as people call it: its name where it has one."""
    release = next((r for r in reading.releases if r.key == key), None)
    if release is None or not release.name or release.name == release.id:
        return say.short(key, 40)
    return say.short(release.name if release.id in release.name else f"{release.id} {release.name}", 48)


def graded(verdict: Verdict) -> str:
    """The letter, and the design where it is more than one series: "A randomised, 41,210 people"."""
    effect = verdict.effect
    if isinstance(effect, Refusal) or effect.design == SERIES:
        return verdict.grade
    said = f"{verdict.grade} {say.clean(effect.design)}"
    return f"{said}, {say.clean(effect.basis)}" if effect.basis else said


def outcome_too(reading: Reading, verdict: Verdict) -> list[str]:
    """What the same release did to the outcome itself: adoption, or a metric on the way, is not the outcome."""
    bet = reading.strategy.bet(verdict.names[0]) if verdict.subject == "bet" and verdict.names else None
    outcome = reading.strategy.outcome(bet.achieve) if bet else None
    if outcome is None or isinstance(verdict.effect, Refusal) or outcome.metric in ("", verdict.metric):
        return []
    mine = set(verdict.effect.releases)
    name = title(reading.strategy, "outcome", outcome.id)
    for v in release_verdicts(reading):
        if v.metric == outcome.metric and mine & set(v.names):
            word = standing(v).word
            if isinstance(v.effect, Refusal):
                return [f"The outcome itself, {name}: {word}."]
            return [f"The outcome itself, {name}: {word}, {say.effect(v.effect.data)} ({say.between(v.effect.data)})."]
    return [f"The outcome itself, {name}: no verdict on the same release."]


def instead(reading: Reading, verdict: Verdict) -> list[str]:
    """What fell while this rose, after the same release."""
    if isinstance(verdict.effect, Refusal) or verdict.word != "moved":
        return []
    mine = set(verdict.effect.releases)
    found = (s for s in reading.substitutions if s.gained == verdict.metric and mine & set(s.releases))
    return [taken(reading, s) for s in found]


def taken(reading: Reading, s: Substitution) -> str:
    """One gain that may have been taken from elsewhere, with both sizes where they count the same thing."""
    lost, metric = title(reading.strategy, "metric", s.lost), reading.strategy.metric(s.gained)
    unit = metric.unit if metric else ""
    parts = [
        f"While it moved, {lost} {'fell' if s.fall.mean < 0 else 'rose'}: {say.effect(s.fall)} ({say.between(s.fall)})"
    ]
    if s.more and s.less and s.net:
        more, less, net = (say.change(x, unit) for x in (s.more, s.less, s.net))
        parts.append(f"{more} a day here, {less} there, so {net} in all ({say.between(s.net, unit)})")
    if s.short and s.total:
        whole = title(reading.strategy, "metric", s.outcome)
        parts.append(f"{whole} did not rise by as much: {say.change(s.total, unit)} ({say.between(s.total, unit)})")
    if s.others:
        parts.append(f"there it cannot be told apart from {plural_releases(s.others)}")
    return f"{'; '.join(parts)}. Perhaps one was gained at the other’s cost."


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
        out.append(f"{say.capital(say.spoken(effect.why)).rstrip('.')}.")
    else:
        held = say.effect(effect.shrunk)
        if held != say.effect(effect.data):
            out.append(f"Held back by your own record: {held} ({say.between(effect.shrunk)}).")
        smallest = f"{effect.mde * 100:.2g} %"
        if (
            verdict.word in ("cannot tell", "too early")
            and 0 < effect.mde < 10
            and smallest not in say.spoken(verdict.step)
        ):
            out.append(f"Smallest effect that would have been seen: {smallest}.")
    return out + [f"{say.capital(say.spoken(d)).rstrip('.')}." for d in verdict.doubts]


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
