"""How releases are taken up."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.evidence.adoption import adoptions
from madegood.evidence.model import Interval
from madegood.performance.model import Series
from madegood.refusal import Refusal

FIRST = date(2025, 1, 1)
DATA = Path(os.environ.get("MADEGOOD_DATA", Path(__file__).resolve().parents[2] / ".." / "shared" / "data"))


def made(tops: list[float], days: int, every: int = 14, seed: int = 1) -> dict[str, Series]:
    """10,000 customers: each release is taken from the one before up to its top, in ten days or so."""
    rng = np.random.default_rng(seed)
    reached = np.zeros((len(tops) + 1, days))
    reached[0] = 1
    for i, top in enumerate(tops, 1):
        age = np.maximum(np.arange(days) - every * i, 0)
        reached[i] = np.minimum(top * (1 - np.exp(-age / rng.normal(8, 0.5))), reached[i - 1])
    have = reached - np.vstack([reached[1:], np.zeros(days)])
    return {f"1.{i}": Series(f"1.{i}", FIRST, np.round(10_000 * row), "stock") for i, row in enumerate(have)}


def test_a_young_release_is_foretold_from_the_earlier_ones_and_its_interval_holds() -> None:
    tops = [0.8, 0.78, 0.82, 0.79, 0.81, 0.8, 0.8]
    days = 14 * 7 + 10
    found = adoptions(made(tops, days), FIRST + timedelta(days - 1))
    assert not isinstance(found, Refusal)
    young = found[-1]
    assert isinstance(young.level, Interval) and not young.reached
    assert young.level.low < 0.8 < young.level.high + 0.03
    assert young.level.low < young.level.mean < young.level.high
    assert not young.behind


def test_a_release_that_stays_behind_the_teams_past_is_said() -> None:
    tops = [0.8, 0.78, 0.82, 0.79, 0.81, 0.8, 0.35]
    found = adoptions(made(tops, 14 * 7 + 60), FIRST + timedelta(days=14 * 7 + 59))
    assert not isinstance(found, Refusal)
    assert found[-1].behind
    assert not any(a.behind for a in found[:-1])


def test_the_first_releases_and_a_release_of_yesterday_are_refused() -> None:
    days = 14 * 7 + 3
    found = adoptions(made([0.8] * 7, days), FIRST + timedelta(days - 1))
    assert not isinstance(found, Refusal)
    assert all(isinstance(a.level, Refusal) and a.level.until for a in (*found[:5], found[-1]))


def test_nothing_after_the_day_of_asking_is_looked_at() -> None:
    on = FIRST + timedelta(80)
    one, other = adoptions(made([0.8] * 7, 81), on), adoptions(made([0.8] * 7, 120), on)
    assert not isinstance(one, Refusal) and not isinstance(other, Refusal)
    assert [(a.release, a.first, a.behind) for a in one] == [(a.release, a.first, a.behind) for a in other]
    assert all(np.allclose(a.shares, b.shares) for a, b in zip(one, other, strict=True))


def test_no_versions_and_no_new_version_are_refused() -> None:
    assert isinstance(adoptions({}, FIRST), Refusal)
    assert isinstance(adoptions({"1": Series("1", FIRST, np.full(50, 9.0), "stock")}, FIRST + timedelta(49)), Refusal)


def test_real_installs_by_version_have_courses_between_nothing_and_everyone() -> None:
    path = DATA / "home_assistant" / "version_installs_daily.parquet"
    if not path.exists():
        pytest.skip(f"no real data at {path}; set MADEGOOD_DATA")
    with Store.open(None) as store:
        rows = store.rows(
            f"select version, cast(date as date), installs from '{path}' where integration = 'powercalc' order by 1, 2"
        )
    first = min(r[1] for r in rows)
    installs: dict[str, np.ndarray] = {}
    for version, day, n in rows:
        installs.setdefault(version, np.zeros(77))[(day - first).days] = n
    found = adoptions({v: Series(v, first, x, "stock") for v, x in installs.items()}, first + timedelta(76))
    assert not isinstance(found, Refusal)
    assert len(found) >= 5
    for one in found:
        shares = one.shares[np.isfinite(one.shares)]
        assert ((shares >= 0) & (shares <= 1)).all()
