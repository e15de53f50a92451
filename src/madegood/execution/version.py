"""What a tag or version says of itself: its numbers, and whether only testers meet it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

_VERSION = re.compile(r"(?:^|.*?[^0-9.])(?P<numbers>\d+(?:\.\d+)*)(?P<rest>(?:[-._+~]?[a-z]|[-+~.]).*)?", re.IGNORECASE)
_TESTING = re.compile(
    r"(?:^|[-._+~\d])(?:rc|c|cr|pre|preview|alpha|a|beta|b|dev|nightly|canary|snapshot|next|m|milestone|insiders?|test"
    r"|unstable|edge|ea|eap)(?:[-._]?\d+)*(?=$|[-._+~])",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?P<numbers>\d{4}-\d{2}-\d{2})(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Version:
    """Numbers from the left, most telling first; `testing` is a release candidate, beta, nightly and so on."""

    numbers: tuple[int, ...]
    testing: bool

    def reaches(self, other: Version) -> bool:
        """Are its numbers those of `other` or later? 1.2 reaches 1.2.0, and 1.1.9 does not."""
        pairs = zip_longest(self.numbers, other.numbers, fillvalue=0)
        return next((mine > theirs for mine, theirs in pairs if mine != theirs), True)


def version(text: str) -> Version | None:
    """The version that a tag names, None where it names none.

    Release candidates, alphas, betas and the like as PEP 440 and Semantic Versioning 2.0 write them.

    >>> version("v0.12.0b1")
    Version(numbers=(0, 12, 0), testing=True)
    >>> version("desktop-v1.2.3"), version("1.0.0-beta.2").testing, version("1.2.3+build5").testing
    (Version(numbers=(1, 2, 3), testing=False), True, False)
    >>> version("2026-08-22").numbers, version("last-stable"), version("nightly")
    ((2026, 8, 22), None, None)
    """
    match = _DAY.fullmatch(text.strip()) or _VERSION.fullmatch(text.strip())
    if not match:
        return None
    try:
        numbers = tuple(int(part) for part in re.split(r"[.-]", match["numbers"]))
    except ValueError:  # more digits than Python reads as one number: no version
        return None
    return Version(numbers, bool(_TESTING.search((match["rest"] or "").split("+")[0])))
