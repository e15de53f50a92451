"""What a field can hold: how each kind of value is read from a node, written back, and described to editors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from madegood.findings import Span, did_you_mean
from madegood.intent import amounts
from madegood.intent.model import Amount, Assumption, Evidence, Expectation, KillIf, Selector
from madegood.intent.nodes import Fields, Items, Node, Reader, Text
from madegood.intent.selector import terms

Read = Callable[[Node, Reader], Any]  # gives None where the node cannot be read; then it has said why
Write = Callable[[Any], Any]
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value; the three parts describe the same thing, so that they can never disagree."""

    read: Read
    write: Write
    schema: Schema


def same(value: Any) -> Any:
    """Written as it is."""
    return value


def scalar(node: Node, reader: Reader, wants: str) -> str | None:
    """The text of a node, or a finding that a list or map stands there; None too when nothing was typed."""
    if isinstance(node, Text):
        return node.value.strip() or None
    what = "A list" if isinstance(node, Items) else "A map"
    reader.say("wrong-kind", node.span, f"{what} stands where {wants} belongs.", f"Write {wants}.")
    return None


def many(node: Node, reader: Reader, wants: str) -> tuple[Node, ...]:
    """The items of a list; one thing alone stands for a list of it."""
    if isinstance(node, Items):
        return node.items
    if isinstance(node, Text):
        return (node,) if node.value.strip() else ()
    reader.say("wrong-kind", node.span, f"A map stands where {wants} belongs.", f"Write {wants}.")
    return ()


def read_text(node: Node, reader: Reader) -> str | None:
    if isinstance(node, Text):
        return node.value
    return scalar(node, reader, "a text")


def read_word(node: Node, reader: Reader) -> str | None:
    return scalar(node, reader, "one name")


def read_words(node: Node, reader: Reader) -> tuple[str, ...]:
    words = (scalar(one, reader, "a name") for one in many(node, reader, "a list of names"))
    return tuple(word for word in words if word)


def read_texts(node: Node, reader: Reader) -> tuple[str, ...]:
    texts = (read_text(one, reader) for one in many(node, reader, "a list of texts"))
    return tuple(text for text in texts if text)


def read_owner(node: Node, reader: Reader) -> tuple[str, ...]:
    """A name, names, or a map of role to name: `{product: ana}` is "product: ana"."""
    if isinstance(node, Fields):
        said = ((role.value, scalar(name, reader, "a name")) for role, name in node.pairs)
        return tuple(f"{role}: {name}" for role, name in said if name)
    return read_texts(node, reader)


def read_number(node: Node, reader: Reader) -> float | None:
    text = scalar(node, reader, "a number")
    value = amounts.amount(text) if text else None
    if text and value is None:
        bad_number(node, reader, text)
    return None if value is None else value.value


def bad_number(node: Node, reader: Reader, text: str) -> None:
    mend = "Write it as `41 %`, `0.41`, `1,200` or `12k`."
    reader.say("bad-number", node.span, f"`{short(text)}` is not a number.", mend)


def read_amount(node: Node, reader: Reader) -> Amount | None:
    text = scalar(node, reader, "a number")
    value = amounts.amount(text) if text else None
    if text and value is None:
        bad_number(node, reader, text)
    return value


def read_count(node: Node, reader: Reader) -> int | None:
    text = scalar(node, reader, "a whole number")
    value = amounts.number(text) if text else None
    if text and (value is None or value != int(value) or not 0 < value < 10**9):
        reader.say("bad-number", node.span, f"`{short(text)}` is not a whole number above 0.", "Write it as `12`.")
        return None
    return None if value is None else int(value)


def read_date(node: Node, reader: Reader) -> date | None:
    text = scalar(node, reader, "a date")
    value = amounts.day(text) if text else None
    if text and not isinstance(value, date):
        says = value or f"`{short(text)}` is not a date"
        reader.say("bad-date", node.span, f"{says}.", "Write a day that exists, as `2026-12-31` or `31 Dec 2026`.")
        return None
    return value if isinstance(value, date) else None


def read_days(node: Node, reader: Reader) -> int | None:
    text = scalar(node, reader, "a length of time")
    value = amounts.days(text) if text else None
    if text and value is None:
        reader.say(
            "bad-window", node.span, f"`{short(text)}` is not a length of time.", "Write `28 days` or `4 weeks`."
        )
    return value


def write_days(value: int) -> str:
    return f"{value} day{'s' if value != 1 else ''}"


def read_bool(node: Node, reader: Reader) -> bool | None:
    text = scalar(node, reader, "`yes` or `no`")
    known = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
    if text and text.lower() not in known:
        reader.say("bad-choice", node.span, f"`{short(text)}` is neither yes nor no.", "Write `yes` or `no`.")
    return known.get(text.lower()) if text else None


def choice(*words: str) -> Kind:
    """One of a few words."""

    def read(node: Node, reader: Reader) -> str | None:
        text = scalar(node, reader, "one word")
        if text is None or text.lower() in words:
            return text.lower() if text else None
        listed = ", ".join(f"`{word}`" for word in words)
        hint = did_you_mean(text.lower(), words)
        reader.say("bad-choice", node.span, f"`{short(text)}` is not one of {listed}.", f"Write one of them.{hint}")
        return None

    return Kind(read, same, {"enum": list(words)})


