from __future__ import annotations

import json
import logging
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import example, given, settings
from hypothesis import strategies as st

from madegood.engine.store import Store
from madegood.engine.tables import TABLES
from madegood.execution.facts import facts
from madegood.findings import Span
from madegood.intent.model import Project, SourceSpec, Strategy
from madegood.intent.parse import load
from madegood.sources.files import Broken
from madegood.sources.pull import pull
from madegood.sources.remote.jira_issues import SWEEP
from madegood.sources.remote.jira_rows import rows, short, undated
from madegood.sources.remote.pull import landed

from .fake_jira import TOKEN, USER, FakeJira, Reply
from .vendor import Cut, Tables, cut, everything, killed, table

PLACE = Span("madegood.yml", 4, 5, 4, 20, "  - name: work")
SALT = "0" * 32
SWEPT = SWEEP.total_seconds() + 1
ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "Etc/GMT+12"]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("JIRA_TOKEN", TOKEN)
    monkeypatch.setenv("JIRA_USER", USER)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture(params=[True, False], ids=["cloud", "data center"])
def fake(request: pytest.FixtureRequest) -> FakeJira:
    return FakeJira(cloud=request.param)


def spec_of(fake: FakeJira, **said: Any) -> SourceSpec:
    keys = ", ".join(fake.projects.values())
    spec = SourceSpec("work", "jira", keys, token="${JIRA_TOKEN}", url=fake.base, place=PLACE)
    return replace(spec, **({"user": "${JIRA_USER}"} if fake.user else {}) | said)


def read(root: Path, fake: FakeJira, spec: SourceSpec | None = None, **more: Any) -> Tables:
    """What the tables are made of, whatever the order in which it came."""
    spec = spec or spec_of(fake)
    project = more.pop("project", Project(str(root), sources=(spec,)))
    more = {"transport": fake.transport, "sleep": fake.tick} | more
    landing, _ = landed(spec, project, SALT, lambda _: None, **more)
    return {name: sorted(tuple(sorted(row.items())) for row in found) for name, found in rows(landing, project).items()}


def fresh(fake: FakeJira) -> Tables:
    """The same of somebody who begins today."""
    with tempfile.TemporaryDirectory() as folder:
        return read(Path(folder), fake)


def busy(fake: FakeJira) -> None:
    """A project with something of everything."""
    released, planned = fake.version("1.0", "2026-02-03"), fake.version("2.0", released=False)
    epic = fake.open("Wait no more", issuetype="Epic")
    for number in range(7):
        one = fake.open(
            f"Wait {number} s less", parent=epic, labels=["fast"], fixVersions=[(released, planned)[number % 2]]
        )
        fake.tick()
        fake.assign(one, 1 + number % 3)
        fake.move(one, "3")
        fake.tick()
        if number % 3:
            fake.move(one, "5", "Done" if number % 2 else "Won't Do")
        if number == 4:
            fake.move(one, "3")
    fake.tick()


def grounded(found: Tables) -> Tables:
    """The same without what stands above an issue in a project that is not read: of that Jira tells nobody."""
    ids = {row["id"] for row in table(found, "items")}
    items = [tuple((n, v if n != "parent" or v in ids else "") for n, v in row) for row in found["items"]]
    return found | {"items": items}


# ---- laws: whatever happens, the tables are those of somebody who begins today ----


