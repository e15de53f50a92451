"""Every source of a project into the engine. Each is replaced whole or left as it was; twice gives the same tables."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.engine.store import first_line
from madegood.engine.tables import TABLES
from madegood.errors import EngineError, SourceError
from madegood.intent.model import FLAG_FILES, REMOTE
from madegood.intent.project import expand
from madegood.performance.place import forget_answers
from madegood.sources import bulk, flags, load
from madegood.sources.files import ENDINGS as ENDINGS
from madegood.sources.files import Broken, files_of, form_of, looked, not_that, odd, shown, stamp, unreadable
from madegood.sources.flag_files import flags_of
from madegood.sources.git import _warnings as without_tags
from madegood.sources.git import digest as git_digest
from madegood.sources.git import pull_git
from madegood.sources.identities import prepare, shared
from madegood.sources.identities import stamp as merged_by
from madegood.sources.in_place import from_place
from madegood.sources.mapping import mapping, say, table_of
from madegood.sources.pulled import Pulled
from madegood.sources.reading import NotThat, Seen
from madegood.sources.remote.pull import doubts, fill, landed, leave
from madegood.sources.robots import robots
from madegood.sources.rows import take
from madegood.sources.spool import Spool, header_of, lines_of
from madegood.sources.told import told, untold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.engine.store import Store
    from madegood.findings import Finding
    from madegood.intent.model import Metric, Project, SourceSpec

#: Which column tells the days that a source reaches.
DAYS = {
    "items": "greatest(created, done)", "states": '"at"', "releases": "day", "rollouts": "day", "daily": "day",
    "events": '"at"', "responses": '"at"', "contracts": "greatest(first, last)", "exposures": '"at"',
    "arms": "day", "units": "day",
}  # fmt: skip
FIRST = "identities"  # is read before what it merges
VERSION = "2"  # of this reading: raise it when the same file would give other rows
Tell = Callable[[str], None]


def pull(
    project: Project, store: Store, progress: Tell | None = None, metrics: Sequence[Metric] = ()
) -> tuple[Pulled, ...]:
    """Reads every source; a broken one gives findings and leaves its old rows as they were.

    What a source that is no longer named had brought is taken out. Events that stay where they are are asked what
    `metrics` need.
    """
    tell = progress or (lambda _: None)
    forget(store, [spec.name for spec in project.sources])
    leave(project)
    salt = salt_of(Path(project.root))
    told: dict[int, Pulled] = {}
    for first in (True, False):
        for place, spec in enumerate(project.sources):
            if (spec.kind == FIRST) is first:
                told[place] = pulled(spec, project, store, salt, tell, metrics)
        if first:
            prepare(store)
    return tuple(told[place] for place in sorted(told))


def pulled(
    spec: SourceSpec, project: Project, store: Store, salt: str, tell: Tell, metrics: Sequence[Metric] = ()
) -> Pulled:
    """One source, whatever is wrong with it."""
    tell(f"reading {spec.name}")
    try:
        if spec.kind == "git":
            return from_git(spec, project, store)
        if spec.kind in REMOTE:
            return from_remote(spec, project, store, salt, tell)
        if spec.kind in FLAG_FILES:
            return from_flags(spec, project, store, salt)
        if spec.engine:
            return from_place(spec, project, store, metrics, salt, tell)
        erase(store, spec.name, STATISTICS)
        return from_files(spec, project, store, salt, tell)
    except Broken as broken:
        found = broken.findings
    except EngineError as error:
        mend = "Mend that and build again. What was read before is kept."
        found = (say(spec, "source-not-taken-in", f"`{spec.name}` could not be taken in: {first_line(error)}.", mend),)
    rows, aside = counted(store, spec.name)
    return Pulled(spec.name, spec.kind, rows, aside, findings=found)


def forget(store: Store, named: list[str]) -> None:
    """Takes out the rows of sources that are not named any more."""
    gone = [str(row[0]) for row in store.rows("select name from sources") if row[0] not in named]
    for name in gone:
        with store.transaction():
            erase(store, name)
            store.execute("delete from sources where name = ?", (name,))


ROWS, STATISTICS = (*(t.name for t in TABLES), "set_aside"), ("kept", "statistics")


def erase(store: Store, name: str, tables: Sequence[str] = (*ROWS, *STATISTICS)) -> None:
    """Every row that a source brought, and the answers that were kept of its events."""
    if "events" in tables and store.rows("select 1 from events where source = ? limit 1", (name,)):
        forget_answers(store)
    for table in tables:
        store.execute(f"delete from {table} where source = ?", (name,))


def salt_of(root: Path) -> str:
    """The project's own secret, by which persons are hashed; made once, readable by its owner alone."""
    path = root / "target" / "salt"
    try:
        salt = path.read_text("ascii").strip() if path.exists() else ""
        if len(salt) < 32:
            salt = secrets.token_hex(16)
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_text(salt + "\n")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or first_line(error)
        mend = "Make target/ a folder that this program may write, or delete it"
        raise EngineError(
            f"target/salt, the secret by which persons are hashed, cannot be kept: {said}. {mend}"
        ) from None
    return salt


