from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from madegood.errors import SourceError
from madegood.execution.meaning import SAVED, Kept, Session, meaning
from madegood.execution.model import Facts, Link, WorkItem
from madegood.execution.suggest import suggest
from madegood.intent.model import Bet, Strategy

LIKE = {"cash": 0, "withdraw": 0, "atm": 0, "passport": 1, "identity": 1, "selfie": 1}


class StandIn:
    """A model that knows of six words which of two things they mean; it counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        self.asked += texts
        out = np.full((len(texts), 3), 0.1)
        for row, text in enumerate(texts):
            for word in text.lower().replace(",", " ").replace(":", " ").split():
                out[row, LIKE.get(word, 2)] += word in LIKE
            out[row, 2] += not any(word in LIKE for word in text.lower().split())
        return out


STRATEGY = Strategy(bets=(Bet("cash", title="Withdraw at once"), Bet("kyc", title="Prove identity quickly")))
ITEMS = (WorkItem("A-1", "atm atm"), WorkItem("A-2", "selfie passport"), WorkItem("A-3", "Bump library"))
FACTS = Facts(ITEMS, (), tuple(Link(item.id, "orphan") for item in ITEMS))


def test_what_shares_no_word_is_found_by_what_it_means_and_what_means_nothing_alike_is_not(tmp_path: Path) -> None:
    assert suggest(FACTS, STRATEGY) == ()
    model = Kept(tmp_path / "m.npz", StandIn)
    found = {one.item: one for one in suggest(FACTS, STRATEGY, meaning=model)}
    assert {item: one.to for item, one in found.items()} == {"A-1": "cash", "A-2": "kyc"}
    assert all(one.words == () and one.alike > 0.9 and one.confidence >= 0.5 for one in found.values())


def test_each_text_is_asked_about_once_also_after_the_program_ended(tmp_path: Path) -> None:
    first = StandIn()
    one = Kept(tmp_path / "target/m.npz", lambda: first)(["atm", "selfie", "atm"])
    assert sorted(first.asked) == ["atm", "selfie"]
    second = StandIn()
    other = Kept(tmp_path / "target/m.npz", lambda: second)(["selfie", "passport"])
    assert second.asked == ["passport"]
    assert np.allclose(one[1], other[0]) and np.allclose(np.linalg.norm(other, axis=1), 1, atol=1e-3)


def test_what_was_read_before_ctrl_c_is_kept(tmp_path: Path) -> None:
    class Dying(StandIn):
        def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
            if len(self.asked) >= SAVED:
                raise KeyboardInterrupt
            return super().__call__(texts)

    every = [f"text {n}" for n in range(SAVED + 100)]
    with pytest.raises(KeyboardInterrupt):
        Kept(tmp_path / "m.npz", Dying)(every)
    again = StandIn()
    Kept(tmp_path / "m.npz", lambda: again)(every)
    assert len(again.asked) == 100


def test_a_damaged_file_of_vectors_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(b"PK\x03\x04 and no more")
    model = StandIn()
    assert Kept(tmp_path / "m.npz", lambda: model)(["atm"]).shape == (1, 3) and model.asked == ["atm"]


def test_without_a_model_none_is_asked_and_a_missing_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert meaning(tmp_path, "") is None
    with pytest.raises(SourceError, match=r"missing: model.onnx, tokenizer.json"):
        meaning(tmp_path, "models")
    (tmp_path / "model.onnx").write_bytes(b"none")
    (tmp_path / "tokenizer.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(SourceError, match=r"madegood\[match\]"):
        Session(tmp_path)


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="needs the extra `match`")
    (tmp_path / "model.onnx").write_bytes(b"none")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(SourceError, match="cannot be opened"):
        Session(tmp_path)
