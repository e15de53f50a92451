"""Customers who said nothing, as cards: who left, what the survey's silent would say, what trust did."""

from __future__ import annotations

from collections import defaultdict
from math import exp
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.attrition import Attrition
from madegood.evidence.model import Interval
from madegood.evidence.survey_told import Survey
from madegood.evidence.trust import Trust
from madegood.faces import numbers as say
from madegood.faces.cards import Signal, Trace
from madegood.faces.standing import title
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.evidence.attrition import Lost
    from madegood.evidence.pace import Pace
    from madegood.faces.standing import Tone
    from madegood.reading import Reading

#: How a score of each kind is written.
SIGNED = {"nps"}
NAMED = {"nps", "csat", "ces"}
SHARES = {"csat", "yes-no"}


def silent(reading: Reading) -> Iterator[Signal]:
    """One card for each of them that can be read; the newest wave of each survey."""
    for one in reading.quiet.attrition:
        if isinstance(one, Attrition):
            yield gone(reading, one)
    waves: defaultdict[str, list[Survey]] = defaultdict(list)
    for survey in reading.quiet.surveys:
        if isinstance(survey, Survey):
            waves[survey.name].append(survey)
    for each in waves.values():
        yield asked(each[-1], each[-2] if len(each) > 1 else None)
    if isinstance(reading.quiet.trust, Trust):
        yield trusted(reading, reading.quiet.trust)


def gone(reading: Reading, one: Attrition) -> Signal:
    """Who left without a word: of those who are leaving now, where they can be told, else of all."""
    lost = one.lost if isinstance(one.recent, Refusal) else one.recent
    whom = "ever seen" if isinstance(one.recent, Refusal) else f"active in the last {one.horizon} weeks"
    of = title(reading.strategy, "metric", one.metric)
    notes = [
        f"Of {say.many(lost.customers, 'customer')} {whom} ({of}), {percents(lost)} will not be back within "
        f"{one.horizon} weeks."
    ]
    if one.rise and not isinstance(one.rise, Refusal):
        r = one.rise
        notes.append(
            f"Since about {say_day(r.since)} (between {say_day(r.since_low)} and {say_day(r.since_high)}) they left "
            f"faster than before: {say.effect(r.faster)} (95 %: {say.between(r.faster)})."
        )
    for who in (x for x in reading.quiet.leavers if x.metric == one.metric):
        times = say.number(1 + who.rise.faster.mean, 1)
        notes.append(
            f"Those with {say.short(who.name, 30)} {say.short(who.value, 30)}: {times} times as fast as before. "
            "What they have in common need not be why."
        )
    if not isinstance(one.at_stake, Refusal):
        worth = one.at_stake
        decimals = say.places(worth.low, worth.high)
        low, high = (say.number(x, min(decimals, 0)) for x in (worth.low, worth.high))
        notes.append(f"They brought in {low} to {high} in the {one.horizon} weeks before.")
    notes += [f"{name}: {percents(part)}." for name, part in worst(one)]
    if len(one.models) > 1:
        each = [m.lost.mean for m in one.models]
        notes.append(
            f"Of all customers ever seen {say.share(min(each))} to {say.share(max(each))}, by which model is asked."
        )
    rising = one.rise is not None and not isinstance(one.rise, Refusal)
    number = f"{say.number(lost.number.mean, min(say.places(lost.number.low, lost.number.high), 0))} customers"
    return Signal("Silently gone", number, tuple(notes), "bad" if rising else "flat", pace(one))


def percents(lost: Lost) -> str:
    """A share with its interval."""
    return f"{say.share(lost.share.mean)} (95 %: {say.share(lost.share.low)} to {say.share(lost.share.high)})"


def worst(one: Attrition) -> list[tuple[str, Lost]]:
    """The segment that loses most, where its interval lies beyond that of all."""
    named = sorted(one.segments, key=lambda s: -s[1].share.mean)
    return [s for s in named[:1] if s[1].share.low > one.lost.share.high]


def pace(one: Attrition) -> Trace | None:
    """The rate of leaving, block by block."""
    if isinstance(one.paces, Refusal) or len(one.paces) < 2:
        return None
    blocks = one.paces
    low, high = (tuple(edge(b, low=side) for b in blocks) for side in (True, False))
    onset = None
    if one.rise and not isinstance(one.rise, Refusal):
        at = [i for i, b in enumerate(blocks) if b.last >= one.rise.since_low and b.first <= one.rise.since_high]
        onset = (at[0], at[-1]) if at else None
    says = f"Share of customers who left in each four weeks, {say_day(blocks[0].first)} to {say_day(blocks[-1].last)}"
    foot = f"{say.share(blocks[-1].left)} in four weeks, {say_day(blocks[-1].last)}"
    tone: Tone = "bad" if onset else "flat"
    return Trace(tuple(b.left for b in blocks), tone, says, say_day(blocks[0].first), foot, low, high, onset)


