"""What is said beside an experiment: how it was read, and what to do next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from madegood.days import say_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.evidence.designs.lot import Seen
    from madegood.performance.model import Trial

#: Covariates are worth a word when they took away this much of the variance.
WORTH = 0.05


def percent(share: float) -> str:
    """A share as people say it.

    >>> percent(0.174), percent(0.0042), percent(-0.5)
    ('17 %', '0.42 %', '-50 %')
    """
    return f"{100 * share:.2g} %"


def signed(share: float) -> str:
    """An effect as people say it.

    >>> signed(0.0561), signed(-0.12), signed(0.0)
    ('+5.6 %', '-12 %', '+0 %')
    """
    return f"{100 * share:+.2g} %" if abs(share) < 1 else f"{100 * share:+.0f} %"


def ratio_of(trial: Trial) -> str:
    """Planned shares in words."""
    return " : ".join(f"{100 * arm.share:.4g} %" for arm in trial.arms)


def basis(trial: Trial) -> str:
    """Whom it rests on: everybody who was drawn."""
    units = sum(arm.tally.n for arm in trial.arms)
    named = "people" if trial.arms[0].tally.unit == "person" else "units"
    return f"{units:,} {named}".replace(",", "\u202f")


def notes(trial: Trial, one: Seen) -> Iterator[str]:
    """How the trial was read, in words."""
    who = " : ".join(f"{arm.tally.n:,} in `{arm.name}`" for arm in trial.arms)
    yield f"{trial.release}: drawn by lot, {who}, as planned"
    if trial.days:
        yield f"{trial.release}: counted from {say_day(trial.first)} to {say_day(trial.last)}"
    yield f"{trial.release}: {_how(trial, one)}"
    if one.kept < 1 - WORTH:
        yield f"{trial.release}: what units did before took away {percent(1 - one.kept)} of the variance"
    if trial.twice:
        yield f"{trial.release}: {trial.twice:,} units in two arms are left out"
    if len(trial.strata) > 1:
        yield f"{trial.release}: {len(trial.strata)} strata, weighed by their units"
    for name, interval, p in one.arms:
        told = f"{signed(interval.mean)} ({signed(interval.low)} to {signed(interval.high)}, p {max(p, 1e-4):.2g})"
        yield f"{trial.release}, arm `{name}`: {told}; all arms' intervals hold at once"
    for said in trial.notes:
        yield f"{trial.release}: {said}"


def _how(trial: Trial, one: Seen) -> str:
    """Which looks the interval is good for."""
    if trial.reading == "fixed":
        return "its interval holds for one look, settled beforehand"
    if trial.reading == "planned":
        return f"its interval holds on each of the {trial.length} planned days; what came after them is not looked at"
    if not trial.days:
        return "its interval holds however often it was looked at (`reading: fixed` where it was looked at once)"
    if one.part > 1:
        return f"its interval holds on every day for ever; its plan was over after {trial.length or 28} days"
    return f"its interval holds on every day, and is narrowest after {trial.length or 28} days"


def next_step(trial: Trial, one: Seen) -> str:
    """The cheapest thing that would tell more: to the end of its plan, as many units again, or another trial."""
    days = (trial.last - trial.first).days + 1
    half = percent(one.mde / 2**0.5)
    if trial.days and trial.reading == "anytime" and one.part < 1:
        ready = trial.first + timedelta(days=(trial.length or 28) - 1)
        later = one.mde * min(1.19 * 1.96 / one.times, 1.0) * one.part**0.5
        return f"go on to {say_day(ready)}, the end of its plan: some {percent(later)} would show then"
    if trial.days and trial.reading == "anytime" and _still_coming(trial):
        return f"go on for as many units again, {days} days at this pace: some {half} would show"
    known = "" if trial.covariates else "; what they did before would help too"
    return f"run it again with twice as many units: some {half} would show{known}"


def _still_coming(trial: Trial) -> bool:
    """A tenth of its units came in the last quarter of its days at least."""
    n = trial.course[..., 0].sum(axis=(1, 2))
    late = [i for i, day in enumerate(trial.days) if 4 * (trial.last - day).days > (trial.last - trial.first).days]
    return bool(late) and bool(n[-1] - n[late[-1]] > 0.1 * n[-1])
