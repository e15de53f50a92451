"""From changes of state to stretches in progress, and to the days on which an item was started and done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.execution.model import Spells
from madegood.execution.zone import local_days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.engine.store import Store
    from madegood.intent.model import Project

OPEN = np.iinfo(np.int64).max  # the last day of a stretch that has not ended
MOST_UNREAD = 8  # states named in a message

_PLAIN = "lower(trim(replace(replace({}, '_', ' '), '-', ' ')))"
_TOLD = f"""
    told AS (
        SELECT item, epoch("at") AS moment, {_PLAIN.format("before")} AS b, {_PLAIN.format("after")} AS a,
               nullif(trim(person), '') AS p, rowid AS r
        FROM states),
    moves AS (
        SELECT item, moment, a, b, row_number() OVER w AS n, lead(moment) OVER w AS until,
               last_value(p IGNORE NULLS) OVER w AS p
        FROM told WINDOW w AS (PARTITION BY item ORDER BY moment, r))
"""
_KNOWN = """
    known AS (
        SELECT id, min(epoch(created)) AS created, min(epoch(started)) AS started, max(epoch(done)) AS done,
               min(nullif(trim(person), '')) AS p
        FROM items GROUP BY id)
"""
_SPELLS = f"""
    WITH {_TOLD}, {_KNOWN},
    active AS (
        SELECT item, moment AS first, until AS last, p FROM moves WHERE list_contains(?::VARCHAR[], a)
        UNION ALL
        SELECT item, coalesce(known.created, moment), moment, NULL FROM moves LEFT JOIN known ON item = id
        WHERE n = 1 AND list_contains(?::VARCHAR[], b)
        UNION ALL
        SELECT id, started, done, p FROM known ANTI JOIN (SELECT item FROM moves WHERE list_contains(?::VARCHAR[], a)) m
               ON id = m.item WHERE started IS NOT NULL),
    ended AS (SELECT item, min(moment) AS once FROM moves WHERE list_contains(?::VARCHAR[], a) GROUP BY item),
    owned AS (
        SELECT active.item, first, coalesce(active.p, known.p) AS p,
               coalesce(last, CASE WHEN done < first AND once <= first THEN NULL
                                   WHEN done IS NOT NULL THEN greatest(done, first) END) AS last
        FROM active LEFT JOIN known ON active.item = id LEFT JOIN ended ON active.item = ended.item
        WHERE coalesce(last, first) >= first),
    people AS (SELECT p, row_number() OVER () AS n FROM (SELECT DISTINCT p FROM owned WHERE p IS NOT NULL))
    SELECT item, first, last, coalesce(n, -1) AS person FROM owned LEFT JOIN people ON owned.p = people.p
"""
_ENDS = f"""
    WITH {_TOLD},
    opened AS (SELECT item, max(n) FILTER (NOT list_contains(?::VARCHAR[], a)) AS n FROM moves GROUP BY item)
    SELECT moves.item AS item,
           min(moment) FILTER (list_contains(?::VARCHAR[], a)) AS started,
           min(moment) FILTER (moves.n > coalesce(opened.n, 0)) AS done
    FROM moves JOIN opened ON moves.item = opened.item GROUP BY moves.item
"""
_REOPENED = f"""
    WITH {_TOLD},
    opened AS (
        SELECT item, max(n) AS last, max(n) FILTER (NOT list_contains(?::VARCHAR[], a)) AS n,
               min(n) FILTER (list_contains(?::VARCHAR[], a)) AS ended
        FROM moves GROUP BY item)
    SELECT moves.item AS item, moment FROM moves JOIN opened ON moves.item = opened.item AND moves.n = opened.n
    WHERE opened.n = opened.last AND opened.ended < opened.n
"""
_UNREAD = f"""
    WITH {_TOLD}
    SELECT a FROM moves WHERE NOT list_contains(?::VARCHAR[], a) AND a <> ''
    GROUP BY a ORDER BY count(*) DESC, a LIMIT {MOST_UNREAD}
"""


def plain(states: Sequence[str]) -> list[str]:
    """States as they are compared: without case, and with spaces for hyphens and underscores.

    >>> plain(["In-Progress", "in_review"])
    ['in progress', 'in review']
    """
    return [" ".join(state.replace("_", " ").replace("-", " ").split()).lower() for state in states]


def ends(store: Store, project: Project) -> dict[str, tuple[float, float]]:
    """Item -> first moment in progress, and the moment from which it stayed done; seconds of UTC, NaN for never."""
    if not store.has("states"):
        return {}
    told = store.columns(_ENDS, (plain(project.done_states), plain(project.active_states)))
    return {
        item: (started, done)
        for item, started, done in zip(told["item"], _numbers(told["started"]), _numbers(told["done"]), strict=True)
    }


def reopened(store: Store, project: Project) -> dict[str, float]:
    """Item -> the moment from which it is open again, of those that were done once; seconds of UTC.

    Trackers keep the day on which such an item was closed, where a workflow does not clear it.
    """
    if not store.has("states"):
        return {}
    done = plain(project.done_states)
    told = store.columns(_REOPENED, (done, done))
    return dict(zip(told["item"], _numbers(told["moment"]).tolist(), strict=True))


def spells(store: Store, project: Project, places: Mapping[str, int]) -> Spells | None:
    """Every stretch in progress of the items at `places`; None where nothing is known of any.

    One that has not ended ends when its item was done; not so where the item was opened again since: trackers keep the
    day on which it was closed.
    """
    if not (store.has("states") or store.has("items")):
        return None
    active = plain(project.active_states)
    told = store.columns(_SPELLS, (active, active, active, plain(project.done_states)))
    place = np.array([places.get(item, -1) for item in told["item"]], dtype=np.int64)
    mine = place >= 0
    first = local_days(_numbers(told["first"])[mine], project.timezone)
    last = local_days(_numbers(told["last"])[mine], project.timezone)
    unread = (
        store.rows(_UNREAD, (plain([*project.active_states, *project.done_states]),)) if store.has("states") else []
    )
    if not mine.any() and not unread:
        return None
    return Spells(
        item=place[mine],
        person=_numbers(told["person"])[mine].astype(np.int64),
        first=first.astype(np.int64),
        last=np.where(np.isnan(last), OPEN, np.nan_to_num(last).astype(np.int64)),
        unread=tuple(str(row[0]) for row in unread),
    )


def _numbers(column: Any) -> Any:
    return np.asarray(column, dtype=float)
