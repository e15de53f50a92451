"""Whether a trial by lot may be read at all: units in the planned shares, and enough of them that did it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.designs.lot_words import ratio_of
from madegood.numerics.sample_ratio import e_value, p_value
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.performance.model import Tally, Trial

#: Sample ratios that stop a reading: an e-value, or for one look a p-value (Fabijan et al. 2019, KDD, use .0005).
ODD, ODD_ONCE = 1000.0, 0.0005
#: Units in an arm, who did it in an arm, and the control's mean over its standard error. With 10 successes a Fieller
#: interval of 1.96, 3 and 4 standard errors is left 1.03, .7 and .2 times as often as it should (benchmarks/
#: experiments.md); with fewer it has no end too often.
UNITS, FEWEST, CLEAR = 30, 10, 10**0.5
#: Trials of the same weeks: so many of them at least, and such a part, came in odd shares before one doubts the rest.
NEAR, ODD_NEAR, ODD_PART = 7, 2, 0.1


def odd_sample(trial: Trial, metric: str) -> Refusal | None:
    """A refusal where units did not come in the planned shares: nothing else about the trial can be believed then."""
    counts = np.array([[arm.tally.n for arm in trial.arms]], float)
    shares = np.array([[arm.share for arm in trial.arms]])
    rare = chance(trial)
    one_look = trial.reading == "fixed" or not trial.days
    if float(e_value(counts, shares)[0]) < ODD and not (one_look and rare < ODD_ONCE):
        return None
    came = " : ".join(f"{arm.tally.n:,}" for arm in trial.arms)
    rarely = "less than one in a billion" if rare < 1e-9 else f"one in {1 / rare:,.0f}"
    parts = ", ".join(f"{arm.name}: {arm.tally.n}" for arm in trial.arms)
    return Refusal(
        metric,
        why=f"units came to its arms as {came} where {ratio_of(trial)} was planned ({rarely} by chance): "
        "the draw, or the counting of who was drawn, is broken",
        until=f"that fault found; or, if other shares were planned, `shares: {{{parts}}}` as planned under "
        f"`experiments:` of {trial.release}",
    )


def too_few(trial: Trial, metric: str) -> Refusal | None:
    """A refusal where an arm has too few units, or too few of them did it or could have."""
    smallest = min(trial.arms, key=lambda arm: arm.tally.n)
    if smallest.tally.n < UNITS:
        why = f"{smallest.tally.n} units are in its arm `{smallest.name}`"
        return Refusal(metric, why=why, until=f"{UNITS} in each arm")
    control = trial.arms[0]
    if counted(trial):
        did, not_ = control.tally.sums[0], sum(arm.tally.n - arm.tally.sums[0] for arm in trial.arms)
        if did < FEWEST:
            return Refusal(
                metric, why=f"{did:.0f} in the control `{control.name}` did it", until=f"{FEWEST} at least, for a share"
            )
        if not_ < FEWEST:
            return Refusal(metric, why=f"all units but {not_:.0f} did it", until=f"{FEWEST} that did not")
        return None
    for value, least, what in ((1, UNITS, "could have done it"), (0, FEWEST, "did it")):
        if value and not trial.ratio:
            continue
        arm = min(trial.arms, key=lambda a: alike(a.tally, value))
        if alike(arm.tally, value) < least:
            few = alike(arm.tally, value)
            why = f"too few units in its arm `{arm.name}` {what}: as good as {few:.0f} that count alike"
            return Refusal(metric, why=why, until=f"{least} in each arm")
    return None


def alike(tally: Tally, value: int) -> float:
    """How many units of one size would weigh as much as these: (sum)^2 / sum of squares (Kish 1965).

    >>> from madegood.performance.model import Tally
    >>> alike(Tally("unit", 100, (10.0,), (10.0,)), 0), alike(Tally("unit", 100, (10.0,), (82.0,)), 0)
    (10.0, 1.2195121951219512)
    """
    k = len(tally.sums)
    squares = tally.products[value * k - value * (value - 1) // 2]
    return tally.sums[value] ** 2 / squares if squares > 0 else 0.0


def counted(trial: Trial) -> bool:
    """Every unit did it or did not: its sum is its sum of squares."""
    tallies = [arm.tally for arm in trial.arms]
    return not trial.ratio and all(t.sums[0] == t.products[0] and 0 <= t.sums[0] <= t.n for t in tallies)


class Neighbours:
    """Which of a metric's trials came in odd shares, and when: a fault of the draw rarely comes alone."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        dated = [t for t in trials if t.days]
        self._first = np.array([t.first.toordinal() for t in dated])
        self._last = np.array([t.last.toordinal() for t in dated])
        self._odd = np.array([chance(t) < ODD_ONCE for t in dated], bool)

    def odd(self, trial: Trial) -> str:
        """What to say of the others within a week of it; empty where they are in order."""
        if not trial.days or not self._odd.any():
            return ""
        first, last = ((day + timedelta(days=by)).toordinal() for day, by in ((trial.first, -NEAR), (trial.last, NEAR)))
        near = (self._first <= last) & (self._last >= first)
        odd, count = int(self._odd[near].sum()), int(near.sum())
        if odd < ODD_NEAR or odd < ODD_PART * count:
            return ""
        return f"{odd} of {count} trials of the same weeks came in odd shares: the draw was broken then"


def chance(trial: Trial) -> float:
    """How often shares as odd as these, or odder, come by chance."""
    counts = np.array([[arm.tally.n for arm in trial.arms]], float)
    return float(p_value(counts, np.array([[arm.share for arm in trial.arms]]))[0])
