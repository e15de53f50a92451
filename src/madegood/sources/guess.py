"""What a file seems to hold: a proposal from its columns' names and first rows, for a person to read and correct."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.engine.store import Store, literal
from madegood.errors import EngineError
from madegood.intent.model import SourceSpec
from madegood.intent.things import slug
from madegood.intent.write import dump, source
from madegood.sources.dialect import csv_lines
from madegood.sources.files import ENDINGS, form_by_name, look_parquet
from madegood.sources.load import plainly
from madegood.sources.mapping import table_of
from madegood.sources.names import KEPT, names_of, plain, undone
from madegood.sources.objects import json_lines
from madegood.sources.presets import preset
from madegood.sources.reading import NotThat, look
from madegood.sources.values import NO, YES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.intent.model import RecordKind

FIRST = 200  # rows that are looked at
WIDEST = 40  # columns of a table with one metric in each
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
LOCAL = re.compile(r"\d:\d\d(:\d\d(\.\d+)?)?( ?[AaPp][Mm])?$")  # a time of day at the end: no zone is said
EITHER_WAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}")
#: What records of a kind must show, strictest first; a word of the file's name lets its kind be tried before.
KINDS: tuple[tuple[RecordKind, tuple[str, ...], str], ...] = (
    ("rollouts", ("release", "day", "share"), "rollout"),
    ("exposures", ("person", "at", "release", "arm"), "exposure assignment"),
    ("arms", ("release", "metric", "arm", "n", "sum"), "arm experiment"),
    ("units", ("release", "arm", "metric", "value"), "unit experiment"),
    ("states", ("item", "at", "before", "after"), "transition history changelog"),
    ("responses", ("score", "at"), "response survey nps"),
    ("daily", ("metric", "day", "value"), "daily metric"),
    ("events", ("person", "at", "name"), "event"),
    ("releases", ("id", "day", "prerelease"), "release version tag deploy"),
    ("items", ("id", "title"), "item issue backlog ticket story commit work jira linear"),
    ("states", ("item", "at", "after"), "transition history changelog"),
    ("releases", ("id", "day"), "release version tag deploy"),
    ("links", ("release", "item"), "link"),
    ("identities", ("person", "known"), "identity identities alias merge"),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposed source, or why there is none; `doubts` are for the person who reads it.

    more  further sources that the same file makes, such as one for each metric of a wide table
    """

    path: Path
    spec: SourceSpec | None
    why: str = ""
    doubts: tuple[str, ...] = ()
    more: tuple[SourceSpec, ...] = ()

    def yaml(self) -> str:
        """Entries of `sources:` in madegood.yml."""
        if self.spec is None:
            return f"  # {one_line(self.path.name)}: {one_line(self.why)}\n"
        text = dump([source(spec) for spec in (self.spec, *self.more)])
        notes = "".join(f"  # {one_line(self.path.name)}: {one_line(doubt)}\n" for doubt in self.doubts)
        return notes + "".join(f"  {line}\n" for line in text.splitlines())


