"""A name of a metric that no metric has."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.findings import NOWHERE, did_you_mean
from madegood.intent.model import Bet, Metric
from madegood.rules.rule import Case, Remark, Rule, where
from madegood.rules.unknown import places, unknown


def of_bet(bet: Bet, known: set[str]) -> Iterator[Remark]:
    """What a bet expects, and what must not suffer."""
    for i, claim in enumerate(bet.expect):
        if claim.metric and claim.metric not in known:
            at = places(bet, "expect", i) if claim.place == NOWHERE else claim.place
            yield unknown(bet, at, f"The bet `{bet.id}` expects a change of", claim.metric, "metric", known)
    for i, name in enumerate(bet.guardrails):
        if name not in known:
            said = f"The bet `{bet.id}` has the guardrail"
            yield unknown(bet, places(bet, "guardrails", i), said, name, "metric", known)


def of_metric(metric: Metric, known: set[str]) -> Iterator[Remark]:
    """What runs beside it untouched."""
    for i, name in enumerate(metric.controls):
        if name == metric.id:
            message = f"The metric `{metric.id}` is named as its own control."
            mend = "Name another metric that none of its releases can touch, or leave `controls:` out."
            yield Remark(metric, places(metric, "controls", i), message, mend)
        elif name not in known:
            said = f"The metric `{metric.id}` has the control"
            yield unknown(metric, places(metric, "controls", i), said, name, "metric", known)


def look(case: Case) -> Iterator[Remark]:
    known = {m.id for m in case.strategy.metrics}
    for outcome in case.strategy.outcomes:
        if outcome.metric and outcome.metric not in known:
            said = f"The outcome `{outcome.id}` is measured by"
            yield unknown(outcome, where(outcome, "metric"), said, outcome.metric, "metric", known)
    for bet in case.strategy.bets:
        yield from of_bet(bet, known)
    for metric in case.strategy.metrics:
        yield from of_metric(metric, known)
    named = [("trust", name) for name in case.project.trust]
    named += [("versions", case.project.versions)] if case.project.versions else []
    for key, name in named:
        if name not in known:
            message = f"`{key}:` names `{name}`, and no metric has that id."
            at = case.project.places.get(key, case.project.place)
            mend = did_you_mean(name, known).strip() or "Correct the name, or leave it out."
            yield Remark(None, at, message, mend, subject=key)
    for event in case.project.events:
        for name in event.metrics:
            if name not in known:
                yield Remark(
                    None,
                    event.place,
                    f"The known event `{event.name}` concerns `{name}`, and no metric has that id.",
                    did_you_mean(name, known).strip()
                    or "Correct the name, or leave it out: the event is for all metrics.",
                    subject=f"event:{event.name}",
                )


RULE = Rule("unknown-metric", "error", "Every metric that is named exists", look)
