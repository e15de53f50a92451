"""Plain git: version tags become releases, commits become work items, or tell which release holds which tracker item.

    sources:
      code: {kind: git, path: ., constant: {product: app}, where: {tag: "app-*"}}

Commits are work items only where no other source brings any, unless `constant: {commits: yes}` or `no` says otherwise.
No person is read, so effort is counted in items.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.errors import SourceError
from madegood.execution.facts import clean
from madegood.execution.zone import local_days
from madegood.findings import Finding
from madegood.intent.model import REMOTE
from madegood.intent.project import expand
from madegood.sources.git_history import Commit, Tag, commits, first_tags, git, tags, within
from madegood.sources.git_words import held_items, intent_of, kind_of
from madegood.sources.pulled import Pulled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.engine.store import Store
    from madegood.findings import Severity
    from madegood.intent.model import Project, SourceSpec

SHORT = 12  # characters of a commit's id: 48 bits, git's own default for a repository of a million commits
YES = ("yes", "true", "1", "on")
WRITES = {
    "releases": """
        INSERT INTO releases (id, product, day, name, prerelease, source)
        SELECT unnest(?::VARCHAR[]), ?, DATE '1970-01-01' + unnest(?::INTEGER[]), NULL, unnest(?::BOOLEAN[]), ?
    """,
    "items": """
        INSERT INTO items (id, product, title, kind, created, done, release, bet, fields, source)
        SELECT unnest(?::VARCHAR[]), ?, unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),
               make_timestamp(unnest(?::BIGINT[]) * 1000000), make_timestamp(unnest(?::BIGINT[]) * 1000000),
               unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::MAP(VARCHAR, VARCHAR)[]), ?
    """,
    "links": """
        INSERT INTO links (release, product, item, source)
        SELECT unnest(?::VARCHAR[]), ?, unnest(?::VARCHAR[]), ?
    """,
}


def pull_git(spec: SourceSpec, project: Project, store: Store) -> Pulled:
    """Read the repository into releases, items and links; on trouble say so and leave the old rows as they were."""
    folder = Path(project.root, expand(spec.path)).expanduser().resolve()
    try:
        trouble = unusable(folder, spec)
        if trouble:
            return Pulled(spec.name, "git", 0, findings=(trouble,))
        history, found = commits(folder), tags(folder, dict(spec.where).get("tag", "*"))
        inside = within(folder)
    except SourceError as error:
        mend = "run `git status` in that folder and mend what it says"
        return Pulled(spec.name, "git", 0, findings=(_finding(spec, "source-git", f"git says: {error}.", mend),))
    found = tuple(tag for tag in found if tag.commit in history)
    rows = _rows(spec, project, history, found, inside)
    write(store, spec.name, rows)
    undated = sum(commit.committed is None for commit in history.values())
    total = sum(len(columns[0]) for columns in rows.values())
    return Pulled(spec.name, "git", total, undated, findings=_warnings(spec, found))


def unusable(folder: Path, spec: SourceSpec) -> Finding | None:
    """Why this folder cannot be read as a repository, or nothing."""
    if not folder.is_dir():
        return _finding(
            spec, "source-missing", f"There is no folder `{spec.path}`.", "set `path` to the repository's folder"
        )
    try:
        git(folder, "rev-parse", "--git-dir")
    except SourceError as error:
        return _refused(spec, str(error))
    if git(folder, "rev-parse", "--is-shallow-repository").strip() == "true":
        what = f"`{spec.path}` is a shallow clone: most of its history is missing, so every count would be too low."
        mend = "run `git fetch --unshallow --tags`; in continuous integration check out with `fetch-depth: 0`"
        return _finding(spec, "source-shallow", what, mend)
    try:
        git(folder, "rev-parse", "--verify", "HEAD^{commit}")
    except SourceError:
        what = f"The repository `{spec.path}` has no commit on its current branch."
        return _finding(spec, "source-empty", what, "commit something, or check out a branch that has commits")
    return None


def _refused(spec: SourceSpec, said: str) -> Finding:
    if "not installed" in said:
        return _finding(spec, "source-git", "The program `git` is not installed.", "install git, or remove this source")
    if "dubious ownership" in said:
        what = f"git does not trust `{spec.path}`: the folder belongs to another user."
        return _finding(spec, "source-git", what, "run `git config --global --add safe.directory` with that folder")
    if "not a git repository" in said:
        mend = "set `path` to a folder inside a git repository, or run `git init` there"
        return _finding(spec, "source-not-what-it-says", f"`{spec.path}` is not in a git repository.", mend)
    mend = "run `git status` in that folder and mend what it says"
    return _finding(spec, "source-git", f"git cannot read `{spec.path}`: {clean(said)}.", mend)


def _warnings(spec: SourceSpec, found: Sequence[Tag]) -> tuple[Finding, ...]:
    if found:
        return ()
    pattern = dict(spec.where).get("tag")
    what = f"No tag of `{spec.path}` names a version{f' and fits `{pattern}`' if pattern else ''}: no release is known."
    mend = "fetch them with `git fetch --tags`, tag what you ship (`v1.2.0`), or add a source of kind `releases`"
    return (_finding(spec, "source-without-tags", what, mend, "warning"),)


def _finding(spec: SourceSpec, rule: str, message: str, mend: str, severity: Severity = "error") -> Finding:
    return Finding(rule, spec.places.get("path", spec.place), message, mend, severity, f"source:{spec.name}")


def brings_items(spec: SourceSpec, project: Project) -> bool:
    """Are this repository's commits work items?"""
    said = {**dict(spec.columns), **dict(spec.constant)}.get("commits")
    if said is not None:
        return str(said).lower() in YES
    return not any(other.kind in ("items", *REMOTE) for other in project.sources)


