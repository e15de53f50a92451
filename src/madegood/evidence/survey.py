"""What a survey's answers say of everyone, the silent included, and how far that rests on why they are silent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from madegood.evidence.model import Interval
from madegood.evidence.survey_told import (
    ANSWER,
    BEHAVIOUR,
    COUNTS_ARMS,
    COUNTS_KNOWN,
    COUNTS_USUAL,
    RAW,
    Point,
    SegmentScore,
    Survey,
    Tipping,
)
from madegood.numerics.calibration import Answers, calibrate, curve, mean, slopes, worth
from madegood.numerics.choosing import chosen
from madegood.numerics.small_areas import together
from madegood.numerics.tilt import carried, crossing, normal_scores, pinned, two_arms
from madegood.performance.survey_spec import bounds, values
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.intent.model import SurveySpec
    from madegood.performance.model import Floats
    from madegood.performance.surveys import Asked, AskedArm

__all__ = ["Survey", "survey", "surveys", "weigh"]  # with what they give back

FEWEST = 30  # answers; with 45 or so 95 % intervals held 92 %, with 100 and more 94 to 97 % (benchmarks/survey.md)
FEWEST_EFFORT = 100  # answers of the arm asked with high effort: its normal interval, and deltas that have an end
SMALL = 10  # customers: a segment of fewer is not told
#: Of delta. In the largest programme whose truth came out the answer moved who answers by .36 after weighting (250,000
#: answers a week said 70 % where it was 53: Bradley et al. 2021, Nature 600:695), by .44 at the far end of its
#: benchmark's own error. That is taken to be no rare case.
USUAL = 0.5
DELTAS = np.concatenate([np.arange(-8, -4) / 4, np.arange(-10, 11) / 10, np.arange(5, 9) / 4])


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """The ordinary arm's answers on the terms that were chosen."""

    answers: Answers
    taken: list[int]
    levels: tuple[Floats, Floats]  # distinct answers and their tilt


def survey(spec: SurveySpec, asked: Asked) -> Survey | Refusal:
    """What one wave says."""
    arm = asked.ordinary
    about = f"survey {asked.survey}" + (f", {asked.wave}" if asked.wave else "")
    if arm.answered < FEWEST:
        return Refusal(about, f"{arm.answered} of {asked.people:,} customers answered", f"{FEWEST} answers")
    if arm.answered >= arm.people:
        until = (
            "those who were asked and did not answer: their rows, `people:` of the survey, or its `behaviour:` table"
        )
        return Refusal(about, "everyone in its files answered, so of the silent nothing is known", until)
    scores = values(spec.kind, asked.scale, arm.scores)
    weighed = weigh(spec, asked)
    fit = calibrate(weighed.answers)
    times = _times(weighed.answers, fit.weights)
    line = _curve(weighed.answers, times)
    corrected: Interval | Refusal = _interval(*mean(weighed.answers, fit), times)
    if np.ptp(scores) == 0:
        corrected = Refusal("the corrected score", "every answer counts alike", "answers that differ")
    elif not asked.terms:
        until = "`behaviour:` of the survey: a table of what each customer did"
        corrected = Refusal("the behaviour-corrected score", "nothing is known of what customers do", until)
    raw = float(scores.mean())
    answered_for, delta, doubts = _from_arms(spec, asked, weighed)
    truth = dict(spec.known).get(asked.wave)
    pin = _pin(line, truth) if truth is not None else None
    if pin is not None:
        delta = _interval(*pin)
        if isinstance(answered_for, Refusal):
            answered_for = replace(
                answered_for, why=f"the figure of everyone is known: {truth:g}", until="nothing more"
            )
    elif delta is not None and isinstance(answered_for, Interval):
        pin = delta.mean, (delta.high - delta.low) / 3.92
    return Survey(
        asked.survey, asked.wave, spec.kind, asked.first, asked.last, asked.people, arm.asked, arm.answered, raw,
        corrected, worth(fit.weights), raw - corrected.mean if isinstance(corrected, Interval) else 0.0,
        line, _tipping(spec, line) if np.ptp(scores) > 0 else None,
        frame_of(spec, asked, scores), answered_for, delta, truth,
        None if truth is None or raw == truth else float(scores.var() / (raw - truth) ** 2),
        ANSWER if isinstance(answered_for, Interval) else BEHAVIOUR if isinstance(corrected, Interval) else RAW,
        COUNTS_ARMS if isinstance(answered_for, Interval) else COUNTS_USUAL if isinstance(corrected, Interval) else RAW,
        _segments(spec, asked, weighed, pin), tuple(asked.terms[j - 1] for j in weighed.taken[1:]),
        (*_doubts(asked, weighed), *doubts), (asked.effort.asked, asked.effort.answered) if asked.effort else None,
        *_likened(line, fit.weights, corrected),
    )  # fmt: skip


