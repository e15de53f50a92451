"""Where the effort of the last build went, kept as a small JSON file so that `check` needs no database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any

from madegood.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from madegood.execution.model import Effort

SCHEMA = "madegood/effort@1"


@dataclass(frozen=True, slots=True)
class Part:
    """Effort toward one thing: `amount` in the snapshot's unit, `items` finished or worked on."""

    aim: str  # bet | need | outcome | upkeep | orphan
    id: str
    amount: float
    items: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Effort of the days from first to last, by what it served; the parts add up to the total.

    unit      "person-days" or "items"
    unserved  (kind, id) of outcomes and needs that got none
    """

    first: date
    last: date
    unit: str
    total: float
    shares: tuple[Part, ...]
    unserved: tuple[tuple[str, str], ...] = ()

    def part(self, aim: str) -> float:
        """Share of the total, 0 to 1, that this aim got."""
        return sum(s.amount for s in self.shares if s.aim == aim) / self.total if self.total else 0.0

    def items(self, aim: str) -> int:
        """How many work items served this aim."""
        return sum(s.items for s in self.shares if s.aim == aim)


def write_snapshot(effort: Effort | Refusal, path: Path) -> None:
    """The file, whole or not at all. Where effort cannot be said there is no file: an old one would mislead."""
    if isinstance(effort, Refusal):
        path.unlink(missing_ok=True)
        return
    known = {
        "schema": SCHEMA,
        "first": effort.window.first.isoformat(),
        "last": effort.window.last.isoformat(),
        "unit": effort.unit,
        "total": effort.total,
        "shares": [{"aim": s.aim, "id": s.id, "amount": s.amount, "items": s.items} for s in effort.shares],
        "unserved": [list(pair) for pair in effort.unserved],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".half")
    half.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    half.replace(path)


def read_snapshot(path: Path) -> Snapshot | None:
    """The snapshot, or None where there is none or the file is broken: `check` then says nothing about effort."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return _snapshot(known) if known["schema"] == SCHEMA else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _snapshot(known: dict[str, Any]) -> Snapshot:
    """From its JSON form; raises ValueError, KeyError or TypeError where it is not one."""
    shares = tuple(
        Part(str(s["aim"]), str(s["id"]), _amount(s["amount"]), int(_amount(s["items"]))) for s in known["shares"]
    )
    return Snapshot(
        date.fromisoformat(known["first"]),
        date.fromisoformat(known["last"]),
        str(known["unit"]),
        _amount(known["total"]),
        shares,
        tuple((str(kind), str(name)) for kind, name in known["unserved"]),
    )


def _amount(value: object) -> float:
    """A number that effort can be; raises ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ValueError(f"not an amount of effort: {value!r}")
    return float(value)
