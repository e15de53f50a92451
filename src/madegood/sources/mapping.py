"""Which of their columns is which of ours, and what is wrong with saying so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.engine.tables import TABLES, Table
from madegood.findings import Finding, Span, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.engine.tables import Column
    from madegood.findings import Severity
    from madegood.intent.model import SourceSpec

ROW = "row"  # `id: row` makes ids of line numbers, where a file has no column of that name
LINE = "\0line"  # what stands for it in a mapping: no column can be named so
HIDDEN = ("person", "known", "cluster")  # columns of ours that may say who: hashed at the door
#: Names that trackers give a required column of ours, for the mend.
OTHER_NAMES = {
    "id": ("key", "number", "sha", "tag", "version"),
    "day": ("date",),
    "at": ("time", "timestamp", "date", "ts"),
    "name": ("event",),
    "person": ("user", "user_id", "customer"),
}


def table_of(kind: str) -> Table:
    """The table that a kind of record goes to."""
    return next(table for table in TABLES if table.name == kind)


def say(
    spec: SourceSpec, rule: str, message: str, mend: str, at: str = "path", severity: Severity = "error"
) -> Finding:
    """A finding at a value of the source in madegood.yml."""
    span: Span = spec.places.get(at) or spec.places.get(at.split(".")[0]) or spec.place
    return Finding(rule, span, message, mend, severity, f"source:{spec.name}")


class Either(tuple[str, ...]):
    """Their columns of which the first filled one counts, as `user_id or anonymous_id`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """What is taken of a file.

    ours      (our column, their columns: several are joined by "-", or are Either); LINE stands for the line's number
    constant  (our column, one value for every row)
    keep      their further columns, kept under their own names
    where     (their column, allowed values, negated)
    """

    ours: tuple[tuple[str, tuple[str, ...]], ...]
    constant: tuple[tuple[str, str], ...] = ()
    keep: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...], bool], ...] = ()

    @property
    def theirs(self) -> tuple[str, ...]:
        """Every column of theirs that is needed, once, in order."""
        names = [name for _, parts in self.ours for name in parts if name != LINE]
        return tuple(dict.fromkeys([*names, *self.keep, *(name for name, _, _ in self.where)]))

    @property
    def persons(self) -> tuple[str, ...]:
        """Their columns that say who: hashed wherever they are used."""
        return tuple(name for ours, parts in self.ours if ours in HIDDEN for name in parts)

    @property
    def lists(self) -> tuple[str, ...]:
        """Their columns of which several may bear one name: all of them count. Labels, and the versions of an item."""
        many = ("labels", "release") if "id" in dict(self.ours) else ("labels",)
        return tuple(name for ours, parts in self.ours if ours in many for name in parts)


