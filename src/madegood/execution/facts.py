"""Everything execution knows, read from the store once."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.execution.history import ends, reopened, spells
from madegood.execution.link import link
from madegood.execution.model import Facts, Release, Rollout, WorkItem
from madegood.execution.version import version
from madegood.execution.zone import local_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from madegood.engine.store import Store
    from madegood.intent.model import Project, Strategy

    Find = Callable[[str, str], str]

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
Row = tuple["date | None", ...]

WHO = frozenset("assignee assigned author committer reporter owner person username creator reviewer email mail".split())
WHO_ALONE = WHO | frozenset("user login handle developer engineer designer people members".split())
_ITEMS = """
    SELECT coalesce(product, ''), id, coalesce(title, ''), coalesce(kind, ''), labels, coalesce(parent, ''),
           epoch(created), epoch(started), epoch(done), epoch(shipped), estimate, coalesce(release, ''),
           coalesce(bet, ''), fields, source
    FROM items ORDER BY rowid
"""
_RELEASES = """
    SELECT coalesce(product, ''), id, day, coalesce(name, ''), prerelease, coalesce(randomised, FALSE),
           coalesce(uncertain, 0), source
    FROM releases ORDER BY rowid
"""
_ROLLOUTS = """
    SELECT coalesce(product, ''), release, coalesce(segment, ''), day, share FROM rollouts ORDER BY day, segment
"""


def facts(store: Store, project: Project, strategy: Strategy) -> Facts:
    """Items, releases, the link of each item, and who had what in progress (without names)."""
    items, places = _items(store, project)
    releases = _releases(store, project, {item.id for item in items})
    items = _shipped_by(items, releases)
    return Facts(items, releases, link(items, releases, strategy, project), spells(store, project, places))


def clean(text: str) -> str:
    """Text from outside on one line, without control or direction-changing characters, and without addresses.

    >>> clean("safe\\x1b[31m red\\n\\u202etxt "), clean("Thanks to dev@example.invalid!")
    ('safe[31m red txt', 'Thanks to (address)!')
    """
    if "@" in text:
        text = ADDRESS.sub("(address)", text)
    if text.isprintable():
        return text.strip() if "  " not in text else " ".join(text.split())
    return " ".join("".join(" " if c in "\n\r\t" else c for c in text if c.isprintable() or c in "\n\r\t").split())


def _items(store: Store, project: Project) -> tuple[tuple[WorkItem, ...], dict[str, int]]:
    """Work items by product and id, and the place of each under the id that histories know it by."""
    if not store.has("items"):
        return (), {}
    rows = _merged(store.rows(_ITEMS), project)
    shared = {name for name, n in Counter(row[1] for row in rows).items() if n > 1}  # histories name no product
    again = {name: at for name, at in reopened(store, project).items() if name not in shared}
    days = _days([(*row[6:8], _stayed(row[8], again.get(row[1])), row[9]) for row in rows], project.timezone)
    told = ends(store, project)
    moved = _days([told.get(row[1], (None, None)) for row in rows], project.timezone)
    items = tuple(
        _item(row, day, (None, None) if row[1] in shared else move, shared)
        for row, day, move in zip(rows, days, moved, strict=True)
    )
    return items, {row[1]: place for place, row in enumerate(rows) if row[1] not in shared}


def _stayed(done: float | None, again: float | None) -> float | None:
    """When an item was done; None where its history says that it was opened again after that."""
    return None if done is not None and again is not None and done <= again else done


def _item(row: tuple[Any, ...], days: Row, moved: Row, shared: set[str]) -> WorkItem:
    """A row of _ITEMS and its days; what the item says of itself comes before what its history says."""
    product, name, title, kind, labels, parent, *_, estimate, release, bet, fields, _source = row
    created, started, done, shipped = days
    return WorkItem(
        id=_within(product, name) if name in shared else name,
        title=title,
        kind=kind,
        labels=tuple(clean(label) for label in labels or () if label),
        parent=_within(product, parent) if parent in shared else parent,
        product=product,
        created=created,
        started=started or moved[0],
        done=done or moved[1],
        estimate=estimate if _usable(estimate) else None,
        release=release,
        bet=bet,
        fields=_fields(fields),
        shipped=shipped,
    )


def _within(product: str, name: str) -> str:
    """An id that several products use, made unique the way a release's key is."""
    return f"{product}/{name}" if product else name


def _usable(estimate: Any) -> bool:
    return estimate is not None and math.isfinite(estimate) and estimate > 0


def _fields(told: Any) -> tuple[tuple[str, str], ...]:
    """Further columns, except those that say who."""
    pairs = dict(told or {}).items()
    return tuple((clean(k), clean(v)) for k, v in sorted(pairs) if v is not None and not says_who(k))


