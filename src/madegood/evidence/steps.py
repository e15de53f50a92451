"""For a `cannot tell`: why, and the cheapest thing that would make it tellable, from this metric's own noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from madegood.numerics.joint import detectable, step_error

if TYPE_CHECKING:
    from madegood.evidence.model import Effect, Estimate, Question
    from madegood.evidence.stretch import Detail

#: Releases of one group further apart than this share an effect because no day between them is known.
GAP = 7
#: Something is worth saying when it brings the smallest visible effect to this part of what it is now.
WORTH = 0.8
#: Days after a release from which on waiting is not worth a word.
LONG = 84
#: Shares of customers to hold out, the cheapest first, and for how many days.
HELD, DAYS = (0.05, 0.1, 0.2, 0.5), 28
#: Standard errors between nothing and what is seen with 80 % power at 95 %, where noise is counting alone.
NORMAL = float(ndtri(0.975) + ndtri(0.8))


def next_step(question: Question, estimate: Estimate, effect: Effect, detail: Detail) -> str:
    """One short sentence that says what to do, with the figure it comes to: the first that would help enough."""
    if len(effect.releases) > 1:
        if (effect.last - effect.first).days > GAP:
            return "close the gap in the metric around them, or release further apart: they share one effect now"
        return f"release these {len(effect.releases)} a week or more apart next time: they share one effect now"
    apart = float(estimate.model.usable.scale.share(detectable() * detail.alone))
    if apart < WORTH * effect.mde:
        return f"keep five days clear around a release: alone, {_percent(apart)} would show, not {_percent(effect.mde)}"
    waiting = _waiting(effect, detail, estimate.model.usable.every)
    if waiting < WORTH and effect.days_after < LONG:
        return (
            f"wait until there are {LONG} days after it: {_percent(effect.mde * waiting)} would show then, "
            f"not {_percent(effect.mde)}"
        )
    return hold_out(question, effect) or (
        "release to some segments first and keep the others as controls: alone, this series shows nothing below "
        f"{_percent(effect.mde)}"
    )


def why_not(effect: Effect) -> str:
    """Why an effect is not called although the data's own interval leaves zero out; empty where it does not."""
    data = effect.data
    if data.low <= 0 <= data.high:
        return ""
    said = f"the data alone say {data.mean:+.0%} ({data.low:+.0%} to {data.high:+.0%})"
    return f"{said}, but metrics jump so much by themselves more often than releases do"


def hold_out(question: Question, effect: Effect) -> str:
    """The smallest share held out by lot that would show half of what can be seen now, within four weeks.

    Counting noise alone, so the best case: relative variance 1/n of a count, (1 - p) / (p n) of a share p of n
    people, in each arm. Empty for stocks, for values that are no counts, and where even halves would not do.
    """
    amount = _counted(question)
    if amount is None:
        return ""
    for share in HELD:
        mde = NORMAL * np.sqrt(1 / (amount * share) + 1 / (amount * (1 - share)))
        if mde <= effect.mde / 2:
            return (
                f"hold the next one back from {_percent(share)} of customers, drawn by lot, for {DAYS} days: "
                f"at best {_percent(mde)} would show"
            )
    return ""


def _counted(question: Question) -> float | None:
    """How much is counted in four weeks, as a number of equally informative counts; None where it is no count."""
    series = question.measured.series
    known = np.isfinite(series.values)
    values = series.values[known][-91:]
    if series.grain == "rate" and series.base is not None:
        base = series.base[known][-91:]
        p = float(np.sum(values * base) / max(np.sum(base), 1e-12))
        return float(np.mean(base)) * DAYS * p / (1 - p) if 0 < p < 1 else None
    if series.grain == "flow" and np.allclose(values, np.round(values)) and values.min() >= 0 and values.sum() > 0:
        return float(values.mean()) * DAYS
    return None


def _waiting(effect: Effect, detail: Detail, every: int) -> float:
    """Standard error with LONG days after a step, over that with what there is; days before as they are."""
    before, after = (max(min(days, LONG) // every, 1) for days in (detail.before, effect.days_after))
    model = np.array(detail.model)
    return step_error(model, before, LONG // every) / step_error(model, before, after)


def _percent(share: float) -> str:
    """A share as people say it.

    >>> _percent(0.174), _percent(0.05), _percent(0.034), _percent(3.1)
    ('17 %', '5 %', '3.4 %', 'a doubling')
    """
    if share >= 1:
        return "a doubling"
    return f"{100 * share:.2g} %"
