"""A metric that the release cannot have touched jumped on the same day: something else did it."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful
from madegood.evidence.doubts.placebo_dates import FEWEST
from madegood.evidence.question import begins
from madegood.numerics.in_time import as_large, changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.evidence.doubts.doubt import Doubted
    from madegood.evidence.model import Question
    from madegood.evidence.usable import Usable
    from madegood.numerics.statespace import Floats

#: Over all metrics that are asked, so often one of them jumps by chance.
CHANCE = 0.05
#: So many metrics are asked at most: with more, hardly any jump is rarer than chance allows.
MOST = 12
#: Days from another release of theirs, which would explain the jump.
OWN = 7
WEEK = 7


def elsewhere(seen: Doubted) -> Doubtful | None:
    """Metrics of other products, with no release of their own near: did the week change as it seldom does?"""
    if seen.clean is None:
        return None
    asked = list(islice(_untouched(seen), MOST))
    for question, weeks in asked:
        share, dates = weeks
        if dates >= FEWEST and share <= CHANCE / len(asked):
            said = f"{question.metric.label}, which it cannot have touched, jumped at the same time"
            return Doubtful(said, serious=True)
    return None


def _untouched(seen: Doubted) -> Iterator[tuple[Question, tuple[float, int]]]:
    """Each such metric, with how often it changes as much from week to week by itself."""
    first = seen.effect.first.toordinal()
    for question, estimate in seen.others:
        keys, days = _released(question)
        if question.metric.id == seen.question.metric.id or not keys.isdisjoint(seen.effect.releases):
            continue
        if any(abs(day - first) <= OWN for day in days):
            continue
        part = estimate.model.usable
        if part.every == 1 and part.first <= seen.effect.first <= part.last:
            yield question, as_large(_weeks(part), part.at(seen.effect.first), WEEK)


@lru_cache(maxsize=4096)
def _released(question: Question) -> tuple[frozenset[str], tuple[int, ...]]:
    """Its releases: their keys, and the days on which they began."""
    return frozenset(r.key for r in question.releases), tuple(begins(r).toordinal() for r in question.releases)


@lru_cache(maxsize=64)
def _weeks(part: Usable) -> Floats:
    """How it changes from week to week, asked again for every release of the other metrics."""
    return changes(part.scale.forward(part.values), WEEK, WEEK)
