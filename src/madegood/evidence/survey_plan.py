"""Whom to ask with high effort: how many, which width that buys, and the draw."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.survey import FEWEST_EFFORT, frame_of, weigh
from madegood.numerics.calibration import calibrate, mean, slopes
from madegood.performance.survey_spec import values
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from madegood.intent.model import SurveySpec
    from madegood.performance.model import Floats
    from madegood.performance.surveys import Asked

SIZES = (250, 500, 1000, 2000, 5000, 10000)
#: An interval worth having: half as wide as what the silent could make of it is no news.
WIDEST = 0.5


@dataclass(frozen=True, slots=True)
class Bought:
    """So many customers asked with high effort: width of the answer-corrected 95 % interval, in points."""

    people: int
    width: float


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """What an arm with high effort would buy.

    ordinary, expected  shares that answer: now, and when asked with high effort (said, not measured)
    bought   widths by size; `pick` the smallest that gets `within`, None where none does
    without  width of the frame (all the silent at the bottom, or at the top)
    """

    survey: str
    ordinary: float
    expected: float
    within: float
    bought: tuple[Bought, ...]
    pick: Bought | None
    without: float


def survey_plan(spec: SurveySpec, asked: Asked, expected: float = 0.5, within: float = 30.0) -> SurveyPlan | Refusal:
    """Widths by the size of the arm, from a wave that was asked in the ordinary way.

    Near delta 0 an arm's score falls with delta by its silent customers' covariance of the answer with its residual
    (a in the ordinary arm, b in the other), so the score at which both agree is (a m1 - b m0) / (a - b): the arms' own
    errors, blown up by how alike they answer. High effort is taken to multiply everyone's odds of answering alike.
    Widths are held against simulated ones in benchmarks/survey.md.
    """
    about = f"a plan for {asked.survey}"
    arm = asked.ordinary
    if arm.answered < FEWEST_EFFORT:
        return Refusal(about, f"{arm.answered} customers answered", f"{FEWEST_EFFORT} answers of one ordinary wave")
    share = arm.answered / arm.people
    if not share < expected < 1:
        why = f"high effort would get {expected:.0%} to answer, and {share:.0%} answer already"
        return Refusal(about, why, "an `--expect` above that: one click inside the product often gets half")
    weighed = weigh(spec, asked)
    fit = calibrate(weighed.answers)
    left = weighed.answers.values - weighed.answers.basis @ slopes(weighed.answers, fit)
    odds = _odds(fit.weights, expected)
    mass = fit.weights * left * weighed.answers.tilt / fit.weights.sum()
    a, b = float(mass @ (1 - 1 / fit.weights)), float(mass @ (odds / (1 + odds)))
    ordinary = mean(weighed.answers, fit)[1] ** 2
    effort = float(fit.weights @ (left**2 * (1 + odds)) / fit.weights.sum())
    if not abs(a) > abs(b):
        return Refusal(about, "the answers hardly differ", "answers that differ")
    bought = []
    for people in (n for n in SIZES if n * expected >= FEWEST_EFFORT and n <= asked.people / 2):
        bought.append(Bought(people, 3.92 * float(np.sqrt(a**2 * effort / people + b**2 * ordinary)) / abs(a - b)))
    low, high = frame_of(spec, asked, values(spec.kind, asked.scale, arm.scores))
    if not bought or min(one.width for one in bought) > WIDEST * (high - low):
        why = f"no arm of up to half of {asked.people:,} customers tells more than half of what is open"
        return Refusal(about, why, "more customers, or an effort that more of them answer to")
    pick = next((one for one in bought if one.width <= within), None)
    return SurveyPlan(asked.survey, share, expected, within, tuple(bought), pick, high - low)


def _odds(weights: Floats, expected: float) -> Floats:
    """(n,) odds of silence when asked with high effort: all multiplied alike, so that so large a share answers."""
    low, high = -30.0, 30.0
    for _ in range(80):
        shift = (low + high) / 2
        answers = float(weights @ (1 / (1 + np.exp(shift) * (weights - 1))) / weights.sum())
        low, high = (shift, high) if answers > expected else (low, shift)
    out: Floats = np.exp(shift) * (weights - 1)
    return out


def drawn(customers: Iterable[str], people: int, seed: str) -> tuple[str, ...]:
    """So many of the customers by lot, the same for the same seed whatever their order; each counts once."""
    keys = {c for c in (str(one).strip() for one in customers) if c}
    return tuple(sorted(keys, key=lambda c: hashlib.sha256(f"{seed}\0{c}".encode()).digest())[:people])
