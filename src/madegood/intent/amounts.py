"""Numbers, days and ranges as people type them -> values, and back. Each reader gives None where it cannot be sure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from madegood.intent.model import Amount, Expectation, KillIf

MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
#: At most as many digits as the smallest number a computer keeps has; more is a mistake, and slow to look at.
NUMBER = r"[+-]?\s*(?:(?:\d{1,3}(?:[, ]\d{3})+|\d{1,400})(?:\.\d{1,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,3})?"
SCALE = r"(k|thousand|m|mn|million|bn|billion)?"
SCALES = {"": 1, "k": 10**3, "t": 10**3, "m": 10**6, "b": 10**9}  # by the first letter
MONTHS = "january february march april may june july august september october november december".split()
#: Days in each unit; a month is taken as 30 days, a quarter as 13 weeks.
UNITS = {"d": 1, "w": 7, "m": 30, "q": 91, "y": 365}
COUNTS = {w: i for i, w in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)}
LONGEST = 36_500  # days: a hundred years; nothing that a team plans takes longer


def number(text: str) -> Decimal | None:
    """A plain number with thousands marks or a scale.

    >>> number("1,200"), number("-1 200.5"), number("12k"), number("12 apples")
    (Decimal('1200'), Decimal('-1200.5'), Decimal('12000'), None)
    """
    found = re.fullmatch(rf"({NUMBER})\s*{SCALE}", text.translate(MINUS).strip(), re.IGNORECASE)
    if not found:
        return None
    return Decimal(re.sub(r"[, ]", "", found[1])) * SCALES[(found[2] or "").lower()[:1]]


def share(text: str) -> float | None:
    """A share typed in percent: "2 %" is 0.02.

    >>> share("2 %"), share("0.02")
    (0.02, None)
    """
    found = re.fullmatch(r"(.*\S)\s*(?:%|per ?cent)", text.strip(), re.IGNORECASE)
    value = number(found[1]) if found else None
    return None if value is None else finite(value.scaleb(-2))


def finite(value: Decimal) -> float | None:
    """As a float, unless it is too large for one."""
    out = float(value)
    return out if abs(out) < float("inf") else None


def amount(text: str) -> Amount | None:
    """A number or a percentage; a sign of currency is left out, because madegood.yml says the currency.

    >>> amount("41 %"), amount("€ 12k"), amount("forty")
    (Amount(value=0.41, percent=True), Amount(value=12000.0, percent=False), None)
    """
    part = share(text)
    if part is not None:
        return Amount(part, percent=True)
    value = number(re.sub(r"^([+-]?)\s*[€$£¥₹]|[€$£¥₹]$", r"\1", text.translate(MINUS).strip()))
    whole = None if value is None else finite(value)
    return None if whole is None else Amount(whole)


def exact(value: float, places: int = 0) -> str:
    """The shortest decimal that is read back as this very number; `places` moves the point to the right.

    >>> exact(0.41, 2), exact(1200.0), exact(0.1)
    ('41', '1200', '0.1')
    """
    text = format(Decimal(repr(value)).scaleb(places).normalize(), "f")
    return "0" if text in ("-0", "") else text


def say_amount(value: Amount) -> str:
    """As it is written to a file."""
    return f"{exact(value.value, 2)} %" if value.percent else exact(value.value)


def day(text: str) -> date | str | None:
    """A day that exists; None when it is no day; a sentence when it looks like one and is none.

    >>> day("2026-12-31"), day("31 Dec 2026"), day("soon")
    (datetime.date(2026, 12, 31), datetime.date(2026, 12, 31), None)
    >>> day("2026-11-31")
    '2026-11-31 does not exist: day is out of range for month'
    """
    text = " ".join(text.split())
    iso = re.fullmatch(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]\d{2}:\d{2}.{0,20})?", text)
    named = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3,9})\.?,? (\d{4})", text)
    other = re.fullmatch(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", text)
    if iso:
        parts = (int(iso[1]), int(iso[3]), int(iso[4]))
    elif named and month(named[2]):
        parts = (int(named[3]), month(named[2]), int(named[1]))
    elif other and month(other[1]):
        parts = (int(other[3]), month(other[1]), int(other[2]))
    else:
        return None
    try:
        return date(*parts)
    except ValueError as error:
        return f"{text} does not exist: {str(error).split(',')[0]}"


def month(word: str) -> int:
    """The number of a month by its name or the start of it; 0 for any other word.

    >>> month("Dec"), month("sept"), month("Mayo")
    (12, 9, 0)
    """
    return next((i for i, name in enumerate(MONTHS, 1) if name.startswith(word.lower())), 0)


def days(text: str) -> int | None:
    """A length of time in days.

    >>> days("28 days"), days("4w"), days("two months"), days("a year"), days("28"), days("soon")
    (28, 28, 60, 365, 28, None)
    """
    unit = r"(?:\s*(d|days?|w|weeks?|months?|quarters?|y|years?))?"
    found = re.fullmatch(rf"(\d{{1,5}}|[a-z]+?){unit}", " ".join(text.lower().split()))
    if not found or (not found[2] and not found[1].isdigit()):
        return None
    count = int(found[1]) if found[1].isdigit() else {"a": 1, "an": 1, **COUNTS}.get(found[1], 0)
    total = count * UNITS[(found[2] or "d")[0]]
    return total if 0 < total <= LONGEST else None


Bounds = tuple[float | None, float | None, bool]
UNIT = r"(%|points?|units?)?"
SPELLINGS = (
    (r"percentage points?|percent points?|%-points?|\bp\.?p\.?(?=\s|$)|(?<=[\d ])p(?:p|ts?)\b", "points"),
    (r"per ?cent", "%"),
    (r"not? less than", "at least "),
    (r"<=|≤|not? more than|less than|<", "at most "),
    (r">=|≥|more than|>", "at least "),
    (r"\b(up|down)(?: by)? (?=[\d.])", lambda found: "+" if found[1] == "up" else "-"),
)


def spelled(text: str) -> str:
    """A claim in its plain spelling, so that few forms need to be known.

    >>> spelled("≥ 3 per cent"), spelled("Up 5%"), spelled("1–2 pp")
    ('at least 3 %', '+5%', '1-2 points')
    """
    text = text.translate(MINUS).lower()
    for pattern, plain in SPELLINGS:
        text = re.sub(pattern, plain, text)
    return " ".join(text.split())


def effect(text: str) -> Bounds | None:
    """(low, high, relative) of a claimed effect; one number gives low equal to high, which is no range.

    Percent is relative to what would have been; points are a difference of shares (2 points is 0.02), units a
    difference in the metric's own unit. One side may be open: "at least +3 %" has no high.

    >>> effect("+6 % to +12 %"), effect("+1 to +2 points"), effect("at least 3 %"), effect("quite a lot")
    ((0.06, 0.12, True), (0.01, 0.02, False), (0.03, None, True), None)
    """
    text = spelled(text)
    one = rf"({NUMBER})\s*{UNIT}"
    two = re.fullmatch(rf"(?:between |from )?{one}\s*(?:to|and|\.\.+|-(?=\s*[-+\d.]))\s*{one}", text)
    if two:
        unit = two[4] or two[2]
        low, high = scaled(two[1], two[2] or unit), scaled(two[3], unit)
        if low is None or high is None or kind(two[2] or unit) != kind(unit):
            return None
        return min(low, high), max(low, high), unit == "%"
    open_ended = re.fullmatch(rf"(at least|at most|over|above|up to|below|under)\s+{one}", text)
    if open_ended:
        bound = scaled(open_ended[2], open_ended[3])
        if bound is None:
            return None
        upward = open_ended[1] in ("at least", "over", "above")
        return (bound, None, open_ended[3] == "%") if upward else (None, bound, open_ended[3] == "%")
    single = re.fullmatch(one, text)
    value = scaled(single[1], single[2]) if single else None
    return None if value is None or single is None else (value, value, single[2] == "%")


def kind(unit: str | None) -> str:
    """Percent, points or units."""
    return {"%": "%", "u": "units", "p": "points"}.get((unit or "")[:1], "")


def scaled(text: str, unit: str | None) -> float | None:
    """A number in its unit; a number without one is no effect, because nobody can tell what it is of."""
    value = number(text)
    if value is None or not unit:
        return None
    return finite(value if kind(unit) == "units" else value.scaleb(-2))


def say_effect(claim: Expectation) -> str:
    """As it is written to a file; read back it is the same."""

    def one(value: float) -> str:
        sign = "+" if value > 0 else ""
        if claim.relative:
            return f"{sign}{exact(value, 2)} %"
        return f"{sign}{exact(value, 2)} points" if abs(value) < 1 else f"{sign}{exact(value)} units"

    low, high = claim.low, claim.high
    if low is None or high is None:
        return f"at least {one(low)}" if low is not None else f"at most {one(high)}" if high is not None else ""
    if low == high:
        return one(low)
    if not claim.relative and (abs(low) < 1) != (abs(high) < 1):
        return f"{exact(low)} units to {exact(high)} units"
    return f"{one(low)} to {one(high)}"


def kill(text: str) -> KillIf | None:
    """When to stop, as typed and as understood.

    >>> kill("below +1 % after 28 days")
    KillIf(text='below +1 % after 28 days', side='below', bound=0.01, after=28, relative=True)
    """
    said = re.sub(r"^(if )?((the )?effect (is )?)?", "", spelled(text))
    found = re.fullmatch(
        rf"(below|under|at most|above|over|at least)\s+({NUMBER})\s*{UNIT}(?:,? (?:after|within|in) (.+))?", said
    )
    if not found:
        return None
    bound, after = scaled(found[2], found[3]), days(found[4]) if found[4] else None
    if bound is None or (found[4] and after is None):
        return None
    return KillIf(
        text, "below" if found[1] in ("below", "under", "at most") else "above", bound, after, found[3] == "%"
    )
