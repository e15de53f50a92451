"""Rows that a reader has made itself, of several tables at once, into the engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from madegood.sources import load
from madegood.sources.mapping import Mapping, table_of
from madegood.sources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.engine.store import Store
    from madegood.intent.model import Project, SourceSpec
    from madegood.sources.load import Job
    from madegood.sources.reading import Line

KEEP = {"items": ("milestone", "state", "reason", "component", "priority", "points", "project", "cycle")}
Rows = list[dict[str, str]]


def take(spec: SourceSpec, project: Project, store: Store, salt: str, tables: dict[str, Rows]) -> int:
    """Every table anew, each column as text; gives how many rows there are."""
    count = 0
    for name, rows in tables.items():
        table, product = table_of(name), dict(spec.constant).get("product", "")
        constant = (("product", product),) if product and table.column("product") else ()
        columns = tuple(c.name for c in table.columns if c.name not in ("fields", *dict(constant)))
        plan = Mapping(tuple((one, (one,)) for one in columns), constant, KEEP.get(name, ()))
        job = load.Job(table, plan, spec.name, project.timezone, salt)
        load.fresh(store, table)
        spool = Spool(Path(project.root, "target", "spool.csv"), job)
        spool.path.unlink(missing_ok=True)
        spool.add(f"{spec.name}: {name}", lines(rows, job))
        spool.take(store)
        count += load.settle(store, table, spec.name)
    return count


def lines(rows: Rows, job: Job) -> Iterator[Line]:
    """Rows as they are read from a file, numbered from 1."""
    names = job.mapping.theirs
    for number, row in enumerate(rows, 1):
        yield number, [row.get(name, "") for name in names], ""
