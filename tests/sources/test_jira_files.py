"""Files that come out of Jira: its own exports, and the history of real projects, read in place."""

from __future__ import annotations

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from madegood.engine.store import Store
from madegood.execution.facts import facts
from madegood.execution.model import Facts
from madegood.intent.model import Strategy
from madegood.intent.parse import load
from madegood.sources.guess import guess, guesses
from madegood.sources.pull import pull
from madegood.sources.pulled import Pulled

EXPORTS = Path(__file__).parent / "exports"  # made up, with the columns that Jira writes
DATA = Path(os.environ.get("MADEGOOD_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data") / "jira"
ZONES = ["UTC", "America/Chicago", "Asia/Kolkata", "Pacific/Kiritimati", "Etc/GMT+12"]
real = pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data does not stand beside the repository")


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        yield opened


def taken(root: Path, store: Store, sources: str, zone: str = "UTC") -> tuple[dict[str, Pulled], Facts]:
    """What madegood.yml with these sources brings."""
    (root / "madegood.yml").write_text(f"madegood: 1\ntimezone: {zone}\nsources:\n{sources}", encoding="utf-8")
    loaded = load(root)
    assert not loaded.findings
    found = {one.name: one for one in pull(loaded.project, store)}
    return found, facts(store, loaded.project, Strategy())


def proposed(root: Path, name: str, text: str = "") -> str:
    """What is proposed for an export, copied there."""
    (root / name).write_text(text or (EXPORTS / name).read_text("utf-8"), encoding="utf-8")
    found = guess(root / name, name)
    assert found.spec is not None and found.spec.kind == "items"
    return found.yaml()


# ---- exports ----


@pytest.mark.parametrize("name", ["jira_cloud.csv", "jira_data_center.csv"])
def test_what_is_proposed_for_an_export_reads_it_whole(tmp_path: Path, store: Store, name: str) -> None:
    yaml = proposed(tmp_path, name)
    (pulled,), known = (lambda found: (tuple(found[0].values()), found[1]))(taken(tmp_path, store, yaml))
    assert (pulled.rows, pulled.set_aside) == (len(known.items), 0)
    items = {one.id: one for one in known.items}
    card = items["SHOP-2"]
    assert card.title.startswith("Pay by card") and (card.kind, card.labels) == ("Story", ("payments", "urgent"))
    assert (card.parent, card.done and card.done.isoformat()) == ("SHOP-1", "2026-02-26")
    assert "estimate" not in dict(card.fields) and card.estimate is None, "points are not person-days"
    assert {value for key, value in card.fields if "Story Points" in key} == {"4.0"}
    assert "Ana" not in repr(known) and "adoe" not in repr(known), "no name of a person comes in"


def test_of_several_versions_the_one_that_was_released_first_shipped_it(tmp_path: Path, store: Store) -> None:
    yaml = proposed(tmp_path, "jira_cloud.csv")
    (tmp_path / "versions.csv").write_text("id,day\n1.5.0,2026-03-05\n1.4.0,2026-03-09\n")
    _, known = taken(tmp_path, store, yaml + "  - {name: versions, kind: releases, path: versions.csv}\n")
    assert {one.release for one in known.items} == {"1.5.0", ""}


def test_what_an_export_does_not_tell_is_said_where_it_is_proposed(tmp_path: Path) -> None:
    said = proposed(tmp_path, "jira_cloud.csv")
    assert "`Created` holds times without a zone" in said
    assert """`where: {Resolution: "!Won't Do"}` leaves such items out""" in said
    without = (EXPORTS / "jira_cloud.csv").read_text("utf-8").replace(",Parent key,", ",Parent of old,")
    assert "`Parent` holds numbers that are no ids here" in proposed(tmp_path, "jira_cloud.csv", without)
    assert "holds numbers" not in proposed(tmp_path, "jira_data_center.csv"), "its epic link holds keys"


def test_where_leaves_out_what_was_closed_and_not_done(tmp_path: Path, store: Store) -> None:
    yaml = proposed(tmp_path, "jira_cloud.csv") + '    where: {Resolution: "!Won\'t Do"}\n'
    found, known = taken(tmp_path, store, yaml)
    assert found["jira-cloud"].filtered == 1 and sum(bool(one.done) for one in known.items) == 1


# ---- the history of real projects ----


def rows_of(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def sources() -> str:
    files = [DATA / f"{name}.csv.gz" for name in ("issues", "transitions", "versions")]
    return "".join(
        one.yaml().replace(f"path: {one.spec.path}", f"path: {one.path}") for one in guesses(files) if one.spec
    )


@real
@pytest.mark.parametrize("zone", ZONES)
def test_real_histories_are_read_to_the_millisecond_in_any_zone(
    tmp_path: Path, store: Store, sources: str, zone: str
) -> None:
    issues, steps, versions = rows_of("issues"), rows_of("transitions"), rows_of("versions")
    assert (len(issues), len(steps), len(versions)) == (3537, 22026, 292)
    found, known = taken(tmp_path, store, sources, zone)
    said = {name: (one.rows, one.set_aside, one.filtered) for name, one in found.items()}
    assert said == {"issues": (3537, 0, 0), "transitions": (5951, 0, 16075), "versions": (219, 5, 68)}
    mine = {(row[0], row[1], row[2]) for row in store.rows('select item, "at", after from states')}
    theirs = {(s["key"], utc(s["at"]), s["to_value"]) for s in steps if s["field"] == "status"}
    assert mine == theirs, "offsets differ from row to row"
    times = dict(store.rows("select id, created from items"))
    assert times == {one["key"]: utc(one["created"]) for one in issues}
    days = {one.id: one.done for one in known.items if one.done}
    resolved = {
        one["key"]: datetime.fromisoformat(one["resolved"]).astimezone(ZoneInfo(zone)).date()
        for one in issues
        if one["resolved"]
    }
    open_again = {
        one["key"] for one in issues if one["key"] in resolved and one["status"] not in ("Closed", "Resolved")
    }
    assert (len(resolved), len(open_again)) == (2873, 7), "Jira kept the day of their resolution"
    assert {key: day for key, day in resolved.items() if key not in open_again} == {
        key: day for key, day in days.items() if key not in open_again
    }
    assert len(open_again & set(days)) == 1, "of one the history does not tell that it was ever closed"
    released = {(one["project"], one["version"], one["release_date"]) for one in versions if one["released"] == "True"}
    assert {(r.product, r.id, r.day.isoformat()) for r in known.releases} == {one for one in released if one[2]}


@real
def test_reopened_items_are_done_from_when_they_stayed_so(tmp_path: Path, store: Store, sources: str) -> None:
    _, known = taken(tmp_path, store, sources.replace("      done: resolved\n", ""))
    done = ("resolved", "closed", "done")
    history = defaultdict(list)
    for step in sorted((s for s in rows_of("transitions") if s["field"] == "status"), key=lambda s: utc(s["at"])):
        history[step["key"]].append((utc(step["at"]), step["to_value"].lower() in done))
    last = {}
    for key, steps in history.items():
        again = max((n for n, (_, ended) in enumerate(steps) if not ended), default=-1)
        last[key] = steps[again + 1][0].date() if again + 1 < len(steps) else None
    mine = {one.id: one.done for one in known.items}
    assert mine == {one.id: last.get(one.id) for one in known.items}
    back = {key for key, steps in history.items() if any(a[1] and not b[1] for a, b in pairwise(steps))}
    assert len(back) == 160 and sum(mine[key] is not None for key in back) == 147


@real
def test_of_items_with_several_versions_the_release_is_one_of_them(tmp_path: Path, store: Store, sources: str) -> None:
    _, known = taken(tmp_path, store, sources)
    several = {one["key"]: one for one in rows_of("issues") if "|" in one["fix_versions"]}
    by_key = {release.key: release for release in known.releases}
    told = [one for one in known.items if one.id in several and one.release in by_key]
    assert len(several) == 78 and len(told) > 50
    for item in told:
        names = several[item.id]["fix_versions"].split("|")
        days = [r.day for r in known.releases if r.product == item.product and r.id in names]
        assert by_key[item.release].id in names and by_key[item.release].day == min(days)


# ---- what files of that shape may also hold ----

ODD = """key,at,field,from_value,to_value
A-1,2026-03-29T01:30:00.000+0100,status,Open,In Progress
A-1,2026-03-29T03:30:00.000+0200,status,In Progress,Closed
A-2,2026-10-25T02:30:00.000+0200,status,Open,In Progress
A-2,2026-10-25T02:30:00.000+0100,status,In Progress,Closed
A-3,2025-12-31T23:00:00.000-0500,status,Open,In Progress
A-3,2026-01-04T09:00:00.000Z,status,In Progress,Galvanised
A-5,2026-01-05T09:00:00.000+0530,status,,Open
"""
ITEMS = """key,type,created,resolved,title
A-1,Bug,2026-03-28T10:00:00.000+0100,,One
A-2,Bug,2026-10-24T10:00:00.000+0200,,Two
A-3,Task,2026-01-02T10:00:00.000-0600,,Three
A-4,Task,2026-01-02T10:00:00.000-0600,2026-01-09T10:00:00.000-0600,Four
"""


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Chicago"])
def test_clocks_put_back_states_unknown_and_histories_missing_or_too_early_are_read(
    tmp_path: Path, store: Store, zone: str
) -> None:
    (tmp_path / "transitions.csv").write_text(ODD)
    (tmp_path / "issues.csv").write_text(ITEMS)
    sources = "".join(guess(tmp_path / f"{name}.csv", f"{name}.csv").yaml() for name in ("issues", "transitions"))
    found, known = taken(tmp_path, store, sources, zone)
    assert {name: (one.rows, one.set_aside) for name, one in found.items()} == {"issues": (4, 0), "transitions": (7, 0)}
    items = {one.id: one for one in known.items}
    assert all(items[name].started and items[name].done for name in ("A-1", "A-2")), "an hour that is told twice"
    assert all(one.done >= one.started for one in items.values() if one.done and one.started)
    assert items["A-3"].done is None and items["A-4"].done and items["A-4"].started is None
    assert known.spells is not None and "galvanised" in known.spells.unread
    assert (known.spells.last >= known.spells.first).all()


def test_an_item_that_is_open_again_is_not_done_though_the_day_of_its_resolution_was_kept(
    tmp_path: Path, store: Store
) -> None:
    (tmp_path / "issues.csv").write_text(
        "key,type,created,resolved,title\n"
        "A-1,Bug,2026-01-02T10:00:00.000+0100,2026-01-05T10:00:00.000+0100,Kept by mistake\n"
        "A-2,Bug,2026-01-02T10:00:00.000+0100,2026-01-09T10:00:00.000+0100,Closed once more\n"
        "A-3,Bug,2026-01-02T10:00:00.000+0100,2026-01-09T10:00:00.000+0100,Ends in a state that nobody named\n"
    )
    steps = ["Open,Closed", "Closed,Reopened", "Reopened,Closed"]
    rows = [f"{key},2026-01-0{5 + 2 * n}T10:00:00.000+0100,status,{step}\n"
            for key, count in (("A-1", 2), ("A-2", 3)) for n, step in enumerate(steps[:count])]  # fmt: skip
    rows.append("A-3,2026-01-09T10:00:00.000+0100,status,Open,Galvanised\n")
    (tmp_path / "transitions.csv").write_text("key,at,field,from_value,to_value\n" + "".join(rows))
    sources = "".join(guess(tmp_path / f"{name}.csv", f"{name}.csv").yaml() for name in ("issues", "transitions"))
    _, known = taken(tmp_path, store, sources)
    assert [str(one.done) for one in known.items] == ["None", "2026-01-09", "2026-01-09"]


def test_a_version_of_one_product_ships_nothing_of_another(tmp_path: Path, store: Store) -> None:
    (tmp_path / "issues.csv").write_text(
        "project,key,title,fix_versions\nA,A-1,One,1.0\nB,B-1,Two,1.0|2.0\nC,C-1,Three,\n"
    )
    (tmp_path / "versions.csv").write_text("project,version,release_date\nA,0.9,2026-01-02\nB,1.0,2026-01-05\n")
    sources = "".join(guess(tmp_path / f"{name}.csv", f"{name}.csv").yaml() for name in ("issues", "versions"))
    _, known = taken(tmp_path, store, sources)
    assert [one.release for one in known.items] == ["A/1.0", "B/1.0", ""]


@pytest.mark.parametrize(
    ("field", "where"), [("Status", "Status"), ("resolution", "status"), ("System.State", "System.State")]
)
def test_of_a_changelog_only_changes_of_state_are_states(tmp_path: Path, field: str, where: str) -> None:
    rows = f"A-1,2026-01-05,{field},Open,Closed\n" + "A-1,2026-01-06,assignee,p1,p2\n"
    (tmp_path / "changelog.csv").write_text(f"key,at,field,from_value,to_value\n{rows}")
    found = guess(tmp_path / "changelog.csv", "changelog.csv").spec
    assert found is not None and (found.kind, found.where) == ("states", (("field", where),))
