from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.findings import Span
from madegood.intent.model import Project, SourceSpec
from madegood.sources.files import Broken
from madegood.sources.flags import Rule, step, told
from madegood.sources.remote.pull import doubts, landed
from madegood.sources.remote.unleash_rows import rows

from .fake_unleash import TOKEN, URL, FakeUnleash
from .vendor import START, Cut, Tables, cut, everything, iso

PLACE = Span("madegood.yml", 4, 5, 4, 20, "  - name: flags")
SPEC = SourceSpec("flags", "unleash", "default", token="${UNLEASH_TOKEN}", url=URL, place=PLACE)
DAY = 86400


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("UNLEASH_TOKEN", TOKEN)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def fake() -> FakeUnleash:
    return FakeUnleash()


def read(root: Path, fake: FakeUnleash, spec: SourceSpec = SPEC, zone: str = "UTC", **more: Any) -> Tables:
    """What the tables are made of, whatever the order in which it came."""
    project = Project(str(root), sources=(spec,), timezone=zone)
    more = {"transport": fake.transport, "sleep": fake.tick} | more
    landing, _ = landed(spec, project, "0" * 32, lambda _: None, **more)
    return {name: sorted(tuple(sorted(row.items())) for row in found) for name, found in rows(landing, project).items()}


def fresh(fake: FakeUnleash) -> Tables:
    """The same of somebody who begins today."""
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), fake)


def rollouts(found: Tables, flag: str) -> list[tuple[int, float]]:
    """(days since the start, share) of a flag."""
    rows = [dict(row) for row in found["rollouts"]]
    days = {iso(START + day * DAY)[:10]: day for day in range(60)}
    return sorted((days[row["day"]], float(row["share"])) for row in rows if row["release"] == flag)


def doubt(tmp_path: Path, fake: FakeUnleash) -> list[tuple[str, str]]:
    project = Project(str(tmp_path), sources=(SPEC,))
    landing, _ = landed(SPEC, project, "0" * 32, lambda _: None, transport=fake.transport, sleep=fake.tick)
    return [(finding.rule, finding.message) for finding in doubts(SPEC, landing, 1)]


# ---- laws ----


