"""What a pass knows when it ends, written down, so that new files are all that must be read the next time.

One file: what was taken, a list of what is in it, then every array. They are read whole, into memory that is asked for
at once: it comes in large pages, in which people are found faster than in the file as it lies. What stands in it of
people are numbers under hashed keys. It is written beside and put in its place when it is whole; what cannot be read,
or was made by another version, is as if it were not there.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from madegood.performance.one_pass.answer import Pass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from madegood.performance.shapes.base import Clock

#: Raise it when a pass keeps other things, or the same things otherwise.
VERSION = "3"
MARK = f"madegood pass {VERSION} {sys.implementation.cache_tag} {np.__version__}".encode().ljust(64)
EVEN = 64  # bytes: every array begins at a multiple of it
SMALL = 1 << 16  # bytes: what is shorter stands in the list itself, which costs less than to be looked at by itself
BLOCK = 1 << 18  # bytes: where so many are 0 nothing is written
EVEN_FILES = 8
COUNTED = "counted.json"
Stamp = tuple[str, int, int]
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Known:
    """What was remembered, all but the pass itself.

    files     (path, bytes, time of writing) of every file that was taken whole
    segments  those that were asked about one by one
    clock     the days that there is room for
    span      the first and the last moment of what was taken
    path      where it is written down
    """

    files: tuple[Stamp, ...]
    segments: tuple[str, ...]
    clock: Clock
    span: tuple[int, int] | None
    path: Path | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Memory:
    """Where passes are remembered, and the secret by which people are hashed."""

    folder: Path
    secret: tuple[int, int]

    def known(self, name: str) -> list[Known]:
        """Everything that is remembered under a name and can be read, what has taken most files first."""
        found = [one for path in self.folder.glob(f"{name}.*.pass") if (one := _read(path, _head))]
        return sorted(found, key=lambda one: -len(one.files))

    def recall(self, known: Known) -> Pass | None:
        """A pass as it was, if it can be read. Nothing that is done to it changes what is written down."""
        return _read(known.path, _whole) if known.path else None

    def keep(self, name: str, known: Known, passing: Pass) -> None:
        """Writes a pass down; of those before, some stay."""
        buffers: list[pickle.PickleBuffer] = []

        def inside(buffer: pickle.PickleBuffer) -> bool:
            small = buffer.raw().nbytes < SMALL
            if not small:
                buffers.append(buffer)
            return small

        first = pickle.dumps(known, protocol=5)
        told = pickle.dumps(passing, protocol=5, buffer_callback=inside)
        raws = [buffer.raw() for buffer in buffers]
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{name}.new"
        with fresh.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(MARK)
            sizes = (len(first), len(told), len(raws), *(raw.nbytes for raw in raws))
            file.write(np.array(sizes, np.int64).tobytes() + first + told)
            for raw in raws:
                at = _even(file.tell())
                for low in range(0, raw.nbytes, BLOCK):
                    block = raw[low : low + BLOCK]
                    if np.frombuffer(block, np.uint8).any():
                        file.seek(at + low)
                        file.write(block)
                file.seek(at + raw.nbytes)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        count = len(known.files)
        fresh.replace(self.folder / f"{name}.{count}.pass")
        there = {int(path.stem.rpartition(".")[2]): path for path in self.folder.glob(f"{name}.*.pass")}
        for number in there.keys() - stays(there):
            there[number].unlink(missing_ok=True)

    def files(self) -> set[str]:
        """Every file that some pass has taken in."""
        names = {path.name.partition(".")[0] for path in self.folder.glob("*.pass")}
        return {path for name in names for known in self.known(name)[:1] for path, *_ in known.files}

    def counted(self) -> set[str]:
        """Every file that the counts are made of that were kept last."""
        try:
            return set(json.loads((self.folder / COUNTED).read_text("utf-8")))
        except (OSError, ValueError):
            return set()

    def note(self, files: Collection[str]) -> None:
        """Writes down of which files the counts are made that are kept now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{COUNTED}.new"
        fresh.write_text(json.dumps(sorted(files), indent=0), "utf-8")
        fresh.replace(self.folder / COUNTED)

    def there(self, name: str) -> bool:
        """Whether anything is written down under a name, be it readable or not."""
        return any(self.folder.glob(f"{name}.*.pass"))

    def forget(self, but: set[str]) -> None:
        """Takes away what is remembered under other names."""
        for path in (*self.folder.glob("*.pass"), *self.folder.glob("*.new")):
            if path.name.partition(".")[0] not in but:
                path.unlink(missing_ok=True)

    def until(self, name: str, count: int) -> None:
        """Takes away what has taken more files than so many."""
        for path in self.folder.glob(f"{name}.*.pass"):
            if int(path.stem.rpartition(".")[2]) > count:
                path.unlink(missing_ok=True)


def stays(counts: Collection[int]) -> set[int]:
    """Which of those stay that have taken so many files: the last two, and the last ones of two blocks of files before.

    What is changed or comes late is mostly a few files back; up to eight back, at most seventeen are read again.

    >>> sorted(stays(range(1, 100)))
    [87, 95, 98, 99]
    """
    block = max(counts) // EVEN_FILES
    before = [max((n for n in counts if n // EVEN_FILES < block - k), default=0) for k in range(2)]
    return {*sorted(counts)[-2:], *before} & set(counts)


def _read(path: Path, reading: Callable[[Path], Kind | None]) -> Kind | None:
    try:
        return reading(path)
    except (OSError, ValueError, EOFError, IndexError, TypeError, AttributeError, ImportError, pickle.PickleError):
        return None


def _head(path: Path) -> Known | None:
    with path.open("rb") as file:
        if file.read(64) != MARK:
            return None
        first, _, count = np.frombuffer(file.read(24), np.int64).tolist()
        file.seek(88 + 8 * count)
        found = Reader(io.BytesIO(file.read(first))).load()
    return replace(found, path=path) if isinstance(found, Known) else None


def _whole(path: Path) -> Pass | None:
    with path.open("rb", buffering=0) as file:
        head = file.read(88)
        first, size, count = np.frombuffer(head[64:], np.int64).tolist()
        sizes = np.frombuffer(file.read(8 * count), np.int64).tolist()
        at = 88 + 8 * count + first
        buffers = []
        for one in (size, *sizes):
            held, done = np.empty(one, np.uint8), 0
            file.seek(at)
            while done < one:
                if not (more := file.readinto(held[done:].data)):
                    return None
                done += more
            buffers.append(held)
            at = _even(at + one)
        told = buffers.pop(0).tobytes()
    found = Reader(io.BytesIO(told), buffers=buffers).load()
    return found if isinstance(found, Pass) else None


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
