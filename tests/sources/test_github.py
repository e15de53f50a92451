from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.engine.store import Store
from madegood.engine.tables import TABLES
from madegood.execution.facts import facts
from madegood.findings import Span
from madegood.intent.model import Project, SourceSpec, Strategy
from madegood.intent.parse import load
from madegood.sources.files import Broken
from madegood.sources.pull import pull
from madegood.sources.remote.github import SWEEP
from madegood.sources.remote.github_rows import rows
from madegood.sources.remote.pull import landed

from .fake_github import REPO, TOKEN, FakeGitHub, iso
from .vendor import Cut, Tables, cut, everything, killed, table

PLACE = Span("madegood.yml", 4, 5, 4, 20, "  - name: work")
SPEC = SourceSpec("work", "github", REPO, token="${GITHUB_TOKEN}", place=PLACE)
SALT = "0" * 32
SWEPT = SWEEP.total_seconds() + 1


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def fake() -> FakeGitHub:
    return FakeGitHub()


def read(root: Path, fake: FakeGitHub, spec: SourceSpec = SPEC, **more: Any) -> Tables:
    """What the tables are made of, whatever the order in which it came."""
    project = Project(str(root), sources=(spec,))
    more = {"transport": fake.transport, "sleep": fake.tick} | more
    landing, _ = landed(spec, project, SALT, lambda _: None, **more)
    return {name: sorted(tuple(sorted(row.items())) for row in found) for name, found in rows(landing, project).items()}


def fresh(fake: FakeGitHub) -> Tables:
    """The same of somebody who begins today."""
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), fake)


def busy(fake: FakeGitHub) -> None:
    """A repository with something of everything."""
    fake.milestone("1.0")
    for number in range(7):
        one = fake.open(f"Wait {number} s less", milestone={"number": 1, "title": "1.0"} if number % 2 else None)
        fake.tick()
        fake.label(one, "in progress")
        fake.assign(one, number % 3)
        fake.tick()
        if number % 3:
            fake.close(one, "completed" if number % 2 else "not_planned")
    pull_request = fake.open("Wait no more", pull=True, body="Closes #1")
    fake.tick()
    fake.close(pull_request, merged=True)
    fake.release("v1.0", f"By @someone: #1, https://github.com/{REPO}/pull/{pull_request}, #1234567890")
    fake.deploy("v1.0", "in_progress", "success")
    fake.deploy("main", "failure")
    fake.tick()


# ---- laws: whatever happens, the tables are those of somebody who begins today ----