def surveys(spec: SurveySpec, waves: Sequence[Asked]) -> tuple[Survey | Refusal, ...]:
    """Every wave, in order; waves without a known figure take their delta from those with one."""
    told = [survey(spec, one) for one in waves]
    known = [
        (i, one.delta) for i, one in enumerate(told) if isinstance(one, Survey) and one.known is not None and one.delta
    ]
    return tuple(_carry(one, i, known) if isinstance(one, Survey) else one for i, one in enumerate(told))


def _carry(one: Survey, place: int, known: Sequence[tuple[int, Interval]]) -> Survey:
    """A wave with the delta of the known ones, where its own arms do not say."""
    if one.known is not None or isinstance(one.answered_for, Interval) or not known or not one.curve:
        return one
    if len(known) < 2:
        at = float(np.interp(known[0][1].mean, DELTAS, [p.score.mean for p in one.curve]))
        why = (
            f"the true figure of one wave is known: with its tilt this score would be {at:.1f}, and how the tilt moves"
        )
        until = "a second wave whose true figure is known"
        return replace(one, answered_for=Refusal("the answer-corrected score", f"{why} is not known", until))
    deltas = np.array([d.mean for _, d in known])
    errors = np.array([(d.high - d.low) / 3.92 for _, d in known])
    middle, half = carried(np.array([i for i, _ in known], float), deltas, errors, place)
    means = np.array([p.score.mean for p in one.curve])
    at, ahead, behind = (float(np.interp(d, DELTAS, means)) for d in (middle, middle - half, middle + half))
    noise = float(np.interp(middle, DELTAS, [p.score.high - p.score.mean for p in one.curve]))
    low, high = min(ahead, behind), max(ahead, behind)
    beyond = abs(middle) + half > DELTAS[-1]
    bottom = one.frame[0] if beyond else max(one.frame[0], at - float(np.hypot(at - low, noise)))
    top = one.frame[1] if beyond else min(one.frame[1], at + float(np.hypot(high - at, noise)))
    delta = Interval(middle, middle - half, middle + half)
    return replace(one, answered_for=Interval(at, bottom, top), delta=delta, label=ANSWER, counts=COUNTS_KNOWN)


def weigh(spec: SurveySpec, asked: Asked) -> Weighed:
    """The ordinary arm on the terms that tell most."""
    arm = asked.ordinary
    scores = values(spec.kind, asked.scale, arm.scores)
    totals = asked.totals * (arm.people / asked.people)
    taken = chosen(arm.basis, totals, scores, asked.always)
    whole = asked.effort is None or asked.effort.people <= asked.people / 10
    plain = Answers(arm.basis[:, taken], totals[taken], scores, np.zeros(arm.answered), whole)
    tilt = normal_scores(arm.scores, calibrate(plain).weights)
    levels, at = np.unique(arm.scores, return_index=True)
    return Weighed(replace(plain, tilt=tilt), taken, (levels, tilt[at]))


def _curve(answers: Answers, times: float) -> tuple[Point, ...]:
    """The score at every delta looked at."""
    means, errors = curve(answers, DELTAS)
    return tuple(Point(float(d), _interval(m, e, times)) for d, m, e in zip(DELTAS, means, errors, strict=True))


def _interval(middle: float, error: float, times: float = 1.96) -> Interval:
    return Interval(float(middle), float(middle - times * error), float(middle + times * error))


def _times(answers: Answers, weights: Floats) -> float:
    """Student's t for 95 %, its degrees of freedom the answers' worth less the terms."""
    return float(stdtrit(max(worth(weights) - answers.basis.shape[1], 3.0), 0.975))


