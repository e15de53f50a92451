"""When the data cannot say: an answer with a reason and the cheapest next step, never 0, None, NaN or no width."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was asked for, why the data cannot say, and what would make it able to.

    >>> Refusal("speed", why="no work items have a day on which they were done", until="map `done` in madegood.yml")
    Refusal(asked='speed', why='no work items have a day on which they were done', until='map `done` in madegood.yml')
    """

    asked: str
    why: str
    until: str
