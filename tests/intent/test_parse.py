from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.errors import UsageError
from madegood.intent.model import Amount, Expectation, KillIf
from madegood.intent.parse import load, parse
from madegood.intent.project import expand

GOOD = """\
outcomes:
  - outcome: activated-accounts
    title: Activated accounts
    metric: activation
    baseline: 41 %
    target: 48 %
    by: 2026-12-31
    owner: {product: ana, design: li}
needs:
  - need: safe
    evidence:
      - {kind: quote, on: 2026-05-01, text: "I never know: is it done?"}
bets:
  - bet: instant
    achieve: activated-accounts
    for: safe
    by: Replace the manual check
    because: 41 % stop while they wait
    expect:
      - {metric: activation, effect: +6 % to +12 %, within: 28 days}
    kill_if: below +1 % after 28 days
    work: ["epic:KYC-120", "label:instant"]
metrics:
  - {metric: activation, unit: "%"}
"""


def test_every_value_is_read_and_keeps_its_place() -> None:
    strategy, findings = parse(GOOD, "strategy.yml")
    assert findings == ()
    outcome, bet = strategy.outcomes[0], strategy.bets[0]
    assert (outcome.baseline, outcome.target, outcome.by) == (
        Amount(0.41, True),
        Amount(0.48, True),
        date(2026, 12, 31),
    )
    assert outcome.owner == ("product: ana", "design: li")
    assert bet.expect == (Expectation("activation", 0.06, 0.12, 28),)
    assert bet.kill_if == KillIf("below +1 % after 28 days", "below", 0.01, 28)
    target = outcome.places["target"]
    assert (target.file, target.line, target.column, target.end_column) == ("strategy.yml", 6, 13, 17)
    assert target.text[target.column - 1 : target.end_column - 1] == "48 %"
    assert bet.places["for"].text == "    for: safe"
    assert bet.places["work.1"].text[bet.places["work.1"].column - 1 :].startswith('"label:instant"')


@pytest.mark.parametrize(
    ("old", "new", "rule", "later", "says"),
    [
        ("target: 48 %", "target: forty", "bad-number", 0, "forty"),
        ("target: 48 %", "traget: 48 %", "unknown-field", 0, "Did you mean `target`?"),
        ("target: 48 %", "target: [1, 2]", "wrong-kind", 0, "A list"),
        ("target: 48 %", "target: 48 %\n    target: 9", "duplicate-key", 1, "line 6"),
        ("2026-12-31", "2026-11-31", "bad-date", 0, "does not exist"),
        ("2026-12-31", "31/12/2026", "bad-date", 0, "31/12/2026"),
        ("+6 % to +12 %", "quite a lot", "bad-effect", 0, "quite a lot"),
        ("within: 28 days", "within: soon", "bad-window", 0, "soon"),
        ("below +1 % after 28 days", "if it fails", "bad-effect", 0, "if it fails"),
        ('"label:instant"', '"label:"', "bad-selector", 0, "label:"),
        ("kind: quote", "kind: qoute", "bad-choice", 0, "Did you mean `quote`?"),
        ("- need: safe", "- title: safe", "missing-id", 0, "A need without an id"),
        ("- need: safe", "- need: safe and sound", "bad-id", 0, "safe-and-sound"),
        ("metrics:\n", "metrics:\n  - {metric: activation}\n", "duplicate-id", 2, "already stands"),
        ("metrics:", "metrcis:", "unknown-field", 0, "Did you mean `metrics`?"),
        ("metrics:\n", "metrics: [", "unreadable", -1, "not YAML"),
        ("outcomes:\n", "outcomes:\n\t- a\n", "unreadable", 1, "tabs"),
        ("title: Activated accounts", "title: Accounts: activated", "unreadable", 0, "quotes"),
    ],
)
def test_a_slip_is_found_at_its_place_with_its_mend(old: str, new: str, rule: str, later: int, says: str) -> None:
    line = GOOD[: GOOD.index(old)].count("\n") + 1 + later
    _, findings = parse(GOOD.replace(old, new, 1), "strategy.yml")
    found = [f for f in findings if f.rule == rule]
    assert found, findings
    assert says in f"{found[0].message} {found[0].mend}"
    assert later < 0 or found[0].span.line == line
    assert found[0].mend


def test_a_wrong_value_loses_only_itself() -> None:
    strategy, findings = parse(GOOD.replace("target: 48 %", "target: forty"), "s.yml")
    assert len(findings) == 1
    assert strategy.outcomes[0].target is None
    assert strategy.outcomes[0].baseline == Amount(0.41, True)
    assert len(strategy.bets) == 1


def test_all_slips_are_said_at_once() -> None:
    broken = GOOD.replace("48 %", "forty").replace("2026-12-31", "soon").replace("28 days}", "later}")
    assert {f.rule for f in parse(broken, "s.yml")[1]} == {"bad-number", "bad-date", "bad-window"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_findings_and_never_raises(text: str) -> None:
    parse(text, "any.yml")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.text("\n\t :-[]{}\"'&*!|>%@`#,.0aé", max_size=6))
