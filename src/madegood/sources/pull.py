"""Every source of a project into the engine. Each is replaced whole or left as it was; twice gives the same tables."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.engine.store import first_line
from madegood.engine.tables import TABLES
from madegood.errors import EngineError, SourceError
from madegood.findings import Finding, Span
from madegood.intent.project import expand
from madegood.sources import load
from madegood.sources.git import digest as git_digest
from madegood.sources.git import pull_git
from madegood.sources.mapping import mapping, say, table_of
from madegood.sources.pulled import Pulled
from madegood.sources.reading import NotThat, Seen, look

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.intent.model import Project, SourceSpec
    from madegood.sources.mapping import Mapping

ENDINGS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
#: Which column tells the days that a source reaches.
DAYS = {
    "items": "greatest(created, done)", "states": '"at"', "releases": "day", "rollouts": "day", "daily": "day",
    "events": '"at"', "responses": '"at"', "exposures": '"at"',
}  # fmt: skip
VERSION = "1"  # of this reading: raise it when the same file would give other rows
Tell = Callable[[str], None]


class Broken(Exception):
    """A source that cannot be read, with its findings; its old rows stay."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings[0].message if findings else "")
        self.findings = findings


def pull(project: Project, store: Store, progress: Tell | None = None) -> tuple[Pulled, ...]:
    """Reads every source; a broken one gives findings and leaves its old rows as they were.

    What a source that is no longer named had brought is taken out.
    """
    tell = progress or (lambda _: None)
    forget(store, [spec.name for spec in project.sources])
    salt = salt_of(Path(project.root))
    pulled = []
    for spec in project.sources:
        tell(f"reading {spec.name}")
        try:
            pulled.append(
                from_git(spec, project, store) if spec.kind == "git" else from_files(spec, project, store, salt, tell)
            )
        except Broken as broken:
            rows, aside = counted(store, spec.name)
            pulled.append(Pulled(spec.name, spec.kind, rows, aside, findings=broken.findings))
    return tuple(pulled)


def forget(store: Store, named: list[str]) -> None:
    """Takes out the rows of sources that are not named any more."""
    gone = [str(row[0]) for row in store.rows("select name from sources") if row[0] not in named]
    for name in gone:
        with store.transaction():
            erase(store, name)
            store.execute("delete from sources where name = ?", (name,))


def erase(store: Store, name: str) -> None:
    """Every row that a source brought."""
    for table in (*(t.name for t in TABLES), "set_aside"):
        store.execute(f"delete from {table} where source = ?", (name,))


def salt_of(root: Path) -> str:
    """The project's own secret, by which persons are hashed; made once, readable by its owner alone."""
    path = root / "target" / "salt"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(16))
    return path.read_text().strip()


def counted(store: Store, name: str) -> tuple[int, int]:
    """Rows and rows set aside, as they were read last time."""
    found = store.rows("select rows, set_aside from sources where name = ?", (name,))
    return (int(found[0][0]), int(found[0][1])) if found else (0, 0)


def unchanged(store: Store, name: str, digest: str) -> bool:
    """Whether this very thing was read last time."""
    return store.rows("select digest from sources where name = ?", (name,)) == [(digest,)]


