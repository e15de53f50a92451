"""Where work went after it began: how long it took, what never ended, what reached nobody, how attention was scattered.

Spreads instead of means: times in progress have long tails, so that a mean tells of no item at all (Vacanti, Actionable
agile metrics for predictability, 2015, chapters 10 to 12). Nothing here tells one person from another, and nothing
after the window is looked at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from madegood.execution.attention import MAP_STARTED, attention, mondays
from madegood.execution.effort import nothing_done
from madegood.execution.family import Family
from madegood.execution.shipped import reach_known, reached
from madegood.execution.worked import ENOUGH, LONGEST
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from madegood.days import Window
    from madegood.execution.attention import Attention
    from madegood.execution.model import Facts, Release, WorkItem
    from madegood.intent.model import Strategy

SHARES = (0.15, 0.5, 0.85, 0.95)  # of items, as forecasts from cycle times name them (Vacanti 2015)
HALF = 0.5  # of the finished items that must say when work on them began, else the rest could be anything
EXAMPLES = 5

Ended = Literal["reached", "testers", "waiting", "nobody"]


@dataclass(frozen=True, slots=True)
class Spread:
    """How values spread: (share, value) pairs, each the least value that this share of all stays within.

    A share stands there only where at least one value lies above it, so that the largest alone is no percentile.

    >>> Spread.of([3, 1, 2, 40])
    Spread(count=4, points=((0.15, 1.0), (0.5, 2.0)))
    """

    count: int
    points: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Of two values or more, else no share can be said."""
        found = np.sort(np.fromiter(values, float))
        told = [share for share in SHARES if len(found) * (1 - share) >= 1]
        cuts = [float(np.quantile(found, share, method="inverted_cdf")) for share in told]
        return cls(len(found), tuple(zip(told, cuts, strict=True)))

    def at(self, share: float) -> float | None:
        """The value of a share, if it is told."""
        return dict(self.points).get(share)