class Names:
    """The names of a file's columns, found as they are written or without case."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = [name for name in header if name]
        self._known = {name.lower(): name for name in reversed(self.header)} | {name: name for name in self.header}

    def find(self, name: str) -> str | None:
        """Their column of that name."""
        return self._known.get(name) or self._known.get(name.lower())

    def near(self, name: str) -> str:
        """A sentence with the nearest name, or nothing."""
        lower = {one.lower(): one for one in self.header}
        near = did_you_mean(name.lower(), lower)
        return did_you_mean(lower[near.split("`")[1]], self.header).strip() if near else ""

    def shown(self) -> str:
        """Names of columns, not too many."""
        more = f" and {len(self.header) - 20} more" if len(self.header) > 20 else ""
        return ", ".join(name[:40] for name in self.header[:20]) + more


def mapping(spec: SourceSpec, header: Sequence[str]) -> tuple[Mapping, tuple[Finding, ...]]:
    """The mapping of a source onto a file with this header, and every finding about it."""
    table, names, found = table_of(spec.kind), Names(header), list[Finding]()
    ours: dict[str, tuple[str, ...]] = {}
    for name, theirs in spec.columns:
        trouble = unknown(spec, table, name, f"columns.{name}")
        parts = None if trouble else parts_of(spec, names, name, theirs)
        if isinstance(parts, tuple):
            ours[name] = parts
        else:
            found.append(trouble or parts)  # type: ignore[arg-type]
    strange = [t for name, _ in spec.constant if (t := unknown(spec, table, name, f"constant.{name}"))]
    constant = tuple((name, text) for name, text in spec.constant if table.column(name) and name != "fields")
    named = {name for name, _ in (*spec.columns, *constant)}
    for column in table.columns:
        if column.name not in named and column.name != "fields" and (own := names.find(column.name)):
            ours[column.name] = (own,)
    missing = [c for c in table.columns if c.required and c.name not in ours and c.name not in named]
    found += [*strange, *(unmapped(spec, column, names) for column in missing)]
    keep = tuple(own for name in spec.keep if (own := names.find(name)))
    found += [no_column(spec, name, names, "keep") for name in spec.keep if not names.find(name)]
    where = tuple(conditions(spec, names))
    found += [no_column(spec, name, names, f"where.{name}") for name, _ in spec.where if not names.find(name)]
    made = Mapping(tuple((n, p) for n, p in ours.items() if n not in dict(constant)), constant, keep, where)
    return made, (*found, *twice(spec, made, header))


def unknown(spec: SourceSpec, table: Table, name: str, at: str) -> Finding | None:
    """A column that we do not have."""
    columns = [c.name for c in table.columns if c.name != "fields"]
    if name in columns:
        return None
    message = f"A record of kind `{spec.kind}` has no column `{name}`."
    mend = f"{did_you_mean(name, columns).strip()} Columns: {', '.join(columns)}. Others can be kept: `keep: [...]`."
    return say(spec, "source-column-unknown", message, mend.strip(), at)


def parts_of(spec: SourceSpec, names: Names, name: str, theirs: str) -> tuple[str, ...] | Finding:
    """Their columns that make one of ours, or the finding that one is missing."""
    either = " or " in theirs and not names.find(theirs)
    texts = [theirs] if names.find(theirs) else re.split(r"\s+or\s+" if either else r"\s+\+\s+", theirs.strip())
    parts = [names.find(text) or (LINE if text == ROW and name == "id" else None) for text in texts]
    if None in parts:
        return no_column(spec, texts[parts.index(None)], names, f"columns.{name}")
    return Either(map(str, parts)) if either else tuple(map(str, parts))


def conditions(spec: SourceSpec, names: Names) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """What `where` asks for, of the columns that there are."""
    for name, text in spec.where:
        if own := names.find(name):
            yield own, tuple(value.strip() for value in text.removeprefix("!").split("|")), text.startswith("!")


def unmapped(spec: SourceSpec, column: Column, names: Names) -> Finding:
    """A column that every record needs, and nothing says which it is."""
    near = next((own for other in OTHER_NAMES.get(column.name, ()) if (own := names.find(other))), None)
    guess = near or ([*names.near(column.name).split("`"), "THEIR-COLUMN", ""])[1]
    message = f"Every record of kind `{spec.kind}` needs `{column.name}`: {column.holds}."
    mend = f"Say which it is, under `columns:`, as `{column.name}: {guess}`. The file has: {names.shown()}."
    if valued(names.header):
        message += " The first line of the file holds values, and no names of columns."
        mend = "Write the names of the columns into its first line."
    return say(spec, "source-unmapped", message, mend, "columns")


def valued(header: Sequence[str]) -> bool:
    """Whether a header looks like a row: a number or a day stands in it."""
    return any(name.replace(".", "").replace("-", "").replace(":", "").strip().isdigit() for name in header)


def no_column(spec: SourceSpec, name: str, names: Names, at: str) -> Finding:
    """A column that the file does not have."""
    mend = f"{names.near(name)} It has: {names.shown()}.".strip()
    return say(spec, "source-column-missing", f"The file has no column `{name}`.", mend, at)


def twice(spec: SourceSpec, made: Mapping, header: Sequence[str]) -> Iterator[Finding]:
    """Columns in use whose name stands several times in the header, except where all of them count."""
    for name in made.theirs:
        if header.count(name) > 1 and name not in made.lists:
            message = (
                f"{header.count(name)} columns of the file are named `{name}`; in each row the first filled one counts."
            )
            mend = "Give each its own name, where they hold different things."
            yield say(spec, "source-column-twice", message, mend, "columns", "warning")
