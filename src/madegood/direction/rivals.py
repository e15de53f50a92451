"""The nine rival explanations of flat results, in the order in which they are asked.

Each gives lines of evidence, for, against or neither, from what is known; a line is only `for` or `against` when
something was seen, never because nothing was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.direction.model import Line
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from madegood.direction.situation import BetProgress, OutcomeStanding, Situation
    from madegood.evidence.model import Decomposition, Verdict

#: A quarter of the effort is much (a convention, as in rules/orphan.py); below it orphan effort is shown
#: and not held to explain anything.
MUCH = 0.25
#: Below half of that, orphan effort cannot be the main reason.
LITTLE = MUCH / 2


@dataclass(frozen=True, slots=True)
class Rival:
    """An explanation, how it is asked of the data, and what would tell where the data cannot."""

    name: str
    title: str
    lines: Callable[[Situation], Iterator[Line]]
    until: str


def percent(share: float) -> str:
    """A share as people say it.

    >>> percent(0.263), percent(0.004), percent(0.0)
    ('26 %', 'under 1 %', '0 %')
    """
    return "under 1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def decomposed(situation: Situation) -> list[tuple[OutcomeStanding, Decomposition]]:
    """The outcomes whose change could be taken apart."""
    return [(o, o.parts) for o in situation.outcomes if not isinstance(o.parts, Refusal)]


def name_of(situation: Situation, bet: str) -> str:
    """A bet's title, or its id."""
    found = situation.strategy.bet(bet)
    return (found.title if found else "") or bet


def label(situation: Situation, metric: str) -> str:
    """What people call a metric."""
    found = situation.strategy.metric(metric)
    return found.label if found else metric


def open_bets(situation: Situation) -> list[BetProgress]:
    """Bets that are being worked on and have reached nobody."""
    return [
        p
        for p in situation.progress
        if p.items and not p.reached and not any(r.day <= situation.on for r in p.releases)
        if (bet := situation.strategy.bet(p.bet)) is not None and bet.status == "active"
    ]


def late(situation: Situation) -> Iterator[Line]:
    """Bets whose day has come and whose work has reached nobody."""
    due = {b.id: b.review for b in situation.strategy.bets if b.review}
    for waiting in open_bets(situation):
        day = due.get(waiting.bet)
        done = f"{waiting.done} of {waiting.items} items are done"
        if day and day <= situation.on:
            says = (
                f"{name_of(situation, waiting.bet)} was to be reviewed on {say_day(day)}; {done}, none reached anyone"
            )
            yield Line(says, "for")
        else:
            yield Line(f"{name_of(situation, waiting.bet)}: {done}, none has reached anyone yet", "neither")
    shipped = [p for p in situation.progress if any(r.day <= situation.on for r in p.releases)]
    if shipped and not open_bets(situation):
        yield Line(f"every bet with work below it has reached customers ({len(shipped)})", "against")


def mistimed(situation: Situation) -> Iterator[Line]:
    """Releases of bets that met customers during a known event."""
    carried = [(p.bet, r) for p in situation.progress for r in p.releases if r.day <= situation.on]
    met = [(b, r, e) for b, r in carried for e in situation.known if e.first <= r.day <= e.last]
    for bet, release, event in met[:3]:
        says = (
            f"{name_of(situation, bet)} ({release.id}) reached customers on {say_day(release.day)}, during {event.name}"
        )
        yield Line(says, "for")
    if carried and situation.known and not met:
        yield Line(
            f"none of {len(carried)} releases of bets fell into a known event ({len(situation.known)} listed)",
            "against",
        )


def not_adopted(situation: Situation) -> Iterator[Line]:
    """Bets that reached customers: did what they first expect to move, move?"""
    for bet in situation.strategy.bets:
        mine = [v for v in situation.bets if bet.id in v.names]
        if len(bet.expect) < 2 or not mine:
            continue
        first = next((v for v in mine if v.metric == bet.expect[0].metric), None)
        if first is None:
            continue
        title = bet.title or bet.id
        if first.word == "no meaningful movement":
            yield Line(
                f"{title}: the first thing it was to move, {label(situation, first.metric)}, did not move", "for"
            )
        elif first.word == "moved":
            yield Line(f"{title}: {label(situation, first.metric)} moved as it was to", "against")


