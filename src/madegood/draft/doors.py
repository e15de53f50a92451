"""Where facts stand: files, folders and git repositories -> the sources that madegood.yml will name."""

from __future__ import annotations

import glob
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from madegood.errors import UsageError
from madegood.intent.model import SourceSpec
from madegood.sources.guess import Guess, guess

FOLDERS = (".", "facts", "data", "exports")  # looked into when no file is named
#: Endings of tables. A .txt or .json beside a project is rarely one, so those count only when they are named.
TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class Doors:
    """What was found.

    specs   the sources, each with a name of its own
    doubts  what a person should look at, as "file: doubt"
    left    what was left out, as "file: reason"
    """

    specs: tuple[SourceSpec, ...]
    doubts: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def doors(root: Path, named: Sequence[Path]) -> Doors:
    """The sources of the named files and folders, or of `root` where none is named. Paths are relative to `root`.

    Raises UsageError for a named path that does not exist.
    """
    guesses = [guessed(path, root) for path in dict.fromkeys(looked_for(root, named))]
    left = [f"{shown(g.path, root)}: {g.why}" for g in guesses if g.spec is None]
    doubts = [f"{shown(g.path, root)}: {doubt}" for g in guesses for doubt in g.doubts if g.spec]
    return Doors(tuple(apart(together(guesses, root))), tuple(doubts), tuple(left))


def looked_for(root: Path, named: Sequence[Path]) -> Iterator[Path]:
    """Repositories and tables."""
    for path in named or (root,):
        if path.is_dir():
            yield from inside(path)
        elif path.exists():
            yield path
        elif named:
            raise UsageError(f"there is no file or folder {path}. Correct the path after --from")


def inside(folder: Path) -> Iterator[Path]:
    """The repository that a folder is, then the tables in the usual places."""
    if (folder / ".git").exists():
        yield folder
    for name in FOLDERS:
        here = folder / name
        if here.is_dir():
            yield from sorted(path for path in here.iterdir() if is_table(path))


def is_table(path: Path) -> bool:
    """Whether a file's name ends as tables do, packed or not."""
    plain = path.name.lower().removesuffix(".gz")
    return plain.endswith(TABLES) and not plain.startswith((".", "~$")) and path.is_file()


def guessed(path: Path, root: Path) -> Guess:
    """What it seems to hold, or why it cannot be read."""
    text = shown(path, root)
    if "${" in text or "\n" in text:
        return Guess(path, None, "has a name that madegood.yml cannot hold; rename it")
    return guess(path, text if path.is_dir() else glob.escape(text))


def shown(path: Path, root: Path) -> str:
    """A path as madegood.yml says it: relative, unless it stands on another drive. Links keep their own name."""
    whole = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    try:
        return Path(os.path.relpath(whole, root)).as_posix()
    except ValueError:
        return whole.as_posix()


def together(guesses: Iterable[Guess], root: Path) -> Iterator[SourceSpec]:
    """The sources in their order; files whose names differ only in digits, and hold the same, are one with a `*`."""
    alike: dict[tuple[object, ...], list[Guess]] = defaultdict(list)
    for one in guesses:
        if one.spec:
            mapping = (one.spec.kind, one.spec.columns, one.spec.keep, one.spec.where, one.spec.constant)
            alike[(one.path.parent, re.sub(r"\d+", "*", one.path.name), mapping)].append(one)
    for (_, name, _), group in alike.items():
        spec = group[0].spec
        assert spec is not None
        joined = pattern(group, str(name), root) if len(group) > 1 else ""
        yield replace(spec, path=joined, name=re.sub(r"(-\d+)+$", "", spec.name) or spec.kind) if joined else spec
        if len(group) > 1 and not joined:
            yield from (one.spec for one in group[1:] if one.spec)


def pattern(group: Sequence[Guess], name: str, root: Path) -> str:
    """A path with `*` that fits just these files; empty where it would fit others too."""
    folder = group[0].path.parent
    simple = re.sub(r"\*[*._-]*\*", "*", name)
    if set(folder.glob(simple)) != {one.path for one in group}:
        return ""
    return Path(glob.escape(shown(folder, root)), simple).as_posix()


def apart(specs: Iterable[SourceSpec]) -> Iterator[SourceSpec]:
    """Each with a name of its own."""
    taken: set[str] = set()
    for spec in specs:
        yield replace(spec, name=own(spec.name, taken))


def own(name: str, taken: set[str]) -> str:
    """The name, numbered where it is taken already; it is taken from then on.

    >>> taken = set()
    >>> [own("items", taken), own("items", taken), own("items", taken)]
    ['items', 'items-2', 'items-3']
    """
    count, found = 1, name
    while found.casefold() in taken:
        count += 1
        found = f"{name}-{count}"
    taken.add(found.casefold())
    return found