def act(fake: FakeGitHub, step: int) -> None:
    """One of the things that people do, to one of the things that are there."""
    fake.tick(step % 7)  # often in one second
    there, kind = sorted(fake.issues), step // 7 % 13
    one = there[step // 91 % len(there)] if there else fake.open()
    if kind == 0:
        fake.delete(one)
    elif kind in (1, 2):
        fake.open(f"Number {step}", pull=kind == 2)
    elif kind == 3:
        fake.close(one, "not_planned" if step % 2 else "completed")
    elif kind == 4:
        fake.reopen(one)
    elif kind in (5, 6):
        fake.label(one, "in progress", on=kind == 5)
    elif kind == 7:
        fake.assign(one, step % 4)
    elif kind == 8:
        fake.release(f"v{fake.number()}", f"#{one}")
    elif kind == 9 and fake.releases:
        fake.releases.pop(sorted(fake.releases)[step % len(fake.releases)])
    elif kind == 10:
        fake.deploy("main", "success" if step % 2 else "in_progress")
    elif kind == 11 and fake.deployments:
        fake.status(sorted(fake.deployments)[-1], "success")
    elif kind == 12 and fake.milestones:
        fake.milestones[1]["title"] = f"1.{step}"


@settings(max_examples=25, deadline=None)
@given(
    most=st.integers(1, 7),
    days=st.lists(st.tuples(st.lists(st.integers(0, 9999), max_size=12), st.integers(1, 40)), max_size=4),
)
def test_cut_off_anywhere_and_read_again_the_tables_are_those_of_a_first_reading(
    most: int, days: list[tuple[list[int], int]]
) -> None:
    fake = FakeGitHub(most=most)
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


@settings(max_examples=30, deadline=None)
@given(
    most=st.integers(1, 4),
    steps=st.lists(st.integers(0, 9999), min_size=1, max_size=10),
    early=st.integers(1, 15),
    deleting=st.booleans(),
)
def test_what_changes_while_it_is_being_read_is_neither_lost_nor_doubled(
    most: int, steps: list[int], early: int, deleting: bool
) -> None:
    fake = FakeGitHub(most=most)
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
    tmp_path: Path, fake: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.most = 3
    busy(fake)
    whole = fresh(fake)
    for point in range(50):
        folder = tmp_path / str(point)
        killed(monkeypatch, point, partial(read, folder, fake))
        assert read(folder, fake) == whole, f"cut at write {point}"


def test_a_page_that_was_damaged_on_the_disk_is_read_anew(tmp_path: Path, fake: FakeGitHub) -> None:
    busy(fake)
    whole = read(tmp_path, fake)
    page = next((tmp_path / "target/raw/work/issues").iterdir())
    page.write_bytes(page.read_bytes()[:50])
    assert read(tmp_path, fake) == whole


def test_a_deleted_issue_goes_with_its_history_at_the_next_sweep(tmp_path: Path, fake: FakeGitHub) -> None:
    busy(fake)
    read(tmp_path, fake)
    fake.delete(1)
    fake.tick()
    assert "1" in {row["id"] for row in table(read(tmp_path, fake), "items")}, "GitHub tells nobody of it"
    fake.tick(SWEPT)
    after = read(tmp_path, fake)
    assert "1" not in {row["id"] for row in table(after, "items")} | {row["item"] for row in table(after, "states")}


def test_reading_again_asks_once_for_each_list_and_unchanged_lists_are_not_sent(
    tmp_path: Path, fake: FakeGitHub
) -> None:
    busy(fake)
    read(tmp_path, fake)
    before, same = len(fake.asked), fake.unchanged
    read(tmp_path, fake)
    assert len(fake.asked) - before <= 5 + len(fake.deployments), "and the deployments without an outcome"
    assert fake.unchanged - same == 2


# ---- what the tables say ----


def test_issues_pull_requests_releases_and_deployments_become_what_the_engine_knows(
    tmp_path: Path, fake: FakeGitHub
) -> None:
    epic = fake.open("Checkout", type={"name": "Feature"})
    fake.milestone("1.0")
    part = fake.open(
        "Wait less",
        milestone={"number": 1, "title": "old title"},
        parent_issue_url=f"https://api.github.com/repos/Acme/Shop/issues/{epic}",
    )
    fake.tick()
    fake.assign(part, 7)
    fake.label(part, "In progress")
    fake.tick()
    fake.close(part)
    change = fake.open("Do it", pull=True, draft=True, body=f"fixes #{part}", user={"id": 7, "login": "ana"})
    fake.tick()
    fake.event(change, "ready_for_review")
    fake.tick()
    fake.close(change, merged=True)
    dropped = fake.open("Never", pull=True)
    fake.tick()
    fake.close(dropped)
    fake.release("v1.0", f"#{part}")
    fake.tick(86400)
    fake.deploy("v1.0", "in_progress", "success")
    found = read(tmp_path, fake)
    items = {row["id"]: row for row in table(found, "items")}
    assert (items[str(epic)]["kind"], items[str(part)]["parent"]) == ("feature", str(epic))
    assert (items[str(part)]["release"], items[str(part)]["milestone"]) == ("v1.0", "1.0"), "as it is called now"
    assert items[str(change)]["parent"] == str(part)
    assert items[str(change)]["person"] == items[str(part)]["person"] != ""
    assert items[str(change)]["done"] and not items[str(dropped)]["done"]
    moves = [
        (row["item"], row["before"], row["after"]) for row in sorted(table(found, "states"), key=lambda r: r["at"])
    ]
    assert moves == [
        (str(part), "open", "In progress"),
        (str(part), "In progress", "closed"),
        (str(change), "", "in progress"),
        (str(change), "in progress", "in review"),
        (str(change), "in review", "closed"),
        (str(dropped), "", "in review"),
        (str(dropped), "in review", "not merged"),
    ]
    (release,) = table(found, "releases")
    assert (release["id"], release["day"]) == ("v1.0", iso(fake.now)), "met when it was deployed"
    assert table(found, "links") == [{"release": "v1.0", "item": str(part)}]


def test_where_there_are_no_releases_each_deployment_to_customers_that_succeeded_is_one(
    tmp_path: Path, fake: FakeGitHub
) -> None:
    fake.deploy("v1.0", "success")
    fake.deploy("main", "error")
    fake.deploy("main", "success", to="staging")
    assert [row["id"] for row in table(read(tmp_path, fake), "releases")] == ["v1.0"]
    staged = SourceSpec(
        "work", "github", REPO, token="${GITHUB_TOKEN}", where=(("environment", "staging"),), place=PLACE
    )
    assert len(table(read(tmp_path, fake, staged), "releases")) == 1


def test_an_issue_closed_as_not_planned_is_not_done(tmp_path: Path, fake: FakeGitHub) -> None:
    one = fake.open()
    fake.tick()
    fake.close(one, "not_planned")
    found = read(tmp_path, fake)
    assert table(found, "items")[0]["done"] == ""
    assert [row["after"] for row in table(found, "states")] == ["not planned"]


def test_where_github_turns_back_no_further_what_is_not_known_is_said(tmp_path: Path, fake: FakeGitHub) -> None:
    fake.most = 5
    busy(fake)
    whole = fresh(fake)
    del fake.events[:-5]
    with fake.served() as url, Store.open(None) as store:
        (pulled,) = pull(project_of(tmp_path, url), store)
        closed = store.rows("select count(*) from states where after in ('closed', 'not planned')")[0][0]
    assert [(finding.rule, finding.severity) for finding in pulled.findings] == [("source-history-short", "note")]
    assert closed == len([row for row in table(whole, "states") if row["after"] in ("closed", "not planned")])


# ---- limits and faults ----


def limited(status: int, headers: dict[str, str], text: str = "{}") -> Any:
    return lambda fake, url: (status, headers, text)


@pytest.mark.parametrize(
    ("status", "headers", "text", "seconds"),
    [
        (429, {"Retry-After": "7"}, "{}", 7),
        (403, {"Retry-After": "7"}, "{}", 7),
        (503, {"Retry-After": "7"}, "{}", 7),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1770000031"}, "{}", 32),
        (403, {}, '{"message": "You have exceeded a secondary rate limit"}', 60),
    ],
)
def test_a_limit_is_waited_out_by_the_vendors_clock_and_said(
    tmp_path: Path, fake: FakeGitHub, status: int, headers: dict[str, str], text: str, seconds: int
) -> None:
    fake.open()
    fake.faults = {1: limited(status, headers, text)}
    waited: list[float] = []
    found = read(tmp_path, fake, sleep=waited.append)
    assert waited == [seconds]
    assert len(found["items"]) == 1


def test_the_last_request_of_an_hour_is_followed_by_a_wait_and_not_by_a_refusal(
    tmp_path: Path, fake: FakeGitHub
) -> None:
    fake.open()
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(fake.now) + 99)}
    plain = fake.answer
    fake.answer = lambda *asked: (lambda r: (r[0], r[1] | spent, r[2]))(plain(*asked))  # type: ignore[method-assign]
    waited: list[float] = []
    fake.faults = {}

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        fake.answer = plain  # type: ignore[method-assign]

    read(tmp_path, fake, sleep=sleep)
    assert waited == [100]


