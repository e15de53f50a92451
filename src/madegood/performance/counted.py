"""Answers by columns: of many rows most are only written down, and never become Python's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

Row = tuple[Any, ...]
KINDS = {"s": object, "y": np.float64, "z": np.float64}  # of the columns of a shape; all others are whole numbers


class Counted:
    """The rows of an answer, column by column; what is masked is NULL, and None where the rows are gone through."""

    __slots__ = ("columns",)

    def __init__(self, *columns: NDArray[Any]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Row]:
        return zip(*(column.tolist() for column in self.columns), strict=True)

    @classmethod
    def of(cls, rows: Sequence[Row], names: Sequence[str]) -> Counted:
        """The same rows by columns, which are called so in the shape.

        >>> list(Counted.of([(20_000, "pro", None), (20_001, None, 3)], ("d", "s", "n")))
        [(20000, 'pro', None), (20001, None, 3)]
        """
        out = []
        for name, values in zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True):
            kind = KINDS.get(name, np.int64)
            none = [value is None for value in values]
            if kind is object or not any(none):
                out.append(np.array(values, dtype=kind))
            else:
                held = np.array([0 if value is None else value for value in values], dtype=kind)
                out.append(np.ma.array(held, mask=none))
        return cls(*out)


Found = list[Row] | Counted
