"""A log of purchases in, what to expect of its customers out: for a notebook, without a project.

    told = returning("purchases.csv", weeks=13)
    told.back, told.purchases        of all customers, with 95 % intervals
    told.groups                      by age, returns and the last of them

It speaks of groups of customers with the same history and never names one; docs/customers.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from madegood.engine.store import Store
from madegood.errors import MadegoodError, UsageError
from madegood.evidence.attrition import HORIZON, held_out, interval, missed_by, too_little
from madegood.evidence.foreseen import Foreseen, foreseen, steady
from madegood.evidence.model import Interval
from madegood.intent.model import Metric
from madegood.numerics import bg_bb, pareto_nbd
from madegood.performance.model import Floats
from madegood.performance.repeats import Grouped, Known, ready, repeats
from madegood.refusal import Refusal

#: Root mean square, in logs, by which returns of all customers were missed on two purchase logs with weeks held out
#: (7.5 and 4.2 %); it counts like one more time: benchmarks/attrition.md.
MISSED = 0.061


@dataclass(frozen=True, slots=True)
class Group:
    """Customers with one history, in whole weeks (or in the periods that were counted).

    age        since their first purchase; x: later weeks with a purchase; t: from the first to the last of them
    n          customers
    alive      chance that one has not left for good; no data can check it
    back       chance that one buys again within the time asked about
    purchases  days with a purchase to be expected of one in that time
    """

    age: int
    x: int
    t: int
    n: int
    alive: float
    back: float
    purchases: float


@dataclass(frozen=True, slots=True)
class Returning:
    """What is to be expected of customers in some time to come.

    on         last day that was looked at; None for counts without days
    ahead      weeks (periods) that are asked about
    model      that speaks
    back       customers who buy again, of `customers`; purchases: days with a purchase of all of them (95 %)
    checked    (said, came) share who buy again, each time that weeks were held out, newest first
    """

    on: date | None
    ahead: int
    model: str
    customers: int
    back: Interval
    purchases: Interval
    groups: tuple[Group, ...]
    checked: tuple[tuple[float, float], ...]
    weak: tuple[str, ...]


def returning(
    log: Path | str,
    weeks: int = HORIZON,
    on: date | None = None,
    customer: str = "customer",
    day: str = "date",
) -> Returning | Refusal:
    """What to expect in the `weeks` after `on`, of everyone who bought up to then; nothing later is looked at.

    log            a .csv (also .csv.gz) or .parquet file, one row a purchase
    on             the log's last day, if not given
    customer, day  names of its columns; days as 2024-01-31 or 20240131, with or without a time
    Raises UsageError for a file that cannot be read so, with everything that is wrong with it.
    """
    if weeks < 1:
        return Refusal("customers", why="nothing can be bought in no time", until="weeks of 1 or more")
    with Store.open(None) as store:
        last = _laid(store, Path(log), customer, day)
        metric = Metric("customers", kind="active", event="purchase")
        known = ready(metric, store, min(on or last, last))
        if isinstance(known, Refusal):
            return known
        seen = repeats(known, known.last, weeks)
        if refused := too_little(metric, seen, weeks):
            return refused
        now = foreseen(seen, weeks)
        trials = held_out(known, len(seen.active), weeks, now[0])
        first, n = now[0], now[0].rows.n
        lost = interval(first, n, n, missed_by(now, trials))
        many = int(n.sum())
        back = Interval((1 - lost.mean) * many, (1 - lost.high) * many, (1 - lost.low) * many)
        errors = [_missed(known, seen.ahead, k + 1, t[0], len(seen.active)) for k, t in enumerate(trials)]
        foresaw = tuple((1 - t[0].share(t[0].rows.n), 1 - t[0].held) for t in trials)
        total = _total(first, float(np.mean([MISSED**2, *errors])))
        return Returning(known.last, weeks, first.model, many, back, total, _groups(first), foresaw, first.weak)


def of_counts(x: ArrayLike, t: ArrayLike, age: ArrayLike, n: ArrayLike, ahead: int, once: bool = True) -> Returning:
    """The same of grouped counts alone: x returns, the last of them t after the first, age now, n customers.

    once  at most one return a period, x <= t <= age in whole periods (BG/BB); else any number of them (Pareto/NBD)
    Without days there are no seasons and nothing is held out: intervals are the model's own, and hold if it is true.
    Raises UsageError for counts that cannot be, and for fewer than two groups.
    """
    columns = [np.asarray(v, dtype=np.float64).ravel() for v in (x, t, age, n)]
    if wrong := _wrong(columns, ahead, once):
        raise UsageError("These counts cannot be:\n" + "\n".join(wrong))
    xs, ts, ages, ns = columns
    none = np.zeros(len(xs))
    rows = Grouped(ages, xs, ts, ns, none, none, none, np.zeros(len(xs), dtype=np.int64))
    name, model = ("BG/BB", bg_bb) if once else ("Pareto/NBD", pareto_nbd)

    def returns(params: Floats, x: Floats, t: Floats, age: Floats) -> Floats:
        return bg_bb.expected(params, x, t, age, ahead) if once else pareto_nbd.expected(params, x, t, age, ahead)

    found = steady(name, rows, 1, model.fit, model.logs, model.alive, returns, ahead)
    lost, many = interval(found, ns, ns, 0.0), int(ns.sum())
    back = Interval((1 - lost.mean) * many, (1 - lost.high) * many, (1 - lost.low) * many)
    return Returning(None, ahead, name, many, back, _total(found, 0.0), _groups(found), (), found.weak)


def _laid(store: Store, log: Path, customer: str, day: str) -> date:
    """The log as events; its last day."""
    if not log.is_file():
        raise UsageError(f"{log}: there is no such file.")
    quoted = str(log).replace("'", "''")
    table = f"read_parquet('{quoted}')" if log.suffix == ".parquet" else f"read_csv('{quoted}', all_varchar = true)"
    try:
        names = [str(r[0]) for r in store.rows(f"select column_name from (describe select * from {table})")]
    except MadegoodError as error:
        raise UsageError(f"{log}: cannot be read as a table with a line of names: {error}") from error
    missing = [f"`{name}`" for name in (customer, day) if name not in names]
    if missing:
        raise UsageError(f"{log}: has no column {' and none '.join(missing)}; it has {', '.join(names)}.")
    who, when = (f'cast("{name}" as varchar)' for name in (customer, day))
    at = f"coalesce(try_strptime({when}, '%Y%m%d'), try_cast({when} as timestamp))"
    bad = store.rows(
        f"select count(*), count(*) filter ({who} is null), min(coalesce({when}, '')) filter ({at} is null),"
        f" count(*) filter ({at} is null) from {table}"
    )[0]
    if not bad[0] or bad[1] or bad[3]:
        said = [] if bad[0] else ["no rows"]
        said += [f"{bad[1]} rows without a `{customer}`"] if bad[1] else []
        said += [f"{bad[3]} rows whose `{day}` is no day, such as '{bad[2]}'"] if bad[3] else []
        raise UsageError(f"{log}: has {', and '.join(said)}. Days are written 2024-01-31 or 20240131.")
    store.execute(f"insert into events (person, \"at\", name) select {who}, {at}, 'purchase' from {table}")
    last = store.rows('select cast(max("at") as date) from events')[0][0]
    assert isinstance(last, date)
    return last


def _wrong(columns: list[Floats], ahead: int, once: bool) -> list[str]:
    """What is wrong with counts, in words."""
    if len({len(v) for v in columns}) > 1 or len(columns[0]) < 2:
        return ["x, t, age and n need one entry for each of two groups or more"]
    x, t, age, n = columns
    tests = (
        ("a number is missing or endless", ~np.isfinite(np.stack(columns)).all(axis=0)),
        ("fewer than none", (x < 0) | (t < 0) | (age < 0) | (n < 0)),
        ("the last return lies after now", t > age),
        ("a last return without a return, or none with one", (x > 0) != (t > 0)),
        ("more returns than periods, or parts of periods; say once=False", once & ((x > t) | (t % 1 + age % 1 > 0))),
        ("parts of a return", x % 1 > 0),
    )
    out = [f"  row {int(np.argmax(bad))}: {what}" for what, bad in tests if bad.any()]
    return out + (["  ahead: at least 1"] if ahead < 1 else []) + ([] if n.sum() > 0 else ["  n: nobody"])


def _missed(known: Known, horizon: int, k: int, trial: Foreseen, weeks: int) -> float:
    """Square of the log of purchases that came over those said, when weeks were held out for the k-th time."""
    length = min(horizon, weeks // 2)
    on = known.last - timedelta(weeks=k * length)
    came = known.store.rows(
        "select count(*) from customer_days where day > ? and day <= ?"
        " and person in (select person from customer_days where day <= ?)",
        (on, on + timedelta(weeks=length), on),
    )[0][0]
    said = float(trial.rows.n @ trial.returns)
    return float(np.log(max(came, 0.5) / max(said, 0.5)) ** 2)


def _total(found: Foreseen, missed: float) -> Interval:
    """Purchases of all, 95 %, log-normal: what was missed (a variance of logs), and who buys and how often.

    How many one customer makes is taken for as uneven as a geometric number of the same mean: variance m + m^2.
    What is unknown of parameters stands in the share who come back, whose relative error it takes over.
    """
    n, more = found.rows.n, found.returns
    mean = float(n @ more)
    many = n.sum()
    slope = n @ found.slopes / many
    unknown = float(slope @ found.covariance @ slope) / max(1 - found.share(n), 1e-9) ** 2
    sd = np.sqrt(missed + unknown + float(n @ (more + more**2)) / max(mean, 1e-9) ** 2)
    return Interval(mean, float(mean * np.exp(-1.96 * sd)), float(mean * np.exp(1.96 * sd)))


def _groups(found: Foreseen) -> tuple[Group, ...]:
    """Histories, segments apart or not: one group each."""
    rows = found.rows
    columns = (rows.age, rows.x, rows.t, rows.n, found.there, 1 - found.silent, found.returns)
    return tuple(
        Group(int(a), int(x), int(t), int(n), float(there), float(back), float(more))
        for a, x, t, n, there, back, more in zip(*columns, strict=True)
    )
