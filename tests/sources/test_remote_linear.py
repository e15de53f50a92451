from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.engine.store import Store
from madegood.execution.facts import facts
from madegood.findings import Span
from madegood.intent.model import Project, SourceSpec, Strategy
from madegood.intent.parse import load
from madegood.sources.files import Broken
from madegood.sources.pull import pull
from madegood.sources.remote.linear import SWEEP
from madegood.sources.remote.linear_rows import rows
from madegood.sources.remote.pull import landed

from .fake_linear import DEAREST, TOKEN, FakeLinear, told
from .vendor import Cut, Tables, cut, everything, killed, table

PLACE = Span("madegood.yml", 4, 5, 4, 20, "  - name: work")
SPEC = SourceSpec("work", "linear", "ENG", token="${LINEAR_TOKEN}", place=PLACE)
SALT = "0" * 32
SWEPT = SWEEP.total_seconds() + 1
STATES = ("Backlog", "Todo", "Building", "In Review", "Shipped out", "Closed")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LINEAR_TOKEN", TOKEN)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def fake() -> FakeLinear:
    return FakeLinear()


def read(root: Path, fake: FakeLinear, spec: SourceSpec = SPEC, **more: Any) -> Tables:
    """What the tables are made of, whatever the order in which it came."""
    project = Project(str(root), sources=(spec,))
    more = {"transport": fake.transport, "sleep": fake.tick} | more
    landing, _ = landed(spec, project, SALT, lambda _: None, **more)
    return {name: sorted(tuple(sorted(row.items())) for row in found) for name, found in rows(landing, project).items()}


def fresh(fake: FakeLinear) -> Tables:
    """The same of somebody who begins today."""
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), fake)


def busy(fake: FakeLinear) -> None:
    """A team with something of everything."""
    names = [fake.open(f"Wait {number} s less") for number in range(5)]
    for number, one in enumerate(names):
        fake.tick()
        fake.assign(one, number % 3)
        fake.label(one, "Bug" if number % 2 else "Slow", group="" if number % 2 else "Type")
        for state in STATES[2 : 3 + number % 3]:
            fake.tick()
            fake.move(one, state)
    fake.project("Onboarding", names[0])
    fake.open("Of another team", team=1)
    fake.release("v1.0", *names[:3])
    fake.release("v1.1", names[3], done=False)
    fake.release("v0.9", names[3], production=False)
    fake.tick()


