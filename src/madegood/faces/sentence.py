"""The sentence: effort, aim, bets, and the first outcome, said as one would say it aloud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from madegood.faces import numbers as say
from madegood.faces.standing import (
    bet_standings,
    first_outcome,
    of_releases,
    ratified,
    spans_zero,
    tone,
    untouched,
    waiting,
)
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.evidence.model import Decomposition
    from madegood.reading import OutcomeReading, Reading

Mark = Literal["", "aim", "good", "bad", "flat"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of the sentence; the pieces join to the whole. `mark` underlines, and says nothing the words do not."""

    text: str
    mark: Mark = ""


Said = list[Phrase]  # one whole sentence


def sentence(reading: Reading) -> tuple[Phrase, ...]:
    """The sentence in pieces: each part where its figure exists, else why it does not; no reason is given twice."""
    whole: list[Said] = []
    reasons: set[str] = set()
    for said in (*spent(reading), *aimed(reading), *won(reading), *made_good(reading)):
        reason = "".join(p.text for p in said).partition(": ")[2]
        if said[0].mark == "flat" and reason and reason in reasons:
            continue
        reasons.add(reason)
        whole.append(said)
    for said in whole[1:]:
        said[0] = replace(said[0], text=f" {said[0].text}")
    return tuple(p for said in whole for p in said if p.text)


def cannot(what: str, why: Refusal) -> Said:
    """A refusal as a sentence."""
    return [Phrase(what, "flat"), Phrase(f": {reason(why)}.")]


def reason(why: Refusal) -> str:
    """Why, ready to stand after a colon."""
    return say.clean(why.why).rstrip(". ") or "nothing says why"


def spent(reading: Reading) -> list[Said]:
    """You spent 412 person-days this quarter and finished 34 items a week."""
    speed, heading = reading.speed, reading.heading
    when = say.stretch(len(reading.period))
    days = None if isinstance(heading, Refusal) or heading.unit != "person-days" else heading.total
    if isinstance(speed, Refusal):
        if days is None:
            return [cannot("How much was done cannot be said", speed)]
        return [
            [Phrase(f"You spent {say.many(days, 'person-day')} {when}.")],
            cannot("How much that finished cannot be said", speed),
        ]
    done = "shipped" if speed.reach_known and speed.reached >= speed.items else "finished"
    if speed.items == 0:
        did = f"finished no item {when}"
        return [[Phrase(f"You spent {say.many(days, 'person-day')} and {did}." if days else f"You {did}.")]]
    rate = f"{weekly(speed.per_week)} a week"
    if days is None:
        return [[Phrase(f"You {done} {say.many(speed.items, 'item')} {when}, {rate.replace(' items', '')}.")]]
    return [[Phrase(f"You spent {say.many(days, 'person-day')} {when} and {done} {rate}.")]]


def weekly(rate: float) -> str:
    """Items a week.

    >>> weekly(34.2), weekly(0.6), weekly(1.0)
    ('34 items', '0.6 items', '1 item')
    """
    text = say.number(rate, 0 if rate >= 10 else 1).removesuffix(".0")
    return f"{text} item" if text == "1" else f"{text} items"


def aimed(reading: Reading) -> list[Said]:
    """58 % was aimed at an outcome you stated."""
    heading = reading.heading
    if not reading.strategy.outcomes:
        return [[Phrase("No outcome is stated", "bad"), Phrase(", so nothing can be aimed at one.")]]
    if isinstance(heading, Refusal):
        return [cannot("What it was aimed at cannot be said", heading)]
    if heading.total <= 0:
        return []
    aim = heading.part("bet", "need", "outcome")
    if aim and not ratified(reading.strategy):
        return [
            [Phrase(f"{say.capital(say.share(aim))} would serve what is only proposed", "flat"), Phrase(" so far.")]
        ]
    what = "of it" if heading.unit == "person-days" else "of the items"
    part = f"{say.share(aim)} was aimed" if aim else f"None {what} was aimed"
    if heading.unit == "items" and aim:
        part = f"{say.share(aim)} of the work was aimed"
    return [[Phrase(say.capital(part), "aim" if aim else "bad"), Phrase(" at an outcome you stated.")]]


def won(reading: Reading) -> list[Said]:
    """One of five bets moved a customer the way you meant."""
    late = waiting(reading)
    stated = [b for b in reading.strategy.bets if b.status != "proposed" or b.id not in late]
    if not stated:
        return [*drafted(len(reading.strategy.bets)), *shipped(reading)]
    standings = bet_standings(reading)
    tones = [standings[b.id].tone for b in stated if b.id not in late]
    bets, good, bad = len(stated), tones.count("good"), tones.count("bad")
    unsure, unshipped = tones.count("unsure"), bets - len(tones)
    which = {1: "your only bet", 2: "your two bets"}.get(bets, f"your {say.spelled(bets)} bets")
    if not tones:
        return [[Phrase(f"Nothing of {which} is known to have shipped", "flat"), Phrase(" yet.")]]
    later = [f"of {say.spelled(unshipped)} nothing is known to have shipped"] if unshipped else []
    if unsure == len(tones):
        which = f"any of {which}" if bets > 1 else which
        end = f" yet; {later[0]}." if later else " yet."
        return [[Phrase(f"Whether {which} moved a customer"), Phrase(" cannot be told", "flat"), Phrase(end)]]
    head = f"{say.capital(say.spelled(good)) if good else 'None'} of {say.spelled(bets)} bets"
    if bets == 1:
        head = "Your only bet" if good else "Your only bet has not"
    tail = [f"{say.spelled(bad) if bets > 1 else 'it'} moved one the wrong way"] if bad else []
    tail += [f"of {say.spelled(unsure)} the data cannot tell yet"] if unsure else []
    end = "; ".join([" moved a customer the way you meant", *tail, *later])
    return [[Phrase(head, "good" if good else "bad" if bad else "flat"), Phrase(f"{end}.")]]