def act(fake: FakeUnleash, number: int) -> None:
    """One of the things that people do."""
    fake.tick(number % 3 * DAY / 2)
    names, kind = sorted(fake.flags), number // 3 % 9
    flag = names[number // 27 % len(names)] if names else fake.create("first")
    if kind == 0:
        fake.create(f"flag-{number}", "experiment" if number % 2 else "operational")
    elif kind in (1, 2):
        fake.rule(flag, number % 101, f"r{number % 2}", group="both" if kind == 1 else flag)
    elif kind == 3:
        fake.rule(flag, number % 101, constraints=[{"contextName": "country", "operator": "IN", "values": ["NO"]}])
    elif kind == 4:
        fake.drop(flag, f"r{number % 2}")
    elif kind in (5, 6):
        fake.switch(flag, on=kind == 5)
    elif kind == 7:
        fake.end(flag, ("archived", "revived", "deleted")[number % 3])
    else:
        fake.move(flag, "default" if number % 2 else "other")


@settings(max_examples=30, deadline=None)
@given(
    most=st.integers(1, 7),
    days=st.lists(st.tuples(st.lists(st.integers(0, 9999), max_size=15), st.integers(1, 20)), max_size=4),
)
def test_cut_off_anywhere_and_read_again_the_tables_are_those_of_a_first_reading(
    most: int, days: list[tuple[list[int], int]]
) -> None:
    fake = FakeUnleash(most=most)
    with tempfile.TemporaryDirectory() as folder:
        for steps, point in days:
            for number in steps:
                act(fake, number)
            fake.faults = {len(fake.asked) + point: cut}
            with suppress(Cut):
                read(Path(folder), fake)
            fake.faults = {}
        assert read(Path(folder), fake) == fresh(fake)


@settings(max_examples=30, deadline=None)
@given(most=st.integers(1, 4), steps=st.lists(st.integers(0, 9999), min_size=1, max_size=10), early=st.integers(1, 9))
def test_what_changes_while_it_is_being_read_is_there_the_next_time(most: int, steps: list[int], early: int) -> None:
    fake = FakeUnleash(most=most)
    for number in range(40, 400, 11):
        act(fake, number)
    with tempfile.TemporaryDirectory() as folder:
        for place, number in enumerate(steps):
            fake.faults[early + 2 * place] = lambda fake, url, number=number: act(fake, number)  # type: ignore[misc]
        read(Path(folder), fake)
        fake.faults = {}
        assert read(Path(folder), fake) == fresh(fake)


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abc"), st.booleans()), max_size=6))
def test_what_is_known_lies_within_bounds_that_a_further_rule_only_raises(said: list[tuple[float, str, bool]]) -> None:
    rules = [Rule(*one) for one in said]
    before = step("", rules[:-1])
    after = step("", rules)
    assert 0 <= after.low <= after.high <= 1
    assert before.low <= after.low + 1e-9 and before.high <= after.high + 1e-9
    assert (after.low == after.high) or not all(rule.everyone for rule in rules)


# ---- what the tables say ----


def test_a_flag_let_out_in_steps_is_a_release_with_rollouts(tmp_path: Path, fake: FakeUnleash) -> None:
    flag = fake.create("one-tap")
    fake.rule(flag, 10)
    fake.tick(2 * DAY)
    fake.switch(flag)
    fake.rule(flag, 10, environment="development")
    fake.tick(3 * DAY)
    fake.rule(flag, 30)
    fake.rule(flag, 50)
    fake.tick(DAY)
    fake.switch(flag, on=False)
    fake.tick(DAY)
    fake.switch(flag)
    fake.rule(flag, 100)
    fake.tick(DAY)
    fake.event("feature-link-added", flag, data={"url": "https://acme.atlassian.net/browse/SHOP-12", "title": "x"})
    fake.event("feature-link-added", flag, data={"url": "https://wiki.example.com/one-tap", "title": "x"})
    fake.end(flag)
    found = read(tmp_path, fake)
    (release,) = [dict(row) for row in found["releases"]]
    assert (release["id"], release["day"]) == ("one-tap", iso(START + 2 * DAY)[:10])
    assert rollouts(found, flag) == [(2, 0.1), (5, 0.5), (6, 0.0), (7, 1.0)], "and stays, as everyone has it"
    assert [dict(row) for row in found["links"]] == [{"release": "one-tap", "item": "SHOP-12"}]
    assert doubt(tmp_path, fake) == []


def test_days_are_those_of_the_projects_zone(tmp_path: Path, fake: FakeUnleash) -> None:
    fake.now = START - START % DAY + 23.5 * 3600
    fake.rule(fake.create("late"), 100)
    fake.switch("late")
    day = dict(read(tmp_path, fake)["releases"][0])["day"]
    assert dict(read(tmp_path, fake, zone="Europe/Oslo")["releases"][0])["day"] > day


def test_a_flag_put_away_before_everyone_had_it_reaches_nobody_from_then_on(tmp_path: Path, fake: FakeUnleash) -> None:
    fake.rule(fake.create("tried"), 20)
    fake.switch("tried")
    fake.tick(DAY)
    fake.end("tried")
    assert rollouts(read(tmp_path, fake), "tried") == [(0, 0.2), (1, 0.0)]


def test_a_flag_that_comes_back_from_the_archive_is_off_until_it_is_switched_on(
    tmp_path: Path, fake: FakeUnleash
) -> None:
    fake.rule(fake.create("back"), 20)
    fake.switch("back")
    fake.tick(DAY)
    fake.end("back")
    fake.tick(DAY)
    fake.end("back", "revived")
    fake.rule("back", 60)
    fake.tick(DAY)
    fake.switch("back")
    assert rollouts(read(tmp_path, fake), "back") == [(0, 0.2), (1, 0.0), (3, 0.6)]


def test_flags_that_stop_or_permit_release_nothing(tmp_path: Path, fake: FakeUnleash) -> None:
    for kind in ("kill-switch", "operational", "permission"):
        fake.rule(fake.create(kind, kind), 100)
        fake.switch(kind)
    assert not read(tmp_path, fake)["releases"]


@pytest.mark.parametrize(
    "said",
    [
        {"constraints": [{"contextName": "email", "operator": "STR_ENDS_WITH", "values": ["@acme.no"]}]},
        {"segments": [1]},
        {"stickiness": "random"},
        {"name": "remoteAddress"},
    ],
)
def test_a_rule_for_some_is_told_in_part_and_counted_from_when_a_rule_for_everyone_holds(
    tmp_path: Path, fake: FakeUnleash, said: dict[str, Any]
) -> None:
    fake.rule(fake.create("inside"), 50, **said)
    fake.switch("inside")
    assert not read(tmp_path, fake)["releases"]
    (known,) = doubt(tmp_path, fake)
    assert known[0] == "source-rollout-partly" and "`inside`" in known[1]
    fake.tick(4 * DAY)
    fake.rule("inside", 100, "r2")
    assert rollouts(read(tmp_path, fake), "inside") == [(4, 1.0)]


def test_of_a_flag_whose_beginning_is_not_told_nothing_is_claimed(tmp_path: Path, fake: FakeUnleash) -> None:
    fake.rule(fake.create("old"), 100)
    fake.switch("old")
    del fake.log[:2]
    fake.tick(DAY)
    fake.rule("old", 50)
    assert not read(tmp_path, fake)["releases"]
    assert doubt(tmp_path, fake)[0][0] == "source-rollout-partly"


def test_a_flag_that_came_from_another_project_brings_its_past(tmp_path: Path, fake: FakeUnleash) -> None:
    fake.rule(fake.create("moved", project="other"), 40)
    fake.switch("moved")
    read(tmp_path, fake)
    fake.tick(DAY)
    fake.move("moved", "default")
    fake.rule("moved", 100)
    assert rollouts(read(tmp_path, fake), "moved") == [(0, 0.4), (1, 1.0)]


# ---- faults ----


def refused(tmp_path: Path, fake: FakeUnleash, spec: SourceSpec = SPEC) -> str:
    with pytest.raises(Broken) as raised:
        read(tmp_path, fake, spec)
    (finding,) = raised.value.findings
    assert finding.mend and TOKEN not in repr(finding)
    return f"{finding.rule}: {finding.message} {finding.mend}"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"token": "${NOT_SET}"}, "NOT_SET"),
        ({"token": TOKEN}, "belongs in no file"),
        ({"token": ""}, "without a token"),
        ({"url": ""}, "no `url:`"),
        ({"url": "http://flags.example.com"}, "https"),
        ({"path": "else"}, "answered 404"),
        ({"path": "a/b"}, "named by its id"),
        ({"where": (("environment", "live"),)}, "`development`, `production`"),
    ],
)
def test_what_is_wrong_in_the_description_is_one_finding(
    tmp_path: Path, fake: FakeUnleash, changed: dict[str, Any], words: str
) -> None:
    said = {"name": "flags", "kind": "unleash", "path": "default", "token": "${UNLEASH_TOKEN}", "url": URL}
    assert words in refused(tmp_path, fake, SourceSpec(**(said | {"place": PLACE} | changed)))


