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
from madegood.sources.remote.gitlab import SWEEP
from madegood.sources.remote.gitlab_rows import rows
from madegood.sources.remote.pull import landed

from .fake_gitlab import PROJECT, TOKEN, FakeGitLab, iso, user
from .vendor import Cut, Tables, cut, everything, killed, table

PLACE = Span("madegood.yml", 4, 5, 4, 20, "  - name: work")
SPEC = SourceSpec("work", "gitlab", PROJECT, token="${GITLAB_TOKEN}", place=PLACE)
SALT = "0" * 32
SWEPT = SWEEP.total_seconds() + 1


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def fake() -> FakeGitLab:
    return FakeGitLab()


def read(root: Path, fake: FakeGitLab, spec: SourceSpec = SPEC, **more: Any) -> Tables:
    """What the tables are made of, whatever the order in which it came."""
    project = Project(str(root), sources=(spec,))
    more = {"transport": fake.transport, "sleep": fake.tick} | more
    landing, _ = landed(spec, project, SALT, lambda _: None, **more)
    return {name: sorted(tuple(sorted(row.items())) for row in found) for name, found in rows(landing, project).items()}


def fresh(fake: FakeGitLab) -> Tables:
    """The same of somebody who begins today."""
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), fake)


def busy(fake: FakeGitLab) -> None:
    """A project with something of everything."""
    first = fake.milestone("1.0")
    for number in range(6):
        one = fake.open(f"Wait {number} s less", milestone=first if number % 2 else None, assignees=[user(number % 3)])
        fake.tick()
        fake.label(one, "workflow::in progress")
        fake.tick()
        if number % 3:
            fake.close(one)
    change = fake.open("Wait no more", pull=True, description="Closes #2")
    fake.tick()
    fake.close(change, merged=True)
    fake.release("v1.0", f"By @someone: #2, !{change[1]}, acme/else#3, #1234567890", milestones=[first])
    fake.deploy("v1.0")
    fake.deploy("main", "failed")
    fake.tick()


