"""Remarks about names that nothing has: what four rules have in common."""

from __future__ import annotations

from collections.abc import Collection

from madegood.findings import Span, did_you_mean
from madegood.rules.rule import Remark, Thing, where


def places(thing: Thing, field: str, index: int) -> Span:
    """The place of one name in a list of names, else of the list."""
    return where(thing, f"{field}.{index}", f"{field}[{index}]", field)


def unknown(thing: Thing, span: Span, uses: str, name: str, kind: str, known: Collection[str]) -> Remark:
    """`uses` is the sentence up to the name: "The bet `x` is made for"."""
    near = did_you_mean(name, known)
    if near:
        mend = f"{near.strip()} If not, add {article(kind)} {kind} with `{kind}: {name}`."
    else:
        mend = f"Correct the name, or add {article(kind)} {kind} with `{kind}: {name}`."
    return Remark(thing, span, f"{uses} `{name}`, and no {kind} has that id.", mend)


def article(word: str) -> str:
    """a need, an outcome."""
    return "an" if word[0] in "aeiou" else "a"
