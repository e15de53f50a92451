"""Bets, needs and upkeep that the backlog proposes. Every selector is tried on the backlog before it is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from madegood.days import say_day
from madegood.draft.doors import own
from madegood.draft.words import titled
from madegood.execution.named import Named
from madegood.execution.select import Index
from madegood.intent.model import Bet, Need, Selector, Strategy
from madegood.intent.selector import terms
from madegood.intent.things import slug

if TYPE_CHECKING:
    from madegood.execution.model import WorkItem

BACK = timedelta(days=365)  # of the backlog, by which groups are ranked
FEWEST = 5  # items of that year that no group before it has, else a group is not worth a person's line
MOST = 6  # of bets and of needs: what a person reads through in one go
LEFT = 0.5  # where epics hold less than this share of the year's work, themes are proposed for the rest
#: Kinds, labels and scopes that keep the lights on in most teams; the Conventional Commits of that sort among them.
UPKEEP = frozenset(
    "ci build chore docs doc documentation deps dependencies dependency-upgrade test tests style maintenance".split()
)
#: What says how work is done or handled, not what for: kinds of trackers, and the labels of a new GitHub repository.
GENERIC = frozenset(
    "feat feature features new-feature new-features fix fixes bug bugs bugfix bug-fixes task story user-story epic"
    " sub-task subtask improvement improvements other misc wish spike incident request merge"
    " revert perf refactor security duplicate enhancement good-first-issue help-wanted invalid question wontfix"
    " stale triage blocked pinned release releases change changes todo none unknown n-a".split()
)
SMALL = frozenset("small smaller medium minor major big bigger and or the of in this also new breaking".split())
#: Columns by which teams part their work by theme, and those that say what kind of work it was. Where it was done, in
#: which repository or product, is no theme: every item has one, and all effort would seem to be aimed at something.
THEMES = "label scope component components section module area kind".split()


@dataclass(frozen=True, slots=True)
class Group:
    """Items that one selector picks: all of them, and those of the last year."""

    field: str
    value: str
    selector: Selector
    items: int
    recent: int

    def counted(self, last: date) -> str:
        """How many, in words."""
        return f"`{self.selector.text}` picks {self.items:,} items, {self.recent:,} of the year to {say_day(last)}"


@dataclass(slots=True)
class Backlog:
    """The items with an index, the last year's places among them, and the places that a group has already."""

    items: Sequence[WorkItem]
    last: date
    index: Index
    recent: set[int]
    taken: set[int] = field(default_factory=set)

    def group(self, name: str, value: str) -> Group | None:
        """The group of one value, taken from now on; None where a selector cannot say it, or it adds too little."""
        selector = selecting(name, value)
        places = self.index.pick(selector) if selector else set()
        new = (places & self.recent) - self.taken
        if selector is None or len(new) < FEWEST:
            return None
        self.taken |= places
        return Group(name, value, selector, len(places), len(places & self.recent))

    def free(self) -> list[WorkItem]:
        """The last year's items that no group has."""
        return [self.items[place] for place in sorted(self.recent - self.taken)]


@dataclass(frozen=True, slots=True)
class Work:
    """What the backlog proposes; `said` is what a person should know besides."""

    bets: tuple[Bet, ...] = ()
    needs: tuple[Need, ...] = ()
    upkeep: tuple[Selector, ...] = ()
    said: tuple[str, ...] = ()


def work(items: Sequence[WorkItem], on: date) -> Work:
    """Epics become bets, themes needs, and what keeps the lights on upkeep. No item after `on` is looked at."""
    days = [day for item in items if (day := touched(item)) and day <= on]
    if not days:
        return Work(said=("no item of the backlog has a day",) if items else ())
    last = max(days)
    recent = {i for i, item in enumerate(items) if (day := touched(item)) and last - BACK < day <= last}
    backlog = Backlog(items, last, Index(items), recent)
    upkeep = [group.selector for group in kept(backlog)]
    total = len(backlog.free())
    epics = list(largest(backlog, parents(backlog)))
    themes = list(largest(backlog, parted(backlog))) if len(backlog.free()) > (1 - LEFT) * total else []
    taken: set[str] = set()
    bets = tuple(bet(group, backlog, taken) for group in epics)
    needs = tuple(need(group, backlog, taken) for group in themes)
    said = () if bets or needs else (nothing_shared(total),)
    return Work(bets, needs, tuple(upkeep), said)


def nothing_shared(total: int) -> str:
    """Why the backlog proposes neither bets nor needs."""
    return (
        f"the backlog proposes no bets or needs: no epic, label or component gathers {FEWEST} of its last year's "
        f"{total:,} items. Write a bet, and name its work with `work:`"
    )


def touched(item: WorkItem) -> date | None:
    """The day that says when an item was worked on, as far as is known."""
    return item.done or item.started or item.created


def largest(backlog: Backlog, values: Iterator[tuple[str, str]]) -> Iterator[Group]:
    """The largest groups, each with enough that those before it do not have."""
    made = 0
    for name, value in values:
        group = backlog.group(name, value) if made < MOST else None
        if group:
            made += 1
            yield group


