"""Answers -> verdicts, team-wide: `moved` is said so that of all that is said, one in twenty is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.designs.joint_series import READABLE
from madegood.evidence.doubts import DOUBTS
from madegood.evidence.doubts.doubt import Doubted
from madegood.evidence.model import Estimate, Verdict
from madegood.evidence.question import begins
from madegood.evidence.steps import next_step, why_not
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.model import Answer, Effect, Grade, Question, Word
    from madegood.evidence.stretch import Detail
    from madegood.execution.model import Facts
    from madegood.intent.model import Bet, Expectation, Strategy

#: Mean chance of being wrong over everything that is said to have moved (Mueller, Parmigiani and Rice 2006).
WRONG = 0.05
#: No claim rides on surer ones: below four to one nothing is called moved, however sure all others are. Of 2,868
#: effects that were none, in twelve made-up companies, none had more than .7 (benchmarks/reveal.md).
LEAST = 0.8


def judge(question: Question, answer: Answer) -> tuple[Verdict, ...]:
    """Verdicts on every release of one question. Judge a team's questions together where you can: `judge_all`."""
    return judge_all((question,), (answer,))[0]


def judge_all(questions: Sequence[Question], answers: Sequence[Answer]) -> tuple[tuple[Verdict, ...], ...]:
    """Verdicts by question, releases by day. What is called moved is chosen over all of them by step-up."""
    estimated = [(q, a) for q, a in zip(questions, answers, strict=True) if isinstance(a, Estimate)]
    bar = _bar([e for q, a in estimated for e in a.effects if _clear(q, e)])
    return tuple(
        _estimated(q, a, bar) if isinstance(a, Estimate) else _refused(q, a)
        for q, a in zip(questions, answers, strict=True)
    )


def _clear(question: Question, effect: Effect) -> bool:
    """Old enough, and the data's own 95 % interval beyond the ROPE: the track record alone never says `moved`."""
    rope = question.metric.rope
    return effect.days_after >= READABLE and (effect.data.low > rope or effect.data.high < -rope)


def _bar(effects: Sequence[Effect]) -> float:
    """The chance from which an effect is called moved: the longest list, best first, with WRONG of it wrong on average.

    More than 1 when there is none.
    """
    bar, total = 2.0, 0.0
    for n, chance in enumerate(sorted((max(e.up, e.down) for e in effects), reverse=True), start=1):
        total += 1 - chance
        if total / n > WRONG or chance < LEAST:
            break
        bar = chance
    return bar


def _estimated(question: Question, answer: Estimate, bar: float) -> tuple[Verdict, ...]:
    """Verdicts on the releases that were estimated, and on those that could not be."""
    out = [_verdict(question, answer, e, d, bar) for e, d in zip(answer.effects, answer.model.details, strict=True)]
    for left in answer.model.left:
        word: Word = "too early" if left.early else "cannot tell"
        step = left.refusal.until
        out.append(Verdict("release", left.releases, question.metric.id, word, "D", left.first, left.refusal, (), step))
    return tuple(sorted(out, key=lambda v: (v.first or question.on, v.names)))


def _verdict(question: Question, answer: Estimate, effect: Effect, detail: Detail, bar: float) -> Verdict:
    """One effect, with every doubt that is found."""
    doubts = tuple(said for doubt in DOUBTS if (said := doubt(Doubted(question, answer, effect, detail))))
    word = _word(question, effect, bar)
    grade: Grade = "D" if doubts or answer.grade == "D" else "C"
    step = ""
    if word == "too early":
        step = f"readable from {say_day(effect.last + timedelta(days=READABLE))}, with {READABLE} days after it"
    if word == "cannot tell":
        step = next_step(question, answer, effect, detail)
        doubts = (*doubts, *filter(None, [why_not(effect)]))
    return Verdict("release", effect.releases, question.metric.id, word, grade, effect.first, effect, doubts, step)


