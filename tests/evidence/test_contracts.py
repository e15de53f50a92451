"""Contracts that end: how many will, held against what came and against published tables."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from madegood.engine.store import Store
from madegood.evidence.contracts import Contracts, contracts
from madegood.performance.contracts import kept, went
from madegood.refusal import Refusal

ON = date(2025, 12, 31)


def laid(store: Store, rows: list[tuple[str, date, date | None, int | None]]) -> None:
    with store.transaction():
        for person, first, last, months in rows:
            store.execute(
                "insert into contracts (source, person, first, last, months) values ('c', ?, ?, ?, ?)",
                (person, first, last, months),
            )


def month(first: date, n: int) -> date:
    """The last day of the nth month of a contract that begins on the first of one."""
    index = first.year * 12 + first.month - 1 + n
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


def made(seed: int, customers: int = 3000, alpha: float = 0.7, beta: float = 6.0) -> list[tuple[date, int]]:
    """(first day, periods kept) of monthly contracts that begin in the months of three years."""
    rng = np.random.default_rng(seed)
    starts = [date(2023 + m // 12, m % 12 + 1, 1) for m in range(36)]
    chance = rng.beta(alpha, beta, customers)
    return [(starts[int(rng.integers(36))], min(int(rng.geometric(p)), 600)) for p in chance]


def test_periods_are_counted_by_renewals_that_were_passed() -> None:
    first = date(2025, 3, 1)
    with Store.open(None) as store:
        laid(store, [
            ("a", first, date(2025, 3, 31), None), ("b", first, date(2025, 6, 30), 1), ("c", first, None, 1),
            ("d", first, date(2026, 6, 30), 1), ("e", date(2025, 12, 20), None, 1), ("f", date(2026, 1, 1), None, 1),
            ("g", date(2023, 6, 1), date(2025, 5, 31), 12),
        ])  # fmt: skip
        monthly, yearly = kept(store, 1, ON), kept(store, 12, ON)
        assert dict(zip(monthly.period, monthly.left, strict=True)) == {1: 1, 4: 1, 10: 0}
        assert dict(zip(monthly.period, monthly.kept, strict=True))[10] == 2 and monthly.young == 1
        assert (yearly.period.tolist(), yearly.left.tolist()) == ([2.0], [1.0])
        assert went(store, 1, date(2025, 5, 15), ON) == (3, 1)


def test_what_it_says_holds_the_truth_and_a_mean_rate_would_not() -> None:
    """20 worlds: 95 % intervals of who ends within a year hold in 18 or more; a constant rate says a third too many."""
    held, naive = 0, []
    for seed in range(20):
        people = made(seed)
        with Store.open(None) as store:
            rows = [(first, last if (last := month(first, n)) <= ON else None) for first, n in people if first <= ON]
            places = "insert into contracts (source, person, first, last) select 'c', unnest(?::varchar[]),"
            store.execute(
                f"{places} unnest(?::date[]), unnest(?::date[])",
                ([str(i) for i in range(len(rows))], [a for a, _ in rows], [b for _, b in rows]),
            )
            told = contracts(store, ON)[0]
        assert isinstance(told, Contracts) and told.foresaw
        running = [(f, n) for f, n in people if month(f, n) > ON and month(f, 1) <= ON]
        came = float(np.mean([month(f, n) <= date(2026, 12, 31) for f, n in running]))
        held += told.share.low <= came <= told.share.high
        ended = sum(month(f, n) <= ON for f, n in people)
        months = sum(min(n, (ON.year - f.year) * 12 + ON.month - f.month + 1) for f, n in people)
        naive.append(1 - (1 - ended / months) ** 12 - came)
    assert held >= 18
    assert np.mean(naive) > 0.05


@pytest.mark.parametrize(("n", "why"), [(80, "older than one period"), (0, None)])
def test_few_contracts_are_refused(n: int, why: str | None) -> None:
    with Store.open(None) as store:
        laid(store, [(str(i), date(2025, 1, 1), None, 1) for i in range(n)])
        found = contracts(store, ON)
    assert not found if why is None else isinstance(found[0], Refusal) and why in found[0].why
