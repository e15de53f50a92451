"""What a failure costs, on customers whose truth is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.evidence.failure import FailureCost, failure_cost
from madegood.refusal import Refusal

ON = date(2026, 1, 1)


def made(people: int, seed: int, effect: float, heavy: float = 0.0, days: int = 120) -> tuple[Store, float]:
    """Attempts that fail by chance (and more often for those who use it more, by `heavy`), and the true cost."""
    rng = np.random.default_rng(seed)
    rate = np.minimum(rng.gamma(1.5, 0.05, people) + 0.01, 0.7)
    chance = np.minimum(0.06 + heavy * rate, 0.8)
    hit = np.full(people, -999)
    rows, costs = [], []
    for day in range(days):
        harmed = day - hit <= 28
        active = np.flatnonzero(rng.random(people) < rate * np.where(harmed, effect, 1.0))
        failed = rng.random(len(active)) < chance[active]
        rows += [f"('{p}', {day}, {str(bool(x)).lower()})" for p, x in zip(active, failed, strict=True)]
        fresh = active[failed & ~harmed[active]]
        if 28 <= day < days - 28:
            costs += list((1 - rate[fresh]) ** 28 - (1 - effect * rate[fresh]) ** 28)
        hit[active[failed]] = day
    store = Store.open(None)
    store.execute(
        "insert into events (source, person, \"at\", name) select 's', p, timestamp '2025-01-06 10:00' + to_days(d),"
        f" case when x then 'failed' else 'used' end from (values {', '.join(rows)}) v (p, d, x)"
    )
    return store, float(np.mean(costs))


@pytest.mark.parametrize("effect", [1.0, 0.5])
def test_the_cost_is_found_and_none_is_found_where_there_is_none(effect: float) -> None:
    store, truth = made(2000, 1, effect)
    with store:
        found = failure_cost(store, "failed", ON, "used")
    assert isinstance(found, FailureCost)
    assert found.cost.low - 0.01 <= truth <= found.cost.high + 0.01
    assert found.grade in ("C", "D")
    assert found.failures <= found.seen
    assert (found.cost.high < 0) == (effect < 1)
    assert found.relative.low < found.cost.mean / found.without < found.relative.high
    if effect < 1:
        assert found.robust > 0 and found.risk > 1


def test_customers_who_differed_before_are_no_clean_comparison() -> None:
    store, _ = made(2000, 2, 1.0, heavy=2.0)
    with store:
        found = failure_cost(store, "failed", ON, "used")
    assert isinstance(found, Refusal) or found.grade == "D" or found.cost.low <= 0 <= found.cost.high


def test_few_customers_no_events_short_events_and_wrong_names_are_refused_with_a_next_step() -> None:
    with Store.open(None) as empty:
        found = [failure_cost(empty, "failed", ON)]
    store, _ = made(300, 3, 0.5)
    with store:
        found += [
            failure_cost(store, "failed", ON, "used"),
            failure_cost(store, "failure", ON, "used"),
            failure_cost(store, "failed", ON, "use"),
            failure_cost(store, "failed", date(2025, 2, 10), "used"),
            failure_cost(store, "failed", date(2024, 1, 1), "used"),
        ]
    for one in found:
        assert isinstance(one, Refusal)
        assert one.why and one.until
