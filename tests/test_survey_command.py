"""`madegood survey plan`, and building a project whose surveys and texts are read where they lie."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from madegood.__main__ import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """4,000 customers of whom some eight in a hundred answer, and tickets."""
    draw = random.Random(2)
    asks, did = ["customer,score"], ["id,visits"]
    for i in range(4000):
        visits = draw.expovariate(0.1)
        answers = draw.random() < min(0.9, 0.01 * visits)
        asks.append(f"c{i},{max(0, min(10, round(4.5 + visits**0.5 + draw.gauss(0, 2)))) if answers else ''}")
        did.append(f"c{i},{visits:.0f}")
    (tmp_path / "asks.csv").write_text("\n".join(asks))
    (tmp_path / "did.csv").write_text("\n".join(did))
    (tmp_path / "tickets.csv").write_text("created,subject\n2026-01-02,locked out\nsoon,locked out\n")
    (tmp_path / "madegood.yml").write_text(
        "madegood: 1\nname: x\nneeds: [{need: login, also: [locked out]}]\n"
        "surveys:\n  - {name: nps, path: asks.csv, behaviour: did.csv, behaviour_columns: {customer: id}}\n"
        "  - {name: gone, path: nowhere.csv}\n"
        "texts: [{name: tickets, path: tickets.csv}]\n"
    )
    return tmp_path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_plan_is_told_and_drawn_once_the_same_for_the_same_seed(folder: Path) -> None:
    told = run("survey", "plan", "nps", folder)
    assert told.exit_code == 0 and "customers: an interval about" in told.output
    drawn = [
        run("survey", "plan", "nps", folder, "--people", 50, "--draw", folder / f"{n}.csv", "--seed", "q") for n in "ab"
    ]
    assert all(one.exit_code == 0 for one in drawn)
    lines = (folder / "a.csv").read_text().splitlines()
    assert lines[0] == "customer,arm" and len(set(lines)) == 51 and lines[1].endswith(",high")
    assert (folder / "b.csv").read_text().splitlines() == lines
    again = run("survey", "plan", "nps", folder, "--people", 50, "--draw", folder / "a.csv")
    assert again.exit_code == 2 and "there already" in again.output
    assert (folder / "a.csv").read_text().splitlines() == lines


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nsp"], "Did you mean `nps`?"),
        (["nps", "--expect", "300"], "not 300"),
        (["nps", "--people", "5000", "--draw", "x.csv"], "Draw fewer"),
        (["nps", "--people", "5", "--draw", "x.csv", "--customers", "tickets.csv"], "which column"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, words: list[str], says: str) -> None:
    (folder / "target").mkdir()
    assert run("build", folder).exit_code == 1
    told = run("survey", "plan", words[0], folder, *words[1:])
    assert told.exit_code == 2 and says in told.output
    assert not Path("x.csv").exists()


def test_a_build_looks_through_what_is_read_where_it_lies(folder: Path) -> None:
    built = run("build", folder)
    assert built.exit_code == 1
    assert "nowhere.csv is not there" in built.output and "1 text has no day" in built.output
    assert "read where they lie" in built.output and "locked out" not in built.output
