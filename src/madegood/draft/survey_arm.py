"""Whom to ask with high effort: the customers there are, drawn by lot into a file of their own."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.engine.store import Store, quoted
from madegood.errors import UsageError
from madegood.evidence.survey_plan import drawn
from madegood.performance.survey_files import attach
from madegood.performance.survey_spec import NAMES, plain

if TYPE_CHECKING:
    from madegood.intent.model import SurveySpec


def write_arm(spec: SurveySpec, root: Path, customers: str, people: int, seed: str, to: Path) -> int:
    """So many customers by lot into `to`, whole or not at all; gives how many there are to draw from.

    customers  a table of its own to draw from; empty: the survey's behaviour table, else everyone in its file of asks
    Raises UsageError where they cannot be found, or are fewer; an existing file is never written over.
    """
    path = customers or spec.behaviour or spec.path
    if not path:
        raise UsageError(
            f"survey {spec.name} has no file that says who its customers are: they are hashed at the door of a"
            " `responses` source. Name a table of them: --customers FILE"
        )
    said = dict(spec.behaviour_columns if path == spec.behaviour else spec.columns if path == spec.path else ())
    known = _customers(path, said.get("customer", ""), root)
    if len(known) < people:
        raise UsageError(f"{path} names {len(known):,} customers, and {people:,} are to be drawn. Draw fewer: --people")
    if to.exists():
        raise UsageError(f"{to} is there already. Name another file, or delete it: a draw is not to be drawn twice")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("customer", "arm"))
    writer.writerows((one, spec.effort or "high") for one in drawn(known, people, seed))
    half = to.with_name(to.name + ".half")
    half.write_text(text.getvalue(), encoding="utf-8")
    half.replace(to)
    return len(known)


def _customers(path: str, named: str, root: Path) -> list[str]:
    """Every customer of a table once."""
    with Store.open(None) as store:
        header, _ = attach(store, "known", path, root, text=True)
        by_plain = {plain(name): name for name in reversed(header)}
        near = [by_plain[one] for one in NAMES["customer"].split() if one in by_plain]
        own = next((name for name in header if named and name.lower() == named.lower()), "") if named else ""
        own = own or (near[0] if near and not named else "")
        if not own:
            shown = ", ".join(name[:40] for name in header[:20])
            raise UsageError(f"which column of {path} says the customer is not known. It has: {shown}")
        rows = store.rows(
            f"select distinct trim(cast({quoted(own)} as varchar)) as c from known where c <> '' order by 1"
        )
    return [str(row[0]) for row in rows]
