"""What a doubt looks at, and what it is: a sentence that lowers the grade, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madegood.evidence.doubts.clean import Clean
    from madegood.evidence.model import Effect, Estimate, Question
    from madegood.evidence.stretch import Detail


@dataclass(frozen=True, slots=True, eq=False)
class Doubted:
    """One effect of a series, with what it was estimated from.

    nth     its place among the estimate's effects
    clean   the metric around it, only where the data alone say that something happened: only that can be an illusion
    others  the team's other metrics that were estimated
    """

    question: Question
    estimate: Estimate
    effect: Effect
    detail: Detail
    nth: int
    clean: Clean | None
    others: Sequence[tuple[Question, Estimate]]

    @property
    def sign(self) -> float:
        """1 where the data say that it rose, -1 where it fell."""
        return 1.0 if self.effect.data.mean >= 0 else -1.0


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A doubt, in words.

    serious  two such, and the effect is not told at all
    bars     nothing is called `moved` against it
    weighs   it costs a grade; otherwise it is only said
    """

    says: str
    serious: bool = False
    bars: bool = False
    weighs: bool = True


Doubt = Callable[[Doubted], Doubtful | None]
