"""Strategies as hypothesis draws them: nasty texts, every field."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import strategies as st

from madegood.intent import model as m
from madegood.intent.amounts import kill
from madegood.intent.selector import terms

NASTY = [
    "no",
    "12:30",
    "1.10",
    "~",
    "null",
    "- a",
    "a: b",
    "#x",
    " x",
    "x ",
    "'",
    '"',
    "{",
    "[",
    "*a",
    "&a",
    "%",
    "@",
    "é ✓",
    "x\n\ny",
    "| x\n",
    "a\r\nb",
    "x\x85y\u2028z",
    "\ufeffx",
    "---\nbet: b\n---",
    "# A heading\n\nand prose",
    "...",
    "!x",
    "\ttab",
    "trailing  \n  leading",
    "𝄞",
    "?",
    "key: [",
]
text = st.one_of(
    st.sampled_from(NASTY), st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=30)
)
texts = text.map(str).filter(lambda t: t != "")
words = texts.map(lambda t: t.strip() or "x")
ids = st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,12}", fullmatch=True)
dates = st.dates(date(1970, 1, 1), date(2100, 1, 1))
numbers = st.floats(-1e9, 1e9, allow_nan=False).map(lambda v: v + 0.0)
days = st.integers(1, 900)
unique = {"unique_by": lambda thing: thing.id, "max_size": 3}


def several(of: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(of, max_size=3).map(tuple)


amounts = st.builds(m.Amount, numbers, st.booleans())
selector_texts = st.sampled_from(["label:kyc", 'title:"instant *" kind:feat', "onboarding", "epic:KYC-120"])
selectors = selector_texts.map(lambda t: m.Selector(t, terms(t) or ()))
kills = st.sampled_from(["below +1 % after 28 days", "above 3 points", "below −2 % after 4 weeks"]).map(kill)
kinds = st.sampled_from(["quote", "ticket", "other"])
evidence = st.builds(m.Evidence, kinds, texts, st.none() | dates, st.integers(1, 999), st.just("") | texts)
pairs = st.dictionaries(ids, texts, max_size=2).map(lambda d: tuple(d.items()))
owners = several(texts)


@st.composite
def expectations(draw: st.DrawFn) -> m.Expectation:
    low, high = sorted(draw(st.tuples(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9))))
    low, high = low + 0.0, high + 0.0
    side = draw(st.sampled_from(["both", "low", "high", "none"]))
    return m.Expectation(
        draw(ids),
        low if side in ("both", "low") else None,
        high if side in ("both", "high") else None,
        draw(st.none() | days),
        True if side == "none" else draw(st.booleans()),
    )


word_pairs = st.dictionaries(ids, words, max_size=2).map(lambda d: tuple(d.items()))
common = {"title": st.just("") | texts, "meta": pairs, "also": several(texts), "prose": st.just("") | texts}
status = {"status": st.sampled_from(["proposed", "active", "done", "stopped"])}
work = {"work": st.lists(selectors, max_size=2).map(tuple), "owner": owners}
outcomes = st.builds(
    m.Outcome, ids, metric=st.just("") | ids, baseline=st.none() | amounts, target=st.none() | amounts,
    since=st.none() | dates, by=st.none() | dates, **common, **status, **work,
)  # fmt: skip
needs = st.builds(
    m.Need, ids, outcomes=several(ids), evidence=st.lists(evidence, max_size=2).map(tuple), **common, **status, **work
)
bets = st.builds(
    m.Bet, ids, achieve=st.just("") | ids, need=st.just("") | ids, by=st.just("") | texts, because=st.just("") | texts,
    expect=st.lists(expectations(), max_size=2).map(tuple), guardrails=several(ids), kill_if=st.none() | kills,
    releases=several(words), assumptions=st.lists(st.builds(m.Assumption, texts, st.booleans()), max_size=2).map(tuple),
    review=st.none() | dates, **common, **status, **work,
)  # fmt: skip
metrics = st.builds(
    m.Metric, ids, title=st.just("") | texts, kind=st.sampled_from(["daily", "count", "active", "conversion"]),
    good=st.sampled_from(["up", "down"]), unit=st.sampled_from(["%", ""]), product=several(texts),
    name=st.just("") | words, segment=st.just("") | words, event=st.just("") | words, steps=several(texts),
    within=st.integers(0, 99), where=word_pairs, margin=st.none() | numbers, rope=st.floats(0.001, 0.5), meta=pairs,
)  # fmt: skip
strategies = st.builds(
    m.Strategy,
    st.lists(outcomes, **unique).map(tuple),
    st.lists(needs, **unique).map(tuple),
    st.lists(bets, **unique).map(tuple),
    st.lists(metrics, **unique).map(tuple),
)


@pytest.fixture(scope="session")
def any_strategy() -> st.SearchStrategy[m.Strategy]:
    return strategies
