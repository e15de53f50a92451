"""Laws of the rules as a whole; each rule's own examples stand on its page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import madegood
from madegood.findings import Finding, Span
from madegood.intent.model import (
    Amount,
    Bet,
    Evidence,
    Expectation,
    KillIf,
    KnownEvent,
    Metric,
    Need,
    Outcome,
    Project,
    Selector,
    SourceSpec,
    Strategy,
)
from madegood.intent.parse import Loaded, load
from madegood.rules import RULES, names
from madegood.rules.check import check
from madegood.rules.reading import READING
from madegood.rules.snapshot import Part, Snapshot

ON = date(2026, 9, 1)
OUTCOME = Outcome(
    "activated",
    "More people reach their first payment",
    "activation",
    Amount(0.41, True),
    Amount(0.48, True),
    by=date(2026, 12, 31),
    owner=("ana",),
)
NEED = Need("safe", "I want to know my money is safe", ("activated",), (Evidence("quote", "is it safe?", ON),))
BET = Bet(
    "instant",
    achieve="activated",
    need="safe",
    by="Replace the manual check",
    because="41 % stop there",
    expect=(Expectation("activation", 0.06, 0.12, 28),),
    guardrails=("contacts",),
    kill_if=KillIf("below +1 % after 28 days", "below", 0.01, 28),
    work=(Selector("label:instant", (("label", "instant"),)),),
)
METRICS = (
    Metric("activation", kind="conversion", steps=("signed_up", "paid"), within=14),
    Metric("contacts", good="down"),
)
WHOLE = Strategy((OUTCOME,), (NEED,), (BET,), METRICS)


def found(
    strategy: Strategy, effort: Snapshot | None = None, said: tuple[Finding, ...] = (), **project: object
) -> list[Finding]:
    return list(check(Loaded(Project("", **project), strategy, said), ON, effort))  # type: ignore[arg-type]


def rules(strategy: Strategy, effort: Snapshot | None = None, **project: object) -> list[str]:
    return [f.rule for f in found(strategy, effort, **project)]


def effort(**shares: float) -> Snapshot:
    parts = tuple(Part(aim, "", amount, int(amount)) for aim, amount in shares.items())
    return Snapshot(date(2026, 6, 1), date(2026, 8, 30), "person-days", sum(shares.values()), parts)


def test_a_whole_strategy_has_nothing_to_mend() -> None:
    assert found(WHOLE) == []


def test_an_empty_strategy_is_not_green() -> None:
    (one,) = found(Strategy())
    assert (one.rule, one.severity, one.span.file) == ("nothing-stated", "warning", "madegood.yml")


def test_a_draft_never_shouts() -> None:
    outcome, need, bet = (type(t)(t.id, status="proposed") for t in (OUTCOME, NEED, BET))
    assert {f.severity for f in found(Strategy((outcome,), (need,), (bet,)))} == {"note"}


def test_a_draft_with_a_wrong_name_is_still_an_error() -> None:
    draft = replace(BET, status="proposed", achieve="activatd")
    (one,) = (f for f in found(replace(WHOLE, bets=(draft,))) if f.severity == "error")
    assert one.rule == "unknown-outcome"
    assert "Did you mean `activated`?" in one.mend


@pytest.mark.parametrize("status", ["done", "stopped"])
def test_what_is_over_is_not_argued_with(status: str) -> None:
    past = date(2020, 1, 1)
    outcome, need = Outcome("o", status=status, by=past), Need("n", status=status)  # type: ignore[arg-type]
    assert rules(Strategy((outcome,), (need,), (Bet("b", status=status, review=past),))) == []  # type: ignore[arg-type]


def test_madegood_yml_has_the_last_word_on_severities() -> None:
    lame = replace(WHOLE, bets=(replace(BET, guardrails=(), because=""),))
    assert [(f.rule, f.severity) for f in found(lame)] == [
        ("bet-without-guardrail", "note"),
        ("bet-without-mechanism", "warning"),
        ("metric-unused", "note"),
    ]
    said = (("bet-without-mechanism", "error"), ("bet-without-guardrail", "off"), ("metric-unused", "off"))
    assert [(f.rule, f.severity) for f in found(lame, rules=said)] == [("bet-without-mechanism", "error")]


def test_one_finding_can_be_argued_with_where_it_stands() -> None:
    bare = replace(BET, guardrails=(), kill_if=None)
    argued = replace(bare, meta=(("allow", "bet-without-guardrail, kill-criteria-missing: only wording"),))
    other = replace(bare, id="other", work=())
    assert rules(replace(WHOLE, bets=(argued, other), metrics=METRICS[:1])) == [
        "bet-without-guardrail",
        "kill-criteria-missing",
    ]


def test_an_allowance_needs_a_reason_and_a_name_that_exists() -> None:
    bare = replace(BET, guardrails=(), meta=(("allow", "bet-without-guardrail"),))
    assert "allow-without-reason" in rules(replace(WHOLE, bets=(bare,)))
    assert "bet-without-guardrail" in rules(replace(WHOLE, bets=(bare,)))
    wrong = replace(BET, meta=(("allow", "bet-without-guard: no"),))
    (one,) = found(replace(WHOLE, bets=(wrong,)))
    assert one.rule == "unknown-rule"
    assert "bet-without-guardrail" in one.mend


def test_what_reading_found_is_said_too_and_all_is_in_the_order_of_the_files() -> None:
    said = (Finding("bad-date", Span("b.yml", 3), "m", "n"), Finding("bad-number", Span("a.yml", 9), "m", "n"))
    assert [f.rule for f in found(WHOLE, said=said)] == ["bad-number", "bad-date"]
    assert [f.severity for f in found(WHOLE, said=said, rules=(("bad-date", "note"),))] == ["error", "note"]


def test_a_value_that_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "madegood.yml").write_text("madegood: 1\noutcomes:\n  - {outcome: o, target: lots, by: 2030-13-45}\n")
    given_ = [f.rule for f in check(load(tmp_path), ON)]
    assert {"bad-number", "bad-date", "outcome-missing-baseline"} <= set(given_)
    assert not {"outcome-missing-target", "outcome-missing-date"} & set(given_)


def test_a_field_left_empty_is_missing(tmp_path: Path) -> None:
    (tmp_path / "madegood.yml").write_text("madegood: 1\noutcomes:\n  - outcome: o\n    target:\n")
    (one,) = (f for f in check(load(tmp_path), ON) if f.rule == "outcome-missing-target")
    assert one.span.line == 4


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"  # from its maker's manual
    (tmp_path / "madegood.yml").write_text(f"madegood: 1\nnme: {secret}\nouter: [{secret}, {secret}]\n")
    given_ = check(load(tmp_path), ON)
    assert {f.rule for f in given_} >= {"secret-in-text", "unknown-field"}
    assert secret not in repr(given_)


def test_every_finding_of_reading_has_its_name_in_the_list() -> None:
    said = re.compile(r'(?:\bsay|\bFinding)\(\s*"([a-z-]+)"')
    files = Path(madegood.__file__).parent.joinpath("intent").glob("*.py")
    emitted = {name for file in files for name in said.findall(file.read_text(encoding="utf-8"))}
    assert emitted == {name for name, _ in READING}


def test_orphan_effort_is_said_above_a_quarter() -> None:
    assert rules(WHOLE, effort(bet=75, orphan=25)) == []
    (one,) = found(WHOLE, effort(bet=70, orphan=30))
    assert (one.rule, one.severity) == ("orphan", "warning")
    assert "30 % of the effort" in one.message
    assert "30 items, 30 of 100 person-days" in one.message


def test_no_effort_at_all_is_no_orphan_effort() -> None:
    assert rules(WHOLE, effort(orphan=0)) == []


def test_intent_that_got_no_effort_is_unserved_once() -> None:
    idle = replace(effort(bet=10), unserved=(("outcome", "activated"), ("need", "safe"), ("outcome", "gone")))
    assert [(f.rule, f.subject, f.severity) for f in found(WHOLE, idle)] == [
        ("unserved", "need:safe", "note"),
        ("unserved", "outcome:activated", "warning"),
    ]
    alone = replace(WHOLE, bets=(), needs=(), metrics=())
    assert rules(alone, idle).count("unserved") == 1


def test_a_stopped_bet_serves_nobody_and_a_need_with_work_serves_its_outcome() -> None:
    assert "unserved" in rules(replace(WHOLE, bets=(replace(BET, status="stopped"),)))
    worked = replace(NEED, work=(Selector("label:safe", (("label", "safe"),)),))
    assert "unserved" not in rules(replace(WHOLE, needs=(worked,), bets=()))


def test_less_is_good_where_the_metric_says_so() -> None:
    down = (replace(METRICS[0], good="down"), METRICS[1])
    fewer = replace(OUTCOME, target=Amount(0.3, True))
    bet = replace(BET, expect=(Expectation("activation", -0.12, -0.06, 28),))
    assert rules(Strategy((fewer,), (NEED,), (bet,), down)) == []
    assert rules(Strategy((OUTCOME,), (NEED,), (BET,), down)) == ["expects-worse", "target-behind-baseline"]


def test_a_share_may_be_written_without_a_sign_but_not_as_forty_eight() -> None:
    for value, given_ in ((0.48, []), (48.0, ["target-unit"])):
        assert (
            rules(
                replace(WHOLE, outcomes=(replace(OUTCOME, target=Amount(value)),)),
            )
            == given_
        )


def test_net_retention_above_a_hundred_per_cent_is_a_share() -> None:
    outcome = replace(OUTCOME, metric="contacts", baseline=Amount(1.2, True), target=Amount(1.1, True))
    metrics = (METRICS[0], replace(METRICS[1], unit="%"))
    assert rules(replace(WHOLE, outcomes=(outcome,), metrics=metrics)) == []


@pytest.mark.parametrize(
    ("claim", "can_lose"),
    [
        (Expectation("activation", 0.06, 0.12, 28), True),
        (Expectation("activation", 0.03, None, 28), True),
        (Expectation("activation", 0.06, 0.06, 28), False),
        (Expectation("activation", None, None, 28), False),
        (Expectation("activation", 0.06, 0.12, None), False),
    ],
)
def test_a_claim_can_lose_when_it_has_a_range_and_a_window(claim: Expectation, can_lose: bool) -> None:
    assert ("bet-unfalsifiable" not in rules(replace(WHOLE, bets=(replace(BET, expect=(claim,)),)))) == can_lose


@pytest.mark.parametrize(
    ("title", "is_output"),
    [
        ("Launch the new checkout", True),
        ("Deliver 12 features", True),
        ("Roll out SSO to all tenants", True),
        ("Build a mobile app", True),
        ("40 story points a sprint", True),
        ("Build trust with new customers", False),
        ("Release notes are read by more people", True),  # wrong, and why the rule is only ever a note
        ("More people finish checkout", False),
        ("Fewer patients miss their appointment", False),
        ("", False),
    ],
)
def test_an_outcome_that_speaks_of_shipping_is_noted(title: str, is_output: bool) -> None:
    got = [f for f in found(replace(WHOLE, outcomes=(replace(OUTCOME, title=title),))) if f.rule == "outcome-is-output"]
    assert bool(got) == is_output
    assert all(f.severity == "note" for f in got)


def test_the_same_work_is_upkeep_or_a_bet_not_both() -> None:
    upkeep = (Selector("label:Instant", (("label", "Instant"),)),)
    assert rules(WHOLE, upkeep=upkeep) == ["double-claim"]


def test_evidence_grows_old_after_a_year_or_as_the_need_says() -> None:
    old = replace(NEED, evidence=(Evidence("quote", "is it safe?", date(2025, 8, 31)),))
    assert rules(replace(WHOLE, needs=(old,))) == ["evidence-stale"]
    assert rules(replace(WHOLE, needs=(replace(old, meta=(("fresh_for", "730 days"),)),))) == []
    undated = replace(NEED, evidence=(*old.evidence, Evidence("quote", "again")))
    assert rules(replace(WHOLE, needs=(undated,))) == []


def test_a_known_event_may_only_name_metrics_that_exist() -> None:
    event = KnownEvent(ON, ON, "campaign", ("activaton",))
    (one,) = found(WHOLE, events=(event,))
    assert (one.rule, one.subject, one.mend) == ("unknown-metric", "event:campaign", "Did you mean `activation`?")


def test_a_source_must_be_there_unless_a_variable_decides(tmp_path: Path) -> None:
    (tmp_path / "here.csv").touch()
    paths = (
        "here.csv",
        "*.csv",
        "gone.csv",
        "gone/*.csv",
        "${NO_SUCH_VARIABLE_AT_ALL}/x.csv",
        "\0",
        "https://example.org/x",
    )
    sources = tuple(SourceSpec(path, "items", path) for path in paths)
    given_ = check(Loaded(Project(str(tmp_path), sources=sources), WHOLE, ()), ON)
    assert [f.subject for f in given_] == ["source:\0", "source:gone.csv", "source:gone/*.csv"]


names_ = st.sampled_from(["", "a", "b", "activation", "x y", "é\n"])
amounts = st.none() | st.builds(Amount, st.floats(), st.booleans())
days = st.none() | st.dates()
status = st.sampled_from(["proposed", "active", "done", "stopped"])
numbers = st.none() | st.floats()
claims = st.lists(
    st.builds(Expectation, names_, numbers, numbers, st.none() | st.integers(), st.booleans()), max_size=3
)
meta = st.lists(st.tuples(st.sampled_from(["allow", "fresh_for", "x"]), st.text()), max_size=2).map(tuple)
some_outcomes = st.builds(Outcome, names_, st.text(), names_, amounts, amounts, by=days, status=status, meta=meta)
evidence = st.lists(st.builds(Evidence, st.just("quote"), st.text(), days), max_size=2).map(tuple)
some_needs = st.builds(Need, names_, outcomes=st.lists(names_).map(tuple), evidence=evidence, status=status, meta=meta)
some_bets = st.builds(
    Bet,
    names_,
    achieve=names_,
    need=names_,
    expect=claims.map(tuple),
    guardrails=st.lists(names_, max_size=2).map(tuple),
    review=days,
    status=status,
    meta=meta,
)
some_metrics = st.builds(
    Metric,
    names_,
    kind=st.sampled_from(["daily", "count", "active", "conversion"]),
    controls=st.lists(names_, max_size=2).map(tuple),
)
strategies = st.builds(
    Strategy,
    *(st.lists(kind, max_size=3).map(tuple) for kind in (some_outcomes, some_needs, some_bets, some_metrics)),
)


@given(strategies)
def test_no_strategy_breaks_a_rule_and_every_finding_says_where_what_and_how(strategy: Strategy) -> None:
    given_ = found(strategy, effort(orphan=3))
    assert given_ == sorted(given_, key=Finding.order)
    assert len(set(given_)) == len(given_)
    for finding in given_:
        assert finding.rule in names()
        assert finding.message.endswith((".", "?")) and finding.mend and finding.subject


def test_a_control_exists_and_is_another_metric() -> None:
    metrics = (replace(METRICS[0], controls=("contacts", "activation", "contact")), *METRICS[1:])
    said = [f for f in found(Strategy((OUTCOME,), (NEED,), (BET,), metrics)) if f.rule == "unknown-metric"]
    assert [f.message for f in said] == [
        "The metric `activation` has the control `contact`, and no metric has that id.",
        "The metric `activation` is named as its own control.",
    ]
    assert "Did you mean `contacts`?" in said[0].mend and all(f.subject == "metric:activation" for f in said)


def test_a_metric_that_serves_as_a_control_is_used() -> None:
    metrics = (*METRICS, Metric("visits"))
    alone = found(Strategy((OUTCOME,), (NEED,), (BET,), metrics))
    named = found(Strategy((OUTCOME,), (NEED,), (BET,), (replace(METRICS[0], controls=("visits",)), *metrics[1:])))
    assert [f.subject for f in alone if f.rule == "metric-unused"] == ["metric:visits"]
    assert not [f for f in named if f.rule == "metric-unused"]


def test_names_are_unique_and_severities_known() -> None:
    assert len(set(names())) == len(names())
    assert {rule.severity for rule in RULES} <= {"error", "warning", "note"}