def act(fake: FakeLinear, step: int) -> None:
    """One of the things that people do, to one of the things that are there."""
    fake.tick(step % 7)  # often in one moment
    there, kind = sorted(fake.issues), step // 7 % 11
    one = there[step // 77 % len(there)] if there else fake.open()
    if kind == 0:
        fake.delete(one)
    elif kind == 1:
        fake.open(f"Number {step}", parent={"id": one, "identifier": fake.issues[one]["identifier"]})
    elif kind in (2, 3, 4):
        fake.move(one, STATES[step % 6])
    elif kind == 5:
        fake.assign(one, step % 4)
    elif kind == 6:
        fake.label(one, f"label {step % 5}")
    elif kind == 7:
        fake.trash(one, bool(step % 2))
    elif kind == 8:
        fake.release(f"v{step}", one)
    elif kind == 9 and fake.releases:
        fake.releases.pop(sorted(fake.releases)[0])
    elif kind == 10:
        fake.states["Todo"]["name"] = f"Todo {step % 3}"


@settings(max_examples=8, deadline=None)
@given(
    most=st.integers(1, 7),
    days=st.lists(st.tuples(st.lists(st.integers(0, 9999), max_size=12), st.integers(1, 40)), max_size=4),
)
def test_cut_off_anywhere_and_read_again_the_tables_are_those_of_a_first_reading(
    most: int, days: list[tuple[list[int], int]]
) -> None:
    fake = FakeLinear(most=most)
    busy(fake)
    with tempfile.TemporaryDirectory() as folder:
        for steps, point in days:
            for step in steps:
                act(fake, step)
            fake.faults = {len(fake.asked) + point: cut}
            with suppress(Cut):
                read(Path(folder), fake)
            fake.faults = {}
        fake.tick(SWEPT)
        assert read(Path(folder), fake) == fresh(fake)


@settings(max_examples=8, deadline=None)
@given(most=st.integers(1, 4), steps=st.lists(st.integers(0, 9999), min_size=1, max_size=10), early=st.integers(1, 15))
def test_what_changes_while_it_is_being_read_is_neither_lost_nor_doubled(
    most: int, steps: list[int], early: int
) -> None:
    fake = FakeLinear(most=most)
    busy(fake)
    with tempfile.TemporaryDirectory() as folder:
        for place, step in enumerate(steps):
            fake.faults[early + 2 * place] = lambda fake, asked, step=step: act(fake, step)  # type: ignore[misc]
        read(Path(folder), fake)
        fake.faults = {}
        fake.tick(SWEPT)
        assert read(Path(folder), fake) == fresh(fake)


def test_killed_between_any_two_writes_nothing_is_lost_or_doubled(
    tmp_path: Path, fake: FakeLinear, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.most = 3
    busy(fake)
    whole = fresh(fake)
    for point in range(0, 30, 3):
        folder = tmp_path / str(point)
        killed(monkeypatch, point, partial(read, folder, fake))
        assert read(folder, fake) == whole, f"cut at write {point}"


def test_no_question_costs_more_than_linear_allows_and_a_second_reading_asks_little(
    tmp_path: Path, fake: FakeLinear
) -> None:
    busy(fake)
    read(tmp_path, fake)
    assert max(fake.costs) <= 7_000 < DEAREST
    before = len(fake.asked)
    read(tmp_path, fake)
    assert len(fake.asked) - before <= 9


def test_issues_projects_states_and_releases_become_what_the_engine_knows(tmp_path: Path, fake: FakeLinear) -> None:
    epic = fake.open("Checkout")
    one = fake.open("Wait less", estimate=3.0, parent={"id": epic, "identifier": "ENG-1"})
    fake.tick()
    fake.assign(one, 7)
    fake.move(one, "Building")
    fake.tick()
    fake.assign(one, 8)
    fake.tick()
    fake.move(one, "Shipped out")
    fake.label(one, "Bug")
    fake.project("Onboarding", epic)
    dropped = fake.open("Never")
    fake.move(dropped, "Closed")
    gone = fake.open("Thrown away")
    fake.trash(gone)
    fake.release("v1", one)
    found = read(tmp_path, fake)
    items = {row["id"]: row for row in table(found, "items")}
    assert set(items) == {"ENG-1", "ENG-2", "ENG-3", "p0"}, "what is in the bin is not there"
    assert (items["ENG-2"]["parent"], items["ENG-1"]["parent"], items["p0"]["kind"]) == ("ENG-1", "p0", "project")
    assert (items["ENG-2"]["kind"], items["ENG-2"]["points"], items["ENG-2"]["state"]) == ("bug", "3", "Shipped out")
    assert "estimate" not in items["ENG-2"], "points are no days"
    assert items["ENG-2"]["done"] and not items["ENG-3"]["done"]
    moves = sorted((row["item"], row["at"], row["before"], row["after"]) for row in table(found, "states"))
    assert [(before, after) for item, _, before, after in moves if item == "ENG-2"] == [
        ("", "Backlog"),
        ("Backlog", "in progress"),
        ("in progress", "in progress"),
        ("in progress", "done"),
    ]
    assert {(before, after) for item, _, before, after in moves if item == "ENG-3"} == {
        ("", "Backlog"),
        ("Backlog", "canceled"),
    }
    hands = {row["person"] for row in table(found, "states") if row["item"] == "ENG-2" and row["after"] != "Backlog"}
    assert len(hands) == 2 and all(hand.startswith("p") for hand in hands)
    (release,) = table(found, "releases")
    assert (release["id"], release["name"]) == ("v1", "Release v1")
    assert table(found, "links") == [{"release": "v1", "item": "ENG-2"}]


def test_a_workspace_without_releases_is_read_all_the_same(tmp_path: Path, fake: FakeLinear) -> None:
    busy(fake)
    fake.keeps_releases = False
    found = read(tmp_path, fake)
    assert len(found["items"]) == 6 and not found["releases"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"X-RateLimit-Requests-Remaining": "0", "X-RateLimit-Requests-Reset": "1770000031000"}, 32),
        ({"X-RateLimit-Complexity-Remaining": "0", "X-RateLimit-Complexity-Reset": "1770003600000"}, 60),
        ({}, 60),
    ],
)
def test_a_limit_is_waited_out_as_linear_tells_it(
    tmp_path: Path, fake: FakeLinear, headers: dict[str, str], seconds: int
) -> None:
    fake.open()
    fake.faults = {1: lambda fake, asked: (400, headers, told(400, "RATELIMITED", "Rate limit exceeded")[2])}
    waited: list[float] = []
    assert len(read(tmp_path, fake, sleep=waited.append)["items"]) == 1
    assert waited == [seconds]


