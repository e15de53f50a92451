"""A total that holds while its parts fall is seen through, and nothing is made of chance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.evidence.mix import Mixed, mix
from madegood.intent.model import Metric
from madegood.numerics.mix import shift
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

FIRST = date(2024, 1, 1)
WEEKS = 90
ON = date(2025, 9, 21)


def part(name: str, rate: np.ndarray, people: np.ndarray, seed: int) -> Measured:
    """A rate a day of so many people, with binomial noise, and days that are good for everybody or bad."""
    rng = np.random.default_rng(seed)
    days = np.arange(7 * WEEKS) // 7
    base = rng.poisson(people[days]).astype(float)
    did = rng.binomial(base.astype(int), np.clip(rate[days] * rng.normal(1, 0.02, len(days)), 0, 1))
    return Measured(Series("signup", FIRST, did / np.maximum(base, 1), "rate", base, segment=name))


def flat(level: float) -> np.ndarray:
    return np.full(WEEKS, level)


def later(before: float, after: float) -> np.ndarray:
    """One level until week 70, and another from then on."""
    return np.where(np.arange(WEEKS) < 70, before, after)


def told(*parts: Measured) -> Mixed:
    found = mix(Metric("signup", title="Sign-ups"), parts, ON)
    assert isinstance(found, Mixed)
    return found


def test_a_flat_total_over_falling_parts_is_named() -> None:
    found = told(
        part("old", later(0.10, 0.085), later(2000, 1200), 1), part("new", later(0.20, 0.17), later(600, 900), 2)
    )
    assert found.word == "hidden"
    assert found.within.high < 0 < found.mix.low
    assert "worse in old, new" in found.says and "23 % to 43 % of customers" in found.says


def test_a_total_that_falls_by_its_mix_alone_is_named() -> None:
    found = told(part("old", flat(0.20), later(2000, 1200), 3), part("new", flat(0.05), later(500, 1500), 4))
    assert found.word == "mix alone" and found.total.high < 0
    assert "not because customers did anything else" in found.says


def test_nothing_is_made_of_chance() -> None:
    """100 rates of two parts in which nothing happens: two claims are expected at 1 % each, and four borne."""
    claims = sum(
        told(*(part(n, flat(r), flat(400), 10 * seed + i) for i, (n, r) in enumerate([("a", 0.1), ("b", 0.2)]))).word
        != "neither"
        for seed in range(100)
    )
    assert claims <= 4


@given(st.lists(st.tuples(*[st.integers(1, 500)] * 4), min_size=2, max_size=5))
def test_within_and_mix_add_up_to_the_total(groups: list[tuple[int, int, int, int]]) -> None:
    windows = [np.array([[[min(k, n), n]] * 8 for k, n in pairs], float) for pairs in zip(*[
        ((g[0], g[0] + g[1]), (g[2], g[2] + g[3])) for g in groups
    ], strict=True)]  # fmt: skip
    found = shift(*windows)
    rates = [w[:, :, 0].sum() / w[:, :, 1].sum() for w in windows]
    assert found.total[0] == pytest.approx(rates[1] - rates[0], abs=1e-12)
    assert found.within[0] + found.mix[0] == pytest.approx(found.total[0], abs=1e-12)


def test_counts_have_no_mix_and_short_pasts_none_yet() -> None:
    counts = Measured(Series("orders", FIRST, np.full(7 * WEEKS, 5.0), segment="a"))
    assert isinstance(mix(Metric("orders"), (counts, counts), ON), Refusal)
    short = [part("a", flat(0.1), flat(300), 1), part("b", flat(0.2), flat(300), 2)]
    assert isinstance(mix(Metric("signup"), short, date(2024, 3, 1)), Refusal)
    assert isinstance(mix(Metric("signup"), (), ON), Refusal)
