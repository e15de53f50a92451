"""The whole path on one day: strategy and facts -> Reading, plain frozen data that pages are drawn from."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window, say_day
from madegood.direction.course import course
from madegood.direction.diagnosis import explain
from madegood.direction.forecast import forecast
from madegood.direction.situation import BetProgress, OutcomeStanding, Situation
from madegood.evidence.answer import answer_all
from madegood.evidence.attribution import account, by_need, shares
from madegood.evidence.claims import judge_bet
from madegood.evidence.decompose import decompose
from madegood.evidence.judge import judge_all
from madegood.evidence.model import Question
from madegood.evidence.paths import cumulative, path
from madegood.evidence.question import candidates, controls
from madegood.evidence.quiet import Quiet, Watched, quiet
from madegood.evidence.substitution import substitutions
from madegood.execution.effort import effort
from madegood.execution.facts import facts
from madegood.execution.flow import flow
from madegood.execution.shipped import reached
from madegood.execution.speed import speed
from madegood.execution.suggested import suggested
from madegood.intent.git import commit
from madegood.performance import definitions
from madegood.performance.measure import measure, sizes
from madegood.performance.model import Measured, Series
from madegood.performance.parts import by_segment, sizes_of
from madegood.performance.trials import named, trials
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.direction.model import Course, Explanation, Forecast
    from madegood.engine.store import Store
    from madegood.evidence.model import (
        Account,
        Answer,
        Cumulative,
        Decomposition,
        Erosion,
        Part,
        Path,
        Substitution,
        Verdict,
    )
    from madegood.execution.flow import Flow
    from madegood.execution.model import Effort, Facts, Release, Speed
    from madegood.findings import Finding
    from madegood.intent.model import Metric, Outcome, Strategy
    from madegood.intent.parse import Loaded
    from madegood.performance.model import Fitness

#: Days over which "now" and "then" are means: four whole weeks, so that no weekday counts more than another.
STANDING = 28


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
    """One outcome: where it stands, what moved it, where this heading ends.

    shares   whose work made good what, over the same windows as `parts`
    gained   what was made good, day by day over the period
    how      how the metric was read: the model, and what was done to the series before
    """

    outcome: Outcome
    metric: Metric | None
    now: float | Refusal  # mean of the last 28 known days, own unit
    parts: Decomposition | Refusal
    path: Path | Refusal
    forecast: Forecast | Refusal
    verdicts: tuple[Verdict, ...]
    shares: tuple[Part, ...] = ()
    gained: Cumulative | Refusal | None = None
    how: tuple[str, ...] = ()


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
    substitutions: tuple[Substitution, ...] = ()
    quiet: Quiet = field(default_factory=Quiet)
    flow: Flow | Refusal | None = None


# ---- the path ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """One metric: its series and what the evidence says of it, or why it cannot be read."""

    metric: Metric
    measured: Measured | Refusal
    answer: Answer
    verdicts: tuple[Verdict, ...] = ()
    parts: tuple[Measured, ...] = ()


def last_day(sources: tuple[Freshness, ...], today: date) -> date:
    """The day a reading speaks of unless told: the last that the facts reach, never one to come."""
    reached_days = [s.last_day for s in sources if s.last_day]
    return min(max(reached_days, default=today), today)


def freshness(store: Store) -> tuple[Freshness, ...]:
    """Every source as it was last read, by name."""
    rows = store.rows("select name, kind, rows, set_aside, last_day from sources order by name")
    return tuple(Freshness(*row) for row in rows)


def _with_experiments(found: Facts, loaded: Loaded, store: Store, on: date) -> Facts:
    """The same with releases that only experiments speak of."""
    more = named(store, loaded.project, found.releases, on)
    return replace(found, releases=tuple(sorted((*found.releases, *more), key=lambda r: (r.day, r.key))))


def weigh(loaded: Loaded, store: Store, found: Facts, on: date) -> dict[str, _Known]:
    """Every metric of the strategy with its verdicts; all metrics are judged together, as one team's record."""
    project, strategy = loaded.project, loaded.strategy
    measured = {m.id: measure(m, store, on, project.timezone) for m in strategy.metrics}
    measured |= {name: _noted(one, definitions.note(pathlib.Path(project.root, "target"), name))
                 for name, one in measured.items()}  # fmt: skip
    shares = sizes(store)
    questions = []
    for m in strategy.metrics:
        series, drawn_by = measured[m.id], trials(m, store, project, found.releases, on)
        if isinstance(series, Refusal) and not drawn_by:
            continue
        each = by_segment(m, store, on, project.timezone)
        questions.append(
            Question(
                metric=m,
                measured=_without_days(m, on) if isinstance(series, Refusal) else series,
                releases=candidates(m, found.releases),
                known=project.events,
                on=on,
                sizes=shares or sizes_of(each),
                trials=drawn_by,
                parts=each,
                controls=controls(m, strategy, measured),
                holidays=project.holidays,
            )
        )
    answers = answer_all(questions)
    known = {m.id: _Known(m, series, series) for m in strategy.metrics if isinstance(series := measured[m.id], Refusal)}
    for q, a, v in zip(questions, answers, judge_all(questions, answers), strict=True):
        known[q.metric.id] = _Known(q.metric, measured[q.metric.id], a, v, q.parts)
    return {m.id: known[m.id] for m in strategy.metrics}


