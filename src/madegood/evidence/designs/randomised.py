"""Releases whose units were drawn by lot: the arms against each other, however often anyone looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window
from madegood.evidence.designs.design import answered
from madegood.evidence.designs.lot import Seen, bounds, ended, pooled, seen
from madegood.evidence.designs.lot_doubts import doubts
from madegood.evidence.designs.lot_fit import Neighbours, odd_sample, too_few
from madegood.evidence.designs.lot_words import basis, next_step, notes
from madegood.evidence.model import Effect, Estimate, Interval
from madegood.numerics.effect_sizes import logs, posterior, weights
from madegood.performance.model import Trial
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.model import Answer, Question


@dataclass(frozen=True, slots=True, eq=False)
class Lots:
    """What `randomised` keeps: what was seen of each trial, in the order of the effects."""

    seen: tuple[Seen, ...]


class Randomised:
    """Difference between arms drawn by lot, as a share of the control; intervals hold at every look."""

    name = "randomised"

    def answers(self, question: Question) -> Answer:
        """One effect for each release that was drawn by lot: those who met it against those who did not."""
        return answered(self.read(question))

    def read(self, question: Question) -> Answer:
        """The same, and of which releases it should have spoken and cannot."""
        return estimate(self.name, question.metric.id, question.metric.rope, question.trials, question)

    def recorded(self, estimates: Sequence[Estimate], ropes: Mapping[str, float]) -> Sequence[Estimate]:
        """The same with what all experiments of the team say of each."""
        return shrink_trials(estimates, ropes)


def estimate(
    name: str, metric: str, rope: float, trials: Sequence[Trial | Refusal], question: Question
) -> Estimate | Refusal:
    """Every trial by lot read out."""
    effects: list[Effect] = []
    kept: list[Seen] = []
    said: list[str] = []
    refused: list[tuple[str, Refusal]] = [(t.asked, t) for t in trials if isinstance(t, Refusal)]
    drawn = [t for t in trials if isinstance(t, Trial) and t.by_lot]
    fit = []
    for trial in drawn:
        wrong = odd_sample(trial, metric) or too_few(trial, metric)
        if wrong:
            refused.append((trial.release, wrong))
        else:
            fit.append(ended(trial))
    among = Neighbours(drawn)
    for trial, bound in zip(fit, bounds([(trial, pooled(trial)) for trial in fit]), strict=True):
        one = seen(trial, rope, metric, bound)
        if isinstance(one, Refusal):
            refused.append((trial.release, one))
            continue
        effects.append(_effect(name, trial, one, question, among.odd(trial)))
        kept.append(one)
        said += notes(trial, one)
    if not effects and not refused:
        return _none(metric)
    window = Window(
        min((t.first for t in drawn), default=question.on), max((t.last for t in drawn), default=question.on)
    )
    return Estimate(
        name, metric, "A", window, tuple(effects), tuple(dict.fromkeys(said)), Lots(tuple(kept)), (), tuple(refused)
    )


def _none(metric: str) -> Refusal:
    return Refusal(
        metric,
        why="no release was given to some and kept from others by lot",
        until="a release drawn by lot, with its `exposures`, `arms` or `units` as a source",
    )


def _effect(name: str, trial: Trial, one: Seen, question: Question, among: str) -> Effect:
    """What one trial says, from its data alone; `among`: what is wrong with trials of the same days."""
    serious, others = doubts(trial, one)
    serious = (*serious, among) if among else serious
    days = (min(trial.last, question.on) - trial.first).days + 1 if trial.days else 0
    return Effect(
        releases=(trial.release,),
        first=trial.first,
        last=trial.first,
        data=one.data,
        shrunk=one.data,
        mde=one.mde,
        up=0.0,
        down=0.0,
        days_after=days,
        inside_rope=one.inside,
        design=name,
        grade="A",
        doubts=(*serious, *others),
        serious=len(serious),
        step=next_step(trial, one),
        basis=basis(trial),
    )


def shrink_trials(estimates: Sequence[Estimate], ropes: Mapping[str, float]) -> tuple[Estimate, ...]:
    """`shrunk`, `up` and `down` of every effect, in the light of all experiments; `ropes`: by metric.

    Looking early does not bend them: what is learnt of sizes does not depend on when one stopped.
    """
    each = [(i, k) for i, e in enumerate(estimates) for k in range(len(e.effects))]
    if not each:
        return tuple(estimates)
    kept = [estimates[i].model.seen[k] for i, k in each]
    mean, se = logs(np.array([s.data.mean for s in kept]), np.array([s.se for s in kept]))
    rope = np.array([ropes.get(estimates[i].metric, 0.0) for i, _ in each])
    told = posterior(mean, se, weights(mean, se), rope)
    out = [list(e.effects) for e in estimates]
    for n, (i, k) in enumerate(each):
        shrunk = Interval(float(told.mean[n]), float(told.low[n]), float(told.high[n]))
        out[i][k] = replace(out[i][k], shrunk=shrunk, up=float(told.up[n]), down=float(told.down[n]))
    return tuple(replace(e, effects=tuple(effects)) for e, effects in zip(estimates, out, strict=True))
