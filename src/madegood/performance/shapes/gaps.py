"""How many people: by the days since each was last there, which gives every rolling window at once.

Someone who is there on day a, and was there before on day p, is the first time inside the window from d - w + 1 to d
exactly when a lies in it and p before it. So the counts H(a, a - p), which add up over people, give the people of every
window of every length, those who are new and those who came back, and no list of people ever leaves the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.performance.shapes.base import base

if TYPE_CHECKING:
    from collections.abc import Iterable

    from madegood.performance.shapes.base import Clock, Events, Pick


def people(events: Events, pick: Pick, clock: Clock, split: str = "") -> str:
    """SQL of rows (day, segment, people): distinct people a day, where no window of several days is asked for."""
    rows = base(events, pick, clock, f"{split or chr(39) * 2} as s")
    there = f"select distinct s, u, d from ({rows}) e"
    return f"select d, s, count(*) as n from ({there}) x group by d, s{events.dialect.settings}"


def gaps(events: Events, pick: Pick, clock: Clock, most: int = 28, split: str = "") -> str:
    """SQL of rows (day, segment, gap, people): gap in days since each was last there, `most` at most, 0 for never.

    split  SQL of a segment, in each of which people are counted by themselves: someone in two counts in both
    """
    rows = base(events, pick, clock, f"{split or chr(39) * 2} as s")
    before = "lag(d, 1, -1) over (partition by s, u order by d)"
    seen = f"select s, d, {before} as p from (select distinct s, u, d from ({rows}) e) x"
    gap = f"case when p < 0 then 0 else least(d - p, {most}) end"
    return f"select d, s, {gap} as g, count(*) as n from ({seen}) y group by d, s, {gap}{events.dialect.settings}"


def histogram(rows: Iterable[tuple[int, int, int]], first: int, days: int, most: int) -> NDArray[np.int64]:
    """(day, gap, people) of one segment laid out as H, (days, most + 1): column 0 those never there before."""
    out = np.zeros((days, most + 1), dtype=np.int64)
    for day, gap, people in rows:
        out[day - first, gap] += people
    return out


def rolling(table: NDArray[np.int64], window: int) -> NDArray[np.int64]:
    """People there at least once in the `window` days that end on each day, (days,); on the first days, since then.

    Raises ValueError for a window that the gaps were not kept for.
    """
    days, most = table.shape[0], table.shape[1] - 1
    if not 1 <= window <= most:
        raise ValueError(f"a window of {window} days: gaps are known up to {most}")
    tails = table[:, ::-1].cumsum(axis=1)[:, ::-1]  # tails[a, g]: gap of g and more
    out = np.zeros(days, dtype=np.int64)
    for back in range(min(window, days)):
        there = tails[: days - back, window - back] + table[: days - back, 0]
        out[back:] += there
    return out


def new(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """People never there before, (days,)."""
    return np.asarray(table[:, 0])


def back(table: NDArray[np.int64], away: int) -> NDArray[np.int64]:
    """People who came back after `away` days or more, (days,)."""
    return np.asarray(table[:, away:].sum(axis=1))
