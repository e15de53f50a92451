"""Events that stay where they are: every build asks what the metrics need, and keeps the counts that come back."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.engine.elsewhere import ENGINES, Here
from madegood.engine.store import first_line, literal
from madegood.engine.tables import TABLES
from madegood.errors import EngineError
from madegood.intent.project import expand
from madegood.performance.asking import answers, questions
from madegood.performance.events import DAYS
from madegood.performance.one_pass.memory import Memory
from madegood.performance.one_pass.over import Files
from madegood.performance.place import digest, keep
from madegood.performance.shapes.base import Clock, Events, dated
from madegood.sources.files import Broken, files_of, form_of, shown, stamp
from madegood.sources.load import plainly
from madegood.sources.mapping import Either, mapping, say
from madegood.sources.pulled import Pulled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from madegood.engine.dialect import Dialect
    from madegood.engine.elsewhere import Elsewhere
    from madegood.engine.store import Store
    from madegood.findings import Finding
    from madegood.intent.model import Metric, Project, SourceSpec
    from madegood.performance.asking import Answer
    from madegood.sources.mapping import Mapping

VERSION = "1"
READ = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}


def from_place(
    spec: SourceSpec, project: Project, store: Store, metrics: Sequence[Metric], salt: str, tell: Callable[[str], None]
) -> Pulled:
    """Asks the events of a source what the metrics need; the counts of before are replaced whole, or stay."""
    _alone(spec, project)
    paths = files_of(spec, project) if spec.engine == "duckdb" and "://" not in expand(spec.path) else []
    known = _unchanged(spec, project, store, metrics, paths)
    if known and known[1]:
        return Pulled(spec.name, spec.kind, known[1], unchanged=True)
    engine = _engine(spec, store)

    def heard(text: str) -> None:
        tell(f"{spec.name}: {text}")

    try:
        table = _table(spec, paths)
        made, found, types = _mapped(spec, engine, table)
        events = _events(spec, made, types, engine.dialect, table)
        files = _files(spec, made, paths)
        gathered: list[Answer] = []
        rows, last = 0, None
        memory = _memory(project, salt) if spec.remember else None
        before = memory.counted() if memory else set()
        for one in answers(engine, events, metrics, project.timezone, files, heard, memory, store.memory() // 2):
            gathered.append(one)
            if one.wanted == DAYS:
                rows = sum(int(row[1]) for row in one.rows)
                last = max((dated(row[0]) for row in one.rows), default=None)
    except EngineError as error:
        mend = "Mend that and build again. What was kept of them before stays."
        raise Broken(
            say(spec, "source-not-asked", f"`{spec.name}` could not be asked: {first_line(error)}.", mend)
        ) from None
    finally:
        engine.close()
    found = (*found, *_doubts(spec, paths, files, memory, before))
    if not rows:
        mend = "Look at `path:` and `where:`, and at the columns of the person and the moment."
        found = (*found, say(spec, "source-empty", f"`{spec.name}` holds no event.", mend, severity="warning"))
    with store.transaction():
        for name in (*(t.name for t in TABLES), "set_aside", "kept", "statistics"):
            store.execute(f"delete from {name} where source = ?", (spec.name,))
        for one in gathered:
            keep(store, spec.name, one.wanted, project.timezone, one.rows, one.said)
        _note(store, spec, known[0] if known else "", rows, last)
    if memory:
        memory.note(memory.files() | {str(path) for path in paths})
    return Pulled(spec.name, spec.kind, rows, findings=found)


def _memory(project: Project, salt: str) -> Memory:
    """Where passes are remembered; their persons are hashed by a secret made of the project's own."""
    key = hashlib.sha256(f"{salt} of passes".encode()).digest()
    secret = int.from_bytes(key[:8], "little", signed=True), int.from_bytes(key[8:16], "little", signed=True)
    return Memory(Path(project.root, "target", "passes"), secret)


def _doubts(
    spec: SourceSpec, paths: Sequence[Path], files: Files | None, memory: Memory | None, before: set[str]
) -> list[Finding]:
    """What was not remembered, and what is not counted any more."""
    if memory is None:
        return []
    found: list[Finding] = []
    now = memory.files()
    if lost := sorted(Path(path).name for path in before - now - {str(path) for path in paths}):
        message = f"`{lost[0]}`, which was counted before, is gone; what was asked changed, so that it counts no more."
        mend = "Put it back, where it is needed, and build again."
        found.append(say(spec, "source-missing", message, mend, severity="warning"))
    if len(paths) > 1 and not now:
        why = "its files lie across each other in time"
        if files is None:
            why = "they are not Parquet files whose columns are taken as they are"
        elif not find_spec("pyarrow"):
            why = "pyarrow is not installed: pip install 'madegood[fast]'"
        message = f"Nothing of `{spec.name}` could be remembered: {why}."
        mend = "Mend that, or leave out `remember:`."
        found.append(say(spec, "source-not-asked", message, mend, "remember", "warning"))
    return found


