"""One vendor's source: what is new lands, then every table is read from what landed."""

from __future__ import annotations

import hashlib
import shutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from madegood.errors import SourceError
from madegood.intent.model import REMOTE
from madegood.sources.files import Broken
from madegood.sources.mapping import say
from madegood.sources.remote.landing import Landing
from madegood.sources.remote.secret import secret
from madegood.sources.rows import take
from madegood.sources.told import untold

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.engine.store import Store
    from madegood.findings import Finding
    from madegood.intent.model import Project, SourceSpec

READS = 1  # of reading what landed: raise it when the same landing would give other rows


def landed(
    spec: SourceSpec, project: Project, salt: str, tell: Callable[[str], None], **more: Any
) -> tuple[Landing, str]:
    """What landed, brought up to date, and its digest; or Broken, with what to do. `more` goes to the client."""
    kind = import_module(f"madegood.sources.remote.{spec.kind}")  # here and not above: httpx2 takes a third of a second
    for name in ("columns", "keep", "format"):
        if getattr(spec, name):
            message = f"`{spec.name}` takes no `{name}:`: what {spec.kind} calls things is known."
            raise Broken(say(spec, "source-column-unknown", message, "Take it out.", name))
    folder = Path(project.root, "target", "raw", folder_of(spec.name))
    landing = Landing(folder, hashlib.sha256(f"{kind.who(spec)} {salt}".encode()).hexdigest())
    try:
        with kind.door(spec, secret(spec.token), lambda text: tell(f"{spec.name}: {text}"), **more) as door:
            kind.land(spec, door, landing, salt, lambda text: tell(f"reading {spec.name}: {text}"))
    except SourceError as error:
        message = f"`{spec.name}` could not be read: {str(error).partition('. ')[0]}."
        mend = str(error).partition(". ")[2] or "Correct it in madegood.yml."
        named = (name for name in ("token", "user", "url") if f"`{name}:`" in str(error))
        others = () if "answered 404" in str(error) else ("token",)
        at = next((name for name in (*named, *others) if name in str(error) and name in spec.places), "path")
        raise Broken(
            say(spec, "source-remote", message, f"{mend.rstrip('.')}. What was read before is kept.", at)
        ) from None
    said = (READS, spec.kind, spec.constant, project.timezone, project.active_states, project.done_states, salt)
    return landing, hashlib.sha256(f"{said} {landing.digest()}".encode()).hexdigest()


def leave(project: Project) -> None:
    """Takes away what landed from sources that are not named any more."""
    named = {folder_of(spec.name) for spec in project.sources if spec.kind in REMOTE}
    raw = Path(project.root, "target", "raw")
    for folder in raw.iterdir() if raw.is_dir() else ():
        if folder.name not in named:
            shutil.rmtree(folder, ignore_errors=True)


def doubts(spec: SourceSpec, landing: Landing, rows: int) -> tuple[Finding, ...]:
    """What to say of a source that could be read: that it is empty, or how far its histories do not reach."""
    found, kind = [], import_module(f"madegood.sources.remote.{spec.kind}_rows")
    if said := kind.short(landing):
        mend = "Nothing need be done: when work on them began is taken for unknown."
        found.append(say(spec, "source-history-short", f"{said}.", mend, severity="note"))
    if hasattr(kind, "undated") and (said := kind.undated(landing)):
        mend = "Give them their day there, so that what they did can be measured."
        found.append(say(spec, "source-release-undated", f"{said}.", mend, severity="note"))
    if hasattr(kind, "partly"):
        found += untold(spec, kind.partly(landing))
    if found or rows:
        return tuple(found)
    message = f"`{spec.path}` has neither an item nor a release yet."
    mend = "Look whether it is the one that is meant, and whether the token may read it."
    return (say(spec, "source-empty", message, mend, severity="warning"),)


def folder_of(name: str) -> str:
    """A folder for a source, whatever its name: letters that a path may not hold are written as their number.

    >>> folder_of("work"), folder_of("../Työ")
    ('work', '=2e==2e==2f==54=y=f6=')
    """
    return "".join(c if c.isascii() and (c.islower() or c.isdigit() or c in "-_") else f"={ord(c):x}=" for c in name)


def fill(spec: SourceSpec, project: Project, store: Store, salt: str, landing: Landing) -> int:
    """Every table anew from what landed; gives how many rows there are."""
    kind = import_module(f"madegood.sources.remote.{spec.kind}_rows")
    return take(spec, project, store, salt, kind.rows(landing, project))
