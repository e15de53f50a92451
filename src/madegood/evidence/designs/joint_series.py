"""One daily series without controls: every release of a stretch estimated jointly against a wandering level."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import say_day
from madegood.evidence.calendar import TURN
from madegood.evidence.fitted import fitted
from madegood.evidence.model import Effect, Estimate, Interval
from madegood.evidence.notes import notes
from madegood.evidence.question import begins, settles
from madegood.evidence.stretch import Detail, Left, Model, Stretch, length, starts
from madegood.evidence.usable import Usable, usable
from madegood.numerics.groups import alone, gather
from madegood.numerics.joint import detectable, instead, quantile
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from madegood.evidence.model import Answer, Grade, Question
    from madegood.execution.model import Release
    from madegood.numerics.statespace import Floats

#: Known days on both sides of a release before it is spoken of: two of every weekday. The median smallest effect that
#: could be seen was 17.4 % with 14 days after, 17.2 % with 28, 16.7 % with 84: further waiting hardly helps.
READABLE = 14
#: Days in which a slow effect builds up: as long as the windows that standings are means of.
SLOW = 28
#: Effects beyond this are no one's "nothing much": margins and what would kill a bet are smaller as a rule.
SMALL = 0.05


class JointSeries:
    """Interrupted time series with a level that wandered anyway (Harvey 1989), calibrated on placebo dates."""

    name = "joint series"

    def answers(self, question: Question) -> Answer:
        """Effects of every release in the usable part, before the team's track record."""
        part = usable(question)
        if isinstance(part, Refusal):
            return part
        homes = _homes(question, part)
        wanted = sorted({homes[r.key] for r in question.releases if r.key in homes} | {0})
        begun = starts(len(part.values), part.every)
        stretches = tuple(fitted(question, part, begun[i]) for i in wanted)
        effects: list[Effect] = []
        details: list[Detail] = []
        where: list[tuple[int, int]] = []
        for place, (number, stretch) in enumerate(zip(wanted, stretches, strict=True)):
            known = totals(stretch)
            single = alone(known[1]) if stretch.runs else np.zeros(0)
            for i, run in enumerate(stretch.runs):
                members = [r for column in run for r in stretch.columns.carried[column]]
                if homes.get(members[len(members) // 2].key) == number:
                    effect, detail = _effect(question, stretch, i, members, known, float(single[i]))
                    effects.append(effect)
                    details.append(detail)
                    where.append((place, i))
        order = sorted(range(len(effects)), key=lambda i: (effects[i].first, effects[i].releases))
        told = {key for e in effects for key in e.releases}
        return Estimate(
            design=self.name,
            metric=question.metric.id,
            grade=_grade(part, stretches),
            window=part.window,
            effects=tuple(effects[i] for i in order),
            notes=notes(question, part, stretches),
            model=Model(
                part,
                stretches,
                tuple(details[i] for i in order),
                _left(question, part, told),
                tuple(where[i] for i in order),
            ),
        )


def _homes(question: Question, part: Usable) -> dict[str, int]:
    """The stretch in which each release has the most known readings on its shorter side, by key."""
    begun, long = starts(len(part.values), part.every), length(part.every)
    known = np.concatenate([[0], np.cumsum(np.isfinite(part.values))])
    out = {}
    for release in question.releases:
        at = part.at(begins(release, question.measured.series.segment))
        sides = [
            min(known[at] - known[s], known[min(s + long, len(part.values))] - known[at])
            if s < at < min(s + long, len(part.values))
            else 0
            for s in begun
        ]
        if max(sides) > 0:
            out[release.key] = int(np.argmax(sides))
    return out


def totals(stretch: Stretch) -> tuple[Floats, Floats]:
    """Estimate and calibrated covariance of the sum of each run."""
    total = gather([list(run) for run in stretch.runs], len(stretch.joint.beta))
    return total @ stretch.joint.beta, total @ stretch.joint.covariance @ total.T


def _effect(
    question: Question, stretch: Stretch, i: int, members: Sequence[Release], sums: tuple[Floats, Floats], single: float
) -> tuple[Effect, Detail]:
    """What is known of one run, from the data alone: chances and `shrunk` wait for the track record.

    sums    `totals` of the stretch
    single  its standard error if all other runs were known
    """
    beta, covariance = sums
    part, segment = stretch.usable, question.measured.series.segment
    b, se = float(beta[i]), float(np.sqrt(covariance[i, i]))
    share = part.scale.share
    data = Interval(*(float(share(b + k * quantile(0.95) * se)) for k in (0, -1, 1)))
    low, high = part.scale.bounds(question.metric.rope)
    certain = _certain(stretch, i, b, se)
    last = max(settles(r, segment) for r in members)
    x = stretch.columns.effects[:, list(stretch.runs[i])]
    known = np.isfinite(stretch.z)
    effect = Effect(
        releases=stretch.keys(stretch.runs[i]),
        first=min(begins(r, segment) for r in members),
        last=last,
        data=data,
        shrunk=data,
        mde=float(share(detectable() * se)),
        grade="B" if stretch.narrower else "C",
        up=0.0,
        down=0.0,
        days_after=_days_after(question, part, last),
        inside_rope=certain is not None and low < certain[0] and certain[1] < high,
        certain=(float(share(certain[0])), float(share(certain[1]))) if certain else None,
    )
    detail = Detail(
        unrest=float(stretch.joint.unrest[list(stretch.runs[i])].max()),
        alone=single,
        se=se,
        before=int((known & (x.max(axis=1) <= 0)).sum()) * part.apart,
        model=tuple(stretch.joint.noise.models[0].tolist()),
        noise=float(np.sqrt(stretch.joint.s2)),
    )
    return effect, detail


def _certain(stretch: Stretch, i: int, b: float, se: float) -> tuple[float, float] | None:
    """90 % bounds, working scale, that hold for a step and for an effect that builds up over four weeks as well.

    Where the level follows every reading (a stock, a running average) a step is only what happened overnight, and is
    known to a hair; a slow effect is not, and whoever says that nothing much happened speaks of both. None for groups,
    and where the step alone may be larger than anything that is called small.
    """
    step = quantile(0.90) * se
    if len(stretch.runs[i]) > 1 or abs(b) + step > SMALL:
        return None
    k, cols = stretch.runs[i][0], stretch.columns
    span = SLOW // stretch.usable.every
    total = np.cumsum(np.concatenate([np.zeros(span), cols.effects[:, k]]))
    shape = (total[span:] - total[:-span]) / span
    slow, error = instead(stretch.joint, stretch.z, cols.nuisance, cols.effects, k, shape, cols.curves)
    wide = quantile(0.90) * error
    return min(b - step, slow - wide), max(b + step, slow + wide)


def _days_after(question: Question, part: Usable, day: date) -> int:
    """Known days from a day on, up to the day of asking; a metric read once a week is known for seven days each."""
    series = question.measured.series
    values = series.values[max(series.at(day), 0) : max(series.at(question.on) + 1, 0)]
    return int(np.isfinite(values).sum()) * (part.apart if part.every == 1 else 1)


def _left(question: Question, part: Usable, told: set[str]) -> tuple[Left, ...]:
    """Releases outside the usable part, those of one day together, with the reason."""
    by_day: dict[date, list[Release]] = {}
    for release in question.releases:
        if release.key not in told:
            by_day.setdefault(begins(release, question.measured.series.segment), []).append(release)
    out = []
    for day, releases in by_day.items():
        late = day > part.last - timedelta(days=max(part.every, len(TURN))) and not part.because
        early = late and day + timedelta(days=READABLE) > question.on
        out.append(Left(tuple(r.key for r in releases), day, early, _why(question, part, day, late)))
    return tuple(out)


def _why(question: Question, part: Usable, day: date, late: bool) -> Refusal:
    """Why a release of that day says nothing."""
    label = question.metric.label
    if late:
        ready = day + timedelta(days=READABLE)
        until = f"readable from {say_day(ready)}, with {READABLE} days after it"
        if ready <= question.on:
            until = f"newer days of {label}, up to {say_day(ready)} at least"
        return Refusal(question.metric.id, why=f"the last day of {label} is {say_day(part.last)}", until=until)
    if part.because:
        return Refusal(
            question.metric.id,
            why=f"{label} can be read only{part.because}",
            until="a count of it made in one way on both sides of the release",
        )
    if day <= part.first:
        return Refusal(
            question.metric.id,
            why=f"{label} begins on {say_day(part.first)}, so nothing is known of it before the release",
            until=f"older days of {label}, at least {READABLE} before {say_day(day)}",
        )
    return Refusal(
        question.metric.id,
        why=f"no day of {label} is known between it and its neighbours, or no one met it",
        until="days without gaps around the release, or its rollouts",
    )


def _grade(part: Usable, stretches: Sequence[Stretch]) -> Grade:
    """One series is C at best, B with controls that carry; a short or broken one is D."""
    missing = 1 - float(np.isfinite(part.values).sum()) * part.apart / (len(part.values) * part.every)
    if len(part.values) * part.every < 112 or missing > 0.2:
        return "D"
    return "B" if all(s.narrower for s in stretches) else "C"
