"""The throughline as flowing bands. Width is effort, colour is the verdict, hatched is "cannot tell"."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from madegood.faces.svg.pen import at, el, label, picture

if TYPE_CHECKING:
    from madegood.faces.throughline import Node, Throughline

WIDTH, TOP = 1060.0, 30.0
BAR, ROW, GAP = 8.0, 36.0, 8.0  # a bar's width; the least height that two lines of text need; space between nodes
FIRST, LANE = 164.0, 246.0  # where the first column after the work stands; the width of a node with its words
FLOW = 320.0  # pixels that the whole effort is high
TALL = 2 * FLOW  # beyond this the shorter columns stand in the middle, so that no band has to climb far
HEADS = {"work": "WORK", "bet": "BETS", "need": "NEEDS", "outcome": "OUTCOMES"}


@dataclass
class Box:
    """Where a node stands, and how much of its two sides is taken already."""

    node: Node
    x: float
    y: float
    height: float
    lane: float  # width that its text may take
    left: float = field(default=0.0)
    right: float = field(default=0.0)


def draw(data: Throughline) -> Markup:
    """The whole drawing, as high as its fullest column."""
    per = FLOW / data.total if data.total > 0 else 0.0
    boxes, height = laid_out(data, per)
    bands = flows(data, boxes, per)
    heads = [el("text", HEADS[c], x=x, y=14, class_="cap", text_anchor="start") for c, x, _ in columns(data)]
    nodes = [part for box in boxes.values() for part in drawn(box)]
    return picture(WIDTH, height, describe(data), *bands, *nodes, *heads, class_="throughline")


def columns(data: Throughline) -> list[tuple[str, float, float]]:
    """Each column's name, its left edge, and the width of its text."""
    rest = [c for c in data.columns if c != "work"] or ["bet"]
    first = FIRST if len(rest) > 1 else 2 * FIRST
    step = (WIDTH - LANE - first) / max(len(rest) - 1, 1)
    return [("work", 52.0, 90.0)] + [(c, first + i * step, LANE) for i, c in enumerate(rest)]


def laid_out(data: Throughline, per: float) -> tuple[dict[str, Box], float]:
    """Every node in its place; upkeep and orphan effort stand beneath the first column."""
    places = columns(data)
    boxes: dict[str, Box] = {}
    ends: dict[str, float] = {}
    bottom = TOP
    for i, (column, x, lane) in enumerate(places[1:]):
        y = TOP
        mine = [n for n in data.nodes if n.column == column] + [n for n in data.nodes if n.column == "end" and i == 0]
        for node in mine:
            if node.column == "end" and y > TOP:
                y += GAP
            size = max(node.amount * per, 2.0)
            boxes[node.id] = Box(node, x, y + max(0.0, (ROW - size) / 2), size, lane)
            y += max(size, ROW) + GAP
        bottom = max(bottom, y)
        ends[column] = y
    bottom = max(bottom, TOP + FLOW)
    for box in boxes.values():
        if bottom > TALL:
            column = places[1][0] if box.node.column == "end" else box.node.column
            box.y += (bottom - ends[column]) / 2
    root = next(n for n in data.nodes if n.column == "work")
    start = (bottom + TOP - FLOW) / 2 if bottom > TALL else TOP
    boxes["work"] = Box(root, 92.0, start, max(root.amount * per, 2.0), 90.0)
    return boxes, bottom + 4


def flows(data: Throughline, boxes: dict[str, Box], per: float) -> list[Markup]:
    """Bands, each leaving and entering in the order of where it comes from and goes to."""
    order = {name: i for i, name in enumerate(boxes)}
    known = [f for f in data.flows if f.start in boxes and f.end in boxes]
    taken: defaultdict[str, float] = defaultdict(float)
    starts: dict[int, float] = {}
    for f in sorted(known, key=lambda f: (order[f.start], boxes[f.end].y)):
        starts[id(f)] = boxes[f.start].y + taken[f.start]
        taken[f.start] += f.amount * per
    entered: defaultdict[str, float] = defaultdict(float)
    out = []
    for f in sorted(known, key=lambda f: (order[f.end], starts[id(f)])):
        a, b, size = boxes[f.start], boxes[f.end], f.amount * per
        y = b.y + entered[f.end]
        entered[f.end] += size
        x = a.x + BAR if f.start == "work" else a.x + a.lane
        says = f"{a.node.title} to {b.node.title}"
        out.append(el("path", el("title", says), d=band(x, starts[id(f)], b.x, y, size), class_=f"flow {f.tone}"))
    return out


def band(x0: float, y0: float, x1: float, y1: float, size: float) -> str:
    """A band that leaves and arrives level."""
    mid = (x0 + x1) / 2
    size = max(size, 0.6)
    return (
        f"M{at(x0)},{at(y0)} C{at(mid)},{at(y0)} {at(mid)},{at(y1)} {at(x1)},{at(y1)} L{at(x1)},{at(y1 + size)} "
        f"C{at(mid)},{at(y1 + size)} {at(mid)},{at(y0 + size)} {at(x0)},{at(y0 + size)}Z"
    )


def drawn(box: Box) -> list[Markup]:
    """A node: its bar, a faint band behind its words, its title and its note."""
    node, middle = box.node, box.y + box.height / 2
    if node.column == "work":
        bar = el("rect", x=box.x, y=box.y, width=BAR, height=box.height, class_="node ink-fill")
        amount, _, unit = node.title.rpartition(" ")
        return [
            bar,
            el("text", amount, x=box.x - 8, y=middle, class_="t", text_anchor="end"),
            el("text", unit, x=box.x - 8, y=middle + 14, class_="m", text_anchor="end"),
        ]
    room = box.lane - BAR - 8
    tone = node.tone if node.column in ("bet", "end") else "ink-fill"
    if tone == "unsure" and box.height < 6:
        tone = "flat"  # a hatch needs room to be seen; the words beside it say the same
    behind = el("rect", x=box.x + BAR, y=box.y, width=box.lane - BAR, height=box.height, class_=f"behind {node.tone}")
    return [
        behind if node.column != "end" and box.height >= 6 else Markup(""),
        el("rect", x=box.x, y=box.y, width=BAR, height=box.height, class_=f"node {tone}"),
        label(node.title, room, 12.5, x=box.x + BAR + 6, y=middle - 2, class_="t"),
        label(node.note, room, 11.0, x=box.x + BAR + 6, y=middle + 12, class_="m"),
    ]


def describe(data: Throughline) -> str:
    """The drawing in one sentence; the table beneath it says all."""
    counts = {c: sum(n.column == c for n in data.nodes) for c in data.columns if c != "work"}
    ways = ", ".join(f"{n} {c if n == 1 else c + 's'}" for c, n in counts.items())
    return f"Effort flowing from work to {ways or 'no stated intent'}. The same figures stand in the table beneath."
