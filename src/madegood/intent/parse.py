"""Text -> Strategy and Project, with every finding at once; nothing that a person typed raises."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.errors import UsageError
from madegood.intent.decode import LARGEST, decode
from madegood.intent.kinds import short
from madegood.intent.model import Project, Strategy
from madegood.intent.nodes import Fields, Reader
from madegood.intent.nouns import BET, METRIC, NEED, NOUNS, OUTCOME, Noun
from madegood.intent.project import KEYS, expand, read_project
from madegood.intent.things import LISTS, Gathered, lists, read_thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.findings import Finding

NAME = "madegood.yml"
ENDINGS = (".md", ".markdown", ".yml", ".yaml")
NO_STRATEGY = ("target", "node_modules")  # folders that programs fill, where the whole project is the strategy's folder
SAVE = "Save it as UTF-8 text, in several files where it is very long."
OPENING = "Begin it with `---`, then `outcome: an-id` (or need, bet) and its fields, then `---`, then prose."


@dataclass(frozen=True, slots=True)
class Loaded:
    """A project and its strategy, with everything that is wrong in their files."""

    project: Project
    strategy: Strategy
    findings: tuple[Finding, ...]


def parse(text: str, file: str) -> tuple[Strategy, tuple[Finding, ...]]:
    """All of a strategy in one YAML text.

    >>> strategy, findings = parse("outcomes: [{outcome: paid, target: 48 %}]", "strategy.yml")
    >>> strategy.outcomes[0].target, findings
    (Amount(value=0.48, percent=True), ())
    """
    gathered, reader = Gathered(), Reader(file)
    read_yaml(text, reader, gathered)
    return gathered.strategy(), tuple(reader.findings)


def load(root: Path) -> Loaded:
    """The project whose madegood.yml stands in `root` or above it, with its strategy.

    Raises UsageError when there is none; everything else is a finding.
    """
    path = find(root)
    folder = path.parent
    reader, gathered = Reader(NAME), Gathered()
    project = Project(str(folder))
    text, wrong = content(path)
    if wrong:
        reader.say("unreadable", reader.at(1), f"The file cannot be read: {wrong}.", SAVE)
    node = reader.read(text)
    if isinstance(node, Fields):
        project = read_project(str(folder), node, reader)
        lists(node, reader, gathered, others=tuple(KEYS))
    elif node is not None:
        reader.say("wrong-kind", node.span, "Fields belong here.", "Begin with `madegood: 1` and `name: ...`.")
    found = [finding for one in files(project, reader) for finding in read_file(one, folder, gathered)]
    found += reader.findings
    return Loaded(project, gathered.strategy(), tuple(sorted(found, key=lambda f: f.order())))


def find(root: Path) -> Path:
    """The madegood.yml of a folder, or of the nearest above it."""
    start = root.resolve()
    if start.is_file():
        start = start.parent
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
    raise UsageError(f"there is no {NAME} in {root} or above it. Make one: madegood init")


def content(path: Path) -> tuple[str, str]:
    """The text of a file and "", or "" and what is wrong."""
    try:
        with path.open("rb") as file:
            return decode(file.read(LARGEST + 1))
    except OSError as error:
        return "", error.strerror or str(error)


def files(project: Project, reader: Reader) -> Iterator[Path]:
    """The strategy's files in order of name; says so where a place that was named does not exist."""
    root = Path(project.root)
    path = root / expand(project.strategy)
    named = "strategy" in project.places
    if not named and not path.exists():
        path = next((p for p in (root / "strategy.yml", root / "strategy.yaml") if p.exists()), path)
    try:
        if path.is_dir():
            yield from walk(path)
        elif path.is_file():
            yield from () if path.samefile(root / NAME) else (path,)
        elif named:
            message = f"There is no file or folder `{short(project.strategy)}`."
            mend = "Correct the path, or make the folder."
            reader.say("missing-path", project.places["strategy"], message, mend)
    except OSError as error:
        message = f"`{short(project.strategy)}` cannot be read: {error.strerror}."
        reader.say("missing-path", project.places.get("strategy", reader.at(1)), message, "Correct the path.")