@dataclass(frozen=True, slots=True)
class Sample:
    """A file's columns and its first rows, as text."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def cells(self, name: str) -> list[str]:
        """What stands in a column, without the empty cells."""
        place = self.names.index(name)
        return [row[place].strip() for row in self.rows if row[place].strip()]


def one_line(text: str) -> str:
    """A text that can stand in a comment."""
    return " ".join(text.split())


def guess(path: Path, shown: str = "") -> Guess:
    """What a file or folder seems to hold. `shown` is the path as madegood.yml should say it."""
    shown = shown or relative(path)
    if (path / ".git").exists():
        return Guess(path, SourceSpec(slug(path.resolve().name), "git", shown))
    try:
        sample = sampled(first_file(path))
    except NotThat as wrong:
        return Guess(path, None, str(wrong))
    except OSError as error:
        return Guess(path, None, f"cannot be read: {error.strerror or error}")
    if not sample.names:
        return Guess(path, None, "is empty")
    stem = slug(path.name.split(".")[0]) or "facts"
    known = preset(sample.names)
    if known:
        spec = SourceSpec(stem, known.kind, shown, known.columns, keep=known.keep, where=known.where)
        return Guess(path, spec, doubts=(f"read as an export of {known.tool}", *known.doubts))
    return by_names(path, sample, stem, shown) or by_values(path, sample, stem, shown)


def guesses(paths: Sequence[Path]) -> tuple[Guess, ...]:
    """What several files seem to hold, each source with a name of its own."""
    taken: set[str] = set()
    out = []
    for one in map(guess, paths):
        specs = [renamed(spec, taken) for spec in ((one.spec, *one.more) if one.spec else ())]
        out.append(replace(one, spec=specs[0], more=tuple(specs[1:])) if specs else one)
    return tuple(out)


def renamed(spec: SourceSpec, taken: set[str]) -> SourceSpec:
    """The source under a name that is not taken yet, which it takes."""
    names = (spec.name, f"{spec.name}-{spec.kind}", *(f"{spec.name}-{n}" for n in range(2, 10_000)))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return replace(spec, name=name)


def relative(path: Path) -> str:
    """A path as a madegood.yml here, or above here, would say it."""
    here = Path.cwd()
    root = next((one for one in (here, *here.parents) if (one / "madegood.yml").is_file()), here)
    try:
        told = Path(os.path.relpath(path, root)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()
    return path.resolve().as_posix() if told.startswith("../../../") else told


def first_file(path: Path) -> Path:
    """The file itself, or the first one of a folder."""
    if not path.is_dir():
        if path.exists() and not path.is_file():
            raise NotThat("is no file and no folder")
        return path
    found = sorted(p for p in path.rglob("*") if p.is_file() and form_by_name(p) and not p.name.startswith("."))
    if not found:
        raise NotThat(f"holds no file that ends in {', '.join(ENDINGS)}")
    return found[0]


def sampled(path: Path) -> Sample:
    """The columns and first rows of a file, or NotThat."""
    form = form_by_name(path)
    if not form:
        raise NotThat(f"ends in `{path.suffix}`, and this reads {', '.join(ENDINGS)}")
    if form == "parquet":
        return sampled_parquet(path)
    seen = look(path)
    if form == "csv":
        lines = [cells for _, cells, _ in islice(csv_lines(path, seen), FIRST + 1) if not isinstance(cells, str)]
        return Sample(tuple(lines[0]), tuple(map(tuple, lines[1:]))) if lines else Sample((), ())
    objects = [cells for _, cells, _ in islice(json_lines(path, seen), FIRST) if not isinstance(cells, str)]
    names = tuple(dict.fromkeys(name for one in objects for name in one))
    return Sample(names, tuple(tuple(one.get(name, "") for name in names) for one in objects))


def sampled_parquet(path: Path) -> Sample:
    """The same of a Parquet file."""
    with Store.open(None) as store:
        names = tuple(name for name, _ in look_parquet(path, store).names)
        try:
            rows = store.rows(
                f"select cast(columns(*) as varchar) from read_parquet({literal(plainly(path))}) limit {FIRST}"
            )
        except EngineError:
            raise NotThat("breaks off or is damaged") from None
    return Sample(names, tuple(tuple(cell or "" for cell in row) for row in rows))


def by_names(path: Path, sample: Sample, stem: str, shown: str) -> Guess | None:
    """The first kind whose columns are all there."""
    words = set(re.split(r"[\W_]+", path.stem.lower().split(".")[0]))
    for kind, needs, _ in sorted(KINDS, key=lambda k: not any(h in w for h in k[2].split() for w in words)):
        columns = matched(kind, sample)
        if all(need in columns for need in needs):
            return Guess(path, spec_of(kind, columns, sample, stem, shown), doubts=doubts_of(kind, columns, sample))
    return None


def by_values(path: Path, sample: Sample, stem: str, shown: str) -> Guess:
    """A table with one metric in each column, or rows that say who and when; else why it is nothing known."""
    daily, events = matched("daily", sample), matched("events", sample)
    if "person" in events and "at" in events:
        spec = replace(spec_of("events", events, sample, stem, shown), constant=(("name", stem),))
        doubt = f"no column says what happened, so every row is called `{stem}`"
        return Guess(path, spec, doubts=(doubt, *doubts_of("events", events, sample)))
    day = daily.get("day")
    wide = [name for name in dict.fromkeys(sample.names) if name and name != day and numeric(sample.cells(name))]
    if day and 0 < len(wide) <= WIDEST:
        specs = tuple(
            SourceSpec(
                f"{stem}-{slug(name) or n}", "daily", shown, pairs({"day": day, "value": name}), (("metric", name),)
            )
            for n, name in enumerate(wide, 1)
        )
        doubt = "each column is read as a metric of its own; remove those that are none"
        return Guess(path, specs[0], doubts=(doubt, *day_doubts(sample, [day])), more=specs[1:])
    return Guess(path, None, f"has columns that fit no kind of record: {', '.join(sample.names[:12])}")


def numeric(cells: Sequence[str]) -> bool:
    """Whether every cell that is filled is a number."""
    return bool(cells) and all(NUMBER.fullmatch(cell) for cell in cells)


def pairs(columns: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The columns that have to be said, because theirs has another name."""
    return tuple((ours, theirs) for ours, theirs in columns.items() if ours.lower() != theirs.lower())


def matched(kind: str, sample: Sample) -> dict[str, str]:
    """Our column -> theirs, each of theirs used once, nearest name first."""
    free = {plain(name): name for name in reversed(sample.names) if name}
    out: dict[str, str] = {}
    for column in sorted(table_of(kind).columns, key=lambda column: not column.required):
        found = next((name for name in names_of(kind, column.name) if name in free), None)
        if found and not (column.type == "DOUBLE" and sample.rows and not numeric_or_empty(sample, free[found])):
            out[column.name] = free.pop(found)
    return out