def act(fake: FakeGitLab, step: int) -> None:
    """One of the things that people do, to one of the things that are there."""
    fake.tick(step % 7)  # often in one moment
    there, kind = sorted(fake.steps), step // 7 % 13
    one = there[step // 91 % len(there)] if there else fake.open()
    if kind == 0:
        fake.delete(one)
    elif kind in (1, 2):
        fake.open(f"Number {step}", pull=kind == 2)
    elif kind == 3:
        fake.close(one, merged=one[0] == "merge_requests")
    elif kind == 4:
        fake.reopen(one)
    elif kind in (5, 6):
        fake.label(one, "workflow::in progress" if step % 2 else "in review", on=kind == 5)
    elif kind == 7:
        fake.edit(one, assignees=[user(step % 4)], title=f"Title {step}")
    elif kind == 8:
        fake.release(f"v{fake.number()}", f"#{one[1]}")
    elif kind == 9 and fake.releases:
        fake.releases.pop(sorted(fake.releases)[step % len(fake.releases)])
    elif kind == 10:
        fake.deploy("main", "success" if step % 2 else "running")
    elif kind == 11 and fake.deployments:
        fake.succeed(sorted(fake.deployments)[-1])
    elif kind == 12 and fake.milestones:
        sorted(fake.milestones.items())[0][1]["title"] = f"1.{step}"


# ---- laws: whatever happens, the tables are those of somebody who begins today ----


@settings(max_examples=15, deadline=None)
@given(
    most=st.integers(1, 7),
    days=st.lists(st.tuples(st.lists(st.integers(0, 9999), max_size=12), st.integers(1, 60)), max_size=4),
)
def test_cut_off_anywhere_and_read_again_the_tables_are_those_of_a_first_reading(
    most: int, days: list[tuple[list[int], int]]
) -> None:
    fake = FakeGitLab(most=most)
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
@given(
    most=st.integers(1, 4),
    steps=st.lists(st.integers(0, 9999), min_size=1, max_size=10),
    early=st.integers(1, 40),
    deleting=st.booleans(),
)
def test_what_changes_while_it_is_being_read_is_neither_lost_nor_doubled(
    most: int, steps: list[int], early: int, deleting: bool
) -> None:
    fake = FakeGitLab(most=most)
    busy(fake)
    with tempfile.TemporaryDirectory() as folder:
        for place, step in enumerate(steps):
            if deleting or step // 7 % 13:  # only deletions wait for a sweep
                fake.faults[early + 2 * place] = lambda fake, url, step=step: act(fake, step)  # type: ignore[misc]
        read(Path(folder), fake)
        fake.faults = {}
        fake.tick(SWEPT if deleting else 1)
        assert read(Path(folder), fake) == fresh(fake)


def test_killed_at_any_of_fifty_points_between_two_writes_nothing_is_lost_or_doubled(
    tmp_path: Path, fake: FakeGitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.most = 3
    busy(fake)
    whole = fresh(fake)
    for point in range(50):
        folder = tmp_path / str(point)
        killed(monkeypatch, point, partial(read, folder, fake))
        assert read(folder, fake) == whole, f"cut at write {point}"


def test_a_deleted_issue_goes_with_its_history_at_the_next_sweep(tmp_path: Path, fake: FakeGitLab) -> None:
    busy(fake)
    read(tmp_path, fake)
    one = next(one for one in fake.steps if one[0] == "issues")
    fake.delete(one)
    fake.tick(SWEPT)
    after = read(tmp_path, fake)
    assert str(one[1]) not in {row["id"] for row in table(after, "items")}
    assert str(one[1]) not in {row["item"] for row in table(after, "states")}


def test_reading_again_asks_for_no_history_that_has_not_changed(tmp_path: Path, fake: FakeGitLab) -> None:
    busy(fake)
    fake.tick(86400)
    read(tmp_path, fake)
    before, same = len(fake.asked), fake.unchanged
    read(tmp_path, fake)
    assert len(fake.asked) - before <= 9, "the project, five lists, and two looks whether there are any"
    assert fake.unchanged - same == 2
    fake.tick()
    fake.label(("issues", 2), "in review")
    before = len(fake.asked)
    read(tmp_path, fake)
    assert len([url for url in fake.asked[before:] if "resource_" in url]) == 2


# ---- what the tables say ----


def test_issues_merge_requests_and_releases_become_what_the_engine_knows(tmp_path: Path, fake: FakeGitLab) -> None:
    mark = fake.milestone("1.0")
    part = fake.open(
        "Wait less", milestone=mark, assignees=[user(7)], weight=3, time_stats={"time_estimate": 57600},
        epic={"id": 9, "iid": 4, "title": "Checkout"},
    )  # fmt: skip
    fake.tick()
    fake.label(part, "workflow::in progress")
    fake.tick()
    fake.label(part, "workflow::in review")
    fake.tick()
    fake.close(part)
    change = fake.open("Do it", pull=True, description=f"Fixing #{part[1]}", author=user(7))
    fake.tick()
    fake.close(change, merged=True)
    dropped = fake.open("Never", pull=True)
    fake.tick()
    fake.close(dropped)
    moved = fake.open("Elsewhere", moved_to_id=99, issue_type="incident")
    fake.tick()
    fake.close(moved)
    fake.release("v1.0", f"#{part[1]}", milestones=[mark])
    fake.release("v2.0", upcoming_release=True)
    fake.tick(86400)
    fake.deploy("v1.0", "running")
    fake.tick()
    fake.succeed(sorted(fake.deployments)[0])
    found = read(tmp_path, fake)
    items = {row["id"]: row for row in table(found, "items")}
    name, other, third = str(part[1]), f"!{change[1]}", f"!{dropped[1]}"
    assert (items[name]["parent"], items["&4"]["kind"], items["&4"]["title"]) == ("&4", "epic", "Checkout")
    assert (items[name]["release"], items[name]["milestone"]) == ("v1.0", "1.0")
    assert (items[name]["estimate"], items[name]["points"]) == ("2", "3"), "16 hours are two days"
    assert items[other]["parent"] == name and items[other]["kind"] == "merge request"
    assert items[other]["person"] == items[name]["person"] != ""
    assert items[other]["done"] and not items[third]["done"]
    assert items[str(moved[1])]["kind"] == "incident" and not items[str(moved[1])]["done"]
    moves = [
        (row["item"], row["before"], row["after"]) for row in sorted(table(found, "states"), key=lambda r: r["at"])
    ]
    assert moves == [
        (name, "open", "in progress"),
        (name, "in progress", "in review"),
        (name, "in review", "closed"),
        (other, "", "in review"),
        (other, "in review", "closed"),
        (third, "", "in review"),
        (third, "in review", "not merged"),
        (str(moved[1]), "open", "not planned"),
    ]
    (release,) = table(found, "releases")
    assert (release["id"], release["day"]) == ("v1.0", iso(fake.now)), "met when it was deployed"
    assert table(found, "links") == [{"release": "v1.0", "item": name}]


def test_where_there_are_no_releases_each_deployment_to_customers_that_succeeded_is_one(
    tmp_path: Path, fake: FakeGitLab
) -> None:
    fake.deploy("v1.0")
    fake.deploy("main", "failed")
    fake.deploy("main", to="review/abc")
    assert [row["id"] for row in table(read(tmp_path, fake), "releases")] == ["v1.0"]
    staged = SourceSpec(
        "work", "gitlab", PROJECT, token="${GITLAB_TOKEN}", where=(("environment", "review/abc"),), place=PLACE
    )
    assert len(table(read(tmp_path, fake, staged), "releases")) == 1


def test_what_a_project_does_not_have_or_show_is_left_out(tmp_path: Path, fake: FakeGitLab) -> None:
    busy(fake)
    fake.levels = {"merge_requests_access_level": "disabled"}
    fake.hidden = {"deployments", "releases", "merge_requests"}
    found = read(tmp_path, fake)
    assert {row["kind"] for row in table(found, "items")} == {"issue"} and not found["releases"]


# ---- limits and faults ----


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7", "RateLimit-Remaining": "0"}, 7),
        (429, {"RateLimit-Remaining": "0", "RateLimit-Reset": "1770000031"}, 32),
        (429, {}, 60),
    ],
)
def test_a_limit_is_waited_out_by_the_vendors_clock(
    tmp_path: Path, fake: FakeGitLab, status: int, headers: dict[str, str], seconds: int
) -> None:
    fake.open()
    fake.faults = {1: lambda fake, url: (status, headers, "Retry later\n")}
    waited: list[float] = []
    assert len(read(tmp_path, fake, sleep=waited.append)["items"]) == 1
    assert waited == [seconds]


