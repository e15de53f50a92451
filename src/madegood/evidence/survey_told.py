"""What is told of one wave of a survey, and what may be claimed of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.model import Interval
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from datetime import date

BEHAVIOUR = "behaviour-corrected, not answer-corrected"
ANSWER = "answer-corrected"
RAW = "what those who answered said; of the silent it says nothing"
COUNTS_USUAL = (
    "who happened to answer, and the answer itself moving who answers, either way, somewhat more than it did in the "
    "largest public survey whose truth came out"
)
COUNTS_ARMS = (
    "who happened to answer in each arm, and how much the answer itself moves who answers; it takes for granted that "
    "this is alike in both arms"
)
COUNTS_KNOWN = (
    "who happened to answer, and how much what moves who answers wanders between the waves whose true figure is known"
)


@dataclass(frozen=True, slots=True)
class Point:
    """The score where the answer moves the log odds of answering by `delta` for each standard deviation of it."""

    delta: float
    score: Interval


@dataclass(frozen=True, slots=True)
class Tipping:
    """How much the answer must move who answers before the conclusion is gone.

    says    above or below the target, or `open` where the behaviour-corrected interval holds it already
    delta   at which the 95 % interval first holds the target; None: at none of those looked at (to 2 either way)
    crosses at which the score itself is the target; None likewise
    times   exp(delta): odds of answering of a customer one standard deviation happier, where they behave alike
    """

    target: float
    says: str
    delta: float | None
    crosses: float | None

    @property
    def times(self) -> float | None:
        return None if self.delta is None else float(np.exp(self.delta))


@dataclass(frozen=True, slots=True)
class SegmentScore:
    """The behaviour-corrected score of one segment, drawn toward what its customers do."""

    name: str
    people: int
    answered: int
    score: Interval


@dataclass(frozen=True, slots=True)
class Survey:
    """One wave of a survey.

    raw         mean of the answers, with no margin: a margin would count sampling alone
    effective   answers of one weight that were as sure as these
    corrected   the score of everyone, if customers who behave alike answer alike
    explained   raw less corrected, points: what behaviour explains of the gap between those who answered and everyone
    curve       the corrected score at other deltas
    strength    how much behaviour moves who answers: standard deviation of its log odds over everyone
    band        the corrected score if the answer itself moved that as much as all known behaviour together, either way
    usual       the same if it moved that somewhat more than in the largest survey whose truth came out (survey.USUAL)
    frame       lowest and highest score that the silent could make it (Manski 1989)
    answered_for  the score of everyone where the data say delta: two arms, or known figures of other waves
    delta       and that delta with its interval
    known       the true figure, where there is one: `sure_as` is how many drawn by lot would have been as near as raw
    label       what may be claimed; `counts` what the interval of `best` counts
    asked, answered  customers asked in the ordinary way, of whom `raw` speaks; `effort` those asked with high effort
    weighed_by  names of the terms
    doubts      what speaks against it, in words
    """

    name: str
    wave: str
    kind: str
    first: date | None
    last: date | None
    people: int
    asked: int
    answered: int
    raw: float
    corrected: Interval | Refusal
    effective: float
    explained: float
    curve: tuple[Point, ...]
    tipping: Tipping | None
    frame: tuple[float, float]
    answered_for: Interval | Refusal
    delta: Interval | None
    known: float | None
    sure_as: float | None
    label: str
    counts: str
    segments: tuple[SegmentScore, ...] | Refusal
    weighed_by: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    effort: tuple[int, int] | None = None
    strength: float | None = None
    band: Interval | None = None
    usual: Interval | None = None

    @property
    def best(self) -> Interval | Refusal:
        """The score to show: answer-corrected where that can be said, else behaviour-corrected with `usual`.

        The narrower interval of `corrected` takes for granted that the silent think as those do who behave alike.
        """
        return self.answered_for if isinstance(self.answered_for, Interval) else self.usual or self.corrected
