from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from madegood.days import Window
from madegood.execution.history import OPEN
from madegood.execution.model import Spells
from madegood.execution.worked import ENOUGH, closed, worked

MONDAY = date(2026, 1, 5)
DAY = (MONDAY - date(1970, 1, 1)).days
ITEMS = 6
STRETCHES = st.lists(
    st.tuples(st.integers(0, ITEMS - 1), st.integers(-1, 3), st.integers(-10, 70), st.integers(0, 20)), max_size=12
)
WINDOWS = st.tuples(st.integers(0, 40), st.integers(1, 60)).map(
    lambda pair: Window(MONDAY + timedelta(days=pair[0]), MONDAY + timedelta(days=pair[0] + pair[1] - 1))
)
CONTAINERS = st.sets(st.integers(0, ITEMS - 1)).map(lambda some: np.isin(np.arange(ITEMS), list(some)))


def spells(stretches: list[tuple[int, int, int, int]]) -> Spells:
    """(item, person, first day after MONDAY, days more) as arrays."""
    table = np.array(stretches, dtype=np.int64).reshape(-1, 4)
    first = table[:, 2] + DAY
    return Spells(table[:, 0], table[:, 1], first, first + table[:, 3])


def days_worked(stretches: list[tuple[int, int, int, int]], window: Window) -> set[tuple[int, date]]:
    """Different (person, day), in plain Python: weekdays, and the ends of stretches."""
    found = set()
    for _, person, first, more in stretches:
        days = [MONDAY + timedelta(days=first + n) for n in range(more + 1)]
        found |= {
            (person, d) for d in days if person >= 0 and d in window and (d.weekday() < 5 or d in (days[0], days[-1]))
        }
    return found


@given(STRETCHES, WINDOWS, CONTAINERS)
def test_person_days_add_up_to_the_different_days_that_people_worked(stretches, window, containers) -> None:
    result = worked(spells(stretches), ITEMS, window, containers)
    expected = days_worked(stretches, window)
    assert (result.amount >= 0).all()
    assert result.amount.sum() == approx(len(expected), abs=1e-9)
    assert result.people == len({person for person, _ in expected})


@given(STRETCHES, WINDOWS, CONTAINERS, st.integers(1, 59))
def test_two_windows_side_by_side_give_what_the_whole_gives(stretches, window, containers, cut) -> None:
    middle = min(window.first + timedelta(days=cut), window.last)
    whole = worked(spells(stretches), ITEMS, window, containers).amount
    left = worked(spells(stretches), ITEMS, Window(window.first, middle), containers).amount
    right = worked(spells(stretches), ITEMS, Window(middle + timedelta(days=1), window.last), containers).amount
    assert whole == approx(left + right, abs=1e-9)


@given(STRETCHES, WINDOWS, st.randoms())
def test_the_order_of_stretches_does_not_matter_nor_does_hearing_one_twice(stretches, window, chance) -> None:
    mixed = [*stretches, *stretches[:3]]
    chance.shuffle(mixed)
    none = np.zeros(ITEMS, dtype=bool)
    one, other = worked(spells(stretches), ITEMS, window, none), worked(spells(mixed), ITEMS, window, none)
    assert one.amount == approx(other.amount, abs=1e-9)


def test_a_day_with_two_items_is_shared_and_an_epic_gets_only_days_with_nothing_else() -> None:
    week = Window(MONDAY, MONDAY + timedelta(days=6))
    stretches = [(0, 1, 0, 4), (1, 1, 0, 1), (2, 1, 4, 0)]  # epic Monday to Friday, a task to Tuesday, one on Friday
    epic = np.array([True, False, False])
    assert worked(spells(stretches), 3, week, epic).amount.tolist() == [2.0, 2.0, 1.0]
    assert worked(spells(stretches), 3, week, ~epic & False).amount.tolist() == [3.5, 1.0, 0.5]


def test_a_weekend_counts_only_where_somebody_moved_the_item() -> None:
    weeks = Window(MONDAY, MONDAY + timedelta(days=13))
    none = np.zeros(1, dtype=bool)
    assert worked(spells([(0, 1, 4, 3)]), 1, weeks, none).amount.tolist() == [2.0]  # Friday to Monday
    assert worked(spells([(0, 1, 4, 1)]), 1, weeks, none).amount.tolist() == [2.0]  # Friday, done on Saturday


def test_a_stretch_nobody_ended_lasts_as_long_as_ended_ones_do() -> None:
    ended = [(0, 1, 0, 3)] * ENOUGH
    first = np.array([DAY], dtype=np.int64)
    forgotten = Spells(first * 0, first * 0, first, np.array([OPEN]))
    both = spells(ended)
    together = Spells(
        *(np.append(getattr(both, f), getattr(forgotten, f)) for f in ("item", "person", "first", "last"))
    )
    assert closed(together, DAY + 900)[-1] == DAY + 3
    assert closed(together, DAY + 1)[-1] == DAY + 1
    assert closed(forgotten, DAY + 900)[-1] == DAY + 900  # too few ended ones to say how long they last
