"""Releases that reached some segments before others: what is said of them, and when nothing can be."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from madegood.evidence.answer import answer, answer_all
from madegood.evidence.designs.staged import Staged
from madegood.evidence.designs.staged_plan import panel, plans, reached
from madegood.evidence.judge import judge, judge_all
from madegood.evidence.model import Effect, Estimate, Question
from madegood.execution.model import Release, Rollout
from madegood.intent.model import KnownEvent, Metric
from madegood.performance.model import Fitness, Measured, Series
from madegood.performance.parts import sizes_of
from madegood.refusal import Refusal

FIRST = date(2025, 1, 6)
NAMES = ("de", "fr", "it", "us")
#: 120 runs of a 95 % interval, +- 3 standard errors; benchmarks/staged.md has larger runs.
LOW, HIGH = 0.89, 0.999


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def segments(seed: int = 1, days: int = 240, size: float = 800.0, **at: tuple[int, float]) -> tuple[Measured, ...]:
    """Counts that share a random walk and its shocks; de=(180, 0.2) is +20 % in de from day 180 on."""
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(0, 0.008, days)) + 0.05 * rng.standard_t(4, days)
    out = []
    for i, name in enumerate(NAMES):
        z = np.log(size * (1 + i)) + rng.uniform(0.7, 1.3) * common + np.cumsum(rng.normal(0, 0.003, days))
        z += 0.03 * rng.normal(size=days)
        start, effect = at.get(name, (days, 0.0))
        z[start:] += np.log1p(effect)
        out.append(Measured(Series("orders", FIRST, rng.poisson(np.exp(z)).astype(float), segment=name)))
    return tuple(out)


def release(key: str = "v1", first: int | None = None, **stages: int) -> Release:
    rollouts = tuple(Rollout(day(n), name, 1.0) for name, n in stages.items())
    return Release(key, day(min(stages.values()) if first is None else first), rollouts=rollouts)


def ask(parts: tuple[Measured, ...], *releases: Release, on: int = 239, **more: object) -> Question:
    whole = Measured(Series("orders", FIRST, np.sum([p.series.values for p in parts], axis=0)))
    return Question(Metric("orders"), whole, releases, (), day(on), parts=parts, **more)  # type: ignore[arg-type]


def told(question: Question) -> Effect:
    found = Staged().answers(question)
    assert isinstance(found, Estimate), found
    assert len(found.effects) == 1
    return found.effects[0]


def refused(question: Question) -> Refusal:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = Staged().answers(question)
    assert isinstance(found, Refusal)
    return found


def test_an_effect_in_the_first_segments_is_found_and_said_with_its_grounds() -> None:
    effect = told(ask(segments(de=(180, 0.2), fr=(200, 0.2)), release(de=180, fr=200)))
    assert 0.1 < effect.data.low < 0.2 < effect.data.high < 0.3
    assert (effect.design, effect.grade, effect.basis) == ("staged", "B", "de and fr before it and us")
    assert effect.certain is not None
    assert effect.data.low < effect.certain[0] < effect.certain[1] < effect.data.high
    assert (effect.first, effect.last, effect.days_after) == (day(180), day(200), 60)


def test_its_intervals_hold() -> None:
    held = []
    for seed in range(120):
        data = told(ask(segments(seed, de=(180, 0.1), fr=(200, 0.1)), release(de=180, fr=200))).data
        held.append(data.low <= 0.1 <= data.high)
    assert LOW < np.mean(held) <= HIGH


def test_part_of_a_segment_counts_as_that_part() -> None:
    half = Release("v1", day(180), rollouts=(Rollout(day(180), "de", 0.5),))
    effect = told(ask(segments(de=(180, 0.2)), half))
    assert effect.data.low < 0.4 < effect.data.high
    assert effect.data.mean == pytest.approx(0.4, abs=0.15)


def test_a_slow_start_is_left_out_and_what_came_after_is_read() -> None:
    ramp = tuple(Rollout(day(180 + 3 * k), "de", (k + 1) / 4) for k in range(4))
    parts = segments(de=(189, 0.2))
    found = Staged().answers(ask(parts, Release("v1", day(180), rollouts=ramp)))
    assert isinstance(found, Estimate)
    assert found.model.seen[0].reached[0].start.gap == 9
    assert found.effects[0].data.mean == pytest.approx(0.2, abs=0.06)


def test_a_share_is_read_with_how_many_could() -> None:
    rng = np.random.default_rng(2)
    parts = []
    for name in NAMES:
        base = rng.poisson(900, 240).astype(float)
        chance = 0.1 * np.exp(np.cumsum(rng.normal(0, 0.003, 240)))
        chance[180:] *= 1.3 if name == "de" else 1.0
        did = rng.binomial(base.astype(int), chance)
        parts.append(Measured(Series("orders", FIRST, did / base, "rate", base, segment=name)))
    effect = told(ask(tuple(parts), release(de=180)))
    assert 0.1 < effect.data.low < 0.3 < effect.data.high


def test_scarce_counts_are_read_in_weeks() -> None:
    found = Staged().answers(ask(segments(size=1.5, de=(180, 1.5)), release(de=180, fr=230)))
    assert isinstance(found, Estimate)
    assert found.model.seen[0].reached[0].every == 7
    assert found.effects[0].data.low < 1.5 < found.effects[0].data.high


def test_a_release_that_reached_everybody_at_once_is_not_spoken_of() -> None:
    alike = Release("v0", day(100))
    assert "same day" in refused(ask(segments(), alike, release(de=180, fr=180, it=180, us=180))).why
    effect = told(ask(segments(de=(180, 0.2)), alike, release(de=180)))
    assert effect.releases == ("v1",)


def test_two_releases_with_one_plan_are_told_together() -> None:
    effect = told(ask(segments(de=(180, 0.2)), release("v1", de=180), release("v2", de=180)))
    assert effect.releases == ("v1", "v2")


def test_a_segment_that_another_release_reached_in_the_same_weeks_is_no_control() -> None:
    question = ask(segments(de=(180, 0.2), fr=(187, -0.3)), release("v1", de=180), release("v2", fr=187))
    found = Staged().answers(question)
    assert isinstance(found, Estimate)
    assert [s.reached[0].others for s in found.model.seen] == [("it", "us"), ("it", "us")]
    assert found.effects[0].data.mean == pytest.approx(0.2, abs=0.08)
    assert found.effects[1].data.mean == pytest.approx(-0.3, abs=0.08)


def test_where_another_staged_release_leaves_no_such_segment_it_is_in_the_way() -> None:
    others = release("v2", fr=182, it=182, us=182)
    found = refused(ask(segments(), release("v1", de=180), others))
    assert "v2" in found.why or "v1" in found.why


def test_another_staged_release_long_before_is_not() -> None:
    parts = segments(days=400, de=(320, 0.2), fr=(100, 0.5))
    question = ask(parts, release("v2", fr=100), release("v1", de=320), on=399)
    found = Staged().answers(question)
    assert isinstance(found, Estimate)
    effect = next(e for e in found.effects if e.releases == ("v1",))
    assert 0.1 < effect.data.low < 0.2 < effect.data.high
    assert effect.data.high - effect.data.low < 0.2


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (ask(()), "0 segments"),
        (ask(segments()[:1], release(de=180)), "1 segment"),
        (ask(segments(days=20), release(de=10), on=19), "0 segments"),
        (ask(segments(days=70), release(de=45), on=69), "days of these segments are known before it"),
        (ask(segments(), release(de=236)), "4 days of de with it are known"),
        (ask(segments(), release(de=180, fr=181, it=182, us=185)), "within a week"),
        (ask(segments(), release(de=300)), "same day"),
        (ask(segments(), release(android=180)), "same day"),
        (ask(segments()), "same day"),
    ],
)
def test_where_nothing_can_be_said_it_says_why_and_what_next(question: Question, why: str) -> None:
    found = refused(question)
    assert why in found.why
    assert found.until


def test_a_segment_that_no_rollout_names_is_taken_as_untouched_and_that_is_said() -> None:
    question = ask(segments(), release(de=180, fr=200))
    found = Staged().answers(question)
    assert isinstance(found, Estimate)
    assert any("no rollout names them: it and us" in n for n in found.notes)
    seen = panel(question)
    assert not isinstance(seen, Refusal)
    assert not reached(question.releases[0], "us", seen.window).any()
    assert plans(question, seen)[0].starts.tolist() == [180, 200, 240, 240]


def test_one_untouched_segment_alone_is_a_doubt_and_two_are_none() -> None:
    parts = segments(de=(180, 0.2))
    assert any("us alone" in d for d in told(ask((parts[0], parts[3]), release(de=180))).doubts)
    assert not any("alone says" in d for d in told(ask(parts, release(de=180))).doubts)


def test_segments_that_moved_apart_just_before_are_a_grave_doubt() -> None:
    effect = told(ask(segments(de=(153, 0.4)), release(de=182)))
    assert effect.serious
    assert "moving apart just before" in effect.doubts[0]


def test_an_event_of_one_segment_is_a_grave_doubt_and_one_of_all_is_none() -> None:
    question = ask(segments(de=(180, 0.2)), release(de=180))
    own, common = (KnownEvent(day(182), day(184), name) for name in ("Campaign in DE", "Campaign"))
    assert told(replace(question, known=(own,))).serious == 1
    assert told(replace(question, known=(common,))).serious == 0


def test_counting_that_broke_in_one_segment_is_a_grave_doubt() -> None:
    parts = segments(de=(180, 0.2))
    broken = Fitness("orders", "outage", day(178), day(179), "Two days are zero.", "All others.")
    effect = told(ask((replace(parts[0], fitness=(broken,)), *parts[1:]), release(de=180)))
    assert effect.serious
    assert "counting in de" in effect.doubts[0]


def test_nothing_after_the_day_of_asking_is_looked_at() -> None:
    parts = segments(days=240, de=(180, 0.2))
    later = tuple(replace(p, series=replace(p.series, values=np.r_[p.series.values[:215], [9e6] * 25])) for p in parts)
    assert told(ask(parts, release(de=180), on=214)).data == told(ask(later, release(de=180), on=214)).data


def test_small_effects_may_not_be_called_and_the_next_step_is_said() -> None:
    effect = told(ask(segments(2), release(de=225)))
    assert effect.data.low < 0 < effect.data.high
    assert "14 more days" in effect.step
    assert 0 < effect.mde < 1


def test_nothing_moves_when_the_metric_is_counted_in_another_unit() -> None:
    parts = segments(de=(180, 0.2))
    cents = tuple(replace(p, series=replace(p.series, values=p.series.values * 100)) for p in parts)
    one, other = (told(ask(p, release(de=180))).data for p in (parts, cents))
    assert one.mean == pytest.approx(other.mean, rel=0.02)


def test_a_team_s_staged_releases_are_shrunk_together() -> None:
    found = [
        a
        for seed in range(4)
        if isinstance(a := Staged().answers(ask(segments(seed, de=(180, 0.2)), release(de=180))), Estimate)
    ]
    for one in Staged().recorded(found, {"orders": 0.01}):
        effect = one.effects[0]
        assert 0 < effect.shrunk.mean <= effect.data.mean
        assert effect.up > 0.8


def test_it_is_told_instead_of_the_series_and_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madegood.evidence.answer.STRONGER", (Staged(),))
    parts = segments(de=(180, 0.3), fr=(180, 0.3))
    question = ask(parts, release(de=180, fr=180), Release("v0", day(100)), sizes=sizes_of(parts))
    found = answer(question)
    assert isinstance(found, Estimate)
    verdicts = {v.names: v for v in judge(question, found)}
    assert verdicts[("v1",)].word == "moved"
    assert verdicts[("v1",)].grade == "B"
    assert isinstance(verdicts[("v1",)].effect, Effect)
    assert verdicts[("v0",)].word in ("cannot tell", "no meaningful movement")


def test_nothing_is_called_moved_where_nothing_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madegood.evidence.answer.STRONGER", (Staged(),))
    questions = [ask(segments(seed), release(de=180, fr=200)) for seed in range(12)]
    words = [v.word for each in judge_all(questions, answer_all(questions)) for v in each]
    assert words
    assert not {"moved", "moved wrong way"} & set(words)


def test_segments_of_one_name_are_each_read() -> None:
    parts = segments(de=(180, 0.2))
    twice = (*parts, replace(parts[3], series=replace(parts[3].series, values=parts[3].series.values * 2)))
    assert told(ask(twice, release(de=180))).data.mean == pytest.approx(0.2, abs=0.08)