def _tipping(spec: SurveySpec, line: Sequence[Point]) -> Tipping | None:
    """Where the conclusion against the target is lost, going from delta 0 outward."""
    target = spec.target if spec.target is not None else (0.0 if spec.kind == "nps" else None)
    if target is None:
        return None
    now = next(p.score for p in line if p.delta == 0)
    says = "above" if now.low > target else "below" if now.high < target else "open"
    edge = np.array([p.score.high if says == "below" else p.score.low for p in line]) - target
    middle = np.array([p.score.mean for p in line]) - target
    return Tipping(target, says, 0.0 if says == "open" else crossing(DELTAS, edge), crossing(DELTAS, middle))


def _likened(
    line: Sequence[Point], weights: Floats, corrected: Interval | Refusal
) -> tuple[float, Interval, Interval] | tuple[None, None, None]:
    """How strong behaviour is, the score's band if the answer itself were as strong, and if it were as usual.

    What is not known is likened to what is, as for regressions in Cinelli and Hazlett 2020 (JRSS B 82:39).
    """
    if isinstance(corrected, Refusal):
        return None, None, None
    logs = np.log(np.maximum(weights - 1, 1e-9))
    strength = float(np.sqrt(weights @ (logs - weights @ logs / weights.sum()) ** 2 / weights.sum()))
    return strength, _reached(line, corrected, strength), _reached(line, corrected, USUAL)


def _reached(line: Sequence[Point], corrected: Interval, reach: float) -> Interval:
    """The corrected score with the ends of its intervals at all deltas so far either way."""
    ends = np.interp([-reach, reach], DELTAS, np.arange(len(DELTAS)))
    inside = [p.score for k, p in enumerate(line) if ends[0] - 1 < k < ends[1] + 1]
    return Interval(corrected.mean, min(s.low for s in inside), max(s.high for s in inside))


def _pin(line: Sequence[Point], truth: float) -> tuple[float, float] | None:
    """The delta that makes the score the known figure, and its standard error."""
    means = np.array([p.score.mean for p in line])
    return pinned(DELTAS, means, np.array([p.score.high for p in line]) / 1.96 - means / 1.96, truth)


def frame_of(spec: SurveySpec, asked: Asked, scores: Floats) -> tuple[float, float]:
    """All the silent at the bottom, all of them at the top."""
    low, high = bounds(spec.kind, asked.scale)
    heard = asked.ordinary.answered / asked.ordinary.people
    said = float(scores.mean()) * heard
    return said + low * (1 - heard), said + high * (1 - heard)


def _from_arms(
    spec: SurveySpec, asked: Asked, weighed: Weighed
) -> tuple[Interval | Refusal, Interval | None, tuple[str, ...]]:
    """The answer-corrected score, its delta, and what speaks against it."""
    about, effort = "the answer-corrected score", asked.effort
    if effort is None:
        until = f"ask a drawn part with high effort: madegood survey plan {asked.survey}"
        return Refusal(about, "everyone was asked with the same effort", until), None, ()
    if effort.answered < FEWEST_EFFORT:
        why = f"{effort.answered} of those asked with high effort answered"
        return Refusal(about, why, f"{FEWEST_EFFORT} of their answers"), None, ()
    both = two_arms(weighed.answers, _effort(spec, asked, effort, weighed))
    told = Interval(*both.delta)
    if all(both.open):
        why = f"{_share(effort)} answered when asked with high effort, {_share(asked.ordinary)} else: too alike to tell"
        return Refusal(about, why, "more effort, so that half of them answer, or a larger arm"), None, ()
    frame = frame_of(spec, asked, weighed.answers.values)
    middle, *ends = (min(max(x, frame[0]), frame[1]) for x in both.score)
    ends = [worst if open_ else end for worst, open_, end in zip(frame, both.open, ends, strict=True)]
    doubts = [] if both.agree else ["no one delta makes both arms tell the same score: they differ in something else"]
    return Interval(middle, ends[0], ends[1]), told, tuple(doubts)


