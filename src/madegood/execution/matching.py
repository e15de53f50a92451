"""How near texts stand to a few targets by the words they share, as arrays; knows no bet and no work item.

A word counts by how rare it is among all texts (the idf of Robertson and Zaragoza, The probabilistic relevance
framework: BM25 and beyond, 2009, eq. 3.13) and by how few targets say it. Fields have weights of their own, and a
word said again counts ever less (BM25F: Robertson, Zaragoza and Taylor, CIKM 2004). Alike words count in part (soft
TF-IDF: Cohen, Ravikumar and Fienberg, A comparison of string distance metrics for name-matching tasks, IIWeb 2003).
Words that go with a target without standing in it are learned from texts known to belong to it, and from those that
clearly seem to (McCallum and Nigam, Text classification by bootstrapping with keywords, EM and shrinkage, ACL workshop
on unsupervised learning in NLP, 1999; one round of it, positive words only).

The constants were chosen on the tuning halves of benchmarks/suggest.py, and stand in benchmarks/suggest.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.execution.words import pieces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

ALIKE = 0.5  # Dice's coefficient of pieces from which two words count as alike, by its square
FEWEST = 2  # pieces that alike words share: `docker` is no `document`
PART, OF_PART = 4, 0.5  # letters of a word that begins or ends one twice as long, as `perf`; and how much it counts
SATURATION = 1.0  # weight at which a word counts half as much as it ever can
RARE = 0.25  # power of how rare a word is: a team's own words are meant, also where the backlog is full of them
LEARNED = 0.5  # a learned word beside one that is said
SHRINK = 8.0  # texts by which what is learned is drawn back to what all texts say
UNKNOWN, NONE = -1, -2  # instead of a text's target
ROWS = 20_000  # texts looked at together: bounds the memory, changes no figure

Weighted = dict[str, float]  # word -> weight


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Words of n texts as flat arrays, each word of a text once.

    text, word  (k,) which text, and which word by its number in `vocabulary`
    weight      (k,) how much it counts there
    idf         (v,) how rare each word is
    """

    count: int
    text: NDArray[Any]
    word: NDArray[Any]
    weight: NDArray[Any]
    vocabulary: dict[str, int]
    idf: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """For each text the target that it is nearest to, (n,) each.

    said    the score of the words that this target itself says
    first   the score with what was learned, and what it means; 0 where nothing is shared
    second  that of the nearest rival
    whole   what a target that says every word of the text would score
    """

    target: NDArray[Any]
    said: NDArray[Any]
    first: NDArray[Any]
    second: NDArray[Any]
    whole: NDArray[Any]


def gather(texts: Sequence[Weighted], targets: Sequence[Weighted]) -> Texts:
    """Texts as arrays; the targets count as texts of their own in how rare a word is."""
    vocabulary: dict[str, int] = {}
    text = np.repeat(np.arange(len(texts)), [len(one) for one in texts])
    word = np.fromiter((vocabulary.setdefault(w, len(vocabulary)) for one in texts for w in one), np.int64, len(text))
    weight = np.fromiter((value for one in texts for value in one.values()), float, len(text))
    said = np.array([vocabulary.setdefault(w, len(vocabulary)) for one in targets for w in one], dtype=np.int64)
    held = np.bincount(np.concatenate([word, said]), minlength=len(vocabulary))
    every = len(texts) + len(targets)
    return Texts(len(texts), text, word, weight, vocabulary, np.log(1 + (every - held + 0.5) / (held + 0.5)) ** RARE)


def said(texts: Texts, targets: Sequence[Weighted]) -> NDArray[Any]:
    """How much each word speaks for each target by what the target says, (v, m), from 0 to 1."""
    table = np.zeros((len(texts.vocabulary), len(targets)))
    for t, target in enumerate(targets):
        for word, weight in target.items():
            table[texts.vocabulary[word], t] = weight / (weight + SATURATION)
    sayers = (table > 0).sum(axis=1)
    table *= (np.log1p(len(targets) / np.maximum(sayers, 1)) / np.log1p(len(targets)))[:, None]
    spoken = [w for w, number in texts.vocabulary.items() if sayers[number]]
    for word, (other, alike) in _alike(texts.vocabulary, spoken, sayers).items():
        table[texts.vocabulary[word]] = alike * table[texts.vocabulary[other]]
    return table