def _alone(spec: SourceSpec, project: Project) -> None:
    """Broken where rows cannot stay where they are."""
    others = [one.name for one in project.sources if one.kind == "events" and one.name != spec.name]
    if spec.kind != "events":
        message, mend, at = "Only events can stay where they are.", "Leave out `engine:`.", "engine"
    elif others:
        message = f"Events that stay where they are can be the only ones; there is `{others[0]}` too."
        mend, at = "Make one table or view of both, or leave out `engine:`, so that all are taken in.", "engine"
    elif spec.engine in ("postgres", "clickhouse") and not spec.url:
        message = f"Nothing says how {spec.engine} is reached."
        mend, at = "Write `url: ${WAREHOUSE_URL}`, the name of a variable that holds its address.", "engine"
    else:
        return
    raise Broken(say(spec, "source-not-asked", message, mend, at))


def _unchanged(
    spec: SourceSpec, project: Project, store: Store, metrics: Sequence[Metric], paths: Sequence[Path]
) -> tuple[str, int] | None:
    """(what the files and questions are, rows if that is as it was); None where it cannot be told without asking."""
    if not paths:
        return None
    said = (VERSION, spec.engine, spec.columns, spec.constant, spec.keep, spec.where, spec.format, project.timezone)
    try:
        stamps = [(shown(path, project), *stamp(path)[:2]) for path in paths]
    except OSError:
        return None
    asks = [digest(one, project.timezone) for one in questions(metrics)]
    name = hashlib.sha256(repr((said, stamps, asks)).encode("utf-8", "replace")).hexdigest()
    same = store.rows("select rows from sources where name = ? and digest = ?", (spec.name, name))
    return name, int(same[0][0]) if same else 0


