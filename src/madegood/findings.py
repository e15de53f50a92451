"""What is wrong in a person's file, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text file; lines and columns count from 1, the end column is the first one after.

    file  relative to the project's root, with forward slashes
    text  the whole first line, for showing
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0
    text: str = ""


NOWHERE = Span("")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend.

    rule      its name, which reads after "allow": `bet-without-metric`
    message   what is wrong, in whole sentences
    mend      how to mend it
    subject   what it is about, `bet:guest-checkout`: stays the same when lines move
    """

    rule: str
    span: Span
    message: str
    mend: str
    severity: Severity = "error"
    subject: str = ""

    def order(self) -> tuple[str, int, int, str]:
        """By place, then by name."""
        return (self.span.file, self.span.line, self.span.column, self.rule)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence that ends a message, or nothing.

    >>> did_you_mean("paid-order", ["paid-orders", "refunds"])
    ' Did you mean `paid-orders`?'
    >>> did_you_mean("xyz", ["paid-orders"])
    ''
    """
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean `{near[0]}`?" if near else ""
