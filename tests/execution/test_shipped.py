from __future__ import annotations

from datetime import date

from madegood.execution.model import Facts, Release, WorkItem
from madegood.execution.shipped import reach_known, reached

BETA = Release("v1.2b1", date(2026, 1, 10), "app", prerelease=True)
STABLE = Release("v1.2", date(2026, 2, 1), "app")
PATCH = Release("v1.1.1", date(2026, 1, 20), "app")
OTHER = Release("v1.2", date(2026, 1, 11), "web")


def day(item: WorkItem, *releases: Release) -> date | None:
    return reached(Facts((item,), releases, ())).get(item.id)


def test_an_item_in_a_stable_release_reached_customers_on_its_day() -> None:
    assert day(WorkItem("1", release="app/v1.2"), BETA, STABLE) == STABLE.day


def test_an_item_in_a_test_release_waits_for_the_stable_one_of_its_product_and_version() -> None:
    item = WorkItem("1", release="app/v1.2b1")
    assert day(item, BETA, OTHER, PATCH) is None
    assert day(item, BETA, OTHER, PATCH, STABLE) == STABLE.day


def test_of_several_releases_that_hold_an_item_the_first_stable_one_counts() -> None:
    early = Release("v1.1.2", date(2026, 1, 25), "app", items=("1",))
    assert day(WorkItem("1", release="app/v1.2b1"), BETA, STABLE, early) == early.day


def test_versions_that_say_nothing_go_by_day() -> None:
    trial, real = Release("spring trial", date(2026, 3, 1), prerelease=True), Release("spring", date(2026, 3, 9))
    assert day(WorkItem("1", release="spring trial"), trial, real) == real.day


def test_the_backlogs_own_day_counts_where_no_release_list_says_and_never_for_a_test_version() -> None:
    shipped = date(2026, 5, 1)
    assert day(WorkItem("1", release="v9", shipped=shipped), STABLE) == shipped
    assert day(WorkItem("1", release="v9rc1", shipped=shipped), STABLE) is None
    assert day(WorkItem("1", release="app/v1.2b1", shipped=BETA.day), BETA) is None


def test_reach_is_unknown_where_nothing_ties_an_item_to_a_release() -> None:
    assert not reach_known(Facts((WorkItem("1"),), (STABLE,), ()))
    assert not reach_known(Facts((WorkItem("1", release="v9"),), (STABLE,), ()))
    assert reach_known(Facts((WorkItem("1", release="app/v1.2"),), (STABLE,), ()))
    assert reach_known(Facts((WorkItem("1", shipped=STABLE.day),), (), ()))
