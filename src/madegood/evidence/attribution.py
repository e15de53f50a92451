"""What was made good, by bet, need, outcome and product: whole releases, never a release split by fiat."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from madegood.days import Window
from madegood.evidence.decompose import decompose, interval, split
from madegood.evidence.model import Account, Part
from madegood.execution.shipped import arrivals
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from madegood.evidence.decompose import Split
    from madegood.evidence.model import Answer, Decomposition, Of
    from madegood.execution.model import Facts, Link, Release
    from madegood.intent.model import Metric, Strategy

#: What parts may be of, in the order in which they are shown.
KINDS: tuple[Of, ...] = ("bet", "need", "outcome", "product")


def made_good_by(whole: Split, of: Of, facts: Facts, strategy: Strategy) -> tuple[Part, ...]:
    """Parts of what was made good, the largest first; in every draw they add up to it exactly.

    A release that carries the work of several bets, or cannot be told apart from one that does, counts for all of
    them together. Releases that carry no such work are a part without names.
    """
    names, items = served(of, facts, strategy), carried(facts)
    columns: defaultdict[tuple[tuple[str, ...], bool], list[int]] = defaultdict(list)
    for i, keys in enumerate(whole.runs):
        mine = {n for key in keys for n in names.get(key, ())}
        mixed = bool(mine) and not all(names.get(key) for key in keys)
        columns[tuple(sorted(mine)), mixed].append(i)
    aims = _aims(of, facts.links, strategy)
    out = []
    for (held, mixed), places in columns.items():
        releases = tuple(key for i in places for key in whole.runs[i])
        brought = {item for key in releases for item in items.get(key, ())}
        serving = sum(bool(set(aims.get(item, ())) & set(held)) for item in brought)
        part = interval(whole.made[:, places].sum(axis=1))
        out.append(Part(of, held, part, releases, len(brought), serving, mixed))
    return tuple(sorted(out, key=lambda p: (not p.names, -abs(p.made_good.mean), p.names)))


def served(of: Of, facts: Facts, strategy: Strategy) -> dict[str, frozenset[str]]:
    """Key of each release -> ids of the bets, needs, outcomes or products whose work it brought to customers."""
    if of == "product":
        return {r.key: frozenset({r.product} - {""}) for r in facts.releases}
    aims = _aims(of, facts.links, strategy)
    out = {key: {name for item in held for name in aims.get(item, ())} for key, held in carried(facts).items()}
    for bet in strategy.bets:  # releases that a bet names outright
        for r in facts.releases:
            if r.id in bet.releases or r.key in bet.releases:
                out[r.key] = out.get(r.key, set()) | set(_of_bet(of, bet.id, strategy))
    return {key: frozenset(names) for key, names in out.items()}


def by_need(facts: Facts, strategy: Strategy) -> dict[str, list[Release]]:
    """Id of each need -> the releases that brought work for it to customers."""
    out: defaultdict[str, list[Release]] = defaultdict(list)
    names = served("need", facts, strategy)
    for release in facts.releases:
        for need in sorted(names.get(release.key, ())):
            out[need].append(release)
    return dict(out)


def carried(facts: Facts) -> dict[str, frozenset[str]]:
    """Key of each release that customers met -> items it brought; what testers had came with the stable release."""
    stable: dict[tuple[str, date], str] = {}
    for r in facts.releases:
        if not r.prerelease:
            stable.setdefault((r.product, r.day), r.key)
    days = arrivals(facts.releases)
    brings = {r.key: _with(r, days[r.key], stable) if r.prerelease else r.key for r in facts.releases}
    out: defaultdict[str, set[str]] = defaultdict(set)
    for r in facts.releases:
        out[brings[r.key]] |= set(r.items)
    for item in facts.items:
        if item.release in brings:
            out[brings[item.release]].add(item.id)
    return {key: frozenset(held) for key, held in out.items() if key}


def _with(testing: Release, day: date | None, stable: Mapping[tuple[str, date], str]) -> str:
    """The release with which customers met what was first released to testers; empty while they have not."""
    return stable[testing.product, day] if day else ""


def _aims(of: Of, links: tuple[Link, ...], strategy: Strategy) -> dict[str, tuple[str, ...]]:
    """Item -> the bets (needs, outcomes) it serves, directly or through what it serves."""
    out: defaultdict[str, set[str]] = defaultdict(set)
    for link in links:
        out[link.item] |= set(_upward(of, link, strategy))
    return {item: tuple(sorted(names)) for item, names in out.items() if names}


def _upward(of: Of, link: Link, strategy: Strategy) -> tuple[str, ...]:
    """What one link serves on the level asked for."""
    if link.aim == of:
        return (link.to,)
    if link.aim == "bet":
        return _of_bet(of, link.to, strategy)
    need = strategy.need(link.to) if link.aim == "need" else None
    return need.outcomes if need and of == "outcome" else ()


def _of_bet(of: Of, name: str, strategy: Strategy) -> tuple[str, ...]:
    """A bet itself, its need, or its outcome: its need's outcomes where it names none."""
    bet = strategy.bet(name)
    if of == "bet" or bet is None:
        return (name,) if of == "bet" else ()
    if of == "need":
        return (bet.need,) if bet.need else ()
    need = strategy.need(bet.need)
    return (bet.achieve,) if bet.achieve else need.outcomes if need else ()


def shares(answer: Answer, parts: Decomposition | Refusal, facts: Facts, strategy: Strategy) -> tuple[Part, ...]:
    """The parts of a decomposition's made good, of every kind that says something: not all of them nameless."""
    if isinstance(answer, Refusal) or isinstance(parts, Refusal):
        return ()
    whole = split(answer, parts.before, parts.after)
    if isinstance(whole, Refusal):
        return ()
    each = (made_good_by(whole, of, facts, strategy) for of in KINDS)
    return tuple(p for found in each if any(p.names for p in found) for p in found)


def account(
    metric: Metric, answer: Answer, first: date, last: date | None, days: int, facts: Facts, strategy: Strategy
) -> Account:
    """What changed between two dates and why: the mean of the `days` up to the one against those up to the other.

    Without `last`, up to the last day on which the metric can be read.
    """
    if isinstance(answer, Refusal):
        return Account(metric.id, answer)
    parts = decompose(answer, Window.ending(first, days), Window.ending(last or answer.window.last, days))
    return Account(metric.id, parts, shares(answer, parts, facts, strategy))
