"""`surveys:`, `texts:` and `failures:` of madegood.yml: where what nobody says aloud can be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from madegood.intent.kinds import short
from madegood.intent.model import Failure, SurveySpec, TextSpec
from madegood.intent.nouns import FAILURE, SURVEY, TEXTS, Noun
from madegood.intent.things import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.findings import Span
    from madegood.intent.nodes import Fields, Node, Reader


def surveys(node: Node | None, reader: Reader) -> Iterator[SurveySpec]:
    """Surveys, each with a name of its own."""
    for entry, said, spans, name in _once(node, reader, SURVEY, "survey"):
        if said.get("path") or not any(said.get(field) for field in ("behaviour", "population", "people", "columns")):
            yield SurveySpec(name, **said, place=entry.span)
            continue
        given = next(field for field in ("behaviour", "population", "people", "columns") if said.get(field))
        mend = "Give it one: `path: exports/nps.csv`; of a `responses` source the `events` source tells what they did."
        reader.say("missing-path", spans[given], f"A survey with `{given}` and without a path.", mend)


def texts(node: Node | None, reader: Reader) -> Iterator[TextSpec]:
    """Files of texts, each with a name of its own."""
    for entry, said, spans, name in _once(node, reader, TEXTS, "file of texts"):
        if said.get("path"):
            yield TextSpec(name, **said, place=entry.span)
        else:
            mend = "Give it one: `path: exports/tickets.csv`, relative to madegood.yml."
            reader.say("missing-path", spans.get("path", entry.span), "A file of texts without a path.", mend)


def failures(node: Node | None, reader: Reader) -> Iterator[Failure]:
    """Attempts that fail; each event once."""
    for entry, said, spans, name in _once(node, reader, FAILURE, "failure"):
        if said.get("used") == name:
            mend = "Name the event of an attempt that went well, or leave `used` out: then any other event is one."
            reader.say("bad-choice", spans["used"], f"`{short(name)}` cannot fail and go well.", mend)
            said.pop("used")
        yield Failure(name, **said, place=entry.span)


def _once(
    node: Node | None, reader: Reader, noun: Noun, word: str
) -> Iterator[tuple[Fields, dict[str, Any], dict[str, Span], str]]:
    """The maps of a list that have a name, and each name once."""
    seen: dict[str, int] = {}
    for entry, said, spans, name in named(node, reader, noun):
        if not name:
            mend = f"Name it: `- {noun.word}: a-short-name`."
            reader.say("missing-id", entry.span, f"A {word} without its {noun.word}.", mend)
        elif name in seen:
            message = f"The {word} `{short(name)}` already stands in line {seen[name]}."
            reader.say("duplicate-id", spans["name"], message, "Give one of the two its own; the first is read.")
        else:
            seen[name] = entry.span.line
            yield entry, said, spans, name
