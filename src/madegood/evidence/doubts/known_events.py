"""A dated thing that is no release, close to this one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.evidence.doubts.doubt import Doubtful

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted

#: Days: those whose unrest counts for an effect (numerics/joint.py, NEAR).
CLOSE = timedelta(days=14)


def known_events(seen: Doubted) -> Doubtful | None:
    """Known events of this metric within two weeks; a grave doubt where one was on while it was released."""
    near = [
        e
        for e in seen.question.known
        if (not e.metrics or seen.question.metric.id in e.metrics)
        and e.first - CLOSE <= seen.effect.last
        and e.last + CLOSE >= seen.effect.first
    ]
    if not near:
        return None
    same = any(e.first <= seen.effect.last and e.last >= seen.effect.first for e in near)
    return Doubtful("; ".join(f"{e.name} on {say_day(e.first)} is near it" for e in near[:2]), serious=same)
