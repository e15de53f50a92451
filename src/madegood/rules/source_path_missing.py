"""A source whose file is not there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from madegood.intent.model import REMOTE
from madegood.intent.project import expand
from madegood.rules.rule import Case, Remark, Rule


def stands(root: str, path: str) -> bool:
    """Whether a file, folder or pattern is there, relative to the root.

    Of a pattern with `**` only the folder before it is looked for: walking all that lies below could take minutes.
    """
    parts = Path(path).parts
    plain = list(takewhile(lambda part: not any(sign in part for sign in "*?["), parts))
    start, rest = Path(root, *plain), parts[len(plain) :]
    if not rest or "**" in rest or not start.exists():
        return start.exists()
    return next(iter(start.glob("/".join(rest))), None) is not None


def look(case: Case) -> Iterator[Remark]:
    for source in case.project.sources:
        if source.kind in REMOTE:
            continue
        path = expand(source.path)  # an unset variable stays to be seen: then only `build` can tell
        if not path or not case.project.root or "://" in path or "${" in path:
            continue
        try:
            there = stands(case.project.root, path)
        except (OSError, ValueError, NotImplementedError, IndexError):
            there = False
        if not there:
            yield Remark(
                None,
                source.places.get("path", source.place),
                f"The source `{source.name}` reads `{path}`, and nothing stands there on this machine.",
                "Correct the path (it is relative to madegood.yml), or put the file there before `madegood build`.",
                subject=f"source:{source.name}",
            )


RULE = Rule("source-path-missing", "note", "Every source's file is where madegood.yml says", look)
