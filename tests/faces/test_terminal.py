"""The terminal says the same words as the page, and obeys nobody's markup."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from madegood.faces.sentence import sentence
from madegood.faces.terminal import show
from madegood.reading import Reading


def printed(reading: Reading, width: int = 100, brief: bool = False, **console) -> str:
    out = io.StringIO()
    show(reading, Console(file=out, width=width, highlight=False, **console), brief)
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 100, 200])
def test_every_reading_can_be_printed_and_no_line_is_too_long(sample: Reading, width: int) -> None:
    text = printed(sample, width)
    assert max(map(len, text.splitlines())) <= width
    assert not re.search(r"\bNone\b(?! of| is about)|\bnan\b|Refusal\(", text)


def test_the_sentence_comes_first_and_whole(sample: Reading) -> None:
    words = " ".join(p for p in printed(sample).split())
    whole = "".join(p.text for p in sentence(sample))
    assert "".join(whole.split()) in words.replace(" ", "")


def test_brief_is_the_sentence_the_instruments_and_the_outcomes(samples: dict[str, Reading]) -> None:
    text = printed(samples["rich"], brief=True)
    assert "Made good" in text
    assert "Activated accounts" in text
    assert "What moved" not in text
    assert "What moved" in printed(samples["rich"])


def test_markup_and_escapes_in_titles_are_only_text(samples: dict[str, Reading]) -> None:
    text = printed(samples["hostile"], 200)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[31m" in text


def test_no_color_is_honoured(samples: dict[str, Reading], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    plain = printed(samples["rich"], force_terminal=True)
    assert "\x1b[3" not in plain