def counted(store: Store, name: str) -> tuple[int, int]:
    """Rows and rows set aside, as they were read last time."""
    found = store.rows("select rows, set_aside from sources where name = ?", (name,))
    return (int(found[0][0]), int(found[0][1])) if found else (0, 0)


def unchanged(store: Store, spec: SourceSpec, digest: str) -> bool:
    """Whether this very thing was read last time."""
    return store.rows("select kind, digest from sources where name = ?", (spec.name,)) == [(spec.kind, digest)]


def note(store: Store, spec: SourceSpec, digest: str, rows: int, aside: int) -> None:
    """Writes how a source was read."""
    tables = ["items", "releases"] if spec.kind in ("git", *REMOTE, *FLAG_FILES) else [spec.kind]
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


def from_git(spec: SourceSpec, project: Project, store: Store) -> Pulled:
    """A repository. What was odd about it is found again even where nothing changed, so it is said again."""
    folder = Path(project.root, expand(spec.path)).expanduser().resolve()
    try:
        digest = f"{VERSION} {git_digest(folder, spec, project)}" if folder.is_dir() else ""
    except (SourceError, OSError):
        digest = ""
    if digest and unchanged(store, spec, digest):
        rows, aside = counted(store, spec.name)
        return Pulled(spec.name, "git", rows, aside, unchanged=True, findings=tagless(store, spec))
    with store.transaction():
        erase(store, spec.name)
        read = pull_git(spec, project, store)
        if any(finding.severity == "error" for finding in read.findings):
            raise Broken(*read.findings)
        note(store, spec, digest, read.rows, read.set_aside)
    return read


def tagless(store: Store, spec: SourceSpec) -> tuple[Finding, ...]:
    """The warning of a repository without versions, said again while it has not changed."""
    if store.rows("select 1 from releases where source = ? limit 1", (spec.name,)):
        return ()
    return without_tags(spec, ())


def from_remote(spec: SourceSpec, project: Project, store: Store, salt: str, tell: Tell) -> Pulled:
    """A vendor's interface: what is new lands, then every table is read from what landed."""
    landing, said = landed(spec, project, salt, tell)
    if fresh := not unchanged(store, spec, digest := f"{VERSION} {said}"):
        with store.transaction():
            erase(store, spec.name)
            rows = fill(spec, project, store, salt, landing)
            aside = int(store.rows("select count(*) from set_aside where source = ?", (spec.name,))[0][0])
            note(store, spec, digest, rows, aside)
    rows, aside = counted(store, spec.name)
    found = (*doubts(spec, landing, rows), *(told(store, spec, rows, aside) if rows else ()))
    return Pulled(spec.name, spec.kind, rows, aside, unchanged=not fresh, findings=found)


def from_flags(spec: SourceSpec, project: Project, store: Store, salt: str) -> Pulled:
    """Files of a flag tool's past, replaced in one transaction."""
    paths = files_of(spec, project)
    try:
        read = b"\0".join(path.read_bytes() for path in paths)
        known = flags_of(spec.kind, paths, dict(spec.where).get("environment", ""), project.timezone)
    except NotThat as wrong:
        raise Broken(not_that(spec, paths[0], wrong)) from None
    except OSError as error:
        raise Broken(unreadable(spec, paths[0], error)) from None
    said = (VERSION, spec.kind, spec.constant, spec.where, project.timezone)
    digest = hashlib.sha256(repr(said).encode() + read).hexdigest()
    found = untold(spec, flags.partly(known))
    if unchanged(store, spec, digest):
        rows, aside = counted(store, spec.name)
        return Pulled(spec.name, spec.kind, rows, aside, unchanged=True, findings=found)
    with store.transaction():
        erase(store, spec.name)
        rows = take(spec, project, store, salt, flags.tables(known))
        note(store, spec, digest, rows, 0)
    return Pulled(spec.name, spec.kind, rows, 0, findings=found)


