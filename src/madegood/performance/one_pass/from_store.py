"""Rows out of the store, in the order of time: the same batches as of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.errors import EngineError, OutOfMemory
from madegood.performance.one_pass.cells import Unfit
from madegood.performance.one_pass.feed import Batch, Course
from madegood.performance.shapes.base import Events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from madegood.engine.store import Store

ROWS = 1 << 19  # of a batch
HALF = 30  # bits: a person is hashed to 60, and numbers come as doubles, which hold 53
MOST = 10_000  # values of a column: of more, the queries tell as well


def stored(
    store: Store, by: str, texts: Sequence[str], numbers: Sequence[str], tell: Callable[[str], None]
) -> Iterator[Batch]:
    """All events; `by` a column of whom to count, empty for persons. Unfit where a column has too many values."""
    events = Events()
    known: dict[str, list[str | None]] = {}
    joins = ""
    try:
        for i, key in enumerate(texts):
            column = events.column(key)
            query = f"select distinct {column} as v from events order by v limit {MOST + 1}"
            found = store.rows(query)
            if len(found) > MOST:
                raise Unfit(f"`{key}` has more than {MOST:,} values", key)
            known[key] = [None if row[0] is None else str(row[0]) for row in found]
            store.execute(
                f"create or replace temp table values_{i} as select unnest(?::varchar[]) as v, unnest(range(?)) as n",
                (known[key], len(found)),
            )
            joins += f" left join values_{i} on {column} is not distinct from values_{i}.v"
        who = "('0x' || substr(person, 2))::bigint"  # as they are hashed at the door
        if by:
            column = events.column(by)
            store.execute(
                "create or replace temp table counted as select v, row_number() over () as u from "
                f"(select distinct {column} as v from events where {column} is not null)"
            )
            joins, who = f"{joins} join counted on {column} = counted.v", "counted.u"
        columns = [f"{who} >> {HALF} as high", f"{who} & {(1 << HALF) - 1} as low", 'epoch_us("at") as t']
        columns += [f"values_{i}.n::integer as c{i}" for i in range(len(texts))]
        columns += [f"{events.number(name)} as n{i}" for i, name in enumerate(numbers)]
        where = 'where person is not null and "at" is not null order by "at"'
        store.execute(f"create or replace temp table ordered as select {', '.join(columns)} from events{joins} {where}")
        size = int(store.rows("select count(*) from ordered")[0][0])
        course = Course(size, tell)
        for low in _bounds(store, size):
            part = store.columns(f"select * from ordered where rowid >= {low[0]} and rowid < {low[1]} order by t")
            coded = {key: [(part[f"c{i}"].astype(np.int32), known[key])] for i, key in enumerate(texts)}
            values = {name: np.asarray(part[f"n{i}"], dtype=np.float64) for i, name in enumerate(numbers)}
            who_ = (part["high"].astype(np.int64) << HALF) | part["low"].astype(np.int64)
            yield Batch(who_.reshape(-1, 1), part["t"].astype(np.int64), coded, values)
            course.reached(len(part["t"]))
    except OutOfMemory as short:
        raise Unfit(str(short)) from None
    except EngineError as error:
        raise Unfit(str(error)) from None
    finally:
        for name in ("ordered", "counted", *(f"values_{i}" for i in range(len(texts)))):
            store.execute(f"drop table if exists {name}")


def _bounds(store: Store, size: int) -> Iterator[tuple[int, int]]:
    """Rows from and up to which batches go, no moment being in two of them."""
    low = 0
    while low < size:
        high = min(low + ROWS, size)
        if high < size:
            at = store.rows(f"select t from ordered where rowid = {high}")[0][0]
            high = int(store.rows(f"select count(*) from ordered where t <= {at}")[0][0])
        yield low, high
        low = high
