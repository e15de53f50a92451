"""Cells -> typed rows of ours; a row that cannot be used is set aside with its file, its line and the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.days import today
from madegood.engine.store import literal, quoted
from madegood.performance.place import forget_answers
from madegood.sources.identities import merge
from madegood.sources.mapping import HIDDEN, LINE, Either
from madegood.sources.values import Cell, checks, value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from madegood.engine.store import Store
    from madegood.engine.tables import Table
    from madegood.sources.mapping import Mapping
    from madegood.sources.reading import Line

SHOWN = 500  # characters of a row that is set aside
ADDRESS = r"\S+@\S+\.\S+"


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with the files of one source: our table, and what it takes to fill it."""

    table: Table
    mapping: Mapping
    source: str
    zone: str
    salt: str


def fresh(store: Store, table: Table) -> None:
    """An empty `good`: our columns, and of each row its file, its line, why it cannot be used, and its text then."""
    columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
    store.execute(
        f"create or replace temp table good (_file varchar, _line bigint, _reason varchar, _raw varchar, {columns})"
    )


def held(store: Store) -> int:
    """How many rows `good` holds."""
    return int(store.rows("select count(*) from good")[0][0])


def put(store: Store, job: Job, staged: str, types: dict[str, str]) -> None:
    """Rows of `_file, _line, c0, c1, ...` into `good`; `types` says what each of their columns is, text is clean."""
    cells = {name: Cell(f"c{i}", types[name], clean=True) for i, name in enumerate(job.mapping.theirs)}
    cells[LINE] = Cell("cast(_line as varchar)", clean=True)
    taken = {
        name: (first if isinstance(parts, Either) else joined)([cells[part] for part in parts])
        for name, parts in job.mapping.ours
    }
    taken |= {name: Cell(literal(text.strip()), clean=True) for name, text in job.mapping.constant}
    values, whens = [], []
    for column in job.table.columns:
        cell = taken.get(column.name)
        if column.name == "fields":
            sql = fields(job.mapping.keep, cells)
        else:
            sql = value(column, cell, job.zone) if cell else f"cast(null as {column.type})"
        values.append(f"{sql} as {quoted(column.name)}")
        if cell:
            whens += checks(column, cell, f"v.{quoted(column.name)}", today())
    inner = f"select *, {', '.join(values)} from ({staged})"
    reason = f"case {' '.join(whens)} end" if whens else "cast(null as varchar)"
    columns = ", ".join(f"v.{quoted(column.name)}" for column in job.table.columns)
    shown = f"case when _why is not null then {raw(job, taken)} end"
    store.execute(f"insert into good select _file, _line, {reason} as _why, {shown}, {columns} from ({inner}) v")


def joined(parts: list[Cell]) -> Cell:
    """Several of their columns as one text; none where one is missing."""
    return parts[0] if len(parts) == 1 else Cell(f"({' || chr(45) || '.join(part.text for part in parts)})", clean=True)


def first(parts: list[Cell]) -> Cell:
    """The first of their columns that holds something."""
    return Cell(f"coalesce({', '.join(part.text for part in parts)})", clean=True)


def fields(keep: Sequence[str], cells: dict[str, Cell]) -> str:
    """Further columns as a map; a name without a value is NULL in it."""
    if not keep:
        return "cast(null as map(varchar, varchar))"
    names, texts = ", ".join(map(literal, keep)), ", ".join(cells[name].text for name in keep)
    return f"map([{names}], [{texts}])"


def raw(job: Job, taken: dict[str, Cell]) -> str:
    """A row as it is set aside: persons and addresses struck out."""
    fixed = {name for name, _ in job.mapping.constant}
    shown = [
        literal(f"{name}=(person)") if name in HIDDEN else f"{literal(name + '=')} || coalesce({cell.text}, '')"
        for name, cell in taken.items()
        if name not in fixed
    ]
    whole = " || '; ' || ".join(shown) or "''"
    return f"left(regexp_replace({whole}, '{ADDRESS}', '(address)', 'g'), {SHOWN})"