@pytest.mark.parametrize(
    ("at", "status", "text", "words"),
    [
        (1, 401, '{"message": "You must log in"}', "answered 401"),
        (1, 200, "<html>", "JSON"),
        (2, 200, "[]", "no list of records"),
        (2, 200, '{"events": [{"id": 1, "featureName": "x", "type": "feature-created"}]}', "not as its vendor"),
        (2, 500, f'{{"message": "Oh no {TOKEN}"}}', "Oh no (secret)"),
    ],
)
def test_answers_that_are_none_give_one_clear_finding(
    tmp_path: Path, fake: FakeUnleash, at: int, status: int, text: str, words: str
) -> None:
    fake.faults = dict.fromkeys(range(at, 20), lambda fake, url: (status, {}, text))
    assert words in refused(tmp_path, fake)


def test_no_token_no_person_and_no_condition_comes_out_anywhere(
    tmp_path: Path, fake: FakeUnleash, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.create(f"flag {TOKEN}")
    constraint = {"contextName": "email", "operator": "IN", "values": ["bo@example.invalid"]}
    fake.rule(fake.create("one"), 30, constraints=[constraint])
    said: list[str] = []
    project = Project(str(tmp_path), sources=(SPEC,))
    landing, digest = landed(SPEC, project, "0" * 32, said.append, transport=fake.transport, sleep=fake.tick)
    said += [*said, digest, repr(landing), repr(rows(landing, project)), caplog.text]
    whole = "\n".join([*said, everything(tmp_path)])
    assert "flag (secret)" in whole
    for private in (TOKEN, "example.invalid", json.dumps("email")):
        assert private not in whole


def test_a_day_on_which_it_was_on_and_off_counts_as_it_ended() -> None:
    steps = [step("2026-03-04T10:00:00Z", [Rule(1.0, "a", True)]), step("2026-03-04T20:00:00Z", [])]
    assert told("x", steps, "UTC").release == {}