def edge(block: Pace, low: bool) -> float:
    """An end of the block's share who left, as sure as its pace is."""
    end = block.pace.low if low else block.pace.high
    return block.left * end / block.pace.mean


def asked(one: Survey, before: Survey | None) -> Signal:
    """What those who answered said, and what everyone would."""
    silent, best = say.share(1 - one.answered / one.asked), one.best
    notes = []
    if isinstance(best, Refusal):
        notes.append(f"What the silent {silent} would say cannot be told: {best.why}.")
    else:
        range_ = f"{scored(one, best.low)} to {scored(one, best.high)}"
        notes.append(f"{range_} once the silent {silent} are weighed by what they do ({one.label}).")
        notes += [] if isinstance(one.answered_for, Interval) else tips(one)
        notes.append(f"The range counts {one.counts}.")
    notes += [f"{say.capital(say.clean(d))}." for d in one.doubts]
    notes.append(f"{say.many(one.answered, 'answer')} of {say.count(one.asked)} asked.")
    if before and not isinstance(before.best, Refusal):
        then = f"{scored(before, before.best.low)} to {scored(before, before.best.high)}"
        notes.append(f"Before ({before.wave}): {then}.")
    figure = f"{one.kind.upper() if one.kind in NAMED else 'Mean'} {scored(one, one.raw)} said"
    worse = isinstance(best, Interval) and best.high < one.raw
    return Signal(f"Survey {say.short(one.name, 40)}", figure, tuple(notes), "bad" if worse else "flat", tilted(one))


def tilted(one: Survey) -> Trace | None:
    """The score of everyone, by how much the answer itself moves who answers; the dot is where it does not."""
    curve = one.curve
    plain = [i for i, p in enumerate(curve) if p.delta == 0]
    if not plain or len(curve) < 3:
        return None
    unhappy, plainly, happy = (scored(one, curve[i].score.mean) for i in (0, plain[0], -1))
    says = (
        f"The score of everyone is {plainly} if happiness does not move who answers; {unhappy} if the unhappy answer "
        f"{say.number(exp(-curve[0].delta), 1)} times as readily, {happy} if the happy do"
    )
    feet = (f"unhappy answer more: {unhappy}", f"happy: {happy}")
    values, low, high = (tuple(getattr(p.score, part) for p in curve) for part in ("mean", "low", "high"))
    return Trace(values, "flat", says, feet[0], feet[1], low, high, dot=plain[0])


def tips(one: Survey) -> list[str]:
    """How much the answer itself would have to move who answers, before the conclusion is another."""
    tip = one.tipping
    if tip is None or tip.says == "open":
        return []
    there = f"That it is {tip.says} {scored(one, tip.target)}"
    if tip.times is None:
        return [f"{there} stands, however happiness itself moves who answers (within reason)."]
    who, times = ("unhappier", 1 / tip.times) if tip.times < 1 else ("happier", tip.times)
    readily = f"answer {say.number(times, 1)} times as readily"
    return [f"{there} falls if, among customers who behave alike, the {who} {readily}."]


def scored(one: Survey, score: float) -> str:
    """A score as such scores are written."""
    if one.kind in SIGNED:
        return say.signed(score, 0)
    return f"{say.number(score, 0)} %" if one.kind in SHARES else say.number(score, 1)


def trusted(reading: Reading, one: Trust) -> Signal:
    """The index of trust: how far it moved in a quarter, and whether that lasts."""
    quarter = one.quarter
    names = [title(reading.strategy, "metric", load.metric) for load in one.loadings]
    notes = [
        f"{say.capital(quarter.word)}: {say.signed(quarter.total.mean, 1)} of its own standard deviations in a quarter "
        f"(95 %: {span(quarter.total)}).",
        f"What {', '.join(names)} have in common; reliability {say.number(one.reliability, 2)}.",
    ]
    tone: Tone = "bad" if quarter.word == "fell and stays" else "good" if quarter.word == "rose and stays" else "flat"
    values = tuple(i.mean for i in one.index)
    says = f"The index of trust from {say_day(one.weeks[0])} to {say_day(one.weeks[-1])}: {quarter.word}"
    low, high = tuple(i.low for i in one.index), tuple(i.high for i in one.index)
    drawn = Trace(values, tone, says, say_day(one.weeks[0]), say_day(one.weeks[-1]), low, high)
    return Signal("Trust", say.signed(quarter.total.mean, 1), tuple(notes), tone, drawn)


def span(part: Interval) -> str:
    """An interval of plain numbers."""
    return f"{say.signed(part.low, 1)} to {say.signed(part.high, 1)}"