def _effort(spec: SurveySpec, asked: Asked, arm: AskedArm, weighed: Weighed) -> Answers:
    """The arm asked with high effort, on the plain terms of the ordinary one: it is a sample of everyone."""
    taken = [j for j in weighed.taken if j < asked.always][: max(1, arm.answered // 12)]
    taken = [j for j in taken if j == 0 or np.ptp(arm.basis[:, j]) > 0]
    totals = asked.totals * (arm.people / asked.people)
    scores = values(spec.kind, asked.scale, arm.scores)
    return Answers(arm.basis[:, taken], totals[taken], scores, np.interp(arm.scores, *weighed.levels), False)


def _share(arm: AskedArm) -> str:
    return f"{arm.answered / arm.people:.0%}"


def _segments(
    spec: SurveySpec, asked: Asked, weighed: Weighed, pin: tuple[float, float] | None
) -> tuple[SegmentScore, ...] | Refusal:
    """Scores by segment, at the delta that is known with its error, else at 0."""
    if not spec.segment:
        return Refusal("scores by segment", "no segment is named", "`segment:` of the survey: a behaviour column")
    if asked.segment_totals is None or len(asked.segments) < 3 or not len(asked.terms):
        return Refusal("scores by segment", f"{len(asked.segments)} segments are known", "three segments or more")
    heard = np.bincount(asked.ordinary.segments.astype(int), minlength=len(asked.segments))
    if (heard > 0).sum() < 3:
        return Refusal("scores by segment", "answers came from fewer than three segments", "answers from more")
    delta, unsure = pin or (0.0, 0.0)
    means, errors = _by_segment(asked, weighed, delta)
    if unsure:
        errors = np.hypot(errors, _by_segment(asked, weighed, delta + unsure)[0] - means)
    people = asked.segment_totals[:, 0].astype(int)
    told = zip(asked.segments, people, heard, means, errors, strict=True)
    return tuple(SegmentScore(name, int(n), int(h), _interval(m, e)) for name, n, h, m, e in told if n >= SMALL)


def _by_segment(asked: Asked, weighed: Weighed, delta: float) -> tuple[Floats, Floats]:
    """(g,) scores and errors: what behaviour says of each segment, and its own residual drawn toward none."""
    answers, place, groups = weighed.answers, asked.ordinary.segments.astype(int), len(asked.segments)
    fit = calibrate(answers, delta)
    gamma = slopes(answers, fit)
    left = answers.values - answers.basis @ gamma
    n, w = len(left), fit.weights
    mass = np.bincount(place, w, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = np.bincount(place, w * left, groups) / mass
        noise = float(w @ left**2 / w.sum()) * n / max(n - answers.basis.shape[1], 1)
        spread = noise * np.bincount(place, w * (w - 1), groups) / mass**2
    own, error, _ = together(seen, spread)
    assert asked.segment_totals is not None
    means = asked.segment_totals[:, weighed.taken] / asked.segment_totals[:, :1]
    off = means - answers.totals / answers.totals[0]
    extra = np.einsum("gi,ij,gj->g", off, _slope_covariance(answers, w, left), off)
    return means @ gamma + own, np.sqrt(error**2 + extra)


def _slope_covariance(answers: Answers, weights: Floats, left: Floats) -> Floats:
    """(p, p) of the slopes, with residuals of any spread (White 1980)."""
    odds = weights - 1
    bread = np.linalg.inv((answers.basis * odds[:, None]).T @ answers.basis + 1e-9 * np.eye(answers.basis.shape[1]))
    part = answers.basis * (odds * left)[:, None]
    out: Floats = bread @ (part.T @ part) @ bread
    return out


def _doubts(asked: Asked, weighed: Weighed) -> list[str]:
    """What speaks against a correction by behaviour."""
    said = list(asked.notes)
    mute = [asked.terms[j - 1] for j in range(1, asked.always) if np.ptp(asked.ordinary.basis[:, j]) == 0]
    if mute:
        said.append(f"nobody answered who is `{'`, `'.join(mute[:5])}`: they are spoken for by others")
    unweighed = asked.always - 1 - len(mute) - sum(0 < j < asked.always for j in weighed.taken)
    if unweighed > 0:
        said.append(f"too few answers to weigh by {unweighed} of {asked.always - 1} plain terms")
    fit = calibrate(weighed.answers)
    gap = weighed.answers.totals - fit.weights @ weighed.answers.basis
    off = float(np.abs(gap[1:]).max(initial=0.0) / weighed.answers.totals[0])
    if off > 0.05:
        worst = asked.terms[weighed.taken[1:][int(np.abs(gap[1:]).argmax())] - 1]
        said.append(
            f"answers cannot be made to stand for everyone in `{worst}` ({off:.2f} standard deviations are left)"
        )
    if asked.strange > 0.02 * max(asked.shown, 1):
        said.append(f"{asked.strange:,} who were asked are not in the behaviour table, and are left out")
    return said
