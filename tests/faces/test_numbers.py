"""Figures as they are said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.evidence.model import Interval
from madegood.faces import numbers as say


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e6))
def test_a_figure_is_off_by_less_than_a_fifth_of_its_intervals_half_width(mean: float, half: float) -> None:
    decimals = say.places(mean - half, mean + half)
    if math.isclose(mean - half, mean + half):
        return
    assert 0.5 * 10.0**-decimals <= 0.2 * half + 1e-6


@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_a_rise_has_a_plus_a_fall_a_minus_and_nothing_has_neither(x: float) -> None:
    text = say.signed(x)
    assert text.startswith("+") == (round(x, 1) > 0)
    assert text.startswith("−") == (round(x, 1) < 0)
    assert "-" not in text


@given(st.text())
def test_clean_text_is_one_line_without_control_characters(text: str) -> None:
    clean = say.clean(text)
    assert clean == say.clean(clean)
    assert not say.UNSPOKEN.search(clean)


@given(st.floats(0, 1))
def test_a_share_is_nothing_or_all_only_when_it_is(x: float) -> None:
    assert (say.share(x) == "0 %") == (x == 0)
    assert (say.share(x) == "100 %") == (x == 1)


@pytest.mark.parametrize(
    ("part", "unit", "said", "range_"),
    [
        (Interval(0.011, 0.004, 0.018), "%", "+1.1 points", "+0.4 to +1.8"),
        (Interval(-0.026, -0.033, -0.019), "%", "−2.6 points", "−3.3 to −1.9"),
        (Interval(312.4, -95.0, 730.0), "downloads", "+300 downloads", "−100 to +700"),
        (Interval(0.0, 0.0, 0.0), "", "0.00", "0.00 to 0.00"),
    ],
)
def test_changes_are_said_with_the_digits_their_interval_warrants(part, unit, said, range_) -> None:
    assert say.change(part, unit) == said
    assert say.between(part, unit) == range_
