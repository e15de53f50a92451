"""Which work items a selector picks: every term must hold, `*` stands for anything, case does not count."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from madegood.execution.family import Family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.execution.model import WorkItem
    from madegood.intent.model import Selector

SAME = {"labels": "label", "type": "kind", "key": "id"}  # other names people give our fields


class Index:
    """Items by the values of their fields, so that a selector looks at each distinct value once.

    Fields: id, title, kind, label, parent (the direct one), epic (any item above, or the item itself), product,
    release (its id or its key), bet, and whatever further columns madegood.yml keeps.
    """

    def __init__(self, items: Sequence[WorkItem], family: Family | None = None) -> None:
        self.items = items
        self.family = family or Family(items)
        self._values: dict[str, dict[str, set[int]]] = {}

    def pick(self, selector: Selector) -> set[int]:
        """Places of the items that every term holds for; a selector without terms picks nothing."""
        picked: set[int] | None = None
        for name, pattern in selector.terms:
            found = self._holds(SAME.get(name.casefold(), name.casefold()), pattern.strip().casefold())
            picked = found if picked is None else picked & found
            if not picked:
                return set()
        return picked or set()

    def _holds(self, name: str, pattern: str) -> set[int]:
        values = self._by_value(name)
        if "*" not in pattern:
            return values.get(pattern, set())
        pieces = pattern.split("*")
        telling = max(pieces, key=len)
        near = (value for value in values if value and telling in value)  # much cheaper, and most values end here
        return set().union(*(values[value] for value in near if fits(value, pieces)))

    def _by_value(self, name: str) -> dict[str, set[int]]:
        if name not in self._values:
            values: dict[str, set[int]] = defaultdict(set)
            for place, item in enumerate(self.items):
                for value in self._read(name, place, item):
                    values[value.strip().casefold()].add(place)
            self._values[name] = dict(values)
        return self._values[name]

    def _read(self, name: str, place: int, item: WorkItem) -> Sequence[str]:
        """The item's values of one field; an empty text where it has none, so that `label:` finds the unlabelled."""
        if name == "label":
            return item.labels or ("",)
        if name == "epic":
            return (item.id, item.parent, *(self.items[over].id for over in self.family.above(place)))
        if name == "release":
            return (item.release, item.release.removeprefix(f"{item.product}/"))
        if name in ("id", "title", "kind", "parent", "product", "bet"):
            return (getattr(item, name),)
        return [value for key, value in item.fields if key.casefold() == name] or ("",)


def fits(value: str, pieces: Sequence[str]) -> bool:
    """Whether a value begins and ends with the outer pieces and holds the others between, in their order.

    Piece by piece, so that no pattern can be slow.

    >>> [fits("aba", pattern.split("*")) for pattern in ("a*a", "ab*ba", "*b*", "*c*")]
    [True, False, True, False]
    """
    first, *middle, last = pieces
    at, end = len(first), len(value) - len(last)
    if at > end or not (value.startswith(first) and value.endswith(last)):
        return False
    for piece in middle:
        found = value.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def pick(items: Sequence[WorkItem], selector: Selector) -> tuple[WorkItem, ...]:
    """The items that a selector picks, in their order.

    >>> from madegood.execution.model import WorkItem
    >>> from madegood.intent.model import Selector
    >>> items = (WorkItem("1", labels=("KYC",), kind="feat"), WorkItem("2", labels=("kyc-docs",), kind="feat"))
    >>> [i.id for i in pick(items, Selector("label:kyc* kind:feat", (("label", "kyc*"), ("kind", "feat"))))]
    ['1', '2']
    """
    return tuple(items[place] for place in sorted(Index(items).pick(selector)))
