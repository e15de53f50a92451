"""Loops over days, compiled: one decorator, so that every kernel is compiled and kept in the same way.

What was compiled is kept beside the source, or in the user's own cache where that folder cannot be written
(NUMBA_CACHE_DIR names another). It is thrown away when its source file changes, and only then: so a kernel may call
kernels of its own file and no others, and constants of other files reach it as arguments.

Kernels let other threads run (nogil), so that series are fitted side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])

#: Sums may be taken in any order and quotients as products. Infinities and NaN keep their meaning: readings have them.
FAST = {"reassoc", "contract", "arcp", "nsz"}


def compiled(function: Kernel) -> Kernel:
    """The function in machine code, made at its first call with arguments of these types."""
    return cast("Kernel", numba.njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")(function))
