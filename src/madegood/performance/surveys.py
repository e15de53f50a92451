"""Surveys with everyone who was asked: one row an ask, and what each customer did by then.

Rows are read, joined and summed inside the engine. What leaves it: totals over everyone, and of those who answered
their score and terms, without a name, a day or a row number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from madegood.engine.store import Store, literal, quoted
from madegood.performance.behaviour import behaviour
from madegood.performance.margins import margins
from madegood.performance.survey_files import asks, attach, customers, odd_rows
from madegood.performance.survey_spec import SCALES, columns
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from madegood.findings import Finding
    from madegood.intent.model import SurveySpec
    from madegood.performance.behaviour import Term
    from madegood.performance.margins import Margins
    from madegood.performance.model import Floats

FLAT = 1e-9  # a term with a smaller standard deviation says the same of everyone
OURS = ("customer", "at", "state", "score", "arm", "wave", "text")


@dataclass(frozen=True, slots=True, eq=False)
class AskedArm:
    """Customers of one wave that were asked with the same effort.

    people  how many of them are known; asked and answered are of these
    scores  (n,) answers on their own scale
    basis   (n, 1 + terms) a first column of ones, the others standardised over everyone of the wave
    segments (n,) places in `Asked.segments`
    """

    people: int
    asked: int
    answered: int
    scores: Floats
    basis: Floats
    segments: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One wave of a survey.

    people     everyone who is spoken of: those of the behaviour table, or without one those who were asked
    totals     (1 + terms,) the terms' sums over everyone: people, then zeros
    always     so many columns of the basis are always weighed by
    effort     those who were drawn to be asked with high effort; None where nobody was
    segments   names; `segment_totals` (segments, 1 + terms) their sums
    strange    customers who were asked and are not in the behaviour table: left out
    """

    survey: str
    wave: str
    first: date | None
    last: date | None
    scale: tuple[float, float]
    people: int
    shown: int
    dismissed: int
    answered: int
    strange: int
    terms: tuple[str, ...]
    always: int
    totals: Floats
    ordinary: AskedArm
    effort: AskedArm | None
    segments: tuple[str, ...] = ()
    segment_totals: Floats | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SurveyFacts:
    """What the files of one survey hold: waves in order, what is wrong with them, which column was taken for what."""

    waves: tuple[Asked, ...] | Refusal
    findings: tuple[Finding, ...]
    taken: tuple[tuple[str, str], ...]


def read_survey(spec: SurveySpec, root: Path) -> SurveyFacts:
    """Reads a survey's files. Raises SourceError where one is not there or is no table."""
    with Store.open(None) as store:
        header, lines = attach(store, "raw", spec.path, root, text=True)
        ours, found = columns(
            spec.columns, header, ("score", *(("customer",) if spec.behaviour else ())), spec.path, OURS
        )
        if found:
            return SurveyFacts(_no("its columns are not settled", found[0].mend), tuple(found), tuple(ours.items()))
        asks(store, spec, ours)
        found += odd_rows(store, spec, lines)
        if spec.population and not spec.behaviour:
            return _beside(store, spec, root, header, ours, found)
        types = customers(store, spec, root, found)
        if not store.has("one"):
            why = "no row of the file is an ask that can be read"
            return SurveyFacts(_no(why, "mend what the findings name"), tuple(found), tuple(ours.items()))
        names = [str(row[0]) for row in store.rows("select distinct wave from one order by 1")]
        waves = tuple(wave_of(store, spec, name, types) for name in names)
    return SurveyFacts(waves, tuple(found), tuple(ours.items()))


def _beside(
    store: Store, spec: SurveySpec, root: Path, header: list[str], ours: dict[str, str], found: list[Finding]
) -> SurveyFacts:
    """Waves of answers beside the margins of a population."""
    known = margins(store, spec, root, header, found)
    if known is None or not store.has("one"):
        why, until = "its population cannot be read", "mend what the findings name"
        return SurveyFacts(_no(why, until), tuple(found), tuple(ours.items()))
    names = [str(row[0]) for row in store.rows("select distinct wave from one order by 1")]
    return SurveyFacts(
        tuple(_of_margins(store, spec, name, known) for name in names), tuple(found), tuple(ours.items())
    )


def _of_margins(store: Store, spec: SurveySpec, wave: str, known: Margins) -> Asked:
    """One wave: the answers with what they are of each margin; those of no known level of some are left out."""
    levels = {column: [] for column in known.columns}  # type: dict[str, list[str]]
    for column, level in zip(known.columns, known.levels, strict=True):
        levels[column].append(level)
    spread = np.sqrt(known.shares * (1 - known.shares))
    terms = "".join(
        f", ((trim(cast(r.{quoted(column)} as varchar)) = {literal(level)})::int - {share!r}) / {sd!r} as t{i}"
        for i, (column, level, share, sd) in enumerate(
            zip(known.columns, known.levels, known.shares.tolist(), spread.tolist(), strict=True)
        )
    )
    there = "".join(f" and nullif(trim(cast(r.{quoted(column)} as varchar)), '') is not null" for column in levels)
    first, last, shown, heard = store.rows(
        "select min(first), max(last), count(*), count(score) from one where wave = ?", (wave,)
    )[0]
    got = store.columns(
        f"select o.score as score{terms} from one o join raw r on o.line = r._line"
        f" where o.wave = ? and o.score is not null{there} order by hash(o.line)",
        (wave,),
    )
    n = len(got["score"])
    basis = np.column_stack([np.ones(n), *(got[f"t{i}"] for i in range(len(known.terms)))])
    scale = spec.scale or SCALES.get(spec.kind) or store.rows("select min(score), max(score) from one")[0]
    arm = AskedArm(int(known.people), int(known.people), n, np.asarray(got["score"], float), basis, np.zeros(n))
    left = [f"{heard - n:,} answers of which not every margin is known are left out"] if heard > n else []
    return Asked(
        survey=spec.name, wave=wave, first=first, last=last, scale=(float(scale[0] or 0), float(scale[1] or 0)),
        people=int(known.people), shown=int(shown), dismissed=0, answered=n, strange=0, terms=known.terms,
        always=1 + len(known.terms), totals=np.append(known.people, np.zeros(len(known.terms))), ordinary=arm,
        effort=None, notes=(*known.notes, *left),
    )  # fmt: skip


