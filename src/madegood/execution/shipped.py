"""When a work item reached customers: with the first release of its product, other than to testers, that holds it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from madegood.execution.version import version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from madegood.execution.model import Facts, Release, WorkItem


def reached(facts: Facts) -> dict[str, date]:
    """Item id -> the day on which it reached customers; without those that have not, or of which nobody can tell.

    An item first shipped to testers reaches customers with the first stable release of that product on or after that
    day whose version is that of the test release or later: 0.11.2 does not bring what 0.12.0b1 holds.
    Where no release in the list is known to hold an item, the day that the backlog itself gives counts.
    """
    arrival = arrivals(facts.releases)
    holding: dict[str, list[str]] = defaultdict(list)
    for release in facts.releases:
        for item in release.items:
            holding[item].append(release.key)
    days = ((item.id, _first(item, holding.get(item.id, ()), arrival)) for item in facts.items)
    return {item: day for item, day in days if day}


def arrivals(releases: Sequence[Release]) -> dict[str, date | None]:
    """Key of each release -> the day on which what it holds reached customers.

    >>> from madegood.execution.model import Release
    >>> beta, fix = Release("0.12b1", date(2026, 1, 5), prerelease=True), Release("0.11.2", date(2026, 1, 9))
    >>> arrivals([beta, fix])["0.12b1"], arrivals([beta, fix, Release("0.12", date(2026, 2, 1))])["0.12b1"]
    (None, datetime.date(2026, 2, 1))
    """
    stable: dict[str, list[Release]] = defaultdict(list)
    for release in sorted(releases, key=lambda r: (r.day, r.key)):
        if not release.prerelease:
            stable[release.product].append(release)
    return {r.key: _brings(r, stable.get(r.product, ())) if r.prerelease else r.day for r in releases}


def _brings(testing: Release, stable: Sequence[Release]) -> date | None:
    said = version(testing.id)
    for release in stable:
        mine = version(release.id)
        if release.day >= testing.day and (said is None or mine is None or mine.reaches(said)):
            return release.day
    return None


def _first(item: WorkItem, holding: Sequence[str], arrival: Mapping[str, date | None]) -> date | None:
    known = [key for key in (item.release, *holding) if key in arrival]
    if known:
        return min((day for key in known if (day := arrival[key])), default=None)
    said = version(item.release) if item.release else None
    return None if said and said.testing else item.shipped


def reach_known(facts: Facts) -> bool:
    """Does anything tie any item to a day of release? If not, "none reached customers" would be a guess."""
    keys, held = {r.key for r in facts.releases}, {item for r in facts.releases for item in r.items}
    return any(item.release in keys or item.shipped or item.id in held for item in facts.items)