def cannot_be_seen(situation: Situation) -> Iterator[Line]:
    """Claims smaller than what this data can show, and releases that cannot be told apart."""
    blind = [v for v in situation.bets if v.word == "cannot tell"]
    told = [v for v in situation.bets if v.word in ("moved", "moved wrong way", "no meaningful movement")]
    for verdict in blind[:3]:
        yield from small_claim(situation, verdict)
    groups = {v.names for o in situation.outcomes for v in o.verdicts if len(v.names) > 1}
    if groups:
        which = "one group of releases" if len(groups) == 1 else f"{len(groups)} groups of releases"
        yield Line(f"{which} came so close that only the joint effect is known", "for")
    unread = [v for o in situation.outcomes for v in o.verdicts]
    if not situation.bets and unread:
        silent = sum(v.word in ("cannot tell", "too early") for v in unread)
        if silent == len(unread):
            yield Line(f"of {len(unread)} readings of a release on an outcome, none could be told", "for")
        else:
            yield Line(f"{silent} of {len(unread)} readings of a release on an outcome could not be told", "neither")
    if told and not blind:
        yield Line(f"every bet that shipped could be read ({len(told)} readings)", "against")


def small_claim(situation: Situation, verdict: Verdict) -> Iterator[Line]:
    """One reading that could not be told: what it claimed beside what could have been seen."""
    bet = situation.strategy.bet(verdict.names[0])
    claims = [e for e in bet.expect if e.metric == verdict.metric] if bet else []
    if isinstance(verdict.effect, Refusal):
        return
    claim = max((abs(e.high) for e in claims if e.high is not None and e.relative), default=None)
    seen = verdict.effect.mde
    title, metric = name_of(situation, verdict.names[0]), label(situation, verdict.metric)
    if claim is not None and claim < seen:
        says = f"{title} claims up to {percent(claim)} on {metric}; only {percent(seen)} or more would be seen"
        yield Line(says, "for")
    else:
        yield Line(
            f"{title} on {metric}: cannot tell; {percent(seen)} or more would be seen",
            "neither",
        )


def tracking_broke(situation: Situation) -> Iterator[Line]:
    """What is wrong with the outcomes' own series, in the period."""
    mine = {o.metric.id for o in situation.outcomes if o.metric}
    serious = [f for f in situation.fitness if f.kind in ("instrument", "outage", "gap", "dead")]
    now = [f for f in serious if f.last >= situation.period.first and f.first <= situation.period.last]
    for fitness in [f for f in now if f.metric in mine][:3]:
        yield Line(f"{label(situation, fitness.metric)}: {fitness.says}", "for")
    for fitness in [f for f in now if f.metric not in mine][:2]:
        yield Line(f"{label(situation, fitness.metric)}, which no outcome rests on: {fitness.says}", "neither")
    if decomposed(situation) and not now:
        yield Line("no gap, outage or change of instrument was seen in any metric this period", "against")


def aimed_elsewhere(situation: Situation) -> Iterator[Line]:
    """Effort that serves no stated intent, and intent that gets none."""
    heading = situation.heading
    if isinstance(heading, Refusal):
        return
    orphan = heading.part("orphan")
    side = "for" if orphan >= MUCH else "against" if orphan < LITTLE else "neither"
    yield Line(f"{percent(orphan)} of effort serves no stated intent", side)  # type: ignore[arg-type]
    outcomes = [name for kind, name in heading.unserved if kind == "outcome"]
    if outcomes:
        yield Line(f"no effort went toward {', '.join(outcomes[:4])}", "for")


def belief_wrong(situation: Situation) -> Iterator[Line]:
    """Bets that reached customers, could be read, and did not do what was claimed."""
    for verdict in situation.bets:
        title = name_of(situation, verdict.names[0])
        if verdict.word == "moved":
            yield Line(f"{title} moved {label(situation, verdict.metric)} the way it was meant", "against")
        elif verdict.word == "moved wrong way":
            yield Line(f"{title} moved {label(situation, verdict.metric)} the wrong way", "for")
        elif verdict.word == "no meaningful movement" or ruled_out(situation, verdict):
            yield Line(
                f"{title} reached customers, and what it claims for {label(situation, verdict.metric)} is ruled out",
                "for",
            )


