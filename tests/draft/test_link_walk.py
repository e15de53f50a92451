from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from madegood.days import Window
from madegood.draft import link_export, link_walk
from madegood.draft.link_walk import Offer
from madegood.errors import SourceError, UsageError
from madegood.execution.declined import decline, read_declined
from madegood.execution.link import link
from madegood.execution.model import Facts, WorkItem
from madegood.intent.parse import Loaded, load

TEXT = """\
madegood: 1
outcomes: [{outcome: activation}]
needs: [{need: safe, title: My money is safe, outcomes: [activation]}]
bets:
  - bet: instant   # ours
    title: Instant verification
    for: safe
    also: [passport, selfie]
  - {bet: fees, title: Fee preview, achieve: activation, also: [quote]}
"""
DAY = date(2026, 3, 2)
ITEMS = (
    WorkItem("E", "Passport camera"),
    WorkItem("E-1", "Second step", parent="E", done=DAY),
    WorkItem("E-2", "Selfie retry", parent="E", done=DAY),
    WorkItem("F", "Quote page", done=DAY),
    WorkItem("X", "Bump Gradle", done=DAY),
    WorkItem("L", "=cmd() [instant]", done=DAY),
)
WINDOW = Window(DAY, DAY)


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    (tmp_path / "madegood.yml").write_text(TEXT)
    return load(tmp_path)


def facts(loaded: Loaded) -> Facts:
    return Facts(ITEMS, (), link(ITEMS, (), loaded.strategy, loaded.project))


def answering(**answers: str) -> tuple[list[str], Callable[[Offer], str]]:
    asked: list[str] = []

    def ask(offer: Offer) -> str:
        asked.append(offer.suggestion.item)
        return answers.get(offer.suggestion.item.replace("-", "_"), "skip")

    return asked, ask


def walk(loaded: Loaded, **answers: str) -> tuple[list[str], link_walk.Walked]:
    known = facts(loaded)
    asked, ask = answering(**answers)
    return asked, link_walk.walk(loaded, known, link_walk.offers(loaded, known, WINDOW), ask)


def test_the_most_effort_comes_first_and_what_a_yes_links_is_not_asked(loaded: Loaded) -> None:
    asked, walked = walk(loaded, E="yes", F="no")
    assert asked == ["E", "F"] and (walked.yes, walked.no) == (1, 1)
    anew = load(Path(loaded.project.root))
    found = facts(anew).links
    assert [(one.aim, one.ground) for one in found[:3]] == [("bet", "rule"), ("bet", "parent"), ("bet", "parent")]
    assert "id:E  # Passport camera" in (Path(loaded.project.root) / "madegood.yml").read_text()


def test_a_walk_can_be_left_and_taken_up_without_being_asked_again(loaded: Loaded) -> None:
    asked, walked = walk(loaded, E="no", E_2="quit")
    assert asked == ["E", "E-2"] and walked.left == 2
    asked, walked = walk(loaded, E_2="yes", F="yes")
    assert asked == ["F", "E-2"] and walked.left == 0
    assert walk(load(Path(loaded.project.root)))[0] == []


def test_nothing_is_counted_and_nothing_written_before_a_yes(loaded: Loaded) -> None:
    before = sorted((path.name, path.read_bytes()) for path in Path(loaded.project.root).iterdir())
    walk(loaded)
    known = facts(loaded)
    assert [one.aim for one in known.links[:4]] == ["orphan"] * 4
    told = json.loads(link_walk.to_json(link_walk.offers(loaded, known, WINDOW)))
    assert told["suggestions"][0] | {"confidence": 0} == {
        "item": "E", "title": "Passport camera", "aim": "bet", "to": "instant", "confidence": 0, "words": ["passport"],
        "effort": 2.0, "unit": "items", "below": 2,
    }  # fmt: skip
    assert sorted((path.name, path.read_bytes()) for path in Path(loaded.project.root).iterdir()) == before


def test_a_table_of_answers_is_written_whole_or_not_at_all(loaded: Loaded) -> None:
    known, root = facts(loaded), Path(loaded.project.root)
    for wrong, says in (
        ("item,to\nE,instant\n", "columns item, aim, to and answer"),
        ("item,aim,to,answer\nE,bet,instant,yes\nQ,bet,fees,yes\n", "line 3 .* no work item `Q`"),
        ("item,aim,to,answer\nE,bet,instant,yes\nF,bet,fee,no\n", "no bet `fee`"),
    ):
        with pytest.raises(UsageError, match=says):
            link_walk.answers(loaded, known, wrong)
    assert (root / "madegood.yml").read_text() == TEXT and not (root / "declined.csv").exists()
    table = "\ufeffitem,aim,to,answer\r\nE,bet,instant,Yes\r\nF,bet,fees,no\r\nX,,,\r\n"
    assert link_walk.answers(loaded, known, table) == link_walk.Walked(1, 1, 1)
    assert read_declined(root) == {("F", "bet", "fees")}


def test_what_is_exported_can_be_filled_in_and_read(loaded: Loaded) -> None:
    known = facts(loaded)
    told = [offer.suggestion for offer in link_walk.offers(loaded, known, WINDOW)]
    text = link_export.to_csv(link_export.rows(known, loaded.strategy, told))
    first, *lines = text.splitlines()
    assert first == ",".join(link_export.COLUMNS) and len(lines) == len(ITEMS)
    assert lines[5].startswith("L,'=cmd() [instant],,bet,instant,safe,activation,named,")
    filled = "\n".join([first, *(line + "yes" if line.startswith(("E,", "F,")) else line for line in lines)])
    assert link_walk.answers(loaded, known, filled).yes == 2
    links = json.loads(link_export.to_json(link_export.rows(known, loaded.strategy)))["links"]
    assert len(links) == len(ITEMS) and links[4] == {"item": "X", "title": "Bump Gradle", "aim": "orphan"}


def test_what_was_declined_is_kept_once_and_a_broken_file_is_said(tmp_path: Path) -> None:
    one = ("K,7", "bet", "fees", "A \x1b[31mtitle")
    decline(tmp_path, [one, one])
    decline(tmp_path, [one, ("K-8", "bet", "fees", "")])
    assert (tmp_path / "declined.csv").read_text() == 'item,aim,to,title\n"K,7",bet,fees,A [31mtitle\nK-8,bet,fees,\n'
    assert read_declined(tmp_path) == {one[:3], ("K-8", "bet", "fees")}
    for broken in (b"a;b\n1;2\n", b"\xff\xfe\x00"):
        (tmp_path / "declined.csv").write_bytes(broken)
        with pytest.raises(SourceError, match=r"declined\.csv"):
            read_declined(tmp_path)


def test_without_orphans_or_bets_there_is_nothing_to_ask(loaded: Loaded) -> None:
    known = facts(loaded)
    assert link_walk.offers(loaded, Facts((), (), ()), WINDOW) == ()
    assert link_walk.offers(replace(loaded, strategy=replace(loaded.strategy, bets=(), needs=())), known, WINDOW) == ()
