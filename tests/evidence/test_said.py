"""What customers say of each need."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from madegood.errors import SourceError
from madegood.evidence.model import Interval
from madegood.evidence.said import Said, said
from madegood.intent.model import Need, TextSpec
from madegood.performance.texts import Texts, read_texts
from madegood.refusal import Refusal

ON = date(2026, 12, 31)
NEED = Need("login-works", also=("locked out", "cannot log* in", "ausgesperrt", "größe"))


def texts(shares: list[float], n: int = 200, seed: int = 1) -> list[tuple[str, str]]:
    rng = np.random.default_rng(seed)
    return [
        (f"{date(2026, month, 1 + i % 28)}", "I was Locked  out again" if rng.random() < share else "all fine")
        for month, share in enumerate(shares, 1)
        for i in range(n)
    ]


def counted(tmp_path: Path, rows: list[tuple[str, str]], needs: tuple[Need, ...] = (NEED,)) -> Texts:
    with (tmp_path / "tickets.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("Created", "Subject"), *rows])
    return read_texts(TextSpec("tickets", "tickets.csv"), needs, tmp_path, ON)


def one(tmp_path: Path, rows: list[tuple[str, str]]) -> Said:
    found = said(counted(tmp_path, rows), [NEED])[0]
    assert isinstance(found, Said), found
    return found


def test_a_rise_is_seen_and_a_level_is_not_called_one(tmp_path: Path) -> None:
    rise = one(tmp_path, texts([0.05, 0.06, 0.08, 0.1, 0.13, 0.17, 0.2])).trend
    level = one(tmp_path, texts([0.1] * 7)).trend
    assert isinstance(rise, Interval) and rise.low > 0.1
    assert isinstance(level, Interval) and level.low < 0 < level.high


def test_only_whole_words_that_were_written_down_count(tmp_path: Path) -> None:
    rows = ["Locked out!", "blocked outside", "CANNOT LOGIN IN", "cannot log\n in", "locked, out", "log in", "Größe?"]
    found = one(tmp_path, [("2026-03-01", row) for row in (*rows, "AUSGESPERRT", "unausgesperrt", "Übergröße")])
    assert (found.texts, found.speak) == (10, 5)
    assert isinstance(found.trend, Refusal) and found.trend.until == "10 that do"


def test_texts_after_the_day_of_asking_or_without_one_do_not_count_and_are_said(tmp_path: Path) -> None:
    found = counted(tmp_path, [("soon", "locked out"), ("2027-01-01", "locked out"), ("2026-01-01", "  ")])
    assert isinstance(said(found, [NEED])[0], Refusal)
    assert [(f.rule, f.span.line) for f in found.findings] == [("text-day", 2)]
    assert "locked" not in found.findings[0].message


def test_a_need_without_words_is_refused(tmp_path: Path) -> None:
    found = said(counted(tmp_path, texts([0.1]), (Need("fast"),)), [Need("fast")])[0]
    assert isinstance(found, Refusal) and "also:" in found.until


def test_shares_stand_in_their_interval(tmp_path: Path) -> None:
    found = one(tmp_path, texts([0.1, 0.0, 1.0]))
    assert all(m.share.low <= m.speak / m.texts <= m.share.high and m.share.low < m.share.high for m in found.months)


def test_signs_of_regular_expressions_are_words_like_others(tmp_path: Path) -> None:
    need = Need("c++", also=("(broken", "a.b", "what?", "[x]"))
    found = counted(tmp_path, [("2026-01-01", t) for t in ("so (broken", "aXb", "a.b", "c++", "what", "[x]")], (need,))
    assert found.months[0].speak == (4,)


def test_several_columns_make_one_text_and_wrong_ones_are_all_said(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("When,Subject,Body\n2026-01-02,locked,out\n")
    spec = TextSpec("t", "t.csv", (("at", "When"), ("text", "subject + body")))
    assert read_texts(spec, [NEED], tmp_path, ON).months[0].speak == (1,)
    wrong = read_texts(TextSpec("t", "t.csv", (("txt", "Body"), ("text", "Bdy"))), [NEED], tmp_path, ON)
    assert [f.rule for f in wrong.findings] == ["text-column-unknown", "text-column-missing", "text-unmapped"]
    with pytest.raises(SourceError, match="not there"):
        read_texts(TextSpec("t", "nowhere.csv"), [NEED], tmp_path, ON)
