"""Linear's own CSV export, with the columns and the dates that it writes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from madegood.engine.store import Store
from madegood.intent.parse import load
from madegood.sources.guess import guess
from madegood.sources.pull import pull

EXPORT = Path(__file__).parent / "exports" / "linear_team.csv"


def test_what_doctor_proposes_for_linears_export_reads_it_whole(tmp_path: Path) -> None:
    (tmp_path / "linear.csv").write_bytes(EXPORT.read_bytes())
    proposed = guess(tmp_path / "linear.csv", "linear.csv").yaml()
    (tmp_path / "madegood.yml").write_text(f"madegood: 1\nsources:\n{proposed}")
    with Store.open(None) as store:
        (pulled,) = pull(load(tmp_path).project, store)
        found = store.rows("select id, labels, parent, created, started, done, person from items order by id")
    assert (pulled.rows, pulled.set_aside) == (2, 0), pulled.findings
    first, second = found
    assert first[:2] == ("ENG-1", ["Bug", "slow"]) and second[2] == "ENG-1"
    assert first[3:6] == (
        datetime(2026, 5, 13, 11, 21, 41),
        datetime(2026, 5, 14, 7),
        datetime(2026, 5, 16, 6, 30),
    )
    assert second[5] is None, "what was cancelled is not done"
    assert "li@" not in repr(found) and first[6]
    assert "estimate:" not in proposed.replace("`estimate: Estimate`", ""), "points are no days"
