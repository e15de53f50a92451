"""From exposures, ready-made sums and single units to trials: only sums, and the right ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.execution.model import Release
from madegood.intent.model import Experiment, Metric, Project
from madegood.performance.model import Trial
from madegood.performance.trials import named, trials
from madegood.refusal import Refusal

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12)
R = Release("r", DAY, randomised=True)


def expose(store: Store, *rows: tuple[str, datetime, str, str | None]) -> None:
    for person, at, release, arm in rows:
        store.execute(
            'insert into exposures (person, "at", release, arm) values (?, ?, ?, ?)', (person, at, release, arm)
        )


def one(metric: Metric, store: Store, on: date = DAY + timedelta(days=30), project: Project | None = None) -> Trial:
    (found,) = trials(metric, store, project or Project("."), (R,), on)
    assert isinstance(found, Trial), found
    return found


def refusal(metric: Metric, store: Store, project: Project | None = None) -> Refusal:
    (found,) = trials(metric, store, project or Project("."), (R,), DAY + timedelta(days=30))
    assert isinstance(found, Refusal)
    return found


# ---- exposures and events -----------------------------------------------------------------------------------------


def test_only_what_people_did_after_they_met_it_counts(events: Callable[..., Store], store: Store) -> None:
    hour = timedelta(hours=1)
    events(
        [
            ("ann", NOON - hour, "paid"), ("ann", NOON + hour, "paid"), ("ann", NOON + 48 * hour, "paid"),
            ("bob", NOON - 24 * 40 * hour, "paid"), ("cyd", NOON + hour, "opened"),
        ]
    )  # fmt: skip
    expose(store, ("ann", NOON, "r", "b"), ("bob", NOON, "r", "control"), ("cyd", NOON, "r", "control"))
    found = one(Metric("m", kind="count", event="paid"), store)
    control, treated = found.arms
    assert (control.name, control.tally.n, control.tally.sums[0]) == ("control", 2, 0)
    assert (treated.tally.n, treated.tally.sums[0], treated.tally.products[0]) == (1, 2, 4)
    assert found.covariates == ("before", "new")
    assert treated.tally.sums[1:] == (1, 0)  # one payment within four weeks before; seen before
    assert control.tally.sums[1:] == (0, 1)  # bob's was longer ago; cyd came later than the release
    assert (found.first, found.by_lot, found.ratio) == (DAY, True, False)


def test_every_look_is_what_was_known_that_day(events: Callable[..., Store], store: Store) -> None:
    """Squares and products grow with each person's own total: checked against sums over people, day by day."""
    rng = random.Random(1)
    people = [f"p{i}" for i in range(40)]
    met = {p: NOON + timedelta(days=rng.randrange(6)) for p in people}
    did = [(rng.choice(people), NOON + timedelta(hours=rng.randrange(-24 * 20, 24 * 12)), "paid") for _ in range(500)]
    events(sorted(set(did)))
    expose(store, *((p, met[p], "r", ("control", "b")[i % 2]) for i, p in enumerate(people)))
    found = one(Metric("m", kind="count", event="paid"), store)
    for look, day in enumerate(found.days):
        for i, arm in enumerate(("control", "b")):
            mine = [p for k, p in enumerate(people) if k % 2 == i and met[p].date() <= day]
            total = [sum(q == p and at >= met[p] and at.date() <= day for q, at, _ in set(did)) for p in mine]
            before = [sum(q == p and met[p] - timedelta(28) <= at < met[p] for q, at, _ in set(did)) for p in mine]
            cell = found.course[look, 0, i]
            assert cell[0] == len(mine), (day, arm)
            assert cell[1] == sum(total)
            assert cell[2] == sum(before)
            k = 2 + len(found.covariates) - 1
            assert cell[1 + k] == sum(t * t for t in total)
            assert cell[2 + k] == sum(t * b for t, b in zip(total, before, strict=True))


def test_active_days_count_once_a_day(events: Callable[..., Store], store: Store) -> None:
    events([("ann", NOON + timedelta(hours=h), "opened") for h in (1, 2, 30, 31, 60)] + [("bob", NOON, "opened")])
    expose(store, ("ann", NOON, "r", "b"), ("bob", NOON, "r", "control"))
    found = one(Metric("m", kind="active"), store)
    assert [arm.tally.sums[0] for arm in found.arms] == [1, 3]


def test_a_conversion_is_a_sum_over_a_sum_of_those_whose_days_are_over(
    events: Callable[..., Store], store: Store
) -> None:
    hour = timedelta(hours=1)
    events(
        [
            ("ann", NOON + hour, "began"), ("ann", NOON + 2 * hour, "paid"), ("ann", NOON + 49 * hour, "began"),
            ("bob", NOON + hour, "began"), ("bob", NOON + 696 * hour, "began"), ("bob", NOON + 697 * hour, "paid"),
        ]
    )  # fmt: skip
    expose(store, ("ann", NOON, "r", "b"), ("bob", NOON, "r", "control"))
    found = one(Metric("m", kind="conversion", steps=("began", "paid"), within=7), store)
    assert found.ratio
    assert found.last == DAY + timedelta(days=23)
    assert [arm.tally.sums[:2] for arm in found.arms] == [(0, 1), (1, 2)]


