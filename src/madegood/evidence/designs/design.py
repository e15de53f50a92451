"""What a design is: a way to answer a question of cause, or to refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.model import Answer, Estimate, Question


class Design(Protocol):
    """Its name as a person says it, and its answer: with intervals that hold, or a refusal with the next step."""

    name: str

    def answers(self, question: Question) -> Answer: ...


class Partial(Design, Protocol):
    """A design that speaks of single releases where the facts allow.

    recorded  its estimates with `shrunk`, `up` and `down`, learnt from all of them together; `ropes`: by metric
    """

    def recorded(self, estimates: Sequence[Estimate], ropes: Mapping[str, float]) -> Sequence[Estimate]: ...
