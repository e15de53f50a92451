"""A git repository's history as plain data: commits, version tags, and which tag first held which commit.

Read with `git log` and `git for-each-ref` alone. Nobody's name or address is asked for, so none can leak.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from madegood.errors import SourceError
from madegood.execution.version import version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from madegood.execution.version import Version

# Settings of a repository that would run a program of its own, and anything that would ask the network or a person.
QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false", "--no-pager")
KEPT = ("GIT_CONFIG", "GIT_CEILING")  # the rest of GIT_* points elsewhere when we run inside a git hook
FIELDS = ("%H", "%P", "%at", "%ct", "%s", "%b")


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; times in seconds of UTC, None where the commit was written wrong."""

    id: str
    parents: tuple[str, ...]
    authored: int | None
    committed: int | None
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A version tag: the commit it names, and when it was made (its own date, else its commit's)."""

    name: str
    commit: str
    made: int
    version: Version


def git(folder: Path, *arguments: str) -> str:
    """What git says, or SourceError with its first line of complaint."""
    program = shutil.which("git")
    if program is None:
        raise SourceError("the program `git` is not installed")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(KEPT)}
    env = {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    command = [program, *QUIET, "-C", str(folder), *arguments]
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SourceError(said[0] if said else f"git {arguments[0]} ended with {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def commits(folder: Path) -> dict[str, Commit]:
    """Every commit that HEAD or a tag reaches, by id, newest first."""
    told = git(
        folder,
        "log",
        "-z",
        "--no-show-signature",
        "--encoding=UTF-8",
        f"--format=tformat:{'%x00'.join(FIELDS)}",
        "HEAD",
        "--tags",
    )
    parts = told.split("\0")
    rows = zip(*[iter(parts)] * len(FIELDS), strict=False)
    return {
        own: Commit(own, tuple(parents.split()), _moment(authored), _moment(committed), title, body)
        for own, parents, authored, committed, title, body in rows
    }


def _moment(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?\d{1,11}", text) else None


def within(folder: Path) -> set[str] | None:
    """Ids of the commits that touch this folder; None where the folder is the whole repository."""
    bare = git(folder, "rev-parse", "--is-inside-work-tree").strip() != "true"
    if bare or not git(folder, "rev-parse", "--show-prefix").strip():
        return None
    return set(git(folder, "log", "--format=%H", "HEAD", "--tags", "--", ".").split())


def tags(folder: Path, pattern: str) -> tuple[Tag, ...]:
    """Tags that name a version and match the pattern, oldest first; of one moment, the lower version first."""
    told = git(
        folder,
        "for-each-ref",
        "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:unix)",
        "refs/tags",
    )
    found = []
    for line in told.splitlines():
        name, own, peeled, made = line.split("\0")
        said = version(name)
        if said and names_release(name, said) and fnmatchcase(name, pattern) and made:
            found.append(Tag(name, peeled or own, int(made), said))
    return tuple(sorted(found, key=lambda tag: (tag.made, tag.version.numbers, not tag.version.testing, tag.name)))


def names_release(name: str, said: Version) -> bool:
    """Is this tag a version, rather than a tag with a number in it?

    >>> [t for t in ("v2", "1.0", "app-v1.2.3", "pr-12", "build1234") if names_release(t, version(t))]
    ['v2', '1.0', 'app-v1.2.3']
    """
    return len(said.numbers) > 1 or bool(re.search(r"(?:^|[^a-z])v\d", name, re.IGNORECASE))


def first_tags(commits: Mapping[str, Commit], tags: Iterable[Tag]) -> dict[str, str]:
    """Commit -> the first tag that holds it. Every commit is visited once, whatever the number of tags."""
    first: dict[str, str] = {}
    for tag in tags:
        waiting = [tag.commit]
        while waiting:
            one = waiting.pop()
            if one in commits and one not in first:
                first[one] = tag.name
                waiting += commits[one].parents
    return first
