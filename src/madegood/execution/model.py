"""What we did: work items with their history, releases, and how we know which serves what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from madegood.days import Window
    from madegood.refusal import Refusal


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing in the backlog. No person's name is in it.

    fields   further columns that selectors may name, (name, value)
    release  key of the first release that shipped it, or empty
    shipped  when it was first shipped, as the backlog itself says; used where no release list does
    """

    id: str
    title: str = ""
    kind: str = ""
    labels: tuple[str, ...] = ()
    parent: str = ""
    product: str = ""
    created: date | None = None
    started: date | None = None
    done: date | None = None
    estimate: float | None = None  # person-days
    release: str = ""
    bet: str = ""  # a `Bet:` trailer or column that names the intent outright
    fields: tuple[tuple[str, str], ...] = ()
    shipped: date | None = None


@dataclass(frozen=True, slots=True)
class Rollout:
    """From this day on, this share of this segment's customers met the release."""

    day: date
    segment: str  # empty: everyone
    share: float  # of the segment, 0 to 1


@dataclass(frozen=True, slots=True)
class Release:
    """What reached customers. Ids are unique within a product.

    uncertain  days by which the day may be off
    """

    id: str
    day: date
    product: str = ""
    name: str = ""
    prerelease: bool = False
    items: tuple[str, ...] = ()
    rollouts: tuple[Rollout, ...] = ()
    randomised: bool = False
    uncertain: int = 0

    @property
    def key(self) -> str:
        """The name that is unique over all products.

        >>> Release("v2", date(2026, 1, 1), "android").key
        'android/v2'
        """
        return f"{self.product}/{self.id}" if self.product else self.id


Aim = Literal["bet", "need", "outcome", "upkeep", "orphan"]
Ground = Literal["named", "release", "rule", "parent", "upkeep"]


@dataclass(frozen=True, slots=True)
class Link:
    """An item and what it serves, with the ground we know it by.

    aim      what kind of intent; `orphan` when nothing claims it (then `to` and `ground` are empty)
    ground   named: its text or trailer names the id; rule: a `work:` selector; parent: its parent's link;
             release: the bet names the release that shipped it; upkeep: a declared upkeep selector
    because  the words that say so, for `why`: "label:kyc of bet instant-verification"
    """

    item: str
    aim: Aim
    to: str = ""
    ground: Ground | Literal[""] = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """Effort toward one thing. amount is in Effort.unit; reached is the part that reached customers in a release."""

    aim: Aim
    id: str
    amount: float
    items: int
    reached: float


@dataclass(frozen=True, slots=True)
class Effort:
    """Where the effort of a window went; the shares add up to the total.

    unit    "person-days" from state history or estimates, "items" where there is neither
    basis   how it was measured, in words
    shares  by bet, need, outcome, upkeep and orphan, each item counted once, under the nearest intent
    unserved  (kind, id) of outcomes and needs that got none
    reach_known  False when nothing ties items to releases: then every `reached` is an unknown, not a zero
    suggested  orphan effort by where a suggestion would place it; part of the orphan share, and counted nowhere else
    """

    window: Window
    unit: Literal["person-days", "items"]
    basis: str
    total: float
    shares: tuple[Share, ...]
    unserved: tuple[tuple[str, str], ...] = ()
    examples: tuple[tuple[str, str], ...] = ()  # a few orphan items: (id, title)
    reach_known: bool = True
    suggested: tuple[Share, ...] = ()

    def part(self, *aims: Aim) -> float:
        """Share of the total, 0 to 1, that these aims got."""
        return sum(s.amount for s in self.shares if s.aim in aims) / self.total if self.total else 0.0

    def orphan(self) -> tuple[float, float]:
        """Orphan effort, own unit: if every suggestion were right, and as it is linked."""
        most = sum(s.amount for s in self.shares if s.aim == "orphan")
        return max(most - sum(s.amount for s in self.suggested), 0.0), most


@dataclass(frozen=True, slots=True)
class Speed:
    """How much was finished.

    weekly       (the week's first day, items finished), over the longest span known, oldest first
    per_week     mean over the window
    before       mean over the window of the same length just before, None where there is none
    in_progress  median days from start to done, or why it cannot be said
    """

    window: Window
    weekly: tuple[tuple[date, int], ...]
    per_week: float
    before: float | None
    in_progress: float | Refusal
    items: int
    releases: int
    reached: int  # finished items that reached customers in a release
    reach_known: bool = True  # False when nothing ties items to releases: `reached` is then an unknown, not a zero


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """Stretches of days in which somebody had an item in progress; one row each, arrays of the same length (n,).

    item    the item's place in Facts.items
    person  a number without meaning outside these arrays, -1 where nobody is named; only ever used to share a day
    first   first day, days since 1970-01-01
    last    last day; OPEN where the item was still in progress when last heard of
    unread  states that no list in madegood.yml names as active or done, most frequent first, for the message
    """

    item: NDArray[Any]
    person: NDArray[Any]
    first: NDArray[Any]
    last: NDArray[Any]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What we did, whole: everything execution knows on one day.

    spells  who had what in progress and when, without names; None where no history is known
    """

    items: tuple[WorkItem, ...]
    releases: tuple[Release, ...]
    links: tuple[Link, ...]
    spells: Spells | None = field(default=None, compare=False, repr=False)
