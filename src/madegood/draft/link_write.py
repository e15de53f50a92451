"""A person's yes as text: `id:KYC-7` under the `work:` of a bet or need, with comments and layout kept.

The text is spliced at the places that the YAML library gives, and then read again: it is left as it was unless the
strategy that it then holds is the one that was meant.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from madegood.errors import UsageError
from madegood.execution.facts import clean
from madegood.intent.decode import OTHER_BREAKS
from madegood.intent.model import Selector
from madegood.intent.nodes import LOADER
from madegood.intent.parse import load
from madegood.intent.selector import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.findings import Span
    from madegood.intent.model import Bet, Need, Strategy
    from madegood.intent.parse import Loaded

PLAIN = re.compile(r"\w[\w./+-]*(:[\w./+-]*\w)?")  # what YAML reads as it stands
MOST = 60  # letters of a title in a comment


def accept(loaded: Loaded, aim: str, to: str, items: Sequence[tuple[str, str]]) -> Loaded:
    """Writes (item, title) under the `work:` of a bet or need; gives the project read anew.

    Raises UsageError where it cannot be written there, with what to write by hand; the file is then as it was.
    """
    thing = _thing(loaded.strategy, aim, to)
    chosen = [(text, title) for item, title in items if (text := _selector(item, to)) not in _texts(thing)]
    if not chosen:
        return loaded
    path = Path(loaded.project.root, thing.place.file)
    by_hand = f"write it by hand, under `work:` of {aim} {to}: {', '.join(text for text, _ in chosen)}"
    try:
        before = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{thing.place.file} cannot be read as UTF-8 text; {by_hand}") from None
    after = before
    for text, title in chosen:
        after = spliced(after, path.suffix.lower() in (".md", ".markdown"), thing.place, text, title)
    meant = _with(loaded.strategy, aim, thing, [text for text, _ in chosen])
    _save(path, after)
    anew = load(Path(loaded.project.root))
    if (anew.strategy, anew.project, len(anew.findings)) != (meant, loaded.project, len(loaded.findings)):
        _save(path, before)
        raise UsageError(f"{thing.place.file} is laid out in a way that is not understood here; {by_hand}")
    return anew


def _thing(strategy: Strategy, aim: str, to: str) -> Bet | Need:
    """Raises UsageError where there is none."""
    thing = strategy.bet(to) if aim == "bet" else strategy.need(to) if aim == "need" else None
    if thing is None:
        raise UsageError(f"there is no {aim} `{to}` in the strategy. Say `bet` or `need`, and an id that stands there")
    return thing


def _texts(thing: Bet | Need) -> set[str]:
    return {selector.text for selector in thing.work}


def _selector(item: str, to: str) -> str:
    """The selector that picks exactly this item."""
    for text in (f"id:{item}", f'id:"{item}"', f"id:'{item}'"):
        if "*" not in item and terms(text) == (("id", item),):
            return text
    raise UsageError(f"no selector can pick the item `{item}` alone: its id holds quotes or a star. Name {to} in it")


def _with(strategy: Strategy, aim: str, thing: Bet | Need, texts: Sequence[str]) -> Strategy:
    """The strategy with more selectors on one of its bets or needs."""
    more = tuple(Selector(text, terms(text) or ()) for text in texts)
    kind = "bets" if aim == "bet" else "needs"
    now = [replace(one, work=(*one.work, *more)) if one == thing else one for one in getattr(strategy, kind)]
    return replace(strategy, **{kind: tuple(now)})


def _save(path: Path, text: str) -> None:
    """The whole text or none of it."""
    half = path.with_name(path.name + ".half")
    half.write_bytes(text.encode("utf-8"))
    half.replace(path)


def spliced(text: str, markdown: bool, place: Span, selector: str, title: str = "") -> str:
    """The text of a file with one more selector in the thing whose id stands at `place`; unchanged where none does.

    >>> from madegood.findings import Span
    >>> print(spliced("bet: sync  # ours\\nwork: [label:sync]\\n", False, Span("f.yml", 1, 6), "id:K-7"))
    bet: sync  # ours
    work: [label:sync, id:K-7]
    <BLANKLINE>
    """
    begin, skipped, end = _front(text) if markdown else (0, 0, len(text))
    node = _mapping(text[begin:end], place.line - 1 - skipped, place.column - 1)
    if node is None:
        return text
    at, until, new = _edit(text[begin:end], node, selector, title)
    return text[: begin + at] + new + text[begin + until :]


def _front(text: str) -> tuple[int, int, int]:
    """Where the fields of a Markdown file begin, the lines before, and where they end."""
    lines = text.splitlines(keepends=True)
    marks = [number for number, line in enumerate(lines) if line.rstrip("\ufeff \t\r\n").lstrip("\ufeff") == "---"]
    ends = [n for n, line in enumerate(lines) if marks and n > marks[0] and line.rstrip() in ("---", "...")]
    if not ends:
        return 0, 0, 0
    return sum(map(len, lines[: marks[0] + 1])), marks[0] + 1, sum(map(len, lines[: ends[0]]))


def _mapping(text: str, line: int, column: int) -> Any:
    """The map whose id, or the key of which, stands at a place; None where there is none."""
    try:
        root = yaml.compose(text.translate(OTHER_BREAKS), Loader=LOADER)
    except yaml.YAMLError:
        return None
    for node in _maps(root):
        for key, value in node.value:
            if isinstance(value, yaml.ScalarNode) and _at(value, line, column):
                return node
            if isinstance(value, yaml.MappingNode) and _at(key, line, column):
                return value
    return None


def _maps(root: Any) -> Iterator[Any]:
    """Every map of a document."""
    left, seen = [root], set[int]()
    while left:
        node = left.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield node
        left += [part for child in node.value for part in (child if isinstance(child, tuple) else (child,))]


def _at(node: Any, line: int, column: int) -> bool:
    return (node.start_mark.line, node.start_mark.column) == (line, column)


def _edit(text: str, node: Any, selector: str, title: str) -> tuple[int, int, str]:
    """From where to where the text is replaced, and by what."""
    said = selector if PLAIN.fullmatch(selector) else json.dumps(selector, ensure_ascii=False)
    work = next((value for key, value in node.value if str(key.value).strip().lower() == "work"), None)
    if work is None:
        return _field(text, node, said, title)
    if isinstance(work, yaml.SequenceNode) and work.value:
        last = work.value[-1].end_mark.index
        if work.flow_style:
            return last, last, f", {said}"
        return _line(text, last, work.start_mark.column, f"- {said}{_comment(title)}")
    first, end = work.start_mark.index, work.end_mark.index
    before = [json.dumps(work.value, ensure_ascii=False)] if isinstance(work.value, str) and work.value.strip() else []
    if isinstance(work.value, str) and text[first:end].strip() in ("~", "null", "Null", "NULL"):
        before = []
    space = " " if text[first - 1 : first] == ":" else ""
    return first, end, f"{space}[{', '.join([*before, said])}]"


def _field(text: str, node: Any, said: str, title: str) -> tuple[int, int, str]:
    """A map that has no `work:` yet gets one, after the last of its fields that stands in one line."""
    ends = [value.end_mark for key, value in node.value if key.start_mark.line == value.end_mark.line]
    last = ends[-1].index if ends else node.end_mark.index
    if node.flow_style:
        last = node.value[-1][1].end_mark.index if node.value else node.start_mark.index + 1
        return last, last, f"{', ' if node.value else ''}work: [{said}]"
    column = node.start_mark.column
    at, until, new = _line(text, last, column, "work:")
    return at, until, new + _line(text, last, column + 2, f"- {said}{_comment(title)}")[2]


def _line(text: str, after: int, column: int, new: str) -> tuple[int, int, str]:
    """A line of its own below the one in which something ends."""
    end = text.find("\n", after)
    end = len(text) if end < 0 else end - (text[end - 1 : end] == "\r")
    break_ = "\r\n" if "\r\n" in text else "\n"
    return end, end, f"{break_}{' ' * column}{new}"


def _comment(title: str) -> str:
    """The title beside its id, so that a person who reads the file knows it."""
    plain = clean(title)
    short = plain if len(plain) <= MOST else plain[: MOST - 3].rstrip() + "..."
    return f"  # {short}" if short else ""
