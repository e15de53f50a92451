"""Countries by their codes, and the days on which they rest: what `holidays:` in madegood.yml means.

Days come from the `holidays` package (MIT), which is imported only where a country is named.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from madegood.findings import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the package adds to a name when the day off is another one, or not yet certain.
ASIDE = re.compile(r"\s*\((?:observed|estimated|substituted|observed, estimated)[^)]*\)$")


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """Code -> codes of its parts: {"DE": ("BB", "BE", ...)}."""
    from holidays import list_supported_countries

    return {code: tuple(parts) for code, parts in list_supported_countries(include_aliases=False).items()}


def country(text: str) -> str | None:
    """The code as it is known, "DE" or "DE-BY"; None when there is no such country, or no such part of it.

    >>> country("de"), country("us_ca"), country("Germany")
    ('DE', 'US-CA', None)
    """
    code, _, part = text.strip().replace("_", "-").partition("-")
    whole = code.upper()
    if whole not in countries():
        return None
    if not part:
        return whole
    known = {one.casefold(): one for one in countries()[whole]}
    return f"{whole}-{known[part.casefold()]}" if part.casefold() in known else None


def meant(text: str) -> str:
    """How to mend a code that is none, as a sentence."""
    from holidays.registry import COUNTRIES

    said = text.strip().replace("_", "-")
    whole, _, part = said.partition("-")
    if part and whole.upper() in countries():
        parts = countries()[whole.upper()]
        known = f"{did_you_mean(part, parts)} Parts of it: {', '.join(parts)}." if parts else ""
        return f"Write `{whole.upper()}` for the whole country.{known}"
    names = {name.replace("_", " "): codes[1] for name, codes in COUNTRIES.items()}
    names |= {codes[2].casefold(): codes[1] for codes in COUNTRIES.values()}
    plain = said.casefold().replace("-", " ")
    near = get_close_matches(plain, names, 1)
    if near:
        return f"Write `{names[near[0]]}`, if that is what is meant."
    return "Write two letters, as `US` or `DE`, or a part of a country, as `DE-BY`."


def rest_days(codes: Sequence[str], first: date, last: date) -> tuple[tuple[str, date], ...]:
    """(name, day) of every public holiday of these countries between two days, by day.

    A holiday that several of them keep on one day stands once; one of the same name on other days elsewhere is told
    apart by its country. A day off instead of a holiday bears the holiday's name.
    """
    days: dict[str, dict[str, list[date]]] = {}
    for code in codes:
        for name, day in _of(code, first.year, last.year):
            if first <= day <= last:
                days.setdefault(name, {}).setdefault(code.partition("-")[0], []).append(day)
    out = set()
    for name, by_country in days.items():
        same = len({tuple(sorted(set(one))) for one in by_country.values()}) == 1
        for code, kept in by_country.items():
            out |= {(name if same else f"{name} ({code})", day) for day in kept}
    return tuple(sorted(out, key=lambda pair: (pair[1], pair[0])))


@cache
def _of(code: str, first: int, last: int) -> tuple[tuple[str, date], ...]:
    """Every holiday of a country, or a part of one, from the first year to the last, in English where it is known."""
    from holidays import country_holidays

    whole, _, part = code.partition("-")
    found = country_holidays(whole, subdiv=part or None, years=range(first, last + 1), language="en_US")
    return tuple(
        (ASIDE.sub("", name.strip()), day) for day, names in sorted(found.items()) for name in names.split("; ")
    )