def drafted(bets: int) -> list[Said]:
    """Bets that no person has ratified are no bets yet."""
    if not bets:
        return []
    which = {1: "The one bet is", 2: "Both bets are"}.get(bets, f"All {say.spelled(bets)} bets are")
    return [[Phrase(f"{which} still proposed", "flat"), Phrase(", waiting for a person to ratify.")]]


def shipped(reading: Reading) -> list[Said]:
    """Without bets, what the releases of the period did, by count."""
    new = [r for r in reading.releases if r.day in reading.period and not r.prerelease]
    if not new:
        return []
    good, bad, unsure = of_releases(reading)
    total = len(new)
    head = "The one release" if total == 1 else f"Of {say.many(total, 'release')}"
    if not good and not bad:
        if unsure:
            told = "whether it moved anything" if total == 1 else "whether any moved a metric"
            lead = "Of the one release, " if total == 1 else f"{head}, "
            return [[Phrase(lead + told), Phrase(" cannot be told", "flat"), Phrase(" yet.")]]
        return []
    if total == 1:
        words = " moved a metric the way that is good." if good else " moved a metric the wrong way."
        return [[Phrase(head, "good" if good else "bad"), Phrase(words)]]
    said = [Phrase(f"{head}, ")]
    if good:
        said.append(Phrase(f"{say.spelled(good)} moved a metric the way that is good", "good"))
    if good and bad:
        said.append(Phrase(", "))
    if bad:
        said.append(Phrase(f"{say.spelled(bad)} moved one the wrong way", "bad"))
    said.append(Phrase(f"; of {say.spelled(unsure)} the data cannot tell yet." if unsure else "."))
    return [said]


def made_good(reading: Reading) -> list[Said]:
    """Activation made good +1.1 points while it drifted −2.6: at this heading you have a 7 % chance of 48 %."""
    first = first_outcome(reading)
    if first is None:
        return []
    name = say.capital(say.short(first.metric.label if first.metric else first.outcome.title or first.outcome.id, 60))
    if isinstance(first.parts, Refusal):
        what = f"What your releases did to {name[:1].lower() + name[1:]} cannot be said"
        out = [cannot(what, first.parts)]
        if not isinstance(first.forecast, Refusal):
            out.append([Phrase("At this heading you have "), *chance(reading, first), Phrase(".")])
        return out
    said = moved_by(name, first, first.parts)
    if isinstance(first.forecast, Refusal):
        return [[*said, Phrase(".")], cannot("Where this heading ends cannot be said", first.forecast)]
    return [[*said, Phrase(": at this heading you have "), *chance(reading, first), Phrase(".")]]


def moved_by(name: str, first: OutcomeReading, parts: Decomposition) -> Said:
    """Activation made good +1.1 points while it drifted −2.6; a part that may be nothing says so."""
    metric = first.metric
    unit, up = (metric.unit, metric.good == "up") if metric else ("", True)
    made, drift = parts.made_good, parts.drift
    if untouched(parts):
        said = [
            Phrase("Nothing was released", "flat"),
            Phrase(f" that could have moved {name[:1].lower() + name[1:]}; it"),
        ]
    else:
        said = [Phrase(f"{name} made good "), Phrase(say.change(made, unit), tone(made.low, made.high, up))]
        if spans_zero(made):
            said.append(Phrase(f", which may be nothing ({say.between(made, unit)}),"))
        said.append(Phrase(" while it"))
    drifted = say.change(drift, unit, named=untouched(parts))
    said += [Phrase(" drifted "), Phrase(drifted, tone(drift.low, drift.high, up))]
    if spans_zero(drift):
        said.append(Phrase(f" ({say.between(drift, unit)})"))
    return said


def chance(reading: Reading, first: OutcomeReading) -> Said:
    """A 7 % chance of 48 % by December."""
    ahead = first.forecast
    assert not isinstance(ahead, Refusal)
    unit = first.metric.unit if first.metric else ""
    goal = first.outcome.target
    target = say.amount(goal, unit) if goal else say.level(ahead.target, unit)
    odds = say.share(ahead.chance)
    words = f"{'an' if odds.startswith(('8', '11 ', '18 ')) else 'a'} {odds} chance"
    if ahead.chance < 0.005:
        words = "less than a 1 % chance"
    elif odds.startswith("over"):
        words = "more than a 99 % chance"
    mark: Mark = "good" if ahead.chance >= 0.5 else "bad"
    return [Phrase(words, mark), Phrase(f" of {target} by {say.deadline(ahead.by, reading.on)}")]
