"""What a doubt looks at, and what it is: a sentence that lowers the grade, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madegood.evidence.model import Effect, Estimate, Question
    from madegood.evidence.stretch import Detail


@dataclass(frozen=True, slots=True, eq=False)
class Doubted:
    """One effect, with what it was estimated from."""

    question: Question
    estimate: Estimate
    effect: Effect
    detail: Detail


Doubt = Callable[[Doubted], str]