def numeric_or_empty(sample: Sample, name: str) -> bool:
    """Whether a column could hold numbers, as far as its first rows show: most of them do."""
    cells = sample.cells(name)
    return not cells or sum(bool(NUMBER.fullmatch(cell)) for cell in cells) * 2 > len(cells)


def spec_of(kind: RecordKind, columns: dict[str, str], sample: Sample, stem: str, shown: str) -> SourceSpec:
    """The source with the columns that are not found by themselves."""
    said = dict(columns)
    if kind == "items" and repeats(sample.cells(columns["id"])):
        parts = [columns[name] for name in ("product", "id") if name in columns]
        said["id"] = " + ".join([*dict.fromkeys(parts), "row"])
    used = set(columns.values())
    rest = [name for name in sample.names if name not in used and plain(name) in KEPT]
    where = {"releases": shipped, "states": moving}.get(kind, lambda _: ())(sample)
    keep = tuple(dict.fromkeys(rest)) if kind in ("items", "events") else ()
    return SourceSpec(stem, kind, shown, pairs(said), keep=keep, where=where)


def moving(sample: Sample) -> tuple[tuple[str, str], ...]:
    """Only changes of state, where a column says of which field each row is a change, as trackers' changelogs do."""
    name = next((name for name in sample.names if plain(name) in ("field", "fieldname", "fieldid")), "")
    said = dict.fromkeys(sample.cells(name)) if name else {}
    states = [one for one in said if one.lower() in ("status", "state", "system.state")]
    return ((name, "|".join(states) or "status"),) if said else ()


def shipped(sample: Sample) -> tuple[tuple[str, str], ...]:
    """Only rows that say so, where a column tells what was released from what is planned, as of Jira's versions."""
    name = next((name for name in sample.names if plain(name) in ("released", "isreleased")), "")
    said = set(sample.cells(name)) if name else set()
    yes = [one for one in sorted(said) if one.lower() in YES]
    return ((name, yes[0]),) if len(yes) == 1 and all(one.lower() in (*YES, *NO) for one in said) else ()


def repeats(cells: Sequence[str]) -> bool:
    """Whether ids come again so soon that they are none."""
    return len(set(cells)) * 10 < len(cells) * 9


def doubts_of(kind: str, columns: dict[str, str], sample: Sample) -> tuple[str, ...]:
    """What the proposal does not know."""
    kept = KEPT if kind in ("items", "events") else ()
    others = [name for name in dict.fromkeys(sample.names) if name and name not in columns.values()]
    unused = [name for name in others if plain(name) not in kept]
    said = [f"columns left out: {', '.join(unused[:12])}{' ...' if len(unused) > 12 else ''}"] if unused else []
    if kind == "items":
        if "done" not in columns:
            said.append("no column says when an item was done, so effort and speed cannot be told: map `done`")
        if repeats(sample.cells(columns["id"])):
            said.append(f"`{columns['id']}` repeats, so ids are made of line numbers; name a better one where there is")
        said += item_doubts(columns, sample)
        points = [name for name in others if plain(name) in ("estimate", "storypoints", "points", "weight")]
        if points:
            said.append(f"`{points[0]}` may be points; where it is person-days, map `estimate: {points[0]}`")
    if kind == "releases" and "product" not in columns:
        said.append("if there are several products, map `product`, so that no release is credited for another's metric")
    days = [columns[c.name] for c in table_of(kind).columns if c.type in ("DATE", "TIMESTAMP") and c.name in columns]
    return (*said, *day_doubts(sample, days))


def item_doubts(columns: dict[str, str], sample: Sample) -> list[str]:
    """What an export of a tracker shows, and its columns do not say."""
    said = []
    parents, ids = sample.cells(columns["parent"]) if "parent" in columns else [], sample.cells(columns["id"])
    if parents and all(one.isdigit() for one in parents) and not any(one.isdigit() for one in ids):
        mend = "export the parent's key, and map `parent`"
        said.append(f"`{columns['parent']}` holds numbers that are no ids here: {mend}")
    reasons = [name for name in sample.names if plain(name) in ("resolution", "closereason", "statereason")]
    found = [one for name in reasons[:1] for one in dict.fromkeys(sample.cells(name)) if undone(one)]
    if found and "done" in columns:
        where = f'where: {{{reasons[0]}: "!{"|".join(found)}"}}'
        said.append(f"`{columns['done']}` is filled too where nothing was done: `{where}` leaves such items out")
    days = [columns[name] for name in ("created", "done") if name in columns]
    bare = [day for day in days if "utc" not in day.lower() and any(map(LOCAL.search, sample.cells(day)))]
    if bare:
        said.append(f"`{bare[0]}` holds times without a zone, which are read as UTC: a day may be off by one")
    return said


def day_doubts(sample: Sample, names: Sequence[str]) -> list[str]:
    """Columns of days that may be read either way round."""
    found = [(name, cell) for name in names for cell in sample.cells(name) if EITHER_WAY.match(cell)]
    return [
        f"`{name}` holds days such as {cell}, which may be either way round: write them as 2026-03-04"
        for name, cell in dict(reversed(found)).items()
    ]