def ruled_out(situation: Situation, verdict: Verdict) -> bool:
    """The data's own 95 % interval leaves the whole claim out."""
    bet = situation.strategy.bet(verdict.names[0])
    if bet is None or isinstance(verdict.effect, Refusal):
        return False
    data = verdict.effect.data
    claims = [e for e in bet.expect if e.metric == verdict.metric and e.relative]
    return any(
        (e.low is not None and e.low > 0 and data.high < e.low)
        or (e.high is not None and e.high < 0 and data.low > e.high)
        for e in claims
    )


def erosion_outran(situation: Situation) -> Iterator[Line]:
    """Drift for the worse, clear of zero, against what was made good."""
    for standing, parts in decomposed(situation):
        good = 1 if standing.metric is None or standing.metric.good == "up" else -1
        title = standing.outcome.title or standing.outcome.id
        worst = max(good * parts.drift.low, good * parts.drift.high)
        gained = good * parts.made_good.mean
        if worst < 0 and abs(parts.drift.mean) > max(gained, 0):
            yield Line(f"{title}: drift was for the worse and larger than what was made good", "for")
        elif min(good * parts.drift.low, good * parts.drift.high) > 0:
            yield Line(f"{title}: drift was for the better", "against")
    for erosion in [e for e in situation.erosions if e.ongoing][:3]:
        lost = percent(abs(erosion.total.mean))
        yield Line(
            f"{label(situation, erosion.metric)} has been eroding since about {say_day(erosion.onset)}: {lost} so far",
            "for",
        )


def it_works(situation: Situation) -> Iterator[Line]:
    """What was made good, clear of zero, and targets within reach."""
    for standing, parts in decomposed(situation):
        good = 1 if standing.metric is None or standing.metric.good == "up" else -1
        title = standing.outcome.title or standing.outcome.id
        if min(good * parts.made_good.low, good * parts.made_good.high) > 0:
            yield Line(f"{title}: what shipped made good, clear of zero", "for")
        elif max(good * parts.made_good.low, good * parts.made_good.high) < 0:
            yield Line(f"{title}: what shipped moved it the wrong way, clear of zero", "against")
    for standing in situation.outcomes:
        if isinstance(standing.forecast, Refusal):
            continue
        title = standing.outcome.title or standing.outcome.id
        chance = standing.forecast.chance
        if chance < 0.2:
            yield Line(f"{title}: at this heading the target is unlikely ({percent(chance)})", "against")
        elif chance > 0.8:
            yield Line(
                f"{title}: at this heading the target is likely ({percent(chance)}), whatever the cause", "neither"
            )


RIVALS = (
    Rival(
        "late", "Late, not wrong", late, "Give each bet a review date and map `done` and releases of its work items."
    ),
    Rival("mistimed", "Mistimed", mistimed, "List known events (campaigns, season, incidents) under `events:`."),
    Rival(
        "not-adopted",
        "Shipped, and not adopted",
        not_adopted,
        "Let each bet expect two metrics: use of the new thing first, then the outcome. Record who met each release.",
    ),
    Rival(
        "cannot-be-seen",
        "Cannot be seen in this data",
        cannot_be_seen,
        "State bets with a range; stage releases by segment so that their effects can be told apart.",
    ),
    Rival("tracking-broke", "Tracking broke", tracking_broke, "Read daily values of each outcome's metric."),
    Rival(
        "aimed-elsewhere",
        "Effort aimed elsewhere",
        aimed_elsewhere,
        "Map work items, and say which intent they serve: the less is orphan, the clearer this is.",
    ),
    Rival(
        "belief-wrong",
        "Aimed, delivered, and the belief was wrong",
        belief_wrong,
        "Needs a bet that has shipped and can be read.",
    ),
    Rival(
        "erosion-outran",
        "Erosion outran the gains",
        erosion_outran,
        "Needs an outcome with daily values; where its drift may be nothing, ask about a longer period with --days.",
    ),
    Rival(
        "it-works",
        "It works",
        it_works,
        "Needs an outcome with releases; where what they made good may be nothing, ask about a longer period.",
    ),
)
