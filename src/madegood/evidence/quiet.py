"""What nobody said, all of it: what eroded, what would have been noticed, who left, what the silent would answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window
from madegood.evidence.adoption import adoptions
from madegood.evidence.asked import asked
from madegood.evidence.attrition import Attrition, attrition
from madegood.evidence.coincidence import coincidences
from madegood.evidence.contracts import contracts
from madegood.evidence.erosion import YOUNG, erosions
from madegood.evidence.failure import failure_cost
from madegood.evidence.leavers import leavers
from madegood.evidence.mix import Mixed, mix
from madegood.evidence.noticeable import noticeable
from madegood.evidence.question import candidates, controls
from madegood.evidence.said import said_in
from madegood.evidence.trust import trust
from madegood.performance.broken import one_alone
from madegood.performance.model import Measured
from madegood.performance.versions import versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from madegood.engine.store import Store
    from madegood.evidence.adoption import Adoption
    from madegood.evidence.coincidence import Coincidence
    from madegood.evidence.contracts import Contracts
    from madegood.evidence.failure import FailureCost
    from madegood.evidence.leavers import Leavers
    from madegood.evidence.model import Erosion
    from madegood.evidence.noticeable import Noticeable
    from madegood.evidence.said import Said
    from madegood.evidence.survey_told import Survey
    from madegood.evidence.trust import Trust
    from madegood.execution.model import Release
    from madegood.intent.model import Metric, Project, Strategy
    from madegood.performance.model import Fitness, Series
    from madegood.refusal import Refusal

#: Days on either side of a rollout in which a step of one segment alone is its doing, or may be.
NEAR = 7


@dataclass(frozen=True, slots=True)
class Watched:
    """One metric with its segments, as it is watched: the whole first."""

    metric: Metric
    whole: Measured
    parts: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Everything that nobody said.

    erosions    drift for the worse that lasted, of metrics and of their segments
    near        for each of them what lies near its onset, and how surprising that is
    noticeable  for each metric the smallest erosion that would be noticed
    mixed       rates whose total says something else than their parts
    broken      steps of one segment alone: did tracking break?
    attrition   customers who left without a word; empty where nothing is known of single customers
    leavers     what those have in common who leave faster than before
    surveys     every survey, wave by wave: the period before, and this one
    trust       None: no signals of it are named
    contracts   of contracts that run, how many will end; one for each length
    failures    what attempts that fail cost in coming back
    adoption    how each release was taken up; None: no metric of versions is named
    said        what texts say of each need
    """

    erosions: tuple[Erosion, ...] = ()
    near: tuple[tuple[Coincidence, ...], ...] = ()
    noticeable: tuple[Noticeable | Refusal, ...] = ()
    mixed: tuple[Mixed, ...] = ()
    broken: tuple[Fitness, ...] = ()
    attrition: tuple[Attrition | Refusal, ...] = ()
    leavers: tuple[Leavers, ...] = ()
    surveys: tuple[Survey | Refusal, ...] = ()
    trust: Trust | Refusal | None = None
    contracts: tuple[Contracts | Refusal, ...] = ()
    failures: tuple[FailureCost | Refusal, ...] = ()
    adoption: tuple[Adoption, ...] | Refusal | None = None
    said: tuple[Said | Refusal, ...] = ()