def _note(store: Store, spec: SourceSpec, said: str, rows: int, last: date | None) -> None:
    store.execute("delete from sources where name = ?", (spec.name,))
    row = (spec.name, spec.kind, spec.path, said, rows, 0, None, last)
    store.execute("insert into sources values (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _engine(spec: SourceSpec, store: Store) -> Elsewhere:
    if spec.engine == "duckdb":
        return Here(store)
    url = expand(spec.url)
    if "${" in url:
        name = url.split("${", 1)[1].split("}", 1)[0]
        raise Broken(say(spec, "source-missing", f"The environment has no `{name}`.", f"Set `{name}`.", "url"))
    try:
        return ENGINES[spec.engine](url)
    except EngineError as error:
        message = f"`{spec.name}` could not be asked: {first_line(error)}."
        raise Broken(say(spec, "source-not-asked", message, "Mend that and build again.", "url")) from None


def _table(spec: SourceSpec, paths: Sequence[Path]) -> str:
    """What stands after FROM."""
    if spec.engine != "duckdb":
        return expand(spec.path)
    forms = {form_of(path, spec) for path in paths} or {form_of(Path(expand(spec.path)), spec)}
    if len(forms) > 1 or forms == {""}:
        message = f"The files of `{spec.name}` are of several forms, or none: {', '.join(sorted(forms)) or 'none'}."
        raise Broken(say(spec, "source-not-what-it-says", message, "Say which is meant: `format: parquet`."))
    names = [literal(plainly(path)) for path in paths] or [literal(expand(spec.path))]
    return f"{READ[forms.pop()]}([{', '.join(names)}], union_by_name = true)"


def _mapped(spec: SourceSpec, engine: Elsewhere, table: str) -> tuple[Mapping, tuple[Finding, ...], dict[str, str]]:
    columns = engine.columns(table)
    made, found = mapping(spec, [name for name, _ in columns])
    if any(one.severity == "error" for one in found):
        raise Broken(*found)
    return made, found, dict(columns)


def _events(spec: SourceSpec, made: Mapping, types: dict[str, str], say_: Dialect, table: str) -> Events:
    """The table and its columns as questions name them."""

    def text(name: str) -> str:
        return f"cast({say_.name_of(name)} as {say_.letters})"

    def column(parts: tuple[str, ...]) -> str:
        if len(parts) == 1:
            return say_.name_of(parts[0])
        return (
            f"coalesce({', '.join(text(part) for part in parts)})"
            if isinstance(parts, Either)
            else " || '-' || ".join(text(part) for part in parts)
        )

    ours = {name: column(parts) for name, parts in made.ours}
    ours |= {name: say_.text(value) for name, value in made.constant}
    terms = [
        f"coalesce({text(name)}, '') {'not ' if negated else ''}in ({', '.join(map(say_.text, values))})"
        for name, values, negated in made.where
    ]
    at = ours["at"]
    if "at" in dict(made.ours) and len(dict(made.ours)["at"]) == 1:
        at = _moment(spec, dict(made.ours)["at"][0], types, at, say_.name)
    named: list[tuple[str, str]] = [(name, ours[name]) for name in ("segment", "name", "value") if name in ours]
    named += [(name, say_.name_of(name)) for name in made.keep]
    inside = f"(select * from {table} where {' and '.join(terms)}) src" if terms else table
    return Events(
        inside, ours["person"], at, ours["name"], ours.get("segment", f"cast(null as {say_.letters})"),
        ours.get("value", ""),
        tuple(named), "", say_,
    )  # fmt: skip


def _moment(spec: SourceSpec, name: str, types: dict[str, str], column: str, engine: str) -> str:
    """SQL of a moment: a column of timestamps, or of texts that say when."""
    kind = types.get(name, "").lower()
    text = any(word in kind for word in ("char", "string", "text"))
    if engine == "clickhouse" and (text or ("date" in kind and "datetime64" not in kind)):
        return f"{'parseDateTime64BestEffort' if text else 'toDateTime64'}({column}, 6, 'UTC')"
    if any(word in kind for word in ("timestamp", "datetime")) and not kind.endswith("ntz"):
        return column
    if text or "date" in kind or kind.endswith("ntz"):
        return f"cast({column} as timestamp)"
    message = f"`{name}` is of type {types.get(name)}, and no moment."
    mend = "Make a view that gives it as a timestamp in UTC, and name that."
    raise Broken(say(spec, "source-not-what-it-says", message, mend, "columns.at"))


def _files(spec: SourceSpec, made: Mapping, paths: Sequence[Path]) -> Files | None:
    """What one pass over the files can name; None where only the engine can read them so."""
    plain = {name: parts[0] for name, parts in made.ours if len(parts) == 1}
    whole = all(len(parts) == 1 for _, parts in made.ours) and not made.where
    if not whole or not {"person", "at", "name"} <= plain.keys() or any(form_of(p, spec) != "parquet" for p in paths):
        return None
    texts = {name: plain[name] for name in ("segment", "name") if name in plain} | {name: name for name in made.keep}
    numbers = {name: name for name in made.keep} | ({"value": plain["value"]} if "value" in plain else {})
    return Files(tuple(paths), plain["person"], plain["at"], texts, numbers) if paths else None


def queries(metric: Metric, project: Project, dialect: Dialect, on: date) -> list[tuple[str, str]]:
    """(what is asked, the query) of everything that a metric asks of events in an engine, over the year up to a day."""
    spec = next((one for one in project.sources if one.kind == "events"), None)
    clock = Clock(on - timedelta(days=365), on, project.timezone)
    if spec and spec.engine:
        theirs = [part for _, said in spec.columns for part in re.split(r"\s+(?:or|\+)\s+", said)]
        made, found = mapping(spec, list(dict.fromkeys([*theirs, *spec.keep, *(name for name, _ in spec.where)])))
        if any(one.severity == "error" for one in found):
            raise Broken(*found)
        table = "events" if spec.engine == "duckdb" else expand(spec.path)
        events = _events(spec, made, dict.fromkeys(made.theirs, "timestamp datetime64"), dialect, table)
    else:
        named = dict.fromkeys(("segment", "name", "value", *(key for key, _ in metric.where), metric.by or "person"))
        columns = tuple((key, dialect.name_of(key)) for key in named)
        events = Events(at=dialect.name_of("at"), columns=columns, entry="", dialect=dialect)
    out = []
    for one in questions([metric]):
        what = (type(one.shape).__doc__ or "").partition(":")[0].strip().rstrip(".")
        try:
            out.append((what, one.sql(events, clock)))
        except KeyError as absent:
            out.append((f"{what}: the events keep no column `{absent.args[0]}`", ""))
    return out
