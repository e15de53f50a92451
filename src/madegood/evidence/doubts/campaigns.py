"""Releases that always come with something else: a team that ships when things happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import bdtrc

from madegood.evidence.doubts.doubt import Doubtful
from madegood.evidence.question import begins

if TYPE_CHECKING:
    from madegood.evidence.doubts.doubt import Doubted
    from madegood.intent.model import KnownEvent

#: So many releases on days of known events, at least, and as many by chance so seldom.
FEWEST, CHANCE = 3, 0.01


def campaigns(seen: Doubted) -> Doubtful | None:
    """This release and most others came on days of known events, or the day before, far more often than by chance."""
    concerning = [e for e in seen.question.known if not e.metrics or seen.question.metric.id in e.metrics]
    events = [e for e in concerning if not e.changes_instrument]
    if not any(_on(e, seen.effect.first.toordinal()) for e in events):
        return None
    window = seen.estimate.window
    days = {begins(r).toordinal() for r in seen.question.releases if window.first <= begins(r) <= window.last}
    hits = sum(any(_on(e, day) for e in events) for day in days)
    span = range(window.first.toordinal(), window.last.toordinal() + 1)
    usual = sum(any(_on(e, day) for e in events) for day in span) / len(span)
    if hits < FEWEST or bdtrc(hits - 1, len(days), usual) > CHANCE:
        return None
    return Doubtful(
        f"{hits} of {len(days)} days with a release were days of known events: it cannot be told from those"
    )


def _on(event: KnownEvent, day: int) -> bool:
    return event.first.toordinal() - 1 <= day <= event.last.toordinal()