@cache
def says_who(name: str) -> bool:
    """Does a column of this name hold people?

    >>> says_who("assigneeEmail"), says_who("Assigned To"), says_who("user"), says_who("user_story")
    (True, True, True, False)
    """
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    return bool(WHO & set(words)) or (len(words) == 1 and words[0] in WHO_ALONE)


def _merged(rows: Iterable[tuple[Any, ...]], project: Project) -> list[tuple[Any, ...]]:
    """One row a product and id, texts cleaned.

    Of several sources the one that stands first in madegood.yml counts, its blanks filled by the next.
    """
    order = {spec.name: n for n, spec in enumerate(project.sources)}
    found: dict[tuple[str, str], tuple[Any, ...]] = {}
    for raw in sorted(rows, key=lambda r: order.get(r[-1], len(order))):
        row = tuple(clean(value) if isinstance(value, str) else value for value in raw)
        mine = found.get(key := (row[0], row[1]))
        found[key] = row if mine is None else tuple(b if a in (None, "") else a for a, b in zip(mine, row, strict=True))
    return list(found.values())


def _days(moments: list[Any], timezone: str) -> list[tuple[date | None, ...]]:
    """Rows of moments in seconds -> rows of days."""
    if not moments:
        return []
    table = np.array(moments, dtype=float)
    days = local_days(table.ravel(), timezone).reshape(table.shape)
    dates = np.where(np.isnan(days), np.datetime64("NaT"), np.nan_to_num(days).astype("datetime64[D]"))
    return [tuple(row) for row in dates.tolist()]


def _releases(store: Store, project: Project, known: set[str]) -> tuple[Release, ...]:
    """Releases by day, with the items and rollouts that name them."""
    if not store.has("releases"):
        return ()
    rows = _merged(store.rows(_RELEASES), project)
    find = _finder((row[0], row[1]) for row in rows)
    held = _held(store, known, find)
    steps = _rollouts(store, find)
    made = []
    for product, name, day, title, testing, randomised, uncertain, _source in rows:
        key = _within(product, name)
        items, rollouts = tuple(sorted(held.get(key, ()))), tuple(steps.get(key, ()))
        only_testers = _testing(name, testing)
        made.append(Release(name, day, product, title, only_testers, items, rollouts, bool(randomised), int(uncertain)))
    return tuple(sorted(made, key=lambda r: (r.day, r.key)))


def _held(store: Store, known: set[str], find: Find) -> dict[str, set[str]]:
    """Release key -> ids of the known items it holds; commits also speak of things that only look like one."""
    held: dict[str, set[str]] = defaultdict(set)
    if store.has("links"):
        for product, release, item in store.rows("SELECT coalesce(product, ''), release, item FROM links"):
            names = (item, _within(product, item), f"#{item}")
            held[find(product, release)].update([name for name in names if name in known][:1])
    return held


def _rollouts(store: Store, find: Find) -> dict[str, list[Rollout]]:
    """Release key -> its rollouts by day."""
    steps: dict[str, list[Rollout]] = defaultdict(list)
    if store.has("rollouts"):
        for product, release, segment, day, share in store.rows(_ROLLOUTS):
            steps[find(product, release)].append(Rollout(day, segment, share))
    return steps


def _testing(name: str, told: bool | None) -> bool:
    """Only testers met it: as the source says, else as its name says."""
    said = version(name)
    return told if told is not None else bool(said and said.testing)


def _finder(releases: Iterable[tuple[str, str]]) -> Find:
    """A function from product and release id to the release's key: as named, else the only one of that id.

    Where releases of several products are told apart, what is of one product is not held by a release of another.
    """
    keys = {(product, name): _within(product, name) for product, name in releases}
    several = len({product for product, _ in keys if product}) > 1
    whole = set(keys.values())
    only: dict[str, str] = {}
    for (_, name), key in keys.items():
        only[name] = "" if name in only else key

    def find(product: str, name: str) -> str:
        other = keys.get(("", name), "") if product and several else only.get(name, "")
        return keys.get((product, name)) or (name if name in whole else other) or _within(product, name)

    return find


def _shipped_by(items: tuple[WorkItem, ...], releases: tuple[Release, ...]) -> tuple[WorkItem, ...]:
    """Items with the key of the first release that holds them. A tracker may name several, with bars between."""
    find = _finder((r.product, r.id) for r in releases)
    place = {release.key: n for n, release in enumerate(releases)}  # they stand by day
    holding: dict[str, str] = {}
    for release in releases:
        for item in release.items:
            holding.setdefault(item, release.key)

    def named(item: WorkItem) -> str:
        whole = find(item.product, item.release)
        parts = [find(item.product, part.strip()) for part in item.release.split("|") if part.strip()]
        if whole in place or len(parts) < 2:
            return whole
        return min((part for part in parts if part in place), key=place.__getitem__, default=parts[0])

    return tuple(
        replace(item, release=named(item) if item.release else holding.get(item.id, ""))
        if item.release or item.id in holding
        else item
        for item in items
    )
