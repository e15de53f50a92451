"""What next: where this heading ends, why results are flat, and the course said as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from madegood.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where a metric will be on a day, from its drift and what is planned.

    chance   that the target is reached by the day, 0 to 1
    days, mean, low80, high80, low95, high95   the fan, own unit
    basis    in words: what was assumed to go on
    """

    outcome: str
    by: date
    target: float
    chance: float
    days: tuple[date, ...]
    mean: tuple[float, ...]
    low80: tuple[float, ...]
    high80: tuple[float, ...]
    low95: tuple[float, ...]
    high95: tuple[float, ...]
    basis: str


Standing = Literal["supported", "contradicted", "unknown"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of evidence for or against an explanation, with the figure in it."""

    says: str
    toward: Literal["for", "against", "neither"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rival explanation of flat results. No chances until they are calibrated."""

    name: str  # late, mistimed, not-adopted, cannot-be-seen, tracking-broke, aimed-elsewhere, belief-wrong, ...
    title: str
    standing: Standing
    lines: tuple[Line, ...]
    until: str = ""  # when unknown: what would tell


@dataclass(frozen=True, slots=True)
class Step:
    """One next thing to do: do | learn | stop | mend | stage, in the imperative, with its ground."""

    verb: Literal["do", "learn", "stop", "mend", "stage", "wait"]
    says: str
    because: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """The plan said as a sentence, from the strategy's own words."""

    sentence: str | Refusal
    steps: tuple[Step, ...]
