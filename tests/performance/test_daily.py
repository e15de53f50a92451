"""Daily tables: products and segments together, running totals, and what a refusal says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from madegood.engine.store import Store
from madegood.intent.model import Metric
from madegood.performance.clean import clean, grain, lay
from madegood.performance.measure import measure
from madegood.performance.model import Floats, Measured, Series
from madegood.refusal import Refusal

ON = date(2026, 12, 31)
DAY0 = np.datetime64("2025-01-01")
RNG = np.random.default_rng(7)


def series(answer: Measured | Refusal) -> Series:
    assert isinstance(answer, Measured), answer
    return answer.series


def cleaned(values: list[float], kind: str) -> Floats:
    laid = lay(DAY0 + np.arange(len(values)), np.array(values))
    assert laid is not None
    return clean("m", laid, kind)[0].values  # type: ignore[arg-type]


def test_a_missing_day_is_a_gap(daily: Callable[..., Store]) -> None:
    found = series(measure(Metric("m"), daily([5, None, 7]), ON))
    assert found.values[0] == 5 and np.isnan(found.values[1]) and found.values[2] == 7


@given(arrays(np.float64, st.integers(2, 60), elements=st.integers(0, 500).map(float)))
def test_the_growth_of_a_running_total_is_the_flow_it_was_made_of(flow: Floats) -> None:
    values = cleaned([10.0, *(10 + np.cumsum(flow))], "cumulative")
    known = np.isfinite(values[1:])
    assert (values[1:][known] == flow[known]).all()
    assert (flow[~known] == 0).all() or not known.all()


def test_a_gap_in_a_running_total_is_a_gap_and_never_a_spike() -> None:
    values = cleaned([0, 10, 20, np.nan, np.nan, 50, 60], "cumulative")
    assert np.nanmax(values) == 10
    assert np.isnan(values[[0, 3, 4, 5]]).all()


def test_a_running_total_that_goes_back_loses_that_day_only(daily: Callable[..., Store]) -> None:
    total = np.cumsum(np.full(80, 10.0))
    total[40:] -= 100
    answer = measure(Metric("m", grain="cumulative"), daily(total), ON)
    values = series(answer).values
    assert np.isnan(values[40]) and (values[np.isfinite(values)] == 10).all()
    assert isinstance(answer, Measured) and "correction" in {f.kind for f in answer.fitness}


def test_a_running_total_that_dips_and_comes_back_gives_no_spike() -> None:
    total = list(np.cumsum(np.full(80, 10.0)))
    total[40] = 0.0
    values = cleaned(total, "cumulative")
    assert np.nanmax(values) == 10 and np.nanmin(values) == 10


def test_a_running_total_that_stood_still_gives_no_spike_when_it_catches_up() -> None:
    total = np.cumsum(RNG.poisson(100, 200)).astype(float)
    total[100:103] = total[99]
    values = cleaned(list(total), "cumulative")
    assert np.isnan(values[100:104]).all()
    assert np.nanmax(values) < 200


def test_a_total_read_every_week_gives_its_growth_a_day() -> None:
    total = np.full(29, np.nan)
    total[::7] = [0, 70, 140, 210, 280]
    laid = lay(DAY0 + np.arange(0, 29, 7), total[::7])
    assert laid is not None and laid.every == 7
    values = clean("m", laid, "cumulative")[0].values
    assert values[7::7].tolist() == [10, 10, 10, 10]


@pytest.mark.parametrize(
    ("values", "unit", "is_a"),
    [
        (np.cumsum(RNG.poisson(30, 200)), "", "cumulative"),
        (RNG.poisson(300, 200), "", "flow"),
        (RNG.poisson(300, 200) * (1 - 0.8 * (np.arange(200) % 7 > 4)), "", "flow"),
        (np.round(5000 * np.exp(np.cumsum(RNG.normal(0.001, 0.004, 300)))), "", "stock"),
        (4 + RNG.normal(0, 0.02, 200), "", "rate"),
        (RNG.poisson(40, 100), "%", "rate"),
        (np.full(100, 5.0), "", "flow"),
        (np.array([3.0]), "", "flow"),
    ],
    ids=["running total", "downloads", "weekdays only", "installs", "rating", "percent", "constant", "one day"],
)
def test_the_grain_is_seen_in_the_readings(values: Floats, unit: str, is_a: str) -> None:
    laid = lay(DAY0 + np.arange(len(values)), values.astype(float))
    assert laid is not None and grain(laid, unit) == is_a


def test_flows_of_several_products_add_up(daily: Callable[..., Store]) -> None:
    daily([1, 2, 3], product="app")
    found = series(measure(Metric("m", grain="flow"), daily([10, None, 30], product="web"), ON))
    assert found.values[[0, 2]].tolist() == [11, 33] and np.isnan(found.values[1])


def test_the_row_for_everyone_is_taken_before_its_parts(daily: Callable[..., Store]) -> None:
    daily([5, 6], segment="pro")
    assert series(measure(Metric("m"), daily([9, 9]), ON)).values.tolist() == [9, 9]
    assert series(measure(Metric("m", segment="pro"), daily([]), ON)).values.tolist() == [5, 6]


def test_shares_of_several_segments_are_weighed_by_their_base(daily: Callable[..., Store]) -> None:
    daily([0.5], segment="pro", bases=[10])
    found = series(measure(Metric("m", unit="%"), daily([0.2], segment="free", bases=[90]), ON))
    assert found.values[0] == pytest.approx(0.23)
    assert found.base is not None and found.base[0] == 100


def test_shares_without_a_base_do_not_add_up(daily: Callable[..., Store]) -> None:
    daily([0.5], segment="pro")
    answer = measure(Metric("m", unit="%"), daily([0.2], segment="free"), ON)
    assert isinstance(answer, Refusal) and "do not add up" in answer.why and "segment" in answer.until


def test_a_product_picks_its_rows(daily: Callable[..., Store]) -> None:
    daily([1, 2], product="app")
    store = daily([10, 20], product="web")
    assert series(measure(Metric("m", product=("web",)), store, ON)).values.tolist() == [10, 20]
    answer = measure(Metric("m", product=("wep",)), store, ON)
    assert isinstance(answer, Refusal) and "Did you mean `web`?" in answer.why


def test_a_name_that_is_not_there_gets_the_nearest(daily: Callable[..., Store]) -> None:
    answer = measure(Metric("paid-order"), daily([1], metric="paid-orders"), ON)
    assert isinstance(answer, Refusal)
    assert "Did you mean `paid-orders`?" in answer.why and "name:" in answer.until


def test_empty_input_is_a_refusal(daily: Callable[..., Store], store: Store) -> None:
    assert isinstance(measure(Metric("m"), store, ON), Refusal)
    answer = measure(Metric("m"), daily([1], first=date(2027, 6, 1)), ON)
    assert isinstance(answer, Refusal) and "later" in answer.why


def test_a_slip_in_a_date_does_not_make_fifty_years_of_gaps(daily: Callable[..., Store]) -> None:
    daily([1], first=date(1970, 1, 1))
    assert series(measure(Metric("m"), daily(RNG.poisson(50, 90)), ON)).first == date(2025, 1, 1)


def test_zeros_of_a_broken_counter_are_gaps() -> None:
    values = list(RNG.poisson(200, 120).astype(float))
    values[60] = values[61] = 0
    out = cleaned(values, "flow")
    assert np.flatnonzero(np.isnan(out)).tolist() == [60, 61]


@pytest.mark.parametrize(
    "values",
    [RNG.poisson(2, 200), RNG.poisson(200, 203) * (np.arange(203) % 7 != 6), RNG.negative_binomial(0.3, 0.01, 200)],
    ids=["a small team's sales", "closed on Sundays", "bursts"],
)
def test_zeros_that_may_be_true_stay(values: Floats) -> None:
    assert np.isfinite(cleaned(list(values.astype(float)), "flow")).all()


def test_a_stock_that_jumps_for_a_day_and_comes_back_was_misread() -> None:
    values = 5000 + np.cumsum(RNG.normal(3, 8, 200))
    values[100] = 9000
    assert np.flatnonzero(np.isnan(cleaned(list(values), "stock"))).tolist() == [100]
