"""One file per doubt; DOUBTS lists them in the order in which they are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.evidence.doubts.campaigns import campaigns
from madegood.evidence.doubts.clean import clean
from madegood.evidence.doubts.dates import dates
from madegood.evidence.doubts.dip import dip
from madegood.evidence.doubts.doubt import Doubt, Doubted, Doubtful
from madegood.evidence.doubts.elsewhere import elsewhere
from madegood.evidence.doubts.fading import fading
from madegood.evidence.doubts.few_days import few_days
from madegood.evidence.doubts.holidays import holidays
from madegood.evidence.doubts.known_events import known_events
from madegood.evidence.doubts.neighbours import neighbours
from madegood.evidence.doubts.other_day import other_day
from madegood.evidence.doubts.placebo_dates import placebo_dates
from madegood.evidence.doubts.pre_trend import pre_trend
from madegood.evidence.doubts.stock import stock
from madegood.evidence.doubts.tracking import tracking
from madegood.evidence.doubts.unrest import unrest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.model import Estimate, Question

DOUBTS: tuple[Doubt, ...] = (
    tracking,
    elsewhere,
    known_events,
    campaigns,
    other_day,
    pre_trend,
    dip,
    placebo_dates,
    holidays,
    neighbours,
    few_days,
    unrest,
    fading,
    dates,
    stock,
)


def look(question: Question, estimate: Estimate, nth: int, others: Sequence[tuple[Question, Estimate]] = ()) -> Doubted:
    """The nth effect of a series with what doubts look at; `others`: the team's metrics, for a jump that they share."""
    effect = estimate.effects[nth]
    shown = not effect.data.low <= 0 <= effect.data.high
    around = clean(estimate, nth) if shown else None
    return Doubted(question, estimate, effect, estimate.model.details[nth], nth, around, others)


def doubted(seen: Doubted) -> tuple[Doubtful, ...]:
    """Every doubt about it."""
    return tuple(said for doubt in DOUBTS if (said := doubt(seen)))
