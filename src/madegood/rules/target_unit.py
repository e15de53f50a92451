"""41 % to 48 is a rise of 47 times, or a per cent sign that somebody forgot."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.intent.model import Amount, Metric
from madegood.rules.rule import Case, Remark, Rule, outcomes, remark

SHARES = ("conversion", "adoption", "retention")  # kinds whose values are shares of people


def no_share(amount: Amount | None, metric: Metric | None) -> bool:
    """Whether an amount cannot be a value of a metric that is a share. Some shares pass 100 %: net retention does.

    >>> no_share(Amount(48.0), Metric("m", unit="%")), no_share(Amount(1.1, True), Metric("m", unit="%"))
    (True, False)
    """
    if amount is None or not is_share(metric):
        return False
    if metric and metric.kind in SHARES and not 0 <= amount.value <= 1:
        return True
    return not amount.percent and abs(amount.value) > 1


def is_share(metric: Metric | None) -> bool:
    """Whether its values are shares."""
    return metric is not None and (metric.unit == "%" or metric.kind in SHARES)


def look(case: Case) -> Iterator[Remark]:
    for outcome in outcomes(case):
        metric = case.strategy.metric(outcome.metric)
        start, target = outcome.baseline, outcome.target
        for field, amount in (("baseline", start), ("target", target)):
            if no_share(amount, metric):
                message = f"The {field} of the outcome `{outcome.id}` is {amount}, and `{outcome.metric}` is a share."
                yield remark(outcome, field, message, "Write a share with its sign: 48 %.")
        if start and target and start.percent != target.percent and not is_share(metric):
            message = (
                f"The outcome `{outcome.id}` starts at {start} and wants {target}: only one of them is in per cent."
            )
            yield remark(outcome, "target", message, "Write baseline and target in the same unit.")


RULE = Rule("target-unit", "error", "Baseline, target and metric speak in the same unit", look)