@pytest.mark.parametrize("fault", [limited(502, {}, "<html>"), limited(200, {}, "{not json")], ids=["502", "cut short"])
def test_a_vendor_in_trouble_is_asked_again_or_told_of(tmp_path: Path, fake: FakeGitHub, fault: Any) -> None:
    fake.open()
    fake.faults = {1: fault}
    try:
        assert len(read(tmp_path, fake)["items"]) == 1
    except Broken as broken:
        assert "JSON" in broken.findings[0].message


def refused(tmp_path: Path, fake: FakeGitHub, spec: SourceSpec = SPEC, **more: Any) -> str:
    with pytest.raises(Broken) as raised:
        read(tmp_path, fake, spec, **more)
    (finding,) = raised.value.findings
    assert finding.mend and finding.span and TOKEN not in repr(finding)
    return f"{finding.rule}: {finding.message} {finding.mend}"


def test_a_wait_longer_than_an_hour_is_told_and_not_slept(tmp_path: Path, fake: FakeGitHub) -> None:
    fake.faults = {1: limited(429, {"Retry-After": "86400"})}
    assert "1440 minutes" in refused(tmp_path, fake)


def test_always_failing_it_says_what_was_asked_what_came_and_what_to_do(tmp_path: Path, fake: FakeGitHub) -> None:
    fake.faults = dict.fromkeys(range(1, 99), limited(500, {}, '{"message": "Oh no"}'))
    said = refused(tmp_path, fake)
    assert "answered 500 (Oh no) for /repos/acme/shop/issues" in said and "Build again" in said


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"token": "${NOT_SET}"}, "NOT_SET"),
        ({"token": TOKEN}, "belongs in no file"),
        ({"path": "shop"}, "owner/name"),
        ({"path": "acme/else"}, "answered 404"),
        ({"token": ""}, "answered 401"),
        ({"url": "http://github.example.com"}, "https"),
        ({"url": "https://me:secret@github.example.com"}, "holds a password"),
        ({"columns": (("id", "number"),)}, "takes no `columns:`"),
    ],
)
def test_what_is_wrong_in_the_description_is_a_finding_with_a_mend(
    tmp_path: Path, fake: FakeGitHub, changed: dict[str, Any], words: str
) -> None:
    said = {"name": "work", "kind": "github", "path": REPO, "token": "${GITHUB_TOKEN}", "place": PLACE} | changed
    assert words in refused(tmp_path, fake, SourceSpec(**said))


