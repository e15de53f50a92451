"""How figures are said: with their sign, their unit, and never more digits than their interval warrants."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from madegood.days import say_day

if TYPE_CHECKING:
    from datetime import date

    from madegood.evidence.model import Interval
    from madegood.intent.model import Amount

MINUS, THIN = "\u2212", "\u202f"  # a true minus; a thin space between thousands, at which no line breaks
WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()
#: Control characters, lone surrogates, and marks that turn the direction of the text around them.
UNSPOKEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"
)
#: A percentage as programs write it: an ASCII sign, no space, a nought after the point.
PERCENT = re.compile(r"(?<![\w.])([+-]?)(\d+(?:\.\d*[1-9])?)(?:\.0+)? ?%")
SIGNS = {"+": "+", "-": MINUS, "": ""}


def clean(text: str) -> str:
    """Text of others as one line that cannot steer a terminal or a page.

    >>> clean("Pay\\x1b[31m now\\nplease")
    'Pay [31m now please'
    """
    return UNSPOKEN.sub(" ", text).strip()


def spoken(text: str) -> str:
    """Text of the evidence with its percentages written as the page writes them.

    >>> spoken("claimed +6.0% to -12.5%: at most 3%")
    'claimed +6 % to −12.5 %: at most 3 %'
    """
    return PERCENT.sub(lambda m: f"{SIGNS[m[1]]}{m[2]} %", clean(text))


def short(text: str, most: int) -> str:
    """At most so many characters, the cut shown.

    >>> short("Instant verification", 12)
    'Instant ver…'
    """
    text = clean(text)
    return text if len(text) <= most else text[: max(most - 1, 1)].rstrip() + "…"


def capital(text: str) -> str:
    """With its first letter large, unless its first word is a name that is written small.

    >>> capital("no item is done"), capital("madegood.yml names no source")
    ('No item is done', 'madegood.yml names no source')
    """
    text = text.strip()
    first = text.partition(" ")[0].rstrip(".,:;!?")
    return text if any(c in first for c in "._/`") else text[:1].upper() + text[1:]


def spelled(n: int) -> str:
    """Small counts as words.

    >>> spelled(5), spelled(34)
    ('five', '34')
    """
    return WORDS[n] if 0 < n < len(WORDS) else count(n)


def count(x: float) -> str:
    """A whole number.

    >>> count(1840).replace(THIN, " ")
    '1 840'
    """
    return f"{x:,.0f}".replace(",", THIN).replace("-", MINUS)


def many(n: float, one: str, more: str = "") -> str:
    """A count with its noun.

    >>> many(1, "item"), many(3, "item")
    ('1 item', '3 items')
    """
    return f"{count(n)} {one if round(n) == 1 else more or one + 's'}"


def share(x: float) -> str:
    """A share of a whole, in whole percent.

    >>> share(0.583), share(0.001), share(0.999), share(0.0)
    ('58 %', 'under 1 %', 'over 99 %', '0 %')
    """
    if 0 < x <= 0.005:  # half of one would be rounded to none
        return "under 1 %"
    if 0.995 <= x < 1:
        return "over 99 %"
    return f"{x * 100:.0f} %"


def places(low: float, high: float) -> int:
    """Decimals that an interval warrants; negative where tens or hundreds are already unsure.

    The half-width keeps two digits when they are 10 to 35, else one (Particle Data Group, Review of Particle
    Physics, section 5.3 "Rounding", whose rule for standard errors is used here for half of a 95 % interval).

    >>> places(0.4, 1.8), places(2.1, 6.4), places(-900.0, 1000.0)
    (1, 1, -2)
    """
    half = abs(high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return 2
    if half < 1e-9:
        return 6
    magnitude = math.floor(math.log10(half))
    lead = half / 10**magnitude
    return min(6, -magnitude + (1 if lead < 3.55 else 0))


def number(x: float, decimals: int = 0) -> str:
    """A number with so many decimals and thin thousands.

    >>> number(-2.64, 1), number(1234.5, -1).replace(THIN, " "), number(-0.01, 1)
    ('−2.6', '1 230', '0.0')
    """
    if not math.isfinite(x):
        return "?"
    if abs(x) >= 1e15:
        return f"{x:.2g}".replace("-", MINUS)
    rounded = round(x, decimals) + 0.0
    text = f"{rounded:,.{max(decimals, 0)}f}"
    return text.replace(",", THIN).replace("-", MINUS) if rounded else text.lstrip("-")


def signed(x: float, decimals: int = 1) -> str:
    """A change, with its sign.

    >>> signed(1.13), signed(-2.6), signed(0.02)
    ('+1.1', '−2.6', '0.0')
    """
    text = number(x, decimals)
    return f"+{text}" if x > 0 and round(x, decimals) > 0 else text


def level(x: float, unit: str = "") -> str:
    """Where something stands, to three digits or so, with its unit.

    >>> level(0.395, "%"), level(1840.4, "downloads").replace(THIN, " "), level(4.25)
    ('39.5 %', '1 840 downloads', '4.25')
    """
    if not math.isfinite(x):
        return "not known"
    if unit == "%":
        return f"{number(x * 100, digits(x * 100, most=1))} %"
    return f"{number(x, digits(x, most=2))} {unit}".strip()


def digits(x: float, most: int) -> int:
    """Decimals that show three digits, `most` for numbers of one or more."""
    size = abs(x)
    if size == 0 or size >= 1e15:
        return 0
    if size < 1:
        return min(6, 1 - math.floor(math.log10(size)))
    return min(most, max(0, 2 - math.floor(math.log10(size))))


def amount(x: Amount, unit: str = "") -> str:
    """A number as a person typed it.

    >>> from madegood.intent.model import Amount
    >>> amount(Amount(0.48, True)), amount(Amount(1200.0), "accounts").replace(THIN, " ")
    ('48 %', '1 200 accounts')
    """
    if x.percent or unit == "%":
        return f"{x.value * 100:.6g} %".replace("-", MINUS)
    text = f"{x.value:,.10g}" if abs(x.value) < 1e15 else f"{x.value:.3g}"
    return f"{text.replace(',', THIN).replace('-', MINUS)} {unit}".strip()


def scaled(part: Interval, unit: str) -> tuple[float, float, float]:
    """Mean, low and high of a change in a metric's own unit, as they are said: shares become points."""
    by = 100.0 if unit == "%" else 1.0
    return part.mean * by, part.low * by, part.high * by


