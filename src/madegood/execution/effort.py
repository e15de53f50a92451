"""Where the effort of a window went: by bet, need and outcome, as declared upkeep, and as orphan.

The unit is the best one that covers the window's work, never a mixture: person-days from history, person-days from
estimates, else counts of finished items. Nothing here tells one person from another.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from madegood.days import Window, say_day
from madegood.execution.family import Family
from madegood.execution.model import Effort, Share
from madegood.execution.shipped import reach_known, reached
from madegood.execution.worked import worked
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from madegood.execution.model import Aim, Facts, WorkItem
    from madegood.execution.suggest import Suggestion
    from madegood.intent.model import Strategy

COVERED = 0.9  # the tenth left out, if it is of like size, can then move a share by ten points at most
FEWEST_PEOPLE = 3  # of two, each can subtract themselves and know the other's days
EXAMPLES = 5  # orphan items shown
ORDER: dict[str, int] = {"bet": 0, "need": 1, "outcome": 2, "upkeep": 3, "orphan": 4}


class Amounts(NamedTuple):
    """Effort by place of item, in one unit, and how it was measured."""

    unit: str
    basis: str
    by_place: dict[int, float]


def effort(facts: Facts, strategy: Strategy, window: Window, suggested: Sequence[Suggestion] = ()) -> Effort | Refusal:
    """Effort of the window by what it served; the shares add up to the total.

    suggested  where orphans may belong: they stay orphans, and say how far the orphan effort may be too large
    """
    found = amounts(facts, window)
    if isinstance(found, Refusal):
        return found
    family = Family(facts.items)
    return _summed(facts, strategy, window, found, _placed(facts, family, suggested))


def amounts(facts: Facts, window: Window) -> Amounts | Refusal:
    """Effort of the window by item."""
    if not facts.items:
        return Refusal("effort", "no work items are known", "add a source of kind `items` to madegood.yml")
    family = Family(facts.items)
    found = _measured(facts, family, _finished(facts.items, family, window), window)
    return found if found.by_place else nothing_done("effort", facts, window)


def _measured(facts: Facts, family: Family, finished: list[int], window: Window) -> Amounts:
    """In the best unit that covers the window; `basis` says why a better one could not be had."""
    by_history = _from_history(facts, family, finished, window)
    if isinstance(by_history, Amounts):
        return by_history
    by_estimate = _from_estimates(facts.items, family, finished, window)
    if isinstance(by_estimate, Amounts):
        return by_estimate
    why = "; ".join(reason for reason in (by_history, by_estimate) if reason)
    basis = "finished items, each counted as one"
    return Amounts("items", f"{basis}: {why}" if why else basis, dict.fromkeys(finished, 1.0))


def nothing_done(asked: str, facts: Facts, window: Window) -> Refusal:
    """Why a window holds no work, from what is known outside it."""
    span = f"from {say_day(window.first)} to {say_day(window.last)}"
    days = [item.done for item in facts.items if item.done]
    if not days:
        mend = (
            "map `done` in madegood.yml, or add a source of kind `states` and name its last states under `done_states`"
        )
        return Refusal(asked, "no work item has a day on which it was done", mend)
    before = [day for day in days if day < window.first]
    last = f"; the last one before that was finished on {say_day(max(before))}" if before else ""
    return Refusal(asked, f"no work item was finished {span}{last}", "bring the backlog's export up to date")


def _finished(items: Sequence[WorkItem], family: Family, window: Window) -> list[int]:
    """Places of items finished in the window; one above a finished one is not counted again."""
    done = family.lowest([place for place, item in enumerate(items) if item.done and item.done <= window.last])
    return sorted(place for place in done if (day := items[place].done) and day in window)


def _from_history(facts: Facts, family: Family, finished: list[int], window: Window) -> Amounts | str:
    """Person-days worked, or why not (empty where there is no history to speak of)."""
    spells = facts.spells
    if spells is None:
        return ""
    if not len(spells.item):
        return f"no state of the history is named under `active_states` (seen: {', '.join(spells.unread)})"
    owned = set(np.unique(spells.item[spells.person >= 0]).tolist())
    known = sum(place in owned for place in finished)
    if not owned:
        return "the history does not say who had an item in progress"
    if known < COVERED * len(finished):
        return f"only {known} of {len(finished)} finished items have a history of who had them in progress"
    above = np.zeros(len(facts.items), dtype=bool)
    above[[place for place in family.parent if place >= 0]] = True
    days = worked(spells, len(facts.items), window, above)
    if days.people < FEWEST_PEOPLE:
        few = f"fewer than {FEWEST_PEOPLE} people worked, so that days would tell on a person"
        return few if days.people else "the history holds no working day of it"
    left = f"; {len(finished) - known} of {len(finished)} finished items have none" if known < len(finished) else ""
    basis = "person-days from the history of states: each day of each person, shared over what they had in progress"
    return Amounts("person-days", basis + left, {int(i): float(days.amount[i]) for i in np.flatnonzero(days.amount)})


def _from_estimates(items: Sequence[WorkItem], family: Family, finished: list[int], window: Window) -> Amounts | str:
    """Estimates of finished items, each spread over its days from start to done; or why not."""
    done = [place for place, item in enumerate(items) if item.done and item.done <= window.last]
    carriers = family.lowest([place for place in done if items[place].estimate])
    if not carriers:
        return ""
    covered = sum(place in carriers or any(over in carriers for over in family.above(place)) for place in finished)
    if covered < COVERED * len(finished):
        return f"only {covered} of {len(finished)} finished items have an estimate"
    by_place = {place: amount for place in sorted(carriers) if (amount := _spread(items[place], window)) > 0}
    left = f"; {len(finished) - covered} of {len(finished)} have none" if covered < len(finished) else ""
    basis = "estimates of finished items in person-days, each spread evenly from the day it was started to the day done"
    return Amounts("person-days", basis + left, by_place)


def _spread(item: WorkItem, window: Window) -> float:
    """The part of an item's estimate that falls into the window."""
    if item.done is None or item.estimate is None:
        return 0.0
    first = min(item.started or item.done, item.done)
    inside = (min(item.done, window.last) - max(first, window.first)).days + 1
    return item.estimate * max(inside, 0) / len(Window(first, item.done))


