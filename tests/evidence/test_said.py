"""What customers say of each need."""

from __future__ import annotations

from datetime import date

import numpy as np

from madegood.evidence.model import Interval
from madegood.evidence.said import Said, said
from madegood.intent.model import Need
from madegood.refusal import Refusal

ON = date(2026, 12, 31)
NEED = Need("login-works", also=("locked out", "cannot log* in"))


def texts(shares: list[float], n: int = 200, seed: int = 1) -> list[tuple[date | None, str]]:
    rng = np.random.default_rng(seed)
    return [
        (date(2026, month, 1 + i % 28), "I was Locked  out again" if rng.random() < share else "all fine")
        for month, share in enumerate(shares, 1)
        for i in range(n)
    ]


def one(found: tuple[Said | Refusal, ...]) -> Said:
    assert isinstance(found[0], Said), found
    return found[0]


def test_a_rise_is_seen_and_a_level_is_not_called_one() -> None:
    rise = one(said(texts([0.05, 0.06, 0.08, 0.1, 0.13, 0.17, 0.2]), [NEED], ON)).trend
    level = one(said(texts([0.1] * 7), [NEED], ON)).trend
    assert isinstance(rise, Interval) and rise.low > 0.1
    assert isinstance(level, Interval) and level.low < 0 < level.high


def test_only_whole_words_that_were_written_down_count() -> None:
    rows = ["Locked out!", "blocked outside", "CANNOT LOGIN IN", "cannot log in", "locked, out", "log in"]
    found = one(said([(date(2026, 3, 1), row) for row in rows], [NEED], ON))
    assert (found.texts, found.speak) == (6, 3)
    assert isinstance(found.trend, Refusal) and found.trend.until == "10 that do"


def test_texts_after_the_day_of_asking_or_without_one_are_not_looked_at() -> None:
    rows = [(None, "locked out"), (date(2027, 1, 1), "locked out"), (date(2026, 1, 1), "  ")]
    assert isinstance(said(rows, [NEED], ON)[0], Refusal)


def test_a_need_without_words_is_refused() -> None:
    found = said(texts([0.1]), [Need("fast")], ON)[0]
    assert isinstance(found, Refusal) and "also:" in found.until


def test_shares_stand_in_their_interval() -> None:
    found = one(said(texts([0.1, 0.0, 1.0]), [NEED], ON))
    assert all(m.share.low <= m.speak / m.texts <= m.share.high and m.share.low < m.share.high for m in found.months)
