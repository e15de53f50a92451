"""The sentence reads as prose, whatever is known."""

from __future__ import annotations

import re
from dataclasses import replace

from madegood.evidence.model import Interval
from madegood.faces.sentence import sentence
from madegood.reading import Reading
from madegood.refusal import Refusal


def said(reading: Reading) -> str:
    return "".join(p.text for p in sentence(reading))


def test_the_sentence_of_a_team_with_everything(samples: dict[str, Reading]) -> None:
    assert said(samples["rich"]) == (
        "You spent 412 person-days this quarter and finished 34 items a week. 64 % was aimed at an outcome you stated. "
        "One of five bets moved a customer the way you meant; one moved one the wrong way; of one the data cannot "
        "tell yet. Activation made good +1.1 points while it drifted −2.6: at this heading you have a 7 % chance of "
        "48 % by December."
    )


def test_items_are_shipped_only_when_all_of_them_reached_customers(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    assert "and shipped 34 items a week" in said(replace(rich, speed=replace(rich.speed, reached=rich.speed.items)))


def test_what_is_aimed_is_marked_and_so_are_good_and_bad(samples: dict[str, Reading]) -> None:
    marks = {p.text.strip(): p.mark for p in sentence(samples["rich"]) if p.mark}
    assert marks == {"64 % was aimed": "aim", "One of five bets": "good", "+1.1 points": "good", "−2.6": "bad",
                     "a 7 % chance": "bad"}  # fmt: skip


def test_an_empty_project_gets_its_reason_once(samples: dict[str, Reading]) -> None:
    assert said(samples["empty"]) == (
        "How much was done cannot be said: madegood.yml names no sources. "
        "No outcome is stated, so nothing can be aimed at one."
    )


def test_an_effect_that_may_be_nothing_says_so(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    first = rich.outcomes[0]
    unsure = replace(first, parts=replace(first.parts, made_good=Interval(0.004, -0.003, 0.011)))
    assert "made good +0.4 points, which may be nothing (−0.3 to +1.1), while" in said(
        replace(rich, outcomes=(unsure,))
    )


def test_a_heading_that_cannot_be_forecast_says_why(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    blind = replace(rich.outcomes[0], forecast=Refusal("f", why="no target is stated", until="state one"))
    text = said(replace(rich, outcomes=(blind,)))
    assert text.endswith("while it drifted −2.6. Where this heading ends cannot be said: no target is stated.")


def test_without_bets_the_releases_of_the_period_speak(samples: dict[str, Reading]) -> None:
    assert (
        "Of 69 releases, six moved a metric the way that is good, six moved one the wrong way; of 57 the data"
        in said(samples["no-bets"])
    )


def test_every_sentence_is_spaced_and_closed(sample: Reading) -> None:
    text = said(sample)
    assert text.endswith(".")
    assert "  " not in text.replace("}}  gnirts", "")
    assert not re.search(r" [.,;:]", text)


def test_a_guardrail_can_only_speak_against_a_bet(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    guarded = tuple(replace(b, guardrails=("support-contacts",)) for b in rich.strategy.bets)
    strategy = replace(rich.strategy, bets=guarded)
    kind = replace(rich.bets[1], metric="support-contacts", word="moved")
    harm = replace(rich.bets[0], metric="support-contacts", word="moved wrong way")
    assert "One of five bets moved" in said(replace(rich, strategy=strategy, bets=(*rich.bets, kind)))
    assert "None of five bets moved" in said(replace(rich, strategy=strategy, bets=(*rich.bets, harm)))


def test_bets_that_have_not_shipped_are_said_to_have_not(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    late = tuple(replace(v, first=None, word="too early") if i else v for i, v in enumerate(rich.bets))
    assert "One of five bets moved a customer the way you meant; of four nothing is known to have shipped." in said(
        replace(rich, bets=late)
    )
    assert "Nothing of your five bets is known to have shipped yet." in said(replace(rich, bets=()))


def test_bets_that_nobody_ratified_are_no_bets_yet(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    drafts = replace(rich.strategy, bets=tuple(replace(b, status="proposed") for b in rich.strategy.bets))
    assert "All five bets are still proposed, waiting for a person to ratify." in said(
        replace(rich, strategy=drafts, bets=())
    )
