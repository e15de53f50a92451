"""The whole path on a made-up company: what is called is true, and what is true and large is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from madegood.__main__ import main, reading_of
from madegood.simulate import Hidden, read_hidden, simulate
from madegood.simulate.reveal import Reveal, reveal


def read(folder: Path, **size: int) -> tuple[Hidden, tuple[Reveal, ...]]:
    simulate(folder, **size)
    done = CliRunner().invoke(main, ["build", str(folder)])
    assert done.exit_code == 0, done.output
    hidden = read_hidden(folder / "hidden.json")
    return hidden, reveal(hidden, reading_of(folder, None, None))


def test_the_demo_company_is_read_without_a_wrong_claim(tmp_path: Path) -> None:
    _, reveals = read(tmp_path)
    words = [one.word for one in reveals]
    assert words.count("wrong") == 0, [one for one in reveals if one.word == "wrong"]
    assert words.count("found") >= 12, [one for one in reveals if one.word == "missed"]


@pytest.mark.parametrize("seed", [1, 2])
def test_smaller_companies_are_read_without_a_wrong_claim(tmp_path: Path, seed: int) -> None:
    _, reveals = read(tmp_path, seed=seed, customers=2_000, months=9, releases=15)
    assert not [one for one in reveals if one.word == "wrong"]


def test_a_company_of_300_gets_an_answer(tmp_path: Path) -> None:
    _, reveals = read(tmp_path, customers=300, months=3, releases=3)
    assert reveals
    assert not [one for one in reveals if one.word == "wrong"]
