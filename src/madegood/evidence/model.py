"""What moved: questions, answers with intervals that hold, and verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.days import Window
    from madegood.execution.model import Release
    from madegood.intent.model import KnownEvent, Metric
    from madegood.performance.model import Measured, Trial

Grade = Literal["A", "B", "C", "D"]
Word = Literal["moved", "moved wrong way", "no meaningful movement", "cannot tell", "too early"]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Which of these releases moved this metric, and by how much?

    releases  those that could have touched it (of its product, not prereleases), by day
    known     dated things that are no releases
    on        the day of asking: nothing after it is looked at
    sizes     (segment, its share of customers) where they are known, to weigh the stages of a rollout
    trials    who met one of these releases and who did not, and what they then did
    parts     the same metric in each segment of customers, where it is known by segment
    controls  metrics that none of these releases can touch, named for this one or found to have run with it
    """

    metric: Metric
    measured: Measured
    releases: tuple[Release, ...]
    known: tuple[KnownEvent, ...]
    on: date
    sizes: tuple[tuple[str, float], ...] = ()
    trials: tuple[Trial, ...] = ()
    parts: tuple[Measured, ...] = ()
    controls: tuple[Measured, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval. Shares of what would have been (0.03 is 3 %), unless said otherwise."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a release, or a group of releases that cannot be told apart, did to a metric.

    releases  keys, by day; more than one: only their joint effect is known
    data      the data's own estimate and calibrated 95 % interval
    shrunk    after the team's track record
    mde       smallest effect that would have been seen with 80 % power (share)
    up, down  posterior chances that the effect is beyond the ROPE on either side
    design    which design says so, and the grade that it starts from
    doubts    what the design itself found wrong, in words, beside those of doubts/; `serious` counts the grave ones
    step      the design's own next step for a "cannot tell"; empty: it is worked out from the series
    """

    releases: tuple[str, ...]
    first: date
    last: date
    data: Interval
    shrunk: Interval
    mde: float
    up: float
    down: float
    days_after: int  # days with data after it, before `on`
    inside_rope: bool  # the data's own 90 % interval lies inside the ROPE
    design: str = "joint series"
    grade: Grade = "C"
    doubts: tuple[str, ...] = ()
    serious: int = 0
    step: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """One design's answer for one metric and all its releases together.

    model     the fitted model, for `decompose` and `without`; no one else looks inside
    stronger  what stronger designs say of some of these releases: it is told instead
    refused   (release, why) where this design should have spoken and cannot
    """

    design: str
    metric: str
    grade: Grade
    window: Window
    effects: tuple[Effect, ...]
    notes: tuple[str, ...]
    model: Any
    stronger: tuple[Estimate, ...] = ()
    refused: tuple[tuple[str, Refusal], ...] = ()


Answer = Estimate | Refusal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a release, a group of releases, or a bet, on one metric.

    subject   "release" with its keys, or "bet" with its id
    doubts    what lowers the grade, in words
    step      the cheapest thing that would make a "cannot tell" tellable; empty otherwise
    """

    subject: Literal["release", "bet"]
    names: tuple[str, ...]
    metric: str
    word: Word
    grade: Grade
    first: date | None
    effect: Effect | Refusal
    doubts: tuple[str, ...] = ()
    step: str = ""


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Change of a metric between two windows, in the metric's own unit; the parts add up to the change.

    change = made_good + drift + known + noise  (means; exact to rounding)
    by_release  (keys joined by " + ", part) for every release or group between the windows
    """

    metric: str
    before: Window
    after: Window
    start: float
    end: float
    change: float
    made_good: Interval
    drift: Interval
    known: Interval
    noise: Interval
    by_release: tuple[tuple[str, Interval], ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """The course of a metric for drawing, thinned to at most some hundred points; gaps are None.

    days          of each point
    seen          what happened (7-day centred mean), own unit
    without       what would have happened without the releases since the first day: mean, low, high (95 %)
    """

    days: tuple[date, ...]
    seen: tuple[float | None, ...]
    without: tuple[float | None, ...] = ()
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Erosion:
    """Drift for the worse that lasted, with no release to blame.

    onset, onset_low, onset_high   when it began, and between which days
    per_week   change a week while it lasted, share (negative is a fall), with its interval
    total      share lost from onset to end
    ongoing    still going on the day of the reading
    near       releases and known events within the onset's range: coincidences, not causes
    """

    metric: str
    onset: date
    onset_low: date
    onset_high: date
    end: date
    ongoing: bool
    per_week: Interval
    total: Interval
    near: tuple[str, ...] = ()