def refused(tmp_path: Path, fake: FakeGitLab, spec: SourceSpec = SPEC) -> str:
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
        ({"token": ""}, "answered 401"),
        ({"path": "shop"}, "group/name"),
        ({"path": "acme/else"}, "answered 404"),
        ({"url": "http://gitlab.example.com"}, "https"),
        ({"columns": (("id", "iid"),)}, "takes no `columns:`"),
    ],
)
def test_what_is_wrong_in_the_description_is_one_finding(
    tmp_path: Path, fake: FakeGitLab, changed: dict[str, Any], words: str
) -> None:
    said = {"name": "work", "kind": "gitlab", "path": PROJECT, "token": "${GITLAB_TOKEN}", "place": PLACE} | changed
    assert words in refused(tmp_path, fake, SourceSpec(**said))


@pytest.mark.parametrize(
    ("status", "text", "words"),
    [
        (500, '{"message": "500 Internal Server Error"}', "answered 500"),
        (200, "<html>", "JSON"),
        (200, "[]", "is none"),
        (200, '{"id": "x"}', "is none"),
        (403, f'{{"message": "Oh no {TOKEN}"}}', "Oh no (secret)"),
    ],
)
def test_answers_that_are_none_give_one_clear_finding(
    tmp_path: Path, fake: FakeGitLab, status: int, text: str, words: str
) -> None:
    fake.faults = dict.fromkeys(range(1, 9), lambda fake, url: (status, {}, text))
    assert words in refused(tmp_path, fake)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"id": 1, "iid": 1}]', "not as its vendor describes it"),
        ('{"message": "hello"}', "no list of records"),
        ('[{"id": 1, "iid": 1, "updated_at": "soon", "title": "", "labels": [], "state": "opened"}]', "not as"),
    ],
)
def test_a_record_that_is_not_as_gitlab_describes_it_is_told_of(
    tmp_path: Path, fake: FakeGitLab, text: str, words: str
) -> None:
    fake.faults = {2: lambda fake, url: (200, {}, text)}
    assert words in refused(tmp_path, fake)


def test_no_token_and_no_name_comes_out_anywhere(
    tmp_path: Path, fake: FakeGitLab, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    busy(fake)
    fake.open(f"My token is {TOKEN}, dev@example.invalid", description=f"{TOKEN} by Ana")
    fake.release(TOKEN, TOKEN)
    said: list[str] = []
    project = Project(str(tmp_path), sources=(SPEC,))
    landing, digest = landed(SPEC, project, SALT, said.append, transport=fake.transport, sleep=fake.tick)
    said += [*said, digest, repr(landing), repr(rows(landing, project)), caplog.text]
    whole = "\n".join([*said, everything(tmp_path)])
    assert "My token is (secret), (address)" in whole
    for private in (TOKEN, "example.invalid", "person-1", "Person 1", "Ana", "someone"):
        assert private not in whole


def test_pulled_over_the_network_it_is_a_source_like_any_other(tmp_path: Path, fake: FakeGitLab) -> None:
    busy(fake)
    with fake.served() as url, Store.open(None) as store:
        said = {"name": "work", "kind": "gitlab", "project": PROJECT, "token": "${GITLAB_TOKEN}", "url": url}
        (tmp_path / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {json.dumps(said)}\n")
        project = load(tmp_path).project
        (first,) = pull(project, store)
        assert not first.findings and first.rows and not first.set_aside
        known = facts(store, project, Strategy())
        assert len(known.items) == 7 and len(known.releases) == 1 and known.spells is not None
        assert pull(project, store)[0].unchanged


def test_items_closed_before_gitlab_kept_histories_keep_their_days_and_a_note_says_so(
    tmp_path: Path, fake: FakeGitLab
) -> None:
    one = fake.open()
    fake.tick()
    fake.close(one)
    fake.steps[one]["states"].clear()
    with fake.served() as url, Store.open(None) as store:
        said = {"name": "work", "kind": "gitlab", "project": PROJECT, "token": "${GITLAB_TOKEN}", "url": url}
        (tmp_path / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {json.dumps(said)}\n")
        (pulled,) = pull(load(tmp_path).project, store)
        assert store.rows("select after from states") == [("closed",)]
    assert [(finding.rule, finding.severity) for finding in pulled.findings] == [("source-history-short", "note")]