def parents(backlog: Backlog) -> Iterator[tuple[str, str]]:
    """Epics and other parents, by how many of the last year's items stand right below them."""
    seen = Counter(item.parent for item in backlog.free() if item.parent)
    yield from (("epic", value) for value, _ in ranked(seen))


def kept(backlog: Backlog) -> Iterator[Group]:
    """What keeps the lights on, by kind, then by any other column that says so."""
    for name in ("kind", *THEMES[:-1]):
        seen = Counter(value for item in backlog.free() for value in values(item, name))
        for value, _ in ranked(seen):
            if slug(value) in UPKEEP and (group := backlog.group(name, value)):
                yield group


def parted(backlog: Backlog) -> Iterator[tuple[str, str]]:
    """Values of the column whose largest groups hold most of what is free; equals by the order of THEMES."""
    free = backlog.free()
    best: tuple[int, list[tuple[str, str]]] = (0, [])
    for name in THEMES:
        seen = Counter(value for item in free for value in values(item, name) if telling(value))
        top = [count for _, count in ranked(seen) if count >= FEWEST][:MOST]
        if sum(top) > best[0]:
            best = (sum(top), [(name, value) for value, _ in ranked(seen)])
    yield from best[1]


def ranked(seen: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first, equals by name."""
    return sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))


def values(item: WorkItem, name: str) -> Sequence[str]:
    """An item's values of one column."""
    if name == "label":
        return sorted(set(item.labels))
    if name == "kind":
        return [item.kind] if item.kind else []
    return [value for key, value in item.fields if key.casefold() == name and value]


def telling(value: str) -> bool:
    """Whether a value is a theme of one's own: no kind, no priority, no number, no list of several.

    >>> [telling(v) for v in ("onboarding", "Bug", "priority: high", "P1", "core|docs", "Small changes", "Sync rules")]
    [True, False, False, False, False, False, True]
    """
    plain = slug(value)
    odd = re.search(r"[|;,]", value) or re.fullmatch(r"p?[\d.\W]+", value.lower())
    handled = re.match(r"(priority|prio|severity|size|status|type|kind|effort|version|sprint)\b", plain)
    made = all(word in GENERIC | UPKEEP | SMALL for word in plain.split("-"))  # "Bug fixes and documentation"
    return not (odd or handled or made or plain in GENERIC | UPKEEP)


def selecting(name: str, value: str) -> Selector | None:
    """The selector that picks just this value, or None where none can say it.

    >>> [selecting("epic", v).text for v in ("KYC-1", "New checkout", 'The "big" one')]
    ['epic:KYC-1', 'epic:"New checkout"', 'epic:\\'The "big" one\\'']
    """
    marks = next((mark for mark in ("", '"', "'") if fits(value, mark)), None)
    text = f"{name}:{marks}{value}{marks}"
    parsed = terms(text) if marks is not None and "*" not in value else None
    return Selector(text, parsed) if parsed == ((name, value),) else None


def fits(value: str, mark: str) -> bool:
    """Whether a value can stand between these quotes, or bare."""
    return mark not in value if mark else not re.search(r"[\s\"',()]", value)


def bet(group: Group, backlog: Backlog, taken: set[str]) -> Bet:
    """What an epic does; why, for what, and what is expected of it are left for a person to say."""
    title = next((item.title for item in backlog.items if item.id == group.value and item.title), group.value)
    return Bet(
        unmistaken(slug(title), group, backlog, taken),
        title,
        work=(group.selector,),
        status="proposed",
        meta=(("drafted", group.counted(backlog.last)),),
        prose="Drafted from the backlog. To ratify it, say which outcome it is to `achieve:`, what is done (`by:`),\n"
        "why that should work (`because:`) and what you `expect:` to see; then set `status: active`.\n"
        "If it only keeps the lights on, move its selector to `upkeep:` in madegood.yml and delete this file.",
    )


def need(group: Group, backlog: Backlog, taken: set[str]) -> Need:
    """What a theme of the backlog may be about; the need itself is for a person to say."""
    return Need(
        unmistaken(slug(group.value), group, backlog, taken),
        titled(group.value) if group.value == group.value.lower() else group.value,
        work=(group.selector,),
        status="proposed",
        meta=(("drafted", group.counted(backlog.last)),),
        prose=f"Drafted from the {group.field} `{group.value}`, which says where work went, not what customers need.\n"
        "To ratify it, say the need in their words as `title:`, which `outcomes:` it serves, and the `evidence:` that\n"
        "it exists; then set `status: active`. If nobody outside needs it, delete this file, or declare its work as\n"
        "`upkeep:` in madegood.yml.",
    )


def unmistaken(name: str, group: Group, backlog: Backlog, taken: set[str]) -> str:
    """An id that titles of other items do not happen to hold, so that it picks what its selector says."""
    named = Named(Strategy(needs=(Need(name),)))
    if named.bare is not None:
        picked = backlog.index.pick(group.selector)
        if any(named.claims(item) for place, item in enumerate(backlog.items) if place not in picked):
            name = f"on-{name}"
    return own(name, taken)
