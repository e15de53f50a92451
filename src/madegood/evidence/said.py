"""What customers say of each need: answers in words, tickets and reviews, counted by month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from madegood.evidence.model import Interval
from madegood.numerics.share_trends import share, trend
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from madegood.intent.model import Need

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
    """What texts say of one need.

    words  that count as speaking of it: its id where that is no everyday word, and what stands under `also:`
    trend  change of the odds that a text speaks of it, a month, as a share (0.1 is 10 % more), 95 %
    """

    need: str
    words: tuple[str, ...]
    texts: int
    speak: int
    months: tuple[Month, ...]
    trend: Interval | Refusal


def said(texts: Iterable[tuple[date | None, str]], needs: Sequence[Need], on: date) -> tuple[Said | Refusal, ...]:
    """One for each need, in their order: only words that a person wrote down for it count, never likeness.

    texts  (day, text); those without a day or after `on` are left out
    """
    known = [(day.replace(day=1), text) for day, text in texts if day is not None and day <= on and text.strip()]
    return tuple(_of(need, known) for need in needs)


def _of(need: Need, texts: Sequence[tuple[date, str]]) -> Said | Refusal:
    words = tuple(
        dict.fromkeys(w.strip().casefold() for w in (need.id.replace("-", " "), need.id, *need.also) if w.strip())
    )
    if not need.also:
        until = f"`also:` of need {need.id}: words that customers use for it, as [locked out, cannot log in]"
        return Refusal(f"what is said of {need.id}", "no words of customers are written down for it", until)
    if not texts:
        return Refusal(f"what is said of {need.id}", "no text has a day", "texts with the day on which they came")
    pattern = spoken(words)
    counts: dict[date, list[int]] = {}
    for month, text in texts:
        row = counts.setdefault(month, [0, 0])
        row[0] += 1
        row[1] += bool(pattern.search(" ".join(text.split())))
    months = tuple(Month(m, n, k, Interval(*share(k, n))) for m, (n, k) in sorted(counts.items()))
    return Said(need.id, words, len(texts), sum(m.speak for m in months), months, _trend(need.id, months))


def spoken(words: Sequence[str]) -> re.Pattern[str]:
    """Whole words, whatever their case; `*` at an end stands for the rest of a word.

    >>> bool(spoken(["log* in"]).search("I was LOGGED in")), bool(spoken(["refund"]).search("refundable"))
    (True, False)
    """
    parts = (r"\s".join(re.escape(w).replace(r"\*", r"\w*") for w in phrase.split()) for phrase in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


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
