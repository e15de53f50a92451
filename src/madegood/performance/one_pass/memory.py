"""What a pass knows when it ends, written down, so that new files are all that must be read the next time.

One file: a list of what is in it, then every array where it can be looked at without being read. What stands in it of
people are numbers under hashed keys. It is written beside and put in its place when it is whole; what cannot be read,
or was made by another version, is as if it were not there.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.performance.one_pass.answer import Pass

if TYPE_CHECKING:
    from pathlib import Path

#: Raise it when a pass keeps other things, or the same things otherwise.
VERSION = "1"
MARK = f"madegood pass {VERSION} {sys.implementation.cache_tag} {np.__version__}".encode().ljust(64)
EVEN = 64  # bytes: every array begins at a multiple of it
Stamp = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """A pass and what it has taken in.

    files     (path, bytes, time of writing) of every file that was taken whole
    segments  those that were asked about one by one
    """

    passing: Pass
    files: tuple[Stamp, ...]
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Where passes are remembered, and the secret by which people are hashed."""

    folder: Path
    secret: tuple[int, int]

    def recall(self, name: str) -> Known | None:
        """What was remembered under a name, if it can be read. Nothing that is done to it changes the file."""
        try:
            whole = np.memmap(self.folder / f"{name}.pass", np.uint8, mode="c")
            head = whole[:80].tobytes()
            if head[:64] != MARK:
                return None
            size, count = np.frombuffer(head[64:], np.int64).tolist()
            at = 80 + 8 * count
            sizes = np.frombuffer(whole[80:at].tobytes(), np.int64)
            told = whole[at : at + size].tobytes()
            buffers, at = [], _even(at + size)
            for one in sizes.tolist():
                buffers.append(whole[at : at + one].view(np.ndarray))
                at = _even(at + one)
            if at > _even(len(whole)):
                return None
            found = Reader(io.BytesIO(told), buffers=buffers).load()
        except (OSError, ValueError, EOFError, IndexError, TypeError, AttributeError, ImportError, pickle.PickleError):
            return None
        return found if isinstance(found, Known) else None

    def keep(self, name: str, known: Known) -> None:
        """Writes a pass down; the one before stays until this one is whole."""
        buffers: list[pickle.PickleBuffer] = []
        told = pickle.dumps(known, protocol=5, buffer_callback=buffers.append)
        raws = [buffer.raw() for buffer in buffers]
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{name}.new"
        with fresh.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(MARK)
            file.write(np.array([len(told), len(raws), *(raw.nbytes for raw in raws)], np.int64).tobytes())
            file.write(told)
            for raw in raws:
                file.write(b"\0" * (_even(file.tell()) - file.tell()))
                file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / f"{name}.pass")

    def files(self) -> set[str]:
        """Every file that some pass has taken in."""
        found = (self.recall(path.stem) for path in self.folder.glob("*.pass"))
        return {path for known in found if known for path, *_ in known.files}

    def forget(self, but: set[str]) -> None:
        """Takes away what is remembered under other names."""
        for path in (*self.folder.glob("*.pass"), *self.folder.glob("*.new")):
            if path.stem not in but:
                path.unlink(missing_ok=True)


class Reader(pickle.Unpickler):
    """Reads what `keep` wrote, and makes nothing but what a pass is made of."""

    ROOMS = ("madegood.performance.one_pass.", "madegood.performance.shapes.")
    OTHERS = frozenset({
        ("numpy", "dtype"), ("numpy", "ndarray"), ("numpy._core.numeric", "_frombuffer"),
        ("numpy._core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "scalar"),
        ("collections", "Counter"), ("datetime", "date"),
    })  # fmt: skip

    def find_class(self, module: str, name: str) -> Any:
        """A class by its name, if it may stand there."""
        if (module, name) in self.OTHERS:
            return super().find_class(module, name)
        found = super().find_class(module, name) if module.startswith(self.ROOMS) else None
        if isinstance(found, type) and found.__module__ == module:
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a pass")


def _even(at: int) -> int:
    return -(-at // EVEN) * EVEN