def _no(why: str, until: str) -> Refusal:
    return Refusal("the survey", why, until)


def wave_of(store: Store, spec: SurveySpec, wave: str, types: list[tuple[str, str]]) -> Asked:
    """One wave: everyone's totals, and the answers of each arm.

    Of `one` (a row each customer and wave: customer, wave, effort, first, last, score, dismissed) and `known`
    (_customer, _wave or NULL for every wave, and the columns of behaviour, named and typed in `types`) of the store.
    """
    _people(store, spec, wave)
    made = behaviour(store, "people", types)
    terms, scaled = _standardised(store, made.terms)
    people, asked, dismissed, answered = store.rows(
        "select count(*), count_if(_asked), count_if(_asked and _dismissed and _score is null), count(_score)"
        " from people"
    )[0]
    first, last, strange = store.rows(
        "select min(first), max(last), count_if(customer not in (select _customer from people)) from one"
        " where wave = ?",
        (wave,),
    )[0]
    scale = spec.scale or SCALES.get(spec.kind) or store.rows("select min(score), max(score) from one")[0]
    everyone = people if spec.behaviour else max(people, spec.people)
    names, sums = _segments(store, scaled) if spec.segment else ((), None)
    place = f"list_position([{', '.join(map(literal, names))}], _segment) - 1" if names else "0"
    effort = bool(store.rows("select count_if(_effort) from people")[0][0])
    return Asked(
        survey=spec.name, wave=wave, first=first, last=last, scale=(float(scale[0] or 0), float(scale[1] or 0)),
        people=everyone, shown=asked, dismissed=dismissed, answered=answered, strange=int(strange),
        terms=tuple(t.name for t in terms), always=1 + sum(t.tier == 0 for t in terms),
        totals=np.append(float(everyone), np.zeros(len(terms))),
        ordinary=_arm(store, scaled, "not _effort", place, everyone - people),
        effort=_arm(store, scaled, "_effort", place, 0) if effort else None,
        segments=names, segment_totals=sums, notes=made.notes,
    )  # fmt: skip


def _people(store: Store, spec: SurveySpec, wave: str) -> None:
    """`people`: everyone of the wave, with what they did and what they answered."""
    segment = f"coalesce(cast(k.{quoted(spec.segment)} as varchar), '')" if spec.segment else "''"
    store.execute("drop table if exists people")
    store.execute(
        f"""create temp table people as select k.*, o.customer is not null as _asked, o.score as _score,
        coalesce(o.effort, false) as _effort, coalesce(o.dismissed, false) as _dismissed, {segment} as _segment
        from known k left join one o on o.customer = k._customer and o.wave = ? where coalesce(k._wave, ?) = ?""",
        (wave, wave, wave),
    )


def _standardised(store: Store, terms: Sequence[Term]) -> tuple[list[Term], list[str]]:
    """Terms that vary, and the SQL of each with mean 0 and variance 1 over everyone."""
    if not terms:
        return [], []
    marks = store.rows(f"select {', '.join(f'avg({t.sql}), stddev_pop({t.sql})' for t in terms)} from people")[0]
    pairs = [(t, float(marks[2 * i] or 0), float(marks[2 * i + 1] or 0)) for i, t in enumerate(terms)]
    kept = [(t, f"({t.sql} - {mean!r}) / {sd!r}") for t, mean, sd in pairs if sd > FLAT]
    return [t for t, _ in kept], [sql for _, sql in kept]


def _segments(store: Store, scaled: list[str]) -> tuple[tuple[str, ...], Floats]:
    """Names of the segments, and of each the sums of the basis."""
    sums = "".join(f", sum({sql})" for sql in scaled)
    rows = store.rows(f"select _segment, count(*){sums} from people group by 1 order by 1")
    return tuple(str(row[0]) for row in rows), np.array([row[1:] for row in rows], float)


def _arm(store: Store, scaled: list[str], where: str, place: str, more: int) -> AskedArm:
    """The answers of one arm, without who gave them and in no order; `more` were asked who are not in the file."""
    people, asked = store.rows(f"select count(*), count_if(_asked) from people where {where}")[0]
    listed = "".join(f", {sql} as t{i}" for i, sql in enumerate(scaled))
    got = store.columns(
        f"select _score as score, cast({place} as double) as segment{listed} from people"
        f" where {where} and _score is not null order by hash(_customer)"
    )
    n = len(got["score"])
    basis = np.column_stack([np.ones(n), *(got[f"t{i}"] for i in range(len(scaled)))])
    scores, segments = (np.asarray(got[name], float) for name in ("score", "segment"))
    return AskedArm(people + more, asked + more, n, scores, basis, segments)