def _word(question: Question, effect: Effect, bar: float) -> Word:
    """`no meaningful movement` is the data's own claim alone: a sceptical prior can never make it."""
    if effect.days_after < READABLE:
        return "too early"
    if _clear(question, effect) and max(effect.up, effect.down) >= bar:
        rose = effect.up >= effect.down
        return "moved" if rose == (question.metric.good == "up") else "moved wrong way"
    return "no meaningful movement" if effect.inside_rope else "cannot tell"


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


# ---- bets ----------------------------------------------------------------------------------------------------


def judge_bet(
    bet: Bet, facts: Facts, strategy: Strategy, verdicts_by_metric: Mapping[str, tuple[Verdict, ...]], on: date
) -> tuple[Verdict, ...]:
    """One verdict for each metric the bet expects to move, then for each guardrail once something of it has shipped."""
    carriers = carried_by(bet, facts, on)
    out: list[Verdict] = []
    for expected in bet.expect:
        out += _claim(bet, expected, carriers, strategy, verdicts_by_metric.get(expected.metric, ()), on)
    claimed = {e.metric for e in bet.expect}
    for guard in (g for g in bet.guardrails if g not in claimed and carriers):
        out += _guard(bet, guard, carriers, strategy, verdicts_by_metric.get(guard, ()))
    return tuple(out)


def carried_by(bet: Bet, facts: Facts, on: date) -> dict[str, date]:
    """Releases that brought work of this bet to customers by a day: key -> first day."""
    mine = {link.item for link in facts.links if link.aim == "bet" and link.to == bet.id}
    shipped = {item.release for item in facts.items if item.id in mine and item.release}
    return {
        r.key: begins(r)
        for r in facts.releases
        if not r.prerelease
        and begins(r) <= on
        and (r.key in shipped or mine & set(r.items) or r.id in bet.releases or r.key in bet.releases)
    }


def _claim(
    bet: Bet,
    expected: Expectation,
    carriers: Mapping[str, date],
    strategy: Strategy,
    verdicts: Sequence[Verdict],
    on: date,
) -> tuple[Verdict, ...]:
    """What is known of one claim: one verdict."""
    names = (bet.id,)
    if not carriers:
        refusal = Refusal(bet.id, why="nothing of it has shipped yet", until="a release that carries its work")
        return (Verdict("bet", names, expected.metric, "too early", "D", None, refusal, (), refusal.until),)
    held = [v for v in verdicts if set(v.names) & set(carriers)]
    if not held:
        refusal = _untouched(expected, carriers, strategy)
        first = min(carriers.values())
        return (Verdict("bet", names, expected.metric, "cannot tell", "D", first, refusal, (), refusal.until),)
    metric = strategy.metric(expected.metric)
    due = expected.within or READABLE
    each = [_of_bet(bet, expected, v, carriers, metric.good if metric else "up", due, on) for v in held]
    return (_telling(each),)


#: Which of several verdicts on one bet and metric is told: what moved, then what is still open, and last that nothing
#: did, which can be said only when no release of the bet says otherwise.
FIRST_TOLD: tuple[Word, ...] = ("moved wrong way", "moved", "cannot tell", "too early", "no meaningful movement")


def _telling(each: Sequence[Verdict]) -> Verdict:
    """The verdict to tell of a bet that came in several releases: by word, then the one that would show most."""

    def order(v: Verdict) -> tuple[int, float]:
        return FIRST_TOLD.index(v.word), float("inf") if isinstance(v.effect, Refusal) else v.effect.mde

    told, *others = sorted(each, key=order)
    if not others or told.first is None:
        return told
    words = ", ".join(f"`{w}` {n}" for w in FIRST_TOLD if (n := sum(v.word == w for v in others)))
    said = f"its work came in {len(each)} releases; this is that of {say_day(told.first)} (the others: {words})"
    return replace(told, doubts=(said, *told.doubts), grade="D")


