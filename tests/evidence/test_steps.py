"""The figure that a next step names is what comes of following it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from madegood.evidence.answer import answer
from madegood.evidence.designs.staged import Staged
from madegood.evidence.model import Effect, Estimate, Question
from madegood.evidence.offers import DAYS, Offer, counted, offers, rehearsed
from madegood.evidence.steps import next_step
from madegood.execution.model import Release, Rollout
from madegood.intent.model import Metric
from madegood.performance.model import Measured, Series

FIRST = date(2025, 1, 6)
LONG = 300
#: A figure that comes true within a quarter; 80 % power within what a logarithm instead of a share costs at 14 %.
QUARTER, POWER = 1.25, (0.74, 0.83)


def part(name: str, level: float, common: np.ndarray, rng: np.random.Generator) -> Measured:
    own = np.cumsum(rng.normal(0, 0.001, len(common))) + 0.03 * rng.normal(0, 1, len(common))
    return Measured(Series("orders", FIRST, np.round(level * np.exp(common + own)), segment=name))


def parts(seed: int, days: int = LONG) -> tuple[Measured, ...]:
    """Three countries that share a level which drifts 2 % a day."""
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(0, 0.02, days))
    return tuple(part(n, level, common, rng) for n, level in (("de", 900.0), ("fr", 2500.0), ("us", 6000.0)))


def ask(segments: tuple[Measured, ...], **more: object) -> Question:
    total = sum(p.series.values for p in segments)
    series = Series("orders", FIRST, np.asarray(total))
    releases = (Release("v1", FIRST + timedelta(days=150)),)
    asked = Question(Metric("orders"), Measured(series), releases, (), series.last, parts=segments)
    return replace(asked, **more)  # type: ignore[arg-type]


def estimated(question: Question) -> Estimate:
    found = answer(question)
    assert isinstance(found, Estimate)
    return found


def test_a_segment_held_back_shows_what_the_step_says() -> None:
    """Four weeks later, of a release that one country was kept without."""
    ratios = []
    for seed in range(1, 9):
        later = parts(seed, LONG + DAYS)
        now = ask(tuple(Measured(replace(p.series, values=p.series.values[:LONG])) for p in later))
        promised = rehearsed(now, "de")
        start = FIRST + timedelta(days=LONG)
        release = Release("v2", start, rollouts=(Rollout(start, "fr", 1.0), Rollout(start, "us", 1.0)))
        found = Staged().answers(replace(ask(later), releases=(release,)))
        assert isinstance(found, Estimate) and promised is not None
        ratios.append(found.effects[0].mde / promised)
    assert all(1 / QUARTER < r < QUARTER for r in ratios) and 0.9 < np.mean(ratios) < 1.1


def test_a_share_held_out_by_lot_shows_what_the_step_says() -> None:
    """In counts that know nothing but chance, read with intervals of four weeks of looks."""
    rng = np.random.default_rng(3)
    level = rng.poisson(400, LONG).astype(float)
    question = replace(ask(parts(1)), measured=Measured(Series("orders", FIRST, level)), parts=())
    for offer, share in zip(offers(question), (0.05, 0.1, 0.2, 0.5), strict=True):
        amount = counted(question)
        held = rng.poisson(amount * share, 4000)
        met = rng.poisson(amount * (1 - share) * (1 + offer.mde), 4000)
        z = (np.log(met / (1 - share)) - np.log(held / share)) / np.sqrt(1 / held + 1 / met)
        assert offer.best and POWER[0] < np.mean(z > 1.19 * 1.96) < POWER[1]


def test_the_step_names_the_cheapest_way_that_halves_what_shows() -> None:
    question = ask(parts(1))
    estimate = estimated(question)
    (effect,), (detail,) = estimate.effects, estimate.model.details
    offered = offers(question)
    step = next_step(estimate, effect, detail, offered)
    cheapest = next(offer for offer in offered if offer.mde <= effect.mde / 2)
    assert step.startswith(cheapest.says) and "without the next one for 28 days: " in step and "would show, not" in step
    assert len(step) < 140


def test_without_known_parts_their_sizes_say_what_counting_allows() -> None:
    question = ask(parts(1), parts=(), sizes=(("de", 0.1), ("fr", 0.9)))
    said = [o.says for o in offers(question)]
    assert said[0].startswith("keep de") and said[2].startswith("hold the next one back from 5 %")


def test_where_nothing_can_be_kept_back_a_control_is_the_step() -> None:
    estimate = estimated(ask(parts(1)))
    (effect,), (detail,) = estimate.effects, estimate.model.details
    step = next_step(estimate, effect, detail)
    assert step.startswith("name a control") and len(step) < 140
    weak = (Offer("keep de without it", effect.mde * 0.7), Offer("by lot", effect.mde * 0.6))
    assert next_step(estimate, effect, detail, weak).startswith("keep de without it: ")


def test_segments_that_share_no_days_offer_nothing() -> None:
    one, other, _ = parts(1)
    far = Measured(replace(other.series, first=FIRST + timedelta(days=LONG)))
    assert rehearsed(ask((one, far), measured=one), "de") is None


@pytest.mark.parametrize("grain", ["stock", "rate"])
def test_what_is_no_count_is_not_offered_a_lot(grain: str) -> None:
    question = ask(parts(1), parts=())
    series = replace(question.measured.series, grain=grain)
    assert counted(replace(question, measured=Measured(series))) == 0


def test_an_effect_that_waits_is_told_to_wait() -> None:
    calm = np.round(9000 * np.exp(0.05 * np.random.default_rng(11).normal(0, 1, 200)))
    question = replace(ask(parts(1)), measured=Measured(Series("orders", FIRST, calm)), parts=())
    question = replace(question, releases=(Release("v1", FIRST + timedelta(days=183)),), on=FIRST + timedelta(days=199))
    estimate = estimated(question)
    (effect,), (detail,) = estimate.effects, estimate.model.details
    assert isinstance(effect, Effect)
    assert next_step(estimate, effect, detail).startswith("wait until there are 84 days after it")
