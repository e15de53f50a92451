"""A plan's starts: each group of segments that one day reached, as a difference to those that were not reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.evidence.designs.staged_plan import ALIKE
from madegood.numerics.shifted import Start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.designs.staged_plan import Panel, Plan, Segment
    from madegood.performance.model import Floats

WEEK = 7
#: Days before a start in which those it is read against should not differ by another release: what it is compared with.
CLEAR = 28
#: Counts of a group, a day, below which weeks are read: the log of days of 5 was off by -.018, of 20 by -.004.
SCARCE = 10.0
#: Median of a reading below which half a one is added (evidence/scale.py).
LOW = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """One start of a plan with those it is read against.

    day      index of its first day in the panel
    segments, others  names: reached on that day, and not reached until `after` days later
    start    in readings of `every` days
    """

    day: int
    segments: tuple[str, ...]
    others: tuple[str, ...]
    start: Start
    every: int


def starts_of(seen: Panel, plan: Plan, rest: Sequence[Plan], after: int) -> list[Reached]:
    """Every start that has `after` days after it, and segments that nobody had met it in until then."""
    first = plan.starts
    days = len(seen.window)
    found: list[tuple[int, int, NDArray[np.int_], NDArray[np.int_]]] = []
    for day in sorted(set(first[first < days].tolist())):
        gap = _gap(plan.reach[first == day], day)
        end = day + gap + after
        if day == 0 or end > days:
            continue
        mine, others = np.flatnonzero(first == day), np.flatnonzero(first >= end)
        if len(others):
            found.append((day, gap, mine, _clean(rest, mine, others, day, end)))
    every = 1
    if any(_scarce(seen, mine, others) for _, _, mine, others in found):
        every = WEEK
    out = [_reached(seen, plan, rest, item, after, every) for item in found]
    return [r for r in out if r is not None]


def _clean(
    rest: Sequence[Plan], mine: NDArray[np.int_], others: NDArray[np.int_], day: int, end: int
) -> NDArray[np.int_]:
    """Those of the others that no other release sets apart from these segments around the start; all, if each is."""
    near = [p.reach[:, max(day - CLEAR, 0) : end] for p in rest]
    changed = [reach for reach in near if np.ptp(reach, axis=1).max() > ALIKE]
    clean = np.array([o for o in others if not any(_differs(r, mine, np.array([o])).any() for r in changed)], int)
    return clean if len(clean) else others


def _gap(reach: Floats, day: int) -> int:
    """Days until nine tenths were reached of what was reached in four weeks, (segments, days)."""
    share = reach[:, day : day + 4 * WEEK].mean(axis=0)
    return int(np.argmax(share >= 0.9 * share.max()))


def _scarce(seen: Panel, mine: NDArray[np.int_], others: NDArray[np.int_]) -> bool:
    """Whether either side counts too few a day to take logarithms of days."""
    for group in (mine, others):
        members = [seen.segments[i] for i in group]
        if all(s.counted for s in members) and sum(float(np.nanmean(s.did)) for s in members) < SCARCE:
            return True
    return False


def _reached(
    seen: Panel,
    plan: Plan,
    rest: Sequence[Plan],
    item: tuple[int, int, NDArray[np.int_], NDArray[np.int_]],
    after: int,
    every: int,
) -> Reached | None:
    """One start as a difference in readings; None where one of its sides cannot be read in them."""
    day, gap, mine, others = item
    gap = -(-gap // every) * every
    readings = (len(seen.window) - day % every) // every
    cut = slice(day % every, day % every + readings * every)
    treated = _log([seen.segments[i] for i in mine], cut, every)
    controls = [c for group in _groups(seen, others, every) if np.isfinite(c := _log(group, cut, every)).any()]
    at = day // every
    if not np.isfinite(treated).any() or not controls:
        return None
    dose = float(plan.reach[mine, day + gap : day + gap + after].mean())
    size = _size(seen, mine, day)
    differs = np.zeros(len(seen.window), bool)
    for other in rest:
        differs |= _differs(other.reach, mine, others)
    marks = np.add.reduceat(differs[cut], np.arange(0, readings * every, every)) > 0
    y = treated - _weights(np.array(controls), at) @ np.array(controls)
    y = _without_weekdays(y, at) if every == 1 else y
    names = tuple(seen.segments[i].name for i in mine), tuple(seen.segments[i].name for i in others)
    return Reached(day, *names, Start(y, at, gap // every, dose, size, marks), every)


def _size(seen: Panel, mine: NDArray[np.int_], day: int) -> float:
    """How many could, or how much they did, a day before the start; a rate of unknown size counts as one."""
    total = 0.0
    for i in mine:
        s = seen.segments[i]
        share = not bool((s.could[np.isfinite(s.could)] == 1).all())
        amount = (s.could if share else s.did if s.adds else s.could)[:day]
        known = amount[np.isfinite(amount)]
        total += float(known.mean()) if len(known) else 0.0
    return max(total, 1e-12)


def _groups(seen: Panel, others: NDArray[np.int_], every: int) -> list[list[Segment]]:
    """Each of the others by itself; those that count too few are put together."""
    big: list[list[Segment]] = []
    small: list[Segment] = []
    for i in others:
        s = seen.segments[i]
        if s.counted and float(np.nanmean(s.did)) * every < SCARCE:
            small.append(s)
        else:
            big.append([s])
    together = sum(float(np.nanmean(s.did)) for s in small) * every
    return [*big, small] if small and together >= SCARCE else big


def _log(members: Sequence[Segment], cut: slice, every: int) -> Floats:
    """Logarithm of what the members did together, of how many could, in readings of `every` days, (readings,).

    A reading is known where all members are on five days of seven.
    """
    share = not all(bool((s.could[np.isfinite(s.could)] == 1).all()) for s in members)
    did = np.sum([s.did for s in members], axis=0)[cut].reshape(-1, every)
    could = np.sum([s.could for s in members], axis=0)[cut].reshape(-1, every)
    known = np.isfinite(did).sum(axis=1)
    enough = known >= np.ceil(every * 5 / 7)
    total = np.where(enough, np.nansum(did, axis=1) / np.maximum(known, 1), np.nan) * every
    base = np.where(enough, np.nansum(could, axis=1) / np.maximum(known, 1), np.nan) * every if share else 1.0
    half = 0.0
    if all(s.counted for s in members):
        few = np.nanmin(total, initial=np.inf) <= 0 or float(np.nanmedian(total)) < LOW
        half = 0.5 if few else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.log(total + half) - np.log(base + half * share)
    return np.asarray(np.where(np.isfinite(z), z, np.nan))


def _differs(reach: Floats, mine: NDArray[np.int_], others: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Days on which another release changed how unlike the two sides are, (days,)."""
    apart = reach[mine].mean(axis=0) - reach[others].mean(axis=0)
    spread = np.ptp(reach[np.concatenate([mine, others])], axis=0)
    moved = np.abs(np.diff(apart, prepend=apart[:1])) > ALIKE
    return np.asarray(moved | (np.abs(np.diff(spread, prepend=spread[:1])) > ALIKE))


