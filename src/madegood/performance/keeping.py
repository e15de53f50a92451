"""Answers kept of events that are in the store, so that who reads them does not wait: what every metric asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.performance.asking import large, questions
from madegood.performance.events import SPAN
from madegood.performance.one_pass.answer import Pass
from madegood.performance.one_pass.cells import Unfit
from madegood.performance.one_pass.from_store import stored
from madegood.performance.place import HERE, SIZES, Stored, digest, keep
from madegood.performance.shapes.base import Clock, dayof

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from madegood.engine.store import Store
    from madegood.intent.model import Metric
    from madegood.performance.counted import Found
    from madegood.performance.shapes.wanted import Wanted

#: Rows of events from which on answers are kept: fewer are asked while one looks (benchmarks/events.md).
FEWEST = 200_000


def keep_answers(store: Store, metrics: Sequence[Metric], zone: str, tell: Callable[[str], None]) -> int:
    """Asks the store's events what the metrics ask, and keeps it until they change: how many questions were asked.

    What was asked before of the same events is not asked again; what nobody asks any more is let go.
    """
    if not store.has("events") or int(store.rows("select count(*) from events")[0][0]) < FEWEST:
        return 0
    at = Stored(store)
    ((began, ended),) = at.rows(SPAN, Clock(*(dayof(0, zone),) * 2, zone))
    clock = Clock(dayof(int(began), zone), dayof(int(ended), zone), zone)
    known = {str(row[0]) for row in store.rows("select wanted from kept where source = ?", (HERE,))}
    sizes = at.rows(SIZES, clock)
    base = list(dict.fromkeys((SPAN, SIZES, *questions(metrics, large(sizes)))))
    todo = [one for one in base if digest(one, zone) not in known]
    found = _passed(store, todo, clock, tell)
    for number, one in enumerate(todo, 1):
        if one not in found:
            tell(f"question {number} of {len(todo)}")
            found[one] = at.rows(one, clock)
    with store.transaction():
        for one, rows in found.items():
            keep(store, HERE, one, zone, rows)
        names = [digest(one, zone) for one in base]
        for table in ("kept", "statistics"):
            store.execute(f"delete from {table} where source = ? and wanted not in (select unnest(?::varchar[]))",
                          (HERE, names))  # fmt: skip
    return len(todo)


def _passed(store: Store, todo: Sequence[Wanted], clock: Clock, tell: Callable[[str], None]) -> dict[Wanted, Found]:
    """What one pass for each way of counting answers."""
    out: dict[Wanted, Found] = {}
    for by in dict.fromkeys(one.by for one in todo):
        mine = [one for one in todo if one.by == by]
        while mine:
            try:
                passing = Pass((one.shape for one in mine), clock, store.memory() // 2)
                for batch in stored(store, by, passing.texts, passing.numbers, tell):
                    passing.take(batch)
                answers = passing.answers()
            except Unfit as wrong:
                fewer = [one for one in mine if wrong.column and wrong.column not in _needs(one, clock)]
                mine = fewer if len(fewer) < len(mine) else []
                continue
            out |= {one: answers[one.shape] for one in mine}
            break
    return out


def _needs(wanted: Wanted, clock: Clock) -> tuple[str, ...]:
    """The columns that a question needs; nothing where it does not fit by itself."""
    alone = Pass((wanted.shape,), clock)
    return (*alone.texts, *alone.numbers)
