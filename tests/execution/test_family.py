from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from madegood.execution.family import Family
from madegood.execution.model import WorkItem

IDS = [f"I-{n}" for n in range(12)]
PARENTS = st.lists(st.sampled_from(["", "elsewhere", *IDS]), min_size=len(IDS), max_size=len(IDS))


def family(parents: list[str]) -> Family:
    return Family([WorkItem(name, parent=parent) for name, parent in zip(IDS, parents, strict=True)])


@given(PARENTS)
def test_every_walk_upward_ends_whatever_the_parents(parents: list[str]) -> None:
    tree = family(parents)
    for place in range(len(IDS)):
        above = list(tree.above(place))
        assert place not in above
        assert len(above) == len(set(above))


@given(PARENTS, st.sets(st.integers(0, len(IDS) - 1)))
def test_of_the_lowest_none_is_above_another_and_every_one_left_out_is_above_one_that_stays(
    parents: list[str], some: set[int]
) -> None:
    tree = family(parents)
    lowest = tree.lowest(some)
    above = {over for place in lowest for over in tree.above(place)}
    assert not lowest & above
    assert some - lowest == some & above


def test_a_circle_of_parents_is_cut_and_what_hangs_below_it_keeps_its_parent() -> None:
    tree = Family([WorkItem("A", parent="B"), WorkItem("B", parent="A"), WorkItem("C", parent="A")])
    assert tree.parent == [-1, -1, 0]
