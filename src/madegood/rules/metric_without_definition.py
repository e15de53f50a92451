"""A metric made from events that does not say which events."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.intent.model import Metric
from madegood.rules.rule import Case, Remark, Rule, remark

EVENT = ("event", "which event it counts", "Add `event:` with the event's name in your data.")
STEPS = ("steps", "the two steps between which customers convert", "Add `steps: [signed_up, activated]`.")
WITHIN = ("within", "how long customers have for it", "Add `within: 14 days`, so that early and late ones compare.")
PER = ("per", "which event it is held to", "Add `per:` with the event's name in your data.")
AFTER = ("after", "after how many days customers are to be back", "Add `after: 7 days`.")
#: What each kind needs: the field, what is missing, how to mend it.
NEEDS = {
    "count": (EVENT,), "sum": (EVENT,), "mean": (EVENT,), "ratio": (EVENT, PER), "conversion": (STEPS, WITHIN),
    "adoption": (EVENT, WITHIN), "time-to": (STEPS, WITHIN),
}  # fmt: skip


def lacks(metric: Metric) -> tuple[str, str, str] | None:
    """The field, what is missing and how to mend it; None for a metric that is whole.

    >>> lacks(Metric("m", kind="count", event="order_paid"))
    """
    for said in NEEDS.get(metric.kind, ()):
        if not getattr(metric, said[0]) or (said is STEPS and len(metric.steps) < 2):
            return said
    if metric.kind == "retention" and not metric.after and not metric.within:
        return AFTER
    if metric.kind == "adoption" and not metric.among and not metric.where:
        return "among", "who could take it up", "Add `among:` with the event that shows who could."
    return None


def look(case: Case) -> Iterator[Remark]:
    for metric in case.strategy.metrics:
        if missing := lacks(metric):
            field, what, mend = missing
            kind = f"{'an' if metric.kind == 'adoption' else 'a'} {metric.kind}"
            message = f"The metric `{metric.id}` is {kind} and does not say {what}, so it cannot be measured."
            yield remark(metric, field, message, mend)


RULE = Rule("metric-without-definition", "error", "A metric made from events says which", look)
