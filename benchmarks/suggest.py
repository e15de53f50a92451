"""How often suggested links are right, on real backlogs whose teams said themselves what an item belonged to.

    python benchmarks/suggest.py levels     top-1, and whether confidence means what it says
    python benchmarks/suggest.py single     the same with one bet, so that nothing is nearer
    python benchmarks/suggest.py sensitive  what the constants matter
    python benchmarks/suggest.py fit        the constants of confidence, from the tuning sets
    python benchmarks/suggest.py speed      100,000 items against 50 bets

`levels`, `single` and `fit` take `--match FOLDER`, a sentence model (madegood/execution/meaning.py) that is asked too.

The truth is a component, a scope or a section that is taken out of what is compared. Each stands for a bet whose title
is its name. One half of each set (by a fixed seed) gives the team's words, six words a bet that tell it best from the
others, or is linked already; the other half is asked about, at most 40 items a bet. `half stated` leaves every second
bet out of the strategy, so that half of the names have no right answer.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from madegood.execution import matching as m
from madegood.execution import suggest as s
from madegood.execution.matching import Near, gather, nearest, said
from madegood.execution.meaning import Meaning, meaning
from madegood.execution.model import Facts, Link, WorkItem
from madegood.execution.suggest import features, suggest
from madegood.execution.words import words
from madegood.intent.model import Bet, Strategy

DATA = Path(os.environ.get("MADEGOOD_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
TUNING = ("islandora", "duracloud", "scopes", "datasette")
OTHERS = ("fcrepo", "cordova", "dspace", "repositories")
WAYS = ("plain", "words", "words, all read", "words, half linked")
MOST = 40
MODEL: list[Meaning] = []
NO_SUBJECT = {"deps", "deps-dev", "ci", "build", "release", "wip", "dist", "distribution"}
SECTION = re.compile(
    r"(?i)^(other|small|medium|bug|new feat|features|minor|misc|everything|also in|improve|fixes|the road|breaking"
    r"|notable|documentation)"
)
PREFIX = re.compile(r"^\w+(\([^)]*\))?!?:\s*")

Labelled = list[tuple[str, str]]  # title, what it belongs to


def rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    with gzip.open(path, "rt", encoding="utf-8") if name.endswith(".gz") else path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def frequent(found: Labelled, least: int) -> Labelled:
    counts = Counter(label for _, label in found)
    return [(title, label) for title, label in found if counts[label] >= least]


def components(project: str, least: int) -> Labelled:
    """Issues of one project with exactly one component; the version that a component names is left away."""
    found = []
    for row in rows("jira/issues.csv.gz"):
        named = {re.sub(r"\s*[67]\.x\s*$", "", one).strip() for one in row["components"].split("|") if one}
        if row["project"] == project and len(named) == 1:
            found.append((row["title"], named.pop()))
    return frequent(found, least)


def scopes() -> Labelled:
    found = [(row["title"], row["scope"].lower()) for row in rows("activitywatch/items.csv")]
    return frequent([(PREFIX.sub("", t), c) for t, c in found if c and c not in NO_SUBJECT], 6)


def repositories() -> Labelled:
    """Where code lives, which is not what it is for: the hardest."""
    found = [(PREFIX.sub("", row["title"]), row["repo"]) for row in rows("activitywatch/items.csv")
             if row["kind"] in ("feat", "fix") and row["repo"] not in ("activitywatch", "aw-core", "aw-server", "aw-client")]  # noqa: E501  # fmt: skip
    return frequent(found, 20)


def sections() -> Labelled:
    """Release notes and the headings they stand under, those that name a subject."""
    found = [(row["text"][:300], row["section"].strip()) for row in rows("datasette/items.csv")]
    return frequent([(t, subject(c)) for t, c in found if c and not SECTION.match(c)], 4)


def subject(section: str) -> str:
    for sign, name in (("JSON API", "JSON API"), ("lugin", "Plugins"), ("Structured", "Structured messages"),
                       ("OpenAI Responses", "OpenAI Responses"), ("onfiguration", "Configuration")):  # fmt: skip
        if sign in section:
            return name
    return section


SETS = {
    "islandora": lambda: components("ISLANDORA", 15),
    "duracloud": lambda: components("DURACLOUD", 15),
    "scopes": scopes,
    "datasette": sections,
    "fcrepo": lambda: components("FCREPO", 8),
    "cordova": lambda: components("CB", 6),
    "dspace": lambda: components("DS", 5),
    "repositories": repositories,
}


def telling(learning: Labelled, count: int = 6) -> dict[str, tuple[str, ...]]:
    """The words that tell each label best from the others: log odds, weighed by how often."""
    by, every = defaultdict[str, Counter[str]](Counter), Counter[str]()
    for title, label in learning:
        by[label].update(set(words(title)))
        every.update(set(words(title)))
    sizes = Counter(label for _, label in learning)

    def worth(word: str, label: str) -> float:
        here, there = by[label][word], every[word] - by[label][word]
        return here * math.log(
            ((here + 0.5) / (sizes[label] + 1)) / ((there + 0.5) / (len(learning) - sizes[label] + 1))
        )

    return {label: tuple(sorted((w for w in own if own[w] > 1), key=lambda w: -worth(w, label))[:count])
            for label, own in by.items()}  # fmt: skip


@dataclass
class World:
    """A backlog and a strategy; `truth` is the place of the right bet for the first items, -1 where none is right."""

    facts: Facts
    strategy: Strategy
    truth: np.ndarray


def world(found: Labelled, way: str, stated: float) -> World:
    mixed = list(found)
    random.Random(1).shuffle(mixed)
    learning, asked = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
    own = telling(learning) if "words" in way else {}
    sizes = Counter(label for _, label in found)
    labels = sorted(sizes, key=lambda label: (-sizes[label], label))[:: 2 if stated < 1 else 1]
    counts, first, rest = Counter[str](), [], []
    for one in asked:
        counts[one[1]] += 1
        (first if counts[one[1]] <= MOST else rest).append(one)
    all_items = [*first, *rest, *learning] if way in WAYS[2:] else first
    linked = {i for i in range(len(first) + len(rest), len(all_items)) if way == WAYS[3] and all_items[i][1] in labels}
    items = tuple(WorkItem(str(i), title=title) for i, (title, _) in enumerate(all_items))
    links = tuple(Link(str(i), "bet", f"b{labels.index(label)}", "rule") if i in linked else Link(str(i), "orphan")
                  for i, (_, label) in enumerate(all_items))  # fmt: skip
    bets = tuple(Bet(f"b{i}", title=label, also=own.get(label, ())) for i, label in enumerate(labels))
    truth = np.array([labels.index(label) if label in labels else -1 for _, label in first])
    return World(Facts(items, (), links), Strategy(bets=bets), truth)


def matched(w: World) -> tuple[Near, np.ndarray | None]:
    """As `suggest` does it, with the figures that it decides by, and how near in meaning all are."""
    spoken = [s.profile(bet, w.strategy) for bet in w.strategy.bets]
    names = [("bet", bet.id) for bet in w.strategy.bets]
    texts = gather(s.read(w.facts.items, {word for one in spoken for word in one}), spoken)
    asked = range(len(w.truth))
    alike = s.likeness(w.facts.items, w.strategy.bets, asked, MODEL[0]) if MODEL else None
    meant = None if alike is None else s.MEANT * alike
    known = s._known(w.facts, names)
    return nearest(texts, said(texts, spoken), s._rivals(w.strategy, names), known, {}, meant), alike


def gathered(names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features of every match, whether it was right, whether any could be, and what it weighs (sets count alike)."""
    parts = []
    for name in names:
        found = SETS[name]()
        for way in WAYS:
            for stated in (1.0, 0.5):
                w = world(found, way, stated)
                (near, alike), n = matched(w), len(w.truth)
                some = near.first[:n] > 0
                right = (near.target[:n] == w.truth)[some]
                parts.append(
                    (features(near, alike)[:n][some], right, (w.truth >= 0)[some], np.full(some.sum(), 100 / n))
                )
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))  # type: ignore[return-value]


