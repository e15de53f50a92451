"""The index of trust from measured signals, and when there is none."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from madegood.evidence.trust import Trust, trust
from madegood.evidence.trust_checks import foretells
from madegood.intent.model import Metric
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

FIRST = date(2023, 1, 2)
WEEKS = 110
ON = FIRST + timedelta(weeks=WEEKS) - timedelta(days=1)
NAMES = ("return-after-failure", "opt-outs", "refunds", "complaints", "ratings", "spend")
Signal = tuple[Metric, Measured]


def made(seed: int = 1, weeks: int = WEEKS, size: float = 0.25, people: int = 500) -> tuple[list[Signal], np.ndarray]:
    """Four daily shares, one mean and one count that go with one course, refunds and the like against it."""
    rng = np.random.default_rng(seed)
    f = np.zeros(weeks)
    for t in range(1, weeks):
        f[t] = 0.97 * f[t - 1] + 0.24 * rng.standard_normal()
    f = (f - f.mean()) / f.std()
    daily = np.repeat(f, 7)
    out = []
    for i, name in enumerate(NAMES):
        good = "down" if name in ("opt-outs", "refunds", "complaints") else "up"
        sign = 1 if good == "up" else -1
        own = np.repeat(_memory(rng, weeks), 7)
        if i < 4:
            p = 1 / (1 + np.exp(-(-1.5 + sign * size * daily + own)))
            base = np.full(7 * weeks, float(people))
            series = Series(name, FIRST, rng.binomial(people, p) / base, "rate", base)
        else:
            level = np.exp(2 + sign * size * daily + own)
            noise = rng.poisson(level * 20) / 20 if name == "spend" else level * np.exp(rng.normal(0, 0.1, 7 * weeks))
            series = Series(name, FIRST, noise, "flow" if name == "spend" else "rate")
        out.append((Metric(name, good=good), Measured(series)))
    return out, f


def _memory(rng: np.random.Generator, weeks: int) -> np.ndarray:
    own = np.zeros(weeks)
    for t in range(1, weeks):
        own[t] = 0.8 * own[t - 1] + rng.normal(0, 0.05)
    return own


@pytest.fixture(scope="module")
def told() -> tuple[Trust, np.ndarray]:
    signals, f = made()
    survey = np.where(np.arange(7 * WEEKS) % 14 < 7, np.repeat(f, 7) * 10 + 30, np.nan)
    found = trust(signals, ON, survey=Measured(Series("nps", FIRST, survey, "rate")))
    assert isinstance(found, Trust)
    return found, f


def test_shares_means_and_counts_make_one_index_that_follows_the_truth(told: tuple[Trust, np.ndarray]) -> None:
    found, f = told
    assert len(found.weeks) == len(found.index) == WEEKS
    assert found.weeks[-1] == ON
    assert np.corrcoef([i.mean for i in found.index], f)[0, 1] > 0.9
    assert found.reliability > 0.8
    assert all(i.low < i.mean < i.high for i in found.index)


def test_loadings_are_told_most_certain_first_and_none_is_below_nothing(told: tuple[Trust, np.ndarray]) -> None:
    found, _ = told
    assert {one.metric for one in found.loadings} == set(NAMES)
    assert [one.carries for one in found.loadings] == sorted((one.carries for one in found.loadings), reverse=True)
    assert all(0 <= one.size.low <= one.size.mean <= one.size.high for one in found.loadings)


def test_it_is_checked_against_what_customers_said_and_says_what_it_was_not_checked_with(
    told: tuple[Trust, np.ndarray],
) -> None:
    found, _ = told
    assert isinstance(found.foretells, Refusal)
    assert "retention" in found.foretells.until
    if not isinstance(found.survey, Refusal):
        assert found.survey.mean > 0.7


def test_nothing_after_the_day_of_asking_is_looked_at() -> None:
    signals, _ = made(2, weeks=70)
    on = FIRST + timedelta(weeks=60) - timedelta(days=1)
    cut = [
        (
            m,
            Measured(
                Series(
                    s.series.metric,
                    FIRST,
                    s.series.values[:420],
                    s.series.grain,
                    None if s.series.base is None else s.series.base[:420],
                )
            ),
        )
        for m, s in signals
    ]
    one, other = trust(signals, on), trust(cut, on)
    assert type(one) is type(other)
    if isinstance(one, Trust) and isinstance(other, Trust):
        assert one.index == other.index


def test_signals_that_share_nothing_make_no_index() -> None:
    signals, _ = made(3, weeks=80, size=0.0)
    found = trust(signals, ON)
    assert isinstance(found, Refusal)
    assert "signals" in found.why or "reliability" in found.why


def test_too_few_signals_and_too_few_weeks_are_refused_with_a_next_step() -> None:
    signals, _ = made(4, weeks=60)
    for found in (trust([], ON), trust(signals[:2], ON), trust(signals, FIRST + timedelta(weeks=20))):
        assert isinstance(found, Refusal)
        assert found.why and found.until


def test_a_signal_that_never_changes_or_is_hardly_known_is_left_out_and_said() -> None:
    signals, _ = made(5, weeks=60)
    days = 420
    flat = (Metric("flat"), Measured(Series("flat", FIRST, np.full(days, 3.0))))
    rare = np.full(days, np.nan)
    rare[:70] = 2.0
    few = (Metric("few"), Measured(Series("few", FIRST, rare)))
    found = trust([*signals, flat, few], ON)
    if isinstance(found, Trust):
        assert any("`flat`" in n for n in found.notes) and any("`few`" in n for n in found.notes)
    alone = trust([flat, few, few], ON)
    assert isinstance(alone, Refusal)


def test_an_index_that_moves_fast_enough_is_checked_against_the_retention_that_comes_after_it() -> None:
    weeks = 156
    rng = np.random.default_rng(6)
    f = np.zeros(weeks)
    for t in range(1, weeks):
        f[t] = 0.8 * f[t - 1] + 0.6 * rng.standard_normal()
    y = np.outer(f, [0.2, 0.2, 0.2, 0.2]) + rng.normal(0, 0.05, (weeks, 4))
    days = [FIRST + timedelta(days=7 * i + 6) for i in range(weeks)]
    ahead = np.array([f[i : i + 13].mean() for i in range(1, weeks)])  # what is to come in the quarter after each week
    later = Measured(Series("kept", FIRST, np.repeat(np.r_[0.0, ahead], 7), "rate"))
    found = foretells(f, y, np.full(y.shape, 0.0025), False, days, later)
    assert isinstance(found, Refusal) or -1 <= found.low < found.mean < found.high <= 1
    assert isinstance(foretells(np.cumsum(f), y, np.full(y.shape, 0.0025), False, days, later), Refusal)
