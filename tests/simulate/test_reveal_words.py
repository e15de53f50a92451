"""What is held against what was hidden: a right claim is found, a silence is missed, an untrue claim is wrong."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest

from madegood.days import Window
from madegood.direction.model import Course
from madegood.evidence.model import Effect, Erosion, Interval, Verdict, Word
from madegood.intent.model import Metric, Strategy
from madegood.performance.model import Fitness
from madegood.reading import MetricReading, Reading
from madegood.refusal import Refusal
from madegood.simulate.reveal import Reveal, reveal
from madegood.simulate.truths import Hidden, Truth, What

DAY = date(2026, 3, 2)
LAST = date(2026, 9, 30)
NOT_ASKED = Refusal("it", why="nobody asked", until="ask")


def verdict(metric: str, word: Word, mean: float, *names: str, half: float = 0.03) -> Verdict:
    """A verdict with an interval of so much on either side."""
    size = Interval(mean, mean - half, mean + half)
    found = Effect(names, DAY, DAY, size, size, 0.05, 0.5, 0.5, (LAST - DAY).days, False)
    return Verdict("release", names, metric, word, "C", DAY, found)


def bet(name: str, metric: str, word: Word) -> Verdict:
    """A verdict on a bet."""
    return Verdict("bet", (name,), metric, word, "C", DAY, NOT_ASKED)


def reading(
    *verdicts: Verdict,
    bets: tuple[Verdict, ...] = (),
    erosions: tuple[Erosion, ...] = (),
    fitness: tuple[Fitness, ...] = (),
) -> Reading:
    """One that says only this."""
    metrics = (Metric("checkout"), Metric("contacts", good="down"))
    told = tuple(
        MetricReading(m, NOT_ASKED, NOT_ASKED, NOT_ASKED, tuple(v for v in verdicts if v.metric == m.id))
        for m in metrics
    )
    return Reading(
        name="Tideway", on=LAST, period=Window.ending(LAST, 91), commit="", strategy=Strategy(metrics=metrics),
        sources=(), findings=(), speed=NOT_ASKED, heading=NOT_ASKED, releases=(), outcomes=(), metrics=told, bets=bets,
        erosions=erosions, fitness=fitness, explanations=(), course=Course(NOT_ASKED, ()),
    )  # fmt: skip


def hidden(*truths: Truth) -> Hidden:
    return Hidden("Tideway", 7, 100, date(2025, 7, 1), LAST, truths)


GAIN = Truth("effect", "v1", "checkout", DAY, size=0.12, says="v1 moved checkout by +12 %")
HARM = Truth("effect", "v1", "contacts", DAY, size=0.30, says="v1 moved contacts by +30 %")
SMALL = Truth("small effect", "v1", "checkout", DAY, size=0.01, says="v1 moved checkout by +1 %")
IDLE = Truth("nothing", "v2", first=DAY, says="v2 moved nothing")
DAY_OF_TWO = Truth("inseparable", "v2 + v3", first=DAY, says="v2, v3 came on one day")


def word(truth: Truth, said: Reading) -> str:
    """What is said of one truth; the releases that did nothing have a line of their own."""
    return reveal(hidden(truth), said)[0].word


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (reading(verdict("checkout", "moved", 0.11, "v1")), "found"),
        (reading(verdict("checkout", "moved", 0.20, "v1")), "wrong"),  # its interval leaves the truth out
        (reading(verdict("checkout", "moved wrong way", -0.11, "v1")), "wrong"),
        (reading(verdict("checkout", "no meaningful movement", 0.10, "v1")), "wrong"),
        (reading(verdict("checkout", "cannot tell", 0.11, "v1")), "missed"),
        (reading(verdict("checkout", "too early", 0.11, "v1")), "missed"),
        (reading(verdict("contacts", "moved", -0.11, "v1")), "missed"),  # of another metric
        (reading(), "missed"),
    ],
)
def test_an_effect_is_found_only_when_it_is_called_as_it_is(said: Reading, expected: str) -> None:
    assert word(GAIN, said) == expected


def test_more_of_what_should_be_less_is_the_wrong_way() -> None:
    assert word(HARM, reading(verdict("contacts", "moved wrong way", 0.30, "v1"))) == "found"
    assert word(HARM, reading(verdict("contacts", "moved", 0.30, "v1"))) == "wrong"


def test_it_is_right_to_say_that_a_small_effect_cannot_be_told_and_wrong_to_call_it() -> None:
    assert word(SMALL, reading(verdict("checkout", "cannot tell", 0.02, "v1"))) == "found"
    assert word(SMALL, reading(verdict("checkout", "moved", 0.08, "v1"))) == "wrong"


def idle(said: Reading, *others: Truth) -> Reveal:
    """The line about the releases that did nothing."""
    return next(one for one in reveal(hidden(IDLE, *others), said) if "moved nothing" in one.hidden)


def test_a_release_that_did_nothing_may_be_neither_credited_nor_blamed() -> None:
    assert idle(reading(verdict("checkout", "cannot tell", 0.02, "v2"))).word == "found"
    assert idle(reading()).word == "found"
    credited = idle(reading(verdict("checkout", "moved", 0.05, "v2")))
    blamed = idle(reading(verdict("contacts", "moved wrong way", 0.05, "v2")))
    assert (credited.word, blamed.word) == ("wrong", "wrong")
    assert "v2" in credited.said
    assert "contacts" in blamed.said


def test_a_group_that_holds_what_truly_moved_is_no_wrong_claim() -> None:
    assert idle(reading(verdict("checkout", "moved", 0.12, "v1", "v2")), GAIN).word == "found"


def test_a_release_that_moved_one_metric_may_not_be_credited_for_another() -> None:
    told = reveal(hidden(GAIN), reading(verdict("contacts", "moved", -0.12, "v1")))
    assert [one.word for one in told] == ["missed", "wrong"]


def test_an_effect_called_the_wrong_way_round_is_one_wrong_line() -> None:
    told = reveal(hidden(GAIN), reading(verdict("checkout", "moved wrong way", -0.12, "v1")))
    assert [(one.word, one.hidden) for one in told] == [("wrong", GAIN.says)]


def test_a_sound_counter_called_broken_and_a_steady_share_said_to_fade_are_wrong_claims() -> None:
    fall = Interval(-0.1, -0.15, -0.05)
    fades = Erosion("checkout", DAY, DAY, DAY, LAST, True, fall, fall)
    breaks = Fitness("contacts", "outage", DAY, DAY, "counted nothing", "the rest")
    told = reveal(hidden(), reading(erosions=(fades,), fitness=(breaks,)))
    assert [one.word for one in told] == ["wrong", "wrong"]
    planted = Truth("erosion", "checkout", "checkout", DAY, LAST, -0.1, "checkout faded")
    assert word(planted, reading(erosions=(fades,))) == "found"


def test_releases_of_one_day_are_wrong_as_soon_as_one_is_spoken_of_alone() -> None:
    assert word(DAY_OF_TWO, reading(verdict("checkout", "cannot tell", 0.01, "v2", "v3"))) == "found"
    assert word(DAY_OF_TWO, reading(verdict("checkout", "cannot tell", 0.01, "v3"))) == "wrong"
    assert word(DAY_OF_TWO, reading()) == "missed"


def test_a_belief_that_was_wrong_is_not_to_be_credited() -> None:
    truth = Truth("wrong belief", "rings", "checkout", DAY, says="rings did nothing")
    assert word(truth, reading(bets=(bet("rings", "checkout", "moved"),))) == "wrong"
    assert word(truth, reading(bets=(bet("rings", "checkout", "cannot tell"),))) == "missed"


@pytest.mark.parametrize(("days", "expected"), [(0, "found"), (20, "found"), (-20, "found"), (-60, "missed")])
def test_an_erosion_is_found_when_it_is_dated_near_its_onset(days: int, expected: str) -> None:
    truth = Truth("erosion", "checkout", "checkout", DAY, DAY + timedelta(days=120), -0.4, "checkout faded")
    onset = DAY + timedelta(days=days)
    fall = Interval(-0.4, -0.5, -0.3)
    seen = Erosion("checkout", onset, onset, onset, LAST, True, fall, fall)
    assert word(truth, reading(erosions=(seen,))) == expected


@pytest.mark.parametrize(("kind", "expected"), [("outage", "found"), ("outlier", "missed")])
def test_a_broken_counter_is_found_when_it_is_named_as_what_it_is(kind: str, expected: str) -> None:
    truth = Truth("outage", "checkout", "checkout", DAY, DAY + timedelta(days=8), says="nothing was counted")
    seen = Fitness("checkout", kind, DAY, DAY + timedelta(days=8), "counted nothing", "the rest")  # type: ignore[arg-type]
    assert word(truth, reading(fitness=(seen,))) == expected


@pytest.mark.parametrize("kind", get_args(What))
def test_every_kind_of_truth_has_its_line_even_when_the_reading_is_empty(kind: What) -> None:
    truth = Truth(kind, "v1", "checkout", DAY, LAST, 0.1, f"something of the kind {kind}")
    told = reveal(hidden(truth), reading())
    assert len(told) == 1
    assert told[0].word != "wrong"
    assert told[0].said
