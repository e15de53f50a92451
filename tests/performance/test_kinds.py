"""Sums, means, ratios, rolling windows, adoption, coming back and waiting are what a loop over the events says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.intent.model import Metric
from madegood.performance.kinds.cohort import OLD
from madegood.performance.measure import measure
from madegood.performance.model import Measured
from madegood.refusal import Refusal

FIRST, DAYS = datetime(2025, 3, 1), 70
ON = date(2025, 12, 31)
WITHIN = timedelta(days=5)
Event = tuple[str, datetime, str, str | None, dict[str, str]]


@pytest.fixture
def rows() -> list[Event]:
    """Forty people, three names, amounts that are sometimes none, on every day of ten weeks."""
    rng = np.random.default_rng(11)
    found: list[Event] = []
    for day in range(DAYS):
        for _ in range(rng.integers(6, 14)):
            person = f"p{rng.integers(0, 40)}"
            at = FIRST + timedelta(days=day, minutes=int(rng.integers(0, 1440)))
            fields = {"account": f"a{int(person[1:]) // 4}"}
            if rng.random() < 0.8:
                fields["price"] = str(rng.choice(["3.5", "10", "none"]))
            found.append((person, at, str(rng.choice(["see", "try", "buy"])), None, fields))
        found.append(("daily", FIRST + timedelta(days=day, hours=23, minutes=59), "tick", None, {}))
    return found


def values(metric: Metric, store: Store) -> dict[date, float]:
    answer = measure(metric, store, ON)
    assert isinstance(answer, Measured), answer
    series = answer.series
    return {series.day(i): float(v) for i, v in enumerate(series.values) if np.isfinite(v)}


def all_days() -> list[date]:
    return [FIRST.date() + timedelta(days=d) for d in range(DAYS)]


def test_sums_and_means_leave_out_what_is_no_number(events: Callable[..., Store], rows: list[Event]) -> None:
    store = events(rows)
    by_day: dict[date, list[float]] = {day: [] for day in all_days()}
    for _, at, name, _, fields in rows:
        if name == "buy" and fields.get("price", "none") != "none":
            by_day[at.date()].append(float(fields["price"]))
    summed = values(Metric("m", kind="sum", event="buy", value="price"), store)
    assert summed == {day: sum(prices) for day, prices in by_day.items()}
    mean = values(Metric("m", kind="mean", event="buy", value="price"), store)
    assert mean == pytest.approx({day: sum(p) / len(p) for day, p in by_day.items() if p})


def test_amounts_of_several_currencies_are_not_added(events: Callable[..., Store], rows: list[Event]) -> None:
    store = events([(p, at, n, s, {**f, "currency": "eur" if i % 3 else "USD"})
                    for i, (p, at, n, s, f) in enumerate(rows)])  # fmt: skip
    answer = measure(Metric("m", kind="sum", event="buy", value="price"), store, ON)
    assert isinstance(answer, Refusal) and "EUR, USD" in answer.why
    one = Metric("m", kind="sum", event="buy", value="price", where=(("currency", "USD"),))
    assert isinstance(measure(one, store, ON), Measured)


def test_a_ratio_is_events_to_events_and_a_gap_without_any(events: Callable[..., Store], rows: list[Event]) -> None:
    found = values(Metric("m", kind="ratio", event="buy", per="try"), events(rows))
    for day in all_days():
        tries, buys = (sum(n == name and at.date() == day for _, at, n, *_ in rows) for name in ("try", "buy"))
        assert found.get(day) == (pytest.approx(buys / tries) if tries else None)


@pytest.mark.parametrize("by", ["", "account"])
def test_a_rolling_window_counts_each_once(events: Callable[..., Store], rows: list[Event], by: str) -> None:
    found = values(Metric("m", kind="active", event="buy", window=7, by=by), events(rows))
    for i, day in enumerate(all_days()):
        whom = {
            fields["account"] if by else person
            for person, at, name, _, fields in rows
            if name == "buy" and day - timedelta(days=6) <= at.date() <= day
        }
        assert found.get(day) == (len(whom) if i >= 6 else None)


def first_of(rows: list[Event], name: str) -> dict[str, datetime]:
    out: dict[str, datetime] = {}
    for person, at, n, *_ in rows:
        if n == name:
            out[person] = min(at, out.get(person, at))
    return out


def test_adoption_is_of_those_who_could_first_that_day(events: Callable[..., Store], rows: list[Event]) -> None:
    found = values(Metric("m", kind="adoption", event="buy", among="see", within=5), events(rows))
    firsts = first_of(rows, "see")
    for day in all_days()[: DAYS - 5]:
        could = {p: at for p, at in firsts.items() if at.date() == day}
        bought = [(person, at) for person, at, name, *_ in rows if name == "buy"]
        took = [p for p, at in could.items() if any(p == q and at <= z <= at + WITHIN for q, z in bought)]
        assert found.get(day) == (pytest.approx(len(took) / len(could)) if could else None)
    assert max(found) <= all_days()[-6]


def newcomers() -> list[Event]:
    """Two begin on each day; one is back after seven days, the other, every second day, after nine."""
    found: list[Event] = []
    for day in range(DAYS):
        at = FIRST + timedelta(days=day, hours=12)
        found += [(f"{who}{day}", at, "see", None, {}) for who in ("x", "y")]
        found.append((f"x{day}", at + timedelta(days=7), "see", None, {}))
        if day % 2:
            found.append((f"y{day}", at + timedelta(days=9), "see", None, {}))
    return [row for row in found if row[1] < FIRST + timedelta(days=DAYS)]


def test_retention_is_of_the_days_newcomers_and_their_day_is_over(events: Callable[..., Store]) -> None:
    store = events(newcomers())
    exact = values(Metric("m", kind="retention", event="see", after=7), store)
    assert set(exact.values()) == {0.5}
    assert (min(exact), max(exact)) == (all_days()[OLD], all_days()[-8])
    spread = values(Metric("m", kind="retention", after=7, within=3), store)
    assert spread == {day: 1.0 if i % 2 else 0.5 for i, day in enumerate(all_days()) if OLD <= i < DAYS - 9}


def test_time_to_is_the_median_of_all_who_began(events: Callable[..., Store]) -> None:
    rng = np.random.default_rng(3)
    rows: list[Event] = []
    truth: dict[date, float] = {}
    for day in range(DAYS):
        hours = [float(h) if rng.random() < 0.8 else float("inf") for h in rng.integers(0, 60, 41)]
        truth[FIRST.date() + timedelta(days=day)] = median(hours)
        rows.append(("clock", FIRST + timedelta(days=day), "tick", None, {}))
        for i, wait in enumerate(hours):
            at = FIRST + timedelta(days=day, hours=6)
            rows.append((f"{day}-{i}", at, "see", None, {}))
            if wait < float("inf"):
                rows.append((f"{day}-{i}", at + timedelta(hours=wait, minutes=30), "buy", None, {}))
    rows = [row for row in rows if row[1] < FIRST + timedelta(days=DAYS)]
    found = values(Metric("m", kind="time-to", steps=("see", "buy"), within=4), events(rows))
    assert set(found) == set(all_days()[: DAYS - 4])
    assert max(abs(v - truth[day] - 0.5) for day, v in found.items()) <= 1.0


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "sum"}, "which event carries the amount"),
    ({"kind": "mean", "event": "buy", "value": "colour"}, "no event `buy` carries a number as `colour`"),
    ({"kind": "ratio", "event": "buy"}, "to what it is held"),
    ({"kind": "adoption", "event": "buy"}, "who could"),
    ({"kind": "adoption", "event": "buy", "among": "see"}, "within how many days"),
    ({"kind": "retention"}, "after how many days"),
    ({"kind": "retention", "after": 400}, "nobody who is known to be new"),
    ({"kind": "time-to", "steps": ("see",)}, "from which step to which"),
    ({"kind": "active", "by": "family"}, "no event says its `family`"),
    ({"kind": "active", "event": "sea"}, "no event is named `sea`. Did you mean `see`?"),
]


@pytest.mark.parametrize(("said", "why"), WRONG, ids=[why for _, why in WRONG])
def test_what_cannot_be_measured_says_why(
    events: Callable[..., Store], rows: list[Event], said: dict[str, Any], why: str
) -> None:
    answer = measure(Metric("m", **said), events(rows), ON)
    assert isinstance(answer, Refusal) and why in answer.why and answer.until
