"""Parents and children among work items; circles of parents are cut, so that every walk ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from madegood.execution.model import WorkItem


class Family:
    """Items by their place in a list, and who stands above whom.

    parent  (n,) the place of each item's parent, -1 where it has none that is known

    >>> from madegood.execution.model import WorkItem
    >>> f = Family([WorkItem("E"), WorkItem("S", parent="E"), WorkItem("T", parent="S"), WorkItem("X", parent="X")])
    >>> f.parent, list(f.above(2)), sorted(f.lowest([0, 1, 2, 3]))
    ([-1, 0, 1, -1], [1, 0], [2, 3])
    """

    def __init__(self, items: Sequence[WorkItem]) -> None:
        places = {item.id: i for i, item in enumerate(items)}
        self.parent = [places.get(item.parent, -1) if item.parent else -1 for item in items]
        for place in self._in_circles():
            self.parent[place] = -1

    def _in_circles(self) -> Iterable[int]:
        """Places whose chain of parents comes back to themselves: none of them is above another."""
        seen = [0] * len(self.parent)  # the walk that passed here, counted from 1
        circles: list[int] = []
        for walk, start in enumerate(range(len(self.parent)), start=1):
            place = start
            while place >= 0 and not seen[place]:
                seen[place] = walk
                place = self.parent[place]
            if place >= 0 and seen[place] == walk:
                circles += self._round(place)
        return circles

    def _round(self, start: int) -> list[int]:
        """Every place of the circle through `start`."""
        found = [start]
        while (place := self.parent[found[-1]]) != start:
            found.append(place)
        return found

    def above(self, place: int) -> Iterator[int]:
        """Parent, grandparent and so on."""
        while (place := self.parent[place]) >= 0:
            yield place

    def lowest(self, places: Collection[int]) -> set[int]:
        """Those that have none of the others below them: counting only these counts nothing twice."""
        covered: set[int] = set()
        for place in places:
            for over in self.above(place):
                if over in covered:
                    break
                covered.add(over)
        return set(places) - covered
