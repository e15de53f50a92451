"""Releases that reached some segments earlier than others, or never: those reached against those not yet reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.designs.design import answered
from madegood.evidence.designs.randomised import shrink_trials
from madegood.evidence.designs.staged_plan import panel, plans, unnamed
from madegood.evidence.designs.staged_starts import WEEK, starts_of
from madegood.evidence.designs.staged_words import doubts, next_step, notes, some, why_none
from madegood.evidence.model import Effect, Estimate, Interval
from madegood.numerics.shifted import FEWEST, SHARED, shifted
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.designs.staged_plan import Panel, Plan
    from madegood.evidence.designs.staged_starts import Reached
    from madegood.evidence.model import Answer, Question
    from madegood.numerics.shifted import Shifted

#: Weeks after a start that its effect is the mean of: as many as the others stay untouched, up to four.
AFTER = (4, 3, 2, 1)
#: Weeks before a start that it is compared with; which of them, its placebos say.
BEFORE = (2, 4, 8)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One plan as it was read: `data` and `se` are shares, `before` and `after` days."""

    plan: Plan
    reached: tuple[Reached, ...]
    told: Shifted
    before: int
    after: int
    data: Interval
    se: float


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What `staged` keeps: what was read of each plan, in the order of the effects."""

    panel: Panel
    seen: tuple[Step, ...]


class Staged:
    """Difference in differences by the segments' own days; its error is that of the same plan at earlier days."""

    name = "staged"

    def answers(self, question: Question) -> Answer:
        """One effect for each release, or releases with one plan, that reached some segments before others."""
        return answered(self.read(question))

    def read(self, question: Question) -> Answer:
        """The same, and of which releases it should have spoken and cannot."""
        metric = question.metric.id
        seen = panel(question)
        if isinstance(seen, Refusal):
            return seen
        every = plans(question, seen)
        read: list[Step] = []
        refused: list[tuple[str, Refusal]] = []
        for plan in every:
            one = stepped(metric, seen, plan, [p for p in every if p is not plan])
            if isinstance(one, Refusal):
                refused += [(r.key, one) for r in plan.releases]
            else:
                read.append(one)
        if not read and not refused:
            return _none(metric)
        effects = tuple(_effect(self.name, question, seen, one) for one in read)
        said = tuple(dict.fromkeys([*(n for one in read for n in notes(one, _unnamed(seen, one))), *seen.left]))
        return Estimate(
            self.name, metric, "B", seen.window, effects, said, Steps(seen, tuple(read)), (), tuple(refused)
        )

    def recorded(self, estimates: Sequence[Estimate], ropes: Mapping[str, float]) -> Sequence[Estimate]:
        """The same with what all staged releases of the team say of each."""
        return shrink_trials(estimates, ropes)


def _none(metric: str) -> Refusal:
    return Refusal(
        metric,
        why="every release reached all segments on the same day",
        until="the next one in some segments two weeks or more before the others, with its `rollouts` as a source",
    )


def stepped(metric: str, seen: Panel, plan: Plan, rest: Sequence[Plan]) -> Step | Refusal:
    """One plan read over as many weeks after as can be, against as many before as serve best; or why it cannot be."""
    for weeks in AFTER:
        reached = starts_of(seen, plan, rest, weeks * WEEK)
        if not reached:
            continue
        each = reached[0].every
        after = weeks * WEEK // each
        tried = [(b, shifted([r.start for r in reached], b * WEEK // each, after)) for b in BEFORE]
        good = [(b, told) for b, told in tried if told is not None]
        if good:
            before, told = min(good, key=lambda bt: np.ptp(bt[1].interval(0.95)))
            return _step(plan, tuple(reached), told, before * WEEK, weeks * WEEK)
    fewest = int(np.ceil(FEWEST * SHARED * (BEFORE[0] + AFTER[-1]) * WEEK / 2)) + (BEFORE[0] + AFTER[-1]) * WEEK
    return Refusal(metric, *why_none(seen, plan, rest, fewest))


def _step(plan: Plan, reached: tuple[Reached, ...], told: Shifted, before: int, after: int) -> Step:
    low, high = np.expm1(told.interval(0.95))
    mean = float(np.expm1(told.effect))
    return Step(plan, reached, told, before, after, Interval(mean, float(low), float(high)), told.se * (1 + mean))


def _effect(name: str, question: Question, seen: Panel, one: Step) -> Effect:
    """What one plan says, from its data alone."""
    rope = question.metric.rope
    low, high = (float(x) for x in np.expm1(one.told.interval(0.90)))
    first, last = (seen.window.first + timedelta(days=one.reached[i].day) for i in (0, -1))
    serious, others = doubts(question, seen, one)
    return Effect(
        releases=tuple(r.key for r in one.plan.releases),
        first=first,
        last=last,
        data=one.data,
        shrunk=one.data,
        mde=float(np.expm1(one.told.detectable())),
        up=0.0,
        down=0.0,
        days_after=(seen.window.last - first).days + 1,
        inside_rope=-rope < low and high < rope,
        design=name,
        grade="B",
        doubts=(*serious, *others),
        serious=len(serious),
        step=next_step(seen, one),
        basis=_basis(one),
        certain=(low, high),
    )


def _unnamed(seen: Panel, one: Step) -> list[str]:
    """Segments that count as untouched because no rollout of its releases names them."""
    names = tuple(s.name for s in seen.segments)
    return [n for r in one.plan.releases for n in unnamed(r, names)]


def _basis(one: Step) -> str:
    """Whom it rests on, as a page says it."""
    mine = list(dict.fromkeys(n for r in one.reached for n in r.segments))
    others = list(dict.fromkeys(n for r in one.reached for n in r.others if n not in mine))
    later = list(dict.fromkeys(n for r in one.reached for n in r.others))
    return f"{some(mine)} before {some(others or later)}"