def note(store: Store, spec: SourceSpec, digest: str, rows: int) -> int:
    """Writes how a source was read; gives how many rows were set aside."""
    aside = int(store.rows("select count(*) from set_aside where source = ?", (spec.name,))[0][0])
    tables = ["items", "releases"] if spec.kind == "git" else [spec.kind]
    spans = [
        f"select min({DAYS[t]})::date as a, max({DAYS[t]})::date as b from {t} where source = ?"
        for t in tables
        if t in DAYS
    ]
    first, last = None, None
    if spans:
        query = f"select min(a), max(b) from ({' union all '.join(spans)})"
        first, last = store.rows(query, (spec.name,) * len(spans))[0]
    store.execute("delete from sources where name = ?", (spec.name,))
    row = (spec.name, spec.kind, spec.path, digest, rows, aside, first, last)
    store.execute("insert into sources values (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return aside


def from_git(spec: SourceSpec, project: Project, store: Store) -> Pulled:
    """A repository."""
    folder = Path(project.root, expand(spec.path)).expanduser().resolve()
    try:
        digest = git_digest(folder, spec, project) if folder.is_dir() else ""
    except (SourceError, OSError):
        digest = ""
    if digest and unchanged(store, spec.name, digest):
        return Pulled(spec.name, "git", *counted(store, spec.name), unchanged=True)
    pulled = pull_git(spec, project, store)
    if any(f.severity == "error" for f in pulled.findings):
        raise Broken(*pulled.findings)
    note(store, spec, digest, pulled.rows)
    return pulled


def files_of(spec: SourceSpec, project: Project) -> list[Path]:
    """The files of a source, in order of name, or Broken."""
    text = expand(spec.path)
    if "${" in text:
        name = text.split("${", 1)[1].split("}", 1)[0]
        mend = f"Set it, or give a value to fall back on: `${{{name}:-facts}}`."
        raise Broken(say(spec, "source-missing", f"The environment has no `{name}`.", mend))
    path = Path(project.root, text).expanduser()
    try:
        if path.is_dir():
            found = sorted(
                p for p in path.rglob("*") if p.is_file() and form_of(p, spec) and not p.name.startswith(".")
            )
            empty = f"The folder `{spec.path}` holds no file that ends in {', '.join(ENDINGS)}."
        elif any(mark in text for mark in "*?["):
            base = Path(path.anchor) if path.is_absolute() else Path(project.root)
            pattern = str(path.relative_to(base))
            found = sorted(p for p in base.glob(pattern) if p.is_file())
            empty = f"No file fits `{spec.path}`."
        else:
            found, empty = ([path] if path.is_file() else []), f"There is no file `{spec.path}`."
            if not path.exists() and path.is_symlink():
                empty = f"`{spec.path}` points to a file that does not exist."
    except (OSError, ValueError) as error:
        raise Broken(
            say(spec, "source-missing", f"`{spec.path}` cannot be looked at: {first_line(error)}.", "Correct the path.")
        ) from None
    if not found:
        raise Broken(say(spec, "source-missing", empty, near(path, project)))
    return found


def near(path: Path, project: Project) -> str:
    """What may have been meant."""
    from madegood.findings import did_you_mean

    folder = path.parent
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    hint = did_you_mean(path.name, names).strip()
    return f"Correct the path; it is relative to madegood.yml. {hint}".strip()


def form_of(path: Path, spec: SourceSpec) -> str:
    """csv, jsonl or parquet; empty when neither the source nor the file's ending says."""
    ends = [s.lower() for s in path.suffixes if s.lower() != ".gz"]
    return spec.format or ENDINGS.get(ends[-1] if ends else "", "")


def from_files(spec: SourceSpec, project: Project, store: Store, salt: str, tell: Tell) -> Pulled:
    """Files of one kind of record, replaced in one transaction."""
    paths = files_of(spec, project)
    seen = [looked(path, spec) for path in paths]
    said = (VERSION, spec.kind, spec.columns, spec.constant, spec.keep, spec.where, spec.format, project.timezone)
    names = [path.name for path in paths]
    digest = hashlib.sha256(repr((said, salt, names, [s.digest for s in seen])).encode()).hexdigest()
    if unchanged(store, spec.name, digest):
        return Pulled(spec.name, spec.kind, *counted(store, spec.name), unchanged=True, findings=again(store, spec))
    table = table_of(spec.kind)
    found: list[Finding] = [f for path, s in zip(paths, seen, strict=True) for f in odd(spec, path, s)]
    with store.transaction():
        erase(store, spec.name)
        load.fresh(store, table)
        for number, (path, one) in enumerate(zip(paths, seen, strict=True), 1):
            if len(paths) > 1:
                tell(f"reading {spec.name}: file {number} of {len(paths)}")
            found += staged(store, spec, project, path, one, salt)
        rows = load.settle(store, table, spec.name)
        aside = note(store, spec, digest, rows)
        found += said_of(store, spec, rows, aside)
    return Pulled(spec.name, spec.kind, rows, aside, findings=tuple(found))


def looked(path: Path, spec: SourceSpec) -> Seen:
    """The file looked through whole, or Broken."""
    form = form_of(path, spec)
    try:
        if not form:
            raise NotThat(f"ends in `{path.suffix}`; say what it is: `format: csv`, `jsonl` or `parquet`")
        if form == "parquet":
            with path.open("rb") as file:
                return Seen(hashlib.file_digest(file, "sha256").hexdigest(), "", path.stat().st_size)
        return look(path)
    except NotThat as wrong:
        raise Broken(not_that(spec, path, wrong)) from None
    except OSError as error:
        message = f"`{path.name}` cannot be read: {error.strerror or error}."
        raise Broken(say(spec, "source-missing", message, "Give this program the right to read it.")) from None


def not_that(spec: SourceSpec, path: Path, wrong: NotThat) -> Finding:
    """A file that is not what it says."""
    mend = "Export it again, or point `path:` at the right file. What was read before is kept."
    return say(spec, "source-not-what-it-says", f"`{path.name}` {wrong}.", mend)


def odd(spec: SourceSpec, path: Path, seen: Seen) -> list[Finding]:
    """What was guessed about a file, said."""
    if seen.encoding != "cp1252":
        return []
    message = f"`{path.name}` is not UTF-8; it was read as Windows-1252."
    return [
        say(spec, "source-encoding", message, "Save it as UTF-8, so that no letter is guessed.", severity="warning")
    ]


def staged(store: Store, spec: SourceSpec, project: Project, path: Path, seen: Seen, salt: str) -> list[Finding]:
    """One file into `good`; gives findings that do not break it, raises Broken for those that do."""
    form = form_of(path, spec)
    name = shown(path, project)
    try:
        header = parquet_header(store, path) if form == "parquet" else load.header_of(path, seen, form)
        if not header:
            message = f"`{path.name}` is empty: it has not even a header."
            raise Broken(say(spec, "source-empty", message, "Export it again. What was read before is kept."))
        plan, found = mapping(spec, header)
        if any(f.severity == "error" for f in found):
            raise Broken(*found)
        if form == "parquet":
            stage_parquet(store, path, plan)
        else:
            spool = Path(project.root, "target", "spool.csv")
            try:
                load.set_aside(store, spec.name, name, load.stage_text(store, path, seen, form, plan, spool))
            finally:
                spool.unlink(missing_ok=True)
        load.put(store, load.Plan(table_of(spec.kind), plan, project.timezone, salt), spec.name, name)
    except NotThat as wrong:
        raise Broken(not_that(spec, path, wrong)) from None
    return list(found)


def stage_parquet(store: Store, path: Path, plan: Mapping) -> None:
    """A Parquet file into the engine, or NotThat where its pages are damaged."""
    try:
        load.stage_parquet(store, path, plan)
    except EngineError as error:
        raise NotThat(f"breaks off or is damaged ({first_line(error)})") from None


def parquet_header(store: Store, path: Path) -> list[str]:
    """Names of a Parquet file's columns, or NotThat."""
    try:
        return [
            str(row[0])
            for row in store.rows("select column_name from (describe select * from read_parquet(?))", (str(path),))
        ]
    except EngineError:
        raise NotThat("is no Parquet file, or breaks off") from None


def shown(path: Path, project: Project) -> str:
    """A file's name as a person knows it: relative to the project where it lies inside."""
    try:
        return path.resolve().relative_to(Path(project.root).resolve()).as_posix()
    except ValueError:
        return path.name


def again(store: Store, spec: SourceSpec) -> tuple[Finding, ...]:
    """What was said of a source when it was read, said again while it has not changed."""
    return tuple(said_of(store, spec, *counted(store, spec.name)))


def said_of(store: Store, spec: SourceSpec, rows: int, aside: int) -> list[Finding]:
    """How many rows were set aside, with the first reasons and their places."""
    if not rows and not aside:
        return [
            say(
                spec,
                "source-empty",
                f"`{spec.path}` holds no rows.",
                "Export it again, or look at `where:`.",
                severity="warning",
            )
        ]
    if not aside:
        return []
    reasons = store.rows(
        "select kind, count(*), first(file order by file, line), first(line order by file, line), "
        "first(row order by file, line) from (select *, regexp_replace(reason, '(: | in line ).*$', '') as kind "
        "from set_aside where source = ?) group by 1 order by 2 desc, 1 limit 3",
        (spec.name,),
    )
    told = "; ".join(f"{count:,} × {kind} (first in {file}, line {line})" for kind, count, file, line, _ in reasons)
    _, _, file, line, row = reasons[0]
    mend = "The others are used. Correct the rows, or the mapping in madegood.yml; `madegood doctor` lists more."
    rule = "source-rows-set-aside" if rows else "source-all-set-aside"
    message = f"{aside:,} of {rows + aside:,} rows of `{spec.name}` cannot be used: {told}."
    return [
        Finding(
            rule,
            Span(file, int(line), 1, int(line), 1, row or ""),
            message,
            mend,
            "warning" if rows else "error",
            f"source:{spec.name}",
        )
    ]
