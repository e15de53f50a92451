"""Question -> Answer: every design that the data allow, the strongest told, one track record over all of them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from madegood.evidence.designs import SERIES, STRONGER, WEAKER
from madegood.evidence.informed import informed
from madegood.evidence.model import Estimate
from madegood.evidence.record import with_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from madegood.evidence.designs.design import Partial
    from madegood.evidence.model import Answer, Question
    from madegood.refusal import Refusal

#: Threads that fit series side by side, at most, and questions from which on there is more than one. Between compiled
#: loops a thread waits for the others, so more of them gain little (benchmarks/kernels.md, "many").
THREADS, FEWEST = 4, 4


def answer(question: Question) -> Answer:
    """What moved this metric, as far as it tells by itself. Ask all questions of a team at once where you can."""
    return answer_all((question,))[0]


def answer_all(questions: Sequence[Question]) -> tuple[Answer, ...]:
    """One answer for each question; what releases usually do is learnt from all of them together.

    The series speaks of every release, and so of made good and drift. What stronger designs say of some of them stands
    in `stronger`, is told instead, and goes into the series' own posterior; weaker ones are told where nothing else
    speaks. Where the series refuses, the strongest of the others is the answer.
    """
    ropes = {q.metric.id: q.metric.rope for q in questions}
    series = _fitted(questions)
    stronger, weaker = _each(STRONGER, questions, ropes), _each(WEAKER, questions, ropes)
    known = [
        informed(a, more, q) if isinstance(a, Estimate) else a
        for a, more, q in zip(series, stronger, questions, strict=True)
    ]
    recorded = iter(with_record([a for a in known if isinstance(a, Estimate)], ropes))
    out: list[Answer] = []
    for question, a, more, less in zip(questions, known, stronger, weaker, strict=True):
        if isinstance(a, Estimate):
            told = next(recorded)
            out.append(replace(told, stronger=(*more, *_unspoken(less, (told, *more)))))
        else:
            out.append(_instead(question, a, (*more, *_unspoken(less, more))))
    return tuple(out)


def _fitted(questions: Sequence[Question]) -> list[Answer]:
    """What each series says by itself, in the order of the questions; fitted alone, so threads change nothing."""
    workers = min(THREADS, os.cpu_count() or 1)
    if len(questions) < FEWEST or workers < 2:
        return [SERIES.answers(q) for q in questions]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(SERIES.answers, questions))


def _each(
    designs: Sequence[Partial], questions: Sequence[Question], ropes: Mapping[str, float]
) -> list[tuple[Estimate, ...]]:
    """What these designs say of each question, the strongest first, each with its own record over all of them."""
    out: list[list[Estimate]] = [[] for _ in questions]
    for design in designs:
        answers = [(i, a) for i, q in enumerate(questions) if isinstance(a := design.read(q), Estimate)]
        for (i, _), told in zip(answers, design.recorded([a for _, a in answers], ropes), strict=True):
            out[i].append(told)
    return [tuple(estimates) for estimates in out]


def _unspoken(weaker: Sequence[Estimate], others: Sequence[Estimate]) -> Iterator[Estimate]:
    """Weaker estimates of releases of which no other design says anything."""
    said = {key for e in others for effect in e.effects for key in effect.releases}
    for estimate in weaker:
        effects = tuple(e for e in estimate.effects if not set(e.releases) & said)
        refused = tuple((key, why) for key, why in estimate.refused if key not in said)
        if effects or refused:
            yield replace(estimate, effects=effects, refused=refused)


def _instead(question: Question, refusal: Refusal, others: tuple[Estimate, ...]) -> Answer:
    """The strongest other design's answer where the series has none; of the other releases, why not."""
    if not others:
        return refusal
    said = {key for e in others for key in (*(k for x in e.effects for k in x.releases), *(k for k, _ in e.refused))}
    rest = tuple((r.key, refusal) for r in question.releases if r.key not in said)
    return replace(others[0], stronger=others, refused=(*others[0].refused, *rest))
