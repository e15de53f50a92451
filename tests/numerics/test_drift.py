"""The watch for slow falls: its promise, what it knows week by week, and many of them together."""

from __future__ import annotations

import copy
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.numerics import drift
from madegood.numerics.drift_past import YOUNG, ahead, alarms, past
from madegood.numerics.many import anywhere, together
from madegood.numerics.weekly import levels, shares

WEEKS = 156
NONE = np.zeros((WEEKS, 0))
USUAL = np.ones(WEEKS)
BAR = log(520)  # ten metrics, one false alarm a year


def weeks(seed: int, wander: float = 0.0, noise: float = 0.02) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(0, wander, WEEKS)) + rng.normal(0, noise, WEEKS) + 7


def fall(onset: int, weekly: float) -> np.ndarray:
    return -weekly * np.clip(np.arange(WEEKS) - onset, 0, None)


@pytest.mark.parametrize("wander", [0.0, 0.004, 0.02])
def test_the_promise_is_kept_where_nothing_falls(wander: float) -> None:
    """25 metrics watched for two years: a tenth a year is promised, so 5 first alarms, and 5 + 2 sqrt(5) borne."""
    alarmed = 0
    for seed in range(25):
        found = past(weeks(seed, wander), NONE, USUAL)
        assert found is not None
        rows = np.array([found.bets[t, : t + 1 - YOUNG].max(initial=-np.inf) for t in range(52, WEEKS)])
        alarmed += bool(rows.max() >= BAR)
    assert alarmed <= 9


def test_a_bet_is_worth_one_on_average_while_nothing_falls() -> None:
    """Mean of the sum of bets over onsets, after n weeks of betting: n at most; 120 draws, three standard errors."""
    worth = []
    for seed in range(120):
        watch = drift.begin(7.0, 0.0004, 0)
        for t, y in enumerate(weeks(seed)[:60]):
            drift.advance(watch, float(y), np.zeros(0), bet=t >= 40)
        worth.append(exp(drift.evidence(watch)) / 20)
    assert np.mean(worth) <= 1 + 3 * np.std(worth) / np.sqrt(len(worth))


def test_a_planted_fall_is_dated_and_sized() -> None:
    found = past(weeks(3) + fall(100, 0.005), NONE, USUAL)
    assert found is not None
    (alarm,) = alarms(found, BAR)
    assert alarm.low <= 100 <= alarm.high and alarm.week < 125 and alarm.end == WEEKS - 1
    assert abs(alarm.fall - 0.005) < 2 * alarm.fall_sd
    assert abs(alarm.lost - 0.28) < 0.06  # a week of onset is half a point, a week's noise two


def test_a_fall_is_noticed_sooner_when_it_is_steeper() -> None:
    noticed = []
    for weekly in (0.003, 0.006, 0.012):
        found = past(weeks(4) + fall(100, weekly), NONE, USUAL)
        assert found is not None
        noticed.append(alarms(found, BAR)[0].week)
    assert noticed[0] > noticed[1] > noticed[2]


@pytest.mark.parametrize("shape", ["step", "dip"])
def test_steps_and_dips_are_no_slow_fall(shape: str) -> None:
    t = np.arange(WEEKS)
    moved = -0.2 * (t >= 100) if shape == "step" else -0.3 * ((t >= 100) & (t < 103))
    found = past(weeks(5) + moved, NONE, USUAL)
    assert found is not None and alarms(found, BAR) == []


def test_the_past_does_not_change_when_a_week_is_added() -> None:
    y = weeks(6) + fall(90, 0.004)
    whole, part = past(y, NONE, USUAL), past(y[:120], NONE[:120], USUAL[:120])
    assert whole is not None and part is not None
    np.testing.assert_allclose(whole.bets[:120, :120], part.bets, atol=1e-9)


def test_looking_ahead_leaves_the_watch_as_it_is() -> None:
    found = past(weeks(7), NONE, USUAL)
    assert found is not None
    before = copy.deepcopy(found.now)
    quarter, half = (ahead(found.now, np.zeros((n, 0)), BAR) for n in (13, 26))
    assert quarter is not None and half is not None and half < quarter / 2
    np.testing.assert_array_equal(before.bets, found.now.bets)
    np.testing.assert_array_equal(before.scale, found.now.scale)


def test_what_would_be_noticed_is_noticed_in_about_half_of_all_cases() -> None:
    """20 futures of 26 weeks with the smallest noticeable fall: 3 to 17 are noticed (half, three errors of it)."""
    noticed = 0
    for seed in range(20):
        y = weeks(100 + seed)
        found = past(y[:130], NONE[:130], USUAL[:130])
        assert found is not None
        least = ahead(found.now, np.zeros((26, 0)), BAR)
        assert least is not None
        slope = -log(1 - least) * 7 / 30.4375
        whole = past(y + fall(130, slope), NONE, USUAL, learn=130)
        assert whole is not None
        noticed += bool(
            max(anywhere(row[np.isfinite(row)]) + log(np.isfinite(row).sum()) for row in whole.bets[131:]) >= BAR
        )
    assert 3 <= noticed <= 17


@pytest.mark.parametrize("y", [np.full(WEEKS, 5.0), np.full(WEEKS, np.nan), np.arange(20.0), np.zeros(0)])
def test_too_little_is_not_watched(y: np.ndarray) -> None:
    assert past(y, np.zeros((len(y), 0)), np.ones(len(y))) is None


def test_gaps_are_borne() -> None:
    y = weeks(8) + fall(80, 0.006)
    y[85:89] = np.nan
    found = past(y, NONE, USUAL)
    assert found is not None and len(alarms(found, BAR)) == 1


# ---- many at once ----------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.lists(st.floats(-20, 30), min_size=1, max_size=30))
def test_more_evidence_anywhere_never_silences_an_alarm(logs: list[float]) -> None:
    evidence = np.array(logs)
    before = together(evidence)
    raised = evidence.copy()
    raised[0] += 5
    assert (together(raised) >= before).all()


def test_metrics_that_erode_together_need_less_each() -> None:
    alone, all_of = np.array([8.0, *[-3.0] * 9]), np.full(10, 8.0)
    assert not together(alone).any() and together(all_of).all()
    assert anywhere(all_of) == pytest.approx(8.0)


# ---- weeks -----------------------------------------------------------------------------------------------------


def test_small_counts_keep_their_level_when_only_noise_grows() -> None:
    rng = np.random.default_rng(9)
    few = levels(rng.poisson(2.0, 7 * 400).astype(float))
    assert np.nanmean(few) == pytest.approx(log(2.0), abs=0.06)


def test_one_far_day_does_not_make_a_week() -> None:
    values = np.random.default_rng(10).poisson(500.0, 70).astype(float)
    far = values.copy()
    far[31] *= 10
    assert abs(levels(far)[4] - levels(values)[4]) < 0.05


def test_a_week_with_a_day_missing_is_on_the_level_of_the_others() -> None:
    values = np.where(np.arange(70) % 7 > 4, 100.0, 1000.0)
    gone = values.copy()
    gone[[33, 34]] = np.nan
    assert levels(gone)[4] == pytest.approx(levels(values)[4], abs=1e-9)


def test_a_share_knows_its_binomial_noise() -> None:
    logit, noise = shares(np.full(14, 0.2), np.full(14, 100.0))
    assert logit[0] == pytest.approx(log(0.25), abs=0.01)
    assert noise[0] == pytest.approx(1 / (700 * 0.16), rel=0.02)
