from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from madegood.days import Window
from madegood.direction.course import course
from madegood.direction.diagnosis import explain
from madegood.direction.model import Explanation
from madegood.direction.situation import BetProgress, OutcomeStanding, Situation
from madegood.evidence.model import Decomposition, Effect, Interval, Verdict
from madegood.execution.model import Effort, Release, Share
from madegood.intent.model import Amount, Bet, Expectation, KnownEvent, Metric, Need, Outcome, Strategy
from madegood.performance.model import Fitness
from madegood.refusal import Refusal

ON = date(2026, 9, 30)
PERIOD = Window(date(2026, 7, 1), ON)
NO = Refusal("it", why="nothing was read", until="read something")
OUTCOME = Outcome(
    "activated", "Activated accounts", "activation", Amount(0.41, True), Amount(0.48, True), by=date(2026, 12, 31)
)
METRIC = Metric("activation", unit="%")
BET = Bet(
    "instant",
    "Instant verification",
    achieve="activated",
    need="safe",
    by="Replace the three-day identity check with an instant one",
    because="41 % of sign-ups stop while they wait",
    expect=(Expectation("activation", 0.06, 0.12, 28),),
    review=date(2026, 9, 1),
)
EMPTY = Situation(Strategy(), ON, PERIOD, NO, NO, (), (), (), (), (), (), (), ())
STRATEGY = Strategy((OUTCOME,), (Need("safe", "My money is safe"),), (BET,), (METRIC,))
RELEASE = Release("3.4", date(2026, 8, 1))


def standing(good: Interval, drift: Interval) -> OutcomeStanding:
    parts = Decomposition(
        "activation", PERIOD.before(28), PERIOD, 0.41, 0.40, -0.01, good, drift, Interval(0, 0, 0), Interval(0, 0, 0)
    )
    return OutcomeStanding(OUTCOME, METRIC, 0.40, parts, NO, ())


def verdict(word: str, mean: float, low: float, high: float) -> Verdict:
    data = Interval(mean, low, high)
    effect = Effect(("3.4",), RELEASE.day, RELEASE.day, data, data, 0.1, 0.5, 0.0, 60, False)
    return Verdict("bet", ("instant",), "activation", word, "C", RELEASE.day, effect)  # type: ignore[arg-type]


FULL = replace(
    EMPTY,
    strategy=STRATEGY,
    outcomes=(standing(Interval(0.01, 0.004, 0.018), Interval(-0.026, -0.033, -0.019)),),
    progress=(BetProgress("instant", 10, 10, 10, (RELEASE,)),),
    releases=(RELEASE,),
)


def one(situation: Situation, name: str) -> Explanation:
    return next(e for e in explain(situation) if e.name == name)


def test_where_nothing_is_known_every_explanation_is_unknown_and_says_what_would_tell() -> None:
    for explanation in explain(EMPTY):
        assert explanation.standing == "unknown"
        assert explanation.until


def test_effort_that_serves_nothing_supports_aimed_elsewhere() -> None:
    shares = (Share("bet", "instant", 70, 7, 70), Share("orphan", "", 30, 3, 0))
    much = replace(FULL, heading=Effort(PERIOD, "items", "counted", 100, shares))
    little = replace(FULL, heading=Effort(PERIOD, "items", "counted", 70, shares[:1]))
    assert one(much, "aimed-elsewhere").standing == "supported"
    assert one(little, "aimed-elsewhere").standing == "contradicted"


def test_drift_for_the_worse_that_outweighs_the_gain_supports_erosion() -> None:
    assert one(FULL, "erosion-outran").standing == "supported"
    better = replace(FULL, outcomes=(standing(Interval(0.01, 0.0, 0.02), Interval(0.02, 0.01, 0.03)),))
    assert one(better, "erosion-outran").standing == "contradicted"


def test_drift_that_may_be_nothing_leaves_erosion_unknown() -> None:
    wide = replace(FULL, outcomes=(standing(Interval(0.01, 0.0, 0.02), Interval(-0.02, -0.05, 0.01)),))
    assert one(wide, "erosion-outran").standing == "unknown"


@pytest.mark.parametrize(
    ("word", "high", "standing"),
    [
        ("moved", 0.1, "contradicted"),
        ("no meaningful movement", 0.01, "supported"),
        ("cannot tell", 0.3, "unknown"),
        ("cannot tell", 0.05, "supported"),
    ],
)
def test_a_belief_is_wrong_only_when_the_claim_is_ruled_out(word: str, high: float, standing: str) -> None:
    told = replace(FULL, bets=(verdict(word, 0.0, -0.01, high),))
    assert one(told, "belief-wrong").standing == standing


def test_a_bet_past_its_review_that_reached_nobody_is_late() -> None:
    waiting = replace(FULL, progress=(BetProgress("instant", 10, 4, 0, ()),))
    assert one(waiting, "late").standing == "supported"
    assert "4 of 10" in one(waiting, "late").lines[0].says


def test_a_release_during_a_known_event_is_mistimed() -> None:
    strike = KnownEvent(date(2026, 7, 30), date(2026, 8, 3), "the card network outage")
    assert one(replace(FULL, known=(strike,)), "mistimed").standing == "supported"


def test_a_changed_instrument_of_an_outcome_supports_broken_tracking() -> None:
    change = Fitness(
        "activation", "instrument", date(2026, 8, 1), date(2026, 8, 1), "activation is counted otherwise", ""
    )
    assert one(replace(FULL, fitness=(change,)), "tracking-broke").standing == "supported"
    assert one(FULL, "tracking-broke").standing == "contradicted"


def test_the_course_says_the_bet_in_its_own_words() -> None:
    said = course(FULL, explain(FULL)).sentence
    assert said == (
        "We will raise activated accounts from 41 % to 48 % by 31 Dec 2026 by replacing the three-day identity check "
        "with an instant one, because 41 % of sign-ups stop while they wait."
    )


def test_a_bet_that_lost_is_not_the_course() -> None:
    lost = replace(FULL, bets=(verdict("moved wrong way", -0.05, -0.08, -0.02),))
    made = course(lost, explain(lost))
    assert isinstance(made.sentence, Refusal)
    assert any(step.verb == "stop" for step in made.steps)


def test_without_bets_the_course_says_that_one_is_lacking() -> None:
    made = course(replace(FULL, strategy=replace(STRATEGY, bets=())), ())
    assert isinstance(made.sentence, Refusal)
    assert "no live bet" in made.sentence.why
    assert any(step.says == "State a bet for Activated accounts" for step in made.steps)


def test_an_empty_situation_asks_for_an_outcome() -> None:
    made = course(EMPTY, explain(EMPTY))
    assert isinstance(made.sentence, Refusal)
    assert "no outcome" in made.sentence.why
