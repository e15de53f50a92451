"""What a commit's words say: its kind, the intent it names, the tracker items it speaks of."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from madegood.sources.git_history import Commit

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = frozenset("feat fix chore docs doc refactor test tests build ci perf style revert deps security".split())
_PREFIX = re.compile(r"(?P<kind>[A-Za-z]+)(?:\((?P<scope>[^()]{1,60})\))?(?P<breaking>!)?:\s")
_TRAILER = re.compile(r"^(?P<aim>Bet|Need|Outcome):[ \t]*(?P<id>\S.*?)\s*$", re.IGNORECASE | re.MULTILINE)
_NUMBER = re.compile(r"(?<![\w&/#])#(\d{1,9})(?!\w)")
_KEY = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]+-\d{1,9})(?![\w-])")


def kind_of(title: str) -> tuple[str, str, bool]:
    """Kind, scope, and whether it breaks something, from a Conventional Commits 1.0 title.

    >>> kind_of("feat(sync)!: keep two devices alike"), kind_of("Note: none"), kind_of('Revert "feat: x"')
    (('feat', 'sync', True), ('', '', False), ('revert', '', False))
    """
    match = _PREFIX.match(title)
    if match and match["kind"].lower() in KINDS:
        return match["kind"].lower(), match["scope"] or "", bool(match["breaking"])
    return ("revert" if title.startswith('Revert "') else "", "", False)


def intent_of(body: str) -> str:
    """What `Bet:`, `Need:` and `Outcome:` trailers name.

    >>> intent_of("Why.\\n\\nBet: instant-verification\\nneed: my-money-is-safe")
    'bet:instant-verification, need:my-money-is-safe'
    """
    return ", ".join(f"{match['aim'].lower()}:{match['id']}" for match in _TRAILER.finditer(body))


def mentioned(commit: Commit) -> tuple[str, ...]:
    """Tracker items that a commit speaks of: `#12` as 12, `KYC-12` as it stands.

    >>> mentioned(Commit("a", (), 0, 0, "fix: wait less (#12)", "Closes KYC-7, see https://a.example/#9"))
    ('12', 'KYC-7')
    """
    text = f"{commit.title}\n{commit.body}"
    return tuple(dict.fromkeys([*_NUMBER.findall(text), *_KEY.findall(text)]))


def held_items(commits: Mapping[str, Commit], first: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Tag -> the tracker items that the commits it was first to hold speak of."""
    held: dict[str, dict[str, None]] = defaultdict(dict)
    for one, tag in first.items():
        held[tag].update(dict.fromkeys(mentioned(commits[one])))
    return {tag: tuple(sorted(found)) for tag, found in held.items()}
