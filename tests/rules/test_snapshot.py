"""The small file between `build` and `check`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.days import Window
from madegood.execution.model import Effort, Share
from madegood.refusal import Refusal
from madegood.rules.snapshot import read_snapshot, write_snapshot

EFFORT = Effort(
    Window(date(2026, 6, 1), date(2026, 8, 30)),
    "person-days",
    "from state history",
    100.0,
    (Share("bet", "guest-checkout", 60.0, 12, 50.0), Share("orphan", "", 40.0, 9, 10.0)),
    (("outcome", "trust"),),
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "target" / "effort.json"
    write_snapshot(EFFORT, path)
    known = read_snapshot(path)
    assert known is not None
    assert (known.first, known.last, known.unit, known.total) == (
        date(2026, 6, 1),
        date(2026, 8, 30),
        "person-days",
        100,
    )
    assert known.part("orphan") == pytest.approx(0.4)
    assert known.items("orphan") == 9
    assert known.unserved == (("outcome", "trust"),)
    assert [p.name for p in path.parent.iterdir()] == ["effort.json"]


def test_where_effort_cannot_be_said_an_old_file_does_not_stay(tmp_path: Path) -> None:
    path = tmp_path / "effort.json"
    write_snapshot(EFFORT, path)
    write_snapshot(Refusal("effort", why="no items", until="read some"), path)
    assert read_snapshot(path) is None


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "madegood/effort@2"},
        {"first": "yesterday"},
        {"total": "many"},
        {"total": -1},
        {"total": True},
        {"shares": 3},
        {"shares": [{"aim": "bet"}]},
        {"unserved": [["outcome"]]},
        {"last": None},
    ],
)
def test_a_broken_file_is_no_file(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "effort.json"
    write_snapshot(EFFORT, path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert read_snapshot(path) is None


@given(st.binary(max_size=200) | st.sampled_from([b"", b"[]", b"null", b'{"schema": NaN}', b"[" * 5000]))
def test_no_content_of_the_file_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("effort") / "effort.json"
    path.write_bytes(content)
    assert read_snapshot(path) is None


def test_no_file_is_no_snapshot(tmp_path: Path) -> None:
    assert read_snapshot(tmp_path / "none.json") is None
