"""What a strategy asks of events that stay where they are, and how it is answered: in one pass, or query by query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from madegood.errors import EngineError
from madegood.performance.events import SPAN, common, whom
from madegood.performance.kinds import KINDS
from madegood.performance.one_pass.over import Passes
from madegood.performance.parts import FEWEST, MOST
from madegood.performance.place import SIZES
from madegood.performance.shapes.base import Clock, dayof
from madegood.performance.shapes.wanted import Values, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from madegood.engine.elsewhere import Elsewhere
    from madegood.intent.model import Metric
    from madegood.performance.counted import Found
    from madegood.performance.one_pass.memory import Memory
    from madegood.performance.one_pass.over import Files
    from madegood.performance.shapes.base import Events

    Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gave: its rows, or why there are none."""

    wanted: Wanted
    rows: Found
    said: str = ""


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
    engine: Elsewhere,
    events: Events,
    metrics: Sequence[Metric],
    zone: str,
    files: Files | None,
    tell: Tell,
    memory: Memory | None = None,
    limit: int = 0,
) -> Iterator[Answer]:
    """Every question's answer. Raises EngineError where not even the span of the events can be had.

    files   the same events as they can be read without the engine; None where they cannot
    memory  where it is remembered what is known of them
    limit   bytes that a pass may take for people; queries answer where they are more
    """
    base = [SPAN, SIZES, *(one for one in questions(metrics) if one not in (SPAN, SIZES))]
    passes = Passes(files, zone, base, tell, memory, limit) if files else None
    known = passes.recall() if passes else None
    if known:
        clock, segments = known
    else:
        clock = Clock(*(dayof(0, zone),) * 2, zone)
        ((began, ended),) = engine.rows(SPAN.sql(events, clock))
        if began is None:
            yield Answer(SPAN, [(began, ended)])
            return
        clock = Clock(dayof(int(began), zone), dayof(int(ended), zone), zone)
        segments = large(answer(engine, events, SIZES, clock).rows)
    todo = list(dict.fromkeys((*base, *questions(metrics, segments))))
    passed = passes.answers(todo, clock, segments) if passes else {}
    gone = passes.gone() if passes else []
    if known and memory and not gone and large(passed.get(SIZES, [])) != segments:  # one has grown: it is asked about
        memory.forget(set())
        yield from answers(engine, events, metrics, zone, files, tell, memory, limit)
        return
    for number, one in enumerate(todo, 1):
        if one in passed:
            yield Answer(one, passed[one])
        elif gone:
            yield Answer(one, [], f"{gone[0]} is gone, and this cannot be known without it")
        else:
            tell(f"question {number} of {len(todo)}")
            yield answer(engine, events, one, clock)


def large(sizes: Found) -> tuple[str, ...]:
    """Segments that hold enough people to be told of."""
    return tuple(str(text) for text, people in sizes if people >= FEWEST)[:MOST]


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
