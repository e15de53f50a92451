"""Silent attrition: what is said holds, what cannot be said is refused, and a rise is none where nothing rose."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.evidence.attrition import Attrition, attrition
from madegood.evidence.foreseen import foreseen
from madegood.intent.model import Metric
from madegood.performance.repeats import Known, ready, repeats
from madegood.refusal import Refusal

DATA = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[2] / ".." / "shared" / "data"))
BUYERS = Metric("buyers", kind="active", event="buy")
FIRST = date(2024, 1, 1)


def made(n: int, weeks: int, seed: int, pace: float = 1.0, busy: float = 1.0, value: float | None = 10.0) -> Store:
    """n customers who begin evenly over all weeks, are active in 5 to 60 % of weeks while there, and leave at a rate of
    2.5 % a week on average; in the last 12 weeks `pace` times as fast, with `busy` times the odds."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, weeks, n)
    clock = np.ones(weeks)
    clock[-12:] = pace
    passed = np.concatenate(([0.0], np.cumsum(clock)))
    life = passed[np.minimum(first + 1, weeks)] + rng.exponential(1, n) / rng.gamma(1.0, 1 / 40, n)
    p = rng.beta(1.5, 4, n)
    week = np.arange(weeks)
    odds = (p / (1 - p))[:, None] * np.where(week >= weeks - 12, busy, 1.0)
    there = (week > first[:, None]) & (passed[1:] <= life[:, None])
    active = (rng.random((n, weeks)) < odds / (1 + odds)) & there
    active[np.arange(n), first] = True
    person, at = np.nonzero(active)
    day = at * 7 + rng.integers(0, 7, len(at))
    store = Store.open(None)
    store.execute(
        'insert into events (person, "at", name, segment, value) select unnest(?::varchar[]),'
        " unnest(?::timestamp[]), 'buy', unnest(?::varchar[]), ?",
        (
            [f"p{i}" for i in person],
            [datetime(2024, 1, 1, 12) + timedelta(days=int(d)) for d in day],
            [("de", "fr")[i % 2] for i in person],
            value,
        ),
    )
    return store


def said(store: Store, weeks: int, horizon: int = 8) -> Attrition:
    found = attrition(BUYERS, store, FIRST + timedelta(weeks=weeks, days=-1), horizon=horizon)
    assert isinstance(found, Attrition), found
    return found


@cache
def still() -> tuple[Store, Attrition]:
    """A year of 4,000 customers, of whom the first 44 weeks are shown."""
    store = made(4000, 52, 1)
    return store, said(store, 44)


def came_back(store: Store, on: date, weeks: int) -> float:
    found = ready(BUYERS, store, date(2030, 1, 1))
    assert isinstance(found, Known)
    seen = repeats(found, on, weeks)
    return float(seen.weeks.back.sum())


def test_what_is_said_of_weeks_to_come_holds() -> None:
    store, found = still()
    truth = found.lost.customers - came_back(store, found.on, 8)
    assert found.lost.number.low < truth < found.lost.number.high
    assert found.lost.number.mean == pytest.approx(truth, rel=0.03)
    assert found.lost.number.mean == pytest.approx(found.lost.share.mean * found.lost.customers)


def test_every_model_is_shown_with_what_it_foresaw() -> None:
    _, found = still()
    assert [m.model for m in found.models] == ["with seasons", "BG/BB", "Pareto/NBD", "MBG/NBD"]
    assert found.models[0].lost.mean == found.lost.share.mean and found.held_out == 8
    for m in found.models:
        assert m.lost.low < m.lost.mean < m.lost.high and 0 < m.alive <= 1 and m.score is not None
        assert len(m.foresaw) == 3 and abs(m.foresaw[0][0] - m.foresaw[0][1]) < 0.04
    assert found.lost.share.high - found.lost.share.low > found.models[0].lost.high - found.models[0].lost.low


def test_lost_is_fewer_among_those_who_were_here_lately() -> None:
    _, found = still()
    assert isinstance(found.recent, type(found.lost))
    assert found.recent.customers < found.lost.customers and found.recent.share.mean < found.lost.share.mean
    assert not isinstance(found.at_stake, Refusal) and found.at_stake.low < found.at_stake.mean < found.at_stake.high


def test_segments_add_up_to_all() -> None:
    _, found = still()
    assert [name for name, _ in found.segments] == ["de", "fr"]
    assert sum(lost.number.mean for _, lost in found.segments) == pytest.approx(found.lost.number.mean)


def test_nothing_rose_where_nothing_did() -> None:
    _, found = still()
    assert found.rise is None and not isinstance(found.paces, Refusal)
    assert found.paces[-1].last == found.on
    held = [p.pace.low < 1 < p.pace.high for p in found.paces]
    assert np.mean(held) > 0.7


