"""What was done to a series before it was read, in words, to be shown beside its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.days import Window, say_day
from madegood.evidence.calendar import say_holidays
from madegood.evidence.question import carried_over

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.evidence.model import Question
    from madegood.evidence.stretch import Stretch
    from madegood.evidence.usable import Usable


def notes(question: Question, part: Usable, stretches: Sequence[Stretch]) -> tuple[str, ...]:
    """Every note, the most general first."""
    return (
        _model(part, stretches),
        *part.notes,
        *([f"only{part.because}"] if part.because else []),
        *_known(question, part),
        *_controls(stretches[0]),
        *_releases(question, stretches),
    )


def _model(part: Usable, stretches: Sequence[Stretch]) -> str:
    """What stands in the model."""
    how = "with controls" if stretches[0].narrower else "without controls"
    days = f"{say_day(part.first)} to {say_day(part.last)}"
    return (
        f"one series {how}, {days}: a step at each release against a level that wanders by itself; "
        "no yearly pattern is fitted"
    )


def _known(question: Question, part: Usable) -> Iterator[str]:
    """Days that are known by name."""
    said = say_holidays(question, Window(part.first, part.last), part.every)
    if said:
        yield said


def _controls(newest: Stretch) -> Iterator[str]:
    """Which metrics ran beside it, what they were worth, and which were none."""
    good = [c.name for c in newest.tried if c.z is not None]
    if good and newest.narrower:
        verb = "narrows" if len(good) == 1 else "narrow"
        share = f"{newest.narrower:.0%}"
        yield f"{' and '.join(good)}, which none of these releases can touch, {verb} the intervals by {share}"
    elif good:
        verb = "moves" if len(good) == 1 else "move"
        yield f"{' and '.join(good)} {verb} too little with it to narrow the intervals, and so is no control here"
    for c in newest.tried:
        if c.z is None:
            yield f"{c.name} is no control here: {c.because}"


def _releases(question: Question, stretches: Sequence[Stretch]) -> Iterator[str]:
    """How releases stand in the model."""
    if len(stretches) > 1:
        yield "estimated in overlapping stretches of two years, each release where it has most days around it"
    if any(s.columns.base is not None for s in stretches):
        yield "days of few people count for less, as their share is less sure"
    if any(s.columns.crowded for s in stretches):
        yield "releases come so close that neighbours were taken together, each as an equal part"
    if any(r.uncertain > 0 for r in question.releases):
        yield "where the day of a release is not certain, each of its possible days is as likely as the others"
    staged = any(len({r.segment for r in release.rollouts}) > 1 for release in question.releases)
    if staged and not question.sizes:
        yield "sizes of segments are not known, so each counts alike in the share that met a release"
    if stretches[0].segments:
        yield f"effects come from {stretches[0].segments} segments, each by itself, weighed as parts of the whole"
    if carried_over(question):
        yield "a stock: a release changes how fast it grows, and only the part that shows as a step is seen"
