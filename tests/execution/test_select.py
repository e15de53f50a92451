from __future__ import annotations

import pytest

from madegood.execution.model import WorkItem
from madegood.execution.select import pick
from madegood.intent.model import Selector

ITEMS = (
    WorkItem("KYC-120", title="Know your customer", kind="Epic"),
    WorkItem("KYC-121", title="Instant check [beta] (1/2)", kind="feat", labels=("KYC", "ios"), parent="KYC-120"),
    WorkItem("KYC-122", title="Copy of the check", kind="feat", labels=("kyc-docs",), parent="KYC-121", product="app"),
    WorkItem("OPS-1", title="Bump 100%", kind="chore", product="app", release="app/v2", fields=(("Team", "Blue"),)),
)


def picked(*terms: tuple[str, str]) -> list[str]:
    return [item.id for item in pick(ITEMS, Selector("", terms))]


@pytest.mark.parametrize(
    ("field", "pattern", "ids"),
    [
        ("id", "kyc-*", ["KYC-120", "KYC-121", "KYC-122"]),
        ("label", "kyc", ["KYC-121"]),
        ("label", "KYC*", ["KYC-121", "KYC-122"]),
        ("kind", "epic", ["KYC-120"]),
        ("type", "chore", ["OPS-1"]),
        ("parent", "KYC-120", ["KYC-121"]),
        ("epic", "KYC-120", ["KYC-120", "KYC-121", "KYC-122"]),
        ("title", "*[beta]*", ["KYC-121"]),
        ("title", "*b*", ["KYC-121", "OPS-1"]),
        ("title", "check", []),
        ("product", "app", ["KYC-122", "OPS-1"]),
        ("release", "v2", ["OPS-1"]),
        ("release", "app/v2", ["OPS-1"]),
        ("team", "blue", ["OPS-1"]),
        ("label", "", ["KYC-120", "OPS-1"]),
        ("nonsense", "x", []),
        ("nonsense", "*", []),
    ],
)
def test_a_term_picks_by_the_whole_value_without_case(field: str, pattern: str, ids: list[str]) -> None:
    assert picked((field, pattern)) == ids


def test_every_term_must_hold() -> None:
    assert picked(("kind", "feat"), ("label", "ios")) == ["KYC-121"]
    assert picked(("kind", "feat"), ("label", "ios"), ("product", "app")) == []


def test_a_selector_without_terms_picks_nothing() -> None:
    assert picked() == []


def test_of_no_items_nothing_is_picked() -> None:
    assert pick((), Selector("", (("id", "*"),))) == ()
