"""A bar of shares, and a figure with its interval about zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.faces.svg.pen import el, picture

if TYPE_CHECKING:
    from markupsafe import Markup

    from madegood.faces.instruments import Bar, Range

WIDTH, HEIGHT = 240.0, 54.0
SHADES = 4  # outcomes beyond the fourth share its colour; the words beneath tell them apart


def bar(data: Bar) -> Markup:
    """Outcomes in their colours, upkeep grey, orphan effort hatched."""
    x, parts = 2.0, []
    for i, segment in enumerate(data.segments):
        width = segment.share * (WIDTH - 4)
        shade = f"aim{min(i, SHADES - 1)}" if segment.kind == "outcome" else segment.kind
        parts.append(el("rect", el("title", segment.label), x=x, y=18, width=width, height=20, class_=shade))
        x += width
    return picture(WIDTH, HEIGHT, data.says, *parts)


def interval(data: Range) -> Markup:
    """The 95 % interval as a line, the figure as a dot, zero as a rule."""
    reach = data.reach or 1.0

    def at(x: float) -> float:
        return WIDTH / 2 + x / reach * (WIDTH / 2 - 8)

    y = 28.0
    return picture(
        WIDTH, HEIGHT, data.says,
        el("line", x1=at(0), x2=at(0), y1=10, y2=46, class_="zero"),
        el("line", x1=at(data.low), x2=at(data.high), y1=y, y2=y, class_=f"{data.tone} line thick"),
        el("circle", cx=at(data.mean), cy=y, r=4.5, class_=f"{data.tone} fill"),
    )  # fmt: skip