def _noted(measured: Measured | Refusal, note: str) -> Measured | Refusal:
    """A series with one more thing to know of it."""
    if isinstance(measured, Refusal) or not note:
        return measured
    return replace(measured, series=replace(measured.series, notes=(*measured.series.notes, note)))


def _without_days(metric: Metric, on: date) -> Measured:
    """A metric that is known from experiments alone."""
    return Measured(Series(metric.id, on, np.zeros(0)))


def now(known: _Known, on: date) -> float | Refusal:
    """Mean of the last 28 days up to the last known day, own unit."""
    if isinstance(known.measured, Refusal):
        return known.measured
    series = known.measured.series
    mean = series.mean(Window.ending(min(series.last, on), STANDING))
    if mean is None:
        return Refusal(
            known.metric.id,
            why=f"{known.metric.label} has no day in its last four weeks",
            until="read newer days of it",
        )
    return mean


def parts(known: _Known, period: Window) -> Decomposition | Refusal:
    """Change of the metric over the period: four weeks before it against its last four weeks."""
    if isinstance(known.answer, Refusal):
        return known.answer
    if isinstance(known.measured, Refusal):
        return known.measured
    end = min(known.answer.window.last, period.last)  # newest days may be too young to count
    if end < period.first:
        return Refusal(
            known.metric.id,
            why=f"{known.metric.label} has no day in this period; its last is {say_day(end)}",
            until="read newer days of it, or ask about an earlier period with --on",
        )
    return decompose(known.answer, period.before(STANDING), Window.ending(end, min(STANDING, len(period))))


def drawn(known: _Known, on: date, period: Window) -> Path | Refusal:
    """The course to draw: the period and the year before it, or what of it is known."""
    if isinstance(known.measured, Refusal):
        return known.measured
    if isinstance(known.answer, Refusal):
        return known.answer
    first = max(known.measured.series.first, period.first - timedelta(days=365))
    return path(known.answer, known.measured, Window(first, max(on, first)))


def gained(known: _Known, period: Window) -> Cumulative | Refusal:
    """What was made good day by day over the period, in the means that `parts` speaks of."""
    if isinstance(known.answer, Refusal):
        return known.answer
    return cumulative(known.answer, period, min(STANDING, len(period)))


def outcome_reading(
    loaded: Loaded, known: dict[str, _Known], found: Facts, outcome: Outcome, period: Window
) -> OutcomeReading:
    """Where one outcome stands; every part that cannot be said says why."""
    on = period.last
    metric = known.get(outcome.metric)
    if metric is None:
        why = f"the outcome `{outcome.id}` names no metric that is defined"
        missing = Refusal(outcome.id, why=why, until="give it a `metric:` that stands in the strategy")
        return OutcomeReading(outcome, None, missing, missing, missing, missing, ())
    ahead: Forecast | Refusal
    if isinstance(metric.measured, Refusal):
        ahead = metric.measured
    else:
        ahead = forecast(outcome, metric.metric, metric.measured, on)
    change = parts(metric, period)
    return OutcomeReading(
        outcome,
        metric.metric,
        now(metric, on),
        change,
        drawn(metric, on, period),
        ahead,
        metric.verdicts,
        shares(metric.answer, change, found, loaded.strategy),
        gained(metric, period),
        _how(metric),
    )


