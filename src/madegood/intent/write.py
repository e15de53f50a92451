"""Strategy -> text that a person would keep; read again, it is the same strategy."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from madegood.intent.kinds import META, PAIRS
from madegood.intent.nouns import EVENT, EXPERIMENT, FAILURE, METRIC, NOUNS, SOURCE, SURVEY, TEXTS, Noun
from madegood.intent.parse import headed
from madegood.intent.project import expand
from madegood.intent.things import ID, slug

if TYPE_CHECKING:
    from madegood.intent.model import Project, Strategy


class Tidy(yaml.SafeDumper):
    """Lists are indented under their key; texts of several lines stand as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indents lists too."""
        super().increase_indent(flow, False)


def as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Several lines as a block, where YAML can keep them exactly so."""
    if set(text) & set("\x85\u2028\u2029\ufeff"):  # line ends to YAML, not to us: only double quotes keep them
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    keeps = "\n" in text and not any(line != line.rstrip() for line in text.split("\n")) and text[:1] not in (" ", "\n")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if keeps else None)


Tidy.add_representer(str, as_block)


def dump(value: Any) -> str:
    """YAML with keys in their order."""
    return yaml.dump(value, Dumper=Tidy, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)


def write(strategy: Strategy) -> str:
    """All of it in one YAML text; `parse` gives it back."""
    lists = {noun.plural: [as_fields(noun, one) for one in getattr(strategy, noun.plural)] for noun in NOUNS}
    return dump({name: things for name, things in lists.items() if things} or {})


def as_fields(noun: Noun, one: Any, leave: tuple[str, ...] = ()) -> dict[str, Any]:
    """A thing as the map that is typed: what is as it would be without it, is left out."""
    usual = defaults(noun.make)
    first = {noun.word: next(getattr(one, name) for name in (noun.word, "id", "name") if hasattr(one, name))}
    said: dict[str, Any] = {}
    for field in noun.fields:
        value = getattr(one, field.attribute)
        if field.attribute in leave or value == usual.get(field.attribute) or value in ((), "", None):
            continue
        if field.name not in said and field.attribute not in {f.attribute for f in noun.fields if f.name in said}:
            said[field.name] = field.kind.write(value)
    return {**first, **said}


def defaults(make: type[Any]) -> dict[str, Any]:
    """What each attribute is when nothing was typed."""
    return {f.name: f.default for f in fields(make) if f.default is not MISSING}


def markdown(noun: Noun, one: Any) -> str:
    """A thing as Markdown: its prose as the body wherever that is read back exactly."""
    lines = ["", *one.prose.split("\n")]
    fits = (
        one.prose.replace("\n", " ").isprintable()
        and bool(one.prose)
        and headed(lines, bool(one.title)) == ("", one.prose)
    )
    front = dump(as_fields(noun, one, ("prose",) if fits else ()))
    return f"---\n{front}---\n" + (f"\n{one.prose}\n" if fits else "")


def file_name(name: str, taken: set[str]) -> str:
    """A file's name for an id: the id itself where every file system keeps it apart from the others, and we read it.

    >>> taken = set()
    >>> [file_name(name, taken) for name in ("paid", "Paid", "../x", "readme")]
    ['paid', 'paid-2', 'x', 'readme-2']
    """
    plain = name if ID.fullmatch(name) else slug(name)
    count, found = 1, plain
    while found.lower() in taken | {"readme"}:
        count += 1
        found = f"{slug(plain)}-{count}"
    taken.add(found.lower())
    return found


def write_folder(project: Project, strategy: Strategy, folder: Path) -> tuple[Path, ...]:
    """madegood.yml, strategy/<plural>/<id>.md and strategy/metrics.yml, or one file where the project names one.

    Gives the files that were written; others in the folder stay as they are.
    """
    made: dict[Path, str] = {folder / "madegood.yml": write_project(project)}
    home = folder / expand(project.strategy)
    if home.suffix in (".yml", ".yaml"):
        return save({**made, home: write(strategy)})
    for noun in (one for one in NOUNS if one is not METRIC):
        taken: set[str] = set()
        for one in getattr(strategy, noun.plural):
            made[home / noun.plural / f"{file_name(one.id, taken)}.md"] = markdown(noun, one)
    if strategy.metrics:
        made[home / "metrics.yml"] = dump({"metrics": [as_fields(METRIC, one) for one in strategy.metrics]})
    return save(made)


def save(made: dict[Path, str]) -> tuple[Path, ...]:
    """Writes each text to its file."""
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return tuple(made)


def write_project(project: Project) -> str:
    """madegood.yml."""
    usual = defaults(type(project))
    said: dict[str, Any] = {"madegood": "1", "name": project.name}
    for name in ("strategy", "timezone", "currency"):
        if getattr(project, name) != usual[name]:
            said[name] = getattr(project, name)
    if project.period != usual["period"]:
        said["period"] = f"{project.period} days"
    said["sources"] = [source(one) for one in project.sources]
    said["upkeep"] = [selector.text for selector in project.upkeep]
    said["events"] = [event(one) for one in project.events]
    said["experiments"] = [as_fields(EXPERIMENT, one) for one in project.experiments]
    said["holidays"] = list(project.holidays)
    said["trust"] = list(project.trust)
    said["versions"] = project.versions
    said["match"] = project.match
    for noun in (SURVEY, TEXTS, FAILURE):
        said[noun.plural] = [as_fields(noun, one) for one in getattr(project, noun.plural)]
    said["rules"] = META.write(project.rules)
    states = {n: list(getattr(project, f"{n}_states")) for n in ("active", "done")}
    said["states"] = {n: v for n, v in states.items() if tuple(v) != usual[f"{n}_states"]}
    return dump({name: value for name, value in said.items() if value})


def source(one: Any) -> dict[str, Any]:
    """A door; columns that are joined are written as a list."""
    said = as_fields(SOURCE, one)
    if "columns" in said:
        said["columns"] = {n: v.split(" + ") if " + " in v else v for n, v in PAIRS.write(one.columns).items()}
    return said


def event(one: Any) -> dict[str, Any]:
    """A known event; one day is written `on`."""
    said = as_fields(EVENT, one)
    if one.first != one.last:
        said = {("from" if name == "on" else name): value for name, value in said.items()}
    else:
        said.pop("to", None)
    return said