def test_a_good_file_with_a_cut_and_an_insertion_never_raises(at: int, cut: int, insertion: str) -> None:
    parse(GOOD[:at] + insertion + GOOD[at + cut :], "any.yml")


def test_a_file_whose_aliases_multiply_is_refused_quickly() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
        f"{c}: &{c} [{','.join(['*' + p] * 9)}]" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    _, findings = parse(bomb, "bomb.yml")
    assert findings[-1].rule == "unreadable" or any(f.rule == "unreadable" for f in findings)


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000 + "a", "\n".join(" " * i + "a:" for i in range(3000))])
def test_a_file_that_nests_too_deep_is_refused(text: str) -> None:
    assert any(f.rule == "unreadable" for f in parse(text, "deep.yml")[1])


def project(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in {"madegood.yml": "madegood: 1\nname: Payments\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_markdown_keeps_prose_title_and_the_places_of_its_own_lines(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        {
            "strategy/bets/instant.md": "---\nbet: instant\ntarget: 3\nby: Replace it\n---\n\n"
            "# Instant verification\n\nWhy we believe it.\n"
        },
    )
    loaded = load(root)
    bet = loaded.strategy.bets[0]
    assert (bet.title, bet.prose, bet.places["by"].line) == ("Instant verification", "Why we believe it.", 4)
    finding = loaded.findings[0]
    assert (finding.rule, finding.span.file, finding.span.line) == ("unknown-field", "strategy/bets/instant.md", 3)


def test_lists_may_stand_in_madegood_yml_itself(tmp_path: Path) -> None:
    root = project(tmp_path, {"madegood.yml": "madegood: 1\nname: P\n" + GOOD})
    assert load(root / "anything").strategy.bets[0].id == "instant"
    assert load(root).findings == ()


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("strategy/a.md", b"\x89PNG\r\n\x1a\n\0\0", "unreadable"),
        ("strategy/a.yml", "outcomes: []\n".encode("utf-16")[:-1], "unreadable"),
        ("strategy/a.yml", "title: caf\xe9".encode("latin-1"), "unreadable"),
        ("strategy/a.md", "just prose\n", "not-a-strategy-file"),
        ("strategy/a.md", "---\nbet: a\n", "unreadable"),
        ("strategy/a.md", "---\ntitle: a\n---\n", "not-a-strategy-file"),
        ("strategy/a.md", "---\n---\n", "not-a-strategy-file"),
        ("strategy/a.yml", "- a\n- b\n", "not-a-strategy-file"),
        (
            "strategy/a.yml",
            "outcomes:\n  - outcome: a\n    title: ghp_0123456789abcdefghijklmnopqrstuvwxyzAB\n",
            "secret-in-text",
        ),
        ("madegood.yml", "madegood: 7\n", "unknown-version"),
        ("madegood.yml", "madegood: 1\nstrategy: nowhere\n", "missing-path"),
        ("madegood.yml", "madegood: 1\nsources: [{name: a, kind: items}]\n", "missing-path"),
        ("madegood.yml", "madegood: 1\nsources: [{name: a, path: x}]\n", "bad-choice"),
        ("madegood.yml", "madegood: 1\nsources: {a: b}\n", "wrong-kind"),
        ("madegood.yml", "madegood: 1\ntimezone: Mars/Base\n", "bad-choice"),
        ("madegood.yml", "madegood: 1\nrules: {evidence-stale: loud}\n", "bad-choice"),
        ("madegood.yml", "madegood: 1\nevents: [{name: fair}]\n", "bad-date"),
        ("madegood.yml", "madegood: 1\nevents: [{name: fair, from: 2026-02-01, to: 2026-01-01}]\n", "bad-date"),
        ("madegood.yml", "madegood: 1\nperiod: a while\n", "bad-window"),
        ("madegood.yml", "- a\n", "wrong-kind"),
        ("madegood.yml", b"\0\0\0", "unreadable"),
    ],
)
def test_a_broken_file_is_a_finding_with_its_place(tmp_path: Path, name: str, content: str | bytes, rule: str) -> None:
    loaded = load(project(tmp_path, {"strategy/good.yml": GOOD, name: content}))
    found = [f for f in loaded.findings if f.rule == rule]
    assert found, loaded.findings
    assert found[0].span.file == name
    assert found[0].mend
    assert name == "madegood.yml" or loaded.strategy.bets, "the other file is read all the same"


def test_an_id_in_two_files_names_the_other_place(tmp_path: Path) -> None:
    loaded = load(
        project(tmp_path, {"strategy/a.yml": "needs: [{need: x}]\n", "strategy/b.yml": "needs: [{need: x}]\n"})
    )
    assert [f.message for f in loaded.findings] == ["The need `x` already stands in strategy/a.yml, line 1."]


def test_without_a_project_the_command_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="madegood init"):
        load(tmp_path)


def test_paths_take_names_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTS", "there")
    assert [expand(p) for p in ("${FACTS}/a", "${NOT_SET:-here}/a", "${NOT_SET}/a")] == [
        "there/a",
        "here/a",
        "${NOT_SET}/a",
    ]
