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
from madegood.sources.remote.azure import SWEEP
from madegood.sources.remote.azure_rows import rows
from madegood.sources.remote.pull import landed

from .fake_azure import BASIC, ORGANIZATION, PROJECT, TOKEN, FakeAzure, iso
from .vendor import Cut, Tables, cut, everything, killed, table

PLACE = Span("madegood.yml", 4, 5, 4, 20, "  - name: work")
PATH = f"{ORGANIZATION}/{PROJECT}"
SPEC = SourceSpec("work", "azure", PATH, token="${AZURE_TOKEN}", place=PLACE)
SALT = "0" * 32
SWEPT = SWEEP.total_seconds() + 1
STATES = ("New", "Active", "Resolved", "Closed", "Removed")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def fake() -> FakeAzure:
    return FakeAzure()


def read(root: Path, fake: FakeAzure, spec: SourceSpec = SPEC, **more: Any) -> Tables:
    """What the tables are made of, whatever the order in which it came."""
    project = Project(str(root), sources=(spec,))
    more = {"transport": fake.transport, "sleep": fake.tick} | more
    landing, _ = landed(spec, project, SALT, lambda _: None, **more)
    return {name: sorted(tuple(sorted(row.items())) for row in found) for name, found in rows(landing, project).items()}


def fresh(fake: FakeAzure) -> Tables:
    """The same of somebody who begins today."""
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), fake)


def busy(fake: FakeAzure) -> None:
    """A project with something of everything."""
    names = [fake.open(f"Wait {number} s less") for number in range(5)]
    for number, one in enumerate(names):
        fake.tick()
        fake.assign(one, 1 + number % 3)
        for state in STATES[1 : 2 + number]:
            fake.tick()
            fake.move(one, state)
    fake.deploy(*names[:2])
    fake.deploy(names[2], result="failed")
    fake.deploy(names[3], to=2)
    fake.tick()


