from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.days import Window
from madegood.execution.flow import Delivered, Flow, Open, Spread, flow
from madegood.execution.history import OPEN
from madegood.execution.model import Facts, Link, Release, Rollout, Spells, WorkItem
from madegood.execution.worked import EPOCH
from madegood.intent.model import Bet, Need, Outcome, Strategy
from madegood.refusal import Refusal

FIRST = date(2026, 1, 5)  # a Monday
WINDOW = Window(FIRST, FIRST + timedelta(27))
STATED = Strategy(
    outcomes=(Outcome("paid"), Outcome("trust")),
    needs=(Need("safe", outcomes=("paid", "trust")),),
    bets=(Bet("instant", achieve="paid"), Bet("fees", need="safe"), Bet("alone")),
)
AIMS = (("bet", "instant"), ("bet", "fees"), ("bet", "alone"), ("outcome", "trust"), ("upkeep", "x"), ("orphan", ""))
days = st.integers(-40, 60).map(lambda n: FIRST + timedelta(n))


@st.composite
def backlogs(draw: st.DrawFn) -> Facts:
    items, links = [], []
    for i in range(draw(st.integers(0, 12))):
        begun = draw(st.none() | days)
        done = draw(st.none() | days)
        parent = f"I-{draw(st.integers(0, 11))}" if draw(st.booleans()) else ""
        aim, to = draw(st.sampled_from(AIMS))
        release = draw(st.sampled_from(["", "v1", "v2b1", "v3"]))
        items.append(WorkItem(f"I-{i}", started=begun, done=done, parent=parent, release=release))
        links.append(Link(f"I-{i}", aim, to))  # type: ignore[arg-type]
    releases = (
        Release("v1", FIRST + timedelta(3)),
        Release("v2b1", FIRST + timedelta(9), prerelease=True),
        Release("v3", FIRST + timedelta(12), rollouts=(Rollout(FIRST + timedelta(12), "", 0.0),)),
    )
    return Facts(tuple(items), releases, tuple(links))


@given(backlogs())
@settings(max_examples=100, deadline=None)
def test_every_finished_item_ended_in_exactly_one_place(facts: Facts) -> None:
    found = flow(facts, STATED, WINDOW)
    if isinstance(found, Refusal):
        assert not facts.items
        return
    if isinstance(found.delivered, Delivered):
        one = found.delivered
        assert one.reached + one.testers + one.waiting + one.nobody == one.items
        assert len(one.examples) <= one.nobody + one.testers
    if isinstance(found.open, Open) and not isinstance(found.open.stale, Refusal):
        assert len(found.open.stale) <= found.open.count
    if not isinstance(found.attention, Refusal):
        for week in found.attention:
            assert 0 <= week.aimless <= 1 and week.monday.weekday() == 0
            assert (week.outcomes == 0) == (week.effective == 0)
            assert week.outcomes == 0 or 1 - 1e-9 <= week.effective <= week.outcomes + 1e-9


@given(backlogs())
@settings(max_examples=100, deadline=None)
def test_nothing_after_the_window_changes_what_is_said_of_it(facts: Facts) -> None:
    def until(day: date | None) -> date | None:
        return day if day and day <= WINDOW.last else None

    known = tuple(replace(i, started=until(i.started), done=until(i.done)) for i in facts.items)
    for now, later in zip(said(replace(facts, items=known)), said(facts), strict=True):
        assert now == later


def said(facts: Facts) -> list[object]:
    """What a flow says; of a refusal only that it is one, as it may name the last day on which anything was done."""
    found = flow(facts, STATED, WINDOW)
    if isinstance(found, Refusal):
        return [Refusal]
    parts = (found.weekly, found.in_progress, found.open, found.delivered, found.attention)
    return [Refusal if isinstance(part, Refusal) else part for part in parts]


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=60))
def test_a_spread_rises_and_leaves_something_above_each_share(values: list[int]) -> None:
    points = Spread.of(values).points
    assert [value for _, value in points] == sorted(value for _, value in points)
    for share, value in points:
        assert sum(v <= value for v in values) >= share * len(values) - 1e-9
        assert len(values) * (1 - share) >= 1
    assert Spread.of(values[:1]).points == ()


def many(count: int, took: int = 4) -> list[WorkItem]:
    return [
        WorkItem(f"D-{i}", started=FIRST - timedelta(30), done=FIRST - timedelta(30 - took), release="v0")
        for i in range(count)
    ]


