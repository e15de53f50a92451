"""Which releases are asked about, and how far each had reached."""

from __future__ import annotations

from datetime import date, timedelta

from madegood.evidence.question import begins, candidates, exposure, settles
from madegood.execution.model import Release, Rollout
from madegood.intent.model import Metric

DAY = date(2026, 3, 1)
LATER = DAY + timedelta(days=5)


def test_candidates_are_of_the_metrics_products_by_day_without_prereleases() -> None:
    releases = (
        Release("b", LATER, "android"),
        Release("a", DAY, "android"),
        Release("c", DAY, "web"),
        Release("d", DAY, "android", prerelease=True),
    )
    assert [r.id for r in candidates(Metric("m", product=("android",)), releases)] == ["a", "b"]
    assert [r.id for r in candidates(Metric("m"), releases)] == ["a", "c", "b"]


def test_without_rollouts_everyone_meets_a_release_on_its_day() -> None:
    assert exposure(Release("a", DAY), DAY - timedelta(days=2), 4).tolist() == [0, 0, 1, 1]


def test_segments_count_alike_and_a_rollout_may_be_taken_back() -> None:
    staged = Release("a", DAY, rollouts=(Rollout(DAY, "x", 1.0), Rollout(LATER, "y", 0.5)))
    assert exposure(staged, DAY, 6).tolist() == [0.5] * 5 + [0.75]
    assert exposure(staged, DAY, 6, "y").tolist() == [0] * 5 + [0.5]
    assert (begins(staged), settles(staged), begins(staged, "y")) == (DAY, LATER, LATER)
    undone = Release("a", DAY, rollouts=(Rollout(DAY, "", 1.0), Rollout(LATER, "", 0.0)))
    assert exposure(undone, DAY, 6).tolist() == [1] * 5 + [0]
