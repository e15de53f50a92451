from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from madegood.days import Window
from madegood.execution.model import Facts, Release, Speed, WorkItem
from madegood.execution.speed import speed
from madegood.refusal import Refusal

FIRST = date(2026, 1, 5)  # a Monday
WINDOW = Window(FIRST, FIRST + timedelta(days=13))


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def measured(*items: WorkItem, releases: tuple[Release, ...] = ()) -> Speed:
    found = speed(Facts(items, releases, ()), WINDOW)
    assert isinstance(found, Speed), found
    return found


def test_items_a_week_are_those_finished_in_the_window_over_its_weeks() -> None:
    found = measured(*(WorkItem(f"{n}", done=day(n)) for n in range(-2, 20)))
    assert (found.items, found.per_week, found.before) == (14, 7, None)


def test_the_window_before_counts_only_where_the_backlog_was_in_use_all_through_it() -> None:
    old = WorkItem("0", created=day(-14))
    assert measured(old, WorkItem("1", done=day(-3)), WorkItem("2", done=day(3))).before == 0.5
    assert measured(WorkItem("1", done=day(-3)), WorkItem("2", done=day(3))).before is None


@given(st.lists(st.integers(-80, 40), min_size=1, max_size=40))
def test_weeks_follow_one_another_and_hold_every_item_of_whole_weeks(done: list[int]) -> None:
    found = speed(Facts(tuple(WorkItem(f"{n}", done=day(d)) for n, d in enumerate(done)), (), ()), WINDOW)
    if isinstance(found, Refusal):
        assert not any(day(d) in WINDOW for d in done)
        return
    mondays = [monday for monday, _ in found.weekly]
    assert all(b - a == timedelta(days=7) for a, b in pairwise(mondays))
    assert sum(n for _, n in found.weekly) == sum(day(d) <= WINDOW.last for d in done)  # the window ends on a Sunday


def test_an_unfinished_week_is_left_out() -> None:
    found = speed(Facts((WorkItem("1", done=day(1)), WorkItem("2", done=day(8))), (), ()), Window(FIRST, day(9)))
    assert isinstance(found, Speed)
    assert found.weekly == ((FIRST, 1),)


def test_time_in_progress_is_the_median_from_start_to_done() -> None:
    assert measured(*(WorkItem(f"{n}", started=day(0), done=day(n)) for n in (0, 2, 9))).in_progress == 2.0


def test_time_in_progress_is_refused_where_less_than_half_say_when_they_began() -> None:
    items = [
        WorkItem("1", started=day(0), done=day(1)),
        WorkItem("2", done=day(1)),
        WorkItem("3", started=day(9), done=day(1)),
    ]
    refused = measured(*items).in_progress
    assert isinstance(refused, Refusal)
    assert refused.why == "1 of 3 finished items say when work on them began"


def test_releases_to_testers_and_outside_the_window_do_not_count() -> None:
    releases = (Release("v1", day(3)), Release("v2b1", day(4), prerelease=True), Release("v2", day(30)))
    items = (WorkItem("1", done=day(1), release="v1"), WorkItem("2", done=day(1), release="v2b1"))
    found = measured(*items, releases=releases)
    assert (found.releases, found.reached, found.reach_known) == (1, 1, True)


def test_nothing_heard_of_in_the_window_is_no_zero() -> None:
    refused = speed(Facts((WorkItem("1", done=day(-30)),), (), ()), WINDOW)
    assert isinstance(refused, Refusal)
    assert "6 Dec 2025" in refused.why
    busy = measured(WorkItem("1", done=day(-30)), WorkItem("2", created=day(2)))
    assert (busy.items, busy.per_week) == (0, 0.0)


def test_no_items_and_no_days_are_refused() -> None:
    for items in ((), (WorkItem("1", created=day(1)),)):
        refused = speed(Facts(items, (), ()), WINDOW)
        assert isinstance(refused, Refusal)
        assert "madegood.yml" in refused.until
