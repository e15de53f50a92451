"""How many have each version, day by day: the segments of one daily metric, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.performance.model import Series

if TYPE_CHECKING:
    from datetime import date

    from madegood.engine.store import Store
    from madegood.intent.model import Metric


def versions(metric: Metric, store: Store, on: date) -> dict[str, Series]:
    """Version -> its series up to `on`, products of the metric together; gaps where a day has no row."""
    picked = f" and product in ({', '.join('?' * len(metric.product))})" if metric.product else ""
    rows = store.columns(
        "select segment, day, sum(value) as value from daily where metric = ? and day <= ? and segment <> ''"
        f"{picked} group by all order by segment, day",
        (metric.name or metric.id, on, *metric.product),
    )
    out = {}
    names, starts = np.unique(rows["segment"].astype(str), return_index=True)
    for name, start, end in zip(names, starts, [*starts[1:], len(rows["day"])], strict=True):
        days, values = rows["day"][start:end], rows["value"][start:end]
        places = (days - days[0]).astype(int)
        laid = np.full(places[-1] + 1, np.nan)
        laid[places] = values
        out[str(name)] = Series(metric.id, days[0].item(), laid, "stock", segment=str(name))
    return out
