"""Cells of text -> typed rows in the engine; a row that cannot be used is set aside with its reason."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from madegood.engine.store import quoted
from madegood.sources.mapping import ROW, Mapping
from madegood.sources.reading import Line, csv_lines, json_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from madegood.engine.store import Store
    from madegood.engine.tables import Column, Table
    from madegood.sources.reading import Seen

#: A day before the web or more than this far ahead is a slip of the pen or of a clock.
EARLIEST, AHEAD = "1970-01-01", 366 * 3
YES, NO = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")
OFFSET = r"(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})$"


def header_of(path: Path, seen: Seen, form: str) -> list[str]:
    """The names of a text file's columns; for JSON, every name of its first 1,000 objects."""
    if form == "csv":
        first = next(csv_lines(path, seen), None)
        return list(first[1]) if first else []
    names: dict[str, None] = {}
    for number, (_, cells, _) in enumerate(json_lines(path, seen)):
        if isinstance(cells, dict):
            names |= dict.fromkeys(cells)
        if number >= 1000:
            break
    return list(names)


def cells_of(path: Path, seen: Seen, form: str, names: Sequence[str]) -> Iterator[Line]:
    """(line, the cells under these names, "") or (line, why there are none, the raw row)."""
    if form == "csv":
        lines = csv_lines(path, seen)
        header = next(lines)[1]
        at = [header.index(name) for name in names]
        for line, cells, raw in lines:
            yield (line, [cells[i] for i in at], "") if isinstance(cells, list) else (line, cells, raw)
        return
    for line, said, raw in json_lines(path, seen):
        yield (line, [said.get(name, "") for name in names], "") if isinstance(said, dict) else (line, said, raw)


def spooled(path: Path, seen: Seen, form: str, names: Sequence[str], spool: Path) -> list[Line]:
    """Writes the cells in one plain dialect for the engine; gives the rows that are none."""
    aside: list[Line] = []
    with spool.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["_line", *(f"c{i}" for i in range(len(names)))])
        for line, cells, raw in cells_of(path, seen, form, names):
            if isinstance(cells, str):
                aside.append((line, cells, raw))
            else:
                writer.writerow([line, *cells])
    return aside


def stage_text(store: Store, path: Path, seen: Seen, form: str, mapping: Mapping, spool: Path) -> list[Line]:
    """A text file into the temporary table `staged`: _line and c0, c1, ... as text."""
    names = [name for name in mapping.theirs if name != ROW]
    aside = spooled(path, seen, form, names, spool)
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in ["_line", *(f"c{i}" for i in range(len(names)))])
    store.execute(
        f"create or replace temp table staged as select * replace (cast(_line as bigint) as _line) from read_csv(?, "
        f"header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}}, max_line_size = 40000000)",
        (str(spool),),
    )
    return aside


def stage_parquet(store: Store, path: Path, mapping: Mapping) -> None:
    """A Parquet file into `staged`; lists become text joined by |."""
    types = dict(
        store.rows("select column_name, column_type from (describe select * from read_parquet(?))", (str(path),))
    )
    names = [name for name in mapping.theirs if name != ROW]
    cells = [
        f"array_to_string({quoted(name)}, '|')" if types[name].endswith("[]") else f"cast({quoted(name)} as varchar)"
        for name in names
    ]
    picked = ", ".join(["file_row_number + 1 as _line", *(f"{cell} as c{i}" for i, cell in enumerate(cells))])
    store.execute(
        f"create or replace temp table staged as select {picked} from read_parquet(?, file_row_number = true)",
        (str(path),),
    )


