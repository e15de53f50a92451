"""Courses for drawing, on worlds whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from madegood.days import Window
from madegood.evidence.answer import answer
from madegood.evidence.decompose import decompose
from madegood.evidence.model import Cumulative, Decomposition, Estimate, Path, Question
from madegood.evidence.paths import cumulative, path
from madegood.execution.model import Release
from madegood.intent.model import Metric
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

FIRST = date(2022, 1, 3)


def day(index: int) -> date:
    return FIRST + timedelta(days=index)


def told(days: int, planted: dict[int, float], seed: int = 1) -> tuple[Estimate, Measured]:
    rng = np.random.default_rng(seed)
    log = np.cumsum(rng.normal(0, 0.003, days)) + 0.03 * rng.standard_normal(days)
    for at, effect in planted.items():
        log[at:] += np.log1p(effect)
    measured = Measured(Series("orders", FIRST, np.round(1000 * np.exp(log))))
    releases = tuple(Release(f"v{d}", day(d)) for d in planted)
    found = answer(Question(Metric("orders"), measured, releases, (), day(days - 1)))
    assert isinstance(found, Estimate)
    return found, measured


ONE, ORDERS = told(300, {240: 0.3, 270: 0.0})


def test_what_was_made_good_begins_at_nothing_and_ends_at_its_figure() -> None:
    period = Window(day(220), day(299))
    course = cumulative(ONE, period)
    parts = decompose(ONE, period.before(28), Window.ending(period.last, 28))
    assert isinstance(course, Cumulative) and isinstance(parts, Decomposition)
    assert course.days[0] == period.first and course.days[-1] == period.last
    assert course.mean[0] == course.low[0] == course.high[0] == 0.0
    assert (course.mean[-1], course.low[-1], course.high[-1]) == pytest.approx(
        (parts.made_good.mean, parts.made_good.low, parts.made_good.high)
    )
    assert all(low <= mean <= high for low, mean, high in zip(course.low, course.mean, course.high, strict=True))


def test_a_release_lifts_the_course_over_the_four_weeks_after_it() -> None:
    course = cumulative(ONE, Window(day(220), day(299)))
    assert isinstance(course, Cumulative)
    at = dict(zip(course.days, course.mean, strict=True))
    before = [v for d, v in at.items() if d < day(240)]
    after = [v for d, v in at.items() if d >= day(268)]
    assert max(map(abs, before)) == 0.0 and min(after) > 150


def test_days_that_cannot_be_read_are_left_out_of_the_course_and_none_at_all_is_refused() -> None:
    late = cumulative(ONE, Window(day(280), day(320)))
    assert isinstance(late, Cumulative) and late.days[-1] == day(299)
    refused = cumulative(ONE, Window(day(400), day(420)))
    assert isinstance(refused, Refusal) and refused.until


def test_a_path_over_years_is_joined_where_stretches_hand_over() -> None:
    found, measured = told(1200, {300: 0.3, 600: 0.0, 800: 0.3, 1000: 0.0})
    assert len(found.model.stretches) > 1
    drawn = path(found, measured, Window(day(100), day(1199)))
    assert isinstance(drawn, Path) and len(drawn.days) <= 200
    without = dict(zip(drawn.days, drawn.without, strict=True))
    seen = dict(zip(drawn.days, drawn.seen, strict=True))
    ratio = {d: (seen[d] or 0) / (without[d] or 1) for d in drawn.days if without[d]}
    assert all(r == pytest.approx(1.0) for d, r in ratio.items() if d < day(290))
    assert all(1.15 < r < 1.45 for d, r in ratio.items() if day(310) < d < day(590))
    assert all(1.4 < r < 2.0 for d, r in ratio.items() if d > day(1010))


def test_a_path_of_what_is_no_series_is_what_happened_alone() -> None:
    drawn = path(replace(ONE, model="tallies"), ORDERS, Window(day(0), day(299)))
    assert isinstance(drawn, Path) and not any(drawn.without) and any(drawn.seen)
