"""A folder as people leave it: whatever stands in it, `load` gives what can be read and says the rest."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from madegood.intent.parse import Loaded, load

OUTCOME = "---\noutcome: paid\nmetric: payers\n---\n# More people pay\n\nProse.\n"


def loaded(folder: Path, files: dict[str, str | bytes]) -> Loaded:
    for name, text in {"madegood.yml": "madegood: 1\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(folder)


@pytest.mark.parametrize(
    "text",
    [
        OUTCOME,
        OUTCOME.replace("\n", "\r\n"),
        OUTCOME.replace("\n", "\r"),
        "\ufeff" + OUTCOME,
        OUTCOME.encode("utf-16"),
        "\n\n" + OUTCOME,
        OUTCOME.replace("outcome: paid\nmetric: payers", "metric: payers\noutcome: paid"),
        OUTCOME.replace("outcome: paid", "Key Result: paid"),
        OUTCOME.replace("outcome: paid", "goal: paid"),
    ],
)
def test_an_outcome_is_read_however_its_file_was_saved(tmp_path: Path, text: str | bytes) -> None:
    found = loaded(tmp_path, {"strategy/deep/er/paid.md": text})
    assert found.findings == ()
    outcome = found.strategy.outcomes[0]
    assert (outcome.id, outcome.metric, outcome.title, outcome.prose) == ("paid", "payers", "More people pay", "Prose.")
    place = outcome.places["metric"]
    assert place.text[place.column - 1 : place.end_column - 1] == "payers"


def test_lists_may_stand_in_front_of_prose(tmp_path: Path) -> None:
    text = "---\noutcomes:\n  - outcome: paid\nmetrics:\n  - metric: payers\n---\nProse.\n"
    assert [o.id for o in loaded(tmp_path, {"strategy/all.md": text}).strategy.outcomes] == ["paid"]


def test_what_is_no_file_of_the_strategy_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "strategy" / "folder.md").mkdir(parents=True)
    (tmp_path / "strategy" / "link.md").symlink_to("nowhere.md")
    (tmp_path / "strategy" / "up").symlink_to("..")
    os.mkfifo(tmp_path / "strategy" / "pipe.yml")
    names = ("README.md", "readme.markdown", ".hidden.md", ".git/x.md", "notes.txt", "picture.png")
    found = loaded(tmp_path, {"strategy/paid.md": OUTCOME, **{f"strategy/{name}": "not a strategy" for name in names}})
    assert found.findings == ()
    assert len(found.strategy.outcomes) == 1


def test_the_whole_project_may_be_the_strategys_folder(tmp_path: Path) -> None:
    files = {"madegood.yml": "strategy: .\n", "paid.md": OUTCOME, "node_modules/a/b.md": "x", "target/c.yml": "- x"}
    found = loaded(tmp_path, dict(files))
    assert found.findings == () and len(found.strategy.outcomes) == 1


def test_the_strategy_may_be_madegood_yml_itself(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"madegood.yml": "strategy: madegood.yml\noutcomes: [{outcome: paid}]\n"})
    assert found.findings == () and len(found.strategy.outcomes) == 1


@pytest.mark.parametrize("place", ["nowhere", "a" * 5000, "${NOT_SET}", '"a\\0b"', "x/y/z.yml"])
def test_a_place_that_does_not_exist_is_a_finding_at_its_name(tmp_path: Path, place: str) -> None:
    found = loaded(tmp_path, {"madegood.yml": f"madegood: 1\nstrategy: {place}\n"}).findings
    assert {(f.span.file, f.span.line) for f in found} == {("madegood.yml", 2)}


def test_a_strategy_beside_the_project_is_named_from_it(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.yml").write_text("outcomes: [{outcome: a, traget: 1}]\n")
    found = loaded(tmp_path / "app", {"madegood.yml": "strategy: ../other\n"})
    assert [f.span.file for f in found.findings] == ["../other/a.yml"]


def test_a_very_large_file_is_refused_without_being_read(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"strategy/huge.yml": b"a: " + b"x" * 5_000_000, "strategy/paid.md": OUTCOME})
    assert [f.rule for f in found.findings] == ["unreadable"]
    assert len(found.strategy.outcomes) == 1


def test_a_field_under_two_spellings_is_said_and_the_first_is_read(tmp_path: Path) -> None:
    text = "outcomes:\n  - outcome: paid\n    by: 2026-01-01\n    due: 2027-01-01\n"
    found = loaded(tmp_path, {"strategy.yml": text})
    assert [(f.rule, f.span.line) for f in found.findings] == [("duplicate-key", 4)]
    assert str(found.strategy.outcomes[0].by) == "2026-01-01"


SEEDS = range(300)
NOISE = "\n\t :-[]{}\"'&*!|>%@`#,.0aé~?=\0\u2028"


@pytest.mark.parametrize("kind", ["madegood.yml", "strategy/a.md", "strategy/b.yml"])
def test_a_thousand_slips_of_the_hand_never_raise(tmp_path: Path, kind: str) -> None:
    docs = Path(__file__).resolve().parents[2] / "docs" / "strategy.md"
    blocks = docs.read_text(encoding="utf-8").split("```")[1::2]
    want = {"madegood.yml": "timezone:", "strategy/a.md": "bet:", "strategy/b.yml": "kind: conversion"}[kind]
    good = next(b.partition("\n")[2] for b in blocks if want in b and b.startswith(("yaml", "markdown")))
    for seed in SEEDS:
        loaded(tmp_path, {kind: slipped(good, random.Random(seed))})


def slipped(text: str, draw: random.Random) -> str:
    """A text with up to four slips: cut, doubled, inserted, or lost from somewhere on."""
    for _ in range(draw.randint(1, 4)):
        at, length = draw.randint(0, len(text)), draw.randint(0, 30)
        match draw.randint(0, 3):
            case 0:
                text = text[:at] + text[at + length :]
            case 1:
                text = text[:at] + text[at : at + length] * 2 + text[at + length :]
            case 2:
                text = text[:at] + "".join(draw.choices(NOISE, k=draw.randint(1, 4))) + text[at:]
            case _:
                text = text[: max(at, len(text) // 2)]
    return text
