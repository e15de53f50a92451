"""For a `cannot tell`: why, and the cheapest thing that would make it tellable, from this metric's own noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.offers import percent
from madegood.numerics.joint import detectable, step_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.evidence.model import Effect, Estimate
    from madegood.evidence.offers import Offer
    from madegood.evidence.stretch import Detail

#: Releases of one group further apart than this share an effect because no day between them is known.
GAP = 7
#: Something free is worth saying when it brings the smallest visible effect to this part of what it is now; what costs
#: something, when it brings it to half.
WORTH, HALF = 0.8, 0.5
#: Days after a release from which on waiting is not worth a word.
LONG = 84
#: A control that shares so much of a metric's movements leaves half of its standard error: sqrt(1 - 3/4).
SHARED = "three quarters"


def next_step(estimate: Estimate, effect: Effect, detail: Detail, offered: Sequence[Offer] = ()) -> str:
    """One short sentence that says what to do, with the figure it comes to: the cheapest that would help enough.

    offered  of `offers` for this metric, the cheapest first
    """
    free = _free(estimate, effect, detail)
    if free:
        return free
    now = percent(effect.mde)
    for enough in (HALF, WORTH):
        for offer in offered:
            if offer.mde <= enough * effect.mde:
                at_best = "at best " if offer.best else ""
                return f"{offer.says}: {at_best}{percent(offer.mde)} would show, not {now}"
    return (
        f"name a control, a metric that it cannot touch: one that shares {SHARED} of this one's movements "
        f"would bring {now} to {percent(effect.mde / 2)}"
    )


def _free(estimate: Estimate, effect: Effect, detail: Detail) -> str:
    """What costs nothing but patience: releases further apart, or days to come."""
    if len(effect.releases) > 1:
        if (effect.last - effect.first).days > GAP:
            return "close the gap in the metric around them, or release further apart: they share one effect now"
        return f"release these {len(effect.releases)} a week or more apart next time: they share one effect now"
    apart = float(estimate.model.usable.scale.share(detectable() * detail.alone))
    if apart < WORTH * effect.mde:
        return f"keep five days clear around a release: alone, {percent(apart)} would show, not {percent(effect.mde)}"
    waiting = _waiting(effect, detail, estimate.model.usable.every) if effect.days_after < LONG else 1.0
    if waiting < WORTH:
        now, then = percent(effect.mde), percent(effect.mde * waiting)
        return f"wait until there are {LONG} days after it: {then} would show then, not {now}"
    return ""


def why_not(effect: Effect) -> str:
    """Why an effect is not called although the data's own interval leaves zero out; empty where it does not."""
    data = effect.data
    if data.low <= 0 <= data.high:
        return ""
    said = f"the data alone say {data.mean:+.0%} ({data.low:+.0%} to {data.high:+.0%})"
    return f"{said}, but metrics jump so much by themselves more often than releases do"


def _waiting(effect: Effect, detail: Detail, every: int) -> float:
    """Standard error with LONG days after a step, over that with what there is; days before as they are."""
    before, after = (max(min(days, LONG) // every, 1) for days in (detail.before, effect.days_after))
    model = np.array(detail.model)
    return step_error(model, before, LONG // every) / step_error(model, before, after)
