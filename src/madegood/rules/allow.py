"""`meta: {allow: "bet-without-guardrail: only the wording changes"}`: one finding argued with, where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from madegood.intent.model import Strategy
from madegood.rules.rule import Thing


@dataclass(frozen=True, slots=True)
class Allowed:
    """The rules that one thing argues with, and why."""

    thing: Thing
    names: tuple[str, ...]
    reason: str


def allowed(strategy: Strategy) -> Iterator[Allowed]:
    """Everything that is allowed in a strategy, with or without a reason."""
    things: tuple[Thing, ...] = (*strategy.outcomes, *strategy.needs, *strategy.bets, *strategy.metrics)
    for thing in things:
        said = dict(thing.meta).get("allow")
        if said is not None:
            names, _, reason = said.partition(":")
            yield Allowed(thing, tuple(re.findall(r"[\w-]+", names)), reason.strip())
