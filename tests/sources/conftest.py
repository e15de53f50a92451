from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from madegood.engine.store import Store
from madegood.engine.tables import TABLES
from madegood.findings import Span
from madegood.intent.model import Project, SourceSpec
from madegood.sources.pull import pull
from madegood.sources.pulled import Pulled

PLACE = Span("madegood.yml", 4, 5, 4, 20, "  - name: it")
Read = Callable[..., Pulled]


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        yield opened


def spec(kind: Any, path: str, name: str = "it", **said: Any) -> SourceSpec:
    """A source as madegood.yml would say it, its maps as dicts."""
    maps = {key: tuple(said.pop(key, {}).items()) for key in ("columns", "constant", "where")}
    return SourceSpec(name, kind, path, keep=tuple(said.pop("keep", ())), place=PLACE, **maps, **said)


@pytest.fixture
def read(tmp_path: Path, store: Store) -> Read:
    """`read(kind, path, columns={...}, ...)`: the one source of a project in tmp_path."""

    def run(kind: str, path: str = "it.csv", zone: str = "UTC", **said: Any) -> Pulled:
        return pull(Project(str(tmp_path), sources=(spec(kind, path, **said),), timezone=zone), store)[0]

    return run


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, whole and in order."""
    names = [table.name for table in TABLES] + ["sources", "set_aside"]
    return {name: [tuple(map(str, row)) for row in store.rows(f"select * from {name}")] for name in names}
