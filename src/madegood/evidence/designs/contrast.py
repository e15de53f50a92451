"""Those who met a release by choice against those who did not: weak at best, and refused where they are unlike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from madegood.days import Window
from madegood.evidence.designs.design import answered
from madegood.evidence.designs.lot_fit import UNITS
from madegood.evidence.designs.lot_words import percent
from madegood.evidence.designs.randomised import shrink_trials
from madegood.evidence.model import Effect, Estimate, Interval
from madegood.numerics.contrasts import APART, adjusted, balance, e_value, partial, robustness
from madegood.numerics.trials import measured, moments
from madegood.performance.model import Trial
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.evidence.model import Answer, Question
    from madegood.numerics.contrasts import Balance
    from madegood.numerics.trials import Floats

#: Units of the others for each covariate that they are compared by: fewer, and the regression fits their noise.
FOR_EACH = 20
POWER = 0.8416  # standard errors between a bound and what is beyond it four times of five


@dataclass(frozen=True, slots=True)
class Contrasted:
    """One contrast. `robust`: what something unseen must explain to take it into the noise; `risk`: its E-value."""

    data: Interval
    se: float
    robust: float
    risk: float


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """What `contrast` keeps, in the order of the effects."""

    seen: tuple[Contrasted, ...]


class Contrast:
    """Regression on what units were before (Kline 2011), where they were alike before; never above grade D."""

    name = "contrast"

    def answers(self, question: Question) -> Answer:
        """One effect for each release that units chose, or were chosen for."""
        return answered(self.read(question))

    def read(self, question: Question) -> Answer:
        """The same, and of which releases it should have spoken and cannot."""
        metric, rope = question.metric.id, question.metric.rope
        chosen = [t for t in question.trials if isinstance(t, Trial) and not t.by_lot]
        effects: list[Effect] = []
        kept: list[Contrasted] = []
        refused: list[tuple[str, Refusal]] = []
        for trial in chosen:
            one = contrasted(trial, metric)
            if isinstance(one, Refusal):
                refused.append((trial.release, one))
            else:
                effects.append(_effect(self.name, trial, one, rope))
                kept.append(one)
        if not chosen:
            return _none(metric)
        window = Window(min(t.first for t in chosen), max(t.last for t in chosen))
        notes = tuple(
            f"{e.releases[0]}: who met it was not drawn by lot; unlike people may differ unseen" for e in effects
        )
        return Estimate(
            self.name, metric, "D", window, tuple(effects), notes, Contrasts(tuple(kept)), (), tuple(refused)
        )

    def recorded(self, estimates: Sequence[Estimate], ropes: Mapping[str, float]) -> Sequence[Estimate]:
        """The same with what all contrasts of the team say of each."""
        return shrink_trials(estimates, ropes)


def _none(metric: str) -> Refusal:
    return Refusal(
        metric,
        why="no release is known that some chose and others did not",
        until="rows of `units` with `by: choice` under `experiments:`",
    )


def contrasted(trial: Trial, metric: str) -> Contrasted | Refusal:
    """One contrast, or why it is none."""
    if not trial.covariates or not trial.covariates[0].startswith("before"):
        return Refusal(
            metric,
            why="nothing says that who met it was drawn by lot, and what they did before is not known: a naive "
            "contrast, which can be off by any amount",
            until=f"`experiments: [{{release: {trial.release}}}]` in madegood.yml if it was drawn by lot; else the "
            "same metric of each unit `before`, or the next one drawn by lot",
        )
    n, means, covariance = groups(trial)
    least = max(UNITS, FOR_EACH * (means.shape[1] - 1))
    if n.min() < least:
        return Refusal(metric, why=f"{n.min():.0f} units in its smaller group", until=f"{least} in each group")
    alike = balance(means[:, 1:], covariance[:, 1:, 1:])
    if not alike.holds:
        return _unlike(trial, alike, metric)
    told = adjusted(n, means, covariance)
    if not told.without > 3 * told.without_se or not told.se > 0:
        return Refusal(metric, why="what they would have done is not clear of zero", until="more units in each group")
    ratio = float(means[1, 0]) / told.without
    own = max(told.se**2 - told.without_se**2, 0.0)
    se = float(np.sqrt(own + told.without_se**2 * ratio**2)) / told.without
    times = float(stdtrit(told.freedom, 0.975))
    data = Interval(ratio - 1, ratio - 1 - times * se, ratio - 1 + times * se)
    t = max(abs(told.difference / told.se) - times, 0.0)
    nearest = data.low if data.low > 0 else data.high if data.high < 0 else 0.0
    return Contrasted(data, se, robustness(t, told.freedom), e_value(1 + max(nearest, -0.99)))


def groups(trial: Trial) -> tuple[Floats, Floats, Floats]:
    """n (2,), means (2, 1 + covariates) and covariances, those who did not meet it first; ratios made linear."""
    whole = trial.course[-1].sum(axis=0)
    seen = moments(np.stack([whole[0], whole[1:].sum(axis=0)]))
    if not trial.ratio:
        return seen.n, seen.means, seen.covariance
    g, slope = measured(seen.means, ratio=True)
    k = seen.means.shape[1]
    turn = np.zeros((2, k - 1, k))
    turn[:, 0, :2] = slope
    turn[:, np.arange(1, k - 1), np.arange(2, k)] = 1.0
    means = np.concatenate([g[:, None], seen.means[:, 2:]], axis=1)
    return seen.n, means, np.einsum("gij,gjk,glk->gil", turn, seen.covariance, turn)


def _unlike(trial: Trial, alike: Balance, metric: str) -> Refusal:
    """The groups differ by more than a regression can mend."""
    worst = int(np.argmax(np.abs(alike.each)))
    by = f"{trial.covariates[worst]} by {abs(float(alike.each[worst])):.2g} standard deviations"
    if abs(float(alike.each[worst])) < APART:
        by = f"all they are known by together, by {alike.apart:.2g} standard deviations"
        if alike.apart < APART:
            by = "how much they vary"
    return Refusal(
        metric,
        why="nothing says that who met it was drawn by lot, and they were unlike the others before: "
        f"{by} (the limit is {APART})",
        until="others as they were, picked from the rest, or the next one drawn by lot",
    )


def _effect(name: str, trial: Trial, one: Contrasted, rope: float) -> Effect:
    """What one contrast says, with what would undo it."""
    doubts = ["who met it was not drawn by lot, and only what is known of them was made alike"]
    serious = 1
    if one.robust > 0:
        said = (
            f"something unseen that explains {percent(one.robust)} of the rest of who met it and of what they did "
            f"would undo it (as a risk ratio, {one.risk:.2g} with both)"
        )
        strongest, by = partial(*groups(trial), trial.covariates)
        doubts.append(f"{said}; {by} explains {percent(strongest)} of one of them at least")
        if strongest >= one.robust:
            doubts.insert(1, f"something unseen no stronger than {by} would undo it")
            serious = 2
    tight = (one.data.high - one.data.mean) * 1.645 / 1.96
    return Effect(
        releases=(trial.release,),
        first=trial.first,
        last=trial.first,
        data=one.data,
        shrunk=one.data,
        mde=float((one.data.high - one.data.low) / 2 + POWER * one.se),
        up=0.0,
        down=0.0,
        days_after=(trial.last - trial.first).days + 1 if trial.days else 0,
        inside_rope=-rope < one.data.mean - tight and one.data.mean + tight < rope,
        design=name,
        grade="D",
        doubts=tuple(doubts),
        serious=serious,
        step="draw the next one by lot: an hour's work that no regression replaces",
    )