def read_selectors(node: Node, reader: Reader) -> tuple[Selector, ...]:
    found = []
    for one in many(node, reader, "a list of selectors"):
        text = scalar(one, reader, "a selector")
        parsed = terms(text) if text else None
        if parsed:
            found.append(Selector(text or "", parsed, place=one.span))
        elif text:
            mend = (
                'Write `field:pattern` terms, as `label:onboarding`, `epic:KYC-120` or `title:"instant verification"`.'
            )
            reader.say("bad-selector", one.span, f"`{short(text)}` selects nothing that can be understood.", mend)
    return tuple(found)


def read_kill(node: Node, reader: Reader) -> KillIf | None:
    text = scalar(node, reader, "a condition")
    value = amounts.kill(text) if text else None
    if text and value is None:
        mend = "Write it as `below +1 % after 28 days`."
        reader.say("bad-effect", node.span, f"`{short(text)}` is no condition that can be checked.", mend)
        return KillIf(text)
    return value


def read_meta(node: Node, reader: Reader) -> tuple[tuple[str, str], ...]:
    """A free map of texts; what nests deeper is kept as one line of text."""
    if not isinstance(node, Fields):
        if not (isinstance(node, Text) and not node.value):
            reader.say("wrong-kind", node.span, "A map of names to texts belongs here.", "Write `name: text` lines.")
        return ()
    return tuple((key.value, flat(value)) for key, value in node.pairs)


def flat(node: Node) -> str:
    """Any node as one text."""
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Items):
        return "[" + ", ".join(flat(one) for one in node.items) + "]"
    return "{" + ", ".join(f"{key.value}: {flat(value)}" for key, value in node.pairs) + "}"


def short(text: str) -> str:
    """Enough of a text to know it by."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


def pairs(node: Node, reader: Reader) -> tuple[tuple[str, str], ...]:
    """A map of names to texts; a list of names is written `a + b`, in its order."""
    if not isinstance(node, Fields):
        return read_meta(node, reader)
    out = []
    for key, value in node.pairs:
        if isinstance(value, Items):
            out.append((key.value, " + ".join(read_words(value, reader))))
        else:
            text = scalar(value, reader, "a text")
            if text is not None:
                out.append((key.value, text))
    return tuple(out)


STRING: Schema = {"type": ["string", "number", "boolean"]}
STRINGS: Schema = {"anyOf": [STRING, {"type": "array", "items": STRING}]}
TEXT_MAP: Schema = {
    "type": "object",
    "additionalProperties": {"anyOf": [STRING, {"type": ["array", "object", "null"]}]},
}
DAY: Schema = {"type": "string", "description": "a day, as 2026-12-31"}

TEXT = Kind(read_text, same, STRING)
WORD = Kind(read_word, same, STRING)
WORDS = Kind(read_words, list, STRINGS)
TEXTS = Kind(read_texts, list, STRINGS)
OWNER = Kind(read_owner, list, {"anyOf": [*STRINGS["anyOf"], TEXT_MAP]})
NUMBER = Kind(read_number, lambda v: amounts.exact(v), STRING)
SHARE = Kind(read_number, lambda v: f"{amounts.exact(v, 2)} %", STRING)
AMOUNT = Kind(read_amount, amounts.say_amount, STRING)
COUNT = Kind(read_count, str, STRING)
DATE = Kind(read_date, lambda v: v.isoformat(), DAY)
DAYS = Kind(read_days, write_days, {**STRING, "description": "a length of time, as 28 days"})
BOOL = Kind(read_bool, lambda v: "yes" if v else "no", {"enum": ["yes", "no", "true", "false", True, False]})
SELECTORS = Kind(read_selectors, lambda v: [one.text for one in v], STRINGS)
KILL = Kind(read_kill, lambda v: v.text, STRING)
META = Kind(read_meta, dict, TEXT_MAP)
PAIRS = Kind(pairs, dict, TEXT_MAP)


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


def unknown(reader: Reader, span: Span, name: str, known: Any, thing: str) -> None:
    """A field that does not exist: a slip in its name would otherwise say nothing."""
    hint = did_you_mean(name, known)
    mend = f"{hint.strip()} " if hint else ""
    reader.say(
        "unknown-field",
        span,
        f"{thing[:1].upper() + thing[1:]} has no field `{short(name)}`.",
        f"{mend}What is your own goes under `meta:`." if "meta" in known else f"{mend}Fields: {', '.join(known)}.",
    )


def read_effect(node: Node, reader: Reader) -> dict[str, Any] | None:
    text = scalar(node, reader, "a range")
    bounds = amounts.effect(text) if text else None
    if text and bounds is None:
        mend = (
            "Write a range that you would give four to one, as `+6 % to +12 %`, `+1 to +2 points` or `at least +3 %`."
        )
        reader.say("bad-effect", node.span, f"`{short(text)}` is not an effect.", mend)
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
