"""The words of a title as they are compared: folded, without endings, and the pieces by which alike words are found.

Nothing here asks which language a text is in: titles mix them. Endings are taken off as long as a stem of some length
is left (the lighter of the ways of Savoy, Light stemming approaches for the French, Portuguese, German and Hungarian
languages, ACM SAC 2006); what that misses, as compounds and short forms, is met by pieces of four letters (McNamee and
Mayfield, Character n-gram tokenization for European language text retrieval, Information Retrieval 7, 2004).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

#: Words that say nothing of what a work item is for: of sentences in English, Portuguese, German, Spanish and French,
#: and of titles in any backlog.
EMPTY = frozenset(
    """
    a about after all also an and any are as at be because been before being between both but by can could did do does
    done each ensure every for from get gets had has have how if in instead into is it its just less make makes many may
    more most much must my need needs never no not now of off on once one only or other our out over per should so some
    such than that the their them then there these they this those through to too under until up upon us use used uses
    using via want was way we were what when where whether which while who why will with within without would you your
    add added adding adds fix fixed fixes fixing update updated updates updating change changed changes changing improve
    improved improvement improvements improves new support supports supported implement implemented implementation allow
    allows remove removed removes refactor feat feature chore bug bugfix issue wip task set sets easy easier better user
    users customer customers people
    ao aos as com como da das de do dos e em entre essa esse esta este foi mais mas na nas nem no nos o os ou para pela
    pelo por porque quando que se sem ser seu sua um uma
    aber als am an auch auf aus bei bis das dass dem den der des die durch ein eine einem einen einer eines er es fuer
    fur hat im ist kann mit nach nicht noch nur oder ohne sein sich sie sind so uber um und vom von vor wenn werden wie
    wir wird zu zum zur
    al con del el la las lo los y sin su sus le les un une des du et dans sur pour par ne pas qui au aux est
    """.split()
)
#: Endings of words. A stem keeps four letters, and three before a bare plural.
ENDINGS = frozenset(
    """
    ations ation ating ators ator ated ates ate ications ication ying ied izations ization izing ized
    izes ize isations isation ising ised ises ise ions ion ings ing edly ed ers er ors or ments ment ness ities ity
    ically ical ics ic ively ive ably able ibly ible ally al ly ies y e
    acoes acao oes ao adores ador ados ado adas ada ando endo indo aram mente idades idade amentos amento ar ir os as
    ungen ung heiten heit keiten keit lichen liche lich ischen ische isch ten en em es er ern
    """.split()
)
LONGEST = max(map(len, ENDINGS))
SHORTEST = 4
LONG = 10  # letters of the words that are written so: l10n, a11y, i18n, o11y
PIECE = 4
_APART = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|[-_]")
_TOKEN = re.compile(r"[^\W\d_][^\W_]*(?:(?:(?<=[^\W\d_A-Z])(?=[A-Z])|[-_](?=[^\W\d_]))[^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def forms(found: list[str]) -> list[str]:
    """Other ways to write what is said: every two words that stand together as one, and long ones as i18n is written.

    >>> forms(["screen", "reader", "accessibility"])
    ['screenreader', 'readeraccessibility', 'a11y']
    """
    pairs = [first + second for first, second in pairwise(found)]
    return pairs + [f"{word[0]}{len(word) - 2}{word[-1]}" for word in found if len(word) >= LONG]


def fold(word: str) -> str:
    """A word in lower case, without accents and signs.

    >>> fold("Transferências"), fold("Größe")
    ('transferencias', 'grosse')
    """
    plain = word.casefold()
    if plain.isascii():
        return plain
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if c.isalnum())


def words(text: str) -> list[str]:
    """The telling words of a text in their order, folded; a compound gives its parts and itself.

    >>> words("Add the sign-up form (darkMode) #12")
    ['sign', 'signup', 'form', 'dark', 'mode', 'darkmode']
    """
    return [word for token in _TOKEN.findall(text) for word in _parts(token)]


@lru_cache(maxsize=200_000)
def _parts(token: str) -> tuple[str, ...]:
    """What a token is made of; of a script without spaces every two signs that stand together."""
    if not token.isascii() and (runs := _UNSPACED.findall(token)):
        return tuple(run[i : i + 2] for run in runs for i in range(max(len(run) - 1, 1)))
    parts = [fold(part) for part in _APART.split(token)]
    whole = ["".join(parts)] if len(parts) > 1 else []
    return tuple(part for part in [*parts, *whole] if len(part) > 1 and part not in EMPTY)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A folded word without its ending.

    >>> [stem(word) for word in ("notifications", "notify", "payments", "transferências", "zahlungen", "zahlung")]
    ['notif', 'notif', 'pay', 'transferência', 'zahl', 'zahl']
    """
    if len(word) >= SHORTEST and word.endswith("s") and not word.endswith(("ss", "us", "is", "oes")):
        word = word[:-1]
    for length in range(min(LONGEST, len(word) - 3), 0, -1):
        if word[-length:] in ENDINGS and len(word) - length >= (SHORTEST if length < 4 else 3):
            word = word[:-length]
            break
    return word[:-1] if len(word) > SHORTEST and word[-1] == word[-2] else word


@lru_cache(maxsize=200_000)
def pieces(word: str) -> frozenset[str]:
    """Every four letters of a word that stand together, and its three first.

    >>> sorted(pieces("login"))
    ['^log', 'logi', 'ogin']
    """
    marked = f"^{word}"
    return frozenset(marked[i : i + PIECE] for i in range(max(len(marked) - PIECE + 1, 1)))
