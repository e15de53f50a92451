"""Which kind of row a row is: one small number for everything that any question tells apart.

A column that is only filtered by has as many kinds as its filters can tell; one that is split by, as many as it has
values. A row's cell is those together, so a question needs one look into a table of its own, however many columns it
names; and events are counted for all questions at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from madegood.performance.shapes.base import Pick

MOST = 1 << 16  # cells: what 16 bits can tell apart


class Unfit(Exception):
    """These questions, or these files, do not fit the pass; its text says why, `column` which column is the cause."""

    def __init__(self, text: str, column: str = "") -> None:
        super().__init__(text)
        self.column = column


@dataclass(slots=True)
class Column:
    """One column: the kinds of value it holds, by one value of each kind."""

    whole: bool = False
    told: set[frozenset[str]] = field(default_factory=set)
    kinds: list[str | None] = field(default_factory=list)
    code: dict[str | None, int] = field(default_factory=dict)
    alike: dict[tuple[bool, ...], int] = field(default_factory=dict)
    room: int = 1
    step: int = 1

    def learn(self, value: str | None) -> None:
        """Makes a value known."""
        if value in self.code:
            return
        seen = tuple(value in names for names in sorted(self.told, key=sorted))
        if not self.whole and seen in self.alike:
            self.code[value] = self.alike[seen]
            return
        self.alike[seen] = self.code[value] = len(self.kinds)
        self.kinds.append(value)


class Cells:
    """All columns that any question looks at, and how their kinds make a cell."""

    def __init__(self) -> None:
        self.columns: dict[str, Column] = {}
        self.size = 1
        self.changes = 0  # how often the numbers of the cells changed: tables made before are of no use

    def filter(self, pick: Pick) -> None:
        """Makes what a pick names one of the things to be told apart."""
        for key, names in conditions(pick):
            self.columns.setdefault(key, Column()).told.add(names)

    def split(self, keys: Iterable[str]) -> None:
        """Makes every value of these columns one."""
        for key in keys:
            self.columns.setdefault(key, Column()).whole = True

    def learn(self, key: str, values: Iterable[str | None]) -> None:
        """Makes the values of a column known; Unfit where there are too many to be told apart."""
        column = self.columns[key]
        before = len(column.kinds)
        for value in values:
            column.learn(value)
        if len(column.kinds) == before:
            return
        self.changes += 1
        while column.room < len(column.kinds):
            column.room *= 2
        self.size = 1
        for each in self.columns.values():
            each.step = self.size
            self.size *= each.room
        if self.size > MOST:
            raise Unfit(f"`{key}` has too many values to be told apart beside the other columns", key)

    def codes(self, key: str, values: Sequence[str | None]) -> NDArray[np.uint16]:
        """What each of a column's values adds to a cell, (values,)."""
        column = self.columns[key]
        return np.array([column.code[value] * column.step for value in values], dtype=np.uint16)

    def meant(self, pick: Pick) -> NDArray[np.bool_]:
        """Which cells a pick means, (cells,)."""
        out = np.ones(self.size, dtype=bool)
        at = np.arange(self.size)
        for key, names in conditions(pick):
            column = self.columns[key]
            kind = np.zeros(column.room, dtype=bool)
            kind[: len(column.kinds)] = [value in names for value in column.kinds]
            out &= kind[at // column.step % column.room]
        return out


class Parts:
    """The segments that several columns make together, in the order in which they were met."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.texts: list[str] = []
        self.code: dict[str, int] = {}
        self.of: NDArray[np.int16] = np.zeros(1, dtype=np.int16)
        self.rank: NDArray[np.int16] = np.zeros(1, dtype=np.int16)
        if not keys:
            self._add("")

    def _add(self, text: str) -> int:
        if text not in self.code:
            self.code[text] = len(self.texts)
            self.texts.append(text)
        return self.code[text]

    def tell(self, cells: Cells) -> None:
        """Finds the part of every cell anew: `of` (cells,), and `rank` (parts,) by the letters."""
        columns = [cells.columns[key] for key in self.keys]
        self.of = np.zeros(cells.size, dtype=np.int16)
        at = np.arange(cells.size)
        for combined in product(*(range(len(c.kinds)) for c in columns)):
            texts = [columns[i].kinds[k] or "" for i, k in enumerate(combined)]
            here = np.ones(cells.size, dtype=bool)
            for column, kind in zip(columns, combined, strict=True):
                here &= at // column.step % column.room == kind
            self.of[here] = self._add("|".join(texts))
        order = sorted(range(len(self.texts)), key=lambda i: self.texts[i].encode())
        self.rank = np.empty(max(1, len(order)), dtype=np.int16)
        self.rank[order] = np.arange(len(order), dtype=np.int16)


def conditions(pick: Pick) -> list[tuple[str, frozenset[str]]]:
    """(column, the values of it that pass) of a pick."""
    found = [(key, frozenset((value,))) for key, value in pick.where]
    if pick.names:
        found.append(("name", frozenset(pick.names)))
    if pick.segment:
        found.append(("segment", frozenset((pick.segment,))))
    return found
