"""A metric made from events that does not say which events."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.intent.model import Metric
from madegood.rules.rule import Case, Remark, Rule, remark


def lacks(metric: Metric) -> tuple[str, str, str] | None:
    """The field, what is missing and how to mend it; None for a metric that is whole.

    >>> lacks(Metric("m", kind="count", event="order_paid"))
    """
    if metric.kind == "count" and not metric.event:
        return "event", "which event it counts", "Add `event:` with the event's name in your data."
    if metric.kind == "conversion" and len(metric.steps) < 2:
        return "steps", "the two steps between which customers convert", "Add `steps: [signed_up, activated]`."
    if metric.kind == "conversion" and metric.within < 1:
        return "within", "how long customers have for it", "Add `within: 14 days`, so that early and late ones compare."
    return None


def look(case: Case) -> Iterator[Remark]:
    for metric in case.strategy.metrics:
        if missing := lacks(metric):
            field, what, mend = missing
            message = f"The metric `{metric.id}` is a {metric.kind} and does not say {what}, so it cannot be measured."
            yield remark(metric, field, message, mend)


RULE = Rule("metric-without-definition", "error", "A metric made from events says which", look)
