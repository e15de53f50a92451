"""Question -> Answer: every design that the data allow, the strongest told, one track record over all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from madegood.evidence.designs import SERIES, STRONGER
from madegood.evidence.informed import informed
from madegood.evidence.model import Estimate
from madegood.evidence.record import with_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.model import Answer, Question


def answer(question: Question) -> Answer:
    """What moved this metric, as far as it tells by itself. Ask all questions of a team at once where you can."""
    return answer_all((question,))[0]


def answer_all(questions: Sequence[Question]) -> tuple[Answer, ...]:
    """One answer for each question; what releases usually do is learnt from all of them together.

    The series speaks of every release, and so of made good and drift. What stronger designs say of some of them stands
    in `stronger`, is told instead, and goes into the series' own posterior. Where the series refuses, the strongest of
    them is the answer.
    """
    ropes = {q.metric.id: q.metric.rope for q in questions}
    series = [SERIES.answers(q) for q in questions]
    stronger = _stronger(questions, ropes)
    known = [
        informed(a, more, q) if isinstance(a, Estimate) else a
        for a, more, q in zip(series, stronger, questions, strict=True)
    ]
    recorded = iter(with_record([a for a in known if isinstance(a, Estimate)], ropes))
    return tuple(
        replace(next(recorded), stronger=more) if isinstance(a, Estimate) else _instead(a, more)
        for a, more in zip(known, stronger, strict=True)
    )


def _stronger(questions: Sequence[Question], ropes: Mapping[str, float]) -> list[tuple[Estimate, ...]]:
    """What the other designs say of each question, the strongest first, each with its own record over all of them."""
    out: list[list[Estimate]] = [[] for _ in questions]
    for design in STRONGER:
        answers = [(i, a) for i, q in enumerate(questions) if isinstance(a := design.answers(q), Estimate)]
        for (i, _), told in zip(answers, design.recorded([a for _, a in answers], ropes), strict=True):
            out[i].append(told)
    return [tuple(estimates) for estimates in out]


def _instead(refusal: Answer, stronger: tuple[Estimate, ...]) -> Answer:
    """The strongest design's answer where the series has none."""
    return replace(stronger[0], stronger=stronger) if stronger else refusal
