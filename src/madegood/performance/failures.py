"""Attempts that failed beside attempts that went well, with what each customer did before and after, from events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.performance.events import local
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.performance.model import Floats

BEFORE = 28  # days of each customer's past that attempts are matched by, and as many before these to check it
NAMES = (
    "active days",
    "active days four weeks earlier",
    "days since the last use",
    "days since the first",
    "attempts that day",
    "active days since the first",
)


@dataclass(frozen=True, slots=True, eq=False)
class Attempts:
    """Attempts, failed and not; (attempts,) each. None had a failure in the BEFORE days before its day.

    failed    whether it did, as the first of its day; where it did not, none of that day did
    person    a number for whose it is
    returned  1 where they used it on a later day within `within` days, else 0
    past      (attempts, NAMES) of the customer before it, counts as log(1 + n)
    cell      those of one cell are alike: same week, segment, and past in coarse steps
    """

    failed: NDArray[np.bool_]
    person: NDArray[np.int64]
    returned: Floats
    past: Floats
    cell: NDArray[np.int64]
    within: int
    first: date
    last: date


def attempts(store: Store, failed: str, used: str, within: int, on: date, zone: str = "UTC") -> Attempts | Refusal:
    """Attempts up to `on`: events named `failed`, and those that went well, named `used` (empty: any other).

    All that have BEFORE days of data before them and `within` after them: one attempt a customer would give those a
    smaller say who use it often, by what they did later.
    """
    asked = f"use after `{failed}`"
    if not store.has("events"):
        return Refusal(asked, why="there are no events", until="name a source of kind `events` in madegood.yml")
    _lay(store, failed, used, on, zone)
    first, last, times, others = store.rows(
        "select min(day), max(day), count(*) filter (failed), count(*) filter (not failed) from attempts"
    )[0]
    if not times or not others:
        missing = failed if not times else used or "anything else"
        return Refusal(asked, why=f"no event is named `{missing}`", until="write its name as the events spell it")
    begin, end = first + timedelta(days=BEFORE), last - timedelta(days=within)
    if begin > end:
        why = f"the events are of {(last - first).days + 1} days, and {BEFORE + within + 1} are needed"
        return Refusal(asked, why=why, until="wait, or name a shorter time to come back in")
    found = store.columns(_PICKED, (begin, end, within))
    return _told(found, within, begin, end)


def _lay(store: Store, failed: str, used: str, on: date, zone: str) -> None:
    """Temporary tables: every attempt, and each customer's days."""
    at = local(zone)
    store.execute(
        f"create or replace temp table attempts as select person, {at} as t, cast({at} as date) as day, segment,"
        f" name = ? as failed from events where cast({at} as date) <= ? and (name = ?"
        f" or {'name = ?' if used else 'true'})",
        (failed, on, failed, *([used] if used else [])),
    )
    around = "over (partition by person order by day range between interval {} day {} and interval {} day {})"
    recent = around.format(BEFORE, "preceding", 1, "preceding")
    store.execute(
        "create or replace temp table attempt_days as select person, day, failures,"
        f" count(*) {recent} as recent,"
        f" count(*) {around.format(2 * BEFORE, 'preceding', BEFORE + 1, 'preceding')} as earlier,"
        f" coalesce(sum(failures) {recent}, 0) as failed_before,"
        " day - lag(day) over (partition by person order by day) as since,"
        " day - min(day) over (partition by person) as age,"
        " row_number() over (partition by person order by day) - 1 as before,"
        " lead(day) over (partition by person order by day) - day as next"
        " from (select person, day, count(*) filter (failed) as failures from attempts group by 1, 2)"
    )


_PICKED = """
with numbered as (
    select a.person, a.t, a.day, a.failed, coalesce(a.segment, '') as segment,
        d.recent, d.earlier, d.since, d.age, d.next, ln((d.before + 1) / (d.age + 14)) as usual,
        row_number() over (partition by a.person, a.day order by a.t, a.failed) as nth,
        d.failures, sum(cast(a.failed as integer)) over (partition by a.person, a.day order by a.t, a.failed
            rows between unbounded preceding and current row) as so_far
    from attempts a join attempt_days d on a.person = d.person and a.day = d.day
    where d.failed_before = 0 and a.day between ? and ?
), told as (
    select * from numbered where (failed and so_far = 1) or failures = 0
)
select failed, dense_rank() over (order by person) as person,
    cast(coalesce(next <= ?, false) as double) as returned, ln(1 + recent) as recent,
    ln(1 + earlier) as earlier, ln(1 + coalesce(since, 2 * age + 56)) as since, ln(1 + age) as age,
    ln(nth) as nth, usual,
    dense_rank() over (order by date_trunc('week', day), segment, least(nth, 3), floor(2 * ln(1 + recent)),
        least(floor(ln(1 + coalesce(since, 56)) / 0.7), 4), least(age // 28, 2)) as cell
from told
order by person, failed, t
"""


def _told(found: dict[str, NDArray[np.generic]], within: int, first: date, last: date) -> Attempts:
    past = np.stack(
        [found[c].astype(np.float64) for c in ("recent", "earlier", "since", "age", "nth", "usual")], axis=1
    )
    _, cell = np.unique(found["cell"], return_inverse=True)
    return Attempts(
        found["failed"].astype(np.bool_),
        found["person"].astype(np.int64),
        found["returned"].astype(np.float64),
        past,
        cell.ravel().astype(np.int64),
        within,
        first,
        last,
    )