def fit() -> None:
    """Logistic regression by Newton's method, with a ridge of 1 on all but the constant."""
    x, right, _, weight = gathered(TUNING)
    b, ridge = np.zeros(x.shape[1]), np.diag([1e-9, *np.ones(x.shape[1] - 1)])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ b))
        b -= np.linalg.solve(
            (x * (weight * p * (1 - p))[:, None]).T @ x + ridge, x.T @ (weight * (p - right)) + ridge @ b
        )
    print("FITTED_MEANT =" if MODEL else "FITTED =", tuple(b.round(2).tolist()))


def levels() -> None:
    print(f"| | items | bets | {' | '.join(WAYS)} |\n|---|---|---|{'---|' * len(WAYS)}")
    for name in (*TUNING, *OTHERS):
        found, cells = SETS[name](), []
        for way in WAYS:
            w = world(found, way, 1.0)
            (near, _), n = matched(w), len(w.truth)
            cells.append(f"{((near.target[:n] == w.truth) & (near.first[:n] > 0)).mean():.2f}")
        mark = "" if name in TUNING else " (not tuned on)"
        print(f"| {name}{mark} | {n} | {len(w.strategy.bets)} | {' | '.join(cells)} |")
    for title, names in (
        ("tuning sets", TUNING),
        ("the others", OTHERS),
        ("the others without repositories", OTHERS[:3]),
    ):
        x, right, any_right, _ = gathered(names)
        p = 1 / (1 + np.exp(-x @ np.array(s.FITTED_MEANT if MODEL else s.FITTED)))
        print(f"\nConfidence, {title}:\n\n| said | suggestions | mean said | right |\n|---|---|---|---|")
        for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 1.0)):
            here = (p >= low) & (p < high)
            print(f"| {low:.1f} to {high:.1f} | {here.sum()} | {p[here].mean():.2f} | {right[here].mean():.2f} |")
        over = p >= s.LIKELY
        none = f"{(~any_right[over]).mean():.0%} of those suggested had no right answer"
        auc = (p[right][:, None] > p[~right][None, :]).mean()
        print(f"\nAt {s.LIKELY:.0%} or more: {over.mean():.0%} suggested, {right[over].mean():.0%} right; {none}; "
              f"AUC of right against wrong {auc:.2f}")  # fmt: skip