def points(unit: str) -> str:
    """What a change of a metric is counted in.

    >>> points("%"), points("downloads"), points("")
    ('points', 'downloads', '')
    """
    return "points" if unit == "%" else unit


def change(part: Interval, unit: str, named: bool = True) -> str:
    """A change of a metric: "+1.1 points"."""
    mean, low, high = scaled(part, unit)
    text = signed(mean, places(low, high))
    return f"{text} {points(unit)}".strip() if named else text


def between(part: Interval, unit: str = "%", decimals: int | None = None) -> str:
    """Its 95 % interval: "+0.4 to +1.8"."""
    _, low, high = scaled(part, unit)
    decimals = places(low, high) if decimals is None else decimals
    return f"{signed(low, decimals)} to {signed(high, decimals)}"


def effect(part: Interval) -> str:
    """An effect, a share of what would have been: "+4.2 %"."""
    return f"{change(part, '%', named=False)} %"


def rise(x: float) -> str:
    """A claim or bound as typed: 0.06 is "+6 %"."""
    sign = "+" if x > 0 else MINUS if x < 0 else ""
    return f"{sign}{abs(x) * 100:.3g} %"


def deadline(by: date, on: date) -> str:
    """A last day as it is spoken of: the month when it is the month's last day.

    >>> from datetime import date
    >>> deadline(date(2026, 12, 31), date(2026, 9, 30)), deadline(date(2027, 3, 14), date(2026, 9, 30))
    ('December', '14 Mar 2027')
    """
    from calendar import monthrange

    if by.day != monthrange(by.year, by.month)[1]:
        return say_day(by)
    return f"{by:%B}" if by.year == on.year else f"{by:%B %Y}"


def stretch(days: int) -> str:
    """How a period of so many days is called.

    >>> stretch(91), stretch(28), stretch(45)
    ('this quarter', 'in these 4 weeks', 'in these 45 days')
    """
    if 90 <= days <= 92:
        return "this quarter"
    if 365 <= days <= 366:
        return "this year"
    return f"in these {days // 7} weeks" if days % 7 == 0 and days > 7 else f"in these {days} days"
