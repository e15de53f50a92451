"""Opinions: one file per lint rule; its page in docs/rules is its test."""

from __future__ import annotations

from madegood.rules import (
    allow_without_reason,
    bet_unfalsifiable,
    bet_without_change,
    bet_without_guardrail,
    bet_without_mechanism,
    bet_without_need,
    bet_without_outcome,
    claims_exceed_gap,
    double_claim,
    evidence_stale,
    expects_worse,
    kill_criteria_missing,
    metric_unused,
    metric_without_definition,
    need_without_evidence,
    nothing_stated,
    orphan,
    outcome_is_output,
    outcome_missing_baseline,
    outcome_missing_date,
    outcome_missing_metric,
    outcome_missing_owner,
    outcome_missing_target,
    outdated,
    source_path_missing,
    target_behind_baseline,
    target_unit,
    unknown_metric,
    unknown_need,
    unknown_outcome,
    unknown_rule,
    unserved,
)
from madegood.rules.reading import READING
from madegood.rules.rule import Rule

#: Every rule, in the order of the sentence: outcomes, needs, bets, metrics, effort, the project.
RULES: tuple[Rule, ...] = (
    nothing_stated.RULE,
    outcome_missing_metric.RULE,
    outcome_missing_baseline.RULE,
    outcome_missing_target.RULE,
    outcome_missing_date.RULE,
    outcome_missing_owner.RULE,
    outcome_is_output.RULE,
    target_behind_baseline.RULE,
    target_unit.RULE,
    need_without_evidence.RULE,
    evidence_stale.RULE,
    bet_without_outcome.RULE,
    bet_without_need.RULE,
    bet_without_change.RULE,
    bet_without_mechanism.RULE,
    bet_unfalsifiable.RULE,
    bet_without_guardrail.RULE,
    kill_criteria_missing.RULE,
    expects_worse.RULE,
    claims_exceed_gap.RULE,
    double_claim.RULE,
    metric_without_definition.RULE,
    metric_unused.RULE,
    unserved.RULE,
    orphan.RULE,
    outdated.RULE,
    unknown_outcome.RULE,
    unknown_need.RULE,
    unknown_metric.RULE,
    unknown_rule.RULE,
    allow_without_reason.RULE,
    source_path_missing.RULE,
)


def names() -> tuple[str, ...]:
    """Every name that a finding may bear: what is found while reading, then the opinions."""
    return (*(name for name, _ in READING), *(rule.name for rule in RULES))


def summaries() -> dict[str, str]:
    """What each name asks for, in one line."""
    return dict(READING) | {rule.name: rule.summary for rule in RULES}
