"""What is remembered of files gives the same answers as reading all of them, whatever happens to the files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from madegood.errors import EngineError
from madegood.performance.one_pass import over
from madegood.performance.one_pass.memory import Memory
from madegood.performance.one_pass.over import Files, Passes
from madegood.performance.shapes.base import DAY, Clock, Pick
from madegood.performance.shapes.wanted import (
    Cohorts,
    Days,
    Entries,
    Gaps,
    People,
    Persons,
    Recency,
    Returned,
    Tally,
    Until,
    Values,
    Wanted,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

arrow = pytest.importorskip("pyarrow", reason="pyarrow is not here, so no file is read in one pass")
parquet = pytest.importorskip("pyarrow.parquet")

STEPS = (Pick(("view",)), Pick(("add",)), Pick(("pay",)))
ASKED = [
    Wanted(shape, by)
    for by in ("", "account")
    for shape in (
        Days(), Values("name"), Tally(Pick(), "value", ("segment",)), People(Pick(), ("segment",)), Gaps(Pick(), 9),
        Cohorts(Pick(), 12, ("segment",)), Returned(STEPS[1], 1, 3), Recency(), Persons(STEPS, 2 * DAY),
        Entries(STEPS, 3 * DAY, ("segment",)), Entries(STEPS, 3 * DAY, once=True),
        Until(STEPS[0], STEPS[2], ("segment",)), Until(STEPS[1], STEPS[2]),
    )
]  # fmt: skip
FIRST = date(2026, 1, 1)


class Stopped(Exception):
    """As if the machine had been put off."""


class Project:
    """A folder of files of a day each, and the passes over them."""

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        self.folder, self.rng = folder / "facts", rng
        self.folder.mkdir()
        self.memory = Memory(folder / "passes", (1, 2))
        self.next = 0
        self.counted: dict[str, Any] = {}

    def write(self, day: int) -> None:
        """A day's rows, others each time."""
        rng = self.rng
        n = int(rng.integers(1, 60))
        t = np.sort(int(np.datetime64(FIRST, "s").astype(int)) + day * 86_400 + rng.integers(0, 86_400, n))
        texts = {"n": ["view", "add", "pay", None], "s": ["de", "fr", f"in {day // 9}", None]}
        held = {key: arrow.array(rng.choice(some, n).tolist(), arrow.string()) for key, some in texts.items()}
        who = rng.integers(0, 25, n)
        held |= {"u": arrow.array(who), "a": arrow.array([f"a{w % 7}" for w in who], arrow.string())}
        held |= {"v": rng.integers(0, 9, n).astype(float), "t": arrow.array(t * 10**6).cast(arrow.timestamp("us"))}
        parquet.write_table(arrow.table(held), self.folder / f"{day:03}.parquet", row_group_size=25)

    def over(self, paths: list[Path], memory: Memory | None) -> dict[Wanted, list[tuple[object, ...]]]:
        texts = {"name": "n", "segment": "s", "account": "a"}
        passes = Passes(Files(tuple(paths), "u", "t", texts, {"value": "v"}), "UTC", ASKED, self.told, memory)
        known = passes.recall()
        end = max(parquet.read_table(path)["t"].to_numpy().max().astype("datetime64[D]").item() for path in paths)
        found = passes.answers(ASKED, known[0] if known else Clock(FIRST, end), ())
        return {one: sorted(map(repr, rows)) for one, rows in found.items()}

    def told(self, said: str) -> None: ...

    def build(self) -> None:
        """Counts what is there, and holds it against everything that ever was counted, read as one."""
        self.counted |= {path.name: path.read_bytes() for path in self.folder.iterdir()}
        found = self.over(sorted(self.folder.iterdir()), self.memory)
        whole = self.folder.parent / "whole"
        whole.mkdir(exist_ok=True)
        for name, held in self.counted.items():
            (whole / name).write_bytes(held)
        assert found == self.over(sorted(whole.iterdir()), None)
        assert len(found) == len(ASKED)
        self.memory.note(self.counted_paths())

    def counted_paths(self) -> set[str]:
        return {str(self.folder / name) for name in self.counted}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_to_the_files(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    one = Project(tmp_path, rng)
    monkeypatch.setattr(over, "AHEAD", 5)
    monkeypatch.setattr(over, "PAUSE", 0.0)
    monkeypatch.setattr(over, "SHARE", 0)
    for day in range(int(rng.integers(1, 30))):
        one.write(day)
        one.next = day + 1
    for _ in range(12):
        match rng.integers(0, 6):
            case 0 | 1:  # a day or several more
                for _ in range(int(rng.integers(1, 4))):
                    one.write(one.next)
                    one.next += int(rng.choice([1, 1, 1, 2, 7]))
            case 2:  # one is written anew, the newest mostly
                one.write(max(0, one.next - int(rng.integers(1, 6))))
            case 3 if len(there := sorted(one.folder.iterdir())) > 24:  # the oldest goes, which was counted
                assert there[0].name in one.counted
                there[0].unlink()
            case 4:  # a build that is stopped in the middle of the rows
                rows = over.batches

                def stopping(parts: Any, *rest: Any, rows: Any = rows) -> Any:
                    for number, batch in enumerate(rows(parts, *rest)):
                        if number == len(parts) // 2:
                            raise Stopped
                        yield batch

                one.write(one.next)
                one.write(one.next + 1)
                one.next += 2
                with monkeypatch.context() as patched:
                    patched.setattr(over, "batches", stopping)
                    with pytest.raises(Stopped):
                        one.over(sorted(one.folder.iterdir()), one.memory)
        one.build()


def test_what_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new day reads itself; a late one at most what came since; a stopped build what it had not yet written down."""
    one = Project(tmp_path, np.random.default_rng(1))
    monkeypatch.setattr(over, "PAUSE", 0.0)
    monkeypatch.setattr(over, "SHARE", 0)
    read: list[int] = []
    rows = over.batches

    def counting(parts: Any, columns: Any, tell: Any) -> Any:
        there = {group.path for part in parts for group in part}
        if tell == one.told and columns.secret:
            read.append(len(there))
        stop = len(parts) // 2 if stopping else -1
        for number, batch in enumerate(rows(parts, columns, tell)):
            if number == stop:
                raise Stopped
            yield batch

    monkeypatch.setattr(over, "batches", counting)
    stopping = False
    for day in range(40):
        one.write(day)
    for day, most in ((41, 41), (42, 1), (40, 9), (42, 1), (41, 9), (36, 17)):
        read.clear()
        one.write(day)
        one.build()
        assert len(read) == 2 and 1 <= max(read) <= most, day
    for day in range(43, 63):
        one.write(day)
    stopping = True
    with pytest.raises(Stopped):
        one.over(sorted(one.folder.iterdir()), one.memory)
    stopping = False
    read.clear()
    one.build()
    assert read[0] < 15  # of the one that was stopped; the other had not begun


def test_what_cannot_be_counted_anew_is_refused(tmp_path: Path) -> None:
    one = Project(tmp_path, np.random.default_rng(2))
    for day in range(30):
        one.write(day)
    one.build()
    (one.folder / "000.parquet").unlink()
    one.build()
    one.write(3)
    with pytest.raises(EngineError, match=r"`000\.parquet`, which was counted, is gone"):
        one.build()
    for path in one.memory.folder.glob("*.pass"):
        path.write_bytes(b"another version")
    with pytest.raises(EngineError, match="is gone"):
        one.build()
