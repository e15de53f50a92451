"""How a survey's answers make a score, and which of a file's columns says what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from madegood.findings import Finding, Span, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.intent.model import SurveyKind
    from madegood.performance.model import Floats

SCALES: dict[str, tuple[float, float]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "yes-no": (0, 1)}

#: Ours -> what exports call it, nearest first, without case and marks: Delighted, Typeform, Qualtrics, SurveyMonkey,
#: Medallia-like and home-made tables.
NAMES = {
    "customer": "customer customerid customerkey user userid personid person accountid account clientid memberid "
    "externalreference externaldatareference externalid contactid customdata1 recipientid email emailaddress "
    "recipientemail respondentid",
    "at": "at askedat shownat sentat surveysentat invitedat date day timestamp responsedate respondedat createdat "
    "submittedat submitdate recordeddate enddate startdate created createdon datecreated opened openedat reviewdate "
    "posted time",
    "state": "state status responsestatus event outcome",
    "score": "score npsscore nps csat ces rating answer response q1 q1nps value",
    "arm": "arm group effort askarm variant",
    "wave": "wave round quarter period surveywave",
    "text": "text comment comments verbatim feedback reason openended answertext body description message content "
    "review reviewtext subject summary title",
}
STATES = {
    "answered": "answered complete completed responded submitted finished true yes 1",
    "dismissed": "dismissed closed declined skipped optedout refused rejected partial",
    "shown": "shown asked sent delivered viewed seen opened invited displayed pending unanswered noresponse false no 0",
}


def values(kind: SurveyKind, scale: tuple[float, float], answers: Floats) -> Floats:
    """(n,) what each answer adds to the score: points for nps, percent for shares, the answer itself for means.

    >>> values("nps", (0, 10), np.array([10.0, 9, 8, 6])).tolist()
    [100.0, 100.0, 0.0, -100.0]
    """
    low, high = scale
    if kind == "nps":
        at = (answers - low) / (high - low) * 10
        return np.asarray(100.0 * (at >= 8.75) - 100.0 * (at <= 6.25), float)
    if kind in ("csat", "yes-no"):
        return np.asarray(100.0 * (answers >= (high - 1 if kind == "csat" else high)), float)
    return np.asarray(answers, float)


def bounds(kind: SurveyKind, scale: tuple[float, float]) -> tuple[float, float]:
    """The lowest and the highest score that there can be."""
    return {"nps": (-100.0, 100.0), "csat": (0.0, 100.0), "yes-no": (0.0, 100.0)}.get(kind, scale)


def plain(name: str) -> str:
    """A column's name without case, marks, and what stands in brackets.

    >>> plain("Submit Date (UTC)"), plain("Q1_NPS")
    ('submitdate', 'q1nps')
    """
    return re.sub(r"[\W_]+", "", re.sub(r"\s*\([^)]*\)", "", name).lower())


def columns(
    said: Sequence[tuple[str, str]], header: Sequence[str], needed: Sequence[str], path: str, wanted: Sequence[str]
) -> tuple[dict[str, str], list[Finding]]:
    """Ours -> theirs, as said and then as guessed, and every finding about it. A column is taken once."""
    found: list[Finding] = []
    ours: dict[str, str] = {}
    by_plain = {plain(name): name for name in reversed(header)}
    for name, theirs in said:
        own = next((h for h in header if h.lower() == theirs.lower()), None)
        if name not in wanted:
            message = f"`{name}` is no column of ours.{did_you_mean(name, wanted)}"
            found.append(_finding("survey-column-unknown", path, message, f"Ours: {', '.join(wanted)}."))
        elif own is None:
            message = f"The file has no column `{theirs}`.{did_you_mean(theirs, header)}"
            found.append(_finding("survey-column-missing", path, message, f"It has: {_shown(header)}."))
        else:
            ours[name] = own
    for name in wanted:
        if name not in dict(said):
            near = [by_plain[one] for one in NAMES[name].split() if one in by_plain]
            free = [one for one in near if one not in ours.values()]
            if free:
                ours[name] = free[0]
    for name in needed:
        if name not in ours and name not in dict(said):
            message = f"Which column says the {name} is not known."
            mend = f"Say it under `columns:`, as `{name}: THEIR-COLUMN`. The file has: {_shown(header)}."
            found.append(_finding("survey-unmapped", path, message, mend))
    return ours, found


def _finding(rule: str, path: str, message: str, mend: str) -> Finding:
    return Finding(rule, Span(path), message, mend)


def _shown(header: Sequence[str]) -> str:
    more = f" and {len(header) - 20} more" if len(header) > 20 else ""
    return ", ".join(name[:40] for name in header[:20]) + more
