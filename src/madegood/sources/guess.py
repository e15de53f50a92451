"""What a file seems to hold: a proposal from its columns' names and first rows, for a person to read and correct."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from madegood.engine.store import Store
from madegood.intent.model import SourceSpec
from madegood.intent.things import slug
from madegood.intent.write import dump, source
from madegood.sources import load
from madegood.sources.mapping import table_of
from madegood.sources.pull import ENDINGS, parquet_header
from madegood.sources.reading import NotThat, look

if TYPE_CHECKING:
    from pathlib import Path

#: Names that people and trackers give our columns, nearest first; compared without case and marks.
NAMES = {
    "id": "id key issuekey issueid number sha hash itemid storyid ticket ticketid version tag release name",
    "title": "title summary subject name headline text",
    "kind": "kind type issuetype tracker category",
    "labels": "labels label tags",
    "parent": "parent epic epiclink epickey parentid parentkey",
    "product": "product project component app repo repository package",
    "created": "created createdat createddate opened openedat authored firstmentioned",
    "started": "started startedat inprogress inprogressat firstcommit",
    "done": "done doneat resolved resolvedat closed closedat completed completedat merged mergedat committed finished",
    "estimate": "estimate estimatedays persondays storypoints points",
    "release": "release shippedin fixversion fixversions version milestone",
    "shipped": "shippedon shipped releasedon releasedat",
    "bet": "bet",
    "person": "person user userid personid customer customerid accountid account distinctid anonymousid householdid",
    "item": "item itemid key issue issuekey issueid",
    "at": "at timestamp time datetime eventtime occurredat created createdat date",
    "before": "before from fromvalue fromstatus oldvalue",
    "after": "after to tovalue tostatus newvalue status state",
    "day": "day date releasedate releasedon publishedat published",
    "prerelease": "prerelease isprerelease beta",
    "segment": "segment country plan platform region",
    "share": "share percentage rollout",
    "metric": "metric measure name series",
    "value": "value count amount total downloads users visits",
    "base": "base denominator of",
    "name": "name event eventname action",
    "survey": "survey question",
    "score": "score nps rating answer",
    "answered": "answered",
    "arm": "arm variant group",
}
#: Kinds in the order in which they are tried: what its columns must hold, and words of the file's name that help.
KINDS = (
    ("rollouts", ("release", "day", "share"), "rollout"),
    ("exposures", ("person", "release", "arm"), "exposure assignment"),
    ("states", ("item", "at", "after"), "state transition history status changelog"),
    ("responses", ("score", "at"), "response survey nps"),
    ("daily", ("metric", "day", "value"), "daily metric"),
    ("links", ("release", "item"), "link"),
    ("events", ("person", "at", "name"), "event"),
    ("releases", ("id", "day"), "release version tag deploy"),
    ("items", ("id", "title"), "item issue backlog ticket story commit work"),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposed source, or why there is none; `doubts` are for the person who reads it."""

    path: Path
    spec: SourceSpec | None
    why: str = ""
    doubts: tuple[str, ...] = field(default=())

    def yaml(self) -> str:
        """An entry of `sources:` in madegood.yml."""
        if self.spec is None:
            return f"  # {self.path.name}: {self.why}\n"
        text = dump([source(self.spec)])
        notes = "".join(f"  # {self.path.name}: {doubt}\n" for doubt in self.doubts)
        return notes + "".join(f"  {line}\n" for line in text.splitlines())


def plain(name: str) -> str:
    """A column's name without case, marks and spaces."""
    return re.sub(r"[\W_]+", "", name.lower())


def header(path: Path) -> list[str]:
    """Names of a file's columns, or NotThat."""
    ends = [s.lower() for s in path.suffixes if s.lower() != ".gz"]
    form = ENDINGS.get(ends[-1] if ends else "", "")
    if not form:
        raise NotThat(f"ends in `{path.suffix}`, and this reads {', '.join(ENDINGS)}")
    if form == "parquet":
        with Store.open(None) as store:
            return parquet_header(store, path)
    return load.header_of(path, look(path), form)


def guess(path: Path, shown: str = "") -> Guess:
    """What a file or folder seems to hold. `shown` is the path as madegood.yml should say it."""
    if (path / ".git").exists():
        return Guess(path, SourceSpec(slug(path.resolve().name), "git", shown or str(path)))
    try:
        names = header(path)
    except NotThat as wrong:
        return Guess(path, None, str(wrong))
    except OSError as error:
        return Guess(path, None, f"cannot be read: {error.strerror or error}")
    if not names:
        return Guess(path, None, "is empty")
    for kind, needs, _ in sorted(KINDS, key=lambda k: not any(word in path.stem.lower() for word in k[2].split())):
        columns = matched(kind, names)
        if all(need in columns for need in needs):
            return Guess(path, spec_of(path, kind, columns, names, shown), doubts=doubts_of(kind, columns, names))
    return Guess(path, None, f"has columns that fit no kind of record: {', '.join(names[:12])}")


def matched(kind: str, names: list[str]) -> dict[str, str]:
    """Our column -> theirs, each of theirs used once, nearest name first."""
    free = {plain(name): name for name in reversed(names)}
    out: dict[str, str] = {}
    columns = sorted(table_of(kind).columns, key=lambda column: not column.required)
    for column in columns:
        wanted = [plain(column.name), *NAMES.get(column.name, "").split()]
        found = next((name for name in dict.fromkeys(wanted) if name in free), None)
        if found:
            out[column.name] = free.pop(found)
    return out


def spec_of(path: Path, kind: Any, columns: dict[str, str], names: list[str], shown: str) -> SourceSpec:
    """The source with only the columns that are not found by themselves."""
    told = tuple((ours, theirs) for ours, theirs in columns.items() if ours != theirs)
    used = set(columns.values())
    rest = [
        name
        for name in names
        if name not in used
        and plain(name) in ("repo", "scope", "component", "components", "priority", "section", "platform", "plan")
    ]
    stem = path.name.split(".")[0]
    return SourceSpec(
        slug(stem), kind, shown or str(path), told, keep=tuple(rest) if kind in ("items", "events") else ()
    )  # type: ignore[arg-type]


def doubts_of(kind: str, columns: dict[str, str], names: list[str]) -> tuple[str, ...]:
    """What the proposal does not know."""
    unused = [name for name in names if name not in columns.values()]
    said = [f"columns left out: {', '.join(unused[:12])}"] if unused else []
    if kind == "items" and "done" not in columns:
        said.append("no column says when an item was done, so effort and speed cannot be told: map `done`")
    if kind == "releases" and "product" not in columns:
        said.append("if there are several products, map `product`, so that no release is credited for another's metric")
    return tuple(said)
