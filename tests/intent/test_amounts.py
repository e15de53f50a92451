from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.intent import amounts
from madegood.intent.model import Amount, Expectation, KillIf


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("41 %", Amount(0.41, True)),
        ("41%", Amount(0.41, True)),
        ("41 per cent", Amount(0.41, True)),
        ("–5 %", Amount(-0.05, True)),
        ("0.41", Amount(0.41)),
        (".5", Amount(0.5)),
        ("1,200", Amount(1200.0)),
        ("1 200 000", Amount(1_200_000.0)),
        ("1\u202f200", Amount(1200.0)),
        ("12k", Amount(12_000.0)),
        ("1.2 m", Amount(1_200_000.0)),
        ("1.2 million", Amount(1_200_000.0)),
        ("€ 1,200", Amount(1200.0)),
        ("-$5", Amount(-5.0)),
        ("− 5", Amount(-5.0)),
        *(
            (text, None)
            for text in ("0,41", "1,20", "1.200,5", "about 41 %", "3/4", "nan", "inf", "", "%", "k", "1 20")
        ),
        *((text, None) for text in ("1e400", "1e999999999", "9" * 5000, "12 apples", "5 points")),
    ],
)
def test_numbers_are_read_as_people_write_them_and_never_guessed(text: str, value: Amount | None) -> None:
    assert amounts.amount(text) == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("2026/12/31", date(2026, 12, 31)),
        ("2026-12-31T10:00:00Z", date(2026, 12, 31)),
        ("31 Dec 2026", date(2026, 12, 31)),
        ("31st December 2026", date(2026, 12, 31)),
        ("December 31, 2026", date(2026, 12, 31)),
        ("1 Sept 2026", date(2026, 9, 1)),
        *((text, None) for text in ("31/12/2026", "12/31/2026", "2026-12", "Dec 2026", "Q4 2026", "31 Mayo 2026", "")),
    ],
)
def test_days_are_read_when_they_can_only_mean_one(text: str, day: date | None) -> None:
    assert amounts.day(text) == day


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "2025-02-29", "0000-01-01", "31 Nov 2026", "2026-00-10"])
def test_a_day_that_does_not_exist_is_said_to_be_none(text: str) -> None:
    assert "does not exist" in str(amounts.day(text))


@pytest.mark.parametrize(
    ("text", "days"),
    [("28 days", 28), ("4w", 28), ("2 months", 60), ("a quarter", 91), ("two weeks", 14), ("one year", 365), ("7", 7)]
    + [(text, None) for text in ("0 days", "-5 days", "1.5 weeks", "6 hours", "99999 years", "a while", "a", "weeks")],
)
def test_lengths_of_time_are_whole_days(text: str, days: int | None) -> None:
    assert amounts.days(text) == days


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("+6 % to +12 %", (0.06, 0.12, True)),
        ("6-12 %", (0.06, 0.12, True)),
        ("+6 % – +12 %", (0.06, 0.12, True)),
        ("−2 % to +1 %", (-0.02, 0.01, True)),
        ("-12 % to -6 %", (-0.12, -0.06, True)),
        ("between 6 and 12 per cent", (0.06, 0.12, True)),
        ("+1 to +2 points", (0.01, 0.02, False)),
        ("1-2 pp", (0.01, 0.02, False)),
        ("+1 to +2 percentage points", (0.01, 0.02, False)),
        ("100 to 1,200 units", (100.0, 1200.0, False)),
        ("at least +3 %", (0.03, None, True)),
        ("≥ 3 %", (0.03, None, True)),
        ("at most -2 %", (None, -0.02, True)),
        ("no more than 3 %", (None, 0.03, True)),
        ("+5 %", (0.05, 0.05, True)),
        ("-3 %", (-0.03, -0.03, True)),
        ("down 3 %", (-0.03, -0.03, True)),
        *((text, None) for text in ("5", "0.06 to 0.12", "100 to 200 orders", "6 % to 2 points", "double", "±3 %", "")),
    ],
)
def test_effects_are_ranges_of_something(text: str, bounds: amounts.Bounds | None) -> None:
    assert amounts.effect(text) == bounds


def test_conditions_to_stop_are_understood_or_refused() -> None:
    expected = KillIf("If below +1 %, after 4 weeks", "below", 0.01, 28)
    assert amounts.kill("If below +1 %, after 4 weeks") == expected
    assert amounts.kill("> 2 points within 28 days") == KillIf("> 2 points within 28 days", "above", 0.02, 28, False)
    for text in ("below 0", "it fails", "below 1 % after a while", "not above 1 %"):
        assert amounts.kill(text) is None


sizes = st.floats(-0.99, 0.99) | st.integers(-99, 99).map(lambda n: n / 100)


@given(sizes, sizes, st.sampled_from(["range", "low", "high", "one"]), st.booleans())
def test_an_effect_that_is_written_is_read_back_exactly(a: float, b: float, form: str, relative: bool) -> None:
    low, high = sorted((a + 0.0, b + 0.0))
    claim = Expectation("m", None if form == "high" else low, low if form == "one" else high, relative=relative)
    if form == "low":
        claim = Expectation("m", low, None, relative=relative)
    assert amounts.effect(amounts.say_effect(claim)) == (claim.low, claim.high, relative)


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_a_number_that_is_written_is_read_back_exactly(value: float, percent: bool) -> None:
    written = amounts.say_amount(Amount(value + 0.0, percent))
    assert amounts.amount(written) == Amount(value + 0.0, percent)


@settings(max_examples=300)
@given(st.text("0123456789 ,.+-−%kmeE€<>≥toafpbunitsdwyr:/", max_size=40))
def test_no_text_makes_a_reader_raise(text: str) -> None:
    for reader in (amounts.amount, amounts.day, amounts.days, amounts.effect, amounts.kill):
        reader(text)


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "111 ", "1,111", "a ", "-", "1.", "below 1 % after ", "1 to ", "+ ", "no more than "]
)
def test_no_long_text_makes_a_reader_slow(unit: str) -> None:
    start = time.process_time()
    for reader in (amounts.amount, amounts.day, amounts.days, amounts.effect, amounts.kill):
        reader(unit * (20_000 // len(unit)))
    assert time.process_time() - start < 1.0  # under 0.05 s on an idle machine