def act(fake: FakeJira, step: int) -> None:
    """One of the things that people do, to one of the things that are there."""
    fake.tick(step % 7 * 20)  # often within one minute
    there, kind = sorted(fake.issues), step // 7 % 11
    one = there[step // 77 % len(there)] if there else fake.open()
    if kind == 0:
        fake.delete(one)
    elif kind in (1, 2):
        fake.open(f"Number {step}", status="13"[kind - 1])
    elif kind in (3, 4):
        fake.move(one, "5", "Duplicate" if step % 2 else "Done")
    elif kind in (5, 6):
        fake.move(one, sorted(fake.statuses)[step % len(fake.statuses)])
    elif kind == 7:
        fake.assign(one, step % 4 or None)
    elif kind == 8:
        fake.version(f"3.{step}", "2026-03-04" if step % 2 else "")
    elif kind == 9:
        fake.send(one, "10001")
    elif kind == 10 and fake.versions:
        gone = sorted(fake.versions)[step % len(fake.versions)]
        del fake.versions[gone]
        for issue in [name for name, said in fake.issues.items() if gone in said["fixVersions"]]:
            fake.change(issue, fixVersions=[v for v in fake.issues[issue]["fixVersions"] if v != gone])


@settings(max_examples=25, deadline=None)
@given(
    cloud=st.booleans(),
    most=st.integers(1, 7),
    zone=st.sampled_from(ZONES),
    days=st.lists(st.tuples(st.lists(st.integers(0, 9999), max_size=12), st.integers(1, 40)), max_size=4),
)
def test_cut_off_anywhere_and_read_again_the_tables_are_those_of_a_first_reading(
    cloud: bool, most: int, zone: str, days: list[tuple[list[int], int]]
) -> None:
    fake = FakeJira(most, cloud, zone)
    fake.projects["10001"] = "PAY"
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


@example(False, 1, "UTC", [0, 0, 0, 21, 71, 98, 0, 9, 272], 1, False)  # one change hides that another was missed
@example(True, 2, "UTC", [0, 0, 0, 0], 4, True)  # one deleted between two pages of changes hides that of another
@settings(max_examples=30, deadline=None)
@given(
    cloud=st.booleans(),
    most=st.integers(1, 4),
    zone=st.sampled_from(ZONES),
    steps=st.lists(st.integers(0, 9999), min_size=1, max_size=10),
    early=st.integers(1, 25),
    deleting=st.booleans(),
)
def test_what_changes_while_it_is_being_read_is_neither_lost_nor_doubled(
    cloud: bool, most: int, zone: str, steps: list[int], early: int, deleting: bool
) -> None:
    fake = FakeJira(most, cloud, zone)
    busy(fake)
    fake.projects["10001"] = "PAY"
    spec = spec_of(fake, path="SHOP") if deleting else spec_of(fake)
    with tempfile.TemporaryDirectory() as folder:
        for place, step in enumerate(steps):
            if deleting or step // 7 % 11:  # only what is not there any more waits for a sweep
                fake.faults[early + 2 * place] = lambda fake, url, step=step: act(fake, step)  # type: ignore[misc]
        read(Path(folder), fake, spec)
        fake.faults = {}
        fake.tick(SWEPT if deleting else 1)
        with tempfile.TemporaryDirectory() as other:
            assert grounded(read(Path(folder), fake, spec)) == grounded(read(Path(other), fake, spec))


def test_killed_at_any_of_thirty_points_between_two_writes_nothing_is_lost_or_doubled(
    tmp_path: Path, fake: FakeJira, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.most = 2
    busy(fake)
    whole = fresh(fake)
    for point in range(1, 31):
        folder = tmp_path / str(point)
        killed(monkeypatch, point, partial(read, folder, fake))
        assert read(folder, fake) == whole, f"cut at write {point}"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York"])
def test_through_the_hours_in_which_a_clock_is_put_back_nothing_is_lost(
    tmp_path: Path, fake: FakeJira, zone: str
) -> None:
    fake.zone, fake.most = zone, 2
    fake.now = {"Europe/Berlin": 1_792_886_400.0, "Australia/Lord_Howe": 1_775_311_200.0}.get(zone, 1_793_505_600.0)
    for number in range(36):  # six hours
        fake.open(f"Number {number}")
        fake.tick(600)
        found = read(tmp_path, fake)
        assert len(found["items"]) == number + 1


def test_many_changes_within_one_minute_are_read_page_by_page(tmp_path: Path, fake: FakeJira) -> None:
    fake.most = 3
    read(tmp_path, fake)
    for number in range(40):
        fake.open(f"Number {number}")
    assert len(read(tmp_path, fake)["items"]) == 40


def test_an_issue_that_is_deleted_or_goes_elsewhere_goes_at_the_next_sweep(tmp_path: Path, fake: FakeJira) -> None:
    busy(fake)
    spec = spec_of(fake)
    fake.projects["10001"] = "PAY"
    gone, sent, *_ = sorted(fake.issues)[1:]
    keys = {fake.issues[one]["key"] for one in (gone, sent)}
    read(tmp_path, fake, spec)
    fake.delete(gone)
    fake.send(sent, "10001")
    fake.tick()
    assert keys <= {row["id"] for row in table(read(tmp_path, fake, spec), "items")}, "Jira tells nobody of it"
    fake.tick(SWEPT)
    after = read(tmp_path, fake, spec)
    assert not keys & {row["id"] for row in table(after, "items")}
    assert not keys & {row["item"] for row in table(after, "states")}


def test_an_issue_that_comes_from_a_project_that_is_not_read_is_read(tmp_path: Path, fake: FakeJira) -> None:
    spec = spec_of(fake)
    fake.projects["10001"] = "PAY"
    one = fake.open(project="10001")
    fake.open()
    read(tmp_path, fake, spec)
    fake.tick()
    fake.send(one, "10000")
    assert len(read(tmp_path, fake, spec)["items"]) == 2


def test_reading_again_asks_for_what_changed_and_for_no_history_twice(tmp_path: Path, fake: FakeJira) -> None:
    busy(fake)
    read(tmp_path, fake)
    fake.tick(600)
    before = len(fake.asked)
    read(tmp_path, fake)
    assert [url.rpartition("/")[2].partition("?")[0] for url in fake.asked[before:]] == (
        [
            "serverInfo",
            "myself",
            "field",
            "configuration",
            "SHOP",
            "status",
            "versions",
            "jql" if fake.cloud else "search",
        ]
    )
    assert not any("bulkfetch" in url for url in fake.asked[before:])


def test_where_the_fields_that_are_read_become_others_all_is_read_anew(tmp_path: Path, fake: FakeJira) -> None:
    fake.open(customfield_10055=5.0)
    read(tmp_path, fake)
    fake.tick(86400)
    fake.custom["customfield_10055"] = (
        "Story Points",
        "number",
        "com.atlassian.jira.plugin.system.customfieldtypes:float",
    )
    assert table(read(tmp_path, fake), "items")[0]["points"] == "5"


# ---- what the tables say ----


def test_issues_versions_and_histories_become_what_the_engine_knows(tmp_path: Path, fake: FakeJira) -> None:
    early, late, planned = (
        fake.version("1.0", "2026-02-03"),
        fake.version("1.1", "2026-03-04"),
        fake.version("2.0", "", False),
    )
    epic = fake.open("Checkout", issuetype="Epic")
    told = {"labels": ["fast", "web"], "components": ["cart", "till"], "timeoriginalestimate": 81000}
    part = fake.open("Wait less, ask dev@example.invalid", parent=epic, fixVersions=[late, early], **told)
    said = fake.issues[part]
    said |= {"customfield_10016": 3.0, "customfield_10020": 8.0}
    fake.tick()
    fake.assign(part, 7)
    fake.move(part, "3")
    fake.tick()
    fake.assign(part, 8)
    fake.move(part, "4")
    fake.move(part, "5", "Done")
    old = fake.open("By its epic link", customfield_10014=fake.issues[epic]["key"], fixVersions=[planned])
    dropped = fake.open("Never")
    fake.move(dropped, "5", "Won't Do")
    found = read(tmp_path, fake)
    items = {row["id"]: row for row in table(found, "items")}
    key = {one: fake.issues[one]["key"] for one in (epic, part, old, dropped)}
    mine = items[key[part]]
    assert (items[key[epic]]["kind"], mine["parent"], items[key[old]]["parent"]) == ("epic", key[epic], key[epic])
    assert (mine["title"], mine["labels"], mine["component"]) == ("Wait less, ask (address)", "fast|web", "cart, till")
    assert (mine["release"], mine["milestone"], items[key[old]]["release"]) == ("1.0", "1.1, 1.0", "2.0")
    assert (mine["estimate"], mine["points"], mine["done"][:10]) == ("3", "3", "2026-02-02"), "22.5 h of 7.5 h a day"
    assert mine["person"].startswith("p") and items[key[dropped]]["done"] == ""
    moves = [(r["item"], r["before"], r["after"], r["person"] == mine["person"])
             for r in sorted(table(found, "states"), key=lambda r: r["at"])]  # fmt: skip
    assert moves == [
        (key[epic], "", "To Do", False),
        (key[part], "", "To Do", False),
        (key[part], "To Do", "In Progress", False),
        (key[part], "In Progress", "In Progress", True),
        (key[part], "In Progress", "in progress", True),  # QA, which its category says is work going on
        (key[part], "in progress", "Done", True),
        (key[old], "", "To Do", False),
        (key[dropped], "", "To Do", False),
        (key[dropped], "To Do", "not planned", False),
    ]
    assert [(row["id"], row["day"]) for row in table(found, "releases")] == [
        ("1.0", "2026-02-03"),
        ("1.1", "2026-03-04"),
    ]
    assert [(row["release"], row["item"]) for row in table(found, "links")] == [("1.0", key[part]), ("1.1", key[part])]


def test_where_states_are_named_in_madegood_yml_they_count_as_they_are_called(tmp_path: Path, fake: FakeJira) -> None:
    one = fake.open(status="4")
    fake.move(one, "5", "Done")
    named = Project(str(tmp_path), active_states=("qa",), done_states=("released",))
    found = read(tmp_path, fake, project=named)
    assert [row["after"] for row in table(found, "states")] == ["Done", "QA"]
    assert table(found, "items")[0]["done"] == "", "done is what they named, and this is not"


def test_a_reopened_issue_is_not_done_even_where_its_resolution_was_forgotten(tmp_path: Path, fake: FakeJira) -> None:
    one = fake.open()
    fake.move(one, "5", "Done")
    fake.tick()
    fake.move(one, "3", "Done")  # Jira keeps the resolution where a workflow does not clear it
    assert table(read(tmp_path, fake), "items")[0]["done"] == ""


def test_an_issue_without_a_change_has_its_state_from_the_day_it_was_made(tmp_path: Path, fake: FakeJira) -> None:
    fake.open(status="3", assignee=4)
    (row,) = table(read(tmp_path, fake), "states")
    assert (row["before"], row["after"]) == ("", "In Progress") and row["person"]


@pytest.mark.parametrize(("reason", "after"), [("Done", "Done"), ("Duplicate", "not planned")])
def test_an_issue_that_is_done_and_has_no_history_was_done_when_it_was_resolved(
    tmp_path: Path, fake: FakeJira, reason: str, after: str
) -> None:
    one = fake.open(status="5", resolution=reason, resolutiondate=fake.now + 86400)
    (row,) = table(read(tmp_path / "1", fake), "states")
    assert (row["at"][:10], row["after"]) == ("2026-02-03", after)
    fake.issues[one] |= {"resolution": None, "resolutiondate": None}
    assert not read(tmp_path / "2", fake)["states"], "and nobody knows when"


def test_a_history_from_elsewhere_may_begin_before_the_issue_was_made(tmp_path: Path, fake: FakeJira) -> None:
    one = fake.open()
    fake.move(one, "3")
    fake.histories[one][0]["at"] = fake.issues[one]["created"] - 86400
    moves = [(row["at"], row["after"]) for row in table(read(tmp_path, fake), "states")]
    assert [at for at, _ in moves] == [moves[0][0]] * 2 and {after for _, after in moves} == {"To Do", "In Progress"}


def test_a_state_that_is_not_there_any_more_keeps_the_name_that_its_history_has(tmp_path: Path, fake: FakeJira) -> None:
    fake.statuses["8"] = ("Bench", "new")
    one = fake.open()
    fake.move(one, "8")
    fake.move(one, "5", "Done")
    del fake.statuses["8"]
    found = sorted(table(read(tmp_path, fake), "states"), key=lambda row: row["at"])
    assert [row["after"] for row in found] == ["To Do", "Bench", "Done"]


def test_where_history_does_not_lead_to_the_state_of_today_it_is_said(tmp_path: Path, fake: FakeJira) -> None:
    one = fake.open()
    fake.move(one, "3")
    fake.tick()
    fake.issues[one] |= {"status": "5", "resolution": "Done", "resolutiondate": fake.now}  # a workflow was changed
    spec = spec_of(fake)
    landing, _ = landed(spec, Project(str(tmp_path)), SALT, lambda _: None, transport=fake.transport)
    assert short(landing).startswith("Of 1 of 1 issues")
    found = sorted(rows(landing, Project(str(tmp_path)))["states"], key=lambda row: row["at"])
    assert [row["after"] for row in found] == ["To Do", "In Progress", "Done"], "done when it was resolved"


def test_versions_released_on_no_day_are_no_releases_and_are_told_of(tmp_path: Path, fake: FakeJira) -> None:
    fake.version("1.0")
    landing, _ = landed(spec_of(fake), Project(str(tmp_path)), SALT, lambda _: None, transport=fake.transport)
    assert "`1.0`" in undated(landing) and not rows(landing, Project(str(tmp_path)))["releases"]


def test_of_several_projects_each_is_a_product_with_versions_of_its_own(tmp_path: Path, fake: FakeJira) -> None:
    fake.projects["10001"] = "PAY"
    for project in fake.projects:
        version = fake.version(
            "1.0", f"2026-02-0{project[-1]}" if project[-1] != "0" else "2026-02-09", project=project
        )
        fake.open(project=project, fixVersions=[version])
    with fake.served() as url, Store.open(None) as store:
        project_of(tmp_path, fake, url, "[SHOP, PAY]")
        (pulled,) = pull(load(tmp_path).project, store)
        assert not pulled.findings
        assert store.rows("select product, id, cast(day as varchar) from releases order by 1") == [
            ("PAY", "1.0", "2026-02-01"),
            ("SHOP", "1.0", "2026-02-09"),
        ]
        assert store.rows("select count(*) from links join releases using (product, source)") == [(2,)]


def test_a_project_is_found_by_a_key_that_it_had_before(tmp_path: Path, fake: FakeJira) -> None:
    fake.open()
    fake.former["OLD"] = "10000"
    assert len(read(tmp_path, fake, spec_of(fake, path="old"))["items"]) == 1


def test_a_project_that_was_made_anew_under_its_key_is_one_project(tmp_path: Path, fake: FakeJira) -> None:
    busy(fake)
    read(tmp_path, fake)
    for one in sorted(fake.issues):
        fake.delete(one)
    fake.projects = {"10005": "SHOP"}
    fake.versions = {}
    fake.open(project="10005")
    fake.tick(SWEPT)
    found = read(tmp_path, fake)
    assert found == fresh(fake) and [row["product"] for row in table(found, "items")] == [""]


def test_story_points_are_the_field_that_one_names(tmp_path: Path, fake: FakeJira) -> None:
    fake.open(customfield_10016=3.0, customfield_10020=8.5)
    for name in ("Effort", "customfield_10020"):
        found = read(tmp_path, fake, spec_of(fake, where=(("points", name),)))
        assert table(found, "items")[0]["points"] == "8.5"


def test_of_several_fields_of_story_points_the_one_that_is_filled_counts(tmp_path: Path, fake: FakeJira) -> None:
    fake.custom["customfield_10055"] = (
        "Story Points",
        "number",
        "com.atlassian.jira.plugin.system.customfieldtypes:float",
    )
    fake.custom["customfield_10056"] = (
        "Story points",
        "number",
        "com.atlassian.jira.plugin.system.customfieldtypes:float",
    )
    fake.open(customfield_10056=5.0)
    fake.open(customfield_10055=2.0)
    assert sorted(row["points"] for row in table(read(tmp_path, fake), "items")) == ["2", "5"]


def test_a_zone_that_nobody_says_costs_only_that_more_is_read_twice(tmp_path: Path, fake: FakeJira) -> None:
    fake.zone = "Pacific/Honolulu"
    plain = fake.myself
    fake.myself = lambda: {n: v for n, v in plain().items() if n != "timeZone"}  # type: ignore[method-assign]
    for number in range(5):
        fake.open()
        fake.tick(3600)
        assert len(read(tmp_path, fake)["items"]) == number + 1


def test_a_data_center_that_anybody_may_read_is_read_without_a_token(tmp_path: Path) -> None:
    fake = FakeJira(cloud=False)
    busy(fake)
    fake.token = ""
    plain = fake.found
    denied: Reply = (401, {}, '{"message": "Log in"}')
    fake.found = lambda m, path, q, b: denied if path == "myself" else plain(m, path, q, b)  # type: ignore[method-assign]
    assert len(read(tmp_path, fake, spec_of(fake, token=""))["items"]) == 8


# ---- limits and faults ----


def limited(status: int, headers: dict[str, str], text: str = "{}") -> Any:
    return lambda fake, url: (status, headers, text)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7", "RateLimit-Reason": "jira-quota-based"}, 7),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-02-02T02:41Z"}, 61),
        (503, {"Retry-After": "7"}, 7),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Interval-Seconds": "9", "X-RateLimit-FillRate": "5"}, 9),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Interval-Seconds": "9", "retry-after": "4"}, 4),
    ],
)
def test_a_limit_is_waited_out_as_jira_tells_it(
    tmp_path: Path, fake: FakeJira, status: int, headers: dict[str, str], seconds: int
) -> None:
    fake.open()
    fake.faults = {5: limited(status, headers)}
    waited: list[float] = []
    found = read(tmp_path, fake, sleep=waited.append)
    assert waited == [seconds] and len(found["items"]) == 1