def test_people_in_two_arms_are_left_out_and_counted(events: Callable[..., Store], store: Store) -> None:
    events([("ann", NOON, "paid")])
    expose(
        store,
        ("ann", NOON, "r", "b"),
        ("ann", NOON, "r", "control"),
        ("bob", NOON, "r", "b"),
        ("cyd", NOON, "r", "control"),
    )
    found = one(Metric("m", kind="count", event="paid"), store)
    assert found.twice == 1
    assert [arm.tally.n for arm in found.arms] == [1, 1]


def test_first_days_are_held_against_as_many_later_ones(events: Callable[..., Store], store: Store) -> None:
    events([("ann", NOON + timedelta(days=d), "paid") for d in (0, 1, 6, 7, 8, 20)] + [("bob", NOON, "paid")])
    expose(store, ("ann", NOON, "r", "b"), ("bob", NOON, "r", "control"))
    found = one(Metric("m", kind="count", event="paid"), store, DAY + timedelta(days=27))
    assert found.each == 7
    assert found.halves is not None
    assert found.halves[1, :3].tolist() == [1, 3, 2]  # days 0 to 6, then 7 to 13


def test_people_in_two_experiments_are_crossed(events: Callable[..., Store], store: Store) -> None:
    events([("p0", NOON, "paid")])
    for i in range(8):
        expose(store, (f"p{i}", NOON, "r", ("control", "b")[i % 2]), (f"p{i}", NOON, "q", ("off", "on")[i // 4]))
    releases = (R, Release("q", DAY, randomised=True))
    found = trials(Metric("m", kind="count", event="paid"), store, Project("."), releases, DAY + timedelta(days=30))
    mine = next(t for t in found if isinstance(t, Trial) and t.release == "r")
    assert mine.crossings[0].other == "q"
    assert mine.crossings[0].cells[..., 0].tolist() == [[2, 2], [2, 2]]


def test_nothing_after_the_day_of_asking_is_looked_at(events: Callable[..., Store], store: Store) -> None:
    events([("ann", NOON + timedelta(days=d), "paid") for d in range(10)])
    expose(store, ("ann", NOON, "r", "b"), ("bob", NOON, "r", "control"), ("cyd", NOON + timedelta(days=9), "r", "b"))
    found = one(Metric("m", kind="count", event="paid"), store, DAY + timedelta(days=3))
    assert [(arm.tally.n, arm.tally.sums[0]) for arm in found.arms] == [(1, 0), (1, 4)]


def test_a_metric_that_is_no_event_has_no_trial(events: Callable[..., Store], store: Store) -> None:
    events([("ann", NOON, "paid")])
    expose(store, ("ann", NOON, "r", "b"), ("bob", NOON, "r", "control"))
    assert trials(Metric("m"), store, Project("."), (R,), DAY) == ()
    assert trials(Metric("m", kind="count", event="never"), store, Project("."), (R,), DAY + timedelta(days=1))


def test_an_empty_store_has_no_trial(store: Store) -> None:
    assert trials(Metric("m", kind="count", event="paid"), store, Project("."), (R,), DAY) == ()
    assert named(store, Project("."), (), DAY) == ()


# ---- what was settled ----


def put_arms(store: Store, *rows: tuple[Any, ...]) -> None:
    for row in rows:
        release, metric, arm, day, n, total, squares = (*row, None)[:7]
        store.execute(
            'insert into arms (release, metric, arm, day, n, "sum", sum_squares) values (?, ?, ?, ?, ?, ?, ?)',
            (release, metric, arm, day, n, total, squares),
        )


def test_the_control_is_guessed_by_its_name_or_asked_for(store: Store) -> None:
    put_arms(store, ("r", "m", "blue", None, 10, 1), ("r", "m", "red", None, 10, 1))
    said = refusal(Metric("m"), store)
    assert "is called a control" in said.why
    assert "release: r, control: blue" in said.until
    project = Project(".", experiments=(Experiment("r", control="red"),))
    assert one(Metric("m"), store, project=project).control == "red"
    wrong = Project(".", experiments=(Experiment("r", control="rad"),))
    assert "red" in refusal(Metric("m"), store, wrong).why


def test_planned_shares_are_taken_and_a_strange_arm_is_said(store: Store) -> None:
    put_arms(store, ("r", "m", "control", None, 90, 9), ("r", "m", "b", None, 10, 1))
    shares = Project(".", experiments=(Experiment("r", shares=(("control", 0.9), ("b", 0.1))),))
    assert [arm.share for arm in one(Metric("m"), store, project=shares).arms] == [0.9, 0.1]
    other = Project(".", experiments=(Experiment("r", shares=(("control", 0.9), ("c", 0.1))),))
    assert "`b`" in refusal(Metric("m"), store, other).why


def test_a_release_is_by_lot_when_it_says_so_or_the_project_does(store: Store) -> None:
    put_arms(store, ("r", "m", "control", None, 9, 9), ("r", "m", "b", None, 9, 1))
    plain = Release("r", DAY)

    def by_lot(project: Project, release: Release) -> bool:
        (found,) = trials(Metric("m"), store, project, (release,), DAY)
        assert isinstance(found, Trial)
        return found.by_lot

    said = Project(".", experiments=(Experiment("r"),))
    chosen = Project(".", experiments=(Experiment("r", by="choice"),))
    assert [by_lot(Project("."), plain), by_lot(Project("."), R), by_lot(said, plain), by_lot(chosen, R)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_releases_that_only_experiments_name_are_given(store: Store) -> None:
    put_arms(store, ("r", "m", "control", DAY, 9, 9), ("s", "m", "control", DAY + timedelta(days=2), 9, 9))
    project = Project(".", experiments=(Experiment("s"),))
    assert named(store, project, (R,), DAY + timedelta(days=9)) == (
        Release("s", DAY + timedelta(days=2), randomised=True),
    )
    assert named(store, project, (R,), DAY) == ()


# ---- ready-made sums and single units ----


def test_rows_of_days_add_up_and_counts_without_squares_are_shares(store: Store) -> None:
    for d in range(3):
        put_arms(store, *(("r", "m", arm, DAY + timedelta(days=d), 100, s) for arm, s in (("control", 10), ("b", 12))))
    found = one(Metric("m"), store)
    assert found.binomial
    assert found.course[:, 0, 1, :2].tolist() == [[100, 12], [200, 24], [300, 36]]
    assert len(found.days) == 3
    assert one(Metric("m"), store, DAY).arms[0].tally.n == 100


def test_sums_of_one_day_are_a_total_and_no_look(store: Store) -> None:
    put_arms(store, ("r", "m", "control", DAY, 100, 10), ("r", "m", "b", DAY, 100, 12))
    found = one(Metric("m"), store)
    assert (found.first, found.days) == (DAY, ())


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ((100, 200, None), "larger than its `n`"),
        ((100, 200, 10.0), "less than `sum` and `n` allow"),
        ((-5, 2, None), "whole number"),
        ((10.5, 2, None), "whole number"),
    ],
)
def test_sums_that_cannot_be_are_refused(store: Store, row: tuple[Any, ...], why: str) -> None:
    put_arms(store, ("r", "m", "control", None, *row), ("r", "m", "b", None, *row))
    assert why in refusal(Metric("m"), store).why


def put_units(store: Store, *rows: dict[str, Any]) -> None:
    for row in rows:
        row = {"release": "r", "metric": "m"} | row
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
        store.execute(f"insert into units ({names}) values ({marks})", tuple(row.values()))


def test_units_become_sums_with_what_is_known_of_them(store: Store) -> None:
    rng = np.random.default_rng(3)
    rows = [
        {
            "arm": ("control", "b")[i % 2], "person": f"p{i}", "value": float(rng.gamma(2)),
            "before": float(rng.gamma(2)) if i % 5 else None, "fields": {"age": str(20 + i % 7), "city": "x"},
        }
        for i in range(40)
    ]  # fmt: skip
    put_units(store, *rows)
    found = one(Metric("m"), store)
    assert found.covariates == ("before", "age", "before not known")
    mine = [r for r in rows if r["arm"] == "b"]
    tally = found.arms[1].tally
    assert tally.sums[0] == pytest.approx(sum(r["value"] for r in mine))
    assert tally.sums[1] == pytest.approx(sum(r["before"] or 0 for r in mine))
    assert tally.sums[3] == sum(r["before"] is None for r in mine)
    assert tally.products[0] == pytest.approx(sum(r["value"] ** 2 for r in mine))
    assert found.heaviest == pytest.approx(
        max(max(r["value"] ** 2 for r in rows if r["arm"] == a) / sum(r["value"] ** 2 for r in rows if r["arm"] == a)
            for a in ("control", "b"))
    )  # fmt: skip


def test_clusters_are_units(store: Store) -> None:
    put_units(
        store,
        *({"arm": ("control", "b")[i // 10], "value": float(i % 3), "cluster": f"c{i // 5}"} for i in range(20)),
    )
    found = one(Metric("m"), store)
    assert found.ratio
    assert [arm.tally.n for arm in found.arms] == [2, 2]
    assert found.arms[0].tally.sums == (9, 10)


def test_units_in_two_arms_are_left_out(store: Store) -> None:
    put_units(
        store,
        {"arm": "b", "person": "p", "value": 1.0}, {"arm": "control", "person": "p", "value": 1.0},
        {"arm": "b", "person": "q", "value": 1.0}, {"arm": "control", "person": "s", "value": 1.0},
    )  # fmt: skip
    found = one(Metric("m"), store)
    assert (found.twice, [arm.tally.n for arm in found.arms]) == (1, [1, 1])


def test_strata_stand_by_themselves(store: Store) -> None:
    put_units(
        store, *({"arm": ("control", "b")[i % 2], "value": 1.0, "stratum": ("x", "y")[i // 6]} for i in range(12))
    )
    found = one(Metric("m"), store)
    assert found.strata == ("x", "y")
    assert found.course[-1, :, :, 0].tolist() == [[3, 3], [3, 3]]
