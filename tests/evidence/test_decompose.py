"""The parts of a change: they add up in every draw, over any two windows, and hold what was planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.days import Window
from madegood.evidence.answer import answer
from madegood.evidence.decompose import Split, decompose, split
from madegood.evidence.model import Decomposition, Estimate, Question
from madegood.execution.model import Release, Rollout
from madegood.intent.model import Metric
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

FIRST = date(2022, 1, 3)
IDENTITY = 1e-9  # of the metric's level: rounding alone


def day(index: int) -> date:
    return FIRST + timedelta(days=index)


def world(seed: int, days: int, planted: dict[int, float], level: float = 1000.0) -> np.ndarray:
    """Counts that drift 0.5 % a day with 3 % of noise, and a step for each planted release."""
    rng = np.random.default_rng(seed)
    log = np.cumsum(rng.normal(0, 0.005, days)) + 0.03 * rng.standard_normal(days)
    for at, effect in planted.items():
        log[at:] += np.log1p(effect)
    return np.round(level * np.exp(log))


def told(values: np.ndarray, days: tuple[int, ...], **more: object) -> Estimate:
    releases = tuple(Release(f"v{d}", day(d)) for d in days)
    asked = Question(Metric("orders"), Measured(Series("orders", FIRST, values)), releases, (), day(len(values) - 1))
    found = answer(replace(asked, **more))  # type: ignore[arg-type]
    assert isinstance(found, Estimate), found
    return found


def known(parts: Split | Refusal) -> Split:
    assert isinstance(parts, Split), parts
    return parts


SHORT = world(1, 300, {80: 0.2, 150: -0.1})
SHORT[100:140] = np.nan
ONE = told(SHORT, (80, 81, 150, 151, 152, 260))
YEARS = told(world(2, 1500, {300: 0.2, 900: 0.3, 1300: 0.2}), (300, 600, 900, 1100, 1300))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 290), st.integers(1, 40), st.integers(1, 290), st.integers(1, 40), st.booleans())
def test_in_every_draw_the_parts_are_the_change(a: int, long: int, gap: int, wide: int, record: bool) -> None:
    before = Window(day(a), day(min(a + long, 298)))
    after = Window(day(min(a + gap, 299 - 1)), day(min(a + gap + long + wide, 299)))
    parts = split(ONE, before, after, record)
    if isinstance(parts, Refusal):
        assert parts.why and parts.until
        return
    total = parts.made.sum(axis=1) + parts.drift + parts.known + parts.noise
    assert np.abs(total - parts.change).max() < IDENTITY * 1000
    pick = [np.nanmean(SHORT[(w.first - FIRST).days : (w.last - FIRST).days + 1]) for w in (before, after)]
    assert parts.change == pytest.approx(pick[1] - pick[0])


@pytest.mark.parametrize(("first", "last"), [(100, 1490), (100, 1200), (500, 1499), (1450, 1499)])
def test_windows_in_different_stretches_add_up_too(first: int, last: int) -> None:
    assert len(YEARS.model.stretches) > 2
    parts = known(split(YEARS, Window.ending(day(first), 28), Window.ending(day(last), 28)))
    total = parts.made.sum(axis=1) + parts.drift + parts.known + parts.noise
    assert np.abs(total - parts.change).max() < IDENTITY * 1000
    between = {f"v{d}" for d in (300, 600, 900, 1100, 1300) if first < d <= last}
    assert {key for run in parts.runs for key in run} == between


def test_steps_years_apart_are_all_made_good() -> None:
    parts = decompose(YEARS, Window.ending(day(200), 28), Window.ending(day(1499), 28))
    assert isinstance(parts, Decomposition)
    assert 0.4 * parts.start < parts.made_good.mean < 1.4 * parts.start  # 1.2 x 1.3 x 1.2 is +87 % of the level
    bare = known(split(YEARS, Window.ending(day(200), 28), Window.ending(day(1499), 28), record=False))
    low, high = np.quantile(bare.made.sum(axis=1), [0.025, 0.975])
    assert low < 0.87 * parts.start < high


def test_two_single_days_are_windows_too() -> None:
    parts = decompose(ONE, Window(day(70), day(70)), Window(day(90), day(90)))
    assert isinstance(parts, Decomposition) and parts.read == (1, 1)
    assert parts.change == SHORT[90] - SHORT[70] and parts.made_good.mean > 0


def test_a_window_without_a_known_day_is_refused_with_the_nearest_days() -> None:
    refused = decompose(ONE, Window(day(110), day(120)), Window(day(200), day(220)))
    assert isinstance(refused, Refusal) and "no day of it is known" in refused.why
    assert "22 May 2022" in refused.until or "12 Apr 2022" in refused.until


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Window(day(-40), day(-10)), Window(day(200), day(220))),
        (Window(day(10), day(30)), Window(day(290), day(330))),
        (Window(day(200), day(220)), Window(day(10), day(30))),
        (Window(day(10), day(30)), Window(day(10), day(30))),
    ],
)
def test_windows_that_cannot_be_read_or_are_reversed_are_refused(before: Window, after: Window) -> None:
    refused = decompose(ONE, before, after)
    assert isinstance(refused, Refusal) and refused.why and refused.until


def test_a_metric_read_in_weeks_refuses_single_days() -> None:
    few = told(np.random.default_rng(2).poisson(0.8, 400).astype(float), (200,))
    refused = decompose(few, Window(day(100), day(102)), Window(day(300), day(302)))
    assert isinstance(refused, Refusal) and "weeks" in refused.why and "two weeks" in refused.until


def test_a_rollout_is_made_good_as_far_as_it_reached() -> None:
    values = world(5, 300, {})
    values[150:] *= 1.2
    values[200:] *= 1.5 / 1.2
    stages = (Rollout(day(150), "", 0.4), Rollout(day(200), "", 1.0))
    found = told(values, (), releases=(Release("v0", day(150), rollouts=stages),))
    half = decompose(found, Window(day(100), day(127)), Window(day(170), day(197)))
    whole = decompose(found, Window(day(100), day(127)), Window(day(270), day(297)))
    assert isinstance(half, Decomposition) and isinstance(whole, Decomposition)
    assert half.made_good.mean < 0.6 * whole.made_good.mean


def test_nothing_released_between_leaves_nothing_made_good() -> None:
    parts = known(split(ONE, Window(day(160), day(180)), Window(day(220), day(240))))
    assert parts.runs == () and parts.made.shape[1] == 0
    summed = decompose(ONE, Window(day(160), day(180)), Window(day(220), day(240)))
    assert isinstance(summed, Decomposition) and summed.by_release == ()


def test_what_is_no_series_is_refused() -> None:
    refused = decompose(replace(ONE, model="tallies"), Window(day(10), day(30)), Window(day(200), day(220)))
    assert isinstance(refused, Refusal) and refused.until


def test_before_anything_was_released_it_says_from_when_to_ask() -> None:
    old = told(world(3, 1500, {}), (1300,))
    refused = decompose(old, Window(day(10), day(30)), Window(day(1400), day(1430)))
    assert isinstance(refused, Refusal) and "nothing was released before" in refused.why and "ask from" in refused.until
