"""A list of changes that comes with the newest first: read down to what was read before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.errors import SourceError
from madegood.sources.remote.stream import OVERLAP, back

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.sources.remote.http import Ask
    from madegood.sources.remote.stream import Reading


def latest_first(reading: Reading, between: Callable[[Ask, str, str], Ask]) -> None:
    """Everything that changed since the last time. `between(ask, since, until)` asks for that stretch of time alone.

    Each page is asked for anew, up to the oldest moment of the one before, because a record that changes while we read
    leaves its place: as the top of the list is not looked at again, nothing moves below. What changes meanwhile is
    newer than `mark`, and comes the next time. Only where a page is all of one moment, the vendor's cursor turns it.

    A way down that was cut off goes on where it stopped (`until`), then a new one begins at the top.
    """
    if "until" in reading.state:
        down(reading, between)
    down(reading, between)


def down(reading: Reading, between: Callable[[Ask, str, str], Ask]) -> None:
    """One way down, from the top or from where the last one was cut off, to what was read before."""
    stream, mark = reading.stream, str(reading.state.get("mark", ""))
    since = back(mark, OVERLAP) if mark else ""
    until, top = str(reading.state.get("until", "")), str(reading.state.get("top", ""))
    ask: Ask | None = between(stream.ask, since, until)
    reading.asked.clear()
    while ask is not None:
        answer = reading.answer(ask)
        records = stream.kept(answer)
        versions = [one["_version"] for one in records]
        if versions and versions[0] < versions[-1]:
            raise SourceError(f"{stream.name} came with the oldest first, and were asked for with the newest first")
        top, low = max([top, *versions[:1]]), min(versions, default=until)
        reading.take(records, top=top or None, until=low or None)
        following = stream.pager(ask, answer)
        further = following is not None and (not until or low < until)
        ask, until = (between(stream.ask, since, low) if further else following), low
    reading.take((), mark=max(mark, top) or None, until=None, top=None)
