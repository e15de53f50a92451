from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from madegood.days import Window
from madegood.execution.effort import effort
from madegood.execution.link import link
from madegood.execution.model import Effort, Facts, Release, Spells, WorkItem
from madegood.intent.model import Bet, Need, Outcome, Project, Selector, Strategy
from madegood.refusal import Refusal

FIRST = date(2026, 1, 5)
WINDOW = Window(FIRST, FIRST + timedelta(days=27))
STRATEGY = Strategy(
    outcomes=(Outcome("activation"), Outcome("trust"), Outcome("past", status="done")),
    needs=(Need("speed", outcomes=("trust",)), Need("price")),
    bets=(Bet("quick", achieve="activation"), Bet("cheap", achieve="activation", need="price")),
)
PROJECT = Project("/nowhere", upkeep=(Selector("kind:chore", (("kind", "chore"),)),))


def facts(*items: WorkItem, releases: tuple[Release, ...] = (), spells: Spells | None = None) -> Facts:
    return Facts(items, releases, link(items, releases, STRATEGY, PROJECT), spells)


def measured(*items: WorkItem, **more: object) -> Effort:
    found = effort(facts(*items, **more), STRATEGY, WINDOW)  # type: ignore[arg-type]
    assert isinstance(found, Effort), found
    return found


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def history(*rows: tuple[int, int, int, int]) -> Spells:
    """(item, person, first, last), days after FIRST."""
    table = np.array(rows, dtype=np.int64)
    start = (FIRST - date(1970, 1, 1)).days
    return Spells(table[:, 0], table[:, 1], table[:, 2] + start, table[:, 3] + start)


ITEMS = st.lists(
    st.builds(
        WorkItem,
        id=st.sampled_from([f"I{n}" for n in range(10)]),
        kind=st.sampled_from(["", "chore"]),
        parent=st.sampled_from(["", *(f"I{n}" for n in range(10))]),
        started=st.one_of(st.none(), st.integers(-40, 40).map(day)),
        done=st.one_of(st.none(), st.integers(-40, 40).map(day)),
        estimate=st.one_of(st.none(), st.floats(0.1, 50)),
        bet=st.sampled_from(["", "quick", "cheap", "speed", "trust"]),
        shipped=st.one_of(st.none(), st.integers(-40, 40).map(day)),
    ),
    unique_by=lambda item: item.id,
)


@given(ITEMS, st.randoms())
def test_shares_add_up_none_is_negative_and_the_order_of_items_does_not_matter(items, chance) -> None:
    found = effort(facts(*items), STRATEGY, WINDOW)
    mixed = list(items)
    chance.shuffle(mixed)
    again = effort(facts(*mixed), STRATEGY, WINDOW)
    if isinstance(found, Refusal):
        assert isinstance(again, Refusal)
        return
    assert isinstance(again, Effort)
    assert sum(share.amount for share in found.shares) == approx(found.total)
    assert all(0 <= share.reached <= share.amount + 1e-9 for share in found.shares)
    assert found.part("bet", "need", "outcome", "upkeep", "orphan") == approx(1)
    assert {(s.aim, s.id): approx(s.amount) for s in found.shares} == {(s.aim, s.id): s.amount for s in again.shares}
    assert (found.basis, found.unserved, found.examples) == (again.basis, again.unserved, again.examples)


@given(ITEMS)
def test_no_item_is_counted_together_with_one_above_it(items) -> None:
    found = effort(facts(*items), STRATEGY, WINDOW)
    if isinstance(found, Effort) and found.unit == "items":
        assert found.total <= sum(item.done is not None and item.done in WINDOW for item in items)


def test_counts_are_used_where_there_is_neither_history_nor_estimate() -> None:
    found = measured(
        WorkItem("1", bet="quick", done=day(1)),
        WorkItem("2", kind="chore", done=day(2)),
        WorkItem("3", "Odd", done=day(3)),
        WorkItem("4", done=day(99)),
        WorkItem("5"),
    )
    assert (found.unit, found.total, found.basis) == ("items", 3, "finished items, each counted as one")
    assert [(s.aim, s.id, s.amount) for s in found.shares] == [
        ("bet", "quick", 1),
        ("upkeep", "kind:chore", 1),
        ("orphan", "", 1),
    ]
    assert found.examples == (("3", "Odd"),)