def act(fake: FakeAzure, step: int) -> None:
    """One of the things that people do, to one of the things that are there."""
    fake.tick(step % 7)  # often in one moment
    there, kind = [one for one in sorted(fake.fields) if one not in fake.destroyed], step // 7 % 11
    one = there[step // 77 % len(there)] if there else fake.open()
    if kind == 0:
        fake.destroy(one)
    elif kind == 1:
        fake.open(f"Number {step}", **{"System.Parent": one})
    elif kind in (2, 3, 4):
        fake.move(one, STATES[step % 5])
    elif kind == 5:
        fake.assign(one, step % 4)
    elif kind == 6:
        fake.edit(one, System_Title=f"Title {step}", System_Tags="a; b")
    elif kind == 7:
        fake.delete(one)
    elif kind == 8:
        fake.restore(one)
    elif kind == 9:
        fake.deploy(one, result="succeeded" if step % 2 else "")
    elif kind == 10:
        for name, deployed in fake.deployed.items():
            if "result" not in deployed:
                fake.end(name)


@settings(max_examples=15, deadline=None)
@given(
    most=st.integers(1, 7),
    days=st.lists(st.tuples(st.lists(st.integers(0, 9999), max_size=12), st.integers(1, 40)), max_size=4),
)
def test_cut_off_anywhere_and_read_again_the_tables_are_those_of_a_first_reading(
    most: int, days: list[tuple[list[int], int]]
) -> None:
    fake = FakeAzure(most=most)
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


@settings(max_examples=15, deadline=None)
@given(most=st.integers(1, 4), steps=st.lists(st.integers(0, 9999), min_size=1, max_size=10), early=st.integers(1, 20))
def test_what_changes_while_it_is_being_read_is_neither_lost_nor_doubled(
    most: int, steps: list[int], early: int
) -> None:
    fake = FakeAzure(most=most)
    busy(fake)
    with tempfile.TemporaryDirectory() as folder:
        for place, step in enumerate(steps):
            fake.faults[early + 2 * place] = lambda fake, url, step=step: act(fake, step)  # type: ignore[misc]
        read(Path(folder), fake)
        fake.faults = {}
        fake.tick(SWEPT)
        assert read(Path(folder), fake) == fresh(fake)


def test_killed_at_any_point_between_two_writes_nothing_is_lost_or_doubled(
    tmp_path: Path, fake: FakeAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.most = 2
    busy(fake)
    whole = fresh(fake)
    for point in range(50):
        folder = tmp_path / str(point)
        killed(monkeypatch, point, partial(read, folder, fake))
        assert read(folder, fake) == whole, f"cut at write {point}"


def test_reading_again_asks_for_nothing_that_has_not_changed(tmp_path: Path, fake: FakeAzure) -> None:
    busy(fake)
    read(tmp_path, fake)
    before = len(fake.asked)
    read(tmp_path, fake)
    assert len(fake.asked) - before <= 6, "the project, types, revisions, environments twice, deployments"
    fake.assign(1, 2)
    before = len(fake.asked)
    read(tmp_path, fake)
    assert sum("workitemsbatch" in url for url in fake.asked[before:]) == 1


def test_more_items_than_a_batch_holds_are_asked_for_in_several(tmp_path: Path, fake: FakeAzure) -> None:
    for _ in range(450):
        fake.open()
    assert len(read(tmp_path, fake)["items"]) == 450
    assert sum("workitemsbatch" in url for url in fake.asked) == 3


# ---- what the tables say ----


def test_work_items_revisions_and_deployments_become_what_the_engine_knows(tmp_path: Path, fake: FakeAzure) -> None:
    epic = fake.open("Checkout")
    said = {"System.Parent": epic, "System.Tags": "pay; Fast", "Microsoft.VSTS.Scheduling.StoryPoints": 3.0}
    one = fake.open("Wait less", **said, **{"Microsoft.VSTS.Scheduling.OriginalEstimate": 12.0})
    fake.tick()
    fake.assign(one, 7)
    fake.move(one, "Active")
    fake.tick()
    fake.assign(one, 8)
    fake.tick()
    fake.edit(one, System_Title="Wait still less")
    fake.move(one, "Closed")
    closed = iso(fake.now)
    fake.tick()
    fake.edit(one, System_Reason="Done")
    bug = fake.open("Broken", "Bug")
    fake.move(bug, "Doing it")
    fake.tick()
    fake.move(bug, "Out")
    never = fake.open("Never")
    fake.move(never, "Removed")
    away = fake.open("Elsewhere")
    fake.edit(away, System_TeamProject="Another")
    gone = fake.open("Thrown away")
    fake.delete(gone)
    fake.deploy(one, gone, result="failed")
    fake.tick()
    fake.deploy(one, bug, gone, run=4711)
    day = iso(fake.now)
    fake.tick()
    fake.deploy(one, bug, gone, run=4711)
    found = read(tmp_path, fake)
    items = {row["id"]: row for row in table(found, "items")}
    assert set(items) == {str(name) for name in (epic, one, bug, never)}
    first, second = items[str(one)], items[str(bug)]
    assert (first["parent"], first["labels"], first["kind"]) == (str(epic), "pay|Fast", "user story")
    assert (first["points"], first["estimate"], first["done"]) == ("3", "1.5", closed)
    assert second["done"] and not items[str(never)]["done"]
    moves = sorted((row["item"], row["at"], row["before"], row["after"]) for row in table(found, "states"))
    assert [(before, after) for item, _, before, after in moves if item == str(one)] == [
        ("", "New"),
        ("New", "in progress"),
        ("in progress", "in progress"),
        ("in progress", "Closed"),
    ]
    assert [(before, after) for item, _, before, after in moves if item == str(bug)][-1] == ("in progress", "done")
    hands = {row["person"] for row in table(found, "states") if row["item"] == str(one) and row["after"] != "New"}
    assert len(hands) == 2 and all(hand.startswith("p") for hand in hands)
    (release,) = table(found, "releases")
    assert (release["id"], release["day"]) == ("2026.4711", day), "met when it first succeeded"
    assert table(found, "links") == [{"item": str(name), "release": "2026.4711"} for name in (one, bug)]


def test_an_item_that_moves_to_another_project_or_is_destroyed_goes_at_the_next_sweep(
    tmp_path: Path, fake: FakeAzure
) -> None:
    busy(fake)
    read(tmp_path, fake)
    fake.fields[1]["System.TeamProject"] = "Another"
    fake.destroy(2)
    fake.tick(SWEPT)
    assert {row["id"] for row in table(read(tmp_path, fake), "items")} == {"3", "4", "5"}


def test_another_environment_may_be_the_one_where_customers_are(tmp_path: Path, fake: FakeAzure) -> None:
    busy(fake)
    staged = SourceSpec("work", "azure", PATH, token="${AZURE_TOKEN}", where=(("environment", "Staging"),), place=PLACE)
    assert [row["item"] for row in table(read(tmp_path, fake, staged), "links")] == ["4"]


def test_where_the_token_may_not_see_environments_the_work_is_read_all_the_same(
    tmp_path: Path, fake: FakeAzure
) -> None:
    busy(fake)
    fake.hidden = True
    found = read(tmp_path, fake)
    assert len(found["items"]) == 5 and not found["releases"]


# ---- limits and faults ----


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7"}, 7),
        (503, {"Retry-After": "7"}, 7),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1770000031"}, 32),
    ],
)
def test_a_limit_is_waited_out(
    tmp_path: Path, fake: FakeAzure, status: int, headers: dict[str, str], seconds: int
) -> None:
    fake.open()
    fake.faults = {1: lambda fake, url: (status, headers, "{}")}
    waited: list[float] = []
    assert len(read(tmp_path, fake, sleep=waited.append)["items"]) == 1
    assert waited == [seconds]


