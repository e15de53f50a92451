"""The course from here: the plan said as a sentence, and the few next steps with their grounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.direction.model import Course, Step
from madegood.direction.rivals import MUCH, decomposed, label, name_of, open_bets, percent
from madegood.direction.saying import said
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.direction.model import Explanation
    from madegood.direction.situation import OutcomeStanding, Situation
    from madegood.intent.model import Bet

#: More than a page's worth of next steps is none.
MOST = 7


def course(situation: Situation, explanations: tuple[Explanation, ...]) -> Course:
    """The sentence and the steps, most pressing first."""
    steps: list[Step] = []
    for make in (mend, undo, orphans, stage, tell, learn, carry_on, wait):
        steps += [step for step in make(situation) if (step.verb, step.says) not in {(s.verb, s.says) for s in steps}]
    return Course(sentence(situation), tuple(steps[:MOST]))


def sentence(situation: Situation) -> str | Refusal:
    """The most promising live bet toward the first outcome that is still open, in the strategy's own words."""
    live = [o for o in situation.outcomes if o.outcome.status in ("active", "proposed") and o.outcome.target]
    for standing in live:
        best = most_promising(situation, standing)
        if best:
            return said(best, standing.outcome, standing.metric)
    if not situation.strategy.outcomes:
        return Refusal(
            "course", why="no outcome is stated", until="state one: what should change for customers, by when"
        )
    if not live:
        return Refusal("course", why="no open outcome has a target", until="give an outcome a target and a day")
    title = live[0].outcome.title or live[0].outcome.id
    return Refusal(
        "course",
        why=f"no live bet says how {title} is to be achieved, by doing what, and because of what",
        until=f"state a bet that achieves `{live[0].outcome.id}`: `by:` what you will do, `because:` the mechanism",
    )


def most_promising(situation: Situation, standing: OutcomeStanding) -> Bet | None:
    """A bet that says by and because: one that moved the outcome, else one not yet read, never one that lost."""
    mine = [
        b
        for b in situation.strategy.bets
        if b.achieve == standing.outcome.id and b.by and b.because and b.status in ("active", "proposed")
    ]
    words = {b.id: {v.word for v in situation.bets if b.id in v.names} for b in mine}
    lost = {"moved wrong way", "no meaningful movement"}
    ranked = [b for b in mine if "moved" in words[b.id]] + [b for b in mine if not words[b.id] & (lost | {"moved"})]
    return ranked[0] if ranked else None


def mend(situation: Situation) -> Iterator[Step]:
    """Series of outcomes that are broken now come first: nothing can be read from them."""
    mine = {o.metric.id for o in situation.outcomes if o.metric}
    for fitness in situation.fitness:
        recent = fitness.last >= situation.period.first and fitness.first <= situation.period.last
        if fitness.metric in mine and recent and fitness.kind in ("dead", "instrument", "outage"):
            stale = fitness.kind == "dead"
            name = label(situation, fitness.metric)
            says = f"Read newer days of {name}" if stale else f"Mend how {name} is counted"
            yield Step("mend", says, fitness.says, fitness.metric)


def undo(situation: Situation) -> Iterator[Step]:
    """What moved something the wrong way, and is clear."""
    for verdict in (*situation.bets, *situation.guards):
        if verdict.word == "moved wrong way" and not isinstance(verdict.effect, Refusal):
            data = verdict.effect.data
            name = name_of(situation, verdict.names[0])
            moved = f"it moved {label(situation, verdict.metric)} by {data.mean:+.1%}"
            because = f"{moved} (95 %: {data.low:+.1%} to {data.high:+.1%})"
            yield Step("stop", f"Undo or mend {name}", because.replace("%", " %").replace("-", "−"), verdict.names[0])


