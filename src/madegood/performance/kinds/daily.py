"""A metric that somebody else counts: read from a daily table, its products and segments brought together honestly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.findings import did_you_mean
from madegood.performance.clean import Laid, clean, grain, lay
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.clean import Grain
    from madegood.performance.model import Fitness, Floats
    from madegood.performance.shapes.wanted import Shape

NAME = "daily"


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """Nothing is asked of events."""
    return ()


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """The series of one name in the daily tables, up to `on`. `zone` does not matter: days come as days."""
    name = metric.name or metric.id
    if not store.has("daily"):
        return _refuse(
            metric, "there is no daily table", "name one in madegood.yml under `sources`, then `madegood build`"
        )
    rows = store.columns(
        "select coalesce(product, '') as product, coalesce(segment, '') as segment, day, value, base"
        " from daily where metric = ? and day <= ? order by day",
        (name, on),
    )
    if not len(rows["day"]):
        return _nothing(metric, name, store, on)
    products = _products(metric, rows["product"])
    if isinstance(products, Refusal):
        return products
    segments = _segments(metric, rows["segment"])
    if isinstance(segments, Refusal):
        return segments
    keep = np.isin(rows["product"], products) & np.isin(rows["segment"], segments)
    cells = sorted({(p, s) for p, s in zip(rows["product"][keep], rows["segment"][keep], strict=True)})
    parts = []
    for product, segment in cells:
        one = keep & (rows["product"] == product) & (rows["segment"] == segment)
        laid = lay(rows["day"][one], rows["value"][one], rows["base"][one])
        if laid is not None:
            parts.append(laid)
    if not parts:
        return _refuse(metric, f"every value of `{name}` is empty", "look at the value column named in madegood.yml")
    return _together(metric, parts, [" ".join(filter(None, c)) for c in cells])


def _refuse(metric: Metric, why: str, until: str) -> Refusal:
    return Refusal(metric.id, why=why, until=until)


def _nothing(metric: Metric, name: str, store: Store, on: date) -> Refusal:
    """No row: it has another name, or it begins later."""
    known = [str(row[0]) for row in store.rows("select distinct metric from daily order by metric")]
    if name in known:
        why = f"the first value of `{name}` is later than {on.isoformat()}"
        return _refuse(metric, why, "ask about a later day with --on")
    near = did_you_mean(name, known)
    listed = (
        "" if near else f" The names are: {', '.join(f'`{k}`' for k in known[:8])}{', ...' if len(known) > 8 else ''}."
    )
    return _refuse(
        metric,
        f"no daily table holds a metric named `{name}`.{near}{listed}",
        f"write `name:` under the metric `{metric.id}` as the table spells it",
    )


def _products(metric: Metric, seen: NDArray[np.object_]) -> list[str] | Refusal:
    """The products to read: those asked for, else the row for all of them, else each."""
    there = sorted(set(seen))
    if metric.product:
        asked = [p for p in there if p in metric.product]
        if asked or there == [""]:
            return asked or there
        near = did_you_mean(metric.product[0], [p for p in there if p])
        why = f"`{metric.name or metric.id}` has no rows of {' or '.join(f'`{p}`' for p in metric.product)}.{near}"
        return _refuse(
            metric, why, f"write `product:` as the table spells it: {', '.join(p for p in there if p)[:200]}"
        )
    return [""] if "" in there else there


def _segments(metric: Metric, seen: NDArray[np.object_]) -> list[str] | Refusal:
    """The segments to read: the one asked for, else the row for everyone, else each."""
    there = sorted(set(seen))
    if metric.segment and metric.segment not in there:
        near = did_you_mean(metric.segment, [s for s in there if s])
        why = f"`{metric.name or metric.id}` has no segment `{metric.segment}`.{near}"
        return _refuse(metric, why, f"write `segment:` as the table spells it: {', '.join(filter(None, there))[:200]}")
    if metric.segment:
        return [metric.segment]
    return [""] if "" in there else there


def _together(metric: Metric, parts: Sequence[Laid], names: Sequence[str]) -> Measured | Refusal:
    """One series of all parts: flows add up, shares are weighed by their base, anything else is refused."""
    kinds: list[Grain] = [metric.grain or grain(p, metric.unit) for p in parts]
    if len(parts) == 1:
        series, found = clean(metric.id, parts[0], kinds[0], metric.unit, metric.segment)
        return Measured(series, found)
    kind = _one_grain(kinds)
    if kind in ("flow", "cumulative"):
        return _added(metric, parts, kind)
    if kind == "rate" and all(p.base is not None for p in parts):
        return _weighed(metric, parts)
    what = {"rate": "averages or shares", "stock": "counts of who is there, who may be there twice"}.get(
        kind, "unlike numbers"
    )
    some = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return _refuse(
        metric,
        f"`{metric.name or metric.id}` has {len(parts)} parts ({some}), and they are {what}: they do not add up",
        "write `product:` or `segment:` to pick one of them, add rows with an empty segment for all together,"
        " or `grain: flow` if they do add up",
    )


def _one_grain(kinds: Sequence[Grain]) -> Grain:
    """What most parts are; too short a part cannot be told from a flow."""
    return max(("flow", "cumulative", "stock", "rate"), key=lambda k: sum(k == other for other in kinds))


def _added(metric: Metric, parts: Sequence[Laid], kind: Grain) -> Measured:
    """The sum of flows: a part counts nothing before it began, and a day it misses later is a gap of the sum."""
    cleaned = [clean(metric.id, p, kind, metric.unit) for p in parts]
    first, last = min(s.first for s, _ in cleaned), max(s.last for s, _ in cleaned)
    total = np.zeros((last - first).days + 1)
    for series, _ in cleaned:
        start = (series.first - first).days
        total[start : start + len(series.values)] += series.values
        total[start + len(series.values) :] = (
            np.nan if (last - series.last).days <= 7 else total[start + len(series.values) :]
        )
    notes = dict.fromkeys(n for s, _ in cleaned for n in s.notes)
    said = f"the sum of {len(parts)} parts"
    series = Series(metric.id, first, total, "flow", None, metric.unit, "", (said, *notes))
    return Measured(series, _one_of_each([f for _, found in cleaned for f in found]))


def _weighed(metric: Metric, parts: Sequence[Laid]) -> Measured:
    """The share of all parts together: weighed by how many could have."""
    first = min(p.first for p in parts)
    size = max((p.first - first).days + len(p.values) for p in parts)
    could, did = np.zeros(size), np.zeros(size)
    for p in parts:
        start = (p.first - first).days
        base = np.asarray(p.base)
        here = np.isfinite(p.values) & np.isfinite(base)
        could[start : start + len(p.values)] += np.where(here, base, 0.0)
        did[start : start + len(p.values)] += np.where(here, p.values * base, 0.0)
    values: Floats = np.divide(did, could, out=np.full(size, np.nan), where=could > 0)
    said = f"{len(parts)} parts, each weighed by its base"
    return Measured(Series(metric.id, first, values, "rate", could, metric.unit, "", (said,)))


def _one_of_each(found: Sequence[Fitness]) -> tuple[Fitness, ...]:
    """The longest finding of each kind: parts that broke on the same days say so once."""
    best: dict[str, Fitness] = {}
    for f in found:
        if f.kind not in best or (f.last - f.first) > (best[f.kind].last - best[f.kind].first):
            best[f.kind] = f
    return tuple(best.values())
