"""What a made-up company hides: every planted truth, where, when and how much, in a form that can be read out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal

What = Literal[
    "effect", "small effect", "staged effect", "randomised effect", "nothing", "inseparable", "erosion", "leavers",
    "survey", "outage", "instrument", "orphan", "unserved", "late", "wrong belief",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that is so.

    what      its kind
    about     a release's id, a metric's, a bet's, an outcome's: what it is true of
    metric    the metric it shows in, or empty
    size      a share: an effect's, an erosion's in all, orphan effort of all effort; survey: the true mean score
    says      in a sentence
    """

    what: What
    about: str
    metric: str = ""
    first: date | None = None
    last: date | None = None
    size: float = 0.0
    says: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Everything that one company hides."""

    name: str
    seed: int
    customers: int
    first: date
    last: date
    truths: tuple[Truth, ...]

    def of(self, *what: What) -> tuple[Truth, ...]:
        """The truths of some kinds."""
        return tuple(truth for truth in self.truths if truth.what in what)

    def write(self, path: Path) -> None:
        """As JSON; nothing that reads the company ever opens it."""
        path.write_text(json.dumps(asdict(self), indent=1, default=str, ensure_ascii=False) + "\n", encoding="utf-8")


def read_hidden(path: Path) -> Hidden:
    """What `write` wrote."""
    said = json.loads(path.read_text(encoding="utf-8"))

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    truths = tuple(Truth(**{**t, "first": day(t["first"]), "last": day(t["last"])}) for t in said.pop("truths"))
    first, last = date.fromisoformat(said.pop("first")), date.fromisoformat(said.pop("last"))
    return Hidden(**said, first=first, last=last, truths=truths)
