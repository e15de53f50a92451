"""Does an item's own text name an intent outright? Only what cannot be an accident of words counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from madegood.execution.model import Aim, WorkItem
    from madegood.intent.model import Strategy

    Claim = tuple[Aim, str, str]

AIMS: tuple[Aim, ...] = ("bet", "need", "outcome")
_MARKED = re.compile(
    r"(?<![\w/-])(?P<aim>bet|need|outcome):\s?(?P<said>[\w-]+(?:\.[\w-]+)*)"
    r"|\[(?P<boxed>[^\[\]]{1,80})\]"
    r"|(?<![\w/&#])#(?P<hashed>[^\W\d][\w-]*)",
    re.IGNORECASE,
)
_LONG = 8  # letters and signs; shorter compounds such as sign-up, opt-out, log-in, utf-8 are ordinary words


def stands_alone(name: str) -> bool:
    """May this id count when it stands bare in a title?

    Only compounds with a hyphen or underscore that are long enough not to be everyday words, numbered ids that say
    what they are, and keys in capitals. All others need a mark: `bet:sync`, `[sync]` or `#sync`.

    >>> [stands_alone(x) for x in ("guest-checkout", "bet-12", "KYC-7")]
    [True, True, True]
    >>> [stands_alone(x) for x in ("sync", "sign-up", "utf-8", "b1", "2026-08", "onboarding")]
    [False, False, False, False, False, False]
    """
    if re.fullmatch(r"(?i:bet|need|outcome)-\d+|[A-Z][A-Z0-9]+-\d+", name):
        return True
    return len(name) >= _LONG and bool(re.search(r"[^\W\d_]{2,}.*[-_].*[^\W_]|[^\W_].*[-_].*[^\W\d_]{2,}", name))


class Named:
    """Finds the ids of one strategy in items."""

    def __init__(self, strategy: Strategy) -> None:
        self.ids: dict[str, list[tuple[Aim, str]]] = {}
        self.order: dict[tuple[Aim, str], int] = {}
        for aim, said in (("bet", strategy.bets), ("need", strategy.needs), ("outcome", strategy.outcomes)):
            for one in said:
                if one.id:
                    key = (cast("Aim", aim), one.id)
                    self.order.setdefault(key, len(self.order))
                    self.ids.setdefault(one.id.casefold(), []).append(key)
        bare = sorted({name for _, name in self.order if stands_alone(name)}, key=lambda n: (-len(n), n))
        words = "|".join(re.escape(n) if n.upper() != n else f"(?-i:{re.escape(n)})" for n in bare)
        self.bare = re.compile(rf"(?<![\w/@.-])(?:{words})(?![\w/-]|\.\w)", re.IGNORECASE) if words else None

    def claims(self, item: WorkItem) -> list[Claim]:
        """Who the item names, its `bet` field before its title, then bets before needs before outcomes."""
        if not item.bet and not item.title:
            return []
        return [*self._field(item.bet), *self._title(item.title)]

    def unknown(self, item: WorkItem) -> str:
        """Words for an orphan whose `bet` field names nothing that was said."""
        if not item.bet or self._field(item.bet):
            return ""
        return f"it names `{item.bet}`, and no bet, need or outcome has that id"

    def _field(self, text: str) -> list[Claim]:
        found: list[Claim] = []
        if not text:
            return found
        for part in re.split(r"[,;|]", text):
            kind, _, name = part.strip().rpartition(":")
            found += self._known(name.strip(" []#"), kind.strip().casefold(), f"its `bet` field says {part.strip()}")
        return found

    def _title(self, title: str) -> list[Claim]:
        found: list[Claim] = []
        if any(mark in title for mark in ":[#"):
            for match in _MARKED.finditer(title):
                name = match["said"] or match["boxed"] or match["hashed"]
                kind = (match["aim"] or "").casefold()
                if match["boxed"] and ":" in name:
                    kind, _, name = (part.strip() for part in name.casefold().partition(":"))
                if kind or not name.strip().isdigit():  # [12] is a number of the tracker before it is an id
                    found += self._known(name.strip(), kind, f"its title says {match[0]}")
        if self.bare:
            for match in self.bare.finditer(title):
                found += self._known(match[0], "", f"its title names {match[0]}")
        return sorted(found, key=lambda claim: self.order[claim[0], claim[1]])

    def _known(self, name: str, kind: str, words: str) -> list[Claim]:
        """Claims for a name that was found; a kind, where one was said, must be right."""
        if kind not in ("", *AIMS):
            return []
        return [(aim, to, words) for aim, to in self.ids.get(name.casefold(), ()) if kind in ("", aim)]
