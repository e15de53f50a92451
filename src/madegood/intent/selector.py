"""Which work items: `label:kyc kind:feat` -> terms that must all hold. docs/selectors.md shows it by example."""

from __future__ import annotations

import re

NAME = r"([^\W\d][\w.-]*)"
TERM = re.compile(rf"""(?:{NAME}:)?(?:"([^"]*)"|'([^']*)'|([^\s"'][^\s"]*))(?=\s|$)""")
FOREIGN = re.compile(r"AND|OR|NOT|IN|=|!=|~|\(.*|.*\)")  # words of trackers' own query languages


def terms(text: str) -> tuple[tuple[str, str], ...] | None:
    """(field, pattern) pairs; a bare word is looked for in the title; None where it cannot be read.

    >>> terms('label:kyc title:"instant verification*"')
    (('label', 'kyc'), ('title', 'instant verification*'))
    >>> terms("onboarding")
    (('title', '*onboarding*'),)
    >>> terms("label:") is None, terms("") is None, terms('title:"open') is None
    (True, True, True)
    """
    found: list[tuple[str, str]] = []
    at, text = 0, text.strip()
    while at < len(text):
        match = TERM.match(text, at)
        if not match:
            return None
        name, double, single, bare = match.groups()
        pattern = next(part for part in (double, single, bare) if part is not None)
        if bare and (bare.endswith(",") or (not name and not word(bare, ":" in text))):
            return None
        if not name and not pattern.strip():
            return None
        found.append((name.lower(), pattern) if name else ("title", f"*{pattern.strip('*')}*"))
        at = match.end()
        at += len(text[at : at + 1])
        while at < len(text) and text[at].isspace():
            at += 1
    return tuple(found) or None


def word(bare: str, among_fields: bool = False) -> bool:
    """Whether a bare word is one to look for, and no half of something else.

    >>> [word(bare) for bare in ("KYC-1", "label:", "-label:x", "AND", "label=kyc", "not")]
    [True, False, False, False, False, True]
    >>> word("not", among_fields=True)
    False
    """
    foreign = FOREIGN.fullmatch(bare.upper() if among_fields else bare)
    return not (foreign or bare.endswith(":") or bare.startswith(("-", "!")) or "=" in bare)


def why(text: str) -> str:
    """How to mend a selector that cannot be read.

    >>> why("label: kyc")
    'Write the pattern right after the colon, without a space: `label:kyc`.'
    >>> why("-label:kyc")
    'A selector says which items it picks; it cannot leave any out. Write what they have in common.'
    """
    spaced = re.search(rf"{NAME}:\s+(\S+)", text)
    if spaced:
        return f"Write the pattern right after the colon, without a space: `{spaced[1]}:{spaced[2][:30]}`."
    if text.count('"') % 2:
        return 'Close the quotes: `title:"instant verification"`.'
    if re.search(r"(?i)(^|\s)([-!]\w|not\s)", text):
        return "A selector says which items it picks; it cannot leave any out. Write what they have in common."
    if re.search(r"(?i)\s(and|or|in)\s|=|,(\s|$)", text):
        return (
            "Terms are parted by spaces and all must hold, as `label:kyc kind:feat`; for either, write two selectors."
        )
    return 'Write `field:pattern` terms, as `label:onboarding`, `epic:KYC-120` or `title:"instant verification"`.'