def settle(store: Store, table: Table, source: str) -> int:
    """`good` into its table, each key once; the others are set aside. Gives how many rows there are."""
    store.execute(
        "insert into set_aside select ?, _file, _line, _reason, _raw from good where _reason is not null", (source,)
    )
    merge(store, table)
    repeated = repeats(store, table)
    if repeated:
        leave_out(store, table, source)
    columns = ", ".join(quoted(column.name) for column in table.columns)
    store.execute(
        f"insert into {table.name} (source, {columns}) select ?, {columns} from good where _reason is null"
        + (" and rowid not in (select r from gone)" if repeated else ""),
        (source,),
    )
    if table.name == "events":
        forget_answers(store)
    for name in ("twice", "gone", "good"):
        store.execute(f"drop table if exists temp.{name}")
    return int(store.rows(f"select count(*) from {table.name} where source = ?", (source,))[0][0])


def key_of(table: Table) -> list[str]:
    """SQL of what tells two rows apart. An event that differs in anything is another event."""
    return [quoted(column.name) for column in table.columns] if table.name == "events" else list(map(quoted, table.key))


def usable(table: Table) -> str:
    """SQL of the rows that may be one of several; of two answers that nobody gave by name, neither is the other."""
    return "_reason is null" + (" and person is not null" if table.name in ("responses", "units") else "")


def repeats(store: Store, table: Table) -> bool:
    """Whether any key comes twice; the table `twice` then holds the hashes of those that may."""
    store.execute(
        f"create or replace temp table twice as select hash({', '.join(key_of(table))}) as h from good "
        f"where {usable(table)} group by h having count(*) > 1"
    )
    return store.has("twice")


def leave_out(store: Store, table: Table, source: str) -> None:
    """Writes the rows whose key comes again to `gone`, and sets them aside. The last of a key counts; but a person
    met a release when they first did.
    """
    key = ", ".join(key_of(table))
    first = '"at", rowid' if table.name == "exposures" else "rowid desc"
    over = f"(partition by {key} order by {first})"
    whole = f"md5(cast(row({', '.join(quoted(column.name) for column in table.columns)}) as varchar))"
    said = " || ', ' || ".join(shown_key(name) for name in table.key)
    store.execute(
        "create or replace temp table gone as select * from (select rowid as r, _file, _line, "
        f"row_number() over {over} as n, first_value(_line) over {over} as line, "
        f"first_value(_file) over {over} as file, "
        f"{whole} = first_value({whole}) over {over} as same, {said} as said "
        f"from good where {usable(table)} and hash({key}) in (select h from twice)) where n > 1"
    )
    differs = f"the same {', '.join(table.key)} and other values, so that one counts: line "
    store.execute(
        "insert into set_aside select ?, _file, _line, "
        f"case when same then 'the same row again: line ' else {literal(differs)} end "
        f"|| line || case when file = _file then '' else ' of ' || file end, left(said, {SHOWN}) from gone order by r",
        (source,),
    )


def shown_key(name: str) -> str:
    """SQL of one part of a key as it is set aside: no person, no address."""
    if name in HIDDEN:
        return literal("(person)")
    return f"regexp_replace(coalesce(cast({quoted(name)} as varchar), ''), '{ADDRESS}', '(address)', 'g')"


def set_aside(store: Store, job: Job, lines: Sequence[tuple[str, Line]]) -> None:
    """Rows that are no rows at all. Where rows say who, their text is not kept: no one can tell which cell does."""
    if lines:
        hidden = bool(job.mapping.persons)
        raws = [
            "(a row that says who)" if hidden else re.sub(ADDRESS, "(address)", raw)[:SHOWN] for _, (_, _, raw) in lines
        ]
        store.execute(
            "insert into set_aside select ?, unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::varchar[]), "
            "unnest(?::varchar[])",
            (job.source, [f for f, _ in lines], [one[0] for _, one in lines], [one[1] for _, one in lines], raws),
        )


def plainly(path: Path) -> str:
    """A path as the engine takes it, its brackets and stars meaning themselves.

    >>> from pathlib import PurePosixPath
    >>> plainly(PurePosixPath("a[1]*.csv"))
    'a[[]1][*].csv'
    """
    return re.sub(r"[\[*?]", lambda mark: f"[{mark[0]}]", str(path))
