"""A metric in each segment is the metric with that segment, and small segments are nobody's business."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.intent.model import Metric
from madegood.performance.measure import measure
from madegood.performance.model import Measured
from madegood.performance.parts import FEWEST, by_segment, sizes_of

ON = date(2025, 12, 31)


def test_daily_segments_are_read_one_by_one_and_the_row_for_everyone_is_none_of_them(
    store: Store, daily: Callable[..., Store]
) -> None:
    for name, level in (("fr", 20), ("de", 10), (None, 30)):
        daily([level + i % 3 for i in range(60)], segment=name)
    parts = by_segment(Metric("m"), store, ON)
    assert [p.series.segment for p in parts] == ["de", "fr"]
    for part in parts:
        alone = measure(Metric("m", segment=part.series.segment), store, ON)
        assert isinstance(alone, Measured)
        assert np.array_equal(part.series.values, alone.series.values)


def test_segments_of_several_products_are_added_and_keep_their_name(store: Store, daily: Callable[..., Store]) -> None:
    for product in ("app", "web"):
        for name in ("de", "fr"):
            daily([10 + i % 3 for i in range(60)], segment=name, product=product)
    parts = by_segment(Metric("m"), store, ON)
    assert [p.series.segment for p in parts] == ["de", "fr"]
    assert parts[0].series.values[0] == 20


def test_sizes_add_up_and_are_not_made_up_for_rates(store: Store, daily: Callable[..., Store]) -> None:
    for name, level in (("fr", 30), ("de", 10)):
        daily([level + i % 2 for i in range(60)], segment=name)
        daily([0.1 + 0.001 * (i % 7) for i in range(60)], metric="rate", segment=name)
        daily([0.1 + 0.001 * (i % 7) for i in range(60)], metric="share", segment=name, bases=[level] * 60)
    sizes = dict(sizes_of(by_segment(Metric("m"), store, ON)))
    assert sizes == pytest.approx({"de": 10.5 / 41, "fr": 30.5 / 41})
    assert sizes_of(by_segment(Metric("rate", grain="rate"), store, ON)) == ()
    assert dict(sizes_of(by_segment(Metric("share", grain="rate"), store, ON))) == pytest.approx(
        {"de": 0.25, "fr": 0.75}
    )


def people(n: int, segment: str | None, days: int = 40) -> list[tuple[object, ...]]:
    start = datetime(2025, 3, 1, 9)
    return [(f"{segment}{i}", start + timedelta(days=d), "see", segment) for i in range(n) for d in range(0, days, 4)]


def test_segments_of_few_people_are_left_out(store: Store, events: Callable[..., Store]) -> None:
    for n, name in ((FEWEST, "de"), (FEWEST + 5, "fr"), (FEWEST - 1, "li"), (50, None)):
        events(people(n, name))
    parts = by_segment(Metric("m", kind="count", event="see"), store, ON)
    assert [p.series.segment for p in parts] == ["de", "fr"]
    assert np.nansum(parts[0].series.values) > 0


@pytest.mark.parametrize("metric", [Metric("m"), Metric("m", segment="de"), Metric("other", name="x")])
def test_one_segment_none_or_no_table_is_no_comparison(
    store: Store, daily: Callable[..., Store], metric: Metric
) -> None:
    assert by_segment(metric, store, ON) == ()
    daily([1.0 + i for i in range(60)], segment="de")
    assert by_segment(metric, store, ON) == ()
    assert by_segment(Metric("m", kind="count", event="see"), store, ON) == ()


def test_segments_that_begin_after_the_day_are_not_looked_at(store: Store, daily: Callable[..., Store]) -> None:
    for name in ("de", "fr"):
        daily([10 + i % 3 for i in range(60)], segment=name, first=date(2025, 6, 1))
    assert by_segment(Metric("m"), store, date(2025, 5, 1)) == ()