def test_what_is_refused_is_asked_once_though_jira_marks_it_with_a_wait_of_nothing(
    tmp_path: Path, fake: FakeJira
) -> None:
    fake.faults = dict.fromkeys(range(3, 9), limited(403, {"Retry-After": "0", "X-RateLimit-Remaining": "4"}))
    assert "grant it the right" in refused(tmp_path, fake)
    assert len(fake.asked) == 3


def refused(tmp_path: Path, fake: FakeJira, spec: SourceSpec | None = None, **more: Any) -> str:
    with pytest.raises(Broken) as raised:
        read(tmp_path, fake, spec, **more)
    (finding,) = raised.value.findings
    assert finding.mend and finding.span
    assert not any(private in repr(finding) for private in (TOKEN, USER))
    return f"{finding.rule}: {finding.message} {finding.mend}"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"token": "${NOT_SET}"}, "NOT_SET"),
        ({"token": TOKEN}, "belongs in no file"),
        ({"user": USER}, "belongs in no file"),
        ({"user": "${NO_USER}"}, "NO_USER"),
        ({"token": "", "user": "${JIRA_USER}"}, "no `token:`"),
        ({"path": "SHOP/x"}, "no key of a project"),
        ({"path": ","}, "no key of a project"),
        ({"path": "NOPE"}, "answered 404 (No project could be found with NOPE)"),
        ({"token": "", "user": ""}, "No `token:` is given"),
        ({"url": ""}, "no `url:`"),
        ({"url": "http://jira.example.com"}, "https"),
        ({"url": "https://acme.atlassian.net/jira/software/projects/SHOP"}, "up to where Jira begins"),
        ({"columns": (("id", "key"),)}, "takes no `columns:`"),
        ({"where": (("points", "Efort"),)}, "Did you mean `effort`"),
    ],
)
def test_what_is_wrong_in_the_description_is_a_finding_with_a_mend(
    tmp_path: Path, fake: FakeJira, changed: dict[str, Any], words: str
) -> None:
    assert words in refused(tmp_path, fake, spec_of(fake, **changed))


