"""Lists of small things inside a thing: evidence, assumptions, expectations, each a map of a few fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from madegood.intent import amounts
from madegood.intent.kinds import (
    BOOL,
    COUNT,
    DATE,
    DAYS,
    STRING,
    TEXT,
    WORD,
    Kind,
    Write,
    choice,
    many,
    same,
    scalar,
    short,
    unknown,
    write_days,
)
from madegood.intent.model import Assumption, Evidence, Expectation
from madegood.intent.nodes import Fields, Node, Reader, Text


def parted(make: Callable[..., Any], parts: dict[str, tuple[str, Kind]], first: str, wants: str) -> Kind:
    """A list of small things, each a map of a few fields, or a text alone that stands for its `first` field.

    parts  field as typed -> (name of the attribute, kind)
    """

    def one(node: Node, reader: Reader) -> Any:
        if isinstance(node, Text):
            value = parts[first][1].read(node, reader)
            return make(**{parts[first][0]: value, "place": node.span}) if value else None
        if not isinstance(node, Fields):
            reader.say("wrong-kind", node.span, f"A list stands where {wants} belongs.", f"Write {wants}.")
            return None
        said: dict[str, Any] = {}
        for key, value in node.pairs:
            if key.value not in parts:
                unknown(reader, key.span, key.value, parts, wants)
                continue
            name, kind = parts[key.value]
            read = kind.read(value, reader)
            if read is not None:
                said.update(read if name == "*" else {name: read})
        return make(**said, place=node.span)

    def read(node: Node, reader: Reader) -> tuple[Any, ...]:
        whole = (node,) if isinstance(node, Fields) else many(node, reader, f"a list of {wants}")
        return tuple(made for made in (one(part, reader) for part in whole) if made is not None)

    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"anyOf": [kind.schema, {"type": "null"}]} for name, (_, kind) in parts.items()},
    }
    entry = {"anyOf": [STRING, schema]}
    return Kind(read, same, {"anyOf": [*entry["anyOf"], {"type": "array", "items": entry}]})


def read_effect(node: Node, reader: Reader) -> dict[str, Any] | None:
    text = scalar(node, reader, "a range")
    bounds = amounts.effect(text) if text else None
    if text and bounds is None:
        mend = (
            "Write a range that you would give four to one, as `+6 % to +12 %`, `+1 to +2 points` or `at least +3 %`."
        )
        reader.say("bad-effect", node.span, f"`{short(text)}` is not an effect.", mend)
    if bounds and bounds[2] and min(b for b in bounds[:2] if b is not None) < -1:
        message = f"`{short(text or '')}` falls by more than everything there is."
        reader.say(
            "bad-effect", node.span, message, "Write no less than `-100 %`, or a difference in `points` or `units`."
        )
        return None
    return dict(zip(("low", "high", "relative"), bounds, strict=True)) if bounds else None


def make_evidence(**said: Any) -> Evidence:
    return Evidence(**{"kind": "other", "text": "", **said})


def make_assumption(**said: Any) -> Assumption:
    return Assumption(**{"text": "", **said})


def make_expectation(**said: Any) -> Expectation:
    return Expectation(**{"metric": "", **said})


KIND_OF_EVIDENCE = choice("quote", "ticket", "observation", "interview", "count", "survey", "statement", "other")
EFFECT = Kind(read_effect, same, STRING)
EVIDENCE_PARTS = {
    "kind": ("kind", KIND_OF_EVIDENCE),
    "text": ("text", TEXT),
    "on": ("on", DATE),
    "count": ("count", COUNT),
    "source": ("source", TEXT),
}
ASSUMPTION_PARTS = {"text": ("text", TEXT), "tested": ("tested", BOOL)}
EXPECT_PARTS = {"metric": ("metric", WORD), "effect": ("*", EFFECT), "within": ("within", DAYS)}


def write_evidence(value: tuple[Evidence, ...]) -> list[dict[str, str]]:
    def one(said: Evidence) -> dict[str, str]:
        parts = {"kind": said.kind, "text": said.text, "on": said.on.isoformat() if said.on else ""}
        rest = {"count": str(said.count) if said.count != 1 else "", "source": said.source}
        return {name: text for name, text in {**parts, **rest}.items() if text}

    return [one(said) for said in value]


def write_assumptions(value: tuple[Assumption, ...]) -> list[dict[str, str]]:
    return [{"text": said.text, "tested": "yes" if said.tested else "no"} for said in value]


def write_expect(value: tuple[Expectation, ...]) -> list[dict[str, str]]:
    def one(said: Expectation) -> dict[str, str]:
        within = write_days(said.within) if said.within else ""
        parts = {"metric": said.metric, "effect": amounts.say_effect(said), "within": within}
        return {name: text for name, text in parts.items() if text}

    return [one(said) for said in value]


def listed(make: Callable[..., Any], parts: dict[str, tuple[str, Kind]], first: str, wants: str, write: Write) -> Kind:
    """A list of small things with its writer."""
    kind = parted(make, parts, first, wants)
    return Kind(kind.read, write, kind.schema)


EVIDENCE = listed(make_evidence, EVIDENCE_PARTS, "text", "a piece of evidence", write_evidence)
ASSUMPTIONS = listed(make_assumption, ASSUMPTION_PARTS, "text", "an assumption", write_assumptions)
EXPECT = listed(make_expectation, EXPECT_PARTS, "metric", "an expectation", write_expect)
