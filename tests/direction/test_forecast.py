from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from madegood.direction.forecast import forecast
from madegood.direction.model import Forecast
from madegood.intent.model import Amount, Metric, Outcome
from madegood.performance.model import Fitness, Measured, Series
from madegood.refusal import Refusal

FIRST = date(2025, 1, 1)
METRIC = Metric("payments")
OUTCOME = Outcome("more", title="Payments", metric="payments", target=Amount(120.0), by=date(2026, 3, 1))


def measured(values: np.ndarray, *fitness: Fitness) -> Measured:
    return Measured(Series("payments", FIRST, values), fitness)


def noisy(days: int, level: float = 100.0, seed: int = 3) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return level * np.exp(np.cumsum(draw.normal(0, 0.01, days)) + draw.normal(0, 0.05, days))


def asked(values: np.ndarray, outcome: Outcome = OUTCOME, metric: Metric = METRIC) -> Forecast | Refusal:
    return forecast(outcome, metric, measured(values), FIRST + timedelta(days=len(values) - 1))


def test_the_fan_starts_after_the_last_day_and_ends_on_the_outcomes_day() -> None:
    fan = asked(noisy(365))
    assert isinstance(fan, Forecast)
    assert fan.days[0] == date(2026, 1, 7)
    assert abs((fan.days[-1] - date(2026, 3, 1)).days) < 7
    assert all(
        a < b < m < c < d for a, b, m, c, d in zip(fan.low95, fan.low80, fan.mean, fan.high80, fan.high95, strict=True)
    )


def test_a_metric_that_should_fall_counts_the_other_way() -> None:
    up, down = asked(noisy(365)), asked(noisy(365), metric=replace(METRIC, good="down"))
    assert isinstance(up, Forecast) and isinstance(down, Forecast)
    assert up.chance + down.chance == pytest.approx(1)


def test_shares_stay_between_nothing_and_all() -> None:
    draw = np.random.default_rng(1)
    shares = 1 / (1 + np.exp(-(3 + np.cumsum(draw.normal(0, 0.08, 300)))))
    metric = replace(METRIC, unit="%")
    fan = asked(shares, replace(OUTCOME, target=Amount(1.0, True)), metric)
    assert isinstance(fan, Forecast)
    assert min(fan.low95) > 0 and max(fan.high95) < 1
    assert fan.chance == 0


def test_a_count_is_never_below_nothing() -> None:
    fan = asked(noisy(365), replace(OUTCOME, target=Amount(0.0)), replace(METRIC, good="down"))
    assert isinstance(fan, Forecast)
    assert fan.chance == 0


@pytest.mark.parametrize(
    ("outcome", "values", "why"),
    [
        (replace(OUTCOME, target=None), noisy(365), "no target"),
        (replace(OUTCOME, by=None), noisy(365), "no date"),
        (replace(OUTCOME, by=date(2025, 6, 1)), noisy(365), "has passed"),
        (replace(OUTCOME, by=date(2029, 1, 1)), noisy(365), "weeks off"),
        (OUTCOME, noisy(60), "known weeks"),
        (OUTCOME, np.full(365, np.nan), "0 known weeks"),
        (OUTCOME, np.concatenate([noisy(265), np.full(100, np.nan)]), "no day since"),
    ],
)
def test_what_cannot_be_said_is_refused_with_a_reason(outcome: Outcome, values: np.ndarray, why: str) -> None:
    refused = asked(values, outcome)
    assert isinstance(refused, Refusal)
    assert why in refused.why
    assert refused.until


def test_days_before_a_change_of_instrument_are_not_looked_at() -> None:
    values = np.concatenate([noisy(200, 5.0), noisy(200, 100.0)])
    change = Fitness(
        "payments", "instrument", FIRST + timedelta(200), FIRST + timedelta(200), "", "", FIRST + timedelta(200)
    )
    on = FIRST + timedelta(days=399)
    fan = forecast(replace(OUTCOME, by=on + timedelta(60)), METRIC, measured(values, change), on)
    assert isinstance(fan, Forecast)
    assert fan.mean[-1] < 400 and fan.low95[-1] > 20
