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
    holidays  codes of the countries whose public holidays are known (intent/calendar.py)
    """

    metric: Metric
    measured: Measured
    releases: tuple[Release, ...]
    known: tuple[KnownEvent, ...]
    on: date
    sizes: tuple[tuple[str, float], ...] = ()
    trials: tuple[Trial | Refusal, ...] = ()
    parts: tuple[Measured, ...] = ()
    controls: tuple[Measured, ...] = ()
    holidays: tuple[str, ...] = ()


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
    basis     whom it rests on, as a page says it after the design: "41,210 people", "Germany before France"; or empty
    certain   the data's own 90 % bounds, whether it came at once or built up over weeks; None where not worked out
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
    basis: str = ""
    certain: tuple[float, float] | None = None


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
    withdrawn what was estimated, where so much speaks against it that `effect` is a refusal: for the details alone
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
    withdrawn: Effect | None = None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Change of a metric between two windows, in the metric's own unit; the parts add up to the change.

    change = made_good + drift + known + noise  (means; exact to rounding); the weekday pattern stands with the noise
    by_release  (keys joined by " + ", part) for every release or group between the windows
    read   how many days of each window are known
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
    read: tuple[int, int] = (0, 0)


Of = Literal["bet", "need", "outcome", "product"]


@dataclass(frozen=True, slots=True)
class Part:
    """What the releases that carried the work of some bets (needs, outcomes, of some products) made good together.

    names      ids; several: their work came in releases that cannot be told apart; none: releases that carry no such
    made_good  in the metric's own unit
    releases   keys, by day
    items      known items in these releases; `serving` is how many of them serve these names
    mixed      some of these releases carry none of it, and cannot be told apart from those that do
    """

    of: Of
    names: tuple[str, ...]
    made_good: Interval
    releases: tuple[str, ...]
    items: int
    serving: int
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What one metric's change between two dates is made of, and whose work made good what."""

    metric: str
    parts: Decomposition | Refusal
    shares: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Substitution:
    """A metric that fell while another rose after the same release: perhaps one was gained at the other's cost.

    releases    keys that both effects speak of; `others` stand in the loss's group alone
    rise, fall  the data's own effects on `gained` and on `lost`, shares, 95 %
    chance      posterior chance of the loss, beyond its ROPE
    more, less  the same in units a day, where both count one thing; `net` is their sum; else None
    outcome     the metric of an outcome that holds both, with what the release did to it (`total`, units a day);
                `short` when even the upper end of that stays under the gain. Empty where there is none
    """

    releases: tuple[str, ...]
    others: tuple[str, ...]
    first: date
    gained: str
    lost: str
    rise: Interval
    fall: Interval
    chance: float
    more: Interval | None = None
    less: Interval | None = None
    net: Interval | None = None
    outcome: str = ""
    total: Interval | None = None
    short: bool = False


@dataclass(frozen=True, slots=True)
class Cumulative:
    """What releases made good since a period began, own unit, thinned: mean, low and high (95 %) at each day."""

    days: tuple[date, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


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
    noticed    when a weekly look would first have alarmed; None where nobody watched
    e_value    how much better an erosion explains the weeks than none, at its height; the promise's bar was reached
    cost       units lost since the onset against its level (a gain for what should be low); flows only
    cost_ahead the same over the next half year, if it goes on as it went and is going on
    segment    the one that it is seen in; empty: in the whole
    beside     controls that it is seen beside: the figures are of what the metric does not share with them
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
    noticed: date | None = None
    e_value: float = 0.0
    cost: Interval | None = None
    cost_ahead: Interval | None = None
    segment: str = ""
    beside: tuple[str, ...] = ()
