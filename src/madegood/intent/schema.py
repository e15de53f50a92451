"""The JSON Schema of a strategy file and of madegood.yml, for editors; made from the same tables that read them."""

from __future__ import annotations

from typing import Any

from madegood.intent import kinds as k
from madegood.intent.nouns import EVENT, EXPERIMENT, FAILURE, ID_SAYS, NOUNS, SOURCE, SURVEY, TEXTS, Noun
from madegood.intent.project import KEYS, SEVERITIES

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """One schema for both: the lists of a strategy may stand in madegood.yml."""
    lists = {name: listed(thing(noun), noun) for noun in NOUNS for name in noun.lists}
    selectors = k.SELECTORS.schema
    project: dict[str, Any] = {
        "madegood": k.STRING,
        **dict.fromkeys(("name", "strategy", "timezone", "currency", "period"), k.STRING),
        "sources": {"type": "array", "items": thing(SOURCE)},
        "upkeep": selectors,
        **{
            noun.plural: {"type": "array", "items": thing(noun)} for noun in (EVENT, EXPERIMENT, SURVEY, TEXTS, FAILURE)
        },
        "holidays": k.STRINGS,
        "trust": k.STRINGS,
        "versions": k.STRING,
        "match": k.STRING,
        "rules": {"type": "object", "additionalProperties": {"enum": [*SEVERITIES, False]}},
        "states": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"active": k.STRINGS, "done": k.STRINGS},
        },
    }
    for name, says in KEYS.items():
        project[name] = {**project[name], "description": says}
    return {
        "$schema": DRAFT,
        "title": "madegood",
        "description": "Outcomes, needs, bets and metrics of a strategy, and where facts come from.",
        "type": "object",
        "additionalProperties": False,
        "properties": {**project, **lists, "meta": k.TEXT_MAP, "$schema": {"type": "string"}},
    }


def thing(noun: Noun) -> dict[str, Any]:
    """One thing: its fields, none other."""
    named = {word: {"type": ["string", "number"], "description": ID_SAYS} for word in (*noun.words, "id")}
    said = {
        name: {"anyOf": [field.kind.schema, {"type": "null"}], "description": field.says}
        for field in noun.fields
        for name in (field.name, *field.also)
    }
    return {"type": "object", "additionalProperties": False, "properties": {**named, **said}}


def listed(one: dict[str, Any], noun: Noun) -> dict[str, Any]:
    """A list of things, or a map of their ids to their fields."""
    return {
        "description": f"the {noun.plural}",
        "anyOf": [{"type": "array", "items": one}, {"type": "object", "additionalProperties": one}, {"type": "null"}],
    }
