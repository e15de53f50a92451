"""What GrowthBook and LaunchDarkly give out of their flags' past, in the shapes that their interfaces publish."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.engine.store import Store
from madegood.intent.parse import load
from madegood.sources.flag_files import Rule, served
from madegood.sources.pull import pull

DAY = 86_400_000
START = 1_770_000_000_000  # 2 February 2026


def build(root: Path, kind: str, **more: Any) -> tuple[list[Any], list[Any], list[str]]:
    """(releases, rollouts, findings) of the files in a folder."""
    said = {"name": "flags", "kind": kind, "path": "*.json*"} | more
    (root / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {json.dumps(said)}\n")
    with Store.open(None) as store:
        project = load(root).project
        (pulled,) = pull(project, store)
        if not any(finding.severity == "error" for finding in pulled.findings):
            assert pull(project, store)[0].unchanged
        rollouts = store.rows("select release, day::varchar, share from rollouts order by 1, 2")
        releases = store.rows("select id, day::varchar from releases order by 1")
    return releases, rollouts, [f"{finding.rule}: {finding.message}" for finding in pulled.findings]


# ---- GrowthBook ----


def revision(feature: str, version: int, day: int, rules: Any, **more: Any) -> dict[str, Any]:
    """A FeatureRevision of GrowthBook's interface, as its page of documentation describes it."""
    at = f"2026-02-{2 + day:02}T10:00:00.000Z"
    said = {"featureId": feature, "baseVersion": version - 1, "version": version, "comment": "", "date": at}
    return said | {"status": "published", "rules": rules, "defaultValue": "false", "createdBy": "Ana"} | more


def rollout(coverage: float, **more: Any) -> dict[str, Any]:
    said = {"id": "fr_1", "type": "rollout", "value": "true", "coverage": coverage, "hashAttribute": "id"}
    return said | {"enabled": True, "condition": "{}"} | more


FORCE = {"id": "fr_2", "type": "force", "value": "true", "enabled": True}
ON = {"environmentsEnabled": {"production": True, "dev": True}}


def test_growthbooks_revisions_are_rollouts(tmp_path: Path) -> None:
    said = [
        revision("one-tap", 3, 4, {"production": [FORCE], "dev": []}, **ON),
        revision("one-tap", 1, 0, {"production": [], "dev": [FORCE]}, **ON),
        revision("one-tap", 2, 2, {"production": [rollout(0.3, enabled=False), rollout(0.2)]}, **ON),
        revision("one-tap", 4, 5, {"production": []}, status="draft", **ON),
        revision("flat", 1, 0, [rollout(0.4, allEnvironments=True)], **ON),  # as version 2 of the interface has rules
        revision("flat", 2, 1, [rollout(0.4, allEnvironments=False, environments=["dev"])], **ON),
        revision("default", 1, 0, {"production": []}, **ON),
        revision("default", 2, 3, {"production": []}, defaultValue="true", **ON),
    ]
    (tmp_path / "a.json").write_text(json.dumps({"revisions": said[:3], "hasMore": True}))
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, said[3:])))
    releases, rollouts, found = build(tmp_path, "growthbook")
    assert releases == [("default", "2026-02-05"), ("flat", "2026-02-02"), ("one-tap", "2026-02-04")]
    assert rollouts == [
        ("default", "2026-02-05", 1.0),
        ("flat", "2026-02-02", 0.4),
        ("flat", "2026-02-03", 0.0),
        ("one-tap", "2026-02-04", 0.2),
        ("one-tap", "2026-02-06", 1.0),
    ]
    assert not found


def test_whether_a_feature_is_on_stands_in_a_revision_or_with_the_feature_today_or_nowhere(tmp_path: Path) -> None:
    rules = {"production": [FORCE]}
    said = [revision(name, 1, 0, rules) for name in ("today", "nobody-says", "stopped")]
    said += [revision("stopped", 2, 3, rules, environmentsEnabled={"production": False})]
    feature = {"id": "today", "archived": False, "environments": {"production": {"enabled": True, "rules": []}}}
    (tmp_path / "a.json").write_text(json.dumps([{"revisions": said}, {"features": [feature]}]))
    releases, rollouts, found = build(tmp_path, "growthbook")
    assert [row[0] for row in releases] == ["today"]
    assert rollouts == [("today", "2026-02-02", 1.0)]
    assert "`nobody-says`, `stopped`" in found[0] and found[0].startswith("source-rollout-partly")


@pytest.mark.parametrize(
    "rule",
    [
        rollout(0.5, condition='{"country": "NO"}'),
        rollout(0.5, savedGroups=[{"match": "all", "ids": ["g"]}]),
        {"id": "x", "type": "experiment-ref", "experimentId": "exp_1", "variations": [], "enabled": True},
    ],
)
def test_a_rule_of_which_nobody_knows_how_many_it_reaches_is_told_in_part(tmp_path: Path, rule: dict[str, Any]) -> None:
    said = [revision("x", 1, 0, {"production": [rule]}, **ON), revision("x", 2, 2, {"production": [FORCE]}, **ON)]
    (tmp_path / "a.json").write_text(json.dumps(said))
    _, rollouts, found = build(tmp_path, "growthbook")
    assert rollouts == [("x", "2026-02-04", 1.0)] and "`x`" in found[0]


