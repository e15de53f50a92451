"""What is known of bets: their claims, what would kill them, and guardrails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from madegood.evidence.answer import answer
from madegood.evidence.claims import against, certain, compared, judge_bet, kept
from madegood.evidence.judge import judge
from madegood.evidence.model import Effect, Interval, Question, Verdict, Word
from madegood.execution.model import Facts, Link, Release, WorkItem
from madegood.intent.model import Bet, Expectation, KillIf, Metric, Strategy
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

FIRST = date(2025, 2, 1)
RNG = np.random.default_rng(1)
VALUES = np.round(1000 * np.exp(np.cumsum(RNG.normal(0, 0.01, 300)) + 0.05 * RNG.standard_t(4, 300)))


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def ask(*days: int, values: np.ndarray = VALUES) -> Question:
    releases = tuple(Release(f"v{n}", day(n)) for n in days)
    return Question(Metric("orders"), Measured(Series("orders", FIRST, values)), releases, (), day(len(values) - 1))


def verdicts(question: Question) -> tuple[Verdict, ...]:
    return judge(question, answer(question))


def effect(low: float = -0.1, high: float = 0.1, mde: float = 0.1, sure: tuple[float, float] | None = None) -> Effect:
    middle = Interval((low + high) / 2, low, high)
    return Effect(("v1",), FIRST, FIRST, middle, middle, mde, 0.0, 0.0, 60, False, certain=sure)


BET = Bet("faster", expect=(Expectation("orders", 0.3, 0.6, 28),), releases=("v150",), guardrails=("contacts",))
STRATEGY = Strategy(bets=(BET,), metrics=(Metric("orders"), Metric("contacts", good="down", margin=0.02)))


def facts(*releases: Release, items: tuple[WorkItem, ...] = (), links: tuple[Link, ...] = ()) -> Facts:
    return Facts(items, releases, links)


def test_a_bet_of_which_nothing_shipped_is_too_early() -> None:
    (v,) = judge_bet(BET, facts(), STRATEGY, {}, day(299))
    assert v.word == "too early" and isinstance(v.effect, Refusal) and v.effect.why == "nothing of it has shipped yet"


def test_a_bet_is_judged_by_the_release_that_carried_its_items() -> None:
    item = WorkItem("7", release="v150")
    bet = replace(BET, releases=())
    found = facts(Release("v150", day(150)), items=(item,), links=(Link("7", "bet", "faster", "named"),))
    given = {"orders": verdicts(ask(100, 150))}
    (v,) = judge_bet(bet, found, STRATEGY, given, day(299))
    assert (v.subject, v.names, v.first, v.word) == ("bet", ("faster",), day(150), "cannot tell")


def test_what_testers_had_first_came_to_customers_with_the_stable_release() -> None:
    items, links = (WorkItem("7", release="v150b1"),), (Link("7", "bet", "faster", "named"),)
    found = facts(Release("v150b1", day(140), prerelease=True), Release("v150", day(150)), items=items, links=links)
    (v,) = judge_bet(
        replace(BET, releases=(), guardrails=()), found, STRATEGY, {"orders": verdicts(ask(150))}, day(299)
    )
    assert (v.first, v.word) == (day(150), "cannot tell")


def test_a_bet_in_several_releases_has_one_verdict_that_says_so() -> None:
    bet = replace(BET, releases=("v60", "v150"), guardrails=())
    values = VALUES.copy()
    values[150:] *= 1.6
    given = {"orders": verdicts(ask(60, 150, values=values))}
    (v,) = judge_bet(bet, facts(Release("v60", day(60)), Release("v150", day(150))), STRATEGY, given, day(299))
    assert (v.word, v.first) == ("moved", day(150)) and "came in 2 releases" in v.doubts[0]


def test_a_claim_that_the_data_leave_no_room_for_is_said() -> None:
    given = {"orders": verdicts(ask(150)), "contacts": verdicts(ask(150))}
    claim, guard = judge_bet(BET, facts(Release("v150", day(150))), STRATEGY, given, day(299))
    assert any("leave no room" in d for d in claim.doubts)
    assert guard.metric == "contacts" and any("margin of 2.0%" in d for d in guard.doubts)


def test_before_the_claim_is_due_it_is_too_early() -> None:
    question = ask(275)
    (v, *_) = judge_bet(
        replace(BET, releases=("v275",)),
        facts(Release("v275", day(275))),
        STRATEGY,
        {"orders": verdicts(question)},
        day(299),
    )
    assert v.word == "too early" and "28 days" in v.step


def test_a_release_of_another_product_is_said_to_be_one() -> None:
    strategy = Strategy(metrics=(Metric("orders", product=("android",)),))
    (v,) = judge_bet(BET, facts(Release("v150", day(150))), strategy, {"orders": ()}, day(299))
    assert v.word == "cannot tell" and isinstance(v.effect, Refusal) and "not of android" in v.effect.why


def test_the_kill_criterion_speaks_when_it_is_met_for_certain_and_due() -> None:
    bet = replace(BET, kill_if=KillIf("below +1 % after 28 days", "below", 0.01, 28))
    lost, open_ = effect(low=-0.1, high=-0.05), effect(low=-0.1, high=0.05)
    assert any("kill criterion met" in d for d in compared(bet, BET.expect[0], lost, "up", True))
    assert not any("kill" in d for d in compared(bet, BET.expect[0], lost, "up", False))
    assert not any("kill" in d for d in compared(bet, BET.expect[0], open_, "up", True))


# ---- the bound that would kill a bet is its ROPE -----------------------------------------------------------------

KILL = KillIf("below +3 % after 28 days", "below", 0.03, 28)


@pytest.mark.parametrize(
    ("data", "sure", "given", "told"),
    [
        ((0.04, 0.10), None, "moved", "moved"),
        ((0.012, 0.09), None, "moved", "cannot tell"),
        ((0.012, 0.025), None, "moved", "no meaningful movement"),
        ((-0.02, 0.02), (-0.02, 0.02), "cannot tell", "no meaningful movement"),
        ((-0.02, 0.02), (-0.02, 0.05), "cannot tell", "cannot tell"),
        ((-0.02, 0.02), None, "cannot tell", "cannot tell"),
        ((-0.09, -0.04), None, "moved wrong way", "moved wrong way"),
    ],
)
def test_what_would_kill_a_bet_is_its_rope(
    data: tuple[float, float], sure: tuple[float, float] | None, given: Word, told: Word
) -> None:
    word, said = against(KILL, effect(*data, sure=sure), given)
    assert word == told and bool(said) == (given != told)


def test_a_bound_narrower_than_the_rope_is_not_passed_by_the_rope() -> None:
    kill = replace(KILL, bound=0.005)
    assert against(kill, effect(sure=(-0.008, 0.008)), "no meaningful movement")[0] == "cannot tell"
    assert against(kill, effect(sure=(-0.004, 0.004)), "no meaningful movement")[0] == "no meaningful movement"


def test_for_a_metric_that_should_fall_the_bound_lies_above() -> None:
    kill = KillIf("above -3 %", "above", -0.03, 28)
    assert against(kill, effect(-0.10, -0.04), "moved")[0] == "moved"
    assert against(kill, effect(-0.09, -0.012), "moved")[0] == "cannot tell"


@pytest.mark.parametrize("kill", [replace(KILL, bound=None), replace(KILL, relative=False), replace(KILL, bound=0.0)])
def test_a_bound_that_is_no_share_changes_no_word(kill: KillIf) -> None:
    assert against(kill, effect(0.012, 0.09), "moved") == ("moved", [])


def test_before_the_days_of_the_claim_the_bound_is_not_asked() -> None:
    values = VALUES.copy()
    values[150:] *= 1.6
    bet = replace(BET, guardrails=(), kill_if=replace(KILL, bound=0.55))
    given = {"orders": verdicts(ask(150, values=values))}
    for on, word in ((day(299), "cannot tell"), (day(160), "moved")):
        (v,) = judge_bet(bet, facts(Release("v150", day(150))), STRATEGY, given, on)
        assert v.word == word
    (v,) = judge_bet(bet, facts(Release("v150", day(150))), STRATEGY, given, day(299))
    assert v.step and any("whether beyond the +55.0% that would kill it is open" in d for d in v.doubts)


# ---- guardrails --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("good", "data", "sure", "given", "told", "says"),
    [
        ("up", (-0.015, 0.04), (-0.012, 0.03), "cannot tell", "no meaningful movement", "held"),
        ("up", (-0.015, 0.04), None, "cannot tell", "cannot tell", ""),
        ("up", (-0.05, 0.04), (-0.04, 0.03), "cannot tell", "cannot tell", "not ruled out"),
        ("down", (-0.04, 0.015), (-0.03, 0.012), "cannot tell", "no meaningful movement", "held"),
        ("down", (-0.04, 0.05), (-0.03, 0.04), "no meaningful movement", "cannot tell", "not ruled out"),
        ("up", (-0.018, -0.012), None, "moved wrong way", "moved wrong way", "within its margin"),
        ("up", (-0.08, -0.03), None, "moved wrong way", "moved wrong way", ""),
        ("up", (0.03, 0.08), None, "moved", "moved", ""),
    ],
)
def test_a_guardrail_holds_where_harm_beyond_its_margin_is_ruled_out(
    good: str, data: tuple[float, float], sure: tuple[float, float] | None, given: Word, told: Word, says: str
) -> None:
    word, said = kept(0.02, good, effect(*data, sure=sure), given)
    assert word == told and says in " ".join(said) and bool(said) == bool(says)


def test_an_experiment_on_a_guardrail_speaks_for_itself() -> None:
    drawn = replace(effect(-0.01, 0.03), design="randomised")
    assert certain(drawn) == (-0.01, 0.03) and certain(effect(-0.01, 0.03)) is None
    assert kept(0.02, "up", drawn, "cannot tell")[0] == "no meaningful movement"


def test_a_calm_guardrail_is_said_to_hold() -> None:
    calm = np.round(50_000 * np.exp(0.008 * np.random.default_rng(2).normal(size=300)))
    given = {"orders": verdicts(ask(150)), "contacts": verdicts(ask(150, values=calm))}
    _, guard = judge_bet(BET, facts(Release("v150", day(150))), STRATEGY, given, day(299))
    assert guard.word == "no meaningful movement" and any("held: a loss beyond its margin" in d for d in guard.doubts)


# ---- which verdict, and what next --------------------------------------------------------------------------------


def test_a_release_that_is_told_by_itself_is_not_judged_by_its_group() -> None:
    group, alone = verdicts(ask(150, 151))[:1], replace(verdicts(ask(150))[0], word="moved", grade="A")
    group = tuple(replace(v, names=("v150", "v151"), word="cannot tell") for v in group)
    (v, _) = judge_bet(
        BET, facts(Release("v150", day(150))), STRATEGY, {"orders": (*group, alone), "contacts": group}, day(299)
    )
    assert (v.word, v.grade) == ("moved", "A") and not any("told apart" in d for d in v.doubts)


def test_a_claim_that_another_metric_of_the_bet_could_show_is_sent_there() -> None:
    (told,) = verdicts(ask(150))
    assert isinstance(told.effect, Effect)
    quick = replace(told, metric="starts", effect=replace(told.effect, mde=0.034))
    slow = replace(told, effect=replace(told.effect, mde=0.4))
    bet = replace(BET, expect=(*BET.expect, Expectation("starts", 0.1, 0.2, 28)), guardrails=())
    strategy = replace(STRATEGY, metrics=(*STRATEGY.metrics, Metric("starts")))
    given = {"orders": (slow,), "starts": (quick,)}
    first, _ = judge_bet(bet, facts(Release("v150", day(150))), strategy, given, day(299))
    assert first.step == "look for it in starts too: there 3.4 % would show, here 40 %"
    shows = {"orders": (replace(slow, effect=replace(told.effect, mde=0.1)),), "starts": (quick,)}
    first, _ = judge_bet(bet, facts(Release("v150", day(150))), strategy, shows, day(299))
    assert first.step == told.step
