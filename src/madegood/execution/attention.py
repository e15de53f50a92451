"""How one team's attention was scattered: over how many outcomes the work in progress of each week went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.days import Window, say_day
from madegood.execution.history import OPEN
from madegood.execution.model import Spells
from madegood.execution.worked import EPOCH, closed
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.execution.family import Family
    from madegood.execution.model import Facts, Link
    from madegood.intent.model import Strategy

MAP_STARTED = (
    "map `started` in madegood.yml, or add a source of kind `states` and name its states under `active_states`"
)


@dataclass(frozen=True, slots=True)
class Attention:
    """How many outcomes one week's work went to.

    monday     the week's first day
    outcomes   how many outcomes were worked toward
    effective  as many as if all had got alike: 1 / sum of squared shares of the days in progress (Hill, Diversity and
               evenness, Ecology 54, 1973, order 2); 0 where no work served any
    aimless    share of the days in progress that served no outcome, upkeep left out
    """

    monday: date
    outcomes: int
    effective: float
    aimless: float


def mondays(window: Window) -> list[date]:
    """The first days of the weeks that lie wholly in a window."""
    first = window.first + timedelta(days=-window.first.weekday() % 7)
    weeks = ((window.last - first).days + 1) // 7
    return [first + timedelta(weeks=week) for week in range(max(weeks, 0))]


def attention(facts: Facts, family: Family, strategy: Strategy, window: Window) -> tuple[Attention, ...] | Refusal:
    """Outcomes worked toward in each whole week that saw any work."""
    item, first, last = _stretches(facts, family, window)
    if not len(item):
        return Refusal("scatter of attention", "no work item says when work on it began", MAP_STARTED)
    outcomes = {outcome.id: number for number, outcome in enumerate(strategy.outcomes)}
    served = [_serves(link, strategy, outcomes) for link in facts.links]
    found = []
    for monday in mondays(window):
        begin = monday.toordinal() - EPOCH
        days = np.clip(np.minimum(last, begin + 6) - np.maximum(first, begin) + 1, 0, None)
        if week := _week(monday, item, days, served, facts.links, len(outcomes)):
            found.append(week)
    if not found:
        span = f"from {say_day(window.first)} to {say_day(window.last)}"
        return Refusal("scatter of attention", f"no whole week {span} saw work in progress", "ask about another period")
    return tuple(found)


def _week(
    monday: date, item: Any, days: Any, served: Sequence[tuple[int, ...]], links: Sequence[Link], outcomes: int
) -> Attention | None:
    """One week; None where nothing was in progress in it."""
    by, aimless, total = np.zeros(outcomes), 0.0, 0.0
    for place, amount in zip(item[days > 0].tolist(), days[days > 0].tolist(), strict=True):
        if links[place].aim == "upkeep":
            continue
        total += amount
        for outcome in served[place]:
            by[outcome] += amount / len(served[place])
        aimless += 0.0 if served[place] else amount
    if not (days > 0).any():
        return None
    share = by / by.sum() if by.sum() else by
    effective = float(1 / (share**2).sum()) if by.sum() else 0.0
    return Attention(monday, int((by > 0).sum()), effective, aimless / total if total else 0.0)


def _stretches(facts: Facts, family: Family, window: Window) -> tuple[Any, Any, Any]:
    """(place, first day, last day) of each stretch in progress, days since 1970; those above others left out."""
    spells = facts.spells
    if spells is None or not len(spells.item):
        begun = [(p, i.started, i.done) for p, i in enumerate(facts.items) if i.started and i.started <= window.last]
        ends = [OPEN if done is None or done > window.last else done.toordinal() - EPOCH for _, _, done in begun]
        starts = np.array([started.toordinal() - EPOCH for _, started, _ in begun], dtype=np.int64)
        places = np.array([place for place, _, _ in begun], dtype=np.int64)
        spells = Spells(places, np.full(len(places), -1), starts, np.array(ends, dtype=np.int64))
    today = window.last.toordinal() - EPOCH
    known = spells.first <= today
    if not known.any():
        return spells.item[known], spells.first[known], spells.last[known]
    so_far = np.where(spells.last > today, OPEN, spells.last)
    spells = Spells(spells.item[known], spells.person[known], spells.first[known], so_far[known])
    last = closed(spells, today)
    above = np.zeros(len(facts.items), dtype=bool)
    above[[place for place in family.parent if place >= 0]] = True
    kept = (last >= spells.first) & ~above[spells.item]
    return spells.item[kept], spells.first[kept], last[kept]


def _serves(link: Link, strategy: Strategy, outcomes: Mapping[str, int]) -> tuple[int, ...]:
    """The outcomes that a link leads to."""
    names: tuple[str, ...] = (link.to,) if link.aim == "outcome" else ()
    need = link.to if link.aim == "need" else ""
    if link.aim == "bet" and (bet := strategy.bet(link.to)):
        names, need = ((bet.achieve,) if bet.achieve else ()), bet.need
    if not names and (served := strategy.need(need)):
        names = served.outcomes
    return tuple(dict.fromkeys(outcomes[name] for name in names if name in outcomes))
