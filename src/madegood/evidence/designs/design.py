"""What a design is: a way to answer a question of cause, or to refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from madegood.evidence.model import Estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.model import Answer, Question


class Design(Protocol):
    """Its name as a person says it, and its answer: with intervals that hold, or a refusal with the next step."""

    name: str

    def answers(self, question: Question) -> Answer: ...


class Partial(Design, Protocol):
    """A design that speaks of single releases where the facts allow.

    read      what it says, and in `refused` of which releases it should have spoken and cannot; a refusal where there
              is nothing to speak of
    recorded  its estimates with `shrunk`, `up` and `down`, learnt from all of them together; `ropes`: by metric
    """

    def read(self, question: Question) -> Answer: ...

    def recorded(self, estimates: Sequence[Estimate], ropes: Mapping[str, float]) -> Sequence[Estimate]: ...


def answered(read: Answer) -> Answer:
    """What was read as an answer to a person: the first reason where nothing could be said."""
    return read.refused[0][1] if isinstance(read, Estimate) and not read.effects else read