def _weights(controls: Floats, at: int) -> Floats:
    """Weights of the others, (controls,), adding up to 1: by how little each wanders from their mean before the start.

    controls (controls, readings) logs. Halfway to equal, since what they did before is a guide and no more.
    """
    size = len(controls)
    known = np.isfinite(controls[:, :at]).all(axis=0)
    early = controls[:, :at][:, known]
    step = max(min(WEEK, early.shape[1] // 4), 1)
    if size < 3 or early.shape[1] <= step:
        return np.full(size, 1 / size)
    apart = early - early.mean(axis=0)
    sure = 1 / np.maximum(((apart[:, step:] - apart[:, :-step]) ** 2).mean(axis=1), 1e-12)
    return np.asarray((sure / sure.sum() + 1 / size) / 2)


def _without_weekdays(y: Floats, at: int) -> Floats:
    """Less what each weekday usually is beyond the week around it, learnt before the start, (days,)."""
    kernel = np.full(WEEK, 1 / WEEK)
    around = np.convolve(y, kernel, "same")
    around[: WEEK // 2] = around[len(y) - WEEK // 2 :] = np.nan
    left = (y - around)[: max(at - WEEK // 2, 0)]
    out = y.copy()
    for weekday in range(WEEK):
        known = left[weekday::WEEK]
        known = known[np.isfinite(known)]
        if len(known) >= 3:
            out[weekday::WEEK] -= np.median(known)
    return out
