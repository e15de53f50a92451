"""Effort that serves nothing anybody stated."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.days import say_day
from madegood.rules.rule import Case, Remark, Rule

MOST = 0.25  # share of effort; a convention: below it orphan work is everyday friction, above it a strategy unsaid


def look(case: Case) -> Iterator[Remark]:
    effort = case.effort
    if effort is None or effort.part("orphan") <= MOST:
        return
    share, items = effort.part("orphan"), effort.items("orphan")
    what = f"{items} item{'s' if items != 1 else ''}"
    if effort.unit != "items":
        what += f", {share * effort.total:.0f} of {effort.total:.0f} {effort.unit}"
    yield Remark(
        None,
        case.project.place,
        f"{share * 100:.0f} % of the effort from {say_day(effort.first)} to {say_day(effort.last)} ({what}) serves no "
        "outcome, need or bet, and is not declared as upkeep.",
        "Say what the work is for with `work:` of a bet, need or outcome; declare what keeps the lights on under "
        "`upkeep:` in madegood.yml.",
        subject="project:effort",
    )


RULE = Rule("orphan", "warning", "Most effort serves an intent somebody stated, or declared upkeep", look)
