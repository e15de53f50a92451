"""Answers -> verdicts, team-wide: `moved` is said so that of all that is said, one in twenty is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.designs import SERIES
from madegood.evidence.designs.joint_series import READABLE
from madegood.evidence.doubts import doubted, look
from madegood.evidence.doubts.beside import beside
from madegood.evidence.doubts.doubt import Doubtful
from madegood.evidence.doubts.placebo_dates import chance
from madegood.evidence.model import Estimate, Verdict
from madegood.evidence.offers import offers
from madegood.evidence.question import begins
from madegood.evidence.steps import next_step, why_not
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from madegood.evidence.model import Answer, Effect, Grade, Question, Word
    from madegood.evidence.offers import Offer

#: Mean chance of being wrong over everything that is said to have moved (Mueller, Parmigiani and Rice 2006).
WRONG = 0.05
#: No claim rides on surer ones: below four to one nothing is called moved, however sure all others are. Of 2,868
#: effects that were none, in twelve made-up companies, two are called (benchmarks/reveal.md).
LEAST = 0.8
#: So many serious doubts, and an effect is not told at all.
TOO_MANY = 2

Asked = tuple["Question", "Estimate"]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One effect that is spoken of, by the strongest design that knows it.

    chance  that it is beyond the ROPE on its side
    nth     its place among the series' effects; None where a stronger design says it
    """

    question: Question
    estimate: Estimate
    effect: Effect
    doubts: tuple[Doubtful, ...]
    chance: float
    nth: int | None = None

    @property
    def early(self) -> bool:
        """A series needs days after a release; other designs refuse by themselves."""
        return self.nth is not None and self.effect.days_after < READABLE

    @property
    def withdrawn(self) -> bool:
        return sum(d.serious for d in self.doubts) >= TOO_MANY

    @property
    def clear(self) -> bool:
        """The data's own 95 % interval beyond the ROPE, no doubt against it: the record alone never says `moved`."""
        rope, data = self.question.metric.rope, self.effect.data
        barred = self.early or self.withdrawn or any(d.bars for d in self.doubts)
        return not barred and (data.low > rope or data.high < -rope)


def judge(question: Question, answer: Answer) -> tuple[Verdict, ...]:
    """Verdicts on every release of one question. Judge a team's questions together where you can: `judge_all`."""
    return judge_all((question,), (answer,))[0]


def judge_all(questions: Sequence[Question], answers: Sequence[Answer]) -> tuple[tuple[Verdict, ...], ...]:
    """Verdicts by question, releases by day. What is called moved is chosen over all of them by step-up."""
    asked = [(q, a) for q, a in zip(questions, answers, strict=True) if isinstance(a, Estimate)]
    series = [(q, a) for q, a in asked if a.design == SERIES.name]
    told = [tuple(_told(q, a, series)) for q, a in asked]
    bar = _bar([t.chance for each in told for t in each if t.clear])
    each = iter(told)
    return tuple(
        _verdicts(q, a, next(each), bar) if isinstance(a, Estimate) else _refused(q, a)
        for q, a in zip(questions, answers, strict=True)
    )


def _bar(chances: Sequence[float]) -> float:
    """The chance from which an effect is called moved: the longest list, best first, with WRONG of it wrong on average.

    More than 1 when there is none.
    """
    bar, total = 2.0, 0.0
    for n, p in enumerate(sorted(chances, reverse=True), start=1):
        total += 1 - p
        if total / n > WRONG or p < LEAST:
            break
        bar = p
    return bar


# ---- what is told of each release --------------------------------------------------------------------------------


def _told(question: Question, answer: Estimate, others: Sequence[Asked]) -> Iterator[Told]:
    """What stronger designs know, then what the series alone knows; every release by the strongest that knows it.

    Which is the strongest is settled by the grades that their doubts leave; of two alike, the narrower is told.
    others  the team's series, for a jump that they share
    """
    series = answer if answer.design == SERIES.name else None
    own = [_of_series(question, answer, nth, others) for nth in range(len(series.effects))] if series else []
    alone = {t.effect.releases: t for t in own if not t.withdrawn}
    known: dict[str, Effect] = {}
    for estimate, effect in _strongest(answer, series):
        if set(effect.releases) <= set(known):
            continue
        said = tuple(beside(question, effect, series))
        told = Told(question, estimate, effect, (*_own(effect), *said), max(effect.up, effect.down))
        if not _outdone(told, alone.get(effect.releases)):
            known.update({key: effect for key in effect.releases if key not in known})
            yield told
    for told in own:
        if not set(told.effect.releases) <= set(known):
            said = tuple(_unread(told.effect, answer)) + tuple(_apart(told.effect, known))
            yield replace(told, doubts=(*said, *told.doubts))


def _of_series(question: Question, answer: Estimate, nth: int, others: Sequence[Asked]) -> Told:
    """What the series says of one of its effects, with the doubts about it."""
    effect, seen = answer.effects[nth], look(question, answer, nth, others)
    return Told(question, answer, effect, (*_own(effect), *doubted(seen)), chance(effect, seen.clean), nth)


def _outdone(told: Told, series: Told | None) -> bool:
    """Whether the series knows better: doubts leave it a grade as good at least, and it says it more narrowly.

    What was not drawn by lot and has a serious doubt against it gives way to a series that has none.
    """
    if series is None or series.early:
        return False
    if told.effect.grade != "A" and any(d.serious for d in told.doubts):
        return not any(d.serious for d in series.doubts)
    if _grade(series) > _grade(told):
        return False
    wide, narrow = (t.effect.data.high - t.effect.data.low for t in (told, series))
    return narrow < wide


