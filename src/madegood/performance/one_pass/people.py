"""The number of each person, by the order in which they were first seen."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from madegood.numerics import events as loops
from madegood.performance.one_pass.cells import Unfit

FEWEST = 1 << 17  # places at first
#: Whole numbers are looked up by themselves where they span at most so many, or so many to each person and row: a
#: place takes 4 bytes there and about 24 in a table of hashes, and is found three times as fast (benchmarks/events.md).
Kind = TypeVar("Kind", bound=np.generic)
NEAR, SPARSE = 1 << 24, 8


def grown(held: NDArray[Kind], rows: int) -> NDArray[Kind]:
    """The same with room for so many rows, zeros at its end.

    Laid anew, not made longer: memory that is asked for at once comes in large pages, in which people are found faster,
    and what is not touched of it is not taken.
    """
    out = np.zeros((rows, *held.shape[1:]), dtype=held.dtype)
    out[: len(held)] = held
    return out


class Numbers:
    """Numbers from 0 on; whole numbers that lie close together by themselves, all other keys by their hash."""

    def __init__(self) -> None:
        self.known = 0
        self.words = 0
        self.low = 0
        self.table: NDArray[np.int32] | None = None
        self.slots = np.zeros(0, dtype=np.int32)
        self.keys = np.zeros((0, 1), dtype=np.int64)

    def bytes(self) -> int:
        """Bytes that are taken; room for keys to come is not taken yet."""
        table = self.table.nbytes if self.table is not None else 0
        return table + self.slots.nbytes + 8 * self.words * self.known

    def number(self, asked: NDArray[np.int64]) -> NDArray[np.int32]:
        """The number of each key, (rows, words). Raises Unfit for keys of another width than those before."""
        if self.words and asked.shape[1] != self.words:
            raise Unfit("persons are whole numbers in one file and texts in another")
        if not self.words:
            self.words = asked.shape[1]
            if self.words == 1:
                self.table, self.low = np.zeros(0, dtype=np.int32), int(asked.min()) if len(asked) else 0
            else:
                self._hash(np.zeros((0, self.words), dtype=np.int64))
        out = np.empty(len(asked), dtype=np.int32)
        if self.table is not None and not self._reach(asked):
            self._by_hash()
        if self.table is not None:
            self.known = loops.looked_up(self.table, self.low, asked, out, self.known)
            return out
        at, self.known = loops.numbered(self.slots, self.keys, asked, out, 0, self.known)
        while at < len(asked):
            if self.known >= len(self.keys):
                self.keys = grown(self.keys, len(self.keys) * 2)
            if self.known * 2 >= len(self.slots):
                self.slots = np.zeros(len(self.slots) * 2, dtype=np.int32)
                loops.laid(self.slots, self.keys, self.known)
            at, self.known = loops.numbered(self.slots, self.keys, asked, out, at, self.known)
        return out

    def _reach(self, asked: NDArray[np.int64]) -> bool:
        """Makes the table reach to all of these keys; False where it would be mostly empty."""
        assert self.table is not None
        low, high = int(asked.min(initial=self.low)), int(asked.max(initial=self.low + len(self.table) - 1))
        if high - low + 1 == len(self.table):
            return True
        if high - low >= max(NEAR, SPARSE * (self.known + len(asked))):
            return False
        if low == self.low:
            self.table = grown(self.table, high - low + 1)
            return True
        table = np.zeros(high - low + 1, dtype=np.int32)
        table[self.low - low : self.low - low + len(self.table)] = self.table
        self.table, self.low = table, low
        return True

    def _by_hash(self) -> None:
        """Lays what the table holds by its hash."""
        assert self.table is not None
        at = np.flatnonzero(self.table)
        keys = np.empty((len(at), 1), dtype=np.int64)
        keys[self.table[at] - 1, 0] = at + self.low
        self.table = None
        self._hash(keys)

    def _hash(self, keys: NDArray[np.int64]) -> None:
        size = max(FEWEST, len(keys))
        self.keys = np.zeros((size, self.words), dtype=np.int64)
        self.keys[: len(keys)] = keys
        self.slots = np.zeros(1 << (2 * size - 1).bit_length(), dtype=np.int32)
        loops.laid(self.slots, self.keys, len(keys))