def _untouched(expected: Expectation, carriers: Mapping[str, date], strategy: Strategy) -> Refusal:
    """Why none of the bet's releases was weighed against the metric."""
    metric = strategy.metric(expected.metric)
    if metric is None:
        why = f"no metric is called `{expected.metric}`"
        return Refusal(expected.metric, why=why, until="define it, or expect one that is defined")
    if metric.product:
        why = f"its releases ({', '.join(list(carriers)[:3])}) are not of {' or '.join(metric.product)}"
        return Refusal(
            expected.metric, why=why, until=f"the `product:` of {metric.id} put right, or the bet's releases"
        )
    why = f"{metric.label} has no reading around its releases"
    return Refusal(expected.metric, why=why, until=f"days of {metric.label} before and after them")


def _of_bet(
    bet: Bet, expected: Expectation, verdict: Verdict, carriers: Mapping[str, date], good: str, due: int, on: date
) -> Verdict:
    """The verdict of the group that holds the bet's release, compared with what was claimed."""
    word, step, doubts = verdict.word, verdict.step, list(verdict.doubts)
    others = [n for n in verdict.names if n not in carriers]
    if others:
        doubts.insert(0, f"its release cannot be told apart from {', '.join(others[:3])}")
    first = min(day for key, day in carriers.items() if key in verdict.names)
    ready = first + timedelta(days=due)
    if on < ready and word in ("cannot tell", "no meaningful movement"):
        word, step = "too early", f"the bet speaks of {due} days: ask again on {say_day(ready)}"
    if not isinstance(verdict.effect, Refusal):
        doubts += compared(bet, expected, verdict.effect, good, on >= ready)
        if word == "no meaningful movement" and _small(expected, verdict.effect):
            word = "cannot tell"
            step = step or "state the claim above what the ROPE calls nothing, or narrow the metric's `rope:`"
    grade: Grade = "D" if others or verdict.grade == "D" else verdict.grade
    return Verdict("bet", (bet.id,), verdict.metric, word, grade, first, verdict.effect, tuple(doubts), step)


def _small(expected: Expectation, effect: Effect) -> bool:
    """The claim itself lies wholly within the data's own interval although that is inside the ROPE."""
    ends = [v for v in (expected.low, expected.high) if v is not None]
    return bool(expected.relative and ends) and all(effect.data.low <= v <= effect.data.high for v in ends)


def compared(bet: Bet, expected: Expectation, effect: Effect, good: str, due: bool) -> list[str]:
    """In words: how what was measured stands to what was claimed, and to what would kill the bet."""
    out: list[str] = []
    ends = [v for v in (expected.low, expected.high) if v is not None]
    data = effect.data
    if ends and expected.relative:
        low, high = min(ends), max(ends)
        said = f"{low:+.1%} to {high:+.1%}" if low != high else f"{low:+.1%}"
        if data.high < low:
            out.append(f"claimed {said}: the data leave no room for so much (at most {data.high:+.1%})")
        elif data.low > high:
            out.append(f"claimed {said}: the data say more (at least {data.low:+.1%})")
        elif effect.mde > max(abs(low), abs(high)):
            out.append(f"claimed {said}: smaller than the {effect.mde:.0%} that this metric can show")
    kill = bet.kill_if
    if kill and kill.bound is not None and kill.relative and due:
        beyond = data.high < kill.bound if kill.side == "below" else data.low > kill.bound
        if beyond:
            out.append(f"kill criterion met: {kill.text}")
    return out


def _guard(
    bet: Bet, guard: str, carriers: Mapping[str, date], strategy: Strategy, verdicts: Sequence[Verdict]
) -> list[Verdict]:
    """What the bet's releases did to a guardrail; its margin is put beside the data's own interval."""
    metric = strategy.metric(guard)
    out = []
    for v in verdicts:
        if not set(v.names) & set(carriers):
            continue
        doubts = list(v.doubts)
        if metric and metric.margin is not None and not isinstance(v.effect, Refusal):
            worst = -v.effect.data.low if metric.good == "up" else v.effect.data.high
            if worst > metric.margin:
                doubts.append(f"a loss beyond its margin of {metric.margin:.1%} is not ruled out")
        first = min(day for key, day in carriers.items() if key in v.names)
        out.append(Verdict("bet", (bet.id,), guard, v.word, v.grade, first, v.effect, tuple(doubts), v.step))
    return [_telling(out)] if out else []
