"""Nodes -> outcomes, needs, bets and metrics. A value that is wrong loses only itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from madegood.findings import did_you_mean
from madegood.intent.kinds import scalar, short, unknown
from madegood.intent.model import Strategy
from madegood.intent.nodes import Fields, Items, Node, Reader, Text
from madegood.intent.nouns import NOUNS, Noun

if TYPE_CHECKING:
    from madegood.findings import Span

#: The lists of a strategy by their names, other spellings included.
LISTS = {name: noun for noun in NOUNS for name in noun.lists}
ID = re.compile(r"[^\W_][\w.-]*")


@dataclass(slots=True)
class Gathered:
    """Everything read so far, over all files; ids are unique within each kind."""

    things: dict[str, dict[str, Any]] = field(default_factory=lambda: {noun.word: {} for noun in NOUNS})

    def add(self, noun: Noun, thing: Any, reader: Reader) -> None:
        """One more, unless its id is taken."""
        known = self.things[noun.word]
        if thing.id in known:
            first = known[thing.id].place
            message = f"The {noun.word} `{thing.id}` already stands in {first.file}, line {first.line}."
            reader.say("duplicate-id", thing.place, message, "Give one of the two its own id; the first is read.")
            return
        known[thing.id] = thing

    def strategy(self) -> Strategy:
        """All of it, in the order in which it was read."""
        return Strategy(**{noun.plural: tuple(self.things[noun.word].values()) for noun in NOUNS})


def lists(root: Fields, reader: Reader, gathered: Gathered, others: tuple[str, ...] = ()) -> None:
    """The lists `outcomes`, `needs`, `bets` and `metrics` of one map; `others` are keys that belong to someone else."""
    for key, value in root.pairs:
        noun = LISTS.get(key.value.lower())
        if noun:
            for entry, given in entries(value, reader, noun):
                thing = read_thing(noun, entry, reader, given)
                if thing is not None:
                    gathered.add(noun, thing, reader)
        elif key.value not in others and key.value not in ("madegood", "meta", "$schema"):
            wants = tuple(noun.plural for noun in NOUNS) + others
            hint = did_you_mean(key.value, wants)
            mend = f"{hint.strip()} " if hint else ""
            reader.say(
                "unknown-field",
                key.span,
                f"Nothing here is called `{short(key.value)}`.",
                f"{mend}Known: {', '.join(wants)}.",
            )


def named(
    node: Node | None, reader: Reader, noun: Noun
) -> Iterator[tuple[Fields, dict[str, Any], dict[str, Span], str]]:
    """The maps of a list: each with its attributes, its places and its name, which may be missing."""
    if node is None or (isinstance(node, Text) and not node.value):
        return
    if not isinstance(node, Items):
        reader.say("wrong-kind", node.span, f"A list of {noun.plural} belongs here.", "Start each with a hyphen.")
        return
    for entry in node.items:
        if not isinstance(entry, Fields):
            reader.say(
                "wrong-kind", entry.span, "A map of fields belongs here.", "Write `- name: ...` and its fields below."
            )
            continue
        said, spans, name = fields(noun, entry, reader)
        spans |= {
            f"{key.value}.{one.value}": value.span
            for key, part in entry.pairs
            if isinstance(part, Fields)
            for one, value in part.pairs
        }
        if name:
            spans["name"] = name.span
        yield entry, said, spans, name.value if name else ""


def entries(node: Node, reader: Reader, noun: Noun) -> Iterator[tuple[Fields, Text | None]]:
    """The maps of a list, or of a map of ids to maps."""
    if isinstance(node, Text):
        if node.value.strip():
            reader.say(
                "wrong-kind", node.span, f"A text stands where a list of {noun.plural} belongs.", "Write a list."
            )
        return
    if isinstance(node, Fields):
        if any(key.value.lower() in ("id", *noun.words) and isinstance(value, Text) for key, value in node.pairs):
            yield node, None  # one thing alone stands for a list of it
            return
        for key, value in node.pairs:
            if isinstance(value, Fields):
                yield value, key
            else:
                reader.say(
                    "wrong-kind", value.span, f"A map of fields belongs under `{key.value}`.", "Indent its fields."
                )
        return
    for one in node.items:
        if isinstance(one, Fields):
            yield one, None
        else:
            mend = f"Write `- {noun.word}: an-id` and its fields below."
            reader.say(
                "wrong-kind",
                one.span,
                f"{'A text' if isinstance(one, Text) else 'A list'} stands where {article(noun)} belongs.",
                mend,
            )


def read_thing(noun: Noun, node: Fields, reader: Reader, given: Text | None = None, **more: Any) -> Any:
    """One thing from its map; None only when it has no id that can be read. `given` is an id that stands outside."""
    said, spans, name = fields(noun, node, reader)
    name = given or name
    if name is None or not name.value.strip():
        mend = f"Give it one: `{noun.word}: a-short-name`."
        reader.say("missing-id", name.span if name else node.span, f"{article(noun).capitalize()} without an id.", mend)
        return None
    if not ID.fullmatch(name.value.strip()):
        mend = f"Write one word, as `{slug(name.value)}`."
        reader.say("bad-id", name.span, f"`{short(name.value)}` cannot be an id.", mend)
    spans["id"] = name.span
    for attribute, value in more.items():
        said.setdefault(attribute, value)
    return noun.make(id=name.value.strip(), **said, place=name.span, places=MappingProxyType(spans))


def fields(noun: Noun, node: Fields, reader: Reader) -> tuple[dict[str, Any], dict[str, Span], Text | None]:
    """What a map says: attributes, places (by attribute and by field as typed, list entries by number), and the id."""
    said: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    name: Text | None = None
    for key, value in node.pairs:
        word = key.value.strip().lower()
        if name is None and (word == "id" or word in noun.words):
            text = scalar(value, reader, "an id")
            name = Text(text or "", value.span)
            continue
        known = noun.field(word)
        if known is None:
            unknown(reader, key.span, key.value, [noun.word, *(f.name for f in noun.fields)], article(noun))
            continue
        if known.attribute in spans:
            message = f"`{key.value}` says what already stands in line {spans[known.attribute].line}."
            reader.say("duplicate-key", key.span, message, "Keep one of the two; the first is read.")
            continue
        read = known.kind.read(value, reader)
        spans[known.attribute] = spans[known.name] = value.span
        if isinstance(value, Items):
            spans.update({f"{known.attribute}.{i}": one.span for i, one in enumerate(value.items)})
        if read is not None and not (isinstance(read, str) and not read and known.attribute != "prose"):
            said[known.attribute] = read
    return said, spans, name


def article(noun: Noun) -> str:
    """an outcome, a bet."""
    others = {"events": "known event", "sources": "source", "surveys": "survey", "texts": "file of texts"}
    word = others.get(noun.plural, noun.word)
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def slug(text: str) -> str:
    """An id made of a text.

    >>> slug("Activated accounts!")
    'activated-accounts'
    """
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")[:48].strip("-") or "a-name"
