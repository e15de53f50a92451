"""What moved: rows in words, long lists cut, scales that hide nothing."""

from __future__ import annotations

from dataclasses import replace

from madegood.evidence.model import Interval
from madegood.faces.moved import MOVED, NEWEST, moved
from madegood.reading import Reading
from madegood.refusal import Refusal


def test_what_moved_stands_before_what_cannot_be_told(samples: dict[str, Reading]) -> None:
    tones = [r.standing.tone for r in moved(samples["no-bets"]).releases]
    assert len(tones) <= MOVED + NEWEST
    assert sorted(tones, key=lambda t: t == "unsure") == tones


def test_no_verdict_is_lost_by_the_cut(samples: dict[str, Reading]) -> None:
    reading = samples["no-bets"]
    whole = moved(reading)
    assert len(whole.releases) + len(whole.rest) == sum(len(o.verdicts) for o in reading.outcomes)
    assert str(len(whole.rest)) in whole.others


def test_a_very_wide_interval_does_not_hide_a_clear_one(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    wild = rich.bets[2]
    wide = replace(wild, effect=replace(wild.effect, data=Interval(0.1, -0.9, 4.0)))
    assert moved(replace(rich, bets=(rich.bets[0], wide))).reach < 0.5


def test_a_bet_says_what_it_believed_and_a_guardrail_that_it_is_one(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    assert "Believed +6 % to +12 %." in moved(rich).bets[0].remarks
    bets = tuple(replace(b, guardrails=("support-contacts",)) for b in rich.strategy.bets)
    guard = replace(rich.bets[0], metric="support-contacts")
    row = moved(replace(rich, strategy=replace(rich.strategy, bets=bets), bets=(guard,))).bets[0]
    assert "guardrail Support contacts" in row.about
    assert row.claim is None


def test_what_is_withdrawn_says_why_and_shows_no_figure(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    told = rich.bets[0]
    why = "too much speaks against it: tracking changed 2 days before; the effect was there at -3.0% of placebo dates"
    gone = replace(told, word="cannot tell", grade="D", effect=Refusal("activation", why=why, until="x"),
                   withdrawn=told.effect)  # fmt: skip
    row = moved(replace(rich, bets=(gone,))).bets[0]
    assert row.effect is None and row.figure == "cannot be said" and row.standing.tone == "unsure"
    assert any("tracking changed 2 days before; the effect was there at −3 % of" in said for said in row.remarks)
    assert "4.2" not in " ".join((row.range, row.step, *row.remarks, *row.beside))
