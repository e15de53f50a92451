"""How things stand, in one word and one tone, so that the page, the terminal and the sentence never differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from madegood.faces.numbers import clean
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from madegood.evidence.model import Decomposition, Interval, Verdict
    from madegood.intent.model import Strategy
    from madegood.reading import OutcomeReading, Reading

#: good, bad and flat are measured; unsure is drawn hatched; plain has nothing to be measured by.
Tone = Literal["good", "bad", "flat", "unsure", "plain"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A verdict as it is shown: the word, then its tone."""

    word: str
    tone: Tone


TONES: dict[str, Tone] = {
    "moved": "good",
    "moved wrong way": "bad",
    "no meaningful movement": "flat",
    "cannot tell": "unsure",
    "too early": "unsure",
}


def ratified(strategy: Strategy) -> bool:
    """Whether a person stands behind any of it; what is only proposed states nothing yet."""
    said = (
        {o.status for o in strategy.outcomes} | {n.status for n in strategy.needs} | {b.status for b in strategy.bets}
    )
    return bool(said - {"proposed"})


def untouched(parts: Decomposition) -> bool:
    """Nothing was released that could have moved it: what was made good is then no figure, and has no interval."""
    return not parts.by_release and parts.made_good.low == parts.made_good.high


def standing(verdict: Verdict) -> Standing:
    """Of one verdict. Grade D is weak evidence: it may be shown, and never counts as moved."""
    shade = TONES[verdict.word]
    if verdict.grade == "D" and shade != "unsure":
        return Standing(f"{verdict.word}, on weak evidence", "unsure")
    return Standing(verdict.word, shade)


def together(verdicts: Iterable[Verdict]) -> Standing:
    """Of a bet with several metrics: any harm first, then any movement, then what is unsure, then nothing moved."""
    each = [standing(v) for v in verdicts]
    for shade in ("bad", "good", "unsure", "flat"):
        for one in each:
            if one.tone == shade:
                return one
    return Standing("no verdict yet", "unsure")


def bet_standings(reading: Reading) -> dict[str, Standing]:
    """Every bet of the strategy, by id. A guardrail can only speak against a bet, never for it."""
    by_bet: dict[str, list[Verdict]] = {bet.id: [] for bet in reading.strategy.bets}
    for verdict in reading.bets:
        harm = standing(verdict).tone == "bad"
        for name in verdict.names:
            if harm or not guards(reading.strategy, name, verdict.metric):
                by_bet.setdefault(name, []).append(verdict)
    return {name: together(verdicts) for name, verdicts in by_bet.items()}


def guards(strategy: Strategy, bet: str, metric: str) -> bool:
    """The metric is a guardrail of the bet, and nothing that it claims to move."""
    one = strategy.bet(bet)
    return bool(one and metric in one.guardrails and metric not in {e.metric for e in one.expect})


def waiting(reading: Reading) -> set[str]:
    """Bets of which nothing has reached customers yet."""
    shipped = {name for v in reading.bets if v.first is not None for name in v.names}
    return {bet.id for bet in reading.strategy.bets} - shipped


def release_verdicts(reading: Reading) -> tuple[Verdict, ...]:
    """Of releases, on outcomes' metrics first; one metric that two outcomes share is not said twice."""
    seen: set[tuple[tuple[str, ...], str]] = set()
    out = []
    everywhere = (*(o.verdicts for o in reading.outcomes), *(m.verdicts for m in reading.metrics))
    for verdict in (v for verdicts in everywhere for v in verdicts):
        key = (verdict.names, verdict.metric)
        if verdict.subject == "release" and key not in seen:
            seen.add(key)
            out.append(verdict)
    return tuple(out)


def of_releases(reading: Reading) -> tuple[int, int, int]:
    """Releases of the period that moved a metric well, that moved one the wrong way, and of which none can tell.

    A release that did both counts as wrong; releases that cannot be told apart count each.
    """
    new = {r.key for r in reading.releases if r.day in reading.period and not r.prerelease}
    tones: dict[str, set[Tone]] = {key: set() for key in new}
    for verdict in release_verdicts(reading):
        for name in verdict.names:
            if name in tones:
                tones[name].add(standing(verdict).tone)
    bad = sum("bad" in t for t in tones.values())
    good = sum("good" in t and "bad" not in t for t in tones.values())
    flat = sum(bool(t) and t <= {"flat"} for t in tones.values())
    return good, bad, len(new) - good - bad - flat


def first_outcome(reading: Reading) -> OutcomeReading | None:
    """The first outcome whose change has parts; failing that the first of all."""
    whole = [o for o in reading.outcomes if not isinstance(o.parts, Refusal)]
    return next(iter(whole or reading.outcomes), None)


def spans_zero(part: Interval) -> bool:
    """The interval holds zero: it may be nothing."""
    return part.low <= 0 <= part.high


def tone(low: float, high: float, up: bool) -> Literal["good", "bad", "flat"]:
    """Of a change with its interval: flat when the interval holds zero."""
    if low <= 0 <= high:
        return "flat"
    return "good" if (low > 0) == up else "bad"


def title(strategy: Strategy, kind: str, name: str) -> str:
    """What people call an outcome, need, bet or metric."""
    if kind == "metric":
        metric = strategy.metric(name)
        return clean(metric.label) if metric else clean(name)
    known = {"outcome": strategy.outcome, "need": strategy.need, "bet": strategy.bet}.get(kind)
    thing = known(name) if known else None
    own = thing.title if thing else ""
    return clean(own) or clean(name.replace("-", " ").capitalize()) or "(no name)"


def plural_releases(names: tuple[str, ...], most: int = 3) -> str:
    """Releases that cannot be told apart: "3.2 + 3.3".

    >>> plural_releases(("1", "2", "3", "4", "5"))
    '1 + 2 + 3 + 2 more'
    """
    shown = [clean(n) for n in names[:most]]
    rest = len(names) - len(shown)
    return " + ".join([*shown, f"{rest} more"] if rest else shown)
