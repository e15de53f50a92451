"""A gain that was taken from elsewhere is named, and none is where nothing was taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest

from madegood.evidence.model import Effect, Interval, Substitution, Verdict, Word
from madegood.evidence.substitution import substitutions
from madegood.intent.model import Metric, Outcome, Strategy
from madegood.performance.model import Measured, Series
from madegood.refusal import Refusal

FIRST = date(2026, 1, 1)
SHIPPED = FIRST + timedelta(days=60)
STRATEGY = Strategy(outcomes=(Outcome("grow", metric="orders"),))


@dataclass(frozen=True)
class Judged:
    metric: Metric
    measured: Measured
    verdicts: tuple[Verdict, ...] = ()


def asked(name: str, level: float, good: str = "up", unit: str = "orders") -> Judged:
    series = Series(name, FIRST, np.full(120, level), "flow", None, unit)
    return Judged(Metric(name, good=good, unit=unit), Measured(series))  # type: ignore[arg-type]


def said(name: str, mean: float, half: float, up: float, down: float, word: Word = "cannot tell") -> Verdict:
    data = Interval(mean, mean - half, mean + half)
    effect = Effect(("v1",), SHIPPED, SHIPPED, data, data, 0.05, up, down, 60, False)
    return Verdict("release", ("v1",), name, word, "C", SHIPPED, effect)


APP, PHONE, ALL = asked("app", 200.0), asked("phone", 400.0), asked("orders", 600.0)
ROSE = said("app", 0.2, 0.05, 0.99, 0.0, "moved")
FELL = said("phone", -0.1, 0.05, 0.0, 0.9)
FLAT = said("orders", 0.0, 0.02, 0.1, 0.1)


def found(*verdicts: Verdict, among: tuple[Judged, ...] = (APP, PHONE, ALL)) -> tuple[Substitution, ...]:
    by_metric = {v.metric: v for v in verdicts}
    return substitutions([replace(m, verdicts=(by_metric[m.metric.id],)) for m in among], STRATEGY)


def test_people_who_move_from_one_path_to_another_are_named_with_what_is_left() -> None:
    (one,) = found(ROSE, FELL, FLAT)
    assert (one.gained, one.lost, one.releases, one.others) == ("app", "phone", ("v1",), ())
    assert one.more is not None and one.less is not None and one.net is not None
    assert (one.more.mean, one.less.mean) == pytest.approx((40.0, -40.0))
    assert one.net.mean == pytest.approx(0.0) and one.net.low < -15 < 15 < one.net.high
    assert one.outcome == "orders" and one.short


def test_an_outcome_that_rose_by_the_gain_is_not_short() -> None:
    (one,) = found(ROSE, FELL, said("orders", 0.06, 0.02, 0.9, 0.0))
    assert one.outcome == "orders" and not one.short


def test_a_loss_is_named_only_when_it_is_likely_and_the_data_say_so_by_themselves() -> None:
    assert not found(ROSE, said("phone", -0.1, 0.05, 0.0, 0.7), FLAT)
    assert not found(ROSE, said("phone", -0.1, 0.4, 0.0, 0.95), FLAT)
    assert not found(ROSE, said("phone", -0.1, 0.05, 0.0, 0.9, "too early"), FLAT)
    assert not found(said("app", 0.2, 0.05, 0.99, 0.0), FELL, FLAT)


def test_where_less_is_better_a_rise_is_the_loss() -> None:
    calls = asked("calls", 400.0, "down", "calls")
    (one,) = found(ROSE, said("calls", 0.1, 0.05, 0.9, 0.0), FLAT, among=(APP, calls, ALL))
    assert one.lost == "calls" and one.more is None and one.net is None and not one.outcome
    assert not found(ROSE, said("calls", -0.1, 0.05, 0.0, 0.9), FLAT, among=(APP, calls, ALL))


def test_a_loss_of_a_group_names_the_releases_that_are_not_of_the_gain() -> None:
    effect = FELL.effect
    assert isinstance(effect, Effect)
    group = replace(FELL, effect=replace(effect, releases=("v1", "v2")))
    (one,) = found(ROSE, group, FLAT)
    assert one.others == ("v2",)
    assert not found(ROSE, replace(FELL, effect=replace(effect, releases=("v2",))), FLAT)


def test_what_could_not_be_read_takes_no_part() -> None:
    refused = replace(FELL, effect=Refusal("phone", why="dead", until="newer days"))
    assert not found(ROSE, refused, FLAT)
