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


#: Metrics made of the same events as the one an effect is planted in: they move with it, by as much.
KIN = {"checkout": ("payments",), "active-people": ("active-germany", "payments")}


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that is so.

    what      its kind
    about     a release's id, a metric's, a bet's, an outcome's: what it is true of
    metric    the metric it shows in, or empty
    size      a share: an effect's, an erosion's in all, orphan effort of all effort; survey: the true score
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

    def effect(self, release: str, metric: str) -> float:
        """What a release truly did to a metric where it was met, a share of what would have been; 0 for most.

        Exact for the metric it is planted in; for one made of the same events, to within a tenth of the effect.
        """
        mine = (t for t in self.truths if t.about == release and t.what.endswith("effect"))
        return sum(t.size for t in mine if metric == t.metric or metric in KIN.get(t.metric, ()))

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