def test_an_answer_that_says_to_go_slower_is_taken_and_then_waited_for(tmp_path: Path, fake: FakeAzure) -> None:
    fake.open()
    plain = fake.answer
    said = iter([{"Retry-After": "3"}])

    def answer(*asked: Any) -> Any:
        status, headers, text = plain(*asked)
        return status, headers | next(said, {}), text

    fake.answer = answer  # type: ignore[method-assign]
    waited: list[float] = []
    assert len(read(tmp_path, fake, sleep=waited.append)["items"]) == 1
    assert waited == [3]


def refused(tmp_path: Path, fake: FakeAzure, spec: SourceSpec = SPEC) -> str:
    with pytest.raises(Broken) as raised:
        read(tmp_path, fake, spec)
    (finding,) = raised.value.findings
    assert finding.mend and TOKEN not in repr(finding) and BASIC not in repr(finding)
    return f"{finding.rule}: {finding.message} {finding.mend}"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"token": "${NOT_SET}"}, "NOT_SET"),
        ({"token": TOKEN}, "belongs in no file"),
        ({"token": ""}, "sign in"),
        ({"path": "Shop"}, "organization/project"),
        ({"path": f"{ORGANIZATION}/Else"}, "answered 404"),
        ({"url": "http://tfs.example.com"}, "https"),
    ],
)
def test_what_is_wrong_in_the_description_is_one_finding(
    tmp_path: Path, fake: FakeAzure, changed: dict[str, Any], words: str
) -> None:
    said = {"name": "work", "kind": "azure", "path": PATH, "token": "${AZURE_TOKEN}", "place": PLACE} | changed
    assert words in refused(tmp_path, fake, SourceSpec(**said))


@pytest.mark.parametrize(
    ("at", "status", "text", "words"),
    [
        (1, 203, "<html>", "sign in"),
        (1, 200, "<html>", "JSON"),
        (1, 200, "[]", "is none"),
        (2, 200, '{"value": null}', "no list of records"),
        (3, 200, '{"values": [{"id": 1, "rev": 1}]}', "not as its vendor describes it"),
        (3, 200, "[]", "no list of records"),
        (3, 500, f'{{"message": "Oh no {BASIC}"}}', "Oh no (secret)"),
    ],
)
def test_answers_that_are_none_give_one_clear_finding(
    tmp_path: Path, fake: FakeAzure, at: int, status: int, text: str, words: str
) -> None:
    fake.faults = dict.fromkeys(range(at, 20), lambda fake, url: (status, {}, text))
    assert words in refused(tmp_path, fake)


def test_no_token_and_no_name_comes_out_anywhere(
    tmp_path: Path, fake: FakeAzure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    busy(fake)
    fake.open(f"My token is {TOKEN} or {BASIC}, dev@example.invalid")
    said: list[str] = []
    project = Project(str(tmp_path), sources=(SPEC,))
    landing, digest = landed(SPEC, project, SALT, said.append, transport=fake.transport, sleep=fake.tick)
    said += [*said, digest, repr(landing), repr(rows(landing, project)), caplog.text]
    whole = "\n".join([*said, everything(tmp_path)])
    assert "My token is (secret) or (secret), (address)" in whole
    for private in (TOKEN, BASIC, "example.invalid", "P 1", "person-1", "11111111-2222"):
        assert private not in whole


def test_pulled_over_the_network_it_is_a_source_like_any_other(tmp_path: Path, fake: FakeAzure) -> None:
    busy(fake)
    with fake.served() as url, Store.open(None) as store:
        said = {"name": "work", "kind": "azure", "project": PATH, "token": "${AZURE_TOKEN}", "url": url}
        (tmp_path / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {json.dumps(said)}\n")
        project = load(tmp_path).project
        (first,) = pull(project, store)
        assert not first.findings and first.rows and not first.set_aside
        known = facts(store, project, Strategy())
        assert len(known.items) == 5 and len(known.releases) == 1 and known.spells is not None
        assert pull(project, store)[0].unchanged
