from __future__ import annotations

import pytest

from madegood.execution.version import version


@pytest.mark.parametrize(
    ("text", "testing"),
    [
        ("v1.0.0", False),
        ("1.0", False),
        ("v0.14.0b4", True),
        ("v0.14.0b3-research", True),
        ("v0.14.0dev20260712", True),
        ("1.0a37", True),
        ("2.0.0-rc.1", True),
        ("2.0.0-RC1", True),
        ("1.0-alpha", True),
        ("1.2.3-nightly.20260101", True),
        ("1.2.3-SNAPSHOT", True),
        ("1.2.3+build.5", False),
        ("1.2.3-final", False),
        ("v1.2.3-android", False),
        ("desktop-v1.2.3", False),
        ("android/v1.2.3-beta", True),
        ("2026.8.0", False),
        ("2026.8.0b2", True),
    ],
)
def test_a_version_says_whether_only_testers_meet_it(text: str, testing: bool) -> None:
    said = version(text)
    assert said is not None
    assert said.testing is testing


@pytest.mark.parametrize("text", ["", "latest", "nightly", "stable", " "])
def test_a_word_is_no_version(text: str) -> None:
    assert version(text) is None


def test_numbers_are_compared_as_numbers() -> None:
    one, ten, zero = version("1.9"), version("1.10"), version("1.10.0")
    assert one and ten and zero
    assert ten.reaches(one) and not one.reaches(ten)
    assert ten.reaches(zero) and zero.reaches(ten)