@dataclass(frozen=True, slots=True)
class Open:
    """Items that were begun and are not done.

    ages   days since they were begun
    stale  those begun longer ago than 95 % of the finished ones took, (id, title, days), the oldest first;
           a Refusal where too few were finished to know how long that is
    """

    count: int
    ages: Spread
    stale: tuple[tuple[str, str, int], ...] | Refusal


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where the items finished in the window had come to on its last day; the counts add up to `items`.

    reached  it reached customers
    testers  it stands only in releases for testers
    waiting  done no longer ago than 85 % of the others took from done to customers, or nobody can tell how long that is
    nobody   done longer ago than that and in no release, or in one that was rolled out to nobody
    lag      days from done to customers, of all items that got there
    """

    items: int
    reached: int
    testers: int
    waiting: int
    nobody: int
    lag: Spread | Refusal
    examples: tuple[tuple[str, str], ...] = ()  # of `nobody` and `testers`, (id, title), the longest done first


@dataclass(frozen=True, slots=True)
class Flow:
    """What became of work.

    weekly       items finished in each whole week of the window
    in_progress  days from start to done of the items finished in the window
    """

    window: Window
    weekly: Spread | Refusal
    in_progress: Spread | Refusal
    open: Open | Refusal
    delivered: Delivered | Refusal
    attention: tuple[Attention, ...] | Refusal


def flow(facts: Facts, strategy: Strategy, window: Window) -> Flow | Refusal:
    """How work flowed in a window; an item above others is not counted beside them."""
    if not facts.items:
        return Refusal("flow", "no work items are known", "add a source of kind `items` to madegood.yml")
    family = Family(facts.items)
    done = family.lowest([p for p, item in enumerate(facts.items) if item.done and item.done <= window.last])
    finished = [facts.items[p] for p in sorted(done)]
    return Flow(
        window,
        _weekly(facts, finished, window),
        _in_progress(finished, window),
        _open(facts.items, family, finished, window),
        _delivered(facts, finished, window),
        attention(facts, family, strategy, window),
    )


def _weekly(facts: Facts, finished: Sequence[WorkItem], window: Window) -> Spread | Refusal:
    """Over whole ISO weeks inside the window, those without any included."""
    if not any(item.done in window for item in finished if item.done):
        return nothing_done("items a week", facts, window)
    weeks = mondays(window)
    if len(weeks) < 2:
        return Refusal("items a week", "the period holds fewer than two whole weeks", "ask about a longer period")
    counts = Counter(item.done - timedelta(days=item.done.weekday()) for item in finished if item.done)
    return Spread.of(counts[monday] for monday in weeks)


def _took(finished: Sequence[WorkItem]) -> list[int]:
    pairs = [(item.started, item.done) for item in finished if item.started and item.done]
    return [(done - started).days for started, done in pairs if started <= done]


def _in_progress(finished: Sequence[WorkItem], window: Window) -> Spread | Refusal:
    mine = [item for item in finished if item.done and item.done in window]
    took = _took(mine)
    if len(took) < 2 or len(took) < HALF * len(mine):
        why = f"{len(took)} of {len(mine)} items finished in the period say when work on them began"
        return Refusal("time in progress", why, MAP_STARTED)
    return Spread.of(took)


def _open(items: Sequence[WorkItem], family: Family, finished: Sequence[WorkItem], window: Window) -> Open | Refusal:
    """What was begun by the last day and was not done on it."""
    begun = [p for p, item in enumerate(items) if item.started and item.started <= window.last]
    if not begun:
        return Refusal("open work", "no work item says when work on it began", MAP_STARTED)
    last = window.last
    ended = {p for p in begun if (day := items[p].done) and day <= last}
    left = [items[p] for p in family.lowest([p for p in begun if p not in ended])]
    ages = sorted(((last - item.started).days, item.id, item.title) for item in left if item.started)
    took = _took(finished)
    stale: tuple[tuple[str, str, int], ...] | Refusal
    if len(took) < ENOUGH:
        why = f"{len(took)} finished items say how long they were in progress"
        stale = Refusal("stale work", why, f"wait until {ENOUGH} do, or {MAP_STARTED}")
    else:
        usual = float(np.quantile(took, LONGEST, method="lower"))
        stale = tuple((name, title, age) for age, name, title in reversed(ages) if age > usual)
    return Open(len(ages), Spread.of(age for age, _, _ in ages), stale)


def _delivered(facts: Facts, finished: Sequence[WorkItem], window: Window) -> Delivered | Refusal:
    """Where the items finished in the window ended up."""
    mine = [item for item in finished if item.done and item.done in window]
    if not mine:
        return nothing_done("what reached customers", facts, window)
    if not reach_known(facts):
        why = "nothing ties any work item to a release"
        return Refusal("what reached customers", why, "map `release` or `shipped` in madegood.yml, or add a source of "
                       "kind `links` that says which release holds which item")  # fmt: skip
    came = {item: day for item, day in reached(facts).items() if day <= window.last}
    lags = [max((came[item.id] - item.done).days, 0) for item in finished if item.done and item.id in came]
    lag: Spread | Refusal = Spread.of(lags)
    if len(lags) < ENOUGH:
        why = f"{len(lags)} finished items are known to have reached customers"
        lag = Refusal("time from done to customers", why, f"wait until {ENOUGH} have")
    usual = None if isinstance(lag, Refusal) else lag.at(0.85)
    holding = _holding(facts, window.last)
    ended = {item.id: _ended(item, came, holding.get(item.id, ()), usual, window.last) for item in mine}
    counts = Counter(ended.values())
    lost = sorted((item for item in mine if ended[item.id] in ("nobody", "testers")), key=lambda i: (i.done, i.id))
    return Delivered(len(mine), counts["reached"], counts["testers"], counts["waiting"], counts["nobody"], lag,
                     tuple((item.id, item.title) for item in lost[:EXAMPLES]))  # fmt: skip


def _holding(facts: Facts, last: date) -> dict[str, tuple[Release, ...]]:
    """Item id -> the releases up to a day that hold it."""
    keys = {release.key: release for release in facts.releases if release.day <= last}
    holding: dict[str, dict[str, Release]] = {}
    for release in keys.values():
        for item in release.items:
            holding.setdefault(item, {})[release.key] = release
    for one in facts.items:
        if one.release in keys:
            holding.setdefault(one.id, {})[one.release] = keys[one.release]
    return {item: tuple(found.values()) for item, found in holding.items()}


def _ended(
    item: WorkItem, came: Mapping[str, date], holding: Sequence[Release], usual: float | None, last: date
) -> Ended:
    if holding and all(_met_nobody(release, last) for release in holding):
        return "nobody"
    if item.id in came:
        return "reached"
    if holding:
        return "testers"
    assert item.done
    return "nobody" if usual is not None and (last - item.done).days > usual else "waiting"


def _met_nobody(release: Release, last: date) -> bool:
    """Its rollouts are known, and none of them had put it before anybody by that day."""
    return bool(release.rollouts) and not any(step.share > 0 and step.day <= last for step in release.rollouts)