def test_an_experiment_reaches_those_who_get_another_value(tmp_path: Path) -> None:
    rule = {
        "id": "x", "type": "experiment", "trackingKey": "t", "hashAttribute": "id", "coverage": 0.5, "enabled": True,
        "values": [{"value": "false", "weight": 0.5}, {"value": "true", "weight": 0.5}],
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps([revision("x", 1, 0, {"production": [rule]}, **ON)]))
    assert build(tmp_path, "growthbook")[1] == [("x", "2026-02-02", 0.25)]


# ---- LaunchDarkly ----


def entry(key: str, day: float, environment: dict[str, Any], made: float = 0, **more: Any) -> dict[str, Any]:
    """An entry of LaunchDarkly's audit log, with the flag as it then was, as its interface describes both."""
    there = {
        "on": True,
        "archived": False,
        "offVariation": 1,
        "fallthrough": {"variation": 0},
        "targets": [],
        "rules": [],
    }
    flag = {
        "key": key, "kind": "boolean", "creationDate": START + int(made * DAY), "archived": False,
        "variations": [{"value": True}, {"value": False}],
        "environments": {"production": there | environment, "test": there},
    }  # fmt: skip
    said = {
        "_id": f"{key}{day}",
        "date": START + int(day * DAY),
        "kind": "flag",
        "name": key,
        "member": {"email": "a@b.c"},
    }
    return said | {"titleVerb": "changed", "currentVersion": flag} | more


def weights(percent: float) -> dict[str, Any]:
    parts = [{"variation": 0, "weight": percent * 1000}, {"variation": 1, "weight": 100_000 - percent * 1000}]
    return {"fallthrough": {"rollout": {"variations": parts}}}


def test_launchdarklys_audit_log_is_rollouts(tmp_path: Path) -> None:
    said = [
        entry("one-tap", 0, {"on": False}),
        entry("one-tap", 2, weights(15)),
        entry("one-tap", 5, weights(60)),
        entry("one-tap", 6, {}),
        entry("one-tap", 8, {"on": False}),
        entry("handed", 0, {"on": False}),
        entry("handed", 1, {"fallthrough": {"variation": 1}, "targets": [{"variation": 0, "values": ["u1"]}]}),
        entry("handed", 3, {"rules": [{"variation": 0, "clauses": [{}]}], **weights(10)}),
        entry("handed", 4, {}),
        entry("old", 3, {}, made=-40),
        {"kind": "segment", "date": START, "currentVersion": {"key": "s"}},
    ]
    for place, one in enumerate(said):
        (tmp_path / f"{place:02}.json").write_text(json.dumps(one))
    releases, rollouts, found = build(tmp_path, "launchdarkly")
    assert releases == [("handed", "2026-02-05"), ("one-tap", "2026-02-04")]
    assert rollouts == [
        ("handed", "2026-02-05", 0.1),
        ("handed", "2026-02-06", 1.0),
        ("one-tap", "2026-02-04", 0.15),
        ("one-tap", "2026-02-07", 0.6),
        ("one-tap", "2026-02-08", 1.0),
        ("one-tap", "2026-02-10", 0.0),
    ]
    assert "2 flags were" in found[0] and "`handed`, `old`" in found[0]
    releases, _, _ = build(tmp_path, "launchdarkly", where={"environment": "test"})
    assert [row[0] for row in releases] == ["handed", "one-tap"]


# ---- both ----


RULES = st.lists(
    st.builds(Rule, st.booleans(), st.floats(0, 1), st.sampled_from("ab"), st.floats(0, 1)), max_size=5
)  # fmt: skip


@given(RULES, st.floats(0, 1))
def test_bounds_hold_whatever_share_the_conditions_fit(rules: list[Rule], rest: float) -> None:
    told = served("", rules, rest)
    assert -1e-9 <= told.low <= told.high <= 1 + 1e-6
    plain = [rule for rule in rules if not rule.some]
    without = served("", plain, rest)
    assert told.low - 1e-6 <= without.low == without.high <= told.high + 1e-6


@pytest.mark.parametrize("kind", ["growthbook", "launchdarkly"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html>", "no JSON"),
        ("[]", "nothing of a flag's past"),
        ('{"a": 1}', "nothing of a flag's past"),
        ('[{"featureId": "x", "status": "published"}, {"currentVersion": {"environments": {}}}]', "is not as"),
    ],
)
def test_a_file_that_is_none_is_one_finding(tmp_path: Path, kind: str, text: str, words: str) -> None:
    (tmp_path / "a.json").write_text(text)
    releases, _, found = build(tmp_path, kind)
    assert not releases and len(found) == 1 and words in found[0]