def quiet(
    watched: Sequence[Watched],
    strategy: Strategy,
    project: Project,
    store: Store,
    releases: Sequence[Release],
    period: Window,
    needs: Mapping[str, Sequence[Release]] | None = None,
) -> Quiet:
    """All of it, as of the last day of a period; `needs`: the releases that carried work for each of them."""
    held = {w.metric.id: w.whole for w in watched}
    among = sum(1 + len(w.parts) + bool(controls(w.metric, strategy, held)) for w in watched)
    on, known, holidays = period.last, project.events, project.holidays
    found: list[Erosion] = []
    near: list[tuple[Coincidence, ...]] = []
    broken: list[Fitness] = []
    for w in watched:
        touching = candidates(w.metric, releases)
        steps = tuple(f for f in one_alone(w.parts) if not _rolled_out(f, touching))
        broken += steps
        own = (p for p in _of_its_own(w, watched) if len(p.series.values) >= 7 * YOUNG)
        for one in (w.whole, *own):
            beside = controls(w.metric, strategy, held) if one is w.whole else ()
            eroded = erosions(w.metric, one, touching, known, on, holidays, among, beside)
            part = "" if one is w.whole else one.series.segment
            found += (replace(e, segment=part) for e in eroded)
            span = Window(one.series.first, max(one.series.first, min(one.series.last, on)))
            near += (coincidences(e, span, touching, known, _appeared(w), needs) for e in eroded)
    mixes = (mix(w.metric, w.parts, on) for w in watched if w.parts)
    zone = project.timezone
    gone = _gone(strategy, store, period, zone)
    return Quiet(
        erosions=tuple(found),
        near=tuple(near),
        noticeable=tuple(noticeable(w.metric, w.whole, known, on, holidays, among) for w in watched),
        mixed=tuple(m for m in mixes if isinstance(m, Mixed) and m.says),
        broken=tuple(broken),
        attrition=tuple(a for _, a in gone),
        leavers=tuple(x for m, a in gone if isinstance(a, Attrition) for x in leavers(m, a, store, zone)),
        surveys=asked(project, store, period),
        trust=_trust(watched, project, on),
        contracts=contracts(store, on),
        failures=tuple(failure_cost(store, f.event, on, f.used, f.within, zone) for f in project.failures),
        adoption=_adoption(strategy, project, store, on),
        said=said_in(project, strategy.needs, on),
    )


def _appeared(w: Watched) -> dict[str, list[date]]:
    """The day on which each segment was first counted, of those that came later than the metric itself."""
    days = {p.series.segment: _begins(p.series) for p in w.parts}
    since = _begins(w.whole.series)
    return {name: [day] for name, day in days.items() if day and since and (day - since).days > NEAR}


def _begins(series: Series) -> date | None:
    """The first day with anything counted."""
    there = np.flatnonzero(np.nan_to_num(series.values) > 0)
    return series.day(there[0]) if there.size else None


def _rolled_out(step: Fitness, releases: Sequence[Release]) -> bool:
    """Whether something reached some customers before others near that day."""
    days = [r.day for release in releases for r in release.rollouts]
    return any(abs((day - step.first).days) <= NEAR for day in days)


def _of_its_own(watched: Watched, all_of: Sequence[Watched]) -> tuple[Measured, ...]:
    """Segments that no metric of the strategy stands for already."""
    m = watched.metric
    stated = {o.metric.segment for o in all_of if (o.metric.kind, o.metric.event) == (m.kind, m.event)}
    return tuple(p for p in watched.parts if p.series.segment not in stated)


def _trust(watched: Sequence[Watched], project: Project, on: date) -> Trust | Refusal | None:
    """The index of the metrics that are named as signs of trust, those that can be read."""
    if not project.trust:
        return None
    return trust([(w.metric, w.whole) for w in watched if w.metric.id in project.trust], on, project.events)


def _adoption(strategy: Strategy, project: Project, store: Store, on: date) -> tuple[Adoption, ...] | Refusal | None:
    """Releases by the segments of the metric that is named for them."""
    metric = strategy.metric(project.versions) if project.versions else None
    if not metric:
        return None
    found = versions(metric, store, on)
    if len(found) > 1:
        return adoptions(found, on)
    until = "a daily source of how many have each version, one segment a version"
    return Refusal("adoption", f"`{metric.id}` has fewer than two segments", until)


def _gone(strategy: Strategy, store: Store, period: Window, zone: str) -> list[tuple[Metric, Attrition | Refusal]]:
    """Who left, by the first metric of people who are active that is whole: of no segment and no filter."""
    if not store.has("events"):
        return []
    active = (m for m in strategy.metrics if m.kind == "active" and not m.segment and not m.where)
    return [(m, attrition(m, store, period.last, zone)) for m in [next(active, None)] if m]
