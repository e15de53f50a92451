"""Text -> Strategy and Project, with every finding at once; nothing that a person typed raises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.errors import UsageError
from madegood.intent.model import Project, Strategy
from madegood.intent.nodes import Fields, Reader, decode
from madegood.intent.nouns import NOUNS
from madegood.intent.project import KEYS, expand, read_project
from madegood.intent.things import Gathered, lists, read_thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.findings import Finding

NAME = "madegood.yml"
ENDINGS = (".md", ".markdown", ".yml", ".yaml")
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
        reader.say("unreadable", reader.at(1), f"The file cannot be read: {wrong}.", "Save it as UTF-8 text.")
    node = reader.read(text)
    if isinstance(node, Fields):
        project = read_project(str(folder), node, reader)
        lists(node, reader, gathered, others=tuple(KEYS))
    elif node is not None:
        reader.say("wrong-kind", node.span, "Fields belong here.", "Begin with `madegood: 1` and `name: ...`.")
    findings = list(reader.findings)
    for one in files(project, gathered, findings, reader):
        findings += read_file(one, folder, gathered)
    return Loaded(project, gathered.strategy(), tuple(sorted(findings, key=lambda f: f.order())))


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
        return decode(path.read_bytes())
    except OSError as error:
        return "", error.strerror or str(error)


def files(project: Project, gathered: Gathered, findings: list[Finding], reader: Reader) -> Iterator[Path]:
    """The strategy's files in order of name; a README is prose about the folder."""
    root = Path(project.root)
    path = root / expand(project.strategy)
    asked = "strategy" in project.places
    if not path.exists() and not asked:
        path = next((p for p in (root / "strategy.yml", root / "strategy.yaml") if p.exists()), path)
    if path.is_file():
        yield path
    elif path.is_dir():
        found = (p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and p.stem.lower() != "readme")
        yield from sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts))
    elif asked:
        start = len(reader.findings)
        message = f"There is no file or folder `{project.strategy}`."
        reader.say("missing-path", project.places["strategy"], message, "Correct the path, or make the folder.")
        findings += reader.findings[start:]


def read_file(path: Path, root: Path, gathered: Gathered) -> list[Finding]:
    """One file of the strategy into what is gathered; gives its findings."""
    try:
        name = path.resolve().relative_to(root).as_posix()
    except ValueError:
        name = path.as_posix()
    reader = Reader(name)
    text, wrong = content(path)
    if wrong:
        reader.say("unreadable", reader.at(1), f"The file cannot be read: {wrong}.", "Save it as UTF-8 text.")
    elif path.suffix.lower() in (".md", ".markdown"):
        read_markdown(text, reader, gathered)
    else:
        read_yaml(text, reader, gathered)
    return reader.findings


def read_yaml(text: str, reader: Reader, gathered: Gathered) -> None:
    """A file of lists."""
    node = reader.read(text)
    if node is None:
        return
    if isinstance(node, Fields):
        noun = next((n for n in NOUNS if node.pairs and node.pairs[0][0].value in n.words), None)
        if noun and not any(n.plural == key.value for n in NOUNS for key, _ in node.pairs):
            thing = read_thing(noun, node, reader)
            if thing is not None:
                gathered.add(noun, thing, reader)
            return
        lists(node, reader, gathered)
        return
    mend = "Write the lists `outcomes:`, `needs:`, `bets:` or `metrics:`."
    reader.say("not-a-strategy-file", node.span, "This file does not say what it holds.", mend)


def read_markdown(text: str, reader: Reader, gathered: Gathered) -> None:
    """One thing: fields between two lines of ---, then prose; its first heading is the title where no field says."""
    reader.lines = text.split("\n")
    closing = next((i for i, line in enumerate(reader.lines[1:], 1) if line.rstrip() in ("---", "...")), 0)
    if reader.lines[0].rstrip() != "---":
        if text.strip():
            reader.say("not-a-strategy-file", reader.at(1), "This file does not say what it holds.", OPENING, "warning")
        return
    if not closing:
        reader.say("unreadable", reader.at(1), "The fields that begin here never end.", "Close them with a line `---`.")
        return
    reader.offset = 1
    node = reader.read("\n".join(reader.lines[1:closing]) + "\n")
    if node is None:
        if not reader.findings:
            reader.say("not-a-strategy-file", reader.at(1), "There are no fields between the lines of `---`.", OPENING)
        return
    word = node.pairs[0][0].value.lower() if isinstance(node, Fields) and node.pairs else ""
    noun = next((n for n in NOUNS if word in n.words), None)
    if noun is None or not isinstance(node, Fields):
        reader.say("not-a-strategy-file", node.span, "The first field does not say what this is.", OPENING)
        return
    title, prose = headed(reader.lines[closing + 1 :], node.get("title") is not None)
    more = {name: value for name, value in (("title", title), ("prose", prose)) if value}
    if noun.field("prose") is None:
        more.pop("prose", None)
    thing = read_thing(noun, node, reader, None, **more)
    if thing is not None:
        gathered.add(noun, thing, reader)


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
