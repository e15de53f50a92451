"""The whole path on one day: strategy and facts -> Reading, plain frozen data that pages are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.days import Window
    from madegood.direction.model import Course, Explanation, Forecast
    from madegood.evidence.model import Decomposition, Erosion, Path, Verdict
    from madegood.execution.model import Effort, Release, Speed
    from madegood.findings import Finding
    from madegood.intent.model import Metric, Outcome, Strategy
    from madegood.performance.model import Fitness


@dataclass(frozen=True, slots=True)
class Freshness:
    """One source, as it was last read."""

    name: str
    kind: str
    rows: int
    set_aside: int
    last_day: date | None


@dataclass(frozen=True, slots=True)
class OutcomeReading:
    """One outcome: where it stands, what moved it, where this heading ends."""

    outcome: Outcome
    metric: Metric | None
    now: float | Refusal  # mean of the last 28 known days, own unit
    parts: Decomposition | Refusal
    path: Path | Refusal
    forecast: Forecast | Refusal
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class MetricReading:
    """A metric that is nobody's outcome: guardrails, inputs, signals."""

    metric: Metric
    now: float | Refusal
    parts: Decomposition | Refusal
    path: Path | Refusal
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that is said on one day.

    period    the days that Speed, Heading, Made good and Drift speak of
    verdicts  of bets, then of releases; also inside their outcome or metric
    """

    name: str
    on: date
    period: Window
    commit: str
    strategy: Strategy
    sources: tuple[Freshness, ...]
    findings: tuple[Finding, ...]
    speed: Speed | Refusal
    heading: Effort | Refusal
    releases: tuple[Release, ...]
    outcomes: tuple[OutcomeReading, ...]
    metrics: tuple[MetricReading, ...]
    bets: tuple[Verdict, ...]
    erosions: tuple[Erosion, ...]
    fitness: tuple[Fitness, ...]
    explanations: tuple[Explanation, ...]
    course: Course
