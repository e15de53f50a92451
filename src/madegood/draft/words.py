"""What names say: which direction is good, how near to customers a number stands, and how a person would write it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from madegood.intent.model import Direction

#: Beginnings of words for which less is better, as teams name what goes wrong for customers. Always said as a guess.
WORSE = (
    "churn error crash complain contact support latenc refund anr bounce cancel unsubscri fail timeout incident outage"
    " downtime chargeback fraud abandon defect bug dispute attrition lapse uninstall reject escalat"
).split()
#: Beginnings of words for what customers do, nearest first; what stands in none of the rows comes between 1 and 3.
NEAR = {
    0: (
        "active activat user customer install signup registration download subscriber member account order purchase"
        " payment paid checkout booking conversion converted retention retain adoption session dau wau mau"
    ).split(),
    1: "visit view revenue request pull clone trial lead".split(),
    3: "star fork follower like watcher rating".split(),
}
ELSE = 2
#: Words that say how a number is counted, not what.
COUNTED = frozenset("cumulative total count number".split())


def words(name: str) -> list[str]:
    """The words of a name, in lower case; signUp and sign-up are signup.

    >>> words("crashFreeUsers_7d"), words("Sign-ups")
    (['crash', 'free', 'users', '7', 'd'], ['signups'])
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return re.findall(r"[^\W\d_]+|\d+", re.sub(r"sign[\W_]*(?=(ups?|ins?)\b|ups?_)", "sign", plain))


def begins(word: str, beginnings: Iterable[str]) -> bool:
    """Whether a word is one of these or grows out of one; the shortest must be met whole, so that no `anr` hides."""
    return any(word.startswith(one) if len(one) > 4 else word in (one, f"{one}s") for one in beginnings)


def good(name: str) -> Direction:
    """The direction that is good, as far as a name tells.

    >>> [good(name) for name in ("churn", "crash_free_users", "android_anr_rate", "orders", "scanner_starts")]
    ['down', 'up', 'down', 'up', 'up']
    """
    said = words(name)
    worse = [i for i, word in enumerate(said) if begins(word, WORSE) or word in ("errors", "failed", "bounced")]
    return "down" if any(said[i + 1 : i + 2] != ["free"] for i in worse) else "up"


def nearness(name: str) -> int:
    """How near to customers a number stands, 0 the nearest.

    >>> [nearness(name) for name in ("android_active_installs", "page_views", "github_stars_cumulative", "build_time")]
    [0, 1, 3, 2]
    """
    said = words(name)
    found = [tier for tier, beginnings in NEAR.items() if any(begins(word, beginnings) for word in said)]
    return 3 if 3 in found and 0 not in found else min(found, default=ELSE)


def titled(name: str) -> str:
    """A name as the beginning of a sentence.

    >>> titled("github_stars_cumulative"), titled("NPS"), titled("total")
    ('Github stars', 'NPS', 'Total')
    """
    parts = re.sub(r"[_\s]+|(?<=\w)-(?=\w)", " ", name).split()
    kept = [part for part in parts if part.lower() not in COUNTED] or parts
    text = " ".join(kept)
    return text[:1].upper() + text[1:]


def within(title: str) -> str:
    """A title inside a sentence: its capital goes unless it stands for something.

    >>> within("Android users"), within("NPS")
    ('android users', 'NPS')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
