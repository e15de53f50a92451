"""Answers that are kept are those that would be given anew, and go when the events do."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.intent.parse import load
from madegood.performance import keeping
from madegood.performance.measure import measure, sizes
from madegood.performance.parts import by_segment
from madegood.performance.place import Ready, Stored, place_of
from madegood.refusal import Refusal
from madegood.sources.pull import pull

from .test_in_place import COLUMNS, KEEP, ON, daily, project

if TYPE_CHECKING:
    from pathlib import Path

ZONE = "Europe/Berlin"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keeping, "FEWEST", 1)
    (tmp_path / "facts").mkdir()
    daily(tmp_path / "facts", range(12))
    return project(tmp_path, f"    kind: events\n    path: facts/*.parquet\n    {COLUMNS}\n    {KEEP}\n")


def read(store: Store, folder: Path) -> list[object]:
    out: list[object] = [sorted(sizes(store))]
    for metric in load(folder).strategy.metrics:
        for on in (ON, date(2026, 3, 1)):
            found = measure(metric, store, on, ZONE)
            if isinstance(found, Refusal):
                out.append(found)
                continue
            parts = by_segment(metric, store, on, ZONE)
            out.append((found.series.first, found.series.notes, [p.series.segment for p in parts]))
            out += [np.round(one.series.values, 9).tolist().__repr__() for one in (found, *parts)]
    return out


def test_what_is_kept_is_what_would_be_given(folder: Path) -> None:
    loaded, kept, plain = load(folder), Store.open(None), Store.open(None)
    heard: list[str] = []
    for store in (kept, plain):
        pull(loaded.project, store)
    asked = keeping.keep_answers(kept, loaded.strategy.metrics, ZONE, heard.append)
    assert asked > 40 and isinstance(place_of(kept), Ready) and isinstance(place_of(plain), Stored)
    assert read(kept, folder) == read(plain, folder)
    assert keeping.keep_answers(kept, loaded.strategy.metrics, ZONE, heard.append) == 0
    fewer = loaded.strategy.metrics[:1]
    before = kept.rows("select count(*) from kept")[0][0]
    assert keeping.keep_answers(kept, fewer, ZONE, heard.append) == 0
    assert kept.rows("select count(*) from kept")[0][0] < before
    assert read(kept, folder) == read(plain, folder)  # what is not kept is asked


def test_what_is_kept_goes_with_the_events(folder: Path) -> None:
    loaded, store = load(folder), Store.open(None)
    pull(loaded.project, store)
    keeping.keep_answers(store, loaded.strategy.metrics, ZONE, lambda _: None)
    (folder / "facts" / "03.parquet").unlink()
    pull(loaded.project, store)
    assert not store.has("kept") and not store.has("statistics")
    plain = Store.open(None)
    pull(loaded.project, plain)
    assert read(store, folder) == read(plain, folder)


def test_by_queries_where_a_pass_does_not_fit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, store, plain = load(folder), Store.open(None), Store.open(None)
    for one in (store, plain):
        pull(loaded.project, one)
    monkeypatch.setattr("madegood.performance.one_pass.from_store.MOST", 1)  # no column may have two values
    keeping.keep_answers(store, loaded.strategy.metrics, ZONE, lambda _: None)
    assert read(store, folder) == read(plain, folder)