def _alike(vocabulary: Mapping[str, int], spoken: Sequence[str], sayers: NDArray[Any]) -> dict[str, tuple[str, float]]:
    """Each word that no target says -> the spoken word most like it, and how much it counts, up to 1."""
    holders: dict[str, list[str]] = defaultdict(list)
    for word in spoken:
        for piece in pieces(word):
            holders[piece].append(word)
    found: dict[str, tuple[str, float]] = {}
    for word, number in vocabulary.items():
        if sayers[number]:
            continue
        mine = pieces(word)
        shared = Counter(other for piece in mine for other in holders.get(piece, ()))
        near = [(_likeness(word, other, n), other) for other, n in shared.items()]
        if near and (best := max(near))[0]:
            found[word] = (best[1], best[0])
    return found


def _likeness(word: str, other: str, shared: int) -> float:
    """How much a word counts for another by the pieces they share, 0 to 1.

    >>> round(_likeness("authentic", "authent", 5), 2), _likeness("zahlfehl", "zahl", 2), _likeness("dock", "docu", 1)
    (0.69, 0.5, 0.0)
    """
    short, long = sorted((word, other), key=len)
    if len(short) >= PART and len(long) >= 2 * len(short) and (long.startswith(short) or long.endswith(short)):
        return OF_PART
    dice = 2 * shared / (len(pieces(word)) + len(pieces(other)))
    return dice**2 if shared >= FEWEST and dice >= ALIKE else 0.0


def nearest(
    texts: Texts,
    table: NDArray[Any],
    rivals: NDArray[Any],
    known: NDArray[Any],
    struck: Mapping[int, Sequence[int]],
    meant: NDArray[Any] | None = None,
) -> Near:
    """The nearest target of every text.

    table   (v, m) from `said`
    rivals  (m, m) bool: whether a target (column) is another one than that of the row, for the margin
    known   (n,) the target that a text is known to belong to, UNKNOWN, or NONE of them
    struck  target -> texts that do not belong to it
    meant   (n, m) score of what a text means for a target, added to that of its words
    """
    first = _best(texts, table, table, rivals, struck)
    ahead = (first.first - first.second) / np.where(first.first > 0, first.first, 1)
    seems = np.where((known == UNKNOWN) & (first.first > 0), first.target, UNKNOWN)
    belongs, sure = np.where(known >= 0, known, seems), np.where(known >= 0, 1.0, ahead)
    every = table + LEARNED * learned(texts, belongs, sure, table.shape[1])
    return _best(texts, every, table, rivals, struck, meant)


def learned(texts: Texts, belongs: NDArray[Any], sure: NDArray[Any], targets: int) -> NDArray[Any]:
    """How much more often each word stands in the texts of a target than in all, (v, m), 0 and up to about 1.

    belongs  (n,) the target of a text, UNKNOWN for none
    sure     (n,) how much a text counts, 0 to 1
    """
    size = len(texts.vocabulary)
    often = np.bincount(texts.word, minlength=size)
    usual = (often + 0.5) / (texts.count + 1)
    table = np.zeros((size, targets))
    for t in range(targets):
        mine = np.where(belongs == t, sure, 0.0)
        here = np.bincount(texts.word, mine[texts.text], minlength=size)
        share = (here + SHRINK * usual) / (mine.sum() + SHRINK)
        table[:, t] = np.maximum(np.log(share / usual), 0) * (often > 1)
    return np.asarray(table / np.log(texts.count + 2))


def _best(
    texts: Texts,
    table: NDArray[Any],
    own: NDArray[Any],
    rivals: NDArray[Any],
    struck: Mapping[int, Sequence[int]],
    meant: NDArray[Any] | None = None,
) -> Near:
    """The best target of each text by `table` and `meant`; what it says itself by `own`."""
    n, worth = texts.count, texts.weight * texts.idf[texts.word]
    target, second = np.zeros(n, dtype=np.int64), np.zeros(n)
    mine, first = np.zeros(n), np.zeros(n)
    starts = np.searchsorted(texts.text, np.arange(0, n + ROWS, ROWS))
    for number, (begin, end) in enumerate(pairwise(starts.tolist())):
        low, high = number * ROWS, min((number + 1) * ROWS, n)
        rows, word, value = texts.text[begin:end] - low, texts.word[begin:end], worth[begin:end]
        scores = np.stack([np.bincount(rows, value * table[word, t], minlength=high - low) for t in range(len(rivals))])
        if meant is not None:
            scores += meant[low:high].T
        for t, places in struck.items():
            scores[t, [p - low for p in places if low <= p < high]] = 0.0
        top = scores.argmax(axis=0)
        target[low:high], first[low:high] = top, scores.max(axis=0)
        second[low:high] = np.where(rivals[top].T, scores, 0.0).max(axis=0)
        mine[low:high] = np.bincount(rows, value * own[word, top[rows]], minlength=high - low)
    whole = np.bincount(texts.text, worth, minlength=n)
    return Near(target, mine, first, second, whole)
