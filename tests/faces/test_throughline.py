"""The throughline: what flows in flows on, and no column hides another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from pytest import approx

from madegood.execution.model import Share
from madegood.faces.svg import throughline as svg
from madegood.faces.throughline import MOST, Throughline, throughline
from madegood.intent.model import Bet, Outcome, Strategy
from madegood.reading import Reading
from madegood.refusal import Refusal


def drawn(reading: Reading) -> Throughline:
    data = throughline(reading)
    assert not isinstance(data, Refusal)
    return data


def test_all_effort_leaves_the_work(samples: dict[str, Reading]) -> None:
    for name in ("rich", "no-bets", "hostile", "tiny"):
        data = drawn(samples[name])
        assert sum(f.amount for f in data.flows if f.start == "work") == approx(data.total)


def test_no_node_gives_on_more_than_it_got(samples: dict[str, Reading]) -> None:
    for name in ("rich", "no-bets", "hostile", "tiny"):
        data = drawn(samples[name])
        into, out = Counter(), Counter()
        for f in data.flows:
            out[f.start] += f.amount
            into[f.end] += f.amount
        for node in data.nodes[1:]:
            assert out[node.id] <= into[node.id] + 1e-9
            assert into[node.id] == approx(node.amount)


def test_bands_join_neighbouring_columns_only(samples: dict[str, Reading]) -> None:
    for name in ("rich", "hostile"):
        data = drawn(samples[name])
        for f in data.flows:
            start, end = (x.partition(":")[0] for x in (f.start, f.end))
            assert end == "end" or data.columns.index(end) == data.columns.index(start) + 1


def test_effort_toward_an_outcome_without_a_bet_says_that_no_bet_is_stated(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    shares = (*rich.heading.shares, Share("outcome", "retention", 10, 4, 0))
    data = drawn(replace(rich, heading=replace(rich.heading, total=422, shares=shares)))
    assert {"No bet stated", "No need stated"} <= {n.title for n in data.nodes}


def test_a_crowd_of_bets_is_folded_and_loses_nothing(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    bets = tuple(Bet(f"b{i}", f"Bet {i}", "o") for i in range(80))
    shares = tuple(Share("bet", b.id, i + 1.0, 1, 0) for i, b in enumerate(bets))
    total = sum(s.amount for s in shares)
    data = drawn(replace(rich, strategy=Strategy((Outcome("o"),), (), bets), outcomes=(), bets=(),
                         heading=replace(rich.heading, shares=shares, total=total)))  # fmt: skip
    mine = [n for n in data.nodes if n.column == "bet"]
    assert len(mine) == MOST
    assert sum(n.amount for n in mine) == approx(total)
    assert mine[-1].title == "51 more bets"


def test_no_two_labels_of_a_column_overlap(samples: dict[str, Reading]) -> None:
    for name in ("rich", "no-bets", "hostile", "tiny"):
        data = drawn(samples[name])
        boxes, height = svg.laid_out(data, svg.FLOW / data.total)
        by_lane: dict[float, list[float]] = {}
        for box in boxes.values():
            by_lane.setdefault(box.x, []).append(box.y + box.height / 2)
            assert box.y >= 0
            assert box.y + box.height <= height + 0.01
        for middles in by_lane.values():
            assert all(b - a >= svg.ROW - 0.01 for a, b in zip(sorted(middles), sorted(middles)[1:], strict=False))
