"""Has the mix of customers shifted? A total that holds while its parts fall, or falls while no part does (Simpson)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from madegood.days import Window
from madegood.evidence.model import Interval
from madegood.numerics.mix import Shift, shift
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.intent.model import Metric
    from madegood.performance.model import Floats, Measured, Series

WEEKS = 13  # in each window: a quarter
YEAR = 52  # weeks back to the same season; nearer only when there is no such past
FEWEST = 8  # weeks with values that each part needs in each window

Word = Literal["hidden", "mix alone", "both", "neither"]


@dataclass(frozen=True, slots=True)
class Mixed:
    """What a rate's change is made of: its parts' own changes, and who they were.

    word     hidden: parts changed, and the mix covered most of it; mix alone: the total changed though parts did not,
             or the other way; both: parts and mix; neither: nothing is clear of chance
    total = within + mix, in the metric's own unit, 95 %: within is what the parts did at an average mix, mix what the
             shift of customers between them did at their average rates
    parts    (segment, its own change, its share of customers before, and after), the largest share first
    """

    metric: str
    word: Word
    before: Window
    after: Window
    total: Interval
    within: Interval
    mix: Interval
    parts: tuple[tuple[str, Interval, float, float], ...]
    says: str


def mix(metric: Metric, parts: Sequence[Measured], on: date) -> Mixed | Refusal:
    """The last WEEKS weeks of a rate against the same weeks of the year before, or against the weeks just before.

    `parts` are disjoint segments that make up the total, as performance/parts.py reads them. Only a rate of known size
    has a mix: counts add up, and a total of counts that holds while one part falls shows in that part's own erosion.
    """
    series = [p.series for p in parts if p.series.grain == "rate" and p.series.base is not None]
    if len(series) < 2:
        why = f"{metric.label} is not read as a rate with its base in two segments or more"
        return Refusal("mix", why=why, until="its segments come with how many people could, and how many did")
    last = min([on, *(s.last for s in series)])
    last -= timedelta(days=(last.weekday() + 1) % 7)
    after = Window.ending(last, 7 * WEEKS)
    for back in (YEAR, WEEKS):
        before = Window(after.first - timedelta(weeks=back), after.last - timedelta(weeks=back))
        usable = [s for s in series if _weeks(s, before) >= FEWEST and _weeks(s, after) >= FEWEST]
        if len(usable) >= 2 and len(usable) == len([s for s in series if _weeks(s, after) >= FEWEST]):
            found = shift(*(np.array([_tallies(s, w) for s in usable]) for w in (before, after)))
            return _said(metric, [s.segment for s in usable], before, after, found)
    why = f"the segments of {metric.label} have no {FEWEST} weeks in each of two quarters"
    return Refusal("mix", why=why, until="each segment has values in two quarters")


def _weeks(series: Series, window: Window) -> int:
    """Weeks of a window with anybody in them."""
    return int((_tallies(series, window)[:, 1] > 0).sum())


def _tallies(series: Series, window: Window) -> Floats:
    """How many did, and how many could, in each week of a window, (weeks, 2)."""
    part = series.within(window)
    base = np.zeros(len(window)) if part.base is None else part.base
    known = np.isfinite(part.values) & np.isfinite(base)
    n = np.where(known, base, 0.0)
    k = np.where(known, part.values, 0.0) * n
    return np.asarray(np.stack([k.reshape(-1, 7).sum(axis=1), n.reshape(-1, 7).sum(axis=1)], axis=1))


def _said(metric: Metric, names: list[str], before: Window, after: Window, found: Shift) -> Mixed:
    def interval(mean: float, sd: float) -> Interval:
        return Interval(mean, mean - found.times * sd, mean + found.times * sd)

    order = np.argsort(-found.shares[0])
    parts = tuple(
        (names[i], interval(found.own[i], found.own_sd[i]), float(found.shares[0, i]), float(found.shares[1, i]))
        for i in order
    )
    total, within, moved = (interval(*pair) for pair in (found.total, found.within, found.mix))
    word = _word(total, within, moved)
    says = _say(metric, word, total, within, moved, parts)
    return Mixed(metric.id, word, before, after, total, within, moved, parts, says)


def _clear(interval: Interval) -> bool:
    return interval.low > 0 or interval.high < 0


def _word(total: Interval, within: Interval, moved: Interval) -> Word:
    """Which of the two it was; `hidden` and `mix alone` only when the other is at most half of it."""
    if _clear(within) and _clear(moved) and within.mean * moved.mean < 0 and abs(total.mean) <= abs(within.mean) / 2:
        return "hidden"
    if _clear(moved) and abs(within.mean) <= abs(moved.mean) / 2:
        return "mix alone"
    return "both" if _clear(within) and _clear(moved) else "neither"


def _say(
    metric: Metric,
    word: Word,
    total: Interval,
    within: Interval,
    moved: Interval,
    parts: tuple[tuple[str, Interval, float, float], ...],
) -> str:
    """In words, with the parts that fell and the one that gained customers; empty when nothing is clear of chance."""
    if word == "neither":
        return ""
    good = 1 if metric.good == "up" else -1
    worse = [name for name, own, *_ in parts if max(good * own.low, good * own.high) < 0]
    better = [name for name, own, *_ in parts if min(good * own.low, good * own.high) > 0]
    grown = max(parts, key=lambda p: p[3] - p[2])
    shifted = f"{grown[0]} went from {grown[2]:.0%} to {grown[3]:.0%} of customers".replace("%", " %")
    own = "; ".join(
        f"{'worse' if names is worse else 'better'} in {', '.join(names)}" for names in (worse, better) if names
    )
    if word == "hidden":
        held = "held" if not _clear(total) else "moved little or the other way"
        return f"{metric.label} {held} in total, but only because the mix shifted ({shifted}). In itself: {own}."
    if word == "mix alone":
        return f"{metric.label} moved because the mix shifted ({shifted}), not because customers did anything else."
    return f"{metric.label}: the mix shifted ({shifted}), and customers changed too: {own or 'none of them alone'}."
