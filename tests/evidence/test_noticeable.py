"""What would be noticed, what an erosion costs, and shares with few people behind them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from madegood.evidence.erosion import erosions
from madegood.evidence.noticeable import Noticeable, noticeable
from madegood.evidence.watched import bar, watched
from madegood.intent.model import KnownEvent, Metric
from madegood.performance.model import Floats, Measured, Series
from madegood.refusal import Refusal

FIRST = date(2023, 1, 2)
DAYS = 1092


def flow(
    weekly: float = 0.0, onset: int = 800, wander: float = 0.0005, seed: int = 1, level: float = 1000.0
) -> Measured:
    rng, t = np.random.default_rng(seed), np.arange(DAYS)
    logs = np.cumsum(rng.normal(0, wander, DAYS)) + weekly / 7 * np.clip(t - onset, 0, None)
    return Measured(Series("orders", FIRST, rng.poisson(level * np.exp(logs)).astype(float)))


def share(weekly: float, people: int, seed: int = 2) -> Measured:
    """A share of 20 % of so many people a day, with binomial noise, that falls from day 600 on."""
    rng, t = np.random.default_rng(seed), np.arange(DAYS)
    p = 0.2 * np.exp(weekly / 7 * np.clip(t - 600, 0, None))
    base = rng.poisson(people, DAYS).astype(float)
    did = rng.binomial(base.astype(int), p)
    return Measured(Series("signup", FIRST, did / np.maximum(base, 1), "rate", base))


def told(measured: Measured, among: int = 10) -> Noticeable:
    found = noticeable(Metric(measured.series.metric), measured, (), measured.series.last, among=among)
    assert isinstance(found, Noticeable)
    return found


def test_half_a_year_shows_less_than_a_quarter_needs() -> None:
    found = told(flow())
    assert found.soon is not None and found.later is not None and found.later < found.soon / 1.5 < 0.02
    assert "a month within 13 weeks" in found.says and "a month within 26 weeks" in found.says


def test_more_metrics_under_one_promise_are_each_noticed_later() -> None:
    few, many = told(flow(), 10).later, told(flow(), 1000).later
    assert few is not None and many is not None and few < many < 4 * few


def test_a_metric_that_wanders_too_much_says_so() -> None:
    found = told(flow(wander=0.03))
    assert "wanders too much" in found.says and found.wanders > 0.1


@pytest.mark.parametrize(
    "values", [np.zeros(400), np.full(400, np.nan), np.ones(30), np.random.default_rng(1).random(200)]
)
def test_too_little_is_refused_and_says_what_is_missing(values: Floats) -> None:
    facts = Measured(Series("m", FIRST, values))
    found = noticeable(Metric("m"), facts, (), facts.series.last)
    assert isinstance(found, Refusal) and "weeks" in found.why
    assert erosions(Metric("m"), facts, (), (), facts.series.last) == ()


def test_an_erosion_says_what_it_cost_and_what_it_will() -> None:
    """1,000 orders a day that fall 1 % a week for 41 weeks: about 7,000 x sum(1 - e^-0.01 w), 53,000 orders."""
    facts = flow(-0.01)
    (found,) = erosions(Metric("orders"), facts, (), (), facts.series.last)
    assert found.cost and found.cost_ahead and found.noticed
    assert found.cost.low < found.cost.mean < found.cost.high
    assert found.cost.mean == pytest.approx(53_000, rel=0.2)
    assert found.ongoing and found.cost_ahead.mean > found.cost.mean
    assert found.onset < found.noticed < facts.series.last and found.e_value >= np.exp(bar())


def test_what_should_be_low_costs_when_it_rises() -> None:
    facts = flow(0.01)
    (found,) = erosions(Metric("orders", good="down"), facts, (), (), facts.series.last)
    assert found.total.low > 0 and found.cost and found.cost.low > 0
    assert erosions(Metric("orders"), facts, (), (), facts.series.last) == ()


def test_a_share_of_three_hundred_people_a_day_erodes_visibly_and_one_of_three_does_not() -> None:
    many, few = share(-0.01, 300), share(-0.003, 3)
    (found,) = erosions(Metric("signup"), many, (), (), many.series.last)
    assert found.cost is None and -0.55 < found.total.mean < -0.35  # 1 - e^-0.7 is 50 %
    assert erosions(Metric("signup"), few, (), (), few.series.last) == ()
    (stretch,) = watched(Metric("signup"), many, (), many.series.last)
    assert stretch.share


def test_a_known_event_is_no_erosion() -> None:
    values = flow().series.values.copy()
    values[700:760] *= 0.5
    facts = Measured(Series("orders", FIRST, values))
    event = KnownEvent(FIRST + timedelta(days=700), FIRST + timedelta(days=759), "strike")
    assert erosions(Metric("orders"), facts, (), (event,), facts.series.last) == ()
