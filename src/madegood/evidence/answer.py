"""Question -> Answer: the strongest design that the data allow, then the team's track record over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.designs import DESIGNS
from madegood.evidence.model import Estimate
from madegood.evidence.record import with_record
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.model import Answer, Question


def answer(question: Question) -> Answer:
    """What moved this metric, as far as it tells by itself. Ask all questions of a team at once where you can."""
    return answer_all((question,))[0]


def answer_all(questions: Sequence[Question]) -> tuple[Answer, ...]:
    """One answer for each question; what releases usually do is learnt from all of them together."""
    answers = [_strongest(q) for q in questions]
    ropes = {q.metric.id: q.metric.rope for q in questions}
    recorded = iter(with_record([a for a in answers if isinstance(a, Estimate)], ropes))
    return tuple(next(recorded) if isinstance(a, Estimate) else a for a in answers)


def _strongest(question: Question) -> Answer:
    """The first design that does not refuse; the last one's refusal where all do."""
    refusal: Answer = Refusal(question.metric.id, why="no design is installed", until="install one")
    for design in DESIGNS:
        refusal = design.answers(question)
        if isinstance(refusal, Estimate):
            return refusal
    return refusal
