"""Which files a source means, and what each of them is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.engine.store import first_line, literal
from madegood.errors import EngineError
from madegood.findings import did_you_mean
from madegood.intent.project import expand
from madegood.sources.load import plainly
from madegood.sources.mapping import say
from madegood.sources.reading import NotThat, Seen, look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.engine.store import Store
    from madegood.findings import Finding
    from madegood.intent.model import Project, SourceSpec

ENDINGS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip


class Broken(Exception):
    """A source that cannot be read, with its findings; its old rows stay."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings[0].message if findings else "")
        self.findings = findings


def files_of(spec: SourceSpec, project: Project) -> list[Path]:
    """The files of a source, in order of name, or Broken."""
    text = expand(spec.path)
    if "${" in text:
        name = text.split("${", 1)[1].split("}", 1)[0]
        mend = f"Set it, or give a value to fall back on: `${{{name}:-facts}}`."
        raise Broken(say(spec, "source-missing", f"The environment has no `{name}`.", mend))
    path = Path(project.root, text)
    try:
        path = Path(project.root, Path(text).expanduser())
        found, empty = listed(path, text, spec, project)
    except (OSError, ValueError, RuntimeError, NotImplementedError) as error:
        message = f"`{spec.path}` cannot be looked at: {first_line(error)}."
        raise Broken(say(spec, "source-missing", message, "Correct the path, or the right to read it.")) from None
    if not found:
        raise Broken(say(spec, "source-missing", empty, near(path)))
    return found


def listed(path: Path, text: str, spec: SourceSpec, project: Project) -> tuple[list[Path], str]:
    """The files at a path, a folder or a pattern, and what to say when there are none."""
    if path.is_dir():
        inside = (one for one in path.rglob("*") if not hidden(one, path) and form_of(one, spec) and one.is_file())
        return sorted(inside), f"The folder `{spec.path}` holds no file that ends in {', '.join(ENDINGS)}."
    if path.is_file():
        return [path], ""
    if any(mark in text for mark in "*?["):
        base = Path(path.anchor) if Path(text).is_absolute() else Path(project.root)
        fit = base.glob(str(path.relative_to(base)) if path.is_relative_to(base) else text)
        fit = (one for one in fit if not one.name.startswith(".") or path.name.startswith("."))
        return sorted(one for one in fit if one.is_file()), f"No file fits `{spec.path}`."
    if path.is_symlink():
        return [], f"`{spec.path}` points to a file that does not exist."
    if path.exists():
        return [], f"`{spec.path}` is no file and no folder."
    return [], f"There is no file `{spec.path}`."


def hidden(path: Path, folder: Path) -> bool:
    """Whether a name from the folder down starts with a dot."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def near(path: Path) -> str:
    """What may have been meant."""
    try:
        names = sorted(one.name for one in path.parent.iterdir())
    except OSError:
        names = []
    hint = did_you_mean(path.name, names).strip()
    return f"Correct the path; it is relative to madegood.yml. {hint}".strip()


def form_of(path: Path, spec: SourceSpec) -> str:
    """csv, jsonl or parquet; empty when neither the source nor the file's ending says."""
    return spec.format or form_by_name(path)


def form_by_name(path: Path) -> str:
    """csv, jsonl or parquet, by the ending before `.gz`; empty for another."""
    ends = [ending.lower() for ending in path.suffixes if ending.lower() != ".gz"]
    return ENDINGS.get(ends[-1] if ends else "", "")


def shown(path: Path, project: Project) -> str:
    """A file's name as a person knows it: relative to the project where it lies inside."""
    try:
        return path.resolve().relative_to(Path(project.root).resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return path.name


def looked(path: Path, spec: SourceSpec, store: Store) -> Seen:
    """The file looked through whole, or Broken."""
    form = form_of(path, spec)
    try:
        if not form:
            raise NotThat(f"ends in `{path.suffix}`; say what it is: `format: csv`, `jsonl` or `parquet`")
        return look_parquet(path, store) if form == "parquet" else look(path)
    except NotThat as wrong:
        raise Broken(not_that(spec, path, wrong)) from None
    except OSError as error:
        raise Broken(unreadable(spec, path, error)) from None


def look_parquet(path: Path, store: Store) -> Seen:
    """The digest and the columns of a Parquet file, or NotThat."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        query = f"select column_name, column_type from (describe select * from read_parquet({literal(plainly(path))}))"
        names = tuple((str(name), str(type_)) for name, type_ in store.rows(query))
    except EngineError:
        raise NotThat("is no Parquet file, or breaks off") from None
    return Seen(digest, size=path.stat().st_size, names=names)


def stamp(path: Path) -> tuple[int, int, int]:
    """Changes when a file is written while it is being read."""
    told = path.stat()
    return told.st_size, told.st_mtime_ns, told.st_ino


def not_that(spec: SourceSpec, path: Path, wrong: NotThat) -> Finding:
    """A file that is not what it says."""
    mend = "Export it again, or point `path:` at the right file. What was read before is kept."
    return say(spec, "source-not-what-it-says", f"`{path.name}` {wrong}.", mend)


def unreadable(spec: SourceSpec, path: Path, error: OSError) -> Finding:
    """A file that cannot be opened, or is gone."""
    message = f"`{path.name}` cannot be read: {error.strerror or error}."
    mend = "Give this program the right to read it, or correct the path. What was read before is kept."
    return say(spec, "source-missing", message, mend)


def odd(spec: SourceSpec, paths: list[Path], seen: list[Seen]) -> Iterator[Finding]:
    """What was guessed about files, said."""
    for path, one in zip(paths, seen, strict=True):
        if one.encoding == "cp1252":
            said = f"`{path.name}` is not UTF-8; it was read as Windows-1252."
        elif one.damaged:
            said = (
                f"`{path.name}` holds {one.damaged:,} letters that are no {one.encoding[:6].upper()}, read as \ufffd."
            )
        else:
            continue
        mend = "Save it as UTF-8, so that no letter is guessed."
        yield say(spec, "source-encoding", said, mend, severity="warning")
