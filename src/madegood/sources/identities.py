"""Who turned out to be whom: rows of persons that were not known yet are taken as those of whom they became.

Only what a source of kind `identities` says is merged, and only one way: from the name before to the one after. Where
one name before belongs to several after, as on a device that a family shares, it stays a person of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.sources.mapping import say

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.engine.tables import Table
    from madegood.findings import Finding
    from madegood.intent.model import SourceSpec

PEOPLE = ("events", "responses", "contracts", "exposures", "units")  # tables whose persons are customers
STEPS = 20  # each doubles how far a name is followed: what has not ended after a million is a circle


def prepare(store: Store) -> None:
    """Makes `merged`: every name before, with the last one after."""
    store.execute("create or replace temp table merged (person varchar, known varchar)")
    if not store.has("identities"):
        return
    store.execute(
        "insert into merged select person, min(known) as known from identities where person <> known "
        "group by person having count(distinct known) = 1"
    )
    for _ in range(STEPS):
        if not store.rows("select 1 from merged a join merged b on a.known = b.person limit 1"):
            break
        store.execute(
            "create or replace temp table merged as select a.person, coalesce(b.known, a.known) as known "
            "from merged a left join merged b on a.known = b.person"
        )
    else:  # a circle, or what leads into one: none of its names comes last
        store.execute("delete from merged where known in (select person from merged)")


def stamp(store: Store, kind: str) -> str:
    """What changes when persons of such rows are merged otherwise; empty where nothing is merged."""
    if kind not in PEOPLE or not merges(store):
        return ""
    return str(store.rows("select count(*), bit_xor(hash(person, known)) from temp.merged")[0])


def merges(store: Store) -> bool:
    """Whether anything is to be merged."""
    made = store.rows("select 1 from duckdb_tables() where table_name = 'merged' and temporary limit 1")
    return bool(made and store.rows("select 1 from temp.merged limit 1"))


def merge(store: Store, table: Table) -> None:
    """Persons of the rows that wait in `good`, as who they turned out to be."""
    if table.name in PEOPLE and merges(store):
        store.execute("update good set person = m.known from temp.merged m where good.person = m.person")


def shared(spec: SourceSpec, store: Store) -> tuple[Finding, ...]:
    """Names before that belong to several persons; nothing for a source of another kind."""
    if spec.kind != "identities":
        return ()
    count = store.rows(
        "select count(*) from (select person from identities where person <> known group by person "
        "having count(distinct known) > 1)"
    )[0][0]
    if not count:
        return ()
    message = f"{count:,} names of `{spec.name}` belong to several persons each, and are merged with none of them."
    mend = "Nothing need be done where devices are shared; else correct the rows that join two persons."
    return (say(spec, "source-identities-shared", message, mend, severity="note"),)