class Plan:
    """SQL for one table and one mapping, over `staged`."""

    def __init__(self, table: Table, mapping: Mapping, zone: str, salt: str) -> None:
        self.table, self.mapping, self.zone, self.salt = table, mapping, zone, salt
        names = [name for name in mapping.theirs if name != ROW]
        self.cell = {name: f"nullif(trim(c{i}), '')" for i, name in enumerate(names)} | {ROW: "cast(_line as varchar)"}
        self.text: dict[str, str] = {name: self.joined(parts) for name, parts in mapping.ours}
        self.text |= {name: literal(value) for name, value in mapping.constant}

    def joined(self, parts: tuple[str, ...]) -> str:
        """Several of their columns as one text; none where one is missing."""
        return " || '-' || ".join(self.cell[part] for part in parts)

    def wanted(self) -> str:
        """The rows that `where` asks for."""
        terms = []
        for name, values, negated in self.mapping.where:
            listed = ", ".join(literal(value) for value in values)
            terms.append(f"coalesce({self.cell[name]}, '') {'not ' if negated else ''}in ({listed})")
        return " and ".join(terms) or "true"

    def value(self, column: Column) -> str:
        """SQL of one column's typed value."""
        text = self.text.get(column.name)
        if column.name == "fields":
            return self.fields()
        if text is None:
            return f"cast(null as {column.type})"
        if column.name == "person":
            return f"'p' || substr(md5({literal(self.salt)} || {text}), 1, 15)"
        if column.type == "VARCHAR":
            return f"nullif(trim(regexp_replace({text}, '[\\x00-\\x1f\\x7f\\s]+', ' ', 'g')), '')"
        if column.type == "VARCHAR[]":
            return f"list_filter(string_split_regex({text}, '\\s*[,;|]\\s*'), lambda x: x <> '')"
        if column.type == "BOOLEAN":
            return f"case when lower({text}) in {YES} then true when lower({text}) in {NO} then false end"
        if column.type in ("TIMESTAMP", "DATE"):
            return self.moment(text, column.type)
        number = f"try_cast({text} as double)"
        number = f"case when isfinite({number}) then {number} end"
        return number if column.type == "DOUBLE" else f"try_cast({number} as {column.type})"

    def moment(self, text: str, type_: str) -> str:
        """A time in UTC, or a day in the project's zone. Without an offset a time is UTC, and a day is that day."""
        shifted = f"regexp_matches({text}, ':\\d{{2}}.*{OFFSET}')"
        epoch = f"regexp_full_match({text}, '\\d{{9,10}}(\\.\\d+)?|\\d{{12,13}}|\\d{{15,16}}')"
        size = f"length(split_part({text}, '.', 1))"
        scale = f"case when {size} > 14 then 1 when {size} > 11 then 1000 else 1000000 end"
        utc = (
            f"case when {shifted} then timezone('UTC', try_cast({text} as timestamptz)) "
            f"when {epoch} then make_timestamp(cast(try_cast({text} as double) * {scale} as bigint)) "
            f"else try_cast({text} as timestamp) end"
        )
        if type_ == "TIMESTAMP":
            return utc
        zoned = f"cast(timezone({literal(self.zone)}, timezone('UTC', {utc})) as date)"
        return f"case when {shifted} or {epoch} then {zoned} else try_cast({text} as date) end"

    def fields(self) -> str:
        """Further columns as a map; for items a column that names the item's own state is kept beside the others."""
        entries = [f"{{'k': {literal(name)}, 'v': {self.cell[name]}}}" for name in self.mapping.keep]
        if not entries:
            return "cast(null as map(varchar, varchar))"
        return f"map_from_entries(list_filter([{', '.join(entries)}], lambda x: x.v is not null))"

    def reason(self) -> str:
        """Why a row cannot be used, first reason first; NULL for a good row."""
        checks: list[str] = []
        for column in self.table.columns:
            text = self.text.get(column.name)
            if text is None or column.name == "fields":
                continue
            name = column.name
            if column.required:
                checks.append(f"when {text} is null then '`{name}` is missing'")
            if column.type not in ("VARCHAR", "VARCHAR[]"):
                what = {"DATE": "no day", "TIMESTAMP": "no time", "BOOLEAN": "neither yes nor no"}.get(
                    column.type, "no number"
                )
                shown = f"left(regexp_replace({text}, '\\S+@\\S+', '(address)'), 40)"
                checks.append(
                    f"when {text} is not null and v.{quoted(name)} is null then '`{name}` is {what}: ' || {shown}"
                )
            if column.type in ("DATE", "TIMESTAMP"):
                checks.append(f"when v.{quoted(name)} < {literal(EARLIEST)} then '`{name}` lies before 1970'")
                late = f"cast(v.{quoted(name)} as date) > current_date + {AHEAD}"
                checks.append(f"when {late} then '`{name}` lies more than three years ahead'")
            if name == "share":
                checks.append("when v.share < 0 or v.share > 1 then '`share` is not between 0 and 1'")
        return f"case {' '.join(checks)} end" if checks else "cast(null as varchar)"

    def raw(self) -> str:
        """The row as it is set aside: persons and addresses struck out."""
        shown = [
            f"'{name}=' || coalesce({literal('(person)') if name == 'person' else text}, '')"
            for name, text in self.text.items()
            if name not in dict(self.mapping.constant)
        ]
        whole = " || '; ' || ".join(shown) or "''"
        return f"left(regexp_replace({whole}, '\\S+@\\S+\\.\\S+', '(address)', 'g'), 500)"

    def judged(self) -> str:
        """A query of every wanted row: _line, its typed columns packed as `v`, `_reason` and `_raw`."""
        packed = ", ".join(f"{quoted(column.name)} := {self.value(column)}" for column in self.table.columns)
        inner = f"select *, struct_pack({packed}) as v from staged where {self.wanted()}"
        return f"select _line, v, {self.reason()} as _reason, {self.raw()} as _raw from ({inner})"


