"""Which bet or need an orphan may serve, by the words they share: a suggestion for a person, and never a link.

How well it does, and how its constants were chosen, stands in benchmarks/suggest.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from madegood.execution.family import Family
from madegood.execution.matching import NONE, UNKNOWN, Near, Texts, Weighted, gather, nearest, said
from madegood.execution.words import fold, forms, stem, words
from madegood.intent.model import Bet

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from madegood.execution.meaning import Meaning
    from madegood.execution.model import Aim, Facts, WorkItem
    from madegood.intent.model import Need, Strategy

    Target = tuple[Aim, str]  # "bet" or "need", and its id

#: How much a word counts by where a bet or need says it. The team's own words are meant to be met in titles.
#: `also` and `title` halved or doubled move top-1 by a point or less (benchmarks/suggest.md); no set measures the rest.
SAID = {"also": 3.0, "title": 2.0, "id": 2.0, "by": 1.5, "because": 1.0, "need": 0.5, "prose": 0.3}
NAMES = ("also", "title", "id")  # phrases, of which a word alone tells less: `open` and `source` of `open source`
LABEL, ABOVE = 0.7, 0.5  # a word of a label or further column, and of the title above, beside one of the title
NEED = 0.9  # where a bet and its need are as near, the bet is suggested
LIKELY = 0.5  # more likely right than wrong; below, nothing is suggested
#: A logistic regression on `features`, fitted on the tuning sets of benchmarks/suggest.py; the others check it.
FITTED = (-1.71, 1.17, 2.49, 0.80)
#: The same where a sentence model is asked too. MEANT is how much a cosine of 1 counts beside words: .7 to 3 give the
#: same top-1 within a point; the rest was fitted with it (benchmarks/suggest.md).
MEANT = 2.0
FITTED_MEANT = (-2.21, 0.44, 1.44, 1.19, 3.68)
SHOWN = 4  # words that are shown as the ground


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A bet or need that an orphan may serve; nothing counts it until a person says yes.

    confidence  how often suggestions like this one were right, 0 to 1 (benchmarks/suggest.md)
    words       the words of the item that speak for it, the strongest first
    alike       cosine between what both mean, where a sentence model was asked
    """

    item: str
    aim: Aim
    to: str
    confidence: float
    words: tuple[str, ...] = ()
    alike: float = 0.0


def suggest(
    facts: Facts,
    strategy: Strategy,
    declined: Collection[tuple[str, str, str]] = (),
    least: float = LIKELY,
    meaning: Meaning | None = None,
) -> tuple[Suggestion, ...]:
    """At most one suggestion for each orphan, in the order of the items.

    declined  (item, "bet" | "need", id) that a person has said no to
    least     confidence below which nothing is suggested
    meaning   a sentence model that is asked beside the words
    """
    names: list[Target] = [*(("bet", one.id) for one in strategy.bets), *(("need", one.id) for one in strategy.needs)]
    orphans = [place for place, link in enumerate(facts.links) if link.aim == "orphan"]
    if not names or not orphans:
        return ()
    stated: list[Bet | Need] = [*strategy.bets, *strategy.needs]
    spoken = [profile(one, strategy) for one in stated]
    texts = gather(read(facts.items, {word for one in spoken for word in one}), spoken)
    bare = np.array([1.0 if aim == "bet" else NEED for aim, _ in names])
    table = said(texts, spoken) * bare
    alike = likeness(facts.items, stated, orphans, meaning) if meaning else None
    meant = None if alike is None else MEANT * alike * bare
    near = nearest(texts, table, _rivals(strategy, names), _known(facts, names), _struck(facts, names, declined), meant)
    sure = confidence(near, alike)
    likely = [place for place in orphans if sure[place] >= least and near.first[place] > 0]
    grounds = _grounds(texts, table, near, facts.items, likely)
    made = []
    for place in likely:
        to = int(near.target[place])
        near_in_meaning = 0.0 if alike is None else float(alike[place, to])
        made.append(Suggestion(facts.items[place].id, *names[to], float(sure[place]), grounds[place], near_in_meaning))
    return tuple(made)


def profile(one: Bet | Need, strategy: Strategy) -> Weighted:
    """Stems of what a bet or need says of itself, each with its weight; of a bet also what its need says."""
    spoken: Weighted = {}

    def say(field: str, text: str, scale: float = 1.0) -> None:
        found = words(text)
        whole = {*map(stem, forms(found)), *initials(text)}
        for word in {*map(stem, found)} | whole:
            part = len(found) ** -0.5 if field in NAMES and word not in whole else 1.0
            spoken[word] = spoken.get(word, 0.0) + part * scale * SAID[field]

    if not set(words(one.id)) <= {*words(one.title), *forms(words(one.title))}:
        say("id", one.id)
    say("title", one.title)
    for text in one.also:
        say("also", text)
    say("prose", one.prose)
    if isinstance(one, Bet):
        say("by", one.by)
        say("because", one.because)
        if need := strategy.need(one.need):
            for text in (need.title, *need.also):
                say("need", text)
    else:
        for piece in one.evidence:
            say("prose", piece.text)
    return spoken


