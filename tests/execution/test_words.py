from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from madegood.execution.words import EMPTY, fold, forms, pieces, stem, words


@given(st.text(max_size=80))
def test_any_text_gives_words_without_signs_or_empty_ones(text: str) -> None:
    assert all(len(fold(word)) > 1 or not word.isascii() for word in words(text))
    assert not set(words(text)) & EMPTY


@given(st.text(max_size=40))
def test_a_stem_begins_its_word_and_is_not_empty(text: str) -> None:
    for word in words(text):
        assert word.startswith(stem(word)) and stem(word) and pieces(stem(word))


@given(st.lists(st.sampled_from(["login", "screen", "accessibility"]), max_size=5))
def test_other_forms_are_one_a_pair_and_one_a_long_word(found: list[str]) -> None:
    assert len(forms(found)) == max(len(found) - 1, 0) + found.count("accessibility")


def test_forms_of_one_word_share_a_stem_in_three_languages() -> None:
    for family in (
        ("notification", "notifications", "notify", "notified"),
        ("payment", "payments"),
        ("sync", "syncing", "synced", "syncs"),
        ("zahlung", "zahlungen"),
        ("notificacao", "notificacoes"),
        ("pagamento", "pagamentos"),
    ):
        assert len({stem(word) for word in family}) == 1, {stem(word) for word in family}


def test_words_of_scripts_without_spaces_are_met_by_pairs_of_signs() -> None:
    assert words("支払い画面") == ["支払", "払い", "い画", "画面"]
    assert not {"add", "the", "die", "para"} - EMPTY
