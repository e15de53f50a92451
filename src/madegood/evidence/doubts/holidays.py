"""The turn of the year: most false calls on real series lay in its weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from madegood.evidence.doubts.doubt import Doubtful

if TYPE_CHECKING:
    from datetime import date

    from madegood.evidence.doubts.doubt import Doubted


def holidays(seen: Doubted) -> Doubtful | None:
    """Released between 20 December and 7 January."""
    days = range((seen.effect.last - seen.effect.first).days + 1)
    if any(_festive(seen.effect.first + timedelta(days=i)) for i in days):
        return Doubtful("it came at the turn of the year, when many metrics jump by themselves")
    return None


def _festive(day: date) -> bool:
    return (day.month == 12 and day.day >= 20) or (day.month == 1 and day.day <= 7)
