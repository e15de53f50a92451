"""Intent with no effort below it."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.days import say_day
from madegood.intent.model import Need, Outcome, Strategy
from madegood.rules.rule import Case, Remark, Rule, needs, outcomes, remark, subject


def need_is_served(need: Need, strategy: Strategy) -> bool:
    """Whether anything on paper is meant to meet it."""
    return bool(need.work) or any(b.need == need.id and b.status != "stopped" for b in strategy.bets)


def outcome_is_served(outcome: Outcome, strategy: Strategy) -> bool:
    """Whether anything on paper is meant to move it: a bet, its own work, or a need that something meets."""
    if outcome.work or any(b.achieve == outcome.id and b.status != "stopped" for b in strategy.bets):
        return True
    return any(outcome.id in n.outcomes and need_is_served(n, strategy) for n in strategy.needs)


def look(case: Case) -> Iterator[Remark]:
    """On paper first; then, for what is served on paper, by where the effort went. Needs give notes: to know of more
    needs than one meets is healthy."""
    on_paper: set[str] = set()
    for outcome in outcomes(case):
        if not outcome_is_served(outcome, case.strategy):
            on_paper.add(subject(outcome))
            message = f"Nothing serves the outcome `{outcome.id}`: no bet achieves it, and no work is for it."
            yield remark(
                outcome, "outcome", message, f"Make a bet with `achieve: {outcome.id}`, or set it to `stopped`."
            )
    for need in needs(case):
        if not need_is_served(need, case.strategy):
            on_paper.add(subject(need))
            message = f"Nothing serves the need `{need.id}`: no bet is for it, and no work is."
            yield remark(
                need, "need", message, f"Make a bet with `for: {need.id}`, or leave it for later.", softer=True
            )
    yield from _by_effort(case, on_paper)


def _by_effort(case: Case, on_paper: set[str]) -> Iterator[Remark]:
    """Served on paper, and got none of the effort."""
    if case.effort is None or not case.effort.total:
        return
    effort = case.effort
    idle = {f"{kind}:{name}" for kind, name in effort.unserved} - on_paper
    spent = f"{effort.total:.0f} {effort.unit} from {say_day(effort.first)} to {say_day(effort.last)}"
    things: tuple[Outcome | Need, ...] = (*outcomes(case), *needs(case))
    for thing in things:
        if thing.status == "active" and subject(thing) in idle:
            kind = "outcome" if isinstance(thing, Outcome) else "need"
            yield remark(
                thing,
                kind,
                f"The {kind} `{thing.id}` got none of the {spent}.",
                "Start its next bet, name its work with `work:`, or say that it has to wait with `status: proposed`.",
                softer=kind == "need",
            )


RULE = Rule("unserved", "warning", "Every outcome has work under way toward it", look)