def _rows(
    spec: SourceSpec, project: Project, history: Mapping[str, Commit], found: Sequence[Tag], inside: set[str] | None
) -> dict[str, tuple[Any, ...]]:
    """Table -> its columns as lists, in the order of WRITES."""
    product = dict(spec.constant).get("product", "")
    first = first_tags(history, found)
    days = local_days(np.array([tag.made for tag in found], dtype=float), project.timezone)
    held = [(tag, item) for tag, items in held_items(history, first).items() for item in items]
    single = [c for c in history.values() if len(c.parents) < 2 and c.committed is not None]
    mine = [c for c in single if inside is None or c.id in inside] if brings_items(spec, project) else []
    return {
        "releases": ([t.name for t in found], product, [int(d) for d in days], [t.version.testing for t in found]),
        "items": _items(mine, first, product),
        "links": ([tag for tag, _ in held], product, [item for _, item in held]),
    }


def _items(mine: Sequence[Commit], first: Mapping[str, str], product: str) -> tuple[Any, ...]:
    kinds = [kind_of(commit.title) for commit in mine]
    return (
        [commit.id[:SHORT] for commit in mine],
        product,
        [clean(commit.title) for commit in mine],
        [kind for kind, _, _ in kinds],
        [commit.authored for commit in mine],
        [commit.committed for commit in mine],
        [first.get(commit.id, "") for commit in mine],
        [intent_of(commit.body) for commit in mine],
        [{"scope": clean(scope), "breaking": "yes" if breaks else "no"} for _, scope, breaks in kinds],
    )


def write(store: Store, name: str, rows: Mapping[str, tuple[Any, ...]]) -> None:
    """Replace what this source brought before, all of it or nothing."""
    with store.transaction():
        for table, columns in rows.items():
            store.execute(f"DELETE FROM {table} WHERE source = ?", (name,))
            if columns[0]:
                store.execute(WRITES[table], (*columns, name))


def digest(folder: Path, spec: SourceSpec, project: Project) -> str:
    """Changes whenever HEAD, a tag or the source's description does: without, there is nothing to read again."""
    told = git(folder, "for-each-ref", "--format=%(refname) %(objectname)", "refs/tags") + git(
        folder, "rev-parse", "HEAD"
    )
    described = (spec.path, spec.constant, spec.columns, spec.where, brings_items(spec, project), project.timezone)
    return hashlib.sha256(f"{told}{described}".encode()).hexdigest()
