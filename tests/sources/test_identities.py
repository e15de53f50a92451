"""Anonymous and known: merged where a source says so, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.engine.store import Store
from madegood.intent.parse import load
from madegood.sources.guess import guess
from madegood.sources.identities import merge, prepare
from madegood.sources.pull import pull

CONFIG = """madegood: 1
sources:
  - {name: events, kind: events, path: events.csv}
  - {name: who, kind: identities, path: who.csv}
"""
EVENTS = "person,at,name\na1,2026-01-01,see\na1,2026-01-02,buy\nu1,2026-01-03,buy\na2,2026-01-01,see\n"


def people(root: Path, who: str, store: Store) -> tuple[int, list[str], bool]:
    """(different persons of events, findings, whether the events were read anew)."""
    (root / "who.csv").write_text(who)
    events, identities = pull(load(root).project, store)
    found = [finding.rule for one in (events, identities) for finding in one.findings]
    return store.rows("select count(distinct person) from events")[0][0], found, not events.unchanged


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "madegood.yml").write_text(CONFIG)
    (tmp_path / "events.csv").write_text(EVENTS)
    return tmp_path


def test_a_name_before_is_taken_as_the_one_after_and_what_changes_there_is_read_anew(root: Path) -> None:
    with Store.open(root / "it.duckdb") as store:
        assert people(root, "person,known\n", store)[0] == 3
        assert people(root, "person,known\na1,u1\n", store) == (2, [], True)
        assert people(root, "person,known\na1,u1\n", store) == (2, [], False)
        assert people(root, "person,known\na1,u1\na2,a1\n", store)[0] == 1, "a2 was a1, who was u1"
        assert people(root, "person,known\na2,u9\n", store)[0] == 3, "taken back"
        (root / "madegood.yml").write_text(CONFIG.replace("  - {name: who, kind: identities, path: who.csv}\n", ""))
        pull(load(root).project, store)
        assert store.rows("select count(distinct person) from events")[0][0] == 3


def test_a_device_that_several_share_is_merged_with_none_of_them_and_said(root: Path) -> None:
    with Store.open(None) as store:
        count, found, _ = people(root, "person,known\na1,u1\na1,u2\n", store)
        assert (count, found) == (3, ["source-identities-shared"])


def test_a_circle_has_no_last_name_and_merges_nobody(root: Path) -> None:
    with Store.open(None) as store:
        assert people(root, "person,known\na1,u1\nu1,a1\na2,u7\n", store)[0] == 3


def test_segments_table_of_identifies_is_proposed(tmp_path: Path) -> None:
    (tmp_path / "identities.csv").write_text("anonymous_id,user_id\na1,u1\n")
    assert "kind: identities" in guess(tmp_path / "identities.csv", "identities.csv").yaml()


PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=14)


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_it_is_what_following_each_name_to_its_last_gives(pairs: list[tuple[int, int]]) -> None:
    after: dict[str, set[str]] = {}
    for before, known in pairs:
        if before != known:
            after.setdefault(str(before), set()).add(str(known))
    single = {before: next(iter(known)) for before, known in after.items() if len(known) == 1}

    def last(name: str) -> str:
        seen = [name]
        while seen[-1] in single:
            if single[seen[-1]] in seen:
                return name  # round in a circle, or into one
            seen.append(single[seen[-1]])
        return seen[-1]

    with Store.open(None) as store:
        for before, known in pairs:
            store.execute("insert into identities values ('it', ?, ?)", (str(before), str(known)))
        prepare(store)
        found = dict(store.rows("select person, known from temp.merged"))
    assert {name: found.get(name, name) for name in map(str, range(10))} == {n: last(n) for n in map(str, range(10))}


def test_persons_of_work_are_never_touched() -> None:
    with Store.open(None) as store:
        store.execute("insert into identities values ('it', 'a', 'b')")
        prepare(store)
        from madegood.sources import load as loading
        from madegood.sources.mapping import table_of

        loading.fresh(store, table_of("items"))
        store.execute("insert into good (person) values ('a')")
        merge(store, table_of("items"))
        assert store.rows("select person from good") == [("a",)]
