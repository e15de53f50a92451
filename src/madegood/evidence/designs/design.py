"""What a design is: a way to answer a question of cause, or to refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from madegood.evidence.model import Answer, Question


class Design(Protocol):
    """Its name as a person says it, and its answer: with intervals that hold, or a refusal with the next step."""

    name: str

    def answers(self, question: Question) -> Answer: ...
