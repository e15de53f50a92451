from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.intent.selector import terms, why


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("label:kyc", (("label", "kyc"),)),
        ("Label:KYC  kind:feat", (("label", "KYC"), ("kind", "feat"))),
        ('title:"instant verification"', (("title", "instant verification"),)),
        ("title:'instant verification'", (("title", "instant verification"),)),
        ('"instant verification"', (("title", "*instant verification*"),)),
        ("KYC-120", (("title", "*KYC-120*"),)),
        ('label:""', (("label", ""),)),
        ("label:a:b", (("label", "a:b"),)),
        ("étape:prête", (("étape", "prête"),)),
        ("label:kyc*", (("label", "kyc*"),)),
    ],
)
def test_terms_are_fields_and_patterns(text: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert terms(text) == pairs


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("", "field:pattern"),
        ('""', "field:pattern"),
        ("label:", "field:pattern"),
        ("label: kyc", "`label:kyc`"),
        ('title:"open', "Close the quotes"),
        ("-label:kyc", "cannot leave any out"),
        ("not label:kyc", "cannot leave any out"),
        ("label:kyc AND kind:feat", "two selectors"),
        ("label:kyc and kind:feat", "two selectors"),
        ("key in (A, B)", "two selectors"),
        ("label = kyc", "two selectors"),
        ("label:kyc, kind:feat", "two selectors"),
    ],
)
def test_what_would_silently_pick_nothing_is_refused_with_its_mend(text: str, mend: str) -> None:
    assert terms(text) is None
    assert mend in why(text)


@given(
    st.lists(
        st.tuples(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.from_regex(r"[a-zA-Z0-9*_.-]{1,8}", fullmatch=True)),
        min_size=1,
    )
)
def test_terms_that_are_written_are_read_back(pairs: list[tuple[str, str]]) -> None:
    assert terms("  ".join(f"{name}:{pattern}" for name, pattern in pairs)) == tuple(pairs)


@given(st.text(max_size=40))
def test_no_text_makes_it_raise(text: str) -> None:
    terms(text)
    assert why(text)
