"""Moments to days, in the project's time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY = 86_400  # seconds


def local_days(moments: NDArray[Any], timezone: str) -> NDArray[Any]:
    """Days since 1970-01-01 of moments in seconds of UTC, (n,) -> (n,), NaN where unknown.

    Midnight to the second is what a date without a time becomes, and stays on that date in every zone.

    >>> local_days(np.array([1767227400.0, 1767225600.0, np.nan]), "America/New_York")  # 00:30 and 00:00 on 1 Jan 2026
    array([20453., 20454.,    nan])
    """
    seconds = np.asarray(moments, dtype=float)
    known = np.isfinite(seconds)
    timed = known & (seconds % DAY != 0)
    shift = np.zeros_like(seconds)
    zone = _zone(timezone)
    if zone is not None and timed.any():
        quarters, where = np.unique(seconds[timed] // 900, return_inverse=True)  # offsets change on quarter hours
        shift[timed] = np.array([_offset(quarter * 900, zone) for quarter in quarters])[where]
    days: NDArray[Any] = np.floor((seconds + shift) / DAY)
    return days


def _zone(timezone: str) -> ZoneInfo | None:
    """None is UTC, also for a name that no one knows: the strategy's own check says so."""
    if timezone.upper() in ("", "UTC", "GMT", "ETC/UTC"):
        return None
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(second: float, zone: ZoneInfo) -> float:
    moved = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
    return moved.total_seconds() if moved is not None else 0.0
