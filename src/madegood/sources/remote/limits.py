"""How long a vendor asks us to wait, read from the headers of its answer."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: "Wait for at least one minute": GitHub, Best practices for using the REST API, handle rate limit errors.
UNSAID = 60.0
LIMITED = (403, 429, 503)


def wait(status: int, headers: Mapping[str, str], text: str, now: float, again: int = 0) -> float | None:
    """Seconds after which the same may be asked again; None where the vendor did not ask us to wait.

    headers  with names in lower case
    text     the answer's body: GitHub tells its second limit by words alone
    now      seconds since 1970 by the vendor's own clock, as its `Date` says; ours may be wrong
    again    how often it has asked already: a wait of no stated length doubles
    """
    if status == 400 and "RATELIMITED" in text:  # Linear, whose buckets fill again little by little
        return min(headed(headers, now), UNSAID * float(2**again))
    if status not in LIMITED:
        return None
    said = headers.get("retry-after", "").strip()
    if said and (status, said) != (403, "0"):  # so Jira Data Center marks every answer, and this one is a refusal
        return moment(said, now, lasting=True)
    if status != 503 and spent(headers):
        return reset(headers, now)
    if status == 429 or (status == 403 and "secondary rate limit" in text.lower()):
        return UNSAID * float(2**again)
    return None


def headed(headers: Mapping[str, str], now: float) -> float:
    """Seconds until the last of Linear's limits that are spent begins anew; without bounds where none is told."""
    if said := headers.get("retry-after"):
        return moment(said, now, lasting=True)
    names = [f"x-ratelimit-{kind}-" for kind in ("requests", "complexity", "endpoint-requests")]
    spent = [name for name in names if headers.get(f"{name}remaining", "").strip() == "0"]
    resets = [headers[f"{name}reset"] for name in (spent or names) if headers.get(f"{name}reset")]
    return max((moment(said, now) for said in resets), default=math.inf)


def rest(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until anything may be asked, where this answer was the last one of its hour.

    Azure DevOps says with an answer that it gave for how long nothing should be asked (Rate and usage limits).
    """
    if said := headers.get("retry-after", "").strip():
        return moment(said, now, lasting=True) or None
    return reset(headers, now) if spent(headers) else None


def spent(headers: Mapping[str, str]) -> bool:
    """Whether no request is left."""
    return any(headers.get(name, "").strip() == "0" for name in ("x-ratelimit-remaining", "ratelimit-remaining"))


def reset(headers: Mapping[str, str], now: float) -> float:
    """Seconds until requests are given out again.

    Jira Data Center gives them out little by little: it says in how many seconds the next ones come (Atlassian,
    Adjusting your code for rate limiting).
    """
    said = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
    if not said and (every := headers.get("x-ratelimit-interval-seconds", "")):
        return moment(every, now, lasting=True)
    return moment(said, now) if said else UNSAID


def moment(said: str, now: float, lasting: bool = False) -> float:
    """Seconds from now to a moment: seconds or milliseconds since 1970, a date of mail, or of ISO 8601.

    lasting  a bare number is a length in seconds (`Retry-After`, RFC 9110, 10.2.3), not a moment

    >>> moment("30", 1e9, lasting=True), moment("1000000030", 1e9), moment("1000000030000", 1e9)
    (30.0, 31.0, 31.0)
    >>> moment("Sun, 09 Sep 2001 01:47:10 GMT", 1e9), moment("2001-09-09T01:47Z", 1e9), moment("soon", 1e9)
    (31.0, 21.0, 60.0)
    """
    try:
        number = float(said)
    except ValueError:
        at = date(said)
        return UNSAID if at is None else max(0.0, at - now) + 1
    if not 0 <= number < 1e15:
        return UNSAID
    if lasting:
        return number
    return max(0.0, (number / 1000 if number > 1e11 else number) - now) + 1


def date(said: str) -> float | None:
    """Seconds since 1970 of a date in a header, None where it is none."""
    try:
        return parsedate_to_datetime(said).timestamp()
    except (TypeError, ValueError):
        pass
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
