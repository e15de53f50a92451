from __future__ import annotations

import dataclasses
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from madegood.days import Window
from madegood.execution.effort import effort
from madegood.execution.facts import facts
from madegood.execution.history import OPEN
from madegood.execution.model import Effort, Facts, Rollout, Speed
from madegood.execution.shipped import reached
from madegood.execution.speed import speed
from madegood.intent.model import Bet, Project, SourceSpec, Strategy

PROJECT = Project("/nowhere", sources=(SourceSpec("first", "items", "a.csv"), SourceSpec("second", "items", "b.csv")))
DATA = Path(os.environ.get("MADEGOOD_DATA") or Path(__file__).resolve().parents[2] / ".." / "shared" / "data")


def add(store: Any, table: str, source: str = "first", **row: Any) -> None:
    names = ", ".join(f'"{name}"' for name in (*row, "source"))
    store.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * (len(row) + 1))})", (*row.values(), source))


def read(store: Any, project: Project = PROJECT) -> Facts:
    return facts(store, project, Strategy(bets=(Bet("instant-verification"),)))


def test_an_empty_store_gives_no_facts(store: Any) -> None:
    assert read(store) == Facts((), (), ())


def test_a_row_becomes_an_item_without_people_and_without_control_characters(store: Any) -> None:
    add(
        store,
        "items",
        id="1",
        title="\x1b[31mRed\u202e\nalert",
        labels=["a", " b "],
        person="hash",
        created=datetime(2026, 1, 1, 23, 30),
        fields={"Team": "Blue", "Assignee": "someone", "reporter_name": "someone"},
    )
    (item,) = read(store).items
    assert item.title == "[31mRed alert"
    assert item.labels == ("a", "b")
    assert item.fields == (("Team", "Blue"),)
    assert item.created == date(2026, 1, 1)
    assert "hash" not in repr(read(store))


def test_days_are_those_of_the_projects_time_zone_and_dates_stay(store: Any) -> None:
    add(store, "items", id="1", created=datetime(2026, 1, 1), done=datetime(2026, 1, 2, 3, 0))
    (item,) = read(store, dataclasses.replace(PROJECT, timezone="America/New_York")).items
    assert (item.created, item.done) == (date(2026, 1, 1), date(2026, 1, 1))


def test_of_two_sources_the_first_in_madegood_yml_counts_and_the_second_fills_blanks(store: Any) -> None:
    add(store, "items", "second", id="1", title="Second", kind="feat")
    add(store, "items", "first", id="1", title="First")
    (item,) = read(store).items
    assert (item.title, item.kind) == ("First", "feat")


def test_an_id_of_two_products_is_two_items(store: Any) -> None:
    for product in ("app", "web"):
        add(store, "items", id="1", product=product)
        add(store, "items", id="2", product=product, parent="1")
    add(store, "states", item="1", at=datetime(2026, 1, 5), after="done")
    known = read(store)
    assert [(i.id, i.parent) for i in known.items] == [
        ("app/1", ""),
        ("app/2", "app/1"),
        ("web/1", ""),
        ("web/2", "web/1"),
    ]
    assert not any(item.done for item in known.items), "the history does not say whose 1 it speaks of"


def test_history_gives_start_and_done_where_the_item_does_not(store: Any) -> None:
    add(store, "items", id="1")
    add(store, "items", id="2", done=datetime(2026, 2, 1))
    for item in ("1", "2"):
        for day, before, after in (
            (5, "To do", "In-Progress"),
            (6, "In-Progress", "Done"),
            (7, "Done", "In Review"),
            (9, "In Review", "Resolved"),
            (12, "Resolved", "CLOSED"),
        ):
            add(store, "states", item=item, at=datetime(2026, 1, day, 12), before=before, after=after)
    one, two = read(store).items
    assert (one.started, one.done) == (date(2026, 1, 5), date(2026, 1, 9))
    assert (two.started, two.done) == (date(2026, 1, 5), date(2026, 2, 1))


def test_an_item_opened_again_is_not_done(store: Any) -> None:
    add(store, "items", id="1")
    add(store, "states", item="1", at=datetime(2026, 1, 5), after="done")
    add(store, "states", item="1", at=datetime(2026, 1, 6), after="reopened")
    assert read(store).items[0].done is None


def test_stretches_know_whose_they_are_and_an_open_one_ends_when_the_item_was_done(store: Any) -> None:
    add(store, "items", id="1", person="z", created=datetime(2026, 1, 1), done=datetime(2026, 1, 20))
    add(store, "items", id="2", person="z", started=datetime(2026, 1, 3), done=datetime(2026, 1, 4))
    add(store, "states", item="1", at=datetime(2026, 1, 5, 9), before="doing", after="blocked")
    add(store, "states", item="1", at=datetime(2026, 1, 8, 9), before="blocked", after="doing", person="y")
    spells = read(store).spells
    assert spells is not None
    base = (date(2026, 1, 1) - date(1970, 1, 1)).days
    rows = sorted(zip(spells.item, spells.first - base + 1, spells.last - base + 1, spells.person, strict=True))
    assert [tuple(map(int, row[:3])) for row in rows] == [(0, 1, 5), (0, 8, 20), (1, 3, 4)]
    assert rows[0][3] == rows[2][3] != rows[1][3]


