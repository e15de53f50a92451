"""One daily series without controls: every release of a stretch estimated jointly against a wandering level."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import Window, say_day
from madegood.evidence.model import Effect, Estimate, Interval
from madegood.evidence.question import begins, carried_over, settles
from madegood.evidence.stretch import Detail, Left, Model, Stretch, columns, length, starts
from madegood.evidence.usable import Usable, usable
from madegood.numerics.groups import alone, gather, groups
from madegood.numerics.joint import detectable, fit, instead, quantile
from madegood.numerics.own_null import widening
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
#: From so many columns on, a stretch is asked by fakes how wide its own intervals must be; with fewer, the placebo
#: dates on which the shipped constants rest are such a calendar themselves.
MANY = 6
#: Days in which a slow effect builds up: as long as the windows that standings are means of.
SLOW = 28


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
        stretches = tuple(_fit(question, part, begun[i]) for i in wanted)
        effects: list[Effect] = []
        details: list[Detail] = []
        where: list[tuple[int, int]] = []
        for place, (number, stretch) in enumerate(zip(wanted, stretches, strict=True)):
            for i, run in enumerate(stretch.runs):
                members = [r for column in run for r in stretch.columns.carried[column]]
                if homes.get(members[len(members) // 2].key) == number:
                    effect, detail = _effect(question, stretch, i, members)
                    effects.append(effect)
                    details.append(detail)
                    where.append((place, i))
        order = sorted(range(len(effects)), key=lambda i: (effects[i].first, effects[i].releases))
        told = {key for e in effects for key in e.releases}
        return Estimate(
            design=self.name,
            metric=question.metric.id,
            grade=_grade(part),
            window=part.window,
            effects=tuple(effects[i] for i in order),
            notes=_notes(question, part, stretches),
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


def _fit(question: Question, part: Usable, start: int) -> Stretch:
    """One stretch, fitted; its columns that cannot be told apart stand in one run."""
    end = min(start + length(part.every), len(part.values))
    first = part.first + timedelta(days=start * part.every)
    window = Window(first, first + timedelta(days=(end - start) * part.every - 1))
    z = part.scale.forward(part.values[start:end])
    cols = columns(question, window, part.every, np.isfinite(z))
    middle = float(np.nanmean(z))
    nuisance, near = np.column_stack([cols.calendar, cols.known]), max(14 // part.every, 2)
    joint = fit(z - middle, nuisance, cols.effects, cols.curves, near)
    if cols.effects.shape[1] >= MANY:
        joint = joint.widened(widening(joint, z - middle, nuisance, cols.effects, cols.curves, part.every, near))
    runs = tuple(tuple(run) for run in groups(joint.covariance))
    return Stretch(part, start, z - middle, cols, joint, runs, np.zeros((0, len(joint.beta))))


def totals(stretch: Stretch) -> tuple[Floats, Floats]:
    """Estimate and calibrated covariance of the sum of each run."""
    total = gather([list(run) for run in stretch.runs], len(stretch.joint.beta))
    return total @ stretch.joint.beta, total @ stretch.joint.covariance @ total.T


def _effect(question: Question, stretch: Stretch, i: int, members: Sequence[Release]) -> tuple[Effect, Detail]:
    """What is known of one run, from the data alone: chances and `shrunk` wait for the track record."""
    beta, covariance = totals(stretch)
    part, segment = stretch.usable, question.measured.series.segment
    b, se = float(beta[i]), float(np.sqrt(covariance[i, i]))
    share = part.scale.share
    data = Interval(*(float(share(b + k * quantile(0.95) * se)) for k in (0, -1, 1)))
    low, high = part.scale.bounds(question.metric.rope)
    certain = quantile(0.90) * se
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
        up=0.0,
        down=0.0,
        days_after=_days_after(question, part, last),
        inside_rope=low < b - certain and b + certain < high and _slow_too(stretch, i, low, high),
    )
    detail = Detail(
        unrest=float(stretch.joint.unrest[list(stretch.runs[i])].max()),
        alone=float(alone(covariance)[i]),
        se=se,
        before=int((known & (x.max(axis=1) <= 0)).sum()) * part.apart,
        model=tuple(stretch.joint.noise.models[0].tolist()),
        noise=float(np.sqrt(stretch.joint.s2)),
    )
    return effect, detail


def _slow_too(stretch: Stretch, i: int, low: float, high: float) -> bool:
    """Would an effect that builds up over four weeks lie inside the ROPE as well?

    Where the level follows every reading (a stock, a running average) a step is only what happened overnight, and is
    known to a hair; a slow effect is not, and `no meaningful movement` speaks of both.
    """
    if len(stretch.runs[i]) > 1:
        return False
    k, cols = stretch.runs[i][0], stretch.columns
    span = SLOW // stretch.usable.every
    total = np.cumsum(np.concatenate([np.zeros(span), cols.effects[:, k]]))
    shape = (total[span:] - total[:-span]) / span
    nuisance = np.column_stack([cols.calendar, cols.known])
    b, se = instead(stretch.joint, stretch.z, nuisance, cols.effects, k, shape, cols.curves)
    return low < b - quantile(0.90) * se and b + quantile(0.90) * se < high


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
        late = day > part.last - timedelta(days=part.every) and not part.because
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


def _grade(part: Usable) -> Grade:
    """One series is C at best; a short or broken one is D."""
    missing = 1 - float(np.isfinite(part.values).sum()) * part.apart / (len(part.values) * part.every)
    return "D" if len(part.values) * part.every < 112 or missing > 0.2 else "C"


def _notes(question: Question, part: Usable, stretches: Sequence[Stretch]) -> tuple[str, ...]:
    """What was done, in words, to be shown beside the figures."""
    notes = [
        f"one series without controls, {say_day(part.first)} to {say_day(part.last)}: a step at each release against a "
        "level that wanders by itself; no yearly pattern is fitted"
    ]
    notes += part.notes
    if part.because:
        notes.append(f"only{part.because}")
    if len(stretches) > 1:
        notes.append("estimated in overlapping stretches of two years, each release where it has most days around it")
    if any(s.columns.crowded for s in stretches):
        notes.append("releases come so close that neighbours were taken together, each as an equal part")
    staged = any(len({r.segment for r in release.rollouts}) > 1 for release in question.releases)
    if staged and not question.sizes:
        notes.append("sizes of segments are not known, so each counts alike in the share that met a release")
    if carried_over(question):
        notes.append("a stock: a release changes how fast it grows, and only the part that shows as a step is seen")
    return tuple(notes)
