"""What the calendar and the team's own list of events are known to have done to each reading of a stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from madegood.intent.calendar import rest_days
from madegood.numerics.span import beyond, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from madegood.days import Window
    from madegood.evidence.model import Question
    from madegood.numerics.statespace import Floats

    Known = NDArray[np.bool_]

#: The turn of the year, (month, day): one column for its days where a country is named, beside the holidays in it.
#: Where none is, it helped some series and hurt others, and is left out (benchmarks/columns.md, "holidays").
TURN = (*((12, day) for day in range(24, 32)), (1, 1))
#: Columns for known events are at most this part of the known readings; so are those of holidays, or all share one.
MOST = 1 / 8


def weekdays(part: Window, every: int, known: Known) -> Floats:
    """A constant, and a contrast for every weekday on which there are readings but one, (readings, ...)."""
    days = len(part)
    if every > 1:
        return np.ones((days // every, 1))
    weekday = (part.first.weekday() + np.arange(days)) % 7
    seen = [d for d in range(7) if (weekday[known] == d).sum() >= 2]
    contrasts = [(weekday == d).astype(float) - (weekday == seen[0]) for d in seen[1:]]
    return np.column_stack([np.ones(days), *contrasts])


def known_days(question: Question, part: Window, every: int, known: Known) -> Floats:
    """A column for each known event, and for each holiday by its name, 1 while it lasted, (readings, columns).

    Holidays stand for readings of days alone: in a week they are a seventh.
    """
    events = _events(question, part, every)
    named = _holidays(question.holidays, part) if every == 1 else []
    if not events and not named:
        return np.zeros((len(known), 0))
    most, week = int(known.sum() * MOST), weekdays(part, every, known)
    found = _new(events, week, known)[:most]
    days = _new(named, week, known)
    if len(days) > most:
        days = [np.max(days, axis=0)]
    found = _new([*found, *days], week, known)
    return np.column_stack(found) if found else np.zeros((len(known), 0))


def say_holidays(question: Question, part: Window, every: int) -> str:
    """Which days are known by name, in words; empty where there are none."""
    if every > 1 or not question.holidays:
        return ""
    names = {name for name, _ in rest_days(question.holidays, part.first, part.last)}
    many = f"{len(names)} public holiday{'' if len(names) == 1 else 's'} of {' and '.join(question.holidays)}"
    turn = " and the days from 24 December to 1 January" if any(map(_turn, part)) else ""
    return f"known by name, and no release's doing: {many}{turn}" if names or turn else ""


def _events(question: Question, part: Window, every: int) -> list[Floats]:
    """Share of each reading in which each known event of this metric lasted."""
    return [
        _marked([e.first <= day <= e.last for day in part], every)
        for e in question.known
        if not e.changes_instrument and (not e.metrics or question.metric.id in e.metrics)
    ]


def _holidays(codes: Sequence[str], part: Window) -> list[Floats]:
    """The days of each holiday by its name, then those of the turn of the year; nothing where no country is named."""
    if not codes:
        return []
    by_name: dict[str, set[date]] = {}
    for name, day in rest_days(codes, part.first, part.last):
        by_name.setdefault(name, set()).add(day)
    return [*(_marked([day in days for day in part], 1) for days in by_name.values()), _marked(map(_turn, part), 1)]


def _turn(day: date) -> bool:
    return (day.month, day.day) in TURN


def _new(columns: Iterable[Floats], others: Floats, known: Known) -> list[Floats]:
    """Those that say, on the known readings, what neither the others nor those before them say already."""
    basis = span(others[known].T, int(known.sum()))
    out: list[Floats] = []
    for x in columns:
        unit = beyond(basis, x[known])
        if unit is not None:
            out.append(x)
            basis = np.column_stack([basis, unit])
    return out


def _marked(days: Iterable[bool], every: int) -> Floats:
    """Share of each reading's days that are marked, (readings,)."""
    return np.asarray(np.array(list(days), float).reshape(-1, every).mean(axis=1))