def literal(text: str) -> str:
    """A text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def put(store: Store, plan: Plan, source: str, file: str) -> None:
    """Moves what is staged of one file: good rows to `good`, others aside. `good` keeps file and line for later."""
    store.execute(f"create or replace temp table judged as {plan.judged()}")
    store.execute(
        "insert into set_aside select ?, ?, _line, _reason, _raw from judged where _reason is not null", (source, file)
    )
    columns = ", ".join(f"v.{quoted(column.name)}" for column in plan.table.columns)
    store.execute(f"insert into good select ?, _line, {columns} from judged where _reason is null", (file,))


def fresh(store: Store, table: Table) -> None:
    """An empty `good`."""
    columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
    store.execute(f"create or replace temp table good (_file varchar, _line bigint, {columns})")


def settle(store: Store, table: Table, source: str) -> int:
    """Good rows into their table, each key once: of rows with one key the last counts, the others are set aside.

    Gives how many there are.
    """

    def texts(names: Sequence[str]) -> list[str]:
        return [f"coalesce(cast({quoted(name)} as varchar), '')" for name in names]

    window = f"(partition by {', '.join(texts(table.key))} order by _file desc, _line desc)"
    store.execute(
        "create or replace temp table ranked as "
        f"select *, row_number() over {window} as _rank, first_value(_line) over {window} as _kept from good"
    )
    shown = " || ', ' || ".join(texts([name for name in table.key if name != "person"]))
    store.execute(
        "insert into set_aside select ?, _file, _line, "
        f"'the same {', '.join(table.key)} again in line ' || _kept, {shown} from ranked where _rank > 1",
        (source,),
    )
    columns = ", ".join(quoted(column.name) for column in table.columns)
    store.execute(
        f"insert into {table.name} (source, {columns}) "
        f"select ?, {columns} from ranked where _rank = 1 order by _file, _line",
        (source,),
    )
    return int(store.rows("select count(*) from ranked where _rank = 1")[0][0])


def set_aside(store: Store, source: str, file: str, lines: Sequence[Line]) -> None:
    """Rows that are no rows at all."""
    if lines:
        numbers, reasons, raws = zip(*lines, strict=True)
        store.execute(
            "insert into set_aside select ?, ?, unnest(?::bigint[]), unnest(?::varchar[]), "
            r"regexp_replace(unnest(?::varchar[]), '\S+@\S+\.\S+', '(address)', 'g')",
            (source, file, list(numbers), list(reasons), list(raws)),
        )
