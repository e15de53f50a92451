"""Queries of engines that are not here are at least SQL of theirs: parsed, with no function that the engine has not."""

from __future__ import annotations

from datetime import date

import pytest
import sqlglot
from sqlglot import exp

from madegood.engine.dialect import DIALECTS, Dialect
from madegood.performance.shapes.base import DAY, Clock, Events, Pick
from madegood.performance.shapes.wanted import (
    Cohorts,
    Days,
    Entries,
    Gaps,
    People,
    Persons,
    Recency,
    Returned,
    Shape,
    Sizes,
    Span,
    Tally,
    Until,
    Values,
    Wanted,
)  # fmt: skip

ONE = Pick(("view", "it's"), (("plan", "a\\b"),), "de")
STEPS = (ONE, Pick(("add",)), Pick(("view",)))
SHAPES: tuple[Shape, ...] = (
    Span(), Days(), Values("name", ONE), Sizes("plan"), Tally(ONE, "value", ("plan", "segment")), People(ONE),
    Gaps(ONE, 28, ("plan",)), Entries(STEPS, DAY, ("plan",)), Persons(STEPS, DAY), Cohorts(ONE, 30, ("plan",)),
    Returned(ONE, 1, 7), Recency(ONE), Until(ONE, Pick(("pay",)), ("plan",)),
)  # fmt: skip
#: Functions that the parser has no word of its own for, and the engine's reference has.
KNOWN = {"bigquery": set[str](), "snowflake": {"TRY_TO_DOUBLE"}}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
@pytest.mark.parametrize("dialect", [d for d in DIALECTS if not d.tested], ids=lambda d: d.name)
def test_what_was_not_run_is_parsed(dialect: Dialect, shape: Shape) -> None:
    names = {key: dialect.name_of(key) for key in ("plan", "segment", "name", "value")}
    events = Events(
        "t.events", dialect.name_of("who"), dialect.name_of("moment"), names["name"], names["segment"], names["value"],
        tuple(names.items()), "", dialect,
    )  # fmt: skip
    sql = Wanted(shape).sql(events, Clock(date(2025, 1, 1), date(2026, 1, 1), "Europe/Berlin"))
    (tree,) = sqlglot.parse(sql, dialect=dialect.name)
    assert isinstance(tree, exp.Query)
    unknown = {found.name.upper() for found in tree.find_all(exp.Anonymous)} - KNOWN[dialect.name]
    assert not unknown
    texts = {found.name for found in tree.find_all(exp.Literal) if found.is_string}
    assert not any("\\\\" in text for text in texts)
    if not isinstance(shape, Span | Days | Sizes):
        assert {"it's", "a\\b", "de"} <= texts  # a text is read as it was meant
    columns = {found.name for found in tree.find_all(exp.Column)}
    assert {"who"} <= columns
