"""What a field can hold: how each kind of value is read from a node, written back, and described to editors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from madegood.findings import Span, did_you_mean
from madegood.intent import amounts
from madegood.intent.model import Amount, KillIf, Selector
from madegood.intent.nodes import Fields, Items, Node, Reader, Text
from madegood.intent.selector import terms, why

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


def read_variable(node: Node, reader: Reader) -> str | None:
    """`${NAME}`; what stands there instead is not said back, because it may be the secret itself."""
    text = scalar(node, reader, "the name of a variable, as `${NAME}`")
    if text is None or re.fullmatch(r"\$\{\w+\}", text):
        return text
    mend = "Put it into an environment variable and write `${NAME}`; a token that stood in a file is to be made void."
    reader.say("bad-choice", replace(node.span, text=""), "Only the name of a variable belongs here.", mend)
    return None


def read_joined(node: Node, reader: Reader) -> str | None:
    """One name; a list of them as one text with commas between."""
    return ", ".join(read_words(node, reader)) or None


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


def write_owner(value: tuple[str, ...]) -> list[str] | dict[str, str]:
    """As a map where each says its role.

    >>> write_owner(("product: ana", "design: li")), write_owner(("ana", "design: li"))
    ({'product': 'ana', 'design': 'li'}, ['ana', 'design: li'])
    """
    found = [re.fullmatch(r"(\w[\w-]*): (\S|\S[^\n]*\S)", one) for one in value]
    roles = {match[1]: match[2] for match in found if match and match[2] == match[2].strip()}
    return roles if len(roles) == len(value) else list(value)


def read_number(node: Node, reader: Reader) -> float | None:
    text = scalar(node, reader, "a number")
    value = amounts.amount(text) if text else None
    if text and value is None:
        bad_number(node, reader, text)
    return None if value is None else value.value


def bad_number(node: Node, reader: Reader, text: str) -> None:
    mend = "Write it as `41 %`, `0.41`, `1,200` or `12k`."
    if re.fullmatch(r"[+-]?\d+,\d{1,2}\s*%?", text):
        mend = f"A comma parts thousands here. For a fraction write a point: `{text.replace(',', '.')}`."
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
            reader.say("bad-selector", one.span, f"`{short(text)}` selects nothing that can be understood.", why(text))
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


def read_shares(node: Node, reader: Reader) -> tuple[tuple[str, float], ...] | None:
    """A map of names to their shares of a whole: `50 %` or parts, as 2 to 1; the shares add up to 1."""
    if not isinstance(node, Fields):
        reader.say("wrong-kind", node.span, "A map of names to shares belongs here.", "Write `control: 50 %` lines.")
        return None
    read = [(key.value, read_number(value, reader)) for key, value in node.pairs]
    if any(value is None for _, value in read):
        return None
    parts = [(name, value) for name, value in read if value is not None]
    total = sum(value for _, value in parts)
    if not total or any(value < 0 for _, value in parts):
        reader.say("bad-number", node.span, "These are no shares of a whole.", "Write `control: 50 %` lines.")
        return None
    typed = any(isinstance(value, Text) and "%" in value.value for _, value in node.pairs)
    if typed and abs(total - 1) > 0.02:
        mend = "Make them 100 %, or write parts without a percent sign, as 2 and 1."
        reader.say("bad-number", node.span, f"These shares add up to {total:.0%}.", mend)
        return None
    return tuple((name, value / total) for name, value in parts)


def read_scale(node: Node, reader: Reader) -> tuple[float, float] | None:
    """`0 to 10`, or two numbers in a list; the first is the lower one."""
    text = " to ".join(read_words(node, reader)) if isinstance(node, Items) else scalar(node, reader, "a scale")
    ends = [amounts.number(part) for part in re.split(r"\s+to\s+|\s*\.\.\s*", text or "")]
    low, high = (ends[0], ends[1]) if len(ends) == 2 else (None, None)
    if low is not None and high is not None and low < high:
        return float(low), float(high)
    if text:
        mend = "Write its lowest and its highest answer, as `0 to 10`."
        reader.say("bad-number", node.span, f"`{short(text)}` is no scale.", mend)
    return None


def read_figures(node: Node, reader: Reader) -> tuple[tuple[str, float], ...]:
    """A map of names to numbers."""
    if not isinstance(node, Fields):
        reader.say("wrong-kind", node.span, "A map of names to numbers belongs here.", "Write `2026-Q1: 31` lines.")
        return ()
    read = [(key.value, read_number(value, reader)) for key, value in node.pairs]
    return tuple((name, value) for name, value in read if value is not None)


STRING: Schema = {"type": ["string", "number", "boolean"]}
STRINGS: Schema = {"anyOf": [STRING, {"type": "array", "items": STRING}]}
TEXT_MAP: Schema = {
    "type": "object",
    "additionalProperties": {"anyOf": [STRING, {"type": ["array", "object", "null"]}]},
}
DAY: Schema = {"type": "string", "description": "a day, as 2026-12-31"}

TEXT = Kind(read_text, same, STRING)
WORD = Kind(read_word, same, STRING)
VARIABLE = Kind(read_variable, same, {"type": "string", "pattern": r"^\$\{\w+\}$"})
JOINED = Kind(read_joined, same, STRINGS)
WORDS = Kind(read_words, list, STRINGS)
TEXTS = Kind(read_texts, list, STRINGS)
OWNER = Kind(read_owner, write_owner, {"anyOf": [*STRINGS["anyOf"], TEXT_MAP]})
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
SCALE = Kind(read_scale, lambda v: f"{amounts.exact(v[0])} to {amounts.exact(v[1])}", STRINGS)
FIGURES = Kind(read_figures, lambda v: {name: amounts.exact(value) for name, value in v}, TEXT_MAP)
SHARES = Kind(read_shares, lambda v: {name: f"{share:.17g}" for name, share in v}, TEXT_MAP)


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
