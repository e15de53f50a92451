"""Scores of answers: held against the plainest reading, and against what each score is by its definition."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.intent.model import Metric, Project, SourceSpec
from madegood.performance.kinds.score import rolled
from madegood.performance.measure import measure
from madegood.performance.model import Measured
from madegood.refusal import Refusal
from madegood.sources.pull import pull

FIRST = date(2026, 1, 1)


def stored(folder: Path, rows: list[tuple[str, datetime, object]]) -> Store:
    lines = [f"{who},{at.isoformat()},q,{'' if score is None else score}" for who, at, score in rows]
    (folder / "r.csv").write_text("\n".join(["person,at,survey,score", *lines]))
    store = Store.open(None)
    pull(Project(str(folder), sources=(SourceSpec("r", "responses", "r.csv"),)), store)
    return store


def at(day: int, second: int = 0) -> datetime:
    return datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day, seconds=second)


@pytest.mark.parametrize(
    ("kind", "scores", "wanted"),
    [
        ("nps", [10] * 20 + [9] * 10 + [8, 7] * 10 + [6, 0] * 5, 100 * (30 - 10) / 60),
        ("csat", [5] * 20 + [4] * 10 + [3] * 10 + [1] * 10, 60.0),
        ("ces", [7] * 20 + [1] * 20, 4.0),
    ],
)
def test_a_score_is_what_its_definition_says(tmp_path: Path, kind: str, scores: list[int], wanted: float) -> None:
    rows = [(f"p{i}", at(3, i), score) for i, score in enumerate(scores)]
    found = measure(Metric("q", kind=kind), stored(tmp_path, rows), date(2026, 3, 1))  # type: ignore[arg-type]
    assert isinstance(found, Measured)
    assert found.series.first == date(2026, 1, 4) and found.series.grain == "rate"
    assert found.series.values[0] == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(5))
def test_each_day_is_the_last_answers_of_the_days_up_to_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, size, window = 600, 60, int(rng.integers(1, 30))
    people, days = rng.integers(0, 150, n), np.sort(rng.integers(0, size, n))
    points = np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 11, n).astype(float))
    found = rolled(people, days, points, size, window)
    for day in range(size):
        last: dict[int, float] = {}
        for p, d, v in zip(people.tolist(), days.tolist(), points.tolist(), strict=True):
            if day - window < d <= day and np.isfinite(v):
                last[p] = v
        if len(last) < 30:
            assert np.isnan(found[day])
        else:
            assert found[day] == pytest.approx(np.mean(list(last.values())))


def refused(folder: Path, rows: list[tuple[str, datetime, object]], metric: Metric) -> str:
    found = measure(metric, stored(folder, rows), date(2026, 3, 1))
    assert isinstance(found, Refusal)
    return found.why


def test_what_is_no_score_is_refused(tmp_path: Path) -> None:
    some: list[tuple[str, datetime, object]] = [(f"p{i}", at(i % 9, i), 1 + i % 5) for i in range(60)]
    assert "1 to 5, and a NPS is asked from 0 to 10" in refused(tmp_path, some, Metric("q", kind="nps"))
    tens: list[tuple[str, datetime, object]] = [(f"p{i}", at(i % 9, i), i % 11) for i in range(60)]
    assert "a CSAT is asked from 1 to 5" in refused(tmp_path, tens, Metric("q", kind="csat"))
    assert "30 answers" in refused(tmp_path, tens[:20], Metric("q", kind="nps"))
    assert "no answer is of the survey `other`" in refused(tmp_path, tens, Metric("other", kind="nps"))
    assert "no segment" in refused(tmp_path, tens, Metric("q", kind="nps", segment="de"))
    assert measure(Metric("q", kind="nps"), Store.open(None), FIRST) == Refusal(
        "q",
        why="there are no answers",
        until="name a source of kind `responses` in madegood.yml, then `madegood build`",
    )


def test_who_was_asked_and_did_not_answer_is_told(tmp_path: Path) -> None:
    rows: list[tuple[str, datetime, object]] = [(f"p{i}", at(2, i), None if i % 4 else 9) for i in range(160)]
    found = measure(Metric("q", kind="nps"), stored(tmp_path, rows), date(2026, 3, 1))
    assert isinstance(found, Measured) and found.series.values[0] == 100
    assert any("25% of those asked answered" in note for note in found.series.notes)