@pytest.mark.parametrize(
    ("cloud", "user", "words"),
    [
        (True, "", "`user: ${JIRA_USER}`"),
        (True, "${JIRA_USER}", "`user:` is whose it is"),
        (False, "${JIRA_USER}", "without `user:`"),
        (False, "", "Make a new one"),
    ],
)
def test_of_a_token_that_is_not_accepted_it_says_what_may_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cloud: bool, user: str, words: str
) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "another-token")
    fake = FakeJira(cloud=cloud)
    said = refused(tmp_path, fake, spec_of(fake, user=user))
    assert "answered 401" in said and words in said
    assert len(fake.asked) == 2


@pytest.mark.parametrize("place", range(1, 9))
def test_a_page_for_people_or_another_thing_instead_of_an_answer_is_one_finding(
    tmp_path: Path, fake: FakeJira, place: int
) -> None:
    fake.open()
    fake.faults = {place: limited(200, {}, "<html><body>Log in with your company account</body></html>")}
    assert "did not answer in JSON" in refused(tmp_path / "1", fake)
    for text in ("[]", "{}", "null", "7", '[{"id": 1}]', '{"issues": [{"id": "1"}]}', '{"id": "5", "timeZone": 3}'):
        fake.faults = {len(fake.asked) + place: limited(200, {}, text)}
        with suppress(Broken):
            read(tmp_path / text.replace("/", ""), fake)


