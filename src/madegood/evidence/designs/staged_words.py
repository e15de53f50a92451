"""What is said beside a staged release: how it was read, what speaks against it, and what to do next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from madegood.days import say_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.evidence.designs.staged import Step
    from madegood.evidence.designs.staged_plan import Panel, Plan
    from madegood.evidence.model import Question

#: Placebos whose mean is this part of their root mean square have a direction: segments drift apart.
STEADY = 0.6
#: Days whose placebos tell of a drift that goes on, and how many standard errors of their mean are more than chance.
QUARTER, DRIFTING = 91, 2.6
#: Days: those that `tracking` looks at (doubts/tracking.py).
CLOSE = timedelta(days=14)
BROKEN = ("gap", "instrument", "outage", "correction", "dead")


def some(names: Sequence[str]) -> str:
    """A few names, and how many more there are.

    >>> some(["de"]), some(["de", "fr"]), some(["de", "fr", "it", "us"])
    ('de', 'de and fr', 'de, fr and 2 more')
    """
    if len(names) <= 3:
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
    return f"{', '.join(names[:2])} and {len(names) - 2} more"


def notes(one: Step, unnamed: Sequence[str]) -> Iterator[str]:
    """How the plan was read, in words; unnamed: segments that none of its rollouts names."""
    keys = ", ".join(r.key for r in one.plan.releases)
    each = "days" if one.reached[0].every == 1 else "weeks"
    for r in one.reached:
        yield f"{keys}: {some(r.segments)} against {some(r.others)}, which had not met it yet"
    yield (
        f"{keys}: the mean of {one.after} days after against {one.before} before, in {each}; its error is that of "
        f"{len(one.told.placebos)} earlier {each} with the same plan"
    )
    taken = [n for n in dict.fromkeys(unnamed) if any(n in r.others for r in one.reached)]
    if taken:
        yield f"{keys}: taken as not reached, since no rollout names them: {some(taken)}"


def doubts(question: Question, seen: Panel, one: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What speaks against it: what is grave, and what only lowers the grade."""
    grave = [*_apart(one), *_drifting(one), *_events(question, seen, one), *_tracking(question, seen, one)]
    light = [*_steady(one), *_alone(one)]
    return tuple(grave), tuple(light)


def _apart(one: Step) -> Iterator[str]:
    """Whether the segments moved apart just before the start by what would have been told as an effect."""
    moved = float(one.told.placebos[0])
    low, high = one.told.interval(0.95)
    if abs(moved) > (high - low) / 2:
        yield f"the segments were moving apart just before it, by {np.expm1(moved):+.1%}"


def _drifting(one: Step) -> Iterator[str]:
    """Whether the segments have been drifting apart over the last quarter, more than their placebos differ by chance.

    An untouched segment that fades makes every other one look better (a pre-trend: Rambachan and Roth 2023).
    """
    told = one.told
    near = told.placebos[: QUARTER // one.reached[0].every]
    free = max(told.freedom * len(near) / len(told.placebos), 1.0)
    mean = float(near.mean())
    if abs(mean) > DRIFTING * told.se / np.sqrt(free):
        yield (
            f"the segments had been drifting apart for a quarter before it, by {np.expm1(mean):+.1%} over such a time: "
            "that goes on, and counts as the release's"
        )


def _steady(one: Step) -> Iterator[str]:
    """Whether the segments drift apart in one direction all the time."""
    mean = float(one.told.placebos.mean())
    if abs(mean) >= STEADY * one.told.se:
        yield f"the segments drifted apart before it, by {np.expm1(mean):+.1%} a time; the interval is wider for it"


def _alone(one: Step) -> Iterator[str]:
    """Whether one untouched segment stands for all that would have been."""
    if all(len(r.others) == 1 for r in one.reached):
        names = list(dict.fromkeys(r.others[0] for r in one.reached))
        yield f"{some(names)} alone says what would have been: anything of its own at that time counts as the release's"


def _events(question: Question, seen: Panel, one: Step) -> Iterator[str]:
    """Known events near it that name one of the segments: those of all segments are in both sides."""
    names = {n for r in one.reached for n in (*r.segments, *r.others)}
    first = seen.window.first + timedelta(days=one.reached[0].day) - CLOSE
    last = seen.window.first + timedelta(days=one.reached[-1].day + one.after)
    for event in question.known:
        if event.metrics and question.metric.id not in event.metrics:
            continue
        words = set(event.name.casefold().replace(",", " ").split())
        named = [n for n in names if set(n.casefold().split()) <= words]
        if named and event.first <= last and event.last >= first:
            yield f"{event.name} on {say_day(event.first)} is near it, and names {some(sorted(named))}"


def _tracking(question: Question, seen: Panel, one: Step) -> Iterator[str]:
    """What fitness noticed in one of these segments near it, in its own words."""
    names = {n for r in one.reached for n in (*r.segments, *r.others)}
    first = seen.window.first + timedelta(days=one.reached[0].day) - CLOSE
    last = seen.window.first + timedelta(days=one.reached[-1].day) + CLOSE
    for part in question.parts:
        if part.series.segment not in names:
            continue
        for f in part.fitness:
            if f.kind in BROKEN and f.first <= last and f.last >= first:
                yield f"the counting in {part.series.segment} is in doubt near it: {f.says.rstrip('.')}"
                break


def next_step(seen: Panel, one: Step) -> str:
    """What would tell more."""
    last = one.reached[-1]
    if one.after < 28 and last.day + last.start.gap * last.every + one.after + 7 > len(seen.window):
        return f"keep it from {some(last.others)} for {28 - one.after} more days, and ask again"
    if all(len(r.others) == 1 for r in one.reached):
        return "keep the next one from two segments or more for four weeks"
    return "let the next one reach half of the segments four weeks before the others, or draw by lot who meets it"


def why_none(seen: Panel, plan: Plan, rest: Sequence[Plan], fewest: int) -> tuple[str, str]:
    """Why a staged plan cannot be read, and what would make it readable."""
    first, days = plan.starts, len(seen.window)
    names = [s.name for s in seen.segments]
    begun = sorted(set(first[first < days].tolist()))
    if not begun:
        return "it reached none of these segments yet", "ask again a week after it did"
    start = seen.window.first + timedelta(days=begun[0])
    mine = some([n for n, f in zip(names, first, strict=True) if f == begun[0]])
    if len(begun) == 1 and (first == begun[0]).all():
        return (
            "all segments met it on the same day, and only how many of each differs",
            "a segment that nobody meets it in for a week or more",
        )
    if days - begun[0] < 7:
        return (
            f"{days - begun[0]} days of {mine} with it are known",
            f"ask again from {say_day(start + timedelta(7))} on",
        )
    if (first < begun[0] + 7).all():
        return f"all segments had met it within a week of {say_day(start)}", "a week or more between segments next time"
    if begun[0] < fewest:
        return (
            f"{begun[0]} days of these segments are known before it; how they differ by themselves takes {fewest}",
            "older days of the metric by segment",
        )
    near = [r.key for p in rest if p.staged and np.abs(p.starts - begun[0]).min() <= fewest for r in p.releases]
    if near:
        return (
            f"{some(near)} reached these segments at different times too, so near that neither can be read alone",
            "six weeks between releases that reach segments at different times",
        )
    return f"too few days before {say_day(start)} on which these segments can be compared", "the missing days of them"
