"""Does a column say anything that others do not say together?"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from madegood.numerics.statespace import Floats

#: What is left of a column is nothing below this part of it: columns hold ones and sevenths, so rounding is 1e-15.
NOTHING = 1e-8


def beyond(basis: Floats, column: Floats) -> Floats | None:
    """What a column says beyond an orthonormal basis (rows, ...), as a unit vector (rows,); None where it says nothing.

    Gram-Schmidt, twice for rounding (Giraud, Langou and Rozloznik 2005).
    """
    rest = column - basis @ (basis.T @ column)
    rest = rest - basis @ (basis.T @ rest)
    size = float(np.linalg.norm(rest))
    return rest / size if size > NOTHING * max(float(np.linalg.norm(column)), 1e-300) else None


def span(columns: Iterable[Floats], rows: int) -> Floats:
    """An orthonormal basis of some columns, (rows, at most so many)."""
    basis = np.zeros((rows, 0))
    for column in columns:
        unit = beyond(basis, column)
        if unit is not None:
            basis = np.column_stack([basis, unit])
    return basis
