from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from madegood.engine.store import Store
from madegood.intent.model import Project, SourceSpec
from madegood.sources.pull import pull

DAY = datetime(2026, 1, 5)


def people(rng: random.Random, count: int) -> Iterator[tuple[str, datetime]]:
    """Persons who wake between six and nine and sleep at eleven, each day or so, some of them heavy users."""
    for person in range(count):
        for day in range(20):
            for _ in range(rng.choice([0, 0, 1, 3, 40 if person % 50 == 0 else 4])):
                yield f"u{person}", DAY + timedelta(days=day, minutes=rng.randrange(7 * 60, 23 * 60))


def told(root: Path, rows: list[tuple[str, datetime]]) -> list[str]:
    text = "".join(f"{who},{at.isoformat()},see\n" for who, at in rows)
    (root / "e.csv").write_text(f"person,at,name\n{text}")
    with Store.open(None) as store:
        (pulled,) = pull(Project(str(root), sources=(SourceSpec("e", "events", "e.csv"),)), store)
    return [f.message for f in pulled.findings if f.rule == "source-robots"]


def test_people_are_no_robots_and_a_crawler_among_them_is(tmp_path: Path) -> None:
    rows = list(people(random.Random(1), 300))
    assert told(tmp_path, rows) == []
    crawler = [("c", DAY + timedelta(minutes=7 * n)) for n in range(1000)]
    (message,) = told(tmp_path, rows + crawler)
    assert message.startswith("1 person of 301") and "behind 9% of its events" in message


@pytest.mark.parametrize("often", [1, 30])
def test_a_heartbeat_of_everyone_is_none_nor_is_a_crawler_that_does_little(tmp_path: Path, often: int) -> None:
    beats = [(f"u{n}", DAY + timedelta(hours=h)) for n in range(60) for h in range(24 * 6)]
    little = [("c", DAY + timedelta(hours=h)) for h in range(24 * 3)]
    rows = beats if often == 1 else list(people(random.Random(2), 2500)) + little
    assert told(tmp_path, rows) == []
