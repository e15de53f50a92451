"""A company that does not exist: the same from a seed, whole at any size, and what is planted can be read out."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from madegood.days import Window
from madegood.engine.store import Store
from madegood.errors import UsageError
from madegood.execution.effort import effort
from madegood.execution.facts import facts
from madegood.intent.parse import load
from madegood.performance.measure import measure
from madegood.performance.model import Measured
from madegood.refusal import Refusal
from madegood.rules.check import check
from madegood.simulate import read_hidden, simulate
from madegood.simulate.truths import Truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Company

#: Standard errors that a planted size may lie from what is counted: seven sizes at 3.5 fail one seed in 300.
ERRORS = 3.5


def digests(folder: Path) -> dict[str, str]:
    """Every file's digest."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("one", 11), ("again", 11), ("other", 12)):
        simulate(tmp_path / name, seed=seed, customers=300, months=4, releases=9)
    one, again, other = (digests(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    for path in ("facts/events.parquet", "facts/items.csv", "facts/daily.csv", "facts/responses.csv", "hidden.json"):
        assert one[path] != other[path], path


@pytest.mark.parametrize(
    ("customers", "months", "releases"), [(10, 2, 0), (300, 4, 3), (60, 2, 120), (40, 3, 7), (30, 30, 20)]
)
def test_a_company_of_any_size_is_read_whole(
    tmp_path: Path, make: Callable[..., Company], customers: int, months: int, releases: int
) -> None:
    with Store.open(None) as store:
        made = make(tmp_path, store, seed=1, customers=customers, months=months, releases=releases)
        assert not [f for f in made.loaded.findings if f.severity == "error"]
        assert not [f for f in check(made.loaded, made.hidden.last) if f.severity == "error"]
        assert not [(p.name, f.message) for p in made.pulled for f in p.findings]
        assert all(p.set_aside == 0 for p in made.pulled)
        stable = store.rows("select count(*) from releases where not prerelease")
        assert stable == [(releases,)]


def test_what_is_hidden_comes_back_from_its_file(small: Company) -> None:
    assert read_hidden(small.folder / "hidden.json") == small.hidden
    assert small.hidden.of("effect", "erosion", "orphan", "late", "survey", "inseparable")


def test_no_source_can_reach_what_is_hidden(small: Company) -> None:
    assert all(s.path.startswith("facts/") for s in small.loaded.project.sources)
    assert not list((small.folder / "facts").rglob("*.json"))


def test_a_project_of_somebodys_own_is_left_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / "madegood.yml"
    own.write_text("madegood: 1\nname: mine\n")
    with pytest.raises(UsageError, match="holds a project already"):
        simulate(tmp_path, customers=20, months=2, releases=1)
    assert [p.name for p in tmp_path.iterdir()] == ["madegood.yml"]
    with pytest.raises(UsageError, match="is a file"):
        simulate(own, customers=20, months=2, releases=1)


def test_the_history_ends_on_the_day_asked_for(tmp_path: Path, make: Callable[..., Company]) -> None:
    last = date(2025, 3, 14)
    with Store.open(None) as store:
        made = make(tmp_path, store, customers=40, months=3, releases=2, last=last).hidden
        assert store.rows("select max(day) from daily") == [(last,)]
        assert store.rows("select max(day) <= ? from releases", (last,)) == [(True,)]
    assert (made.last - made.first).days + 1 == round(3 * 30.44)


def test_findings_are_planted_and_none_is_an_error(small: Company) -> None:
    found = check(small.loaded, small.hidden.last)
    assert {"evidence-stale", "bet-without-guardrail", "unserved"} <= {f.rule for f in found}
    assert not [f for f in found if f.severity == "error"]


def test_strategy_is_the_same_text_again_when_loaded_twice(small: Company) -> None:
    assert load(small.folder).strategy == small.loaded.strategy


# ---- what is planted can be read out -------------------------------------------------------------------------


def values(made: Company, metric: str, window: Window) -> tuple[float, float]:
    """Mean of a metric over a window, and its standard error from the days' own scatter."""
    stated = made.loaded.strategy.metric(metric)
    assert stated
    measured = measure(stated, made.store, made.hidden.last)
    assert isinstance(measured, Measured)
    part = measured.series.within(window).values
    part = part[np.isfinite(part)]
    return float(part.mean()), float(part.std(ddof=1) / np.sqrt(len(part)))


def step(made: Company, truth: Truth, span: int, settle: int = 0) -> tuple[float, float]:
    """Share by which a metric differs between the days before and after a release, with its standard error."""
    assert truth.first
    after = truth.first + timedelta(days=settle)
    before, e0 = values(made, truth.metric, Window.ending(truth.first - timedelta(days=1), span))
    later, e1 = values(made, truth.metric, Window(after, after + timedelta(days=span - 1)))
    ratio = later / before
    return ratio - 1, ratio * float(np.hypot(e0 / before, e1 / later))


def test_a_planted_step_is_there_without_the_noise(quiet: Company) -> None:
    truths = [t for t in quiet.hidden.of("effect") if t.size]
    assert len(truths) >= 3
    for truth in truths:
        seen, error = step(quiet, truth, 28)
        assert abs(seen - truth.size) < ERRORS * error + 0.01, (truth, seen, error)  # 1 %: customers come and go


def test_the_wrong_belief_moved_nothing_and_a_staged_one_moves_all_in_the_end(quiet: Company) -> None:
    (wrong,) = quiet.hidden.of("wrong belief")
    seen, error = step(quiet, wrong, 28)
    assert abs(seen) < ERRORS * error
    (staged,) = quiet.hidden.of("staged effect")
    seen, error = step(quiet, staged, 21, settle=21)
    assert abs(seen - staged.size) < ERRORS * error + 0.03  # 3 %: seven weeks lie between the two windows


def test_the_arms_of_the_randomised_release_differ_by_what_is_planted(quiet: Company) -> None:
    (truth,) = quiet.hidden.of("randomised effect")
    rows = quiet.store.rows(
        "select arm, count(*) filter (name = 'checkout-opened'), count(*) filter (name = 'paid')"
        ' from events join exposures using (person) where release = ? and events."at" >= ? group by arm',
        (truth.about, truth.first),
    )
    arms = {arm: (began, paid) for arm, began, paid in rows}
    (b1, p1), (b0, p0) = arms["treatment"], arms["control"]
    ratio = (p1 / b1) / (p0 / b0)
    error = ratio * np.sqrt((1 - p1 / b1) / p1 + (1 - p0 / b0) / p0)
    assert abs(ratio - 1 - truth.size) < ERRORS * error
    assert abs(b1 / b0 - 1) < 0.1


def test_orphan_effort_is_read_as_it_was_planted(small: Company) -> None:
    (truth,) = small.hidden.of("orphan")
    assert truth.first and truth.last
    found = facts(small.store, small.loaded.project, small.loaded.strategy)
    spent = effort(found, small.loaded.strategy, Window(truth.first, truth.last))
    assert not isinstance(spent, Refusal)
    assert abs(spent.part("orphan") - truth.size) < 0.02  # work laid aside or forgotten is cut off a little differently
