"""The course of trust: what several declared signals have in common, week by week, or why there is no such thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from madegood.days import Window
from madegood.evidence.model import Interval
from madegood.evidence.trust_checks import agrees, foretells
from madegood.evidence.watched import stretches
from madegood.numerics.erosion import weekly
from madegood.numerics.trust import change, factor
from madegood.numerics.weekly import shares
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from madegood.intent.model import KnownEvent, Metric
    from madegood.numerics.trust import Change, Factor
    from madegood.numerics.trust import Part as Moved
    from madegood.performance.model import Floats, Measured

LONGEST = 156  # weeks looked at: three years
SHORTEST = 52  # weeks: with fewer, a season is a trend
TWO_YEARS = 104  # weeks from which a season can be told from a course
HALF = 0.5  # of the weeks that a signal must be known in
FEWEST = 3  # signals: with two, nothing tells which of them is off
RELIABLE = 0.8
CARRIES = 0.9  # chance that a signal carries anything, from which on it counts as one
SURE, LIKELY = 0.95, 0.8  # chances from which on a change is said to last, to pass: benchmarks/trust.md
STORIES = 0.9  # correlation of two chains below which they tell two stories


@dataclass(frozen=True, slots=True)
class Loading:
    """How far a signal moves with trust, in its own standard deviations for one of the index; 0: not at all.

    carries  chance that it carries anything at all
    weeks    in which it is known
    """

    metric: str
    size: Interval
    carries: float
    weeks: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """Change from the quarter before last to the last four weeks, in standard deviations of the index.

    It is the sum of what lasts and what passes (a change that came at once and is halved every three weeks).

    fell, rose  chance that the lasting part is a fall, a rise, and was one eight to five weeks ago already
    passes      chance that something that passes came in the last half year; .45 before the data are seen
    """

    total: Interval
    lasting: Interval
    passing: Interval
    fell: float
    rose: float
    passes: float

    @property
    def word(self) -> Literal["fell and stays", "rose and stays", "dipped, and passes", "no lasting change is seen"]:
        """What may be said of it: what lasts with a chance of .95, what passes with one of .8."""
        if self.fell >= SURE:
            return "fell and stays"
        if self.rose >= SURE:
            return "rose and stays"
        if self.passes >= LIKELY and self.passing.mean < 0:
            return "dipped, and passes"
        return "no lasting change is seen"


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """The index by week: mean 0 and standard deviation 1 over these weeks, up is better.

    weeks        last day of each
    index        with 95 % band, in which what is unknown of loadings and errors is counted
    reliability  expected squared correlation with what the signals truly have in common
    foretells    correlation with next quarter's retention, in weeks that nothing was fitted on
    survey       correlation with the survey's corrected score
    """

    weeks: tuple[date, ...]
    index: tuple[Interval, ...]
    reliability: float
    loadings: tuple[Loading, ...]
    quarter: Quarter
    foretells: Interval | Refusal
    survey: Interval | Refusal
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """What the factor is fitted on: y and variance (T, J), up is better, gaps NaN; the weeks' last days.

    notes  what was left out, in words
    """

    metrics: tuple[str, ...]
    weeks: tuple[date, ...]
    y: Floats
    variance: Floats
    notes: tuple[str, ...]

    @property
    def season(self) -> bool:
        return len(self.weeks) >= TWO_YEARS


def trust(
    signals: Sequence[tuple[Metric, Measured]],
    on: date,
    known: Sequence[KnownEvent] = (),
    retention: Measured | None = None,
    survey: Measured | None = None,
) -> Trust | Refusal:
    """The index of these signals up to `on`, the good direction of each as its metric says; nothing later is looked at.

    Refused with fewer than three signals that carry anything, or when the index would be less reliable than .8.
    `retention` and `survey` are not part of it: they are what it is checked against.
    """
    laid = lay(signals, on, known)
    if isinstance(laid, Refusal):
        return laid
    found = factor(laid.y, laid.variance, laid.season)
    if refused := _unfit(laid, found):
        return refused
    index = tuple(Interval(*(float(v) for v in row)) for row in zip(found.index, found.low, found.high, strict=True))
    loadings = tuple(
        Loading(m, Interval(*(float(v) for v in found.loadings[j])), float(found.carries[j]), _known(laid.y[:, j]))
        for j, m in enumerate(laid.metrics)
    )
    dumb = tuple(f"`{one.metric}` carries nothing that the others carry" for one in loadings if one.carries < 0.1)
    return Trust(
        laid.weeks,
        index,
        found.reliability,
        tuple(sorted(loadings, key=lambda one: (-one.carries, -one.size.mean))),
        _quarter(change(found.model)),
        foretells(found.index, laid.y, laid.variance, laid.season, laid.weeks, retention),
        agrees(found.index, laid.weeks, survey),
        (*laid.notes, *dumb),
    )


def lay(signals: Sequence[tuple[Metric, Measured]], on: date, known: Sequence[KnownEvent] = ()) -> Signals | Refusal:
    """The signals on common weeks that end on the last day that three of them are known on, or a refusal."""
    ends = sorted((d for _, m in signals if (d := _last(m, on)) is not None), reverse=True)
    if len(signals) < FEWEST or len(ends) < FEWEST:
        return Refusal(
            "trust",
            why=f"{len(ends)} signals are known: with fewer than {FEWEST} nothing tells which of them is off",
            until="name further signals under `trust:`, such as refunds, opt-outs, ratings, or use after a failure",
        )
    end = ends[FEWEST - 1]
    begins = sorted(m.series.first for _, m in signals)
    weeks = min(((end - begins[FEWEST - 1]).days + 1) // 7, LONGEST)
    if weeks < SHORTEST:
        return Refusal(
            "trust",
            why=f"{max(weeks, 0)} weeks are known of {FEWEST} signals: with less than a year a season is a trend",
            until=f"wait until {SHORTEST} weeks are known, or name a source that reaches further back",
        )
    window = Window.ending(end, 7 * weeks)
    return _together(signals, window, weeks, known)


def _together(
    signals: Sequence[tuple[Metric, Measured]], window: Window, weeks: int, known: Sequence[KnownEvent]
) -> Signals | Refusal:
    """Those signals that are known in half of the weeks and move at all."""
    kept: list[tuple[str, Floats, Floats]] = []
    notes = []
    for metric, measured in signals:
        y, variance = _weeks(metric, measured, window, known)
        if _known(y) < HALF * weeks:
            notes.append(f"`{metric.id}` is known in {_known(y)} of {weeks} weeks, and left out")
        elif np.nanstd(y) <= 1e-9:
            notes.append(f"`{metric.id}` never changes, and is left out")
        else:
            kept.append((metric.id, y, variance))
    if len(kept) < FEWEST:
        return Refusal("trust", why="; ".join(notes), until=f"{FEWEST} signals that are known week by week")
    last = tuple(window.first + timedelta(days=7 * i + 6) for i in range(weeks))
    names, ys, variances = zip(*kept, strict=True)
    return Signals(names, last, np.stack(ys, axis=1), np.stack(variances, axis=1), tuple(notes))


def _weeks(metric: Metric, measured: Measured, window: Window, known: Sequence[KnownEvent]) -> tuple[Floats, Floats]:
    """Logits of shares, logs of all else, turned so that up is better, and their variances; (weeks,) each.

    Only what was counted in the way it is counted now: the last stretch between changes of instrument.
    """
    series = measured.series.within(window)
    first, last = stretches(metric, measured, known, measured.series)[-1]
    days = np.arange(len(series.values))
    ours = (days >= series.at(first)) & (days <= series.at(last))
    values = np.where(ours, series.values, np.nan)
    sign = 1.0 if metric.good == "up" else -1.0
    if series.base is not None and np.nanmax(values, initial=0.0) <= 1:
        y, variance = shares(values, np.where(ours, series.base, np.nan))
        return sign * y, variance
    positive = values[values > 0]
    if not len(positive) or np.nanmin(values) < 0:
        means, errors = weekly(values)  # a score on both sides of zero: as it is
    else:
        means, errors = weekly(np.log(np.where(values == 0, positive.min() / 2, values)))
    pooled = float(np.nanmean(errors**2)) if np.isfinite(errors).any() else np.nan
    return sign * means, np.where(np.isfinite(means), pooled, np.nan)


def _unfit(laid: Signals, found: Factor) -> Refusal | None:
    """Why there is no index."""
    if found.agreement < STORIES:
        return Refusal(
            "trust",
            why="the signals tell two stories, and which of them is trust cannot be told",
            until="look at the signals one by one: two groups of them move apart",
        )
    carrying = [m for m, chance in zip(laid.metrics, found.carries, strict=True) if chance >= CARRIES]
    if len(carrying) < FEWEST:
        named = f" ({', '.join(f'`{m}`' for m in carrying)})" if carrying else ""
        return Refusal(
            "trust",
            why=f"{len(carrying)} of {len(laid.metrics)} signals{named} move together beyond their own noise; "
            f"{FEWEST} are needed",
            until="signals closer to trust, with more people behind each week: use after a failure is the first",
        )
    if found.reliability < RELIABLE:
        return Refusal(
            "trust",
            why=f"its reliability would be {found.reliability:.2f}, under {RELIABLE}: noise more than a course",
            until="more signals that carry trust, or more people behind each week",
        )
    return None


def _quarter(moved: Change) -> Quarter:
    return Quarter(
        _interval(moved.total),
        _interval(moved.lasting),
        _interval(moved.passing),
        min(moved.lasting.fell, moved.held.fell),
        1 - max(moved.lasting.fell, moved.held.fell),
        moved.passes,
    )


def _interval(part: Moved) -> Interval:
    return Interval(part.mean, part.low, part.high)


def _last(measured: Measured, on: date) -> date | None:
    """The last known day up to `on`."""
    days = np.flatnonzero(np.isfinite(measured.series.values))
    days = days[days <= measured.series.at(on)]
    return measured.series.day(int(days[-1])) if len(days) else None


def _known(y: Floats) -> int:
    return int(np.isfinite(y).sum())
