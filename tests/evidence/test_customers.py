"""A log in, what to expect of its customers out."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from madegood.errors import UsageError
from madegood.evidence.customers import Returning, of_counts, returning

FIRST = date(2024, 1, 1)
#: Fader, Hardie and Shang 2010, table 1: donors by how often they gave in six years after the first, and when last.
DONORS = np.array(
    [
        [0, 0, 3464], [1, 1, 1091], [1, 2, 277], [1, 3, 129], [1, 4, 78], [1, 5, 119], [1, 6, 129], [2, 2, 613],
        [2, 3, 255], [2, 4, 155], [2, 5, 173], [2, 6, 234], [3, 3, 322], [3, 4, 181], [3, 5, 225], [3, 6, 357],
        [4, 4, 240], [4, 5, 284], [4, 6, 512], [5, 5, 335], [5, 6, 728], [6, 6, 1203],
    ],
    dtype=float,
)  # fmt: skip


def written(folder: Path, weeks: int = 52, n: int = 1500) -> Path:
    """Customers who begin evenly, buy in 5 to 60 % of weeks while there, and leave at a rate of 2.5 % a week."""
    rng = np.random.default_rng(3)
    first, p = rng.integers(0, weeks, n), rng.beta(1.5, 4, n)
    end = first + rng.exponential(1, n) / rng.gamma(1.0, 1 / 40, n)
    week = np.arange(weeks)
    there = (week > first[:, None]) & (week <= end[:, None])
    active = (rng.random((n, weeks)) < p[:, None]) & there
    active[np.arange(n), first] = True
    path = folder / "log.csv"
    rows = [
        f"c{i},{FIRST + timedelta(days=int(7 * w + rng.integers(0, 7)))}"
        for i, w in zip(*active.nonzero(), strict=True)
    ]
    path.write_text("customer,date\n" + "\n".join(rows) + "\n")
    return path


def test_what_is_said_of_a_log_holds_in_weeks_it_did_not_see(tmp_path: Path) -> None:
    log = written(tmp_path)
    told = returning(log, weeks=8, on=FIRST + timedelta(weeks=44, days=-1))
    assert isinstance(told, Returning)
    rows = [line.split(",") for line in log.read_text().split()[1:]]
    seen = {who for who, day in rows if date.fromisoformat(day) <= told.on}  # type: ignore[operator]
    later = {(who, day) for who, day in rows if date.fromisoformat(day) > told.on and who in seen}  # type: ignore[operator]
    assert told.customers == len(seen) == sum(g.n for g in told.groups)
    assert told.back.low < len({who for who, _ in later}) < told.back.high
    assert told.purchases.low < len(later) < told.purchases.high
    assert told.purchases.mean == pytest.approx(sum(g.n * g.purchases for g in told.groups))
    assert told.back.mean == pytest.approx(sum(g.n * g.back for g in told.groups))
    assert all(0 <= g.back <= g.alive + 1e-9 <= 1 + 2e-9 for g in told.groups) and len(told.checked) == 3


def test_donors_of_the_paper_are_scored_from_their_22_rows() -> None:
    """Section 4 of the paper: of those who gave in every one of six years, 3.75 gifts are expected in the next five."""
    x, t, n = DONORS.T
    told = of_counts(x, t, np.full(22, 6), n, 5)
    assert told.model == "BG/BB" and told.customers == 11104 and not told.weak
    best = next(g for g in told.groups if g.x == 6)
    assert best.purchases == pytest.approx(3.75, abs=0.01)
    assert told.back.low < told.back.mean < told.back.high


def test_the_order_of_counts_does_not_matter() -> None:
    x, t, n = DONORS.T
    age = np.full(22, 6)
    one, two = of_counts(x, t, age, n, 3), of_counts(x[::-1], t[::-1], age, n[::-1], 3)
    assert one.purchases.mean == pytest.approx(two.purchases.mean, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("customer,date\na,soon\n,2024-01-01\n", "is no day"),
        ("customer,date\na,soon\n,2024-01-01\n", "1 rows without"),
        ("who,when\na,2024-01-01\n", "has no column `customer` and none `date`; it has who, when"),
        ("customer,date\n", "no rows"),
    ],
)
def test_all_that_is_wrong_with_a_log_is_said_at_once(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=why):
        returning(path)


def test_no_file_too_few_customers_and_no_weeks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        returning(tmp_path / "none.csv")
    log = written(tmp_path, n=60)
    assert not isinstance(returning(log), Returning) and not isinstance(returning(log, weeks=0), Returning)


def test_all_that_is_wrong_with_counts_is_said_at_once() -> None:
    with pytest.raises(UsageError) as found:
        of_counts([0, 3, 1], [0, 2, 9], [5, 5, 5], [4, 1, -1], 0)
    for what in ("row 2: fewer", "row 2: the last", "row 1: more returns", "ahead"):
        assert what in str(found.value)
