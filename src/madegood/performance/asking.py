"""What a strategy asks of events that stay where they are, and how it is answered: in one pass, or query by query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from madegood.errors import EngineError
from madegood.performance.events import SPAN, common, whom
from madegood.performance.kinds import KINDS
from madegood.performance.one_pass.answer import Pass
from madegood.performance.one_pass.cells import Unfit
from madegood.performance.one_pass.feed import Columns, batches
from madegood.performance.parts import FEWEST, MOST
from madegood.performance.place import SIZES
from madegood.performance.shapes.base import Clock, dayof
from madegood.performance.shapes.wanted import Values, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from madegood.engine.elsewhere import Elsewhere
    from madegood.intent.model import Metric
    from madegood.performance.place import Row
    from madegood.performance.shapes.base import Events
    from madegood.performance.shapes.wanted import Shape

    Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gave: its rows, or why there are none."""

    wanted: Wanted
    rows: list[Row]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """Parquet files that the same columns can be read from without an engine; `texts` by what filters call them."""

    paths: tuple[Path, ...]
    person: str
    at: str
    texts: Mapping[str, str]
    numbers: Mapping[str, str]


def questions(metrics: Sequence[Metric], segments: Sequence[str] = ()) -> list[Wanted]:
    """Everything that is asked of events, once, for all metrics; and for each segment, where a metric is of none."""
    out: list[Wanted] = []
    for metric in metrics:
        kind = next((k for k in KINDS if k.name == metric.kind), None)
        if kind is None or not kind.shapes(metric):
            continue
        out += common(metric)
        parts = [metric, *(replace(metric, segment=one) for one in segments)] if not metric.segment else [metric]
        out += [Wanted(shape, whom(part)) for part in parts for shape in kind.shapes(part)]
    return list(dict.fromkeys(out))


def answers(
    engine: Elsewhere, events: Events, metrics: Sequence[Metric], zone: str, files: Files | None, tell: Tell
) -> Iterator[Answer]:
    """Every question's answer. Raises EngineError where not even the span of the events can be had."""
    clock = Clock(*(dayof(0, zone),) * 2, zone)
    ((began, ended),) = engine.rows(SPAN.sql(events, clock))
    yield Answer(SPAN, [(began, ended)])
    if began is None:
        return
    clock = Clock(dayof(int(began), zone), dayof(int(ended), zone), zone)
    sizes = answer(engine, events, SIZES, clock)
    yield sizes
    segments = [str(text) for text, people in sizes.rows if people >= FEWEST][:MOST]
    todo = [one for one in questions(metrics, segments) if one not in (SPAN, SIZES)]
    passed = in_one_pass(files, todo, clock, tell) if files else {}
    for number, one in enumerate(todo, 1):
        if one in passed:
            yield Answer(one, passed[one])
        else:
            tell(f"question {number} of {len(todo)}")
            yield answer(engine, events, one, clock)


def answer(engine: Elsewhere, events: Events, wanted: Wanted, clock: Clock) -> Answer:
    """One question's answer by a query; where it cannot be asked, why."""
    try:
        return Answer(wanted, engine.rows(wanted.sql(events, clock)))
    except KeyError as absent:
        if isinstance(wanted.shape, Values):
            return Answer(wanted, [])  # nothing stands in a column that is not there
        return Answer(
            wanted, [], f"the events keep no column `{absent.args[0]}`: name it under `keep:` of their source"
        )
    except EngineError as error:
        return Answer(wanted, [], str(error).rstrip("."))


def in_one_pass(files: Files, todo: Sequence[Wanted], clock: Clock, tell: Tell) -> dict[Wanted, list[Row]]:
    """What passes over the files answer, one for each way of counting; questions that do not fit are left out."""
    out: dict[Wanted, list[Row]] = {}
    for by in dict.fromkeys(one.by for one in todo):
        person = files.texts.get(by, "") if by else files.person
        mine = {one: needs for one in todo if one.by == by and (needs := fits(one, files, clock)) is not None}
        while mine and person:
            try:
                found = one_pass(files, person, list(mine), clock, tell)
            except Unfit as wrong:
                fewer = {one: needs for one, needs in mine.items() if wrong.column and wrong.column not in needs}
                mine = fewer if len(fewer) < len(mine) else {}
                continue
            out |= {one: found[one.shape] for one in mine}
            break
    return out


def one_pass(files: Files, person: str, todo: Sequence[Wanted], clock: Clock, tell: Tell) -> dict[Shape, list[Row]]:
    """The answers of one pass. Raises Unfit."""
    passing = Pass((one.shape for one in todo), clock)
    texts, numbers = ({key: at[key] for key in keys} for keys, at in (
        (passing.texts, files.texts), (passing.numbers, files.numbers)
    ))  # fmt: skip
    for batch in batches(files.paths, Columns(person, files.at, texts, numbers), tell):
        passing.take(batch)
    return passing.answers()


def fits(wanted: Wanted, files: Files, clock: Clock) -> tuple[str, ...] | None:
    """The columns that a question needs, where it fits the pass by itself and the files have them."""
    try:
        alone = Pass((wanted.shape,), clock)
    except Unfit:
        return None
    there = all(key in files.texts for key in alone.texts) and all(key in files.numbers for key in alone.numbers)
    return (*alone.texts, *alone.numbers) if there else None
