"""What was settled about a trial: which arm is the control, in which shares units were to come, how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from madegood.findings import did_you_mean
from madegood.numerics.trials import values
from madegood.performance.model import Arm, Crossing, Tally, Trial
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from madegood.execution.model import Release
    from madegood.intent.model import Experiment, Project
    from madegood.performance.model import Floats

#: What people call the arm that did not meet it, where nobody says; then how such names begin.
CONTROLS = ("control", "baseline", "holdout", "off", "a", "0", "false", "none", "no", "old", "original")
BEGINNINGS = ("control", "baseline", "holdout", "no ", "no-", "no_")
#: Units found in two arms beyond this part of all are no slips any more: the draw itself is in question.
MANY_TWICE = 0.01
NO_COURSE = np.zeros((0, 1, 0, 0))


def key_of(product: str, name: str) -> str:
    """A release's key."""
    return f"{product}/{name}" if product else name


@dataclass(frozen=True, slots=True)
class Plan:
    """What was settled about one trial. `names`: arms, the control first; `shares`: of all units, in their order."""

    key: str
    names: tuple[str, ...]
    shares: tuple[float, ...]
    by_lot: bool
    reading: Literal["anytime", "planned", "fixed"]
    length: int


class Planner:
    """What madegood.yml and the releases settle, for every release that facts name."""

    def __init__(self, project: Project, releases: Sequence[Release]) -> None:
        self._said = {e.release: e for e in project.experiments}
        self._releases = {r.key: r for r in releases}
        ids = [r.id for r in releases]
        self._only = {r.id: r.key for r in releases if ids.count(r.id) == 1}

    def key(self, product: str, name: str) -> str:
        """The key of the release that facts mean."""
        key = key_of(product, name)
        return key if key in self._releases or product else self._only.get(name, key)

    def said(self, key: str, name: str) -> Experiment | None:
        """What madegood.yml says of it."""
        return self._said.get(key) or self._said.get(name)

    def by_lot(self, key: str, name: str) -> bool:
        """Drawn by lot: as madegood.yml says, else as the list of releases says."""
        said, release = self.said(key, name), self._releases.get(key)
        return said.by == "lot" if said else bool(release and release.randomised)

    def plan(self, key: str, name: str, arms: Sequence[str]) -> Plan | Refusal:
        """What was settled about a trial whose facts name these arms."""
        said = self.said(key, name)
        shares = dict(said.shares) if said else {}
        found = list(dict.fromkeys([*shares, *sorted(arms)])) if shares else sorted(set(arms))
        control = said.control if said and said.control else guessed(found)
        if control not in found:
            return _no_control(key, name, control, found)
        strange = [arm for arm in arms if shares and arm not in shares]
        if strange:
            until = f"a planned share for it under `shares` of `{name}`, or rows of its planned arms only"
            return Refusal(
                key, why=f"units came to the arm `{strange[0]}`, for which no share was planned", until=until
            )
        names = (control, *(arm for arm in found if arm != control))
        if len(names) < 2:
            return Refusal(
                key, why=f"only the arm `{control}` is known", until="rows of those who met it and of those who did not"
            )
        return Plan(
            key,
            names,
            tuple(shares.get(arm, 1 / len(names)) for arm in names),
            self.by_lot(key, name),
            said.reading if said else "anytime",
            said.days if said else 0,
        )


def guessed(arms: Sequence[str]) -> str:
    """The arm that is the control by its name; empty where none is called so.

    >>> guessed(["blue", "Control"]), guessed(["Mens E-Mail", "No E-Mail"]), guessed(["red", "blue"])
    ('Control', 'No E-Mail', '')
    """
    plain = {arm.strip().lower(): arm for arm in arms}
    exact = next((plain[name] for name in CONTROLS if name in plain), "")
    return exact or next((arm for low, arm in plain.items() if low.startswith(BEGINNINGS)), "")


def _no_control(key: str, name: str, control: str, arms: Sequence[str]) -> Refusal:
    listed = ", ".join(f"`{arm}`" for arm in arms[:6])
    if control:
        why = f"no unit is in the control `{control}`; the arms are {listed}.{did_you_mean(control, arms)}"
        return Refusal(key, why=why, until=f"the control of `{name}` as the facts spell it, under `experiments:`")
    why = f"none of its arms ({listed}) is called a control"
    return Refusal(key, why=why, until=f"`experiments: [{{release: {name}, control: {arms[0]}}}]` in madegood.yml")


def build(
    plan: Plan,
    metric: str,
    course: Floats,
    days: tuple[date, ...],
    first: date,
    last: date,
    *,
    ratio: bool = False,
    binomial: bool = False,
    strata: tuple[str, ...] = ("",),
    covariates: tuple[str, ...] = (),
    halves: Floats | None = None,
    each: int = 0,
    heaviest: float = 0.0,
    twice: int = 0,
    crossings: tuple[Crossing, ...] = (),
    notes: tuple[str, ...] = (),
) -> Trial:
    """A trial from its course (looks, strata, arms, columns), arms in the order of the plan."""
    k = values(course.shape[-1])
    whole = course[-1].sum(axis=0)
    arms = tuple(
        Arm(name, Tally("unit", int(row[0]), tuple(row[1 : 1 + k].tolist()), tuple(row[1 + k :].tolist())), share)
        for name, share, row in zip(plan.names, plan.shares, whole, strict=True)
    )
    return Trial(
        plan.key,
        metric,
        first,
        last,
        plan.by_lot,
        plan.names[0],
        arms,
        ratio,
        binomial,
        strata,
        days,
        course,
        covariates,
        halves,
        each,
        heaviest,
        twice,
        plan.reading,
        plan.length,
        crossings,
        notes,
    )
