from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.execution.link import link, why
from madegood.execution.model import Facts, Link, WorkItem
from madegood.intent.model import Bet, Need, Outcome, Project, Selector, Strategy


def rule(field: str, pattern: str) -> Selector:
    return Selector(f"{field}:{pattern}", ((field, pattern),))


STRATEGY = Strategy(
    outcomes=(Outcome("activation", work=(rule("label", "growth"),)), Outcome("sync")),
    needs=(Need("my-money-is-safe", outcomes=("activation",), work=(rule("label", "trust"),)),),
    bets=(
        Bet("instant-verification", achieve="activation", need="my-money-is-safe", work=(rule("label", "kyc"),)),
        Bet("guest-checkout", achieve="activation", work=(rule("label", "k*"),), releases=("v7",)),
        Bet("sync", achieve="activation"),
        Bet("BET-12", achieve="activation"),
    ),
)
PROJECT = Project("/nowhere", upkeep=(rule("kind", "chore"), rule("label", "k*")))


def linked(*items: WorkItem, strategy: Strategy = STRATEGY) -> tuple[Link, ...]:
    return link(items, (), strategy, PROJECT)


def served(item: WorkItem) -> tuple[str, str, str]:
    (one,) = linked(item)
    return one.aim, one.to, one.ground


@pytest.mark.parametrize(
    "title",
    [
        "Fix instant-verification on iOS",
        "feat(Instant-Verification): camera",
        "instant-verification: camera",
        "bet:instant-verification camera",
        "[instant-verification] camera",
        "Camera #instant-verification.",
        "Camera (instant-verification)",
    ],
)
def test_a_title_that_names_a_bet_serves_it(title: str) -> None:
    assert served(WorkItem("1", title)) == ("bet", "instant-verification", "named")


@pytest.mark.parametrize("title", ["bet:sync faster", "[sync] faster", "Faster #sync", "Faster (Bet: sync)"])
def test_an_everyday_word_that_is_an_id_counts_with_a_mark(title: str) -> None:
    assert served(WorkItem("1", title)) == ("bet", "sync", "named")


@pytest.mark.parametrize(
    "title",
    [
        "Make sync faster",
        "fix(sync): lock",
        "Activation e-mail",
        "bet: sure thing, sync",
        "alphabet:sync",
        "see github.example/x/instant-verification",
        "bump instant-verification-sdk",
        "drop my-instant-verification",
        "edit instant-verification.js",
        "Fix bet-12 rendering of the word",
        "",
    ],
)
def test_words_that_only_look_like_an_id_claim_nothing(title: str) -> None:
    assert served(WorkItem("1", title)) == ("orphan", "", "")


def test_a_kind_before_the_id_says_which_of_two_alike_is_meant() -> None:
    assert served(WorkItem("1", "outcome:sync"))[:2] == ("outcome", "sync")
    assert served(WorkItem("1", bet="sync"))[:2] == ("bet", "sync")


def test_what_is_said_of_the_item_comes_before_rules_and_rules_before_upkeep() -> None:
    item = WorkItem("1", "need:my-money-is-safe", kind="chore", labels=("kyc",))
    assert served(item) == ("need", "my-money-is-safe", "named")
    assert served(WorkItem("1", kind="chore", labels=("kyc",))) == ("bet", "instant-verification", "rule")
    assert served(WorkItem("1", kind="chore")) == ("upkeep", "kind:chore", "upkeep")


def test_bets_come_before_needs_and_needs_before_outcomes() -> None:
    assert served(WorkItem("1", labels=("growth", "trust")))[:2] == ("need", "my-money-is-safe")
    assert served(WorkItem("1", labels=("growth", "trust", "kilo")))[:2] == ("bet", "guest-checkout")


def test_of_two_bets_the_first_in_the_strategy_counts_and_the_other_is_said() -> None:
    (one,) = linked(WorkItem("1", labels=("kyc",)))
    assert one.to == "instant-verification"
    assert "also claimed by bet guest-checkout, counted here only" in one.because


def test_a_child_inherits_the_nearest_link_above_it_unless_it_has_its_own() -> None:
    epic = WorkItem("E", bet="instant-verification")
    story, task, chore = WorkItem("S", parent="E"), WorkItem("T", parent="S"), WorkItem("C", kind="chore", parent="S")
    links = {one.item: (one.aim, one.ground) for one in linked(task, chore, story, epic)}
    assert links == {"E": ("bet", "named"), "S": ("bet", "parent"), "T": ("bet", "parent"), "C": ("upkeep", "upkeep")}


def test_a_release_that_a_bet_lists_claims_what_nothing_else_does() -> None:
    assert served(WorkItem("1", product="app", release="app/v7")) == ("bet", "guest-checkout", "release")
    assert served(WorkItem("1", kind="chore", release="v7"))[0] == "upkeep"
    assert served(WorkItem("1", release="v8"))[0] == "orphan"


def test_a_field_that_names_no_intent_leaves_an_orphan_and_says_so() -> None:
    (one,) = linked(WorkItem("1", bet="instant-verfication"))
    assert (one.aim, one.to, one.ground) == ("orphan", "", "")
    assert "`instant-verfication`" in one.because


def test_with_nothing_said_everything_is_an_orphan() -> None:
    assert linked(WorkItem("1", "sync", bet="x"), strategy=Strategy())[0].aim == "orphan"
    assert link((), (), Strategy(), PROJECT) == ()


def test_why_goes_up_to_the_outcome() -> None:
    items = (WorkItem("E", "Checks", bet="instant-verification"), WorkItem("S", "Camera", parent="E"), WorkItem("O"))
    facts = Facts(items, (), link(items, (), STRATEGY, PROJECT))
    assert why("S", facts, STRATEGY) == (
        "S: Camera",
        "It serves bet instant-verification (parent): E is above it: its `bet` field says instant-verification.",
        "Bet instant-verification is for need my-money-is-safe.",
        "Bet instant-verification is to achieve outcome activation.",
    )
    assert "no stated intent" in why("O", facts, STRATEGY)[-1]
    assert why(" s", facts, STRATEGY) == why("S", facts, STRATEGY)
    assert why("nothing", facts, STRATEGY) == ("No work item `nothing` is known.",)


ITEMS = st.lists(
    st.builds(
        WorkItem,
        id=st.sampled_from("ABCDEFGH"),
        title=st.sampled_from(["", "[sync]", "guest-checkout", "x"]),
        kind=st.sampled_from(["", "chore"]),
        labels=st.lists(st.sampled_from(["kyc", "growth", "none"]), max_size=2).map(tuple),
        parent=st.sampled_from(["", *"ABCDEFGH"]),
    ),
    unique_by=lambda item: item.id,
)


@given(ITEMS, st.randoms())
def test_every_item_has_one_link_and_their_order_does_not_matter(items: list[WorkItem], chance: object) -> None:
    links = {one.item: one for one in linked(*items)}
    assert list(links) == [item.id for item in items]
    mixed = list(items)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert {one.item: one for one in linked(*mixed)} == links
