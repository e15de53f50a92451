"""Countries by their codes, and the days on which they rest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from madegood.intent.calendar import country, meant, rest_days
from madegood.intent.model import Project
from madegood.intent.parse import Loaded, load
from madegood.intent.write import write_project


def project(folder: Path, said: str) -> Loaded:
    (folder / "madegood.yml").write_text(f"madegood: 1\nholidays: {said}\n", encoding="utf-8")
    return load(folder)


@pytest.mark.parametrize(
    ("said", "code"),
    [("us", "US"), ("DE-by", "DE-BY"), ("us_ca", "US-CA"), ("NO", "NO"), ("XX", None), ("DE-XX", None), ("", None)],
)
def test_a_country_is_known_by_its_code(said: str, code: str | None) -> None:
    assert country(said) == code


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("Germany", "`DE`"),
        ("Germny", "`DE`"),
        ("qqqq", "two letters"),
        ("united states", "`US`"),
        ("DEU", "`DE`"),
        ("DE-XX", "Parts of it: BB"),
    ],
)
def test_a_name_is_answered_with_its_code(said: str, mend: str) -> None:
    assert mend in meant(said)


def test_what_cannot_be_read_loses_only_itself(tmp_path: Path) -> None:
    loaded = project(tmp_path, "[US, Germany, us, {a: b}, DE-BY]")
    assert loaded.project.holidays == ("US", "DE-BY")
    assert [f.rule for f in loaded.findings] == ["bad-choice", "wrong-kind"]
    assert loaded.findings[0].span.column == 16


@pytest.mark.parametrize("said", ["", "[]", "''"])
def test_no_country_is_no_finding(said: str, tmp_path: Path) -> None:
    loaded = project(tmp_path, said)
    assert (loaded.project.holidays, loaded.findings) == ((), ())


def test_one_country_needs_no_list(tmp_path: Path) -> None:
    assert project(tmp_path, "PT").project.holidays == ("PT",)


def test_countries_are_written_as_they_are_read(tmp_path: Path) -> None:
    text = write_project(Project(str(tmp_path), "Payments", holidays=("US", "DE-BY")))
    assert yaml.load(text, yaml.BaseLoader)["holidays"] == ["US", "DE-BY"]


def test_holidays_stand_by_day_under_one_name_each() -> None:
    days = rest_days(("US",), date(2024, 1, 1), date(2025, 12, 31))
    assert days == tuple(sorted(days, key=lambda d: d[1]))
    thanksgiving = [day for name, day in days if name == "Thanksgiving Day"]
    assert thanksgiving == [date(2024, 11, 28), date(2025, 11, 27)]  # the fourth Thursday of November
    assert rest_days((), date(2024, 1, 1), date(2025, 12, 31)) == ()
    assert all(
        date(2024, 7, 1) <= day <= date(2024, 7, 31)
        for _, day in rest_days(("US",), date(2024, 7, 1), date(2024, 7, 31))
    )


def test_a_day_off_instead_bears_the_name_of_its_holiday() -> None:
    days = rest_days(("US",), date(2021, 7, 1), date(2021, 7, 31))  # the fourth was a Sunday
    assert days == (("Independence Day", date(2021, 7, 4)), ("Independence Day", date(2021, 7, 5)))


def test_one_name_on_two_days_is_told_apart_by_country() -> None:
    days = rest_days(("US", "DE"), date(2024, 1, 1), date(2024, 12, 31))
    names = [name for name, _ in days]
    assert names.count("Christmas Day") == 1  # the same day in both
    assert ("Labor Day (US)", date(2024, 9, 2)) in days and ("Labor Day (DE)", date(2024, 5, 1)) in days