def from_files(spec: SourceSpec, project: Project, store: Store, salt: str, tell: Tell) -> Pulled:
    """Files of one kind of record, replaced in one transaction."""
    paths = files_of(spec, project)
    names = [shown(path, project) for path in paths]
    stamps, seen = [], []
    for path in paths:
        seen.append(looked(path, spec, store))
        stamps.append(stamped(path, spec))
    same = merged_by(store, spec.kind)
    said = (VERSION, spec.kind, spec.columns, spec.constant, spec.keep, spec.where, spec.format, project.timezone)
    said = (*said, same) if same else said  # type: ignore[assignment]
    digest = hashlib.sha256(repr((said, salt, names, [s.digest for s in seen])).encode("utf-8", "replace")).hexdigest()
    odds = tuple(odd(spec, paths, seen))
    if unchanged(store, spec, digest):
        rows, aside = counted(store, spec.name)
        found = (*odds, *told(store, spec, rows, aside), *shared(spec, store))
        return Pulled(spec.name, spec.kind, rows, aside, unchanged=True, findings=found)
    with store.transaction():
        erase(store, spec.name)
        read = Reader(store, spec, project, salt)
        for number, (path, name, one) in enumerate(zip(paths, names, seen, strict=True), 1):
            if len(paths) > 1:
                tell(f"reading {spec.name}: file {number} of {len(paths)}")
            read.file(path, name, one)
        rows = read.done()
        for path, stamp_ in zip(paths, stamps, strict=True):
            if stamped(path, spec) != stamp_:
                message = f"`{path.name}` changed while it was being read."
                raise Broken(say(spec, "source-not-what-it-says", message, "Build again when it is written."))
        aside = int(store.rows("select count(*) from set_aside where source = ?", (spec.name,))[0][0])
        note(store, spec, digest, rows, aside)
    found = (
        *odds,
        *read.found,
        *told(store, spec, rows, aside, read.filtered),
        *shared(spec, store),
        *robots(spec, store),
    )
    return Pulled(spec.name, spec.kind, rows, aside, findings=found, filtered=read.filtered)


def stamped(path: Path, spec: SourceSpec) -> tuple[int, int, int]:
    """What changes when a file is written, or Broken when it is gone."""
    try:
        return stamp(path)
    except OSError as error:
        raise Broken(unreadable(spec, path, error)) from None


class Reader:
    """Takes the files of one source, one after the other, into the engine; raises Broken."""

    def __init__(self, store: Store, spec: SourceSpec, project: Project, salt: str) -> None:
        self.store, self.spec, self.zone, self.salt = store, spec, project.timezone, salt
        self.found: list[Finding] = []
        self.read = self.filtered = 0
        self._path = Path(project.root, "target", "spool.csv")
        self._spool: Spool | None = None
        self._path.unlink(missing_ok=True)
        load.fresh(store, table_of(spec.kind))

    def file(self, path: Path, name: str, seen: Seen) -> None:
        """One file into `good`, or into the spool that is taken with the next files of the same shape."""
        form = form_of(path, self.spec)
        try:
            job = self.job(path, seen, form)
            taken = None
            if form == "parquet":
                taken = bulk.take_parquet(self.store, job, path, seen, name)
            elif form == "csv":
                taken = bulk.take_csv(self.store, job, path, seen, name)
            if taken is None:
                self.spool(job).add(name, lines_of(path, seen, form, job.mapping))
            else:
                self.read, self.filtered = self.read + taken[0], self.filtered + taken[1]
        except NotThat as wrong:
            raise Broken(not_that(self.spec, path, wrong)) from None
        except OSError as error:
            raise Broken(unreadable(self.spec, path, error)) from None

    def job(self, path: Path, seen: Seen, form: str) -> load.Job:
        """What is to be done with a file of this header, or Broken."""
        header = header_of(path, seen, form)
        if not header:
            message = f"`{path.name}` is empty: it has not even a header."
            raise Broken(say(self.spec, "source-empty", message, "Export it again. What was read before is kept."))
        plan, found = mapping(self.spec, header)
        if any(finding.severity == "error" for finding in found):
            told_of = (
                f"`{path.name}`: " if len(Path(self.spec.path).parts) and path.name != Path(self.spec.path).name else ""
            )
            raise Broken(*(replace(finding, message=f"{told_of}{finding.message}") for finding in found))
        self.found += [finding for finding in found if finding not in self.found]
        return load.Job(table_of(self.spec.kind), plan, self.spec.name, self.zone, self.salt)

    def spool(self, job: load.Job) -> Spool:
        """Where rows of this shape wait; what waits in another shape is taken first, so that the order is kept."""
        if self._spool is None or self._spool.job.mapping != job.mapping:
            self.take()
            self._spool = Spool(self._path, job)
        return self._spool

    def take(self) -> None:
        """What waits, into `good`."""
        if self._spool is not None:
            self._spool.take(self.store)
            self.read, self.filtered = self.read + self._spool.read, self.filtered + self._spool.filtered
            self._spool = None

    def done(self) -> int:
        """Everything into its table; gives how many rows there are."""
        self.take()
        return load.settle(self.store, table_of(self.spec.kind), self.spec.name)
