"""Customers grouped by what they did: days and weeks, what comes after, value, and the tracking's own silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.intent.model import Metric
from madegood.performance.repeats import Grouped, Known, ready, repeats
from madegood.refusal import Refusal

BUYERS = Metric("buyers", kind="active", event="buy")
FIRST = date(2025, 1, 1)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2025, 1, 1, hour) + timedelta(days=day)


def known(store: Store, metric: Metric = BUYERS, last: int = 400) -> Known:
    found = ready(metric, store, FIRST + timedelta(days=last))
    assert isinstance(found, Known)
    return found


def rows(of: Grouped) -> list[tuple[float, ...]]:
    return sorted(zip(of.age, of.x, of.t, of.n, of.back, strict=True))


def test_one_customer_by_days_and_by_weeks(events: Callable[..., Store]) -> None:
    """Bought on days 0, 0, 3 and 20, asked on day 27: weeks end on days 27, 20, 13, 6."""
    store = events([("ann", at(d, h), "buy") for d, h in ((0, 9), (0, 18), (3, 9), (20, 9), (29, 9))])
    seen = repeats(known(store), FIRST + timedelta(days=27), 1)
    assert rows(seen.days) == [(27.5, 2, 20, 1, 1)]
    assert rows(seen.weeks) == [(3, 1, 2, 1, 1)]
    assert seen.active.tolist() == [0, 0, 1, 0] and seen.customers == 1


def test_who_comes_after_the_horizon_is_not_back(events: Callable[..., Store]) -> None:
    store = events([("ann", at(0), "buy"), ("ann", at(40), "buy"), ("bob", at(3), "buy"), ("bob", at(11), "buy")])
    seen = repeats(known(store), FIRST + timedelta(days=10), 2)
    assert seen.days.back.sum() == 1 and seen.customers == 2


def test_others_than_the_metrics_events_do_not_count(events: Callable[..., Store]) -> None:
    store = events(
        [("ann", at(0), "buy", "de"), ("ann", at(5), "look", "de"), ("bob", at(0), "buy", "fr"), ("bob", at(9), "look")]
    )
    seen = repeats(known(store), FIRST + timedelta(days=9), 1)
    assert rows(seen.days) == [(9.5, 0, 0, 1, 0), (9.5, 0, 0, 1, 0)] and seen.segments == ("de", "fr")
    german = Metric("buyers", kind="active", event="buy", segment="de")
    assert repeats(known(store, german), FIRST + timedelta(days=9), 1).customers == 1


def test_the_day_is_the_projects_own(events: Callable[..., Store]) -> None:
    """23:30 in London is the next day in Berlin."""
    store = events([("ann", at(0, 23), "buy"), ("ann", at(1, 10), "buy"), ("bob", at(8), "buy")])
    found = ready(BUYERS, store, FIRST + timedelta(days=8), "Asia/Tokyo")
    assert isinstance(found, Known)
    ann = repeats(found, FIRST + timedelta(days=8), 1)
    assert ann.days.x.sum() == 0


def test_value_is_of_the_weeks_before(store: Store) -> None:
    for person, day, value in (("ann", 0, 5.0), ("ann", 20, 7.0), ("ann", 20, 1.0), ("bob", 20, 2.0)):
        row = (person, at(day), "buy", value)
        store.execute('insert into events (person, "at", name, value) values (?, ?, ?, ?)', row)
    seen = repeats(known(store), FIRST + timedelta(days=20), 1)
    assert seen.valued and seen.days.worth.sum() == 10 and seen.days.squares.sum() == 64 + 4
    assert seen.weeks.worth.sum() == 10


def test_a_tracking_that_stopped_is_not_asked_beyond_its_end(events: Callable[..., Store]) -> None:
    store = events([("ann", at(d), "buy") for d in (0, 8)] + [("bob", at(9), "look")])
    assert known(store, last=300).last == FIRST + timedelta(days=9)


def test_no_events_or_no_such_events_is_a_refusal(events: Callable[..., Store], store: Store) -> None:
    assert isinstance(ready(BUYERS, store, FIRST), Refusal)
    store = events([("ann", at(0), "look")])
    assert isinstance(ready(BUYERS, store, FIRST), Refusal)
    none = Metric("buyers", kind="active", event="look", segment="mars")
    assert isinstance(ready(none, store, FIRST), Refusal)


def test_grouping_agrees_with_counting_by_hand(store: Store) -> None:
    """300 customers at random, both groupings, and who is active in each week."""
    rng = np.random.default_rng(4)
    days: dict[str, set[int]] = {}
    for i in range(300):
        start = int(rng.integers(0, 80))
        days[f"p{i}"] = {start, *(start + int(d) for d in rng.integers(0, 120 - start, rng.poisson(2)))}
    store.execute(
        "insert into events (person, \"at\", name) select unnest(?::varchar[]), unnest(?::timestamp[]), 'buy'",
        ([p for p, ds in days.items() for _ in ds], [at(d) for ds in days.values() for d in ds]),
    )
    on = 90
    seen = repeats(known(store), FIRST + timedelta(days=on), 3)
    by_day, by_week = [], []
    active = np.zeros(len(seen.active))
    for ds in days.values():
        before = sorted(d for d in ds if d <= on)
        weeks = sorted({(on - d) // 7 for d in before}, reverse=True)
        back = float(any(on < d <= on + 21 for d in ds))
        by_day.append((on - before[0] + 0.5, len(before) - 1, before[-1] - before[0], back))
        by_week.append((weeks[0], len(weeks) - 1, weeks[0] - weeks[-1], back))
        for w in weeks[1:]:
            active[len(active) - 1 - w] += 1
    for found, truth in ((seen.days, by_day), (seen.weeks, by_week)):
        keys, n = np.unique(np.array(truth)[:, :3], axis=0, return_counts=True)
        assert [r[:4] for r in rows(found)] == [(*k, c) for k, c in zip(keys.tolist(), n.tolist(), strict=True)]
        assert found.back.sum() == sum(r[3] for r in truth)
    assert seen.active.tolist() == active.tolist()


@pytest.mark.parametrize("days", [(0,), (0, 0)])
def test_one_customer_of_one_day_is_borne(events: Callable[..., Store], days: tuple[int, ...]) -> None:
    store = events([("ann", at(d), "buy") for d in days])
    seen: Any = repeats(known(store), FIRST, 1)
    assert seen.customers == 1 and seen.active.tolist() == [0]
