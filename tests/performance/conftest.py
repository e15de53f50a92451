"""A store in memory with the project's own tables, filled by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from madegood.engine.store import Store


@pytest.fixture
def store() -> Iterable[Store]:
    with Store.open(None) as opened:
        yield opened


@pytest.fixture
def daily(store: Store) -> Callable[..., Store]:
    """Put one number a day into the daily table, from a first day on; None leaves the day out."""

    def put(
        values: Iterable[float | None],
        metric: str = "m",
        first: date = date(2025, 1, 1),
        product: str | None = None,
        segment: str | None = None,
        bases: Sequence[float] | None = None,
    ) -> Store:
        for i, value in enumerate(values):
            if value is not None:
                base = bases[i] if bases is not None else None
                row = (metric, product, segment, first + timedelta(days=i), float(value), base)
                store.execute(
                    "insert into daily (metric, product, segment, day, value, base) values (?, ?, ?, ?, ?, ?)", row
                )
        return store

    return put


@pytest.fixture
def events(store: Store) -> Callable[..., Store]:
    """Put events (person, time, name[, segment[, fields]]) into the events table."""

    def put(rows: Iterable[tuple[Any, ...]]) -> Store:
        for row in rows:
            person, at, name, segment, fields = (*row, None, None)[:5]
            assert isinstance(at, datetime)
            store.execute(
                'insert into events (person, "at", name, segment, fields) values (?, ?, ?, ?, ?)',
                (person, at, name, segment, fields or {}),
            )
        return store

    return put
