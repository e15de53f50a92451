"""Real exports of real products, read in place: every row is used, set aside or filtered, and counted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from madegood.engine.store import Store
from madegood.intent.model import Project, SourceSpec
from madegood.sources.pull import pull
from madegood.sources.pulled import Pulled

DATA = Path(os.environ.get("MADEGOOD_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data does not stand beside the repository")


def read(root: Path, store: Store, kind: Any, path: str, zone: str = "UTC", **said: Any) -> Pulled:
    """One file of the real data, read as one source."""
    columns = tuple(said.pop("columns", {}).items())
    where = tuple(said.pop("where", {}).items())
    spec = SourceSpec("it", kind, str(DATA / path), columns, where=where, **said)
    return pull(Project(str(root), sources=(spec,), timezone=zone), store)[0]


@pytest.fixture
def store() -> Any:
    with Store.open(None) as opened:
        yield opened


WORK = {
    "id": "repo + sha",
    "created": "authored",
    "done": "committed",
    "release": "shipped_in",
    "shipped": "shipped_on",
}
CASES: list[tuple[str, str, dict[str, Any], tuple[int, int, int]]] = [
    ("items", "activitywatch/items.csv", {"columns": WORK, "keep": ("repo", "scope")}, (6694, 0, 0)),
    ("items", "activitywatch/items.csv", {"columns": WORK, "where": {"kind": "!merge"}}, (6087, 0, 607)),
    ("releases", "activitywatch/releases.csv", {"columns": {"id": "tag", "day": "date"}}, (136, 0, 0)),
    ("daily", "activitywatch/metrics_daily.csv", {"columns": {"day": "date"}}, (18773, 0, 0)),
    (
        "items",
        "datasette/items.csv",
        {"columns": {"id": "product + version + row", "title": "text", "done": "date", "release": "version"}},
        (1821, 0, 0),
    ),
    ("releases", "datasette/releases.csv", {"columns": {"id": "version", "day": "date"}}, (384, 0, 0)),
    ("daily", "datasette/metrics_daily.csv.gz", {"columns": {"day": "date"}}, (46233, 0, 0)),
    (
        "items",
        "datasette/commits.csv",
        {"columns": {"id": "sha", "done": "committed"}},
        (5846, 0, 0),
    ),
    (
        "items",
        "jira/issues.csv.gz",
        {"columns": {"id": "key", "kind": "type", "done": "resolved", "product": "project", "person": "assignee"}},
        (3537, 0, 0),
    ),
    (
        "states",
        "jira/transitions.csv.gz",
        {"columns": {"item": "key", "before": "from_value", "after": "to_value"}, "where": {"field": "status"}},
        (5951, 0, 16075),
    ),
    (
        "events",
        "cdnow/transactions.csv.gz",
        {"columns": {"person": "customer", "at": "date", "value": "amount"}, "constant": (("name", "purchase"),)},
        (48973, 113, 0),
    ),
    (
        "daily",
        "home_assistant/installs_daily.parquet",
        {"columns": {"metric": "integration", "day": "date", "value": "installs"}},
        (95289, 0, 0),
    ),
    ("releases", "home_assistant/hacs_releases.csv", {"columns": {"id": "version", "day": "tagged"}}, (192, 0, 0)),
    (
        "events",
        "complete_journey/transactions_sample.parquet",
        {
            "columns": {"person": "household_id", "at": "transaction_timestamp", "value": "sales_value"},
            "constant": (("name", "purchase"),),
            "keep": ("product_id", "basket_id", "quantity"),
        },
        (75000, 0, 0),
    ),
    (
        "daily",
        "placebo/daily.parquet",
        {"columns": {"metric": "series", "day": "date"}},
        (68842, 365, 0),
    ),  # a year of births before 1970
]


@pytest.mark.parametrize(("kind", "path", "said", "expected"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_every_row_is_accounted_for(
    tmp_path: Path, store: Store, kind: str, path: str, said: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    pulled = read(tmp_path, store, kind, path, **said)
    assert (pulled.rows, pulled.set_aside, pulled.filtered) == expected, pulled.findings
    assert store.rows(f"select count(*) from {kind}") == [(pulled.rows,)]