def refused(tmp_path: Path, fake: FakeLinear, spec: SourceSpec = SPEC) -> str:
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
        ({"path": "ENG/x"}, "named by its key"),
        ({"path": "NONE"}, "no team `NONE`"),
        ({"url": "http://linear.example.com"}, "https"),
    ],
)
def test_what_is_wrong_in_the_description_is_one_finding(
    tmp_path: Path, fake: FakeLinear, changed: dict[str, Any], words: str
) -> None:
    said = {"name": "work", "kind": "linear", "path": "ENG", "token": "${LINEAR_TOKEN}", "place": PLACE} | changed
    assert words in refused(tmp_path, fake, SourceSpec(**said))


@pytest.mark.parametrize(
    ("status", "text", "words"),
    [
        (401, told(401, "AUTHENTICATION_ERROR", "No")[2], "answered 401"),
        (404, "<html>", "answered 404"),
        (200, "<html>", "JSON"),
        (200, told(200, "INTERNAL", f"Oh no {TOKEN}")[2], "Oh no (secret)"),
        (200, '{"data": {"teams": null}}', "no list of records"),
    ],
)
def test_answers_that_are_none_give_one_clear_finding(
    tmp_path: Path, fake: FakeLinear, status: int, text: str, words: str
) -> None:
    fake.faults = dict.fromkeys(range(1, 9), lambda fake, asked: (status, {}, text))
    assert words in refused(tmp_path, fake)


def test_no_token_and_no_name_comes_out_anywhere(
    tmp_path: Path, fake: FakeLinear, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    busy(fake)
    fake.open(f"My token is {TOKEN}, dev@example.invalid")
    said: list[str] = []
    project = Project(str(tmp_path), sources=(SPEC,))
    landing, digest = landed(SPEC, project, SALT, said.append, transport=fake.transport, sleep=fake.tick)
    said += [*said, digest, repr(landing), repr(rows(landing, project)), caplog.text]
    whole = "\n".join([*said, everything(tmp_path)])
    assert "My token is (secret)" in whole
    for private in (TOKEN, "example.invalid", "Ana", "user-1"):
        assert private not in whole


def test_pulled_over_the_network_it_is_a_source_like_any_other(tmp_path: Path, fake: FakeLinear) -> None:
    busy(fake)
    with fake.served() as url, Store.open(None) as store:
        entry = json.dumps({"name": "work", "kind": "linear", "team": "ENG", "token": "${LINEAR_TOKEN}", "url": url})
        (tmp_path / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {entry}\n")
        project = load(tmp_path).project
        (first,) = pull(project, store)
        assert not first.findings and first.rows and not first.set_aside
        known = facts(store, project, Strategy())
        assert len(known.items) == 6 and len(known.releases) == 1 and known.spells is not None
        assert pull(project, store)[0].unchanged
