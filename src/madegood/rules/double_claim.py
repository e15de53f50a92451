"""The same work claimed twice: its effort can be counted only once."""

from __future__ import annotations

from collections.abc import Iterator

from madegood.findings import NOWHERE
from madegood.intent.model import Selector
from madegood.rules.rule import Case, Remark, Rule, bets, where


def same(selector: Selector) -> tuple[tuple[str, str], ...]:
    """Equal for two selectors that choose the same items: order and case of the terms do not matter."""
    return tuple(sorted((field.lower(), pattern.lower()) for field, pattern in selector.terms))


def look(case: Case) -> Iterator[Remark]:
    taken = {same(s): "`upkeep:` of madegood.yml" for s in case.project.upkeep}
    carried: dict[str, str] = {}
    for bet in bets(case):
        for selector in bet.work:
            other = taken.setdefault(same(selector), f"the bet `{bet.id}`")
            if other != f"the bet `{bet.id}`":
                yield Remark(
                    bet,
                    where(bet, "work") if selector.place == NOWHERE else selector.place,
                    f"The bet `{bet.id}` claims the work `{selector.text}`, and so does {other}. Effort is counted "
                    "once, so one of them will look unserved.",
                    "Leave it with the one the work is for, or tell the two apart by a label.",
                )
        for release in bet.releases:
            other = carried.setdefault(release, bet.id)
            if other != bet.id:
                yield Remark(
                    bet,
                    where(bet, "releases"),
                    f"The bets `{other}` and `{bet.id}` are both carried by the release `{release}`, so their effects "
                    "cannot be told apart.",
                    "Ship them in two releases some weeks apart, or to different customers.",
                )


RULE = Rule("double-claim", "warning", "Work and releases belong to one bet each", look)
