"""Counts, actives and conversions are exactly what a loop over the events says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.engine.store import Store
from madegood.intent.model import Metric
from madegood.performance.measure import measure
from madegood.performance.model import Measured
from madegood.refusal import Refusal

FIRST = datetime(2025, 3, 1)
ON = date(2025, 12, 31)
Event = tuple[str, datetime, str]

# few persons, few names and times on the half day, so that ties, repeats and windows that just close are common
event = st.tuples(
    st.sampled_from(["ana", "ben", "cyd"]),
    st.integers(0, 40).map(lambda halves: FIRST + timedelta(hours=12 * halves)),
    st.sampled_from(["see", "try", "buy"]),
)
many = st.lists(event, min_size=1, max_size=40, unique=True)


@pytest.fixture(scope="module")
def shared() -> Iterable[Store]:
    with Store.open(None) as opened:
        yield opened


def filled(store: Store, rows: list[Event]) -> Store:
    store.execute("delete from events")
    for row in rows:
        store.execute('insert into events (person, "at", name) values (?, ?, ?)', row)
    return store


def conversion_by_hand(
    rows: list[Event], steps: tuple[str, ...], within: int, once: bool
) -> dict[date, tuple[int, int]]:
    """For each day: how many began, how many went on."""
    mine: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for person, at, name in rows:
        mine[person].append((at, name))
    out: dict[date, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for done in mine.values():
        days = {at.date() for at, name in done if name == steps[0]}
        for day in {min(days)} if once and days else days:
            began = now = min(at for at, name in done if name == steps[0] and at.date() == day)
            went_on = True
            for k, step in enumerate(steps[1:], 1):
                later = [at for at, name in done if name == step and (at > now if step in steps[:k] else at >= now)]
                if not later or min(later) > began + timedelta(days=within):
                    went_on = False
                    break
                now = min(later)
            n, m = out[day]
            out[day] = (n + 1, m + went_on)
    return out


def values(answer: Measured | Refusal) -> dict[date, float]:
    assert isinstance(answer, Measured), answer
    return {answer.series.day(i): v for i, v in enumerate(answer.series.values)}


@settings(max_examples=40, deadline=None)
@given(many)
def test_a_count_is_the_events_of_each_day(shared: Store, rows: list[Event]) -> None:
    answer = measure(Metric("m", kind="count", event=rows[0][2]), filled(shared, rows), ON)
    by_hand = Counter(at.date() for _, at, name in rows if name == rows[0][2])
    assert values(answer) == {day: by_hand[day] for day in values(answer)}
    assert sum(by_hand.values()) == sum(values(answer).values())


@settings(max_examples=40, deadline=None)
@given(many, st.booleans())
def test_actives_are_the_distinct_persons_of_each_day(shared: Store, rows: list[Event], of_one_name: bool) -> None:
    name = rows[0][2] if of_one_name else ""
    answer = measure(Metric("m", kind="active", event=name), filled(shared, rows), ON)
    people = {(at.date(), person) for person, at, what in rows if not name or what == name}
    assert values(answer) == {day: sum(d == day for d, _ in people) for day in values(answer)}


@settings(max_examples=80, deadline=None)
@given(
    many,
    st.sampled_from([("see", "buy"), ("see", "try", "buy"), ("see", "see"), ("see", "try", "see")]),
    st.integers(1, 5),
    st.booleans(),
)
def test_a_conversion_is_what_a_loop_over_persons_says(
    shared: Store, rows: list[Event], steps: tuple[str, ...], within: int, once: bool
) -> None:
    metric = Metric("m", kind="conversion", steps=steps, within=within, once=once)
    answer = measure(metric, filled(shared, rows), ON)
    by_hand = conversion_by_hand(rows, steps, within, once)
    last = max(at.date() for _, at, _ in rows)
    closed = {d: v for d, v in by_hand.items() if d + timedelta(days=within) <= last}
    if not closed or not {name for _, _, name in rows} >= set(steps):
        assert isinstance(answer, Refusal)
        return
    assert isinstance(answer, Measured)
    assert answer.series.base is not None
    for i, share in enumerate(answer.series.values):
        began, went_on = closed.get(answer.series.day(i), (0, 0))
        if began:
            assert share == pytest.approx(went_on / began)
            assert answer.series.base[i] == began
        else:
            assert np.isnan(share)


def test_a_day_whose_window_is_open_is_a_gap_and_no_lower_value(events: Callable[..., Store]) -> None:
    rows = [(f"p{d}", FIRST + timedelta(days=d), name) for d in range(20) for name in ("see", "buy")]
    answer = measure(Metric("m", kind="conversion", steps=("see", "buy"), within=7), events(rows), ON)
    assert isinstance(answer, Measured)
    assert np.isfinite(answer.series.values[:13]).all()
    assert np.isnan(answer.series.values[13:]).all()


def test_a_day_with_none_of_it_is_a_zero_while_other_events_come_in(events: Callable[..., Store]) -> None:
    rows = [("p", FIRST + timedelta(days=d), "see") for d in range(10)] + [("p", FIRST, "buy")]
    answer = measure(Metric("m", kind="count", event="buy"), events(rows), ON)
    assert list(values(answer).values()) == [1.0] + [0.0] * 9


def test_a_day_on_which_nothing_came_in_at_all_is_a_gap(store: Store) -> None:
    store.execute(
        'insert into events (person, "at", name) '
        "select 'p' || i % 50, timestamp '2025-03-01' + to_minutes(i * 30), 'see'"
        " from range(48 * 90) t(i) where i // 48 != 40"
    )
    answer = measure(Metric("m", kind="count", event="see"), store, ON)
    assert isinstance(answer, Measured)
    assert np.flatnonzero(np.isnan(answer.series.values)).tolist() == [40]
    assert "outage" in {f.kind for f in answer.fitness}


def test_a_last_day_that_broke_off_is_a_gap(store: Store) -> None:
    store.execute(
        'insert into events (person, "at", name) '
        "select 'p' || i % 50, timestamp '2025-03-01' + to_minutes(i * 30), 'see'"
        " from range(48 * 40 + 20) t(i)"
    )
    answer = measure(Metric("m", kind="count", event="see"), store, ON)
    assert isinstance(answer, Measured)
    assert np.isnan(answer.series.values[-1]) and np.isfinite(answer.series.values[:-1]).all()
    assert "broke off" in answer.series.notes[0]


def test_filters_and_segments_pick_events(events: Callable[..., Store]) -> None:
    rows = [
        ("a", FIRST, "buy", "pro", {"country": "NO"}),
        ("b", FIRST, "buy", "free", {"country": "NO"}),
        ("c", FIRST, "buy", "pro", {"country": "SE"}),
    ]
    store = events(rows)
    by_segment = measure(Metric("m", kind="count", event="buy", segment="pro"), store, ON)
    by_both = measure(Metric("m", kind="count", event="buy", segment="pro", where=(("country", "NO"),)), store, ON)
    assert (list(values(by_segment).values()), list(values(by_both).values())) == ([2.0], [1.0])
    nobody = measure(Metric("m", kind="count", event="buy", where=(("country", "DK"),)), store, ON)
    assert isinstance(nobody, Refusal) and "country = DK" in nobody.why


def test_an_event_has_its_day_in_the_zone_of_the_project(events: Callable[..., Store]) -> None:
    store = events([("a", datetime(2025, 3, 1, 23, 30), "see")])
    answer = measure(Metric("m", kind="count", event="see"), store, ON, "Europe/Oslo")
    assert isinstance(answer, Measured) and answer.series.first == date(2025, 3, 2)


def test_nothing_after_the_day_of_asking_is_looked_at(events: Callable[..., Store]) -> None:
    rows = [(f"p{d}", FIRST + timedelta(days=d), "see") for d in range(20)]
    answer = measure(Metric("m", kind="active"), events(rows), date(2025, 3, 10))
    assert isinstance(answer, Measured) and answer.series.last == date(2025, 3, 10)


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"kind": "count"}, "which event to count"),
    ({"kind": "count", "event": "sea"}, "Did you mean `see`?"),
    ({"kind": "conversion", "steps": ("see",), "within": 7}, "two steps or more"),
    ({"kind": "conversion", "steps": ("see", "buy")}, "within how many days"),
    ({"kind": "conversion", "steps": ("see", "by"), "within": 7}, "Did you mean `buy`?"),
    ({"kind": "conversion", "steps": ("see", "buy"), "within": 900}, "days are over yet"),
)


@pytest.mark.parametrize(("said", "why"), WRONG, ids=[why for _, why in WRONG])
def test_what_cannot_be_measured_says_why(said: dict[str, Any], why: str, events: Callable[..., Store]) -> None:
    rows = [(f"p{d}", FIRST + timedelta(days=d), name) for d in islice(range(99), 20) for name in ("see", "buy")]
    answer = measure(Metric("m", **said), events(rows), ON)
    assert isinstance(answer, Refusal) and why in answer.why and answer.until


def test_without_events_the_refusal_says_what_to_add(store: Store) -> None:
    answer = measure(Metric("m", kind="active"), store, ON)
    assert isinstance(answer, Refusal) and "madegood.yml" in answer.until
