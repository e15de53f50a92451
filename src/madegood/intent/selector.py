"""Which work items: `label:kyc kind:feat` -> terms that must all hold."""

from __future__ import annotations

import re

TERM = re.compile(r"""\s*(?:([A-Za-z_][\w.-]*):)?(?:"([^"]*)"|([^\s"]+))""")


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
    at = 0
    while at < len(text.rstrip()):
        match = TERM.match(text, at)
        if not match:
            return None
        name, quoted, word = match.groups()
        pattern = quoted if quoted is not None else word
        if not name and word and word.endswith(":"):
            return None
        found.append((name.lower(), pattern) if name else ("title", f"*{pattern}*"))
        at = match.end()
    return tuple(found) or None
