"""Everything that direction reasons from, on one day: plain frozen data, filled by reading.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from madegood.days import Window
    from madegood.direction.model import Forecast
    from madegood.evidence.model import Decomposition, Erosion, Verdict
    from madegood.execution.model import Effort, Release, Speed
    from madegood.findings import Finding
    from madegood.intent.model import KnownEvent, Metric, Outcome, Strategy
    from madegood.performance.model import Fitness
    from madegood.refusal import Refusal


@dataclass(frozen=True, slots=True)
class OutcomeStanding:
    """One outcome: where it is, what moved it, where this heading ends. `verdicts` are of releases on its metric."""

    outcome: Outcome
    metric: Metric | None
    now: float | Refusal
    parts: Decomposition | Refusal
    forecast: Forecast | Refusal
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class BetProgress:
    """How far a bet came: items linked to it, finished, and in customers' hands; its releases by day."""

    bet: str
    items: int
    done: int
    reached: int
    releases: tuple[Release, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known on one day.

    bets      verdicts of bets on the metrics they expect to move
    guards    verdicts of bets' releases on their guardrails
    """

    strategy: Strategy
    on: date
    period: Window
    speed: Speed | Refusal
    heading: Effort | Refusal
    outcomes: tuple[OutcomeStanding, ...]
    bets: tuple[Verdict, ...]
    progress: tuple[BetProgress, ...]
    releases: tuple[Release, ...]
    known: tuple[KnownEvent, ...]
    erosions: tuple[Erosion, ...]
    fitness: tuple[Fitness, ...]
    findings: tuple[Finding, ...]
    guards: tuple[Verdict, ...] = ()
