"""Suggested links one by one, the most effort first: a person says yes or no, and it is written down at once.

A yes becomes a selector under the bet's or need's `work:`; a no is kept in declined.csv. What was answered is not asked
again, so that a walk can be left at any time and taken up later, by anybody.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from dataclasses import dataclass
from difflib import unified_diff
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from madegood.draft.link_write import accept
from madegood.errors import UsageError
from madegood.execution.declined import NAME as DECLINED
from madegood.execution.declined import decline
from madegood.execution.effort import amounts
from madegood.execution.family import Family
from madegood.execution.suggest import LIKELY
from madegood.execution.suggested import suggested
from madegood.intent.nodes import Reader
from madegood.intent.parse import NAME, content, files, load
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from madegood.days import Window
    from madegood.execution.model import Facts
    from madegood.execution.suggest import Suggestion
    from madegood.intent.model import Strategy
    from madegood.intent.parse import Loaded

    Ask = Callable[["Offer"], str]  # gives yes | no | skip | quit


@dataclass(frozen=True, slots=True)
class Offer:
    """One suggestion as it is shown.

    amount  effort of the period that hangs on it, in `unit`: the item's own, and that of orphans below it
    below   how many orphans below it would be linked with it
    stake   amount of all offers for the same bet or need
    """

    suggestion: Suggestion
    title: str
    to_title: str
    amount: float
    unit: str
    below: int
    stake: float


@dataclass(frozen=True, slots=True)
class Walked:
    """How many were answered yes and no, and how many are left."""

    yes: int
    no: int
    left: int


def offers(loaded: Loaded, facts: Facts, window: Window, least: float = LIKELY) -> tuple[Offer, ...]:
    """What is to be asked: by bet or need, that with the most effort at stake first, and so within each."""
    found = suggested(loaded, facts, least=least)
    spent = amounts(facts, window)
    unit, by_place = ("items", {}) if isinstance(spent, Refusal) else (spent.unit, spent.by_place)
    places = {item.id: place for place, item in enumerate(facts.items)}
    below = _below(facts)
    hangs = {
        one.item: sum(by_place.get(p, 0.0) for p in (places[one.item], *below.get(places[one.item], ())))
        for one in found
    }
    stake: dict[tuple[str, str], float] = defaultdict(float)
    for one in found:
        stake[one.aim, one.to] += hangs[one.item]
    made = (
        Offer(
            one,
            facts.items[places[one.item]].title,
            _title(loaded.strategy, one),
            hangs[one.item],
            unit,
            len(below.get(places[one.item], ())),
            stake[one.aim, one.to],
        )
        for one in found
    )
    return tuple(sorted(made, key=_order))


def _order(offer: Offer) -> tuple[float, str, str, float, float, str]:
    one = offer.suggestion
    return (-offer.stake, one.aim, one.to, -offer.amount, -one.confidence, one.item)


def _below(facts: Facts) -> dict[int, list[int]]:
    """Place of an orphan -> the orphans below it, which would be linked through it."""
    family, found = Family(facts.items), defaultdict[int, list[int]](list)
    for place, link in enumerate(facts.links):
        if link.aim == "orphan":
            for over in family.above(place):
                found[over].append(place)
    return found


def _title(strategy: Strategy, one: Suggestion) -> str:
    thing = strategy.bet(one.to) if one.aim == "bet" else strategy.need(one.to)
    return (thing.title if thing else "") or one.to


def walk(loaded: Loaded, facts: Facts, asked: Sequence[Offer], ask: Ask) -> Walked:
    """Asks for each until told to stop; every answer is written before the next is asked."""
    counts = {"yes": 0, "no": 0}
    done: set[str] = set()
    parents = Family(facts.items)
    places = {item.id: place for place, item in enumerate(facts.items)}
    for number, offer in enumerate(asked):
        one = offer.suggestion
        if any(facts.items[over].id in done for over in parents.above(places[one.item])):
            continue
        answer = ask(offer)
        if answer == "quit":
            return Walked(counts["yes"], counts["no"], len(asked) - number)
        if answer == "yes":
            loaded = accept(loaded, one.aim, one.to, [(one.item, offer.title)])
            done.add(one.item)
        if answer == "no":
            decline(Path(loaded.project.root), [(one.item, one.aim, one.to, offer.title)])
        if answer in counts:
            counts[answer] += 1
    return Walked(counts["yes"], counts["no"], len(asked) - counts["yes"] - counts["no"])


def read_answers(path: Path) -> str:
    """The text of a file of answers. Raises UsageError when it cannot be read."""
    text, wrong = content(path)
    if wrong:
        raise UsageError(f"{path} cannot be read: {wrong}. Save it as UTF-8 text")
    return text


def answers(loaded: Loaded, facts: Facts, text: str) -> Walked:
    """Answers of a table with the columns item, aim, to and answer, or of a filled in `madegood export links`.

    `yes` and `no` count, anything else is left open. Nothing is written unless every answer can be understood.
    Raises UsageError otherwise.
    """
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
    if not rows or not {"item", "aim", "to", "answer"} <= set(rows[0]):
        raise UsageError(
            "the answers need the columns item, aim, to and answer in their first line, then a row an item"
        )
    titles = {item.id: item.title for item in facts.items}
    yes, no = defaultdict[tuple[str, str], list[tuple[str, str]]](list), list[tuple[str, str, str, str]]()
    for line, row in enumerate(rows, start=2):
        answer = (row["answer"] or "").strip().lower()
        if answer not in ("yes", "y", "no", "n"):
            continue
        item, aim, to = (
            row["item"] or "",
            row.get("suggested_aim") or row["aim"] or "",
            row.get("suggested_to") or row["to"] or "",
        )
        _known(line, item in titles, item, loaded.strategy, aim, to)
        if answer[0] == "y":
            yes[aim, to].append((item, titles[item]))
        else:
            no.append((item, aim, to, titles[item]))
    for (aim, to), items in yes.items():
        loaded = accept(loaded, aim, to, items)
    decline(Path(loaded.project.root), no)
    agreed = sum(map(len, yes.values()))
    return Walked(agreed, len(no), len(rows) - agreed - len(no))


def patch(loaded: Loaded, facts: Facts, text: str) -> str:
    """What answers would change, as a unified diff that `git apply` takes; nothing is written. Raises as `answers`."""
    root = Path(loaded.project.root)
    with TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        stated = (one.resolve().relative_to(root.resolve()) for one in files(loaded.project, Reader(NAME)))
        names = {NAME, DECLINED, *(one.as_posix() for one in stated)}
        for name in sorted(names):
            if (root / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / name, copy / name)
        answers(load(copy), facts, text)
        return "".join(_diff(name, root / name, copy / name) for name in sorted(names))


def _diff(name: str, old: Path, new: Path) -> str:
    before, after = (one.read_text("utf-8").splitlines(keepends=True) if one.exists() else [] for one in (old, new))
    started = f"a/{name}" if before else "/dev/null"
    lines = unified_diff(before, after, started, f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _known(line: int, known: bool, item: str, strategy: Strategy, aim: str, to: str) -> None:
    """Raises UsageError where an answer speaks of what is not there."""
    where = f"line {line} of the answers"
    if not known:
        raise UsageError(f"{where}: no work item `{item}` is known. Correct it, or take the row out")
    if (aim, to) not in {*(("bet", one.id) for one in strategy.bets), *(("need", one.id) for one in strategy.needs)}:
        raise UsageError(f"{where}: the strategy has no {aim or 'bet'} `{to}`. Correct it, or take the row out")


def to_json(asked: Sequence[Offer]) -> str:
    """The offers as one JSON object."""
    return json.dumps(
        {
            "schema": "madegood/suggestions@1",
            "suggestions": [
                {
                    "item": offer.suggestion.item,
                    "title": offer.title,
                    "aim": offer.suggestion.aim,
                    "to": offer.suggestion.to,
                    "confidence": round(offer.suggestion.confidence, 3),
                    "words": list(offer.suggestion.words),
                    "effort": round(offer.amount, 3),
                    "unit": offer.unit,
                    "below": offer.below,
                }
                for offer in asked
            ],
        },
        indent=2,
        ensure_ascii=False,
    )
