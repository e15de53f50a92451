"""Those who chose against the others: told weakly where they were alike, refused where they were not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from madegood.evidence.designs.contrast import Contrast, Contrasted, contrasted
from madegood.evidence.model import Answer, Estimate, Question
from madegood.intent.model import Metric
from madegood.numerics.trials import pairs
from madegood.performance.model import Floats, Measured, Series, Trial
from madegood.performance.trials_plan import Plan, build
from madegood.refusal import Refusal

DAY = date(2026, 3, 2)
PLAN = Plan("r", ("control", "b"), (0.5, 0.5), False, "anytime", 0)


def table(values: Floats) -> Floats:
    """(units, k) -> (columns,)."""
    rows, cols = pairs(values.shape[-1])
    products = [(values[:, i] * values[:, j]).sum() for i, j in zip(rows, cols, strict=True)]
    return np.array([len(values), *values.sum(0), *products])


def trial(others: Floats, met: Floats, *names: str, ratio: bool = False) -> Trial:
    cells = np.stack([table(others), table(met)])[None, None]
    return build(PLAN, "m", cells, (), DAY, DAY, covariates=names, ratio=ratio)


def answer(given: Trial) -> Answer:
    measured = Measured(Series("m", DAY, np.zeros(0)))
    return Contrast().answers(Question(Metric("m"), measured, (), (), DAY, trials=(given,)))


def people(n: int, effect: float, pull: float, seed: int) -> tuple[Floats, Floats]:
    """(earnings after, before, age) of those who did not and who did choose training; the poorer choose it."""
    rng = np.random.default_rng(seed)
    skill = rng.standard_normal(n)
    before = np.exp(1 + 0.5 * skill + 0.3 * rng.standard_normal(n))
    age = 30 + 3 * skill + 6 * rng.standard_normal(n)
    chose = rng.random(n) < 1 / (1 + np.exp(1.5 + pull * skill))
    after = (2 + before + 0.5 * rng.standard_normal(n)) * (1 + effect * chose)
    rows = np.column_stack([after, before, age])
    return rows[~chose], rows[chose]


def test_a_naive_contrast_is_refused() -> None:
    others, met = people(4_000, 0.1, 0.0, 1)
    said = answer(trial(others[:, :1], met[:, :1]))
    assert isinstance(said, Refusal)
    assert "naive contrast" in said.why
    assert "by lot" in said.until


@pytest.mark.parametrize("pull", [0.8, 1.5, 3.0])
def test_groups_that_were_unlike_are_refused(pull: float) -> None:
    """The shape of LaLonde 1986: who got training earned far less before, so that a naive contrast is wrong by more
    than the effect, and any regression reaches far."""
    others, met = people(8_000, 0.1, pull, 2)
    assert met[:, 0].mean() < others[:, 0].mean()  # though training helped everybody who got it
    said = answer(trial(others, met, "before", "age"))
    assert isinstance(said, Refusal)
    assert "unlike" in said.why


def test_groups_that_were_alike_are_told_at_grade_d_with_what_would_undo_it() -> None:
    others, met = people(8_000, 0.1, 0.1, 3)
    said = answer(trial(others, met, "before", "age"))
    assert isinstance(said, Estimate)
    (effect,) = said.effects
    assert said.grade == effect.grade == "D"
    assert effect.data.low < 0.1 < effect.data.high
    assert effect.serious >= 1
    assert "not drawn by lot" in effect.doubts[0]
    assert any("unseen" in doubt for doubt in effect.doubts)


def test_a_small_effect_that_something_unseen_could_make_is_doubted_twice() -> None:
    """Moved so that it is just clear of nothing: what was known before explains more than it would take to undo it."""
    others, met = people(20_000, 0.0, 0.3, 4)
    one = contrasted(trial(others, met, "before", "age"), "m")
    assert isinstance(one, Contrasted)
    met[:, 0] *= (1 + 2.05 * one.se) / (1 + one.data.mean)
    said = answer(trial(others, met, "before", "age"))
    assert isinstance(said, Estimate)
    (effect,) = said.effects
    assert effect.data.low > 0
    assert effect.serious == 2
    assert "no stronger than before" in effect.doubts[1]


def test_ratios_are_made_linear() -> None:
    rng = np.random.default_rng(5)
    x = rng.gamma(4, 1, 6_000)
    b = rng.poisson(5, 6_000) + 1
    chose = np.arange(6_000) % 3 == 0
    y = rng.binomial(b, np.where(chose, 0.36, 0.3))
    rows = np.column_stack([y, b, x]).astype(float)
    said = answer(trial(rows[~chose], rows[chose], "before", ratio=True))
    assert isinstance(said, Estimate)
    assert said.effects[0].data.low < 0.2 < said.effects[0].data.high


def test_few_units_are_refused() -> None:
    others, met = people(100, 0.1, 0.0, 6)
    assert isinstance(answer(trial(others, met, "before", "age")), Refusal)
