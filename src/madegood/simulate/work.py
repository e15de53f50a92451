"""The backlog of a made-up company: items with their history of states, eight people, and what each item serves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.simulate.plan import BETS, LATE, Plan, Shipped

if TYPE_CHECKING:
    from collections.abc import Sequence

ITEMS_A_WEEK = 10
PEOPLE = 8
#: Shares of the items: bets together, a need without a bet, upkeep, and work that serves nothing stated.
AIMED, NEED, UPKEEP, ORPHAN = 0.46, 0.08, 0.20, 0.26
BETS_OF_WORK = (*(bet for bet, *_ in BETS), LATE)
#: How items say what they serve: most by a label; those of one bet and of the need by their epic, of another outright.
EPICS = {"need": "TIDE-7", "morning-digest": "TIDE-3"}
OUTRIGHT = "fee-preview"
WORDS = {
    "one-tap-pay": ("One tap pays the usual amount", "Remember the last payee", "Wallet button on the lock screen"),
    "morning-digest": ("Digest of yesterday's money", "Choose the hour of the digest", "Digest in four languages"),
    "tighter-limits": ("Lower default limits", "Ask again above the limit", "Explain a refused payment"),
    "spending-rings": ("Rings for spending by kind", "Colours of the rings", "Share a ring"),
    "friendlier-welcome": ("Shorter first screen", "Say what happens next", "Skip the tour"),
    "shared-pots": ("Invite to a pot", "Split a bill into a pot", "Close a pot"),
    "fee-preview": ("Show the fee before paying", "Fee in plain words", "Compare two ways to pay"),
    "group-trips": ("Trip with friends", "Currency of the trip", "Settle up at the end"),
    "need": ("Lost card in two taps", "Freeze and unfreeze", "Tell where the card was last used"),
    "upkeep": ("Upgrade the database", "Rotate keys", "Faster builds", "Flaky test of transfers", "Move logs"),
    "orphan": ("Redesign the settings page", "Partner logo wall", "Dashboard for the board", "Confetti on payday",
               "Dark icons", "Second newsletter", "Animated splash screen", "Voice shortcuts"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One work item, with the states it went through: (when, state)."""

    id: str
    title: str
    kind: str
    label: str
    parent: str
    bet: str
    person: str
    serves: str  # a bet, "need", "upkeep" or "orphan": what was hidden
    states: tuple[tuple[datetime, str], ...]
    release: str = ""

    @property
    def done(self) -> datetime | None:
        """When it was finished."""
        return self.states[-1][0] if self.states[-1][1] == "Done" else None


def make_items(plan: Plan) -> tuple[Item, ...]:
    """Items spread over the time; those of a bet are done before its release, those of the late bet hang."""
    draw = np.random.default_rng([plan.seed, 6])
    count = max(12, round(plan.days / 7 * ITEMS_A_WEEK))
    names = [*BETS_OF_WORK, "need", "upkeep", "orphan"]
    shares = [AIMED / len(BETS_OF_WORK)] * len(BETS_OF_WORK) + [NEED, UPKEEP, ORPHAN]
    serves = [names[i] for i in draw.choice(len(names), count, p=np.array(shares) / sum(shares))]
    stable = [r for r in plan.releases if not r.prerelease]
    items = [one(plan, draw, number, what) for number, what in enumerate(serves)]
    items.sort(key=lambda item: (item.states[0][0], item.id))
    return tuple(shipped(item, stable, plan) for item in items)


def one(plan: Plan, draw: np.random.Generator, number: int, serves: str) -> Item:
    """One item, from being written down to being done."""
    release = plan.of(serves)
    latest = plan.at(release.day) - 1 if release else plan.days - 1
    long = float(np.clip(draw.lognormal(1.5, 0.6), 1, 30))
    if release or serves == LATE:
        start = draw.uniform(max(0.0, latest - 150), max(1.0, latest - long - 1))
    else:
        start = draw.uniform(0, max(plan.days - 2, 1))
    written = max(0.0, start - draw.exponential(9))
    words = WORDS[serves]
    kind = "chore" if serves == "upkeep" else ("feature", "bug")[int(draw.random() < 0.3)]
    moments = [(written, "To do"), (start, "In progress"), (start + long * 0.8, "In review"), (start + long, "Done")]
    if serves == LATE:  # worked on, reviewed, laid aside: nothing of it is ever done
        moments = [*moments[:3], (start + long, "On hold")]
    states = tuple((moment(plan, draw, days), state) for days, state in moments if days < plan.days)
    return Item(
        id=f"TIDE-{number + 100}",
        title=f"{words[int(draw.integers(len(words)))]} ({number + 100})",
        kind=kind,
        label=label(serves),
        parent=EPICS.get(serves, ""),
        bet=serves if serves == OUTRIGHT else "",
        person=f"person-{int(draw.integers(PEOPLE)) + 1}",
        serves=serves,
        states=rising(states or ((moment(plan, draw, 0), "To do"),)),
    )


def label(serves: str) -> str:
    """The label of an item, where it has one."""
    if serves == "upkeep":
        return "ops"
    return serves if serves in BETS_OF_WORK and serves not in EPICS and serves != OUTRIGHT else ""


def moment(plan: Plan, draw: np.random.Generator, days: float) -> datetime:
    """A time of a working day, so many days after the first."""
    day = plan.first + timedelta(days=int(days))
    return datetime.combine(day, time(8 + int(draw.integers(10)), int(draw.integers(60)), int(draw.integers(60))))


def rising(states: tuple[tuple[datetime, str], ...]) -> tuple[tuple[datetime, str], ...]:
    """Each state a minute after the one before at the least."""
    out: list[tuple[datetime, str]] = []
    for when, state in states:
        out.append((max(when, out[-1][0] + timedelta(minutes=1)) if out else when, state))
    return tuple(out)


def shipped(item: Item, stable: list[Shipped], plan: Plan) -> Item:
    """With the release that first holds it: its bet's own, else the next after it was done."""
    if item.done is None:
        return item
    own = plan.of(item.serves)
    day: date = item.done.date()
    after = own if own and day <= own.day else next((r for r in stable if r.day > day), None)
    if after is None:
        return item
    return replace(item, release=after.id)


def effort(items: Sequence[Item], first: date, last: date) -> dict[str, float]:
    """Person-days by what they truly served: each working day of a person, shared over what they had in progress."""
    held: dict[tuple[str, date], list[str]] = defaultdict(list)
    for item in items:
        at = {state: when.date() for when, state in item.states}
        if "In progress" not in at:
            continue
        end = at.get("Done") or at.get("On hold") or last
        for i in range((min(end, last) - max(at["In progress"], first)).days + 1):
            day = max(at["In progress"], first) + timedelta(days=i)
            if day.weekday() < 5 or day in (at["In progress"], end):
                held[item.person, day].append(item.serves)
    out: dict[str, float] = defaultdict(float)
    for serves in held.values():
        for one in serves:
            out[one] += 1 / len(serves)
    return dict(out)
