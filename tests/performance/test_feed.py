"""What is read of Parquet files gives the queries' answers, however the files are laid; what cannot be read says so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pytest

from madegood.performance.one_pass.answer import Pass
from madegood.performance.one_pass.cells import Unfit
from madegood.performance.one_pass.feed import Columns, batches, groups
from madegood.performance.shapes.base import DAY, Clock, Events, Pick
from madegood.performance.shapes.wanted import Cohorts, Days, Entries, Gaps, Shape, Tally, Until, Values, Wanted

if TYPE_CHECKING:
    from pathlib import Path

arrow = pytest.importorskip("pyarrow", reason="pyarrow is not here, so no file is read in one pass")
parquet = pytest.importorskip("pyarrow.parquet")

CLOCK = Clock(date(2026, 1, 1), date(2026, 2, 9), "America/Sao_Paulo")
COLUMNS = Columns("u", "t", {"name": "n", "segment": "s"}, {"value": "v"})
EVENTS = Events("e", "u", "t", "n", "s", "v", (("name", "n"), ("segment", "s"), ("value", "v")), "")
MANY = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}
ASKED: tuple[Shape, ...] = (
    Days(),
    Values("name"),
    Tally(Pick(("pay",)), "value", ("segment",)),
    Gaps(Pick(), 7, ("segment",)),
    Cohorts(Pick(), 9, ("segment",)),
    Entries((Pick(("view",)), Pick(("pay",))), 3 * DAY, ("segment",)),
    Until(Pick(("view",)), Pick(("pay",)), ("segment",)),
)


def table(seed: int, unit: str, person: Any, number: Any, ordered: bool = True) -> Any:
    rng = np.random.default_rng(seed)
    n = 3000
    start = int(np.datetime64("2025-12-30", "s").astype(int))
    t = start + rng.integers(0, 44 * 24, n) * 3600 + rng.choice([0, 0, 7], n)
    t = np.sort(t) if ordered else t
    who = rng.integers(-40, 40, n)
    texts = [f"p{w}é" * (1 + w % 3) for w in who.tolist()]

    def some(values: Any, kind: Any) -> Any:
        return arrow.array(values, kind, mask=rng.random(n) < 0.05)

    return arrow.table({
        "u": some(texts if person == arrow.string() else who, person),
        "t": arrow.array(t * MANY[unit], arrow.int64()).cast(arrow.timestamp(unit)),
        "n": some(rng.choice(["view", "pay", "x"], n), arrow.string()),
        "s": some(rng.choice(["de", "fr", ""], n), arrow.string()),
        "v": some(rng.integers(0, 9, n), arrow.int64()).cast(number),
    })  # fmt: skip


def check(files: list[Path]) -> None:
    passing = Pass(ASKED, CLOCK)
    for batch in batches(groups(files, COLUMNS), COLUMNS):
        passing.take(batch)
    found = passing.answers()
    with duckdb.connect() as db:
        db.execute(f"create view e as select * from read_parquet({[str(f) for f in files]})")
        for shape in ASKED:
            wanted = db.execute(Wanted(shape).sql(EVENTS, CLOCK)).fetchall()
            assert sorted(found[shape], key=repr) == sorted(wanted, key=repr), shape


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("person", [arrow.int64(), arrow.int16(), arrow.string()])
def test_however_the_columns_are_typed(tmp_path: Path, unit: str, person: Any) -> None:
    made = table(len(unit), unit, person, arrow.float64() if unit < "n" else arrow.float32())
    version = "2.6" if unit == "ns" else "2.4"
    parquet.write_table(made, tmp_path / "a.parquet", row_group_size=700, version=version, use_dictionary=unit != "ms")
    check([tmp_path / "a.parquet"])


def test_however_the_rows_lie(tmp_path: Path) -> None:
    """Upside down, in files that lie across each other, with late rows and an empty file."""
    made = table(3, "us", arrow.int64(), arrow.int64(), ordered=False)
    for k, part in enumerate((made.slice(0, 0), made.slice(0, 1000), made.slice(1000, 1500), made.slice(2500))):
        parquet.write_table(part, tmp_path / f"{9 - k}.parquet", row_group_size=400)
    check(sorted(tmp_path.glob("*.parquet")))


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [("t", [1, 2], "moments are"), ("u", [1.5, 2.5], "persons are"), ("n", [1, 2], "holds no texts"),
     ("v", ["a", "b"], "holds no numbers")],
)  # fmt: skip
def test_what_cannot_be_read_so_is_said(tmp_path: Path, name: str, values: list[Any], why: str) -> None:
    made = table(1, "us", arrow.int64(), arrow.int64()).slice(0, 2)
    made = made.set_column(made.schema.get_field_index(name), name, arrow.array(values))
    parquet.write_table(made, tmp_path / "a.parquet")
    with pytest.raises(Unfit, match=why):
        list(batches(groups([tmp_path / "a.parquet"], COLUMNS), COLUMNS))


def test_a_file_that_does_not_say_when_it_begins(tmp_path: Path) -> None:
    parquet.write_table(table(1, "us", arrow.int64(), arrow.int64()), tmp_path / "a.parquet", write_statistics=False)
    with pytest.raises(Unfit, match="when its rows begin"):
        list(batches(groups([tmp_path / "a.parquet"], COLUMNS), COLUMNS))
    with pytest.raises(Unfit, match="no column `z`"):
        groups([tmp_path / "a.parquet"], Columns("u", "z"))