def test_an_epic_is_not_counted_beside_its_finished_children_but_alone_it_is() -> None:
    epic = WorkItem("E", done=day(3))
    assert measured(epic, WorkItem("1", parent="E", done=day(1)), WorkItem("2", parent="E", done=day(2))).total == 2
    assert measured(epic, WorkItem("1", parent="E")).total == 1


def test_an_estimate_is_spread_over_the_days_from_start_to_done() -> None:
    found = measured(WorkItem("1", started=day(-10), done=day(9), estimate=10), WorkItem("2", done=day(5), estimate=2))
    assert (found.unit, found.total) == ("person-days", approx(7))
    assert found.basis.startswith("estimates")


def test_an_estimate_of_an_epic_stands_for_children_without_one() -> None:
    epic, child = WorkItem("E", done=day(8), estimate=8), WorkItem("1", parent="E", done=day(8))
    assert measured(epic, child).total == 8
    assert measured(epic, WorkItem("1", parent="E", done=day(8), estimate=3)).total == 3


def test_units_are_not_mixed_where_only_some_have_an_estimate() -> None:
    found = measured(WorkItem("1", done=day(1), estimate=40), *(WorkItem(f"{n}", done=day(2)) for n in range(2, 6)))
    assert (found.unit, found.total) == ("items", 5)
    assert "only 1 of 5 finished items have an estimate" in found.basis


def test_person_days_are_used_where_the_history_covers_the_work() -> None:
    items = (WorkItem("1", bet="quick", done=day(4)), WorkItem("2", done=day(4)), WorkItem("3"))
    found = measured(*items, spells=history((0, 1, 0, 4), (1, 2, 0, 4), (1, 1, 0, 4), (2, 3, 0, 0)))
    assert (found.unit, found.total) == ("person-days", approx(11))
    assert {s.aim: s.amount for s in found.shares} == {"bet": approx(2.5), "orphan": approx(8.5)}


def test_days_of_one_or_two_people_are_not_given() -> None:
    found = measured(WorkItem("1", done=day(4)), WorkItem("2", done=day(4)), spells=history((0, 1, 0, 4), (1, 2, 0, 4)))
    assert found.unit == "items"
    assert "would tell on a person" in found.basis


def test_a_history_without_active_states_is_said() -> None:
    empty = np.zeros(0, dtype=np.int64)
    found = measured(WorkItem("1", done=day(1)), spells=Spells(empty, empty, empty, empty, ("coding", "qa")))
    assert "no state of the history is named under `active_states` (seen: coding, qa)" in found.basis


def test_reached_is_the_part_in_customers_hands_by_the_end_of_the_window() -> None:
    stable, late = Release("v1", day(5)), Release("v2", day(60))
    items = (
        WorkItem("1", done=day(1), release="v1"),
        WorkItem("2", done=day(1), release="v2"),
        WorkItem("3", done=day(1)),
    )
    found = measured(*items, releases=(stable, late))
    assert (found.shares[0].amount, found.shares[0].reached, found.reach_known) == (3, 1, True)
    assert not measured(WorkItem("1", done=day(1))).reach_known


def test_an_outcome_is_served_through_bets_and_needs_and_a_closed_one_is_not_missed() -> None:
    assert measured(WorkItem("1", done=day(1))).unserved == (
        ("outcome", "activation"),
        ("outcome", "trust"),
        ("need", "speed"),
        ("need", "price"),
    )
    assert measured(WorkItem("1", done=day(1), bet="cheap")).unserved == (("outcome", "trust"), ("need", "speed"))
    assert measured(WorkItem("1", done=day(1), bet="speed")).unserved == (("outcome", "activation"), ("need", "price"))


def test_nothing_known_or_nothing_finished_is_refused_with_a_next_step() -> None:
    for known, word in (
        ((), "no work items"),
        ((WorkItem("1"),), "no work item has a day"),
        ((WorkItem("1", done=day(-9)),), "27 Dec 2025"),
    ):
        refused = effort(facts(*known), STRATEGY, WINDOW)
        assert isinstance(refused, Refusal)
        assert word in refused.why
        assert refused.until
