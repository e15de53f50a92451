"""A metric as it would have gone with one release alone: what placebos in time are taken from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from madegood.numerics.in_time import changes, means

if TYPE_CHECKING:
    from madegood.evidence.model import Estimate
    from madegood.evidence.stretch import Stretch
    from madegood.numerics.statespace import Floats

#: Days in a week, and weeks from which on weekdays are told apart.
WEEK, FEWEST = 7, 4


@dataclass(frozen=True, slots=True, eq=False)
class Clean:
    """Readings of the stretch of one effect, working scale, without weekdays, known days, controls, other releases.

    with_it   (readings,) the effect itself still in it; NaN where missing or on a known day
    without   (readings,) the effect taken out as well, as far as it is believed
    at, over  first reading that met the release, and readings from there until all had met it
    week      readings in a week: 7, or 1 where weeks are read
    """

    with_it: Floats
    without: Floats
    at: int
    over: int
    week: int


def clean(estimate: Estimate, nth: int) -> Clean:
    """Of the nth effect of a series. Effects of releases are taken out as large as the track record believes them."""
    place, i = estimate.model.where[nth]
    stretch: Stretch = estimate.model.stretches[place]
    run, effects = list(stretch.runs[i]), stretch.columns.effects
    believed = stretch.draws.mean(axis=0) if len(stretch.draws) else stretch.joint.beta
    left = stretch.z - effects @ believed
    left = np.where((stretch.columns.known > 0).any(axis=1), np.nan, left)
    week = max(WEEK // stretch.usable.every, 1)
    left = _uncontrolled(_weekless(left, week), stretch.columns.controls, week)
    own = effects[:, run]
    met = own.max(axis=1) > 0
    at = int(np.argmax(met))
    last = int(np.flatnonzero((np.diff(own, axis=0) != 0).any(axis=1)).max(initial=at - 1)) + 1
    return Clean(left + own @ believed[run], left, at, max(last - at, 0), week)


def _weekless(y: Floats, week: int) -> Floats:
    """Without what each weekday usually has above the seven days around it (medians)."""
    size, half = len(y) // week * week, week // 2
    if week == 1 or size < FEWEST * week:
        return y
    above = np.full(len(y), np.nan)
    above[half : len(y) - half] = y[half : len(y) - half] - means(y, week)[: len(y) - 2 * half]
    rows = np.where(np.isfinite(above[:size]), above[:size], np.nan).reshape(-1, week)
    usual = [float(np.median(day[np.isfinite(day)])) if np.isfinite(day).any() else 0.0 for day in rows.T]
    return np.asarray(y - np.resize(usual, len(y)))


def _uncontrolled(y: Floats, controls: Floats, week: int) -> Floats:
    """Without what its changes from week to week share with those of its controls (least squares)."""
    if not controls.shape[1]:
        return y
    moved = np.column_stack([changes(c, week, week) for c in controls.T])
    mine = changes(y, week, week)
    both = np.isfinite(mine) & np.isfinite(moved).all(axis=1)
    if both.sum() <= 3 * controls.shape[1]:
        return y
    share = np.linalg.lstsq(moved[both], mine[both], rcond=None)[0]
    return np.asarray(y - controls @ share)
