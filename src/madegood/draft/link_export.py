"""Links as a file, for a tracker or a sheet: which item serves what, and how it is known. Nothing is written back."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.execution.model import Facts
    from madegood.execution.suggest import Suggestion
    from madegood.intent.model import Strategy

COLUMNS = (
    "item", "title", "product", "aim", "to", "need", "outcome", "ground", "because", "label",
    "suggested_aim", "suggested_to", "confidence", "answer",
)  # fmt: skip


def rows(facts: Facts, strategy: Strategy, suggested: Sequence[Suggestion] = ()) -> Iterator[dict[str, str]]:
    """One row an item, with its link; for orphans also the suggestion, which is no link.

    label  what one would put on the item in a tracker, as `bet:instant-verification`; empty for upkeep and orphans
    """
    told = {one.item: one for one in suggested}
    for item, link in zip(facts.items, facts.links, strict=True):
        need, outcome = _upward(strategy, link.aim, link.to)
        one = told.get(item.id)
        yield {
            "item": item.id,
            "title": item.title,
            "product": item.product,
            "aim": link.aim,
            "to": link.to,
            "need": need,
            "outcome": outcome,
            "ground": link.ground,
            "because": link.because,
            "label": f"{link.aim}:{link.to}" if link.aim in ("bet", "need", "outcome") else "",
            "suggested_aim": one.aim if one else "",
            "suggested_to": one.to if one else "",
            "confidence": f"{one.confidence:.2f}" if one else "",
            "answer": "",
        }


def _upward(strategy: Strategy, aim: str, to: str) -> tuple[str, str]:
    """The need and the outcomes that a link leads to; several outcomes are parted by spaces, as ids hold none."""
    if aim == "outcome":
        return "", to
    bet = strategy.bet(to) if aim == "bet" else None
    need = strategy.need(bet.need if bet else to) if bet or aim == "need" else None
    served = (bet.achieve,) if bet and bet.achieve else need.outcomes if need else ()
    return need.id if need else "", " ".join(served)


def to_csv(table: Iterator[dict[str, str]]) -> str:
    """With a first line of names. What a spreadsheet would take for a formula gets an apostrophe before it."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: defused(value) if name in ("title", "because") else value for name, value in row.items()}
                     for row in table)  # fmt: skip
    return out.getvalue()


def defused(text: str) -> str:
    """A text that no spreadsheet reckons with.

    >>> defused("=HYPERLINK(A1)"), defused("- a title")
    ("'=HYPERLINK(A1)", "'- a title")
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def to_json(table: Iterator[dict[str, str]]) -> str:
    """One JSON object; what is empty is left out."""
    links = [{name: value for name, value in row.items() if value} for row in table]
    return json.dumps({"schema": "madegood/links@1", "links": links}, indent=2, ensure_ascii=False)
