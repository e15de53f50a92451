"""madegood.yml -> Project: where facts come from, and what is known besides."""

from __future__ import annotations

import os
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from madegood.findings import did_you_mean
from madegood.intent import kinds as k
from madegood.intent.calendar import country, meant
from madegood.intent.listening import failures, surveys, texts
from madegood.intent.model import REMOTE, Experiment, KnownEvent, Project, SourceSpec
from madegood.intent.nodes import Fields, Node, Reader, Text
from madegood.intent.nouns import EVENT, EXPERIMENT, SOURCE
from madegood.intent.things import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.findings import Span

VERSION = "1"
#: Keys of madegood.yml, with what editors say of them; the lists of a strategy may stand beside them.
KEYS = {
    "madegood": "the version of this way of writing: 1",
    "name": "what the product is called",
    "strategy": "the folder or file that holds the strategy",
    "timezone": "where a day begins, as Europe/Lisbon",
    "currency": "as EUR",
    "period": "the length of a reading, as 13 weeks",
    "sources": "where facts come from",
    "upkeep": "which work is declared to serve no bet, as kind:ci",
    "events": "dated things that are no releases",
    "experiments": "how it was settled who met a release: by lot or choice, in which shares",
    "holidays": "codes of the countries its customers live in, as [US, DE-BY]",
    "trust": "metrics that trust shows in, three or more, as [refunds, opt-outs, return-after-failure]",
    "surveys": "surveys with who was asked and did not answer, as {name: nps, path: asks.csv, behaviour: did.csv}",
    "texts": "what customers say in words, as {name: tickets, path: tickets.csv}; read where it lies, never copied",
    "failures": "attempts that fail, as {event: payment_failed, used: paid}: what one costs in coming back",
    "versions": "the metric whose segments are versions, with how many have each",
    "match": "the folder of a sentence model in ONNX, which suggestions of links ask too",
    "rules": "severity of findings by name: error, warning, note or off",
    "states": "names of states: {active: [...], done: [...]}",
}
SEVERITIES = ("error", "warning", "note", "off")


def read_project(root: str, node: Fields, reader: Reader) -> Project:
    """The project; every value that cannot be read stays what it is without it."""
    said: dict[str, Any] = {}
    spans: dict[str, Span] = {key.value: value.span for key, value in node.pairs}
    for name, kind in (
        ("name", k.TEXT),
        ("strategy", k.WORD),
        ("currency", k.WORD),
        ("period", k.DAYS),
        ("upkeep", k.SELECTORS),
        ("trust", k.WORDS),
        ("versions", k.WORD),
        ("match", k.TEXT),
    ):
        value = node.get(name)
        read = kind.read(value, reader) if value is not None else None
        if read:
            said[name] = read
    said |= version_and_zone(node, reader)
    said |= states(node.get("states"), reader)
    said["holidays"] = tuple(holidays(node.get("holidays"), reader))
    said["rules"] = tuple(rules(node.get("rules"), reader, spans))
    said["sources"] = tuple(sources(node.get("sources"), reader))
    said["events"] = tuple(events(node.get("events"), reader))
    said["experiments"] = tuple(experiments(node.get("experiments"), reader))
    said["surveys"] = tuple(surveys(node.get("surveys"), reader))
    said["texts"] = tuple(texts(node.get("texts"), reader))
    said["failures"] = tuple(failures(node.get("failures"), reader))
    return Project(root, place=node.span, places=MappingProxyType(spans), **said)


def version_and_zone(node: Fields, reader: Reader) -> dict[str, str]:
    """Checks the version; gives the time zone when it exists."""
    version, zone = node.get("madegood"), node.get("timezone")
    if isinstance(version, Text) and version.value not in (VERSION, "1.0"):
        mend = f"Write `madegood: {VERSION}`, or use a program that knows version {k.short(version.value)}."
        reader.say("unknown-version", version.span, f"Version `{k.short(version.value)}` is not known here.", mend)
    text = k.scalar(zone, reader, "a time zone") if zone is not None else None
    if not text:
        return {}
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        mend = "Write a name of the time zone database, as `UTC` or `Europe/Lisbon`."
        reader.say("bad-choice", zone.span, f"`{k.short(text)}` is no time zone.", mend)  # type: ignore[union-attr]
        return {}
    return {"timezone": text}


def states(node: Node | None, reader: Reader) -> dict[str, tuple[str, ...]]:
    """Names of states that mean work is going on, or is over; without case."""
    if node is None or (isinstance(node, Text) and not node.value):
        return {}
    if not isinstance(node, Fields):
        reader.say("wrong-kind", node.span, "A map belongs here.", "Write `active: [...]` and `done: [...]` below.")
        return {}
    out = {}
    for key, value in node.pairs:
        if key.value not in ("active", "done"):
            k.unknown(reader, key.span, key.value, ("active", "done"), "states")
        elif names := k.read_words(value, reader):
            out[f"{key.value}_states"] = tuple(name.lower() for name in names)
    return out


