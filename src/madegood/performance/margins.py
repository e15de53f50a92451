"""Answers beside how many of everyone there are of each kind, as a census counts: no row a customer is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from madegood.engine.store import quoted
from madegood.findings import Finding, Span, did_you_mean
from madegood.performance.survey_files import attach
from madegood.performance.survey_spec import plain

if TYPE_CHECKING:
    from pathlib import Path

    from madegood.engine.store import Store
    from madegood.intent.model import SurveySpec
    from madegood.performance.model import Floats

#: By how much the columns of a population may differ in how many people they add up to: counts are rounded, and some
#: tables leave out those of whom a column is not known.
APART = 0.05
NAMES = {
    "column": "column variable margin dimension field",
    "level": "level value category group",
    "people": "people count n population persons total number",
}


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """Terms of a population: one for each level but the largest of each column.

    people  everyone
    terms   names; `columns` and `levels` say of which column of the answers each is
    shares  (terms,) of everyone that are of that level
    """

    people: float
    terms: tuple[str, ...]
    columns: tuple[str, ...]
    levels: tuple[str, ...]
    shares: Floats
    notes: tuple[str, ...] = ()


def margins(store: Store, spec: SurveySpec, root: Path, header: list[str], found: list[Finding]) -> Margins | None:
    """The population's table as terms; None, with findings, where it cannot be read."""
    names, _ = attach(store, "census", spec.population, root, text=True)
    by_plain = {plain(name): name for name in reversed(names)}
    ours = {
        name: next((by_plain[one] for one in words.split() if one in by_plain), "") for name, words in NAMES.items()
    }
    for name in (n for n, theirs in ours.items() if not theirs):
        message = f"The population's table has no column `{name}`."
        mend = f"Write `column,level,people`: a column of the answers, one of its values, how many. It has: {names}."
        found.append(Finding("survey-column-missing", Span(spec.population), message, mend))
    if not all(ours.values()):
        return None
    rows = store.rows(
        f"select trim({quoted(ours['column'])}), trim({quoted(ours['level'])}),"
        f" try_cast(replace({quoted(ours['people'])}, ',', '') as double), _line from census order by _line"
    )
    return _checked(spec, header, rows, found)


def _checked(
    spec: SurveySpec, header: list[str], rows: list[tuple[str, str, float | None, int]], found: list[Finding]
) -> Margins | None:
    before, known = len(found), {name.lower(): name for name in header}
    table: dict[str, dict[str, float]] = {}
    for column, level, people, line in rows:
        span = Span(spec.population, int(line) + 1)
        if not column or column.lower() not in known:
            message = f"The answers have no column `{column}`.{did_you_mean(column or '', header)}"
            found.append(Finding("survey-column-missing", span, message, f"They have: {', '.join(header[:20])}."))
        elif people is None or people < 0 or level is None:
            message = "This line does not say how many people are of which level."
            found.append(Finding("survey-population", span, message, "Write `age,18-24,1200000`."))
        else:
            levels = table.setdefault(known[column.lower()], {})
            levels[level] = levels.get(level, 0.0) + people
    wholes = [sum(levels.values()) for levels in table.values()]
    if not wholes or min(wholes) <= 0 or max(wholes) - min(wholes) > APART * max(wholes):
        shown = ", ".join(f"{name} {whole:,.0f}" for name, whole in zip(table, wholes, strict=True))
        message = f"Its columns do not add up to the same people: {shown or 'there are none'}."
        mend = "Count everyone in each column, those of whom it is not known under a level of their own."
        found.append(Finding("survey-population", Span(spec.population), message, mend))
    if len(found) > before:
        return None
    return _terms(table, max(wholes))


def _terms(table: dict[str, dict[str, float]], people: float) -> Margins:
    terms, columns, levels, shares = [], [], [], []
    for column, counts in table.items():
        largest, whole = max(counts, key=lambda level: counts[level]), sum(counts.values())
        for level, n in counts.items():
            if level != largest and 0 < n < whole:
                terms.append(f"{column} {level}")
                columns.append(column)
                levels.append(level)
                shares.append(n / whole)
    return Margins(people, tuple(terms), tuple(columns), tuple(levels), np.array(shares))
