"""An outcome that speaks of shipping is reached by shipping, whether or not a customer is better off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from madegood.intent.model import Metric, Outcome
from madegood.rules.rule import Case, Remark, Rule, outcomes, where

#: Verbs of making that a title starts with. "Build trust" is an outcome, so `build` counts only before a thing.
VERBS = re.compile(
    r"^\s*(launch|ship|deliver|release|implement|deploy|migrate|roll out|rollout|finish|complete|go live|redesign"
    r"|rebuild|build (?:a|an|the|out|our|new)|develop (?:a|an|the|our|new)|introduce (?:a|an|the|our|new)"
    r"|add (?:a|an|the|new|support))\b",
    re.IGNORECASE,
)
#: So many things that a team makes.
THINGS = re.compile(
    r"\b\d[\d,. ]*\s*(?:new\s+)?(features?|releases?|stories|story points|epics?|tickets?|deployments?|items"
    r"|screens?)\b",
    re.IGNORECASE,
)
#: Metrics that count the team's own work.
COUNTS = re.compile(
    r"\b(velocity|story points?|throughput|deployments?|features? (?:shipped|delivered|released|launched)"
    r"|releases? (?:shipped|made)|tickets? closed|items (?:shipped|done|closed)|lines of code|commits)\b",
    re.IGNORECASE,
)


def words(outcome: Outcome, metric: Metric | None) -> tuple[str, str] | None:
    """The field and the words in it that speak of shipping, or None.

    >>> words(Outcome("x", title="Launch the new checkout"), None)
    ('title', 'Launch')
    >>> words(Outcome("x", title="More people finish checkout"), None)
    """
    title = outcome.title or re.sub(r"[-_.]+", " ", outcome.id)
    if found := VERBS.search(title) or THINGS.search(title):
        return "title", found.group(0).strip()
    counted = re.sub(r"[-_.]+", " ", f"{outcome.metric} {metric.title if metric else ''}")
    if found := COUNTS.search(counted):
        return "metric", found.group(0)
    return None


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        if found := words(outcome, case.strategy.metric(outcome.metric)):
            field, said = found
            yield Remark(
                outcome,
                where(outcome, field),
                f"The outcome `{outcome.id}` speaks of what the team makes (`{said}`), which can be done while nothing "
                "changes for customers.",
                "Say what customers will do differently, and keep the shipping for a bet's `by:`.",
            )


RULE = Rule("outcome-is-output", "note", "An outcome is a change in what customers do, not a thing that ships", look)