def test_a_list_that_goes_on_elsewhere_does_not_get_the_token(tmp_path: Path, fake: FakeGitHub) -> None:
    away = {"Link": '<https://elsewhere.example/issues?page=2>; rel="next"'}
    fake.open()
    fake.faults = {2: lambda fake, url: (200, away, "[]")}
    seen: list[str] = []

    def watched(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.host)
        status, headers, text = fake.reply(request.method, str(request.url), dict(request.headers))
        return httpx2.Response(status, headers=headers, text=text)

    assert "elsewhere.example" in refused(tmp_path, fake, transport=httpx2.MockTransport(watched))
    assert set(seen) == {"api.github.com"}


def test_pages_that_go_round_in_a_circle_are_told_of(tmp_path: Path, fake: FakeGitHub) -> None:
    circle = {"Link": '<https://api.github.com/repos/acme/shop/issues?page=2>; rel="next"'}
    fake.faults = dict.fromkeys(range(1, 9), limited(200, circle, "[]"))
    assert "circle" in refused(tmp_path, fake)


# ---- the token, and persons ----


def test_no_token_and_no_name_comes_out_anywhere(
    tmp_path: Path, fake: FakeGitHub, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    busy(fake)
    fake.open(f"My token is {TOKEN}, dev@example.invalid", body=f"{TOKEN} by Ana")
    fake.release(TOKEN, TOKEN)
    said: list[str] = []
    project = Project(str(tmp_path), sources=(SPEC,))
    fake.faults = {1: limited(502, {"X-Echo": TOKEN}, TOKEN), 3: limited(429, {"Retry-After": "1", "X": TOKEN}, TOKEN)}
    landing, digest = landed(SPEC, project, SALT, said.append, transport=fake.transport, sleep=fake.tick)
    fake.faults = {len(fake.asked) + 1: limited(401, {}, json.dumps({"message": f"No: Bearer {TOKEN}"}))}
    said.append(refused(tmp_path, fake))
    out = capsys.readouterr()
    said += [*said, digest, repr(landing), repr(rows(landing, project)), caplog.text, out.out, out.err, repr(SPEC)]
    whole = "\n".join([*said, everything(tmp_path)])
    assert "My token is (secret), (address)" in whole
    for private in (TOKEN, TOKEN[4:], "example.invalid", "person-1", "Ana", "someone"):
        assert private not in whole


def test_a_token_in_the_file_itself_is_struck_out_and_told(tmp_path: Path) -> None:
    entry = "{name: work, kind: github, pth: a/b, token: 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567}"
    (tmp_path / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {entry}\n")
    loaded = load(tmp_path)
    assert "secret-in-text" in {finding.rule for finding in loaded.findings}
    assert "0a1b2c" not in repr(loaded)


# ---- the whole way, over real HTTP ----


def project_of(root: Path, url: str) -> Project:
    entry = f"{{name: work, kind: github, repo: {REPO}, token: '${{GITHUB_TOKEN}}', url: '{url}'}}"
    (root / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {entry}\n")
    loaded = load(root)
    assert not loaded.findings
    return loaded.project


def test_pulled_over_the_network_it_is_a_source_like_any_other(tmp_path: Path, fake: FakeGitHub) -> None:
    busy(fake)
    with fake.served() as url, Store.open(None) as store:
        project = project_of(tmp_path, url)
        told: list[str] = []
        (first,) = pull(project, store, told.append)
        assert not first.findings and first.rows and not first.set_aside
        assert any("issues" in one for one in told)
        known = facts(store, project, Strategy())
        assert len(known.items) == 8 and len(known.releases) == 1 and known.spells is not None
        assert pull(project, store)[0].unchanged
        before = {one.name: store.rows(f"select * from {one.name}") for one in TABLES}
        fake.token = "another token"
        (broken,) = pull(project, store)
        assert [finding.rule for finding in broken.findings] == ["source-remote"] and broken.rows == first.rows
        assert {one.name: store.rows(f"select * from {one.name}") for one in TABLES} == before, "what was there stays"
    (gone,) = pull(project, Store.open(None))
    assert "could not be asked" in gone.findings[0].message


def test_what_landed_from_a_source_that_is_not_named_any_more_is_taken_away(tmp_path: Path, fake: FakeGitHub) -> None:
    fake.open()
    with fake.served() as url, Store.open(None) as store:
        pull(project_of(tmp_path, url), store)
        assert list((tmp_path / "target/raw").iterdir())
        pull(Project(str(tmp_path)), store)
        assert not list((tmp_path / "target/raw").iterdir()) and not store.has("items")


def test_a_record_that_is_not_as_github_describes_it_is_told_of(tmp_path: Path, fake: FakeGitHub) -> None:
    fake.faults = {1: limited(200, {}, '[{"id": 1, "updated_at": "2026-01-01T00:00:00Z", "number": 1}]')}
    assert "not as its vendor describes it" in refused(tmp_path, fake)
    fake.faults = {len(fake.asked) + 1: limited(200, {}, '{"message": "hello"}')}
    assert "no list of records" in refused(tmp_path, fake)


def test_an_empty_repository_is_told_of(tmp_path: Path, fake: FakeGitHub) -> None:
    with fake.served() as url, Store.open(None) as store:
        (pulled,) = pull(project_of(tmp_path, url), store)
    assert [(finding.rule, finding.severity) for finding in pulled.findings] == [("source-empty", "warning")]
