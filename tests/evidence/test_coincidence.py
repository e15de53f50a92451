"""What lies near an onset, weighed against how often so much lies anywhere."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from madegood.days import Window
from madegood.evidence.coincidence import RARE, chance, coincidences
from madegood.evidence.model import Erosion, Interval
from madegood.execution.model import Release
from madegood.intent.model import KnownEvent

FIRST = date(2025, 1, 1)
KNOWN = Window(FIRST, FIRST + timedelta(days=999))
SHARE = Interval(-0.1, -0.2, -0.05)


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def erosion(low: int, high: int) -> Erosion:
    return Erosion("m", day((low + high) // 2), day(low), day(high), day(900), True, SHARE, SHARE)


def test_weekly_releases_near_an_onset_are_no_surprise_and_one_rare_event_is() -> None:
    releases = [Release(f"v{n}", day(7 * n)) for n in range(140)]
    found = coincidences(erosion(400, 413), KNOWN, releases, (KnownEvent(day(405), day(405), "price rise"),))
    assert [c.kind for c in found] == ["event", "release"]
    assert found[0].corrected < RARE and "worth a look" in found[0].says and "no cause" in found[0].says
    assert found[1].chance > 0.9 and "no surprise" in found[1].says


def test_looking_at_many_things_makes_each_less_surprising() -> None:
    needs = {f"need-{n}": [Release(f"r{n}", day(37 * n % 999))] for n in range(30)}
    alone = coincidences(erosion(30, 50), KNOWN, (), needs={"need-1": needs["need-1"]})
    among = coincidences(erosion(30, 50), KNOWN, (), needs=needs)
    assert alone[0].chance == among[0].chance
    assert alone[0].corrected < RARE < among[0].corrected


def test_the_chance_is_right_when_days_fall_anywhere() -> None:
    """300 draws of five days: the chance is at most 10 % in no more than 14 % of them (10 % and two errors of it)."""
    rng = np.random.default_rng(3)
    inside = Window(day(200), day(260))
    small = 0
    for _ in range(300):
        small += chance([day(int(n)) for n in rng.integers(0, 1000, 5)], inside, KNOWN) <= 0.1
    assert small <= 42


def test_a_burst_counts_as_often_as_bursts_come() -> None:
    bursts = [day(100 * b + k) for b in range(10) for k in range(5)]
    assert chance(bursts, Window(day(300), day(304)), KNOWN) == 10 / 1000


def test_nothing_near_says_nothing_and_ranges_outside_what_is_known_do_not_break() -> None:
    assert coincidences(erosion(400, 410), KNOWN, (Release("v", day(10)),)) == ()
    assert coincidences(erosion(2000, 2010), KNOWN, (Release("v", day(2005)),)) == ()
    assert coincidences(erosion(400, 410), KNOWN, ()) == ()


def test_versions_are_named_with_what_appeared() -> None:
    (found,) = coincidences(erosion(400, 410), KNOWN, (), versions={"ios 4.0": [day(404)]})
    assert found.about == "ios 4.0" and "ios 4.0 appeared" in found.says