def _summed(
    facts: Facts, strategy: Strategy, window: Window, amounts: Amounts, placed: dict[int, tuple[Aim, str]]
) -> Effort:
    arrived = reached(facts)
    groups: dict[tuple[Aim, str], list[int]] = defaultdict(list)
    plausible: dict[tuple[Aim, str], list[int]] = defaultdict(list)
    for place in amounts.by_place:
        groups[facts.links[place].aim, facts.links[place].to].append(place)
        if place in placed:
            plausible[placed[place]].append(place)

    def shares(of: dict[tuple[Aim, str], list[int]]) -> tuple[Share, ...]:
        made = [share(aim, to, places) for (aim, to), places in of.items()]
        return tuple(sorted(made, key=lambda s: (ORDER[s.aim], -s.amount, s.id)))

    def share(aim: Aim, to: str, places: list[int]) -> Share:
        came = [p for p in places if _by(arrived.get(facts.items[p].id), window.last)]
        amount, there = (sum((amounts.by_place[p] for p in some), 0.0) for some in (places, came))
        return Share(aim, to, amount, len(places), there)

    found = shares(groups)
    return Effort(
        window=window,
        unit="person-days" if amounts.unit == "person-days" else "items",
        basis=amounts.basis,
        total=sum(share.amount for share in found),
        shares=found,
        unserved=_unserved(strategy, set(groups)),
        examples=_examples(facts, amounts.by_place, groups.get(("orphan", ""), [])),
        reach_known=reach_known(facts),
        suggested=shares(plausible),
    )


def _placed(facts: Facts, family: Family, suggested: Sequence[Suggestion]) -> dict[int, tuple[Aim, str]]:
    """Place of each orphan -> where its own suggestion would put it, else that of the nearest above it."""
    told: dict[str, tuple[Aim, str]] = {one.item: (one.aim, one.to) for one in suggested}
    if not told:
        return {}
    orphans = [place for place, link in enumerate(facts.links) if link.aim == "orphan"]
    lines = ((place, (facts.items[p].id for p in (place, *family.above(place)))) for place in orphans)
    found = ((place, next((told[name] for name in line if name in told), None)) for place, line in lines)
    return {place: where for place, where in found if where}


def _by(day: date | None, last: date) -> bool:
    return day is not None and day <= last


def _unserved(strategy: Strategy, served: set[tuple[Aim, str]]) -> tuple[tuple[str, str], ...]:
    """Outcomes and needs still wanted that got no effort, neither outright nor through what serves them."""
    needs = {to for aim, to in served if aim == "need"}
    outcomes = {to for aim, to in served if aim == "outcome"}
    for bet in strategy.bets:
        if ("bet", bet.id) in served:
            needs.add(bet.need)
            outcomes.add(bet.achieve)
    for need in strategy.needs:
        if need.id in needs:
            outcomes.update(need.outcomes)
    wanted = ("active", "proposed")
    return (
        *(("outcome", o.id) for o in strategy.outcomes if o.status in wanted and o.id not in outcomes),
        *(("need", n.id) for n in strategy.needs if n.status in wanted and n.id not in needs),
    )


def _examples(facts: Facts, amounts: dict[int, float], orphans: list[int]) -> tuple[tuple[str, str], ...]:
    """The orphans that took most, the latest first among equals."""
    most = sorted(orphans, key=lambda p: (-round(amounts[p], 6), -_day(facts.items[p]), facts.items[p].id))
    return tuple((facts.items[p].id, facts.items[p].title) for p in most[:EXAMPLES])


def _day(item: WorkItem) -> int:
    day = item.done or item.started or item.created
    return day.toordinal() if day else 0