def walk(folder: Path) -> Iterator[Path]:
    """The files of a strategy's folder in order of name, without hidden ones, READMEs and madegood.yml itself."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.lower() == NAME or path.stem.lower() == "readme":
            continue
        if path.is_dir() and not path.is_symlink() and path.name not in NO_STRATEGY:
            yield from walk(path)
        elif path.suffix.lower() in ENDINGS and path.is_file():
            yield path


def read_file(path: Path, root: Path, gathered: Gathered) -> list[Finding]:
    """One file of the strategy into what is gathered; gives its findings."""
    reader = Reader(Path(relpath(path, root)).as_posix())
    text, wrong = content(path)
    if wrong:
        reader.say("unreadable", reader.at(1), f"The file cannot be read: {wrong}.", SAVE)
    elif path.suffix.lower() in (".md", ".markdown"):
        read_markdown(text, reader, gathered)
    else:
        read_yaml(text, reader, gathered)
    return reader.findings


def read_yaml(text: str, reader: Reader, gathered: Gathered) -> None:
    """A file of lists, or of one thing."""
    node = reader.read(text)
    if isinstance(node, Fields):
        take(node, reader, gathered)
    elif node is not None:
        mend = "Write the lists `outcomes:`, `needs:`, `bets:` or `metrics:`."
        reader.say("not-a-strategy-file", node.span, "This file does not say what it holds.", mend)


def take(node: Fields, reader: Reader, gathered: Gathered, **more: str) -> None:
    """What one map says: lists of things, or one thing with `more` attributes from around it."""
    noun = noun_of(node)
    if noun is None:
        lists(node, reader, gathered)
        return
    known = {name: value for name, value in more.items() if value and any(f.attribute == name for f in noun.fields)}
    thing = read_thing(noun, node, reader, None, **known)
    if thing is not None:
        gathered.add(noun, thing, reader)


def noun_of(node: Fields) -> Noun | None:
    """What a map is about, as its first field says; else, unless it holds lists, the noun whose word it holds."""
    keys = [key.value.strip().lower() for key, _ in node.pairs]
    first = next((noun for noun in NOUNS if keys[:1] and keys[0] in noun.words), None)
    if first not in (None, METRIC) or has_lists(node):
        return first
    return next((n for n in (BET, NEED, OUTCOME, METRIC) if set(keys) & set(n.words)), None)  # a bet names the others


def has_lists(node: Fields) -> bool:
    """Whether it holds lists of things."""
    return any(key.value.lower() in LISTS for key, _ in node.pairs)


def read_markdown(text: str, reader: Reader, gathered: Gathered) -> None:
    """One thing: fields between two lines of ---, then prose; its first heading is the title where no field says."""
    text = reader.take(text)
    lines = reader.lines
    start = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[start].rstrip() != "---":
        if text.strip():
            message = "This file does not say what it holds."
            reader.say("not-a-strategy-file", reader.at(start + 1), message, OPENING, "warning")
        return
    closing = next((i for i, line in enumerate(lines) if i > start and line.rstrip() in ("---", "...")), 0)
    if not closing:
        message = "The fields that begin here never end."
        reader.say("unreadable", reader.at(start + 1), message, "Close them with a line `---`.")
        return
    reader.offset = start + 1
    before = len(reader.findings)
    node = reader.read("\n".join(lines[start + 1 : closing]) + "\n")
    if isinstance(node, Fields) and (noun_of(node) or has_lists(node)):
        title, prose = headed(lines[closing + 1 :], node.get("title") is not None)
        take(node, reader, gathered, title=title, prose=prose)
    elif node is not None:
        reader.say("not-a-strategy-file", node.span, "The first field does not say what this is.", OPENING)
    elif len(reader.findings) == before:
        message = "There are no fields between the lines of `---`."
        reader.say("not-a-strategy-file", reader.at(start + 1), message, OPENING)


def headed(lines: list[str], titled: bool) -> tuple[str, str]:
    """Title and prose of a body.

    >>> headed(["", "# Instant verification", "", "Why we believe it."], titled=False)
    ('Instant verification', 'Why we believe it.')
    """
    body = "\n".join(lines).strip("\n")
    first, _, rest = body.partition("\n")
    if not titled and first.startswith("# "):
        return first[2:].strip(), rest.strip("\n")
    return "", body