def holidays(node: Node | None, reader: Reader) -> Iterator[str]:
    """Codes of countries, each once."""
    seen: set[str] = set()
    for one in k.many(node, reader, "a list of country codes") if node is not None else ():
        text = k.scalar(one, reader, "a country code")
        code = country(text) if text else None
        if text and code is None:
            reader.say("bad-choice", one.span, f"`{k.short(text)}` is no country with known holidays.", meant(text))
        elif code and code not in seen:
            seen.add(code)
            yield code


def rules(node: Node | None, reader: Reader, spans: dict[str, Span]) -> Iterator[tuple[str, str]]:
    """Rule -> severity."""
    if node is None or (isinstance(node, Text) and not node.value):
        return
    if not isinstance(node, Fields):
        reader.say("wrong-kind", node.span, "A map belongs here.", "Write `evidence-stale: note` lines.")
        return
    for key, value in node.pairs:
        text = (k.scalar(value, reader, "a severity") or "").lower()
        text = {"false": "off", "no": "off", "none": "off"}.get(text, text)
        spans[f"rules.{key.value}"] = key.span
        if text in SEVERITIES:
            yield key.value, text
        elif text:
            hint = did_you_mean(text, SEVERITIES)
            reader.say(
                "bad-choice",
                value.span,
                f"`{k.short(text)}` is no severity.",
                f"Write error, warning, note or off.{hint}",
            )


def sources(node: Node | None, reader: Reader) -> Iterator[SourceSpec]:
    """The doors, each with a name of its own."""
    seen: dict[str, int] = {}
    for entry, said, spans, name in named(node, reader, SOURCE):
        kind = said.get("kind")
        if kind is None:
            if "kind" not in spans:
                mend = "Say what its rows are: `kind: items` (or states, releases, daily, events, ...), or `kind: git`."
                reader.say("bad-choice", entry.span, "A source without a kind.", mend)
            continue
        if not said.get("path") and kind == "git":
            said["path"] = "."
        if not said.get("path"):
            mend = "Give it one: `path: facts/items.csv`, relative to madegood.yml."
            if kind in REMOTE:
                mend = "Say what to read: `repo: acme/shop`, as its address names it; `project: SHOP`; `team: ENG`."
            reader.say("missing-path", spans.get("path", entry.span), "A source without a path.", mend)
            continue
        name = name or kind
        if name in seen:
            message = f"The source `{name}` already stands in line {seen[name]}."
            reader.say("duplicate-id", spans.get("name", entry.span), message, "Give each source its own `name:`.")
            continue
        seen[name] = entry.span.line
        yield SourceSpec(name=name, **said, place=spans.get("name", entry.span), places=MappingProxyType(spans))


def events(node: Node | None, reader: Reader) -> Iterator[KnownEvent]:
    """Known events; one day, or from a day to a day."""
    for entry, said, spans, name in named(node, reader, EVENT):
        if "first" not in said:
            if not {"on", "from", "first"} & set(spans):
                reader.say(
                    "bad-date",
                    entry.span,
                    "A known event without a day.",
                    "Write `on: 2026-11-27`, or `from:` and `to:`.",
                )
            continue
        last = said.setdefault("last", said["first"])
        if last < said["first"]:
            reader.say("bad-date", spans["to"], "It ends before it starts.", "Swap `from:` and `to:`.")
            continue
        yield KnownEvent(name=name or "a known event", **said, place=entry.span)


def experiments(node: Node | None, reader: Reader) -> Iterator[Experiment]:
    """How it was settled who met a release; each release once."""
    seen: dict[str, int] = {}
    for entry, said, spans, name in named(node, reader, EXPERIMENT):
        if not name:
            mend = "Name it: `- release: an-id`, as the facts of who met it spell it."
            reader.say("missing-id", entry.span, "An experiment without a release.", mend)
            continue
        if name in seen:
            message = f"The experiment with `{name}` already stands in line {seen[name]}."
            reader.say("duplicate-id", spans["name"], message, "Keep one of the two; the first is read.")
            continue
        seen[name] = entry.span.line
        if said.get("reading") == "planned" and not said.get("days"):
            mend = "Say how long it was planned for: `days: 28 days`; until then it is read as at any time."
            reader.say("bad-window", spans["reading"], "A planned reading without its length.", mend)
            said.pop("reading")
        arms = dict(said.get("shares", ()))
        if arms and said.get("control") and said["control"] not in arms:
            mend = f"Write the control as in `shares`: {', '.join(arms)}."
            reader.say("bad-choice", spans["control"], f"`{k.short(said['control'])}` has no planned share.", mend)
        yield Experiment(name, **said, place=entry.span)


def expand(path: str) -> str:
    """A path with `${NAME}` and `${NAME:-default}` replaced from the environment; an unset name is left to be seen."""

    def value(match: re.Match[str]) -> str:
        return os.environ.get(match[1]) or (match[0] if match[2] is None else match[2])

    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", value, path)
