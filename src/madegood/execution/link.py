"""Which intent each work item serves, and how we know: exactly one link an item.

What is said of the item itself comes before what is said of its parent, and that before what is said of its release:

1. named    its `bet` field, or its title, names the id of a bet, need or outcome
2. rule     a `work:` selector of a bet, then of a need, then of an outcome
3. upkeep   an `upkeep:` selector of madegood.yml
4. parent   the link of its parent, and so on upward
5. release  a bet lists the release that shipped it under `releases:`

Within each, bets come before needs before outcomes, then whichever stands first in the strategy; `because` names the
others. What nothing claims is an orphan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.execution.family import Family
from madegood.execution.model import Link
from madegood.execution.named import Named
from madegood.execution.select import Index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.execution.model import Aim, Facts, Ground, Release, WorkItem
    from madegood.intent.model import Bet, Need, Outcome, Project, Selector, Strategy

Claim = tuple["Aim", str, str]  # what kind of intent, its id, and the words that claim


def link(
    items: Sequence[WorkItem], releases: Sequence[Release], strategy: Strategy, project: Project
) -> tuple[Link, ...]:
    """One link for each item, in their order."""
    family = Family(items)
    index = Index(items, family)
    names = Named(strategy)
    ruled = _rules(index, _selectors(strategy))
    kept = _rules(index, [("upkeep", selector.text, selector) for selector in project.upkeep])
    own: list[Link | None] = []
    for place, item in enumerate(items):
        said = names.claims(item)
        own.append(
            _first(item, "named", said)
            or _first(item, "rule", ruled.get(place, ()))
            or _first(item, "upkeep", kept.get(place, ()))
        )
    carried = _carried(strategy)
    return tuple(_inherited(place, items, family, own, carried, names) for place in range(len(items)))


def _selectors(strategy: Strategy) -> list[tuple[Aim, str, Selector]]:
    """Every `work:` selector of the strategy, bets first."""
    kinds: tuple[tuple[Aim, Sequence[Bet | Need | Outcome]], ...] = (
        ("bet", strategy.bets),
        ("need", strategy.needs),
        ("outcome", strategy.outcomes),
    )
    return [(aim, said.id, selector) for aim, all_said in kinds for said in all_said for selector in said.work]


def _rules(index: Index, selectors: Sequence[tuple[Aim, str, Selector]]) -> dict[int, list[Claim]]:
    """Place of each item that is picked -> who claims it, first the first."""
    claims: dict[int, list[Claim]] = {}
    for aim, to, selector in selectors:
        words = f"`{selector.text}` is declared upkeep" if aim == "upkeep" else f"`{selector.text}` of {aim} {to}"
        for place in index.pick(selector):
            claims.setdefault(place, []).append((aim, to, words))
    return claims


def _first(item: WorkItem, ground: Ground, claims: Sequence[Claim]) -> Link | None:
    """The first claim wins; the others are said, and the effort is counted once."""
    if not claims:
        return None
    aim, to, words = claims[0]
    others = list(dict.fromkeys((a, t) for a, t, _ in claims[1:] if (a, t) != (aim, to)))
    also = f"; also claimed by {', '.join(f'{a} {t}' for a, t in others)}, counted here only" if others else ""
    return Link(item.id, aim, to, ground, words + also)


def _carried(strategy: Strategy) -> dict[str, list[Claim]]:
    """Release id or key -> the bets that list it."""
    claims: dict[str, list[Claim]] = {}
    for bet in strategy.bets:
        for release in bet.releases:
            claims.setdefault(release, []).append(("bet", bet.id, f"release {release} carries bet {bet.id}"))
    return claims


def _inherited(
    place: int,
    items: Sequence[WorkItem],
    family: Family,
    own: Sequence[Link | None],
    carried: dict[str, list[Claim]],
    names: Named,
) -> Link:
    """The item's own link, else the nearest one above it, else its release's, else none."""
    item = items[place]
    if mine := own[place]:
        return mine
    for over in family.above(place):
        if link := own[over]:
            return Link(item.id, link.aim, link.to, "parent", f"{items[over].id} is above it: {link.because}")
    shipped = (*carried.get(item.release, ()), *carried.get(item.release.removeprefix(f"{item.product}/"), ()))
    return _first(item, "release", shipped if item.release else ()) or Link(
        item.id, "orphan", because=names.unknown(item)
    )


def why(item: str, facts: Facts, strategy: Strategy) -> tuple[str, ...]:
    """The chain of reasons from an item up to an outcome, one sentence each; says so where it breaks."""
    link = link_of(item, facts)
    if link is None:
        return (f"No work item `{item}` is known.",)
    title = next((one.title for one in facts.items if one.id == link.item), "")
    start = f"{link.item}: {title}" if title else link.item
    shipped = _shipped(link.item, facts)
    if link.aim == "orphan":
        reason = link.because or "no id in its text, no selector, no parent and no release of a bet claims it"
        return (start, f"It serves no stated intent: {reason}.", *shipped)
    if link.aim == "upkeep":
        return (start, f"It is upkeep: {link.because}.", *shipped)
    return (
        start,
        f"It serves {link.aim} {link.to} ({link.ground}): {link.because}.",
        *_upward(link.aim, link.to, strategy),
        *shipped,
    )


def _shipped(item: str, facts: Facts) -> list[str]:
    """In which releases it reached customers, when, and whom first."""
    said = []
    for release in facts.releases:
        if item in release.items:
            reached = [step for step in release.rollouts if step.share > 0]
            whom = f"{reached[0].share:.0%} of {reached[0].segment or 'everyone'} first" if reached else ""
            whom = "testers alone" if release.prerelease else whom or "everyone"
            said.append(f"It shipped in {release.id} on {release.day.isoformat()}, to {whom}.")
    return said or (["No release that is known holds it."] if facts.releases else [])


def link_of(item: str, facts: Facts) -> Link | None:
    """The link of an item, called as people type it; None where no such item is known."""
    link = next((one for one in facts.links if one.item == item), None)
    return link or next((one for one in facts.links if _loosely(one.item) == _loosely(item)), None)


def _loosely(item: str) -> str:
    """An id as people type it: `kyc-7` for KYC-7, `12` for #12."""
    return item.strip().lstrip("#").casefold()


def _upward(aim: str, to: str, strategy: Strategy) -> list[str]:
    """From a bet or need up to outcomes."""
    said = []
    if aim == "bet" and (bet := strategy.bet(to)):
        if bet.need:
            said.append(f"Bet {to} is for need {bet.need}.")
        said.append(f"Bet {to} is to achieve outcome {bet.achieve}." if bet.achieve else f"Bet {to} names no outcome.")
    if aim == "need" and (need := strategy.need(to)):
        served = ", ".join(need.outcomes)
        said.append(f"Need {to} serves outcome {served}." if served else f"Need {to} names no outcome.")
    return said
