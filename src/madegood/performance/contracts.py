"""Contracts that are kept or cancelled once a period: how many left, and how many are there still, by how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.performance.model import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Contracts of one length as they were on one day.

    months  between two renewals
    period  (rows,) 1, 2, ...: how many periods the row's contracts have been through
    left    (rows,) how many ended with that very period; kept: how many run still after it
    young   contracts in their first period, of which nothing is known yet
    """

    months: int
    on: date
    period: Floats
    left: Floats
    kept: Floats
    young: int


def lengths(store: Store) -> tuple[int, ...]:
    """Months between renewals of the contracts there are, the commonest first."""
    rows = store.rows("select coalesce(months, 1), count(*) from contracts group by 1 order by 2 desc, 1")
    return tuple(int(months) for months, _ in rows)


def kept(store: Store, months: int, on: date) -> Kept:
    """The contracts that began up to `on`, as they were known then: one that ends later runs.

    Each ran from its first day on; its last day is the last that was paid for, so that a year from 1 March ends with
    28 February. A contract that ends within a period ended with it.
    """
    rows = store.columns(_COUNTED, (on, on, on, months, on))
    period, left, still = (np.asarray(rows[name], float) for name in ("period", "gone", "still"))
    old = period > 0
    return Kept(months, on, period[old], left[old], still[old], int(still[~old].sum()))


def went(store: Store, months: int, on: date, later: date) -> tuple[int, int]:
    """Of the contracts that ran on `on` after a period or more, how many there were and how many had ended `later`."""
    rows = store.rows(
        f"select count(*), count_if(last is not null and last <= ?) from ({_PLACED}) where not ended and period > 0",
        (later, on, on, on, months, on),
    )
    return int(rows[0][0]), int(rows[0][1])


#: Of (on, on, on, months, on): each contract that began up to then, with the periods it has been through.
_PLACED = """
select *, case when ended then greatest(cast(round(date_diff('day', first, last + 1) / 30.436875 / months) as integer),
        1) else cast(datesub('month', first, run + 1) // months as integer) end as period
from (
    select first, last, coalesce(months, 1) as months, coalesce(last <= ?, false) as ended,
        case when last <= ? then last else ? end as run
    from contracts where coalesce(months, 1) = ? and first <= ?
)
"""
_COUNTED = f"""
select period, cast(count_if(ended) as double) as gone, cast(count_if(not ended) as double) as still
from ({_PLACED}) group by period order by period
"""