def single() -> None:
    """A strategy of one bet, the largest or the second largest of each set, with six words."""
    said_so, right = [], []
    for name in SETS:
        whole = world(SETS[name](), "words", 1.0)
        for number, bet in enumerate(whole.strategy.bets[:2]):
            (near, alike), n = matched(World(whole.facts, Strategy(bets=(bet,)), whole.truth)), len(whole.truth)
            some = near.first[:n] > 0
            said_so.append(s.confidence(near, alike)[:n][some])
            right.append((whole.truth == number)[some])
    p, good = np.concatenate(said_so), np.concatenate(right)
    print("| said | suggestions | mean said | right |\n|---|---|---|---|")
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 1.0)):
        here = (p >= low) & (p < high)
        print(f"| {low:.1f} to {high:.1f} | {here.sum()} | {p[here].mean():.2f} | {good[here].mean():.2f} |")


def sensitive() -> None:
    """Mean of top-1 over all sets when one constant is halved or doubled, or thereabouts."""

    def means() -> str:
        cells = []
        for way in (WAYS[0], WAYS[1], WAYS[3]):
            found = []
            for name in SETS:
                w = world(SETS[name](), way, 1.0)
                (near, _), n = matched(w), len(w.truth)
                found.append(((near.target[:n] == w.truth) & (near.first[:n] > 0)).mean())
            cells.append(f"{np.mean(found):.3f}")
        return " | ".join(cells)

    print(f"| | bare names | words | words, half linked |\n|---|---|---|---|\n| as it is | {means()} |")
    changes = [(s.SAID, "also", (1.5, 6.0)), (s.SAID, "title", (1.0, 4.0)), (vars(m), "SATURATION", (0.3, 3.0)),
               (vars(m), "LEARNED", (0.25, 1.0)), (vars(m), "SHRINK", (3.0, 20.0)), (vars(m), "ALIKE", (0.4, 0.65)),
               (vars(m), "OF_PART", (0.25, 1.0))]  # fmt: skip
    for where, name, values in changes:
        usual = where[name]
        for value in values:
            where[name] = value
            print(f"| {name} {value} instead of {usual} | {means()} |")
        where[name] = usual


def speed(count: int = 100_000, bets: int = 50) -> None:
    """Titles drawn from the words of real ones, one word in two titles of its own."""
    rng = random.Random(1)
    known = [word for row in rows("activitywatch/items.csv") for word in row["title"].split()]
    titles = [" ".join(rng.choices(known, k=rng.randint(4, 12))) for _ in range(count)]
    own = [f" x{rng.randrange(40_000):x}" * (i % 2) for i in range(count)]
    items = tuple(WorkItem(f"A-{i}", titles[i] + own[i], labels=(rng.choice(known),)) for i in range(count))
    stated = tuple(Bet(f"b{i}", title=" ".join(rng.choices(known, k=3)), by=" ".join(rng.choices(known, k=10)),
                       also=tuple(rng.choices(known, k=5))) for i in range(bets))  # fmt: skip
    links = tuple(Link(item.id, "orphan") if i % 3 else Link(item.id, "bet", f"b{i % bets}", "rule")
                  for i, item in enumerate(items))  # fmt: skip
    began = time.process_time()
    found = suggest(Facts(items, (), links), Strategy(bets=stated))
    print(f"{count:,} items, {bets} bets: {time.process_time() - began:.1f} s CPU, {len(found):,} suggestions")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("levels", "single", "sensitive", "fit", "speed"))
    parser.add_argument("--match", default="", help="folder of a sentence model")
    if not DATA.exists():
        sys.exit(f"the real data is not here ({DATA}); set MADEGOOD_DATA")
    MODEL = [one for one in (meaning(Path.cwd(), parser.parse_args().match),) if one]
    {"levels": levels, "single": single, "sensitive": sensitive, "fit": fit, "speed": speed}[parser.parse_args().what]()
