"""What customers say of each need: answers in words, tickets and reviews, by month and with its trend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from madegood.errors import SourceError
from madegood.evidence.model import Interval
from madegood.intent.model import TextSpec
from madegood.numerics.share_trends import share, trend
from madegood.performance.texts import read_texts, words_of
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from madegood.intent.model import Need, Project
    from madegood.performance.texts import Texts

FEWEST = 10  # texts that speak of it, and months with texts a trend takes 6
MONTHS = 6


@dataclass(frozen=True, slots=True)
class Month:
    """How many texts came in a month, how many speak of the need, and the share of all that would (95 %, Wilson)."""

    first: date
    texts: int
    speak: int
    share: Interval


@dataclass(frozen=True, slots=True)
class Said:
    """What the texts of one file say of one need.

    words  that count as speaking of it: its id, and what stands under `also:`
    trend  change of the odds that a text speaks of it, a month, as a share (0.1 is 10 % more), 95 %
    """

    name: str
    need: str
    words: tuple[str, ...]
    texts: int
    speak: int
    months: tuple[Month, ...]
    trend: Interval | Refusal


def said_in(project: Project, needs: Sequence[Need], on: date) -> tuple[Said | Refusal, ...]:
    """Every file of texts of a project, and the answers in words of its surveys; a file that cannot be read says so."""
    out: list[Said | Refusal] = []
    for spec in files_of(project):
        try:
            out += said(read_texts(spec, needs, Path(project.root), on), needs)
        except SourceError as error:
            why, _, until = str(error).partition(". ")
            out.append(Refusal(f"what {spec.name} say", why, until or "mend the file"))
    return tuple(out)


def files_of(project: Project) -> tuple[TextSpec, ...]:
    """Every file of texts, with those of surveys that name a column of words."""
    answers = (
        TextSpec(f"words of {s.name}", s.path, tuple(c for c in s.columns if c[0] in ("at", "text")), s.place)
        for s in project.surveys
        if s.path and "text" in dict(s.columns)
    )
    return (*project.texts, *answers)


def said(texts: Texts, needs: Sequence[Need]) -> tuple[Said | Refusal, ...]:
    """One for each need, in their order: only words that a person wrote down for it count, never likeness.

    needs  those by which the texts were counted
    """
    return tuple(_of(need, i, texts) for i, need in enumerate(needs))


def _of(need: Need, place: int, texts: Texts) -> Said | Refusal:
    about = f"what {texts.name} say of {need.id}"
    if not need.also:
        until = f"`also:` of need {need.id}: words that customers use for it, as [locked out, cannot log in]"
        return Refusal(about, "no words of customers are written down for it", until)
    if wrong := [f for f in texts.findings if f.severity == "error"]:
        return Refusal(about, wrong[0].message.rstrip("."), wrong[0].mend.rstrip("."))
    if not texts.months:
        return Refusal(about, "no text has a day", "texts with the day on which they came")
    months = tuple(
        Month(m.first, m.texts, m.speak[place], Interval(*share(m.speak[place], m.texts))) for m in texts.months
    )
    whole, speak = sum(m.texts for m in months), sum(m.speak for m in months)
    return Said(texts.name, need.id, words_of(need), whole, speak, months, _trend(need.id, months))


def _trend(need: str, months: Sequence[Month]) -> Interval | Refusal:
    """The trend over months, or why there is none."""
    about, speak = f"the trend of {need}", sum(m.speak for m in months)
    if speak < FEWEST:
        return Refusal(about, f"{speak} texts speak of it", f"{FEWEST} that do")
    if speak > sum(m.texts for m in months) - FEWEST:
        return Refusal(about, "nearly every text speaks of it", "words under `also:` that not every text has")
    if len(months) < MONTHS:
        return Refusal(about, f"texts of {len(months)} months are known", f"{MONTHS} months")
    start = months[0].first
    at = np.array([(m.first.year - start.year) * 12 + m.first.month - start.month for m in months], float)
    found = trend(at, np.array([m.speak for m in months], float), np.array([m.texts for m in months], float))
    return Interval(*(float(np.expm1(x)) for x in found))
