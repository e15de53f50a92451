"""What is said of a hidden truth: found, missed, wrong, or not looked for; and the whole path on made-up companies."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from madegood.engine.store import Store
from madegood.evidence.model import Erosion, Interval, Verdict
from madegood.faces.reveal import show_reveal
from madegood.reading import OutcomeReading, Reading, read
from madegood.refusal import Refusal
from madegood.simulate.reveal import Reveal, reveal, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Company
    from madegood.evidence.model import Word

#: Untrue claims about the demo's releases, at most. The promise is one in twenty of all claims; this seed has none.
UNTRUE = 0


@pytest.fixture(scope="module")
def reading(small: Company) -> Reading:
    return read(small.loaded, small.store, small.hidden.last)


def about(reveals: tuple[Reveal, ...], says: str) -> Reveal:
    """The line of one truth."""
    return next(r for r in reveals if r.hidden == says)


def told(reading: Reading, name: str, metric: str, word: Word, low: float, high: float) -> Reading:
    """The same reading, with another verdict on a release."""

    def changed(verdict: Verdict) -> Verdict:
        if name not in verdict.names or verdict.metric != metric or isinstance(verdict.effect, Refusal):
            return verdict
        data = Interval((low + high) / 2, low, high)
        return replace(verdict, word=word, effect=replace(verdict.effect, data=data, mde=0.04))

    def each(places: tuple[OutcomeReading, ...]) -> tuple[OutcomeReading, ...]:
        return tuple(replace(p, verdicts=tuple(map(changed, p.verdicts))) for p in places)

    return replace(reading, outcomes=each(reading.outcomes), metrics=each(reading.metrics))  # type: ignore[arg-type]


def test_every_truth_has_a_line_and_idle_releases_share_one(small: Company, reading: Reading) -> None:
    lines = [r.hidden for r in reveal(small.hidden, reading)]
    for truth in small.hidden.truths:
        assert (truth.says in lines) == (truth.what != "nothing")
    assert sum("releases moved nothing" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("word", "low", "high", "expected"),
    [
        ("moved", 0.08, 0.16, "found"),
        ("moved", 0.13, 0.20, "wrong"),  # its interval leaves out the truth
        ("moved wrong way", -0.2, -0.1, "wrong"),
        ("no meaningful movement", 0.08, 0.16, "wrong"),
        ("cannot tell", -0.1, 0.3, "missed"),
        ("too early", -0.1, 0.3, "missed"),
    ],
)
def test_an_effect_is_found_missed_or_told_wrongly(
    small: Company, reading: Reading, word: Word, low: float, high: float, expected: str
) -> None:
    truth = next(t for t in small.hidden.of("effect") if t.metric == "checkout" and t.size == 0.12)
    changed = told(reading, truth.about, truth.metric, word, low, high)
    assert about(reveal(small.hidden, changed), truth.says).word == expected


def test_a_release_that_did_nothing_and_is_credited_is_a_wrong_claim_by_name(small: Company, reading: Reading) -> None:
    same_day = {name for t in small.hidden.of("inseparable") for name in t.about.split(" + ")}
    names = [t.about for t in small.hidden.of("nothing") if t.about not in same_day]
    for v in verdicts(reading):  # nothing else is claimed
        if v.word.startswith("moved"):
            reading = told(reading, v.names[0], v.metric, "cannot tell", -0.1, 0.1)
    quiet = reveal(small.hidden, reading)
    assert next(r for r in quiet if "moved nothing" in r.hidden).word == "found"
    line = next(
        r
        for r in reveal(small.hidden, told(reading, names[9], "payments", "moved", 0.01, 0.05))
        if "releases moved nothing" in r.hidden
    )
    assert line.word == "wrong"
    assert f"{names[9]} is said to have moved on payments: +3.0 % (95 %: +1.0 % to +5.0 %)" in line.said


def test_an_effect_that_moves_payments_through_checkout_is_no_wrong_claim(small: Company, reading: Reading) -> None:
    truth = next(t for t in small.hidden.of("effect") if t.size == 0.12)
    assert small.hidden.effect(truth.about, "payments") == truth.size
    assert small.hidden.effect(truth.about, "visits") == 0
    right = reveal(small.hidden, told(reading, truth.about, "payments", "moved", 0.05, 0.15))
    assert not [r for r in right if r.word == "wrong" and "payments" in r.said and truth.about in r.said]
    stray = reveal(small.hidden, told(reading, truth.about, "visits", "moved", 0.05, 0.15))
    assert [r for r in stray if r.word == "wrong" and f"{truth.about} did nothing to visits" == r.hidden]


def test_an_erosion_is_found_where_it_began_and_not_elsewhere(small: Company, reading: Reading) -> None:
    (truth,) = small.hidden.of("erosion")
    assert truth.first and truth.last
    share = Interval(-0.3, -0.35, -0.25)

    def with_onset(days: int) -> str:
        onset = truth.first + timedelta(days=days)  # type: ignore[operator]
        one = Erosion(truth.metric, onset, onset, onset, truth.last, False, share, share)  # type: ignore[arg-type]
        return about(reveal(small.hidden, replace(reading, erosions=(one,))), truth.says).word

    assert with_onset(10) == "found"
    assert with_onset(-90) == "missed"


def test_a_reading_of_other_days_is_not_held_against_the_orphan_share(small: Company) -> None:
    (truth,) = small.hidden.of("orphan")
    month = read(small.loaded, small.store, small.hidden.last, days=28)
    assert about(reveal(small.hidden, month), truth.says).word == "missed"


def test_the_lines_end_with_a_count(small: Company, reading: Reading) -> None:
    out = io.StringIO()
    reveals = reveal(small.hidden, reading)
    show_reveal(reveals, Console(file=out, width=100))
    text = out.getvalue()
    assert "What the company had hidden" in text
    found = sum(r.word == "found" for r in reveals)
    assert f"{found} found" in text.splitlines()[-1]


# ---- the whole path ------------------------------------------------------------------------------------------


def test_the_large_truths_of_the_demo_are_found_and_none_is_told_wrongly(
    tmp_path: Path, make: Callable[..., Company]
) -> None:
    with Store.open(None) as store:
        made = make(tmp_path, store)
        whole = read(made.loaded, store, made.hidden.last)
    lines = reveal(made.hidden, whole)
    planted = {t.says for t in made.hidden.truths}
    assert not [r for r in lines if r.word == "wrong" and r.hidden in planted]
    assert len([r for r in lines if r.word == "found" and r.hidden in planted]) >= 12
    claims = [v for v in verdicts(whole) if v.word.startswith("moved")]
    assert sum(not any(made.hidden.effect(n, v.metric) for n in v.names) for v in claims) <= UNTRUE


@pytest.mark.parametrize(("customers", "months", "releases"), [(300, 3, 3), (40, 2, 0), (2_000, 9, 15)])
def test_smaller_companies_get_an_honest_answer(
    tmp_path: Path, make: Callable[..., Company], customers: int, months: int, releases: int
) -> None:
    with Store.open(None) as store:
        made = make(tmp_path, store, customers=customers, months=months, releases=releases)
        lines = reveal(made.hidden, read(made.loaded, store, made.hidden.last))
    planted = {t.says for t in made.hidden.truths}
    assert lines
    assert not [r for r in lines if r.word == "wrong" and r.hidden in planted]
