"""For a `cannot tell`: the cheapest thing that would make it tellable, computed from this metric's own noise."""

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
#: Shares of customers to hold out, the cheapest first, and for how many days.
HELD, DAYS = (0.05, 0.1, 0.2, 0.5), 28
#: Standard errors between nothing and what is seen with 80 % power at 95 %, where noise is counting alone.
NORMAL = float(ndtri(0.975) + ndtri(0.8))


def next_step(question: Question, estimate: Estimate, effect: Effect, detail: Detail) -> str:
    """Sentences: what can be seen now, then the first thing that would help enough."""
    now = f"changes below {_percent(effect.mde)} cannot be seen here; "
    if effect.data.low > 0 or effect.data.high < 0:
        now = (
            f"the data alone say {effect.data.mean:+.0%} ({effect.data.low:+.0%} to {effect.data.high:+.0%}), but this "
            "metric jumps by itself too often, and releases do so much too seldom, to tell which it was; "
        )
    share = estimate.model.usable.scale.share
    apart = float(share(detectable() * detail.alone))
    if (effect.last - effect.first).days > GAP and len(effect.releases) > 1:
        first = "close the gap in the metric around them, or release further apart: they share one effect now; "
    elif len(effect.releases) > 1:
        first = f"release {_some(effect.releases)} a week or more apart next time: they share one effect now; "
    elif apart < WORTH * effect.mde:
        first = f"keep five days clear around a release: alone, {_percent(apart)} would show; "
    else:
        first = ""
    held = hold_out(question, effect)
    waiting = _waiting(effect, detail, estimate.model.usable.every)
    if waiting < WORTH and effect.days_after < 84:
        first += f"wait until there are 84 days after it: {_percent(effect.mde * waiting)} would show then; "
    else:
        first += "waiting does not help, since the level wanders by itself; " if not first else ""
    if held:
        return now + first + held
    return (
        now + first + "release to some segments first and keep the others as controls, or ask a metric nearer to the "
        "change that wanders less"
    )


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
    """Standard error with 84 days after a step, over that with what there is; days before as they are."""
    before, after = (max(min(days, 84) // every, 1) for days in (detail.before, effect.days_after))
    model = np.array(detail.model)
    return step_error(model, before, 84 // every) / step_error(model, before, after)


def _percent(share: float) -> str:
    """A share as people say it.

    >>> _percent(0.174), _percent(0.05), _percent(0.034), _percent(3.1)
    ('17 %', '5 %', '3.4 %', 'a doubling')
    """
    if share >= 1:
        return "a doubling"
    return f"{100 * share:.2g} %"


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
