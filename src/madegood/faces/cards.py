"""What a card of the quiet signals holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madegood.faces.standing import Tone


@dataclass(frozen=True, slots=True)
class Trace:
    """A small curve.

    values     one after another, evenly spaced; None where not known
    low, high  their interval, as many, or empty
    onset      places between which it began
    dot        the place that is marked; the last one without it
    first      what stands at the foot on the left, `last` on the right; `says` is the whole in words
    """

    values: tuple[float | None, ...]
    tone: Tone
    says: str
    first: str
    last: str
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    onset: tuple[int, int] | None = None
    dot: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One card: what it is about, its figure or word, what is known of it, and a small curve."""

    title: str
    figure: str
    notes: tuple[str, ...]
    tone: Tone
    trace: Trace | None = None