def _strongest(answer: Estimate, series: Estimate | None) -> Iterator[tuple[Estimate, Effect]]:
    """Effects of the other designs, the strongest first; one of grade D only where the series says nothing."""
    spoken = {key for e in series.effects for key in e.releases} if series else set[str]()
    for estimate in answer.stronger:
        for effect in estimate.effects:
            if effect.grade != "D" or not set(effect.releases) & spoken:
                yield estimate, effect


def _own(effect: Effect) -> tuple[Doubtful, ...]:
    """What its design itself found wrong, the serious things first."""
    return tuple(Doubtful(said, i < effect.serious) for i, said in enumerate(effect.doubts))


def _unread(effect: Effect, answer: Estimate) -> Iterator[Doubtful]:
    """Stronger designs that should have spoken of it and cannot."""
    for estimate in answer.stronger:
        for key, refusal in estimate.refused:
            if key in effect.releases:
                yield Doubtful(f"the {estimate.design} reading of {key} cannot be used: {refusal.why}", weighs=False)


def _apart(effect: Effect, known: dict[str, Effect]) -> Iterator[Doubtful]:
    """Releases of a group that a stronger design told by themselves."""
    for key in effect.releases:
        if key in known:
            yield Doubtful(f"{key} is one of them, and is told by itself too ({known[key].design})")


def _left(question: Question, answer: Estimate, told: Sequence[Told]) -> Iterator[Verdict]:
    """Verdicts on releases of which no design says anything, with the reason."""
    said = {key for t in told for key in t.effect.releases}
    if answer.design == SERIES.name:
        for left in answer.model.left:
            if not set(left.releases) <= said:
                word: Word = "too early" if left.early else "cannot tell"
                step = left.refusal.until
                metric = question.metric.id
                yield Verdict("release", left.releases, metric, word, "D", left.first, left.refusal, (), step)
    days = {r.key: begins(r, question.measured.series.segment) for r in question.releases}
    refused = (*answer.refused, *(one for e in answer.stronger for one in e.refused))
    for key, refusal in dict(reversed(refused)).items():
        if key not in said and key in days and answer.design != SERIES.name:
            yield Verdict(
                "release", (key,), question.metric.id, "cannot tell", "D", days[key], refusal, (), refusal.until
            )


# ---- verdicts ----------------------------------------------------------------------------------------------------


def _verdicts(question: Question, answer: Estimate, told: Sequence[Told], bar: float) -> tuple[Verdict, ...]:
    """Of one metric, by day."""
    offered = cache(lambda: offers(question)) if answer.design == SERIES.name else tuple
    out = [*(_verdict(t, bar, offered) for t in told), *_left(question, answer, told)]
    return tuple(sorted(out, key=lambda v: (v.first or question.on, v.names)))


def _verdict(told: Told, bar: float, offered: Callable[[], tuple[Offer, ...]]) -> Verdict:
    """One effect in a word, with every doubt, the grade that they leave and the next step."""
    effect, metric = told.effect, told.question.metric
    word = _word(told, bar)
    says = tuple(d.says for d in told.doubts)
    step = ""
    if word == "too early":
        step = f"readable from {say_day(effect.last + timedelta(days=READABLE))}, with {READABLE} days after it"
    if word == "cannot tell":
        step = _step(told, offered)
        says = (*says, *filter(None, [why_not(effect)])) if told.nth is not None and not told.withdrawn else says
    if told.withdrawn and not told.early:
        why = "; ".join(d.says for d in told.doubts if d.serious)
        refusal = Refusal(metric.id, why=f"too much speaks against it: {why}", until=step)
        others = tuple(d.says for d in told.doubts if not d.serious)
        return Verdict("release", effect.releases, metric.id, word, "D", effect.first, refusal, others, step, effect)
    return Verdict("release", effect.releases, metric.id, word, _grade(told), effect.first, effect, says, step)


def _grade(told: Told) -> Grade:
    """What its design starts from, one lower for each doubt."""
    grades: tuple[Grade, ...] = ("A", "B", "C", "D")
    start = told.effect.grade
    if told.nth is not None and told.estimate.grade == "D":
        start = "D"
    return grades[min(grades.index(start) + sum(d.weighs for d in told.doubts), 3)]


def _word(told: Told, bar: float) -> Word:
    """`no meaningful movement` is the data's own claim alone: a sceptical prior can never make it."""
    effect = told.effect
    if told.early:
        return "too early"
    if told.withdrawn:
        return "cannot tell"
    if told.clear and told.chance >= bar:
        rose = effect.up >= effect.down
        return "moved" if rose == (told.question.metric.good == "up") else "moved wrong way"
    return "no meaningful movement" if effect.inside_rope else "cannot tell"


def _step(told: Told, offered: Callable[[], tuple[Offer, ...]]) -> str:
    """The design's own next step, else the one that the series' noise says."""
    if told.effect.step:
        return told.effect.step
    if told.nth is not None:
        return next_step(told.estimate, told.effect, told.estimate.model.details[told.nth], offered())
    return f"go on with it, or let more customers into it: now {told.effect.mde:.1%} would show"


def _refused(question: Question, refusal: Refusal) -> tuple[Verdict, ...]:
    """The metric cannot be read at all: so for every day on which something was released."""
    segment = question.measured.series.segment
    by_day: dict[date, list[str]] = {}
    for release in question.releases:
        by_day.setdefault(begins(release, segment), []).append(release.key)
    return tuple(
        Verdict("release", tuple(keys), question.metric.id, "cannot tell", "D", day, refusal, (), refusal.until)
        for day, keys in sorted(by_day.items())
    )