def orphans(situation: Situation) -> Iterator[Step]:
    """Effort that serves nothing stated, where it is much."""
    heading = situation.heading
    if isinstance(heading, Refusal) or heading.part("orphan") < MUCH:
        return
    items = sum(s.items for s in heading.shares if s.aim == "orphan")
    because = f"{percent(heading.part('orphan'))} of effort, {items} items, serves no stated intent"
    yield Step("stop", "Stop spending on work that serves no stated intent, or state the intent", because)


def stage(situation: Situation) -> Iterator[Step]:
    """Releases whose effects can never be told apart, on outcomes."""
    for standing in situation.outcomes:
        groups = [v for v in standing.verdicts if len(v.names) > 1 and v.first and v.first >= situation.period.first]
        if groups:
            most = max(groups, key=lambda v: len(v.names))
            says = "Stage the next releases by a segment, a week apart"
            because = f"{len(most.names)} releases reached customers so close that only their joint effect is known"
            yield Step("stage", says, because, most.names[0])
            return


def tell(situation: Situation) -> Iterator[Step]:
    """For each bet that cannot be told on what it is to move: the step that its verdict computed."""
    claimed = {(bet.id, claim.metric) for bet in situation.strategy.bets for claim in bet.expect}
    for verdict in situation.bets:
        told = (verdict.names[0], verdict.metric) not in claimed
        if verdict.word == "cannot tell" and verdict.step and not told:
            name = name_of(situation, verdict.names[0])
            yield Step(
                "stage",
                f"{name}: {verdict.step}",
                f"its effect on {label(situation, verdict.metric)} cannot be told",
                verdict.names[0],
            )
    for standing in situation.outcomes:
        blind = [v for v in standing.verdicts if v.word == "cannot tell" and v.step]
        if blind and not situation.strategy.bets:
            latest = max(blind, key=lambda v: (v.first is not None, v.first))
            title = standing.outcome.title or standing.outcome.id
            because = f"{len(blind)} readings of releases on it cannot be told"
            yield Step("stage", f"{title}: {latest.step}", because, standing.outcome.id)


def learn(situation: Situation) -> Iterator[Step]:
    """Needs that carry effort on no evidence, and outcomes nobody works on."""
    heading = situation.heading
    if isinstance(heading, Refusal):
        return
    carrying: dict[str, float] = {}
    for share in heading.shares:
        bet = situation.strategy.bet(share.id) if share.aim == "bet" else None
        need = share.id if share.aim == "need" else bet.need if bet else ""
        if need:
            carrying[need] = carrying.get(need, 0.0) + share.amount
    for name, spent in sorted(carrying.items(), key=lambda pair: -pair[1]):
        found = situation.strategy.need(name)
        if found and not found.evidence:
            because = f"{spent:,.0f} {heading.unit} rest on it, and no evidence says that it exists"
            yield Step("learn", f"Ask five customers about “{found.title or name}”", because, name)


def carry_on(situation: Situation) -> Iterator[Step]:
    """Bets with work and nothing in customers' hands; outcomes that lack a bet."""
    for waiting in open_bets(situation):
        because = f"{waiting.done} of {waiting.items} items are done and none has reached anyone"
        yield Step("do", f"Ship the first part of {name_of(situation, waiting.bet)}", because, waiting.bet)
    for standing in situation.outcomes:
        has = any(b.achieve == standing.outcome.id for b in situation.strategy.bets)
        if not has and standing.outcome.status == "active":
            title = standing.outcome.title or standing.outcome.id
            drift = next((d.change for s, d in decomposed(situation) if s is standing), None)
            because = "no bet says how it is to be achieved" + ("" if drift is None else "; it changes by drift alone")
            yield Step("do", f"State a bet for {title}", because, standing.outcome.id)


def wait(situation: Situation) -> Iterator[Step]:
    """What will be readable by itself."""
    for verdict in situation.bets:
        if verdict.word == "too early" and verdict.first and verdict.step:
            name = name_of(situation, verdict.names[0])
            yield Step(
                "wait", f"{name}: {verdict.step}", f"it reached customers on {say_day(verdict.first)}", verdict.names[0]
            )
