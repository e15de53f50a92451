"""Days of people, shared over what they had in progress; only sums by item leave this file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.execution.history import OPEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from madegood.days import Window
    from madegood.execution.model import Spells

EPOCH = date(1970, 1, 1).toordinal()
STRETCH = 28  # days looked at together: bounds the memory, changes no figure
LONGEST = 0.95  # a stretch nobody ended counts for as long as all but one in twenty of the ended ones lasted
ENOUGH = 20  # ended stretches before there is such a length: one in twenty of fewer is none of them


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """Person-days by item over a window.

    amount  (items,) person-days; their sum is the number of different (person, day) worked
    people  how many people that were; used to keep small groups out of sight
    """

    amount: NDArray[Any]
    people: int


def worked(spells: Spells, items: int, window: Window, containers: NDArray[Any]) -> Worked:
    """Each day of each person is one, shared evenly over the items they had in progress on it.

    Saturdays and Sundays count only on the first and the last day of a stretch: somebody moved the item then.
    Items of `containers` (n,) bool, which have others below them, get a day only where nothing else was in progress.
    """
    first, last = window.first.toordinal() - EPOCH, window.last.toordinal() - EPOCH
    ends = closed(spells, last)
    mine = (spells.person >= 0) & (spells.first <= last) & (ends >= first)
    amount, people = np.zeros(items), set[int]()
    for start in range(first, last + 1, STRETCH):
        stop = min(start + STRETCH - 1, last)
        some = np.flatnonzero(mine & (spells.first <= stop) & (ends >= start))
        rows = _rows(spells, ends, some, start, stop)
        item, person, share = _shared(*rows, containers)
        amount += np.bincount(item, share, minlength=items)
        people |= set(np.unique(person).tolist())
    return Worked(amount, len(people))


def closed(spells: Spells, today: int) -> NDArray[Any]:
    """The last day of every stretch, also of those that nobody ended, (n,).

    A forgotten item would otherwise eat a share of every later day of whoever last had it.
    """
    is_open = spells.last == OPEN
    ended = (spells.last - spells.first)[~is_open]
    longest = np.quantile(ended, LONGEST, method="lower") if len(ended) >= ENOUGH else today
    return np.where(is_open, np.minimum(today, spells.first + longest), spells.last).astype(np.int64)


def _rows(
    spells: Spells, ends: NDArray[Any], some: NDArray[Any], start: int, stop: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """(item, person, day) of every day from start to stop that counts, each once."""
    begin, end = np.maximum(spells.first[some], start), np.minimum(ends[some], stop)
    lengths = np.maximum(end - begin + 1, 0)
    which = np.repeat(some, lengths)
    day = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(begin, lengths)
    moved = (day == spells.first[which]) | (day == spells.last[which])
    counts = ((day + 3) % 7 < 5) | moved  # 1970-01-01 was a Thursday
    table = np.stack([spells.item[which], spells.person[which], day])[:, counts]
    table = np.unique(table, axis=1) if table.size else table
    return table[0], table[1], table[2]


def _shared(
    item: NDArray[Any], person: NDArray[Any], day: NDArray[Any], containers: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Items, persons, and the share of the person's day that each row gets."""
    if not item.size:
        return item, person, np.zeros(0)
    key = person * (int(day.max()) + 1) + day
    _, group = np.unique(key, return_inverse=True)
    lowest = ~containers[item]
    kept = lowest | (np.bincount(group, lowest)[group] == 0)
    sizes = np.bincount(group[kept])
    return item[kept], person[kept], 1.0 / sizes[group[kept]]
