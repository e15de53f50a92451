"""A survey's files as tables of the engine: asks, the last word of each customer, and what each of them did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from madegood.engine.store import literal, quoted
from madegood.errors import EngineError, SourceError
from madegood.findings import Finding, Span
from madegood.intent.project import expand
from madegood.performance.survey_spec import SCALES, STATES, columns, plain

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.intent.model import SurveySpec

#: Days as exports write them, beside those of ISO 8601; 03/04/2026 may be either way round and is not read.
WRITTEN = ("%d %b %Y", "%b %d, %Y", "%d.%m.%Y", "%b %d, %Y %H:%M:%S")
YES, NO = "('yes', 'y', 'true')", "('no', 'n', 'false')"


def attach(store: Store, name: str, path: str, root: Path, text: bool) -> tuple[list[str], bool]:
    """A table of a file, under `name`; its header, and whether its rows have numbers (`_line`)."""
    path = expand(path)
    file, _, table = path.partition(":") if ".duckdb:" in path or ".db:" in path else (path, "", "")
    full = str(root / file)
    if not Path(full).exists():
        raise SourceError(f"{path} is not there. Correct its path in madegood.yml")
    if table:
        store.execute(f"attach {literal(full)} as {name}_db (read_only)")
        source = f"{name}_db." + ".".join(quoted(part) for part in table.split("."))
    elif file.lower().endswith((".parquet", ".pq")):
        source = f"read_parquet({literal(full)})"
    elif file.lower().endswith((".jsonl", ".ndjson", ".json")):
        source = f"read_json({literal(full)})"
    else:
        more = "all_varchar = true, null_padding = true, parallel = false" if text else "sample_size = -1"
        source = f"read_csv({literal(full)}, header = true, {more})"
    try:
        store.execute(f"create temp table {name} as select row_number() over () as _line, * from {source}")
    except EngineError as error:
        raise SourceError(f"{path} cannot be read as a table: {error}") from None
    header = [str(r[0]) for r in store.rows(f"select column_name from duckdb_columns() where table_name = '{name}'")]
    return header[1:], not table


def asks(store: Store, spec: SurveySpec, ours: dict[str, str]) -> None:
    """`asks`: each row with its state, score and day where they can be read; `one`: each customer of each wave once.

    A customer's last answer counts. Without a customer's column each row is one of its own.
    """

    def cell(name: str) -> str:
        return f"nullif(trim(cast({quoted(ours[name])} as varchar)), '')" if name in ours else "cast(null as varchar)"

    days = f" and (day is null or day >= date '{spec.since}')" if spec.since else ""
    days += f" and (day is null or day <= date '{spec.until}')" if spec.until else ""
    store.execute(
        f"""create temp table asks as
        select *, case when not ({_outside(spec)}) then number end as score from (
            select _line as line, {cell("customer")} as customer, {cell("score")} as answer, {cell("state")} as word,
                {cell("arm")} as arm, coalesce({cell("wave")}, '') as wave, {cell("at")} as said,
                {_number(spec)} as number, {_state()} as state,
                {day_of("said")} as day
            from raw {_without_titles(store, ours)}) where true{days}"""
    )
    effort = f"coalesce(bool_or(lower(arm) = {literal(spec.effort.lower())}), false)" if spec.effort else "false"
    store.execute(
        f"""create temp table one as select coalesce(customer, cast(line as varchar)) as customer, wave,
        {effort} as effort, min(day) as first, max(day) as last,
        arg_max(score, coalesce(epoch(day), 0) * 1e7 + line) filter (coalesce(state, '') <> 'dismissed') as score,
        coalesce(bool_or(state = 'dismissed'), false) as dismissed,
        coalesce(arg_max(line, coalesce(epoch(day), 0) * 1e7 + line) filter (score is not null), max(line)) as line
        from asks where {"customer is not null" if "customer" in ours else "true"} group by 1, 2"""
    )


def day_of(said: str) -> str:
    """SQL of the day that a text says; NULL where it says none."""
    return f"coalesce(try_cast({said} as timestamp), try_strptime({said}, {list(WRITTEN)!r}))::date"


def _number(spec: SurveySpec) -> str:
    """SQL of the number that `answer` begins with, as in `9 - very likely`; yes and no where those are asked."""
    number = r"try_cast(regexp_extract(answer, '^[+-]?[0-9]+(\.[0-9]+)?') as double)"
    if spec.kind != "yes-no":
        return number
    low, high = spec.scale or SCALES["yes-no"]
    return f"case when lower(answer) in {YES} then {high!r} when lower(answer) in {NO} then {low!r} else {number} end"


def _outside(spec: SurveySpec) -> str:
    """SQL of whether a number is no answer on the scale."""
    scale = spec.scale or SCALES.get(spec.kind)
    return f"number < {scale[0]!r} or number > {scale[1]!r}" if scale else "false"


def _state() -> str:
    """SQL of one of our states, by the words that exports have for them."""
    said = "regexp_replace(lower(word), '[^a-z0-9]', '', 'g')"
    whens = (
        f"when {said} in ({', '.join(map(literal, words.split()))}) then '{ours}'" for ours, words in STATES.items()
    )
    return f"case {' '.join(whens)} end"


def _without_titles(store: Store, ours: dict[str, str]) -> str:
    """Leaves out the further lines of titles that some exports have: Qualtrics has two, SurveyMonkey one."""
    own = quoted(ours["score"])
    top = [
        str(r[0] or "") for r in store.rows(f"select cast({own} as varchar) from raw where _line <= 2 order by _line")
    ]
    if len(top) == 2 and top[1].startswith("{"):
        return "where _line > 2"
    return "where _line > 1" if top and plain(top[0]) in ("response", "openendedresponse") else ""


def odd_rows(store: Store, spec: SurveySpec, numbered: bool) -> list[Finding]:
    """One finding for each thing that is wrong with rows, with how many there are and the first of them."""
    scale = spec.scale or SCALES.get(spec.kind)
    shown = f"{scale[0]:g} to {scale[1]:g}" if scale else "a number"
    found = []
    for rule, where, what, cell, mend in (
        ("survey-score", "answer is not null and score is null", f"an answer that is not on the scale ({shown})",
         "answer", "Correct `scale:` or the rows; until then they count as asked and not answered."),
        ("survey-state", "word is not null and state is null", "a state that is not known", "word",
         f"Write one of: {', '.join(STATES)}. Until then those with a score count as answered, the others as shown."),
        ("survey-answered-without-score", "state = 'answered' and answer is null", "`answered` and no score", "''",
         "They count as asked and not answered."),
        ("survey-dismissed-with-score", "state = 'dismissed' and score is not null", "`dismissed` and a score", "''",
         "They count as not answered."),
        ("survey-day", "said is not null and day is null", "a day that cannot be read", "said",
         "Write 2026-03-04; until then they count without a day."),
        ("survey-without-customer", "customer is null", "no customer", "''",
         "They cannot be tied to behaviour and are left out."),
    ):  # fmt: skip
        if rule == "survey-without-customer" and not spec.behaviour:
            continue
        n, line, text = store.rows(f"select count(*), min(line), arg_min({cell}, line) from asks where {where}")[0]
        if n:
            first = f", first {str(text)[:40]!r}" if text and "@" not in str(text) else ""
            message = f"{n:,} {'row has' if n == 1 else 'rows have'} {what}{first}."
            span = Span(spec.path, int(line) + 1 if numbered else 1)
            found.append(Finding(rule, span, message, mend, "warning", f"survey:{spec.name}"))
    twice = store.rows(
        "select count(*) from (select 1 from asks where customer is not null and score is not null"
        " group by customer, wave having count(*) > 1)"
    )[0][0]
    if twice:
        message = f"{twice:,} customers answered more than once in one wave."
        mend = "Their last answer counts. Name the column that tells rounds apart: `columns: {wave: ...}`."
        found.append(Finding("survey-answered-twice", Span(spec.path), message, mend, "note", f"survey:{spec.name}"))
    return found


def customers(store: Store, spec: SurveySpec, root: Path, found: list[Finding]) -> list[tuple[str, str]]:
    """`known`: one row a customer (and wave) with columns of behaviour; gives their names and types."""
    if not spec.behaviour:
        store.execute("create temp table known as select customer as _customer, wave as _wave, 0 as _none from one")
        return []
    header, _ = attach(store, "done", spec.behaviour, root, text=False)
    ours, wrong = columns(spec.behaviour_columns, header, ("customer",), spec.behaviour, ("customer", "wave"))
    found += wrong
    for name in (*spec.leave_out, *((spec.segment,) if spec.segment else ())):
        if name not in header:
            mend = f"It has: {', '.join(header[:20])}."
            message = f"The behaviour table has no column `{name}`."
            found.append(Finding("survey-column-missing", Span(spec.behaviour), message, mend, "error"))
    if wrong or (spec.segment and spec.segment not in header):
        store.execute("delete from one")
        return []
    wave = f"coalesce(cast({quoted(ours['wave'])} as varchar), '')" if "wave" in ours else "cast(null as varchar)"
    key = f"trim(cast({quoted(ours['customer'])} as varchar))"
    rows = int(store.rows("select count(*) from done")[0][0])
    store.execute(
        f"create temp table known as select *, {key} as _customer, {wave} as _wave from done where {key} <> ''"
        f" qualify row_number() over (partition by {key}, {wave} order by _line) = 1"
    )
    kept = int(store.rows("select count(*) from known")[0][0])
    if kept < rows:
        message = f"{rows - kept:,} rows of the behaviour table name no customer, or one that a row before names."
        found.append(
            Finding("survey-behaviour-twice", Span(spec.behaviour), message, "The first row counts.", "warning")
        )
    skip = {"_line", "_customer", "_wave", *ours.values(), *spec.leave_out}
    types = store.rows("select column_name, data_type from duckdb_columns() where table_name = 'known'")
    return [(str(name), str(type_)) for name, type_ in types if name not in skip]