def initials(text: str) -> list[str]:
    """First letters of three to five words that stand together, as teams shorten what they often say.

    >>> initials("Know your customer")
    ['kyc']
    """
    first = [fold(word)[:1] for word in re.findall(r"[^\W\d_]+", text)]
    return ["".join(first)] if 3 <= len(first) <= 5 else []


def read(items: Sequence[WorkItem], spoken: Collection[str]) -> list[Weighted]:
    """Stems of each item with their weights: of its title, its labels and further columns, and the title above."""
    family, known = Family(items), dict[str, tuple[str, ...]]()

    def stems(text: str) -> tuple[str, ...]:
        if text not in known:
            found = words(text)
            others = [other for word in forms(found) if (other := stem(word)) in spoken]
            known[text] = tuple(dict.fromkeys([*(stem(word) for word in found), *others]))
        return known[text]

    found = []
    for place, item in enumerate(items):
        weights: Weighted = {}
        above = family.parent[place]
        if above >= 0:
            weights.update(dict.fromkeys(stems(items[above].title), ABOVE))
        for text in (*item.labels, *(value for _, value in item.fields)):
            weights.update(dict.fromkeys(stems(text), LABEL))
        weights.update(dict.fromkeys(stems(item.title), 1.0))
        found.append(weights)
    return found


def likeness(
    items: Sequence[WorkItem], stated: Sequence[Bet | Need], places: Sequence[int], meaning: Meaning
) -> NDArray[Any]:
    """Cosine between what some items and each bet or need mean, (n, m); 0 for the other items."""
    found = np.zeros((len(items), len(stated)))
    found[list(places)] = meaning([items[place].title for place in places]) @ meaning([wording(o) for o in stated]).T
    return found


def wording(one: Bet | Need) -> str:
    """What a bet or need says of itself in one text.

    >>> wording(Bet("b", title="Instant verification", by="Read the passport", also=("selfie", "kyc")))
    'Instant verification: Read the passport, selfie, kyc'
    """
    rest = ", ".join(text for text in (one.by if isinstance(one, Bet) else "", *one.also) if text)
    return ": ".join(text for text in (one.title or one.id, rest) if text)


def _known(facts: Facts, names: Sequence[Target]) -> NDArray[Any]:
    """What each item is linked to: its target's number, UNKNOWN for an orphan, NONE for anything else."""
    numbers = {name: number for number, name in enumerate(names)}
    linked = (UNKNOWN if link.aim == "orphan" else numbers.get((link.aim, link.to), NONE) for link in facts.links)
    return np.fromiter(linked, np.int64, len(facts.links))


def _rivals(strategy: Strategy, names: Sequence[Target]) -> NDArray[Any]:
    """Whether two targets cannot both be meant: a bet and its own need can."""
    rivals = ~np.eye(len(names), dtype=bool)
    numbers = {name: number for number, name in enumerate(names)}
    for bet in strategy.bets:
        if ("need", bet.need) in numbers:
            pair = numbers["bet", bet.id], numbers["need", bet.need]
            rivals[pair] = rivals[pair[::-1]] = False
    return rivals


def _struck(facts: Facts, names: Sequence[Target], declined: Collection[tuple[str, str, str]]) -> dict[int, list[int]]:
    """Target -> places of the items of which a person said that they do not serve it."""
    if not declined:
        return {}
    places = {item.id: place for place, item in enumerate(facts.items)}
    numbers: dict[tuple[str, str], int] = {name: number for number, name in enumerate(names)}
    struck: dict[int, list[int]] = {}
    for item, aim, to in sorted(declined):
        if item in places and (aim, to) in numbers:
            struck.setdefault(numbers[aim, to], []).append(places[item])
    return struck


def confidence(near: Near, alike: NDArray[Any] | None = None) -> NDArray[Any]:
    """How often suggestions like these were right, (n,)."""
    fitted = FITTED if alike is None else FITTED_MEANT
    return np.asarray(1 / (1 + np.exp(-features(near, alike) @ np.array(fitted))))


def features(near: Near, alike: NDArray[Any] | None = None) -> NDArray[Any]:
    """What confidence is told by, (n, 4): a constant, how much the target itself says of the item, which share of the
    item that is, and how far the next target is behind; with a model (n, 5), how near they are in meaning too."""
    first = np.maximum(near.first, 1e-9)
    share, ahead = near.said / np.maximum(near.whole, 1e-9), np.clip((near.first - near.second) / first, 0, 1)
    told = [np.ones(len(first)), np.log1p(near.said), share, ahead]
    if alike is not None:
        told.append(alike[np.arange(len(first)), near.target])
    return np.stack(told, axis=1)


def _grounds(
    texts: Texts, table: NDArray[Any], near: Near, items: Sequence[WorkItem], likely: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    """Place -> the item's words, as they stand there, that its target says too or a word like them."""
    grounds = {}
    for place in likely:
        item = items[place]
        worth: dict[str, float] = {}
        for word in words(" ".join([item.title, *item.labels, *(value for _, value in item.fields)])):
            number = texts.vocabulary.get(stem(word), -1)
            if number >= 0 and (worth_of := table[number, near.target[place]] * texts.idf[number]) > 0:
                worth.setdefault(word, float(worth_of))
        grounds[place] = tuple(sorted(worth, key=lambda word: -worth[word])[:SHOWN])
    return grounds
