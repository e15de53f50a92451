"""Customers change; a need that was last seen long ago may be gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from madegood.days import say_day
from madegood.intent.model import Need
from madegood.rules.rule import Case, Remark, Rule, needs, remark

FRESH = 365  # days; a convention (one round of yearly planning), not a measured figure: `meta: {fresh_for: 730 days}`


def fresh_for(need: Need) -> int:
    """Days that this need's evidence counts as fresh: its own `meta: {fresh_for: 730 days}`, else a year.

    >>> fresh_for(Need("n", meta=(("fresh_for", "730 days"),)))
    730
    """
    said = re.fullmatch(r"\s*(\d{1,5})\s*(?:days?)?\s*", dict(need.meta).get("fresh_for", ""))
    return int(said.group(1)) if said else FRESH


def look(case: Case) -> Iterator[Remark]:
    for need in needs(case):
        days = [e.on for e in need.evidence if e.on is not None]
        if days and len(days) == len(need.evidence) and max(days) < case.on - timedelta(days=fresh_for(need)):
            yield remark(
                need,
                "evidence",
                f"The newest evidence for the need `{need.id}` is of {say_day(max(days))}, older than "
                f"{fresh_for(need)} days: customers may have moved on.",
                "Ask again and add what you hear, or say how long it holds: `meta: {fresh_for: 730 days}`.",
            )


RULE = Rule("evidence-stale", "note", "A need was seen within the last year", look)