@pytest.mark.parametrize(
    "text", ['{"issueChangeLogs": 3}', "{}", '{"issueChangeLogs": [{"issueId": "20001", "changeHistories": [{}]}]}']
)
def test_a_changelog_that_is_none_is_told_of(tmp_path: Path, text: str) -> None:
    fake = FakeJira()
    fake.open()
    fake.faults = {9: limited(200, {}, text)}
    said = refused(tmp_path, fake)
    assert "what came" in said or "not as its vendor" in said


def test_pages_that_go_round_in_a_circle_are_told_of(tmp_path: Path, fake: FakeJira) -> None:
    fake.open()
    circle = fake.issue(sorted(fake.issues)[0], ["updated", "created", "status", "issuetype", "project"])
    said = {"issues": [circle], "nextPageToken": "7", "isLast": False, "startAt": 0, "total": 9}
    fake.faults = dict.fromkeys(range(8, 30), limited(200, {}, json.dumps(said)))
    assert refused(tmp_path, fake)


# ---- the token, and persons ----


def test_no_token_no_address_and_no_name_comes_out_anywhere(
    tmp_path: Path, fake: FakeJira, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    busy(fake)
    fake.open(f"My token is {TOKEN}, {USER}", labels=[TOKEN])
    said: list[str] = []
    spec = spec_of(fake)
    project = Project(str(tmp_path), sources=(spec,))
    pair = b64encode(f"{USER}:{TOKEN}".encode()).decode()
    fake.faults = {1: limited(502, {"X-Echo": pair}, pair), 3: limited(429, {"Retry-After": "1", "X": TOKEN}, USER)}
    landing, digest = landed(spec, project, SALT, said.append, transport=fake.transport, sleep=fake.tick)
    fake.faults = {len(fake.asked) + 2: limited(401, {}, json.dumps({"message": f"No: {USER} Basic {pair} {TOKEN}"}))}
    said.append(refused(tmp_path, fake))
    out = capsys.readouterr()
    said += [*said, digest, repr(landing), repr(rows(landing, project)), caplog.text, out.out, out.err, repr(spec)]
    whole = "\n".join([*said, everything(tmp_path)])
    assert "My token is (secret), " in whole
    for private in (TOKEN, TOKEN[6:], USER, pair, "example.invalid", "Person 1", "login-1", fake.account(1)):
        assert private not in whole


def test_a_token_and_a_user_in_the_file_itself_are_struck_out_and_told(tmp_path: Path) -> None:
    entry = f"{{name: work, kind: jira, url: https://acme.atlassian.net, project: A, user: {USER}, token: {TOKEN}}}"
    (tmp_path / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {entry}\n")
    loaded = load(tmp_path)
    assert "secret-in-text" in {finding.rule for finding in loaded.findings}
    assert TOKEN[:12] not in repr(loaded) and USER not in repr(loaded)


# ---- the whole way, over real HTTP ----


def project_of(root: Path, fake: FakeJira, url: str, keys: str = "SHOP") -> Project:
    user = "user: '${JIRA_USER}', " if fake.user else ""
    entry = f"{{name: work, kind: jira, project: {keys}, {user}token: '${{JIRA_TOKEN}}', url: '{url}'}}"
    (root / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {entry}\n")
    loaded = load(root)
    assert not loaded.findings
    return loaded.project


def test_pulled_over_the_network_it_is_a_source_like_any_other(tmp_path: Path, fake: FakeJira) -> None:
    busy(fake)
    with fake.served() as url, Store.open(None) as store:
        project = project_of(tmp_path, fake, url)
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
        assert "answered 401" in broken.findings[0].message
        assert {one.name: store.rows(f"select * from {one.name}") for one in TABLES} == before, "what was there stays"


def test_an_empty_project_is_told_of(tmp_path: Path, fake: FakeJira) -> None:
    with fake.served() as url, Store.open(None) as store:
        (pulled,) = pull(project_of(tmp_path, fake, url), store)
    assert [(finding.rule, finding.severity) for finding in pulled.findings] == [("source-empty", "warning")]
