"""What is known of every customer, as terms that a survey's answers can be weighed by: sums leave, rows do not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from madegood.engine.store import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.engine.store import Store

KINDS = 6  # a number with so few values is told apart value by value
RARE = 0.01  # of everyone: levels that fewer have are one level, `other`
LEVELS = 12
HEAVY = 5.0  # the upper tail's length in upper quartile distances: 3.8 for a normal, 6.6 for an exponential
PAIRS = 100  # products that are offered, first columns first
GAPS = 0.005  # of everyone: fewer unknown are set to the middle without a term of their own


@dataclass(frozen=True, slots=True)
class Term:
    """One thing known of a customer, as SQL over `people`; tier 0 is always weighed by, 1 bends it, 2 joins two."""

    name: str
    sql: str
    tier: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The terms, and what was left out of them in words."""

    terms: tuple[Term, ...]
    notes: tuple[str, ...] = ()


def behaviour(store: Store, table: str, columns: Sequence[tuple[str, str]]) -> Behaviour:
    """Terms of the columns (name, DuckDB type) of a table with one row a customer.

    Numbers: with their tails drawn in, squares and bends at the quintiles. Texts and flags: one term a level. What is
    not known of some has a term of its own. Last the products of two columns.
    """
    mains: list[list[Term]] = []
    bends: list[Term] = []
    notes: list[str] = []
    people = int(store.rows(f"select count(*) from {table}")[0][0])
    for name, type_ in columns:
        cell, number = _as_number(store, table, name, type_)
        distinct, known = store.rows(f"select count(distinct {cell}), count({cell}) from {table}")[0]
        if distinct < 2 and known in (0, people):
            notes.append(f"`{name}` is the same for everyone")
        elif number and distinct > KINDS:
            main, bent = _number(store, table, name, cell, people - known, people)
            mains.append(main)
            bends += bent
        elif not number and distinct > max(20, known / 5):
            notes.append(f"`{name}` has {distinct:,} values: it tells customers apart, not what they do")
        else:
            mains.append(_levels(store, table, name, cell, people))
    pairs = [
        Term(f"{a.name} and {b.name}", f"({a.sql}) * ({b.sql})", 2)
        for first, second in combinations(mains, 2)
        for a in first
        for b in second
    ]
    return Behaviour((*(term for main in mains for term in main), *bends, *pairs[:PAIRS]), tuple(notes))


def _as_number(store: Store, table: str, name: str, type_: str) -> tuple[str, bool]:
    """SQL of a column's value, and whether it is a number; days are numbers of days, texts of digits are numbers."""
    own = quoted(name)
    if type_ == "BOOLEAN":
        return own, False
    if type_ == "DATE" or type_.startswith("TIMESTAMP"):
        return f"epoch(cast({own} as timestamp)) / 86400", True
    number = f"case when isfinite(try_cast({own} as double)) then try_cast({own} as double) end"
    if type_ != "VARCHAR":
        return number, True
    text = f"nullif(trim({own}), '')"
    texts, numbers = store.rows(f"select count({text}), count(try_cast({own} as double)) from {table}")[0]
    return (number, True) if texts and numbers >= 0.98 * texts else (text, False)


def _number(store: Store, table: str, name: str, cell: str, gaps: int, people: int) -> tuple[list[Term], list[Term]]:
    """A number's own terms, and those that bend it. Heavy tails are drawn in as by logarithms, others cut."""
    marks = "[0.001, 0.25, 0.5, 0.75, 0.995, 0.999]"
    low, q1, middle, q3, far, high = store.rows(f"select quantile_cont({cell}, {marks}) from {table}")[0][0]
    sd = float(store.rows(f"select stddev_pop({cell}) from {table}")[0][0])
    unit = (q3 - q1) / 1.349 or sd or 1.0
    x = f"(least(greatest({cell}, {low!r}), {high!r}) - {middle!r}) / {unit!r}"
    if far - middle > HEAVY * max(q3 - middle, middle - q1, unit / 4):
        x = f"asinh((greatest({cell}, {low!r}) - {middle!r}) / {unit!r})"
    x = f"coalesce({x}, 0)"
    main = [Term(name, x, 0)]
    if gaps > GAPS * people:
        main.append(Term(f"{name} not known", f"cast({cell} is null as double)", 0))
    knots = store.rows(f"select quantile_cont({x}, [0.2, 0.4, 0.6, 0.8]), min({x}), max({x}) from {table}")[0]
    inner = sorted({float(k) for k in knots[0]} - {float(knots[1]), float(knots[2])})
    bends = [Term(f"{name} squared", f"({x}) * ({x})", 1)]
    bends += [Term(f"{name} beyond {i}", f"greatest({x} - {knot!r}, 0)", 1) for i, knot in enumerate(inner, 1)]
    bottom = int(store.rows(f"select count(*) from {table} where {cell} = (select min({cell}) from {table})")[0][0])
    if 0.05 * people <= bottom <= 0.95 * people:
        least = store.rows(f"select cast(min({cell}) as double) from {table}")[0][0]
        bends.append(Term(f"{name} at its least", f"cast(coalesce({cell} = {float(least)!r}, false) as double)", 1))
    return main, bends


def _levels(store: Store, table: str, name: str, cell: str, people: int) -> list[Term]:
    """One term for each level but the commonest; rare ones together."""
    found = store.rows(
        f"select cast({cell} as varchar), count(*) as n from {table} group by 1 order by n desc, 1 limit {LEVELS + 1}"
    )
    kept = [text for text, n in found if n >= RARE * people][:LEVELS]
    text = f"cast({cell} as varchar)"
    terms = [
        Term(f"{name} not known", f"cast({cell} is null as double)", 0)
        if level is None
        else Term(f"{name} {level}", f"cast(coalesce({text} = {literal(level)}, false) as double)", 0)
        for level in kept[1:]
    ]
    named = ", ".join(literal(level) for level in kept if level is not None)
    rest = people - sum(n for level, n in found if level in kept)
    if rest > GAPS * people and named:
        unknown = "false" if None in kept else "true"
        terms.append(Term(f"{name} other", f"cast(coalesce({text} not in ({named}), {unknown}) as double)", 0))
    return terms