def test_a_stretch_that_has_not_ended_stays_open(store: Any) -> None:
    add(store, "items", id="1", person="z")
    add(store, "states", item="1", at=datetime(2026, 1, 5), after="doing")
    spells = read(store).spells
    assert spells is not None
    assert spells.last.tolist() == [OPEN]


def test_work_on_an_item_that_was_opened_again_goes_on_though_the_day_of_its_closing_was_kept(store: Any) -> None:
    add(store, "items", id="1", person="z", done=datetime(2026, 1, 8))
    for day, after in ((5, "doing"), (8, "done"), (12, "doing")):
        add(store, "states", item="1", at=datetime(2026, 1, day), after=after)
    add(store, "items", id="2", person="z", done=datetime(2026, 1, 8))
    add(store, "states", item="2", at=datetime(2026, 1, 9), after="doing")  # never done by its states: the day counts
    spells = read(store).spells
    assert spells is not None
    base = (date(2026, 1, 1) - date(1970, 1, 1)).days
    rows = sorted(zip(spells.item.tolist(), (spells.first - base + 1).tolist(), spells.last.tolist(), strict=True))
    assert rows == [(0, 5, base + 7), (0, 12, OPEN), (1, 9, base + 8)]


def test_states_that_no_list_names_are_remembered(store: Any) -> None:
    add(store, "items", id="1", done=datetime(2026, 1, 9))
    add(store, "states", item="1", at=datetime(2026, 1, 5), after="Coding")
    spells = read(store).spells
    assert spells is not None
    assert (len(spells.item), spells.unread) == (0, ("coding",))


def test_releases_find_their_items_and_rollouts_and_say_when_only_testers_met_them(store: Any) -> None:
    add(store, "items", id="#12", product="app")
    add(store, "items", id="7", product="app", release="v2")
    add(store, "releases", id="v2", product="app", day=date(2026, 2, 1))
    add(store, "releases", id="v2rc1", product="app", day=date(2026, 1, 1))
    add(store, "releases", id="v1rc1", product="app", day=date(2026, 1, 1), prerelease=False)
    add(store, "links", release="v2rc1", item="12")
    add(store, "links", release="v2", item="12", product="app")
    add(store, "rollouts", release="v2", segment="beta", day=date(2026, 2, 3), share=0.5)
    known = read(store)
    assert [(r.key, r.prerelease, r.items) for r in known.releases] == [
        ("app/v1rc1", False, ()),
        ("app/v2rc1", True, ("#12",)),
        ("app/v2", False, ("#12",)),
    ]
    assert known.releases[-1].rollouts == (Rollout(date(2026, 2, 3), "beta", 0.5),)
    assert [item.release for item in known.items] == ["app/v2rc1", "app/v2"]


def test_three_people_with_a_history_are_counted_in_person_days(store: Any) -> None:
    for n, person in enumerate("abc"):
        add(store, "items", id=f"{n}", bet="instant-verification" if n else "")
        add(store, "states", item=f"{n}", at=datetime(2026, 1, 5, 9), after="in progress", person=person)
        add(store, "states", item=f"{n}", at=datetime(2026, 1, 9, 17), after="done", person=person)
    found = effort(
        read(store), Strategy(bets=(Bet("instant-verification"),)), Window(date(2026, 1, 1), date(2026, 1, 31))
    )
    assert isinstance(found, Effort)
    assert (found.unit, found.total, found.part("bet")) == ("person-days", 15, pytest.approx(2 / 3))


@pytest.mark.skipif(not (DATA / "activitywatch").exists(), reason="needs the folder shared/data beside the repository")
def test_of_752_commits_of_activitywatch_56_reached_a_user_all_through_the_browser_extension(store: Any) -> None:
    store.execute(
        "INSERT INTO items (id, title, kind, product, created, done, release, shipped, source)"
        " SELECT sha, title, kind, product, authored::TIMESTAMP, committed::TIMESTAMP, shipped_in,"
        " shipped_on::TIMESTAMP, 'i'"
        f" FROM read_csv('{DATA / 'activitywatch' / 'items.csv'}', all_varchar = true)"
    )
    store.execute(
        "INSERT INTO releases (id, product, day, prerelease, source)"
        " SELECT tag, product, date::DATE, prerelease::BOOLEAN, 'r'"
        f" FROM read_csv('{DATA / 'activitywatch' / 'releases.csv'}', all_varchar = true)"
    )
    known, window = read(store), Window(date(2025, 1, 1), date(2026, 8, 22))
    found, pace = effort(known, Strategy(), window), speed(known, window)
    assert isinstance(found, Effort)
    assert isinstance(pace, Speed)
    assert (found.total, found.shares[0].reached, pace.items, pace.reached) == (752, 56, 752, 56)
    shipped = {item for item, on in reached(known).items() if on <= window.last}
    products = {item.product for item in known.items if item.id in shipped and item.done and item.done in window}
    assert products == {"browser extension"}