def test_a_rise_is_dated() -> None:
    """Leaving 2.5 times as fast in the last 12 weeks."""
    rose = said(made(4000, 52, 2, pace=2.5), 52).rise
    assert rose is not None and not isinstance(rose, Refusal) and rose.faster.low > 0
    assert rose.since_low <= FIRST + timedelta(weeks=40) <= rose.since_high
    assert rose.faster.low < 1.5 < rose.faster.high


def test_a_rise_without_earlier_days_to_compare_is_a_refusal_and_a_dull_season_is_none() -> None:
    """Leaving 2.5 times as fast, or active with half the odds, in the last 12 of 32 weeks."""
    assert isinstance(said(made(4000, 32, 2, pace=2.5), 32).rise, Refusal)
    assert said(made(4000, 32, 2, busy=0.5), 32).rise is None


def test_nobody_who_ever_left_is_borne() -> None:
    """200 customers who come every week: few are lost, and the interval says how few it may be."""
    store = Store.open(None)
    store.execute(
        "insert into events (person, \"at\", name) select 'p' || i, timestamp '2024-01-01' + interval 1 day * (7 * w),"
        " 'buy' from range(200) t(i), range(20) w(w) where w >= i % 10"
    )
    found = attrition(BUYERS, store, FIRST + timedelta(weeks=20, days=-1), horizon=4)
    assert isinstance(found, Attrition)
    assert 0 <= found.lost.share.low < found.lost.share.mean < found.lost.share.high < 0.1
    assert all(np.isfinite(m.returns) and m.returns > 0 for m in found.models)


def test_every_models_silence_grows_with_the_time_since() -> None:
    """Of customers who came once, in every model: the longer ago, the less likely back."""
    store, found = still()
    known = ready(BUYERS, store, found.on)
    assert isinstance(known, Known)
    for model in foreseen(repeats(known, found.on, 8), 8):
        once = model.rows.x == 0
        order = np.argsort(model.rows.age[once])
        assert (np.diff(model.silent[once][order]) > -1e-9).all(), model.model


def test_300_customers_get_an_answer_and_no_pace() -> None:
    found = said(made(300, 52, 3), 52)
    assert found.lost.share.high - found.lost.share.low > 0.04
    assert isinstance(found.paces, Refusal) and found.rise is None


@pytest.mark.parametrize(
    ("n", "weeks", "why"), [(60, 52, "customers were ever seen"), (4000, 5, "weeks are known"), (105, 8, "active in a")]
)
def test_too_little_is_a_refusal(n: int, weeks: int, why: str) -> None:
    store = made(n, weeks, 4)
    if n == 105:
        store.execute("delete from events where person in (select person from events group by 1 having count(*) > 1)")
        store.execute(
            "insert into events (person, \"at\", name) select 'q' || i,"
            " timestamp '2024-01-01' + interval 1 day * (i % 56), 'buy' from range(105) t(i)"
        )
    found = attrition(BUYERS, store, FIRST + timedelta(weeks=weeks, days=-1), horizon=8)
    assert isinstance(found, Refusal) and why in found.why and found.until


def test_without_values_nothing_is_at_stake() -> None:
    assert isinstance(said(made(300, 20, 5, value=None), 20).at_stake, Refusal)


def test_no_events_and_no_horizon_are_refusals() -> None:
    assert isinstance(attrition(BUYERS, Store.open(None), FIRST), Refusal)
    assert isinstance(attrition(BUYERS, Store.open(None), FIRST, horizon=0), Refusal)


@pytest.fixture(scope="module")
def cdnow() -> Iterable[Store]:
    path = DATA / "cdnow" / "transactions.csv.gz"
    if not path.exists():
        pytest.skip(f"no real data at {path}; set MADEGOOD_DATA")
    with Store.open(None) as store:
        store.execute(
            'insert into events (person, "at", name, value)'
            f" select customer::varchar, date::timestamp, 'buy', amount from read_csv('{path}')"
        )
        yield store


def test_buyers_of_1997_are_foreseen_for_a_quarter(cdnow: Store) -> None:
    """Asked at the end of June 1997: the share who buy again until the end of September, within three points; and no
    pace, for all of them began in the same quarter."""
    found = attrition(BUYERS, cdnow, date(1997, 6, 30), horizon=13)
    assert isinstance(found, Attrition)
    truth = 1 - came_back(cdnow, found.on, 13) / found.lost.customers
    assert found.lost.share.mean == pytest.approx(truth, abs=0.03)
    assert found.lost.share.low < truth < found.lost.share.high
    assert isinstance(found.paces, Refusal) and "cannot be told apart" in found.paces.why