def _how(known: _Known) -> tuple[str, ...]:
    """How a metric was read: what is known of its series, where nothing was asked of it."""
    if not isinstance(known.answer, Refusal):
        return known.answer.notes
    return () if isinstance(known.measured, Refusal) else known.measured.series.notes


def progress(found: Facts, strategy: Strategy) -> tuple[BetProgress, ...]:
    """How far each bet came, from the items linked to it."""
    items = {item.id: item for item in found.items}
    days = reached(found)
    out = []
    for bet in strategy.bets:
        mine = [items[link.item] for link in found.links if link.aim == "bet" and link.to == bet.id]
        keys = {item.release for item in mine if item.release}
        carriers = tuple(r for r in found.releases if r.key in keys or r.id in bet.releases or r.key in bet.releases)
        done = sum(item.done is not None for item in mine)
        out.append(BetProgress(bet.id, len(mine), done, sum(item.id in days for item in mine), carriers))
    return tuple(out)


def read(
    loaded: Loaded,
    store: Store,
    today: date,
    on: date | None = None,
    days: int | None = None,
    findings: tuple[Finding, ...] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Reading:
    """The reading of one day. `on` is the last day the facts reach unless told; `days` the length of the period."""
    project, strategy = loaded.project, loaded.strategy
    sources = freshness(store)
    period = Window.ending(on or last_day(sources, today), days or project.period)
    tell("reading what was done")
    found = _with_experiments(facts(store, project, strategy), loaded, store, period.last)
    tell("measuring what happened, and weighing what moved it")
    known = weigh(loaded, store, found, period.last)
    outcomes = tuple(outcome_reading(loaded, known, found, o, period) for o in strategy.outcomes)
    by_metric = {name: k.verdicts for name, k in known.items()}
    bets = tuple(v for bet in strategy.bets for v in judge_bet(bet, found, strategy, by_metric, period.last))
    tell("listening to who said nothing")
    watched = [Watched(k.metric, k.measured, k.parts) for k in known.values() if isinstance(k.measured, Measured)]
    silent = quiet(watched, strategy, project, store, found.releases, period, by_need(found, strategy))
    eroding = silent.erosions
    fitness = (*(f for w in watched for f in w.whole.fitness), *silent.broken)
    situation = Situation(
        strategy=strategy,
        on=period.last,
        period=period,
        speed=speed(found, period),
        heading=effort(found, strategy, period, suggested(loaded, found, tell)),
        outcomes=tuple(OutcomeStanding(o.outcome, o.metric, o.now, o.parts, o.forecast, o.verdicts) for o in outcomes),
        bets=bets,
        progress=progress(found, strategy),
        releases=found.releases,
        known=project.events,
        erosions=eroding,
        fitness=fitness,
        findings=findings,
    )
    tell("weighing why, and what next")
    explanations = explain(situation)
    claimed = {o.metric for o in strategy.outcomes}
    return Reading(
        name=project.name,
        on=period.last,
        period=period,
        commit=commit(project),
        strategy=strategy,
        sources=sources,
        findings=findings,
        speed=situation.speed,
        heading=situation.heading,
        releases=found.releases,
        outcomes=outcomes,
        metrics=tuple(
            MetricReading(k.metric, now(k, period.last), parts(k, period), drawn(k, period.last, period), k.verdicts)
            for name, k in known.items()
            if name not in claimed
        ),
        bets=bets,
        erosions=eroding,
        fitness=fitness,
        explanations=explanations,
        course=course(situation, explanations),
        substitutions=substitutions(known.values(), strategy),
        quiet=silent,
        flow=flow(found, strategy, period),
    )


def between(
    loaded: Loaded, store: Store, today: date, first: date, last: date | None = None, days: int = STANDING
) -> tuple[Account, ...]:
    """What changed between two dates, metric by metric, and whose work made good what; all that is known is used.

    last  without it, up to the last day of each metric
    days  each date stands for the mean of so many days up to it; 1 for the day itself
    """
    on = last_day(freshness(store), today)
    found = _with_experiments(facts(store, loaded.project, loaded.strategy), loaded, store, on)
    known = weigh(loaded, store, found, on)
    return tuple(account(k.metric, k.answer, first, last, days, found, loaded.strategy) for k in known.values())
