"""Made good by bet, need, outcome and product: whole releases, and sums that are exact."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.days import Window
from madegood.evidence.answer import answer
from madegood.evidence.attribution import KINDS, account, carried, made_good_by, shares
from madegood.evidence.decompose import Split, decompose
from madegood.evidence.model import Decomposition, Estimate, Of, Question
from madegood.execution.model import Facts, Link, Release, WorkItem
from madegood.intent.model import Bet, Metric, Need, Outcome, Strategy
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

DAY = date(2026, 1, 1)
STRATEGY = Strategy(
    outcomes=(Outcome("grow"), Outcome("trust")),
    needs=(Need("fast", outcomes=("grow",)), Need("safe", outcomes=("trust",))),
    bets=(Bet("a", achieve="grow", need="fast"), Bet("b", need="safe"), Bet("c", releases=("v5",))),
)


def release(name: str, *items: str, product: str = "", prerelease: bool = False) -> Release:
    return Release(name, DAY + timedelta(days=int(name.strip("v").split("b")[0])), product, "", prerelease, items)


FACTS = Facts(
    items=(WorkItem("1", release="v1"), WorkItem("2"), WorkItem("3"), WorkItem("4"), WorkItem("9", release="v6b1")),
    releases=(
        release("v1"),
        release("v2", "2", "3"),
        release("v3", "4"),
        release("v4"),
        release("v5"),
        release("v6b1", prerelease=True),
        release("v6"),
    ),
    links=(
        Link("1", "bet", "a"),
        Link("2", "bet", "a"),
        Link("3", "bet", "b"),
        Link("4", "orphan"),
        Link("9", "need", "safe"),
    ),
)


def parted(*runs: tuple[str, ...], draws: int = 200) -> Split:
    made = np.random.default_rng(1).normal(np.arange(len(runs)), 1.0, (draws, len(runs)))
    zero, window = np.zeros(draws), Window(DAY, DAY)
    return Split("orders", window, window, (1, 1), 0.0, 1.0, runs, made, zero, zero, zero)


def names(runs: Split, of: Of = "bet") -> dict[tuple[str, ...], tuple[str, ...]]:
    return {p.names: p.releases for p in made_good_by(runs, of, FACTS, STRATEGY)}


def test_each_bet_gets_the_releases_that_carried_its_work_and_two_share_what_cannot_be_split() -> None:
    whole = parted(("v1",), ("v2",), ("v3",), ("v4",), ("v5",))
    assert names(whole) == {("a",): ("v1",), ("a", "b"): ("v2",), ("c",): ("v5",), (): ("v3", "v4")}


def test_releases_that_cannot_be_told_apart_are_of_all_their_bets_and_say_when_some_carry_none() -> None:
    (part,) = made_good_by(parted(("v1", "v4", "v5")), "bet", FACTS, STRATEGY)
    assert part.names == ("a", "c") and part.mixed
    plain, mixed = made_good_by(parted(("v1", "v5"), ("v3", "v4"), ("v4", "v1", "v5")), "bet", FACTS, STRATEGY)[:2]
    assert {plain.names, mixed.names} == {("a", "c")} and {plain.mixed, mixed.mixed} == {False, True}


def test_it_says_how_many_of_the_items_serve_the_bet() -> None:
    facts = Facts(FACTS.items, (release("v1", "1", "4"),), FACTS.links)
    (part,) = made_good_by(parted(("v1",)), "bet", facts, STRATEGY)
    assert (part.items, part.serving) == (2, 1)


def test_needs_and_outcomes_are_reached_through_bets_and_needs() -> None:
    whole = parted(("v1",), ("v2",), ("v3",), ("v6",))
    assert names(whole, "need") == {("fast",): ("v1",), ("fast", "safe"): ("v2",), ("safe",): ("v6",), (): ("v3",)}
    assert names(whole, "outcome")[("grow", "trust")] == ("v2",)
    assert names(whole, "outcome")[("trust",)] == ("v6",)


def test_what_testers_had_first_came_with_the_stable_release() -> None:
    assert carried(FACTS)["v6"] == {"9"} and "v6b1" not in carried(FACTS)


def test_products_are_parts_too() -> None:
    facts = Facts((), (release("v1", product="web"), release("v2", product="app"), release("v3")), ())
    parts = made_good_by(parted(("web/v1",), ("app/v2",), ("v3",)), "product", facts, STRATEGY)
    assert {p.names for p in parts} == {("web",), ("app",), ()} and parts[-1].names == ()


def asked(first: str, second: str) -> Estimate:
    """Orders that rose by a quarter with the first of two releases."""
    rng = np.random.default_rng(1)
    values = np.round(1000 * np.exp(0.03 * rng.standard_normal(200)) * (1 + 0.25 * (np.arange(200) >= 100)))
    start = DAY - timedelta(days=100)
    releases = (Release(first, start + timedelta(days=100)), Release(second, start + timedelta(days=150)))
    measured = Measured(Series("orders", start, values))
    found = answer(Question(Metric("orders"), measured, releases, (), start + timedelta(days=199)))
    assert isinstance(found, Estimate)
    return found


def test_an_account_between_two_dates_says_whose_work_it_was() -> None:
    found = asked("v1", "v3")
    first, last = DAY - timedelta(days=20), DAY + timedelta(days=90)
    told = account(Metric("orders"), found, first, last, 28, FACTS, STRATEGY)
    assert isinstance(told.parts, Decomposition)
    assert {(p.of, p.names) for p in told.shares} == {
        ("bet", ("a",)), ("bet", ()), ("need", ("fast",)), ("need", ()), ("outcome", ("grow",)), ("outcome", ()),
    }  # fmt: skip
    (mine,) = [p for p in told.shares if p.names == ("a",)]
    assert 150 < mine.made_good.low < 250 < mine.made_good.high
    for of in ("bet", "need", "outcome"):
        total = sum(p.made_good.mean for p in told.shares if p.of == of)
        assert total == pytest.approx(told.parts.made_good.mean, abs=1e-9)


def test_without_a_last_day_it_is_the_last_that_can_be_read_and_what_cannot_be_said_has_no_shares() -> None:
    found = asked("v1", "v3")
    told = account(Metric("orders"), found, DAY, None, 1, FACTS, STRATEGY)
    assert isinstance(told.parts, Decomposition) and told.parts.after.last == found.window.last
    silent = account(Metric("orders"), found, DAY - timedelta(days=900), None, 1, FACTS, STRATEGY)
    assert isinstance(silent.parts, Refusal) and silent.shares == ()
    assert account(Metric("orders"), silent.parts, DAY, DAY, 1, FACTS, STRATEGY).parts is silent.parts


def test_kinds_of_which_nothing_is_stated_are_left_out() -> None:
    found = asked("v1", "v3")
    parts = decompose(found, Window(DAY - timedelta(days=30), DAY - timedelta(days=3)), Window.ending(DAY, 1))
    assert shares(found, parts, Facts((), FACTS.releases, ()), Strategy()) == ()


@given(st.lists(st.sampled_from([f"v{i}" for i in range(1, 7)]), unique=True), st.sampled_from(KINDS), st.data())
def test_the_parts_add_up_to_what_was_made_good(keys: list[str], of: Of, data: st.DataObject) -> None:
    runs, left = [], keys
    while left:
        size = data.draw(st.integers(1, len(left)))
        runs.append(tuple(left[:size]))
        left = left[size:]
    whole = parted(*runs)
    parts = made_good_by(whole, of, FACTS, STRATEGY)
    assert sorted(k for p in parts for k in p.releases) == sorted(keys)
    total = whole.made.sum(axis=1).mean() if runs else 0.0
    assert sum(p.made_good.mean for p in parts) == pytest.approx(total, abs=1e-9)