def known(items: list[WorkItem], *releases: Release, spells: Spells | None = None, **aims: str) -> Flow:
    links = tuple(Link(item.id, *aims.get(item.id, "orphan ").split(" ")) for item in items)  # type: ignore[arg-type]
    found = flow(Facts(tuple(items), releases, links, spells), STATED, WINDOW)
    assert isinstance(found, Flow)
    return found


def test_done_long_ago_and_in_no_release_reached_nobody_and_just_now_is_on_its_way() -> None:
    zero = Release("v0", FIRST - timedelta(20))
    off = Release("v3", FIRST + timedelta(1), rollouts=(Rollout(FIRST + timedelta(1), "", 0.0),))
    beta = Release("v4b1", FIRST + timedelta(2), prerelease=True)
    items = [
        *many(30),  # from done to customers in 6 days
        WorkItem("late", "Never released", done=FIRST),
        WorkItem("new", done=WINDOW.last - timedelta(2)),
        WorkItem("off", "Behind a flag", done=FIRST, release="v3"),
        WorkItem("beta", done=FIRST, release="v4b1"),
        WorkItem("out", done=FIRST, shipped=FIRST + timedelta(4)),
    ]
    found = known(items, zero, off, beta).delivered
    assert isinstance(found, Delivered) and isinstance(found.lag, Spread) and found.lag.at(0.85) == 6
    assert (found.items, found.reached, found.testers, found.waiting, found.nobody) == (5, 1, 1, 1, 2)
    assert {name for name, _ in found.examples} == {"late", "off", "beta"}


def test_with_few_that_reached_customers_nobody_can_tell_what_is_late() -> None:
    found = known([*many(3), WorkItem("late", done=FIRST)], Release("v0", FIRST - timedelta(20))).delivered
    assert isinstance(found, Delivered) and isinstance(found.lag, Refusal)
    assert (found.waiting, found.nobody) == (1, 0)


def test_what_was_begun_longer_ago_than_nearly_all_took_is_stale_and_the_oldest_comes_first() -> None:
    items = [
        *many(30, took=10),
        WorkItem("old", "Forgotten", started=WINDOW.last - timedelta(50)),
        WorkItem("older", started=WINDOW.last - timedelta(90)),
        WorkItem("fresh", started=WINDOW.last - timedelta(3)),
        WorkItem("later", started=WINDOW.last + timedelta(1)),
    ]
    found = known(items).open
    assert isinstance(found, Open) and found.count == 3
    assert found.stale == (("older", "", 90), ("old", "Forgotten", 50))
    few = known(items[28:]).open
    assert isinstance(few, Open) and isinstance(few.stale, Refusal)


def test_attention_is_shared_by_days_in_progress_and_upkeep_is_left_out() -> None:
    week = FIRST + timedelta(6)
    items = [WorkItem(name, started=FIRST, done=week) for name in ("a", "b", "c", "d", "k")]
    found = known(items, a="bet instant", b="bet fees", c="outcome trust", k="upkeep x").attention
    assert not isinstance(found, Refusal)
    (one,) = found  # paid: 1.5 of 3, trust: 1.5 of 3, and one of four serves nothing
    assert (one.monday, one.outcomes, round(one.effective, 9), one.aimless) == (FIRST, 2, 2.0, 0.25)


def test_history_says_when_an_item_was_in_progress_before_its_own_days_do() -> None:
    items = [WorkItem("a", started=FIRST, done=WINDOW.last), WorkItem("b", started=FIRST, done=WINDOW.last)]
    day = FIRST.toordinal() - EPOCH
    spells = Spells(np.array([0, 1]), np.array([-1, -1]), np.array([day, day + 7]), np.array([day + 2, OPEN]))
    found = known(items, spells=spells, a="bet instant", b="outcome trust").attention
    assert not isinstance(found, Refusal)
    assert [week.outcomes for week in found] == [1, 1, 1, 1]


@pytest.mark.parametrize("items", [[WorkItem("a")], [WorkItem("a", done=FIRST)]])
def test_what_cannot_be_said_is_refused_with_a_next_step(items: list[WorkItem]) -> None:
    assert isinstance(flow(Facts((), (), ()), STATED, WINDOW), Refusal)
    found = known(items)
    for one in (found.in_progress, found.open, found.delivered, found.attention):
        assert isinstance(one, Refusal) and one.until
