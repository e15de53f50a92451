"""Which of their columns is which of ours, and what is wrong with saying so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.engine.tables import TABLES, Table
from madegood.findings import Finding, Span, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.findings import Severity
    from madegood.intent.model import SourceSpec

ROW = "row"  # `id: row` makes ids of row numbers, where a file has none
EARLIER = {"id": ("key", "number", "sha"), "day": ("date",), "at": ("time", "timestamp", "date")}


def table_of(kind: str) -> Table:
    """The table that a kind of record goes to."""
    return next(table for table in TABLES if table.name == kind)


def say(
    spec: SourceSpec, rule: str, message: str, mend: str, at: str = "path", severity: Severity = "error"
) -> Finding:
    """A finding at a value of the source in madegood.yml."""
    span: Span = spec.places.get(at) or spec.places.get(at.split(".")[0]) or spec.place
    return Finding(rule, span, message, mend, severity, f"source:{spec.name}")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What is taken of a file.

    ours      (our column, their columns: several are joined by "-"); `row` alone stands for the row's number
    constant  (our column, one value for every row)
    keep      their further columns, kept under their own names
    where     (their column, allowed values, negated)
    """

    ours: tuple[tuple[str, tuple[str, ...]], ...]
    constant: tuple[tuple[str, str], ...]
    keep: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...], bool], ...]

    @property
    def theirs(self) -> tuple[str, ...]:
        """Every column of theirs that is needed, once, in order."""
        names = (
            [name for _, parts in self.ours for name in parts] + list(self.keep) + [name for name, _, _ in self.where]
        )
        return tuple(dict.fromkeys(names))


def mapping(spec: SourceSpec, header: Sequence[str]) -> tuple[Mapping, tuple[Finding, ...]]:
    """The mapping of a source onto a file with this header, and every finding about it."""
    table = table_of(spec.kind)
    found: list[Finding] = []
    known = {name: name for name in reversed(header)} | {name.lower(): name for name in reversed(header)}
    known |= {name: name for name in header}
    ours: dict[str, tuple[str, ...]] = {}
    constant = dict(spec.constant)
    for name, theirs in spec.columns:
        if table.column(name) is None or name == "fields":
            hint = did_you_mean(name, [c.name for c in table.columns])
            message = f"A record of kind `{spec.kind}` has no column `{name}`."
            columns = ", ".join(c.name for c in table.columns if c.name != "fields")
            found.append(
                say(
                    spec,
                    "source-column-unknown",
                    message,
                    f"{hint.strip()} Columns: {columns}.".strip(),
                    f"columns.{name}",
                )
            )
            continue
        parts = [theirs] if theirs in known else [part.strip() for part in theirs.split(" + ")]
        missing = [part for part in parts if part not in known and not (part == ROW and name == "id")]
        if missing:
            found.append(no_column(spec, missing[0], header, f"columns.{name}"))
            continue
        ours[name] = tuple(known.get(part, ROW) for part in parts)
    for name in constant:
        if table.column(name) is None:
            hint = did_you_mean(name, [c.name for c in table.columns])
            message = f"A record of kind `{spec.kind}` has no column `{name}`."
            found.append(say(spec, "source-column-unknown", message, hint.strip() or "Remove it.", f"constant.{name}"))
            constant.pop(name)
    named = {name for name, _ in spec.columns}
    for column in table.columns:
        if (
            column.name not in ours
            and column.name not in constant
            and column.name not in named
            and column.name in known
        ):
            ours[column.name] = (known[column.name],)
    ours.pop("fields", None)
    for column in table.columns:
        if column.required and column.name not in ours and column.name not in constant and column.name not in named:
            near = next((known[n] for n in EARLIER.get(column.name, ()) if n in known), "")
            near = near or did_you_mean(column.name, header).removeprefix(" Did you mean `").removesuffix("`?")
            message = f"Every record of kind `{spec.kind}` needs `{column.name}`: {column.holds}."
            example = f"`{column.name}: {near or 'THEIR-COLUMN'}`"
            mend = f"Say which it is, under `columns:`, as {example}. Its columns: {shown(header)}."
            found.append(say(spec, "source-unmapped", message, mend, "columns"))
    keep = tuple(known[name] for name in spec.keep if name in known)
    found += [no_column(spec, name, header, "keep") for name in spec.keep if name not in known]
    where = []
    for name, value in spec.where:
        if name not in known:
            found.append(no_column(spec, name, header, f"where.{name}"))
            continue
        negated = value.startswith("!")
        where.append((known[name], tuple(v.strip() for v in value.removeprefix("!").split("|")), negated))
    return Mapping(tuple(ours.items()), tuple(constant.items()), keep, tuple(where)), tuple(found)


def no_column(spec: SourceSpec, name: str, header: Sequence[str], at: str) -> Finding:
    """A column that the file does not have."""
    hint = did_you_mean(name, header) or did_you_mean(name.lower(), [h.lower() for h in header])
    message = f"The file has no column `{name}`."
    return say(spec, "source-column-missing", message, f"{hint.strip()} It has: {shown(header)}.".strip(), at)


def shown(header: Sequence[str]) -> str:
    """Names of columns, not too many."""
    return ", ".join(header[:20]) + (f" and {len(header) - 20} more" if len(header) > 20 else "")
