"""The smallest erosion that would be noticed: what silence about a metric is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.watched import AMONG, bar, columns, watched
from madegood.numerics.drift import weights
from madegood.numerics.drift_past import LEARN, ahead
from madegood.performance.model import Series
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from madegood.intent.model import KnownEvent, Metric
    from madegood.performance.model import Measured

SOON, LATER = 13, 26  # weeks: a quarter and half a year


@dataclass(frozen=True, slots=True)
class Noticeable:
    """How small an erosion of a metric may be to be noticed, in half of all cases, if it began now.

    soon, later  shares lost a month that are noticed within 13 and 26 weeks; None: not even 30 % a month
    wanders      how far its level goes by itself in a quarter, one standard deviation (share)
    among        metrics and segments that share the promise of one false alarm a year
    says         the same in words
    """

    metric: str
    soon: float | None
    later: float | None
    wanders: float
    among: int
    says: str


def noticeable(
    metric: Metric,
    measured: Measured,
    known: Sequence[KnownEvent],
    on: date,
    holidays: Sequence[str] = (),
    among: int = AMONG,
) -> Noticeable | Refusal:
    """What would be noticed on this metric from `on`, as it has moved until then; refused without a year of weeks."""
    stretches = watched(metric, measured, known, on, holidays)
    if not stretches or not stretches[-1].latest:
        weeks = f"{LEARN} weeks with values, counted in one way and up to now, teach how a metric moves by itself"
        return Refusal("noticeable", why=f"{weeks}; {metric.label} has fewer", until="those weeks are there")
    stretch = stretches[-1]
    first = stretch.series.last + timedelta(days=1)
    to_come = Series(metric.id, first, np.zeros(7 * LATER))
    table = columns(metric, stretch.series, to_come, known, holidays)
    soon, later = (ahead(stretch.past.now, table[:weeks], bar(among)) for weeks in (SOON, LATER))
    now = stretch.past.now
    step = np.exp(weights(now)) @ (now.models[:, 0] ** 2 * now.scale)
    wanders = float(np.expm1(np.sqrt(SOON * step)))
    return Noticeable(metric.id, soon, later, wanders, among, _say(metric, soon, later, wanders))


def _say(metric: Metric, soon: float | None, later: float | None, wanders: float) -> str:
    """In words: the two figures, or that the metric wanders too much for any."""
    if later is None or later > 0.1:
        least = "no erosion below 30 % a month" if later is None else f"no erosion below {percent(later)} a month"
        return (
            f"{metric.label} wanders too much: its level goes {percent(wanders)} up or down in a quarter by itself; "
            f"{least} would be noticed within {LATER} weeks."
        )
    quarter = f"{percent(soon)} a month within {SOON} weeks, and " if soon is not None else ""
    return f"An erosion of {metric.label} would be noticed from {quarter}{percent(later)} a month within {LATER} weeks."


def percent(share: float) -> str:
    """A share as a person says it.

    >>> percent(0.0123), percent(1.6)
    ('1.2 %', '160 %')
    """
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.0f} %"
