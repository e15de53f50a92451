"""Days, windows of days, and the only place that may ask what today is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def today() -> date:
    """The machine's own day. Everything else takes the day as an argument."""
    return date.today()


def say_day(day: date) -> str:
    """A day as a person says it.

    >>> say_day(date(2026, 9, 3))
    '3 Sep 2026'
    """
    return f"{day.day} {day:%b %Y}"


@dataclass(frozen=True, slots=True)
class Window:
    """Days from first to last, both in it.

    >>> w = Window(date(2026, 1, 1), date(2026, 1, 7))
    >>> len(w), date(2026, 1, 7) in w, w.before(7)
    (7, True, Window(first=datetime.date(2025, 12, 25), last=datetime.date(2025, 12, 31)))
    """

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, days: int) -> Window:
        """The window of so many days that ends on `last`."""
        return cls(last - timedelta(days=days - 1), last)

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=i) for i in range(len(self)))

    def before(self, days: int) -> Window:
        """The window of so many days that ends just before this one starts."""
        return Window.ending(self.first - timedelta(days=1), days)
