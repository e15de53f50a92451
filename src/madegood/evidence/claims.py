"""What is known of a bet: its claims and guardrails, from the verdicts on the releases that carried it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.attribution import carried
from madegood.evidence.designs import SERIES
from madegood.evidence.designs.joint_series import READABLE
from madegood.evidence.model import Verdict
from madegood.evidence.offers import percent
from madegood.evidence.question import begins
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.model import Effect, Grade, Word
    from madegood.execution.model import Facts
    from madegood.intent.model import Bet, Expectation, KillIf, Strategy


def judge_bet(
    bet: Bet, facts: Facts, strategy: Strategy, verdicts_by_metric: Mapping[str, tuple[Verdict, ...]], on: date
) -> tuple[Verdict, ...]:
    """One verdict for each metric the bet expects to move, then for each guardrail once something of it has shipped."""
    carriers = carried_by(bet, facts, on)
    out: list[Verdict] = []
    for expected in bet.expect:
        claims = _claim(bet, expected, carriers, strategy, verdicts_by_metric.get(expected.metric, ()), on)
        out += (_nearer(bet, expected, v, strategy, verdicts_by_metric) for v in claims)
    claimed = {e.metric for e in bet.expect}
    for guard in (g for g in bet.guardrails if g not in claimed and carriers):
        out += _guard(bet, guard, carriers, strategy, verdicts_by_metric.get(guard, ()))
    return tuple(out)


def carried_by(bet: Bet, facts: Facts, on: date) -> dict[str, date]:
    """Releases that brought work of this bet to customers by a day: key -> first day.

    What testers had came with the stable release.
    """
    mine = {link.item for link in facts.links if link.aim == "bet" and link.to == bet.id}
    brought = {key for key, items in carried(facts).items() if mine & items}
    return {
        r.key: begins(r)
        for r in facts.releases
        if not r.prerelease and begins(r) <= on and (r.key in brought or {r.id, r.key} & set(bet.releases))
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
    held = _held(verdicts, carriers)
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


def _nearer(
    bet: Bet, expected: Expectation, told: Verdict, strategy: Strategy, verdicts: Mapping[str, tuple[Verdict, ...]]
) -> Verdict:
    """A claim that cannot be told, with another metric of the same bet on which one of its size would show."""
    ends = [abs(v) for v in (expected.low, expected.high) if v is not None]
    size = min(ends, default=0.0)
    if told.word != "cannot tell" or isinstance(told.effect, Refusal) or not expected.relative:
        return told
    if told.effect.mde <= size:
        return told
    for name in dict.fromkeys((*(e.metric for e in bet.expect), *bet.guardrails)):
        metric = strategy.metric(name)
        same = [v.effect for v in verdicts.get(name, ()) if not isinstance(v.effect, Refusal)]
        mine = [e for e in same if e.releases == told.effect.releases and e.mde <= size]
        if metric and mine and name != expected.metric:
            here, there = percent(told.effect.mde), percent(mine[0].mde)
            return replace(told, step=f"look for it in {metric.label} too: there {there} would show, here {here}")
    return told


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


def _held(verdicts: Sequence[Verdict], carriers: Mapping[str, date]) -> list[Verdict]:
    """Verdicts on the releases that carried it; those on a group only where no one tells its release by itself."""
    mine = [v for v in verdicts if set(v.names) & set(carriers)]
    alone = {v.names[0] for v in mine if len(v.names) == 1}
    return [v for v in mine if len(v.names) == 1 or not set(v.names) & set(carriers) <= alone]


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
        if bet.kill_if and on >= ready:
            word, said = against(bet.kill_if, verdict.effect, word)
            doubts += said
            step = step or _after(verdict.effect) if word == "cannot tell" else step
    grade: Grade = "D" if others or verdict.grade == "D" else verdict.grade
    return replace(
        verdict, subject="bet", names=(bet.id,), word=word, grade=grade, first=first, doubts=tuple(doubts), step=step
    )


def certain(effect: Effect) -> tuple[float, float] | None:
    """The data's own bounds that hold however it came about: 90 % of a series, 95 % of a stronger design; or None."""
    if effect.certain is None and effect.design != SERIES.name:
        return effect.data.low, effect.data.high
    return effect.certain


def against(kill: KillIf, effect: Effect, word: Word) -> tuple[Word, list[str]]:
    """The word once what would kill the bet is its ROPE, and what changed it.

    `moved` is said of what is surely beyond the bound, `no meaningful movement` of what surely is not, on either side.
    """
    if kill.bound is None or not kill.relative or kill.bound == 0:
        return word, []
    data, bound, ends = effect.data, kill.bound, certain(effect)
    said = f"the {bound:+.1%} that would kill it"
    if word == "moved" and not (data.low > bound if kill.side == "below" else data.high < bound):
        if data.high < bound if kill.side == "below" else data.low > bound:
            return "no meaningful movement", [f"it moved, but by less than {said}"]
        return "cannot tell", [f"it moved, but whether beyond {said} is open"]
    inside = ends is not None and -abs(bound) < ends[0] and ends[1] < abs(bound)
    if word == "cannot tell" and inside:
        return "no meaningful movement", [f"surely within {said}, either way"]
    if word == "no meaningful movement" and not inside:
        return "cannot tell", [f"whether it is beyond {said} is open"]
    return word, []


def _after(effect: Effect) -> str:
    """What to do where the word was lost to the bound alone."""
    return f"hold a part of the customers back next time: {effect.mde:.1%} is what shows without"


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
    """What the bet's releases did to a guardrail, against its margin: non-inferiority, from the data alone."""
    metric = strategy.metric(guard)
    out = []
    for v in _held(verdicts, carriers):
        first = min(day for key, day in carriers.items() if key in v.names)
        word, said = v.word, list[str]()
        if metric and metric.margin is not None and not isinstance(v.effect, Refusal):
            word, said = kept(metric.margin, metric.good, v.effect, v.word)
        step = v.step
        if word == "cannot tell" != v.word and not isinstance(v.effect, Refusal):
            step = _after(v.effect)
        told = replace(v, subject="bet", names=(bet.id,), metric=guard, word=word, first=first, step=step)
        out.append(replace(told, doubts=(*v.doubts, *said)))
    return [_telling(out)] if out else []


def kept(margin: float, good: str, effect: Effect, word: Word) -> tuple[Word, list[str]]:
    """The word for a guardrail, and what is said of its margin.

    `no meaningful movement` where no harm beyond the margin is left open; `cannot tell` where it is, although the
    metric's own ROPE would let it pass.
    """
    worst = -effect.data.low if good == "up" else effect.data.high
    if word == "moved wrong way":
        return word, [f"the loss is within its margin of {margin:.1%}"] if worst <= margin else []
    ends = certain(effect)
    held = ends is not None and (ends[0] > -margin if good == "up" else ends[1] < margin)
    if word in ("cannot tell", "no meaningful movement") and held:
        return "no meaningful movement", [f"held: a loss beyond its margin of {margin:.1%} is ruled out"]
    if worst > margin or word == "no meaningful movement":
        open_ = [f"a loss beyond its margin of {margin:.1%} is not ruled out"]
        return ("cannot tell" if word == "no meaningful movement" else word), open_
    return word, []
