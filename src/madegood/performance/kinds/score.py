"""What answers to a question come to: the Net Promoter Score, satisfied customers, effort, over the days up to each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from madegood.findings import did_you_mean
from madegood.performance.events import local
from madegood.performance.model import Measured, Series
from madegood.performance.survey_spec import SCALES, values
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.engine.store import Store
    from madegood.intent.model import Metric, SurveyKind
    from madegood.performance.model import Floats
    from madegood.performance.shapes.wanted import Shape

FEWEST = 30  # answers: fewer are left out wherever people are told of (performance/parts.py)
NPS, CSAT, CES = "nps", "csat", "ces"
USUAL = 28  # days: four weeks, so that every weekday counts alike
KINDS: dict[str, SurveyKind] = {NPS: "nps", CSAT: "csat", CES: "ces"}


def shapes(metric: Metric) -> tuple[Shape, ...]:
    """Nothing is asked of events."""
    return ()


def lag(metric: Metric) -> int:
    """Days at the end that cannot be known yet."""
    return 0


def read(metric: Metric, store: Store, on: date, zone: str = "UTC") -> Measured | Refusal:
    """The score of all answers in the `window` days (28 unless said) up to each, a rate; of a person the last counts.

    nps     percent who gave 9 or 10 less percent who gave 0 to 6, -100 to 100 (Reichheld, HBR 12/2003, page 51)
    csat    percent who gave 4 or 5 of 1 to 5
    ces     the mean of 1 to 7
    Answers off their scale are left out, and said. A day with fewer than 30 answers in its window is a gap: a number
    about so few is a number about somebody. Those who were asked and did not answer are in none; how many they are is
    said beside it.
    """
    if not store.has("responses"):
        until = "name a source of kind `responses` in madegood.yml, then `madegood build`"
        return Refusal(metric.id, why="there are no answers", until=until)
    if metric.segment or metric.where:
        return Refusal(metric.id, why="answers say no segment and no property", until="leave out `segment` and `where`")
    name = metric.name or metric.id
    low, high = SCALES[KINDS[metric.kind]]
    rows = store.columns(
        f"select coalesce(person, 'row ' || rowid) as person, cast({local(zone)} as date) as day, score from responses"
        f" where coalesce(survey, '') = ? and cast({local(zone)} as date) <= ? order by \"at\"",
        (name, on),
    )
    if not len(rows["day"]):
        return _nothing(metric, name, store)
    days = np.array([d.toordinal() for d in rows["day"].tolist()])
    score = np.array([np.nan if s is None else float(s) for s in rows["score"].tolist()])
    answered = np.isfinite(score)
    off = answered & ((score < low) | (score > high))
    if off.sum() > answered.sum() / 10 or (
        metric.kind == NPS and answered.sum() >= FEWEST and score[answered].max() <= 7
    ):
        seen = f"{score[answered].min():g} to {score[answered].max():g}"
        why = f"its answers go from {seen}, and a {metric.kind.upper()} is asked from {low:g} to {high:g}"
        return Refusal(metric.id, why=why, until="write the `kind:` that the question is, one of nps, csat, ces")
    first, last = int(days.min()), int(days.max())
    points = values(KINDS[metric.kind], (low, high), score)
    window = metric.window or USUAL
    series = rolled(rows["person"], days - first, np.where(answered & ~off, points, np.nan), last - first + 1, window)
    if not np.isfinite(series).any():
        why = f"in no {window} days were there {FEWEST} answers"
        return Refusal(metric.id, why=why, until="write a longer `window:`, or ask more customers")
    notes = [f"answers of the {window} days up to each, of each person the last: what changes them shows by and by"]
    if shown := int((~answered).sum()):
        notes.append(f"{answered.sum() / (shown + answered.sum()):.0%} of those asked answered; the others are in none")
    if off.any():
        notes.append(f"{int(off.sum()):,} answers off the scale are left out")
    made = Series(metric.id, date.fromordinal(first), series, "rate", None, metric.unit, "", tuple(notes))
    return Measured(made)


def rolled(people: Floats, days: Floats, points: Floats, size: int, window: int) -> Floats:
    """(size,) the mean of each person's last answer in the `window` days up to each day; NaN where too few gave one.

    people, days, points  (answers,) who, which day from 0 on, and what it adds to the score, in the order of time
    """
    held: dict[object, tuple[int, float]] = {}
    out = np.full(size, np.nan)
    total, n, at = 0.0, 0, 0
    leaving: list[list[object]] = [[] for _ in range(size + window + 1)]
    for day in range(size):
        for person in leaving[day]:
            if person in held and held[person][0] + window == day:
                total, n = total - held.pop(person)[1], n - 1
        while at < len(days) and days[at] == day:
            if np.isfinite(points[at]):
                person = people[at]
                if person in held:
                    total, n = total - held[person][1], n - 1
                held[person] = (day, float(points[at]))
                leaving[day + window].append(person)
                total, n = total + float(points[at]), n + 1
            at += 1
        if n >= FEWEST:
            out[day] = total / n
    return out


def _nothing(metric: Metric, name: str, store: Store) -> Refusal:
    """No answer to a question of this name."""
    known = [str(row[0]) for row in store.rows("select distinct coalesce(survey, '') from responses order by 1")]
    listed = f" Those there are: {', '.join(f'`{k}`' for k in known[:8])}."
    why = f"no answer is of the survey `{name}`.{did_you_mean(name, known) or listed}"
    return Refusal(metric.id, why=why, until=f"write `name:` of the metric `{metric.id}` as the answers spell it")
