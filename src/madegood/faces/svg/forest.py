"""One effect on a common scale: what was believed, what the data says, what is too small to matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from madegood.faces.numbers import number
from madegood.faces.svg.pen import el, line, picture, ticks

if TYPE_CHECKING:
    from madegood.faces.moved import Row

WIDTH, HEIGHT = 320.0, 34.0


def at(x: float, reach: float) -> float:
    """Where an effect lies; those beyond the scale lie at its edge."""
    return WIDTH / 2 + max(-1.0, min(1.0, x / reach)) * (WIDTH / 2 - 8)


def forest(row: Row, reach: float) -> Markup:
    """Grey band: too small to matter. Hollow: claimed. Solid: the data's 95 %, with an arrow where it goes on."""
    left, right = at(-row.rope, reach), at(row.rope, reach)
    parts = [
        el("rect", x=left, width=right - left, y=0, height=HEIGHT, class_="rope"),
        el("line", x1=at(0, reach), x2=at(0, reach), y1=0, y2=HEIGHT, class_="zero"),
    ]
    if row.claim:
        low, high = (at(x, reach) for x in row.claim)
        parts.append(el("rect", x=low, width=max(high - low, 2.0), y=4, height=8, class_="hollow"))
    if row.effect:
        parts += solid(row, reach)
    return picture(WIDTH, HEIGHT, describe(row), *parts)


def solid(row: Row, reach: float) -> list[Markup]:
    """The interval and its middle."""
    assert row.effect
    y, tone = 23.0, row.standing.tone
    low, high = at(row.effect.low, reach), at(row.effect.high, reach)
    dash = "5 3" if tone == "unsure" else None
    parts = [el("line", x1=low, x2=high, y1=y, y2=y, class_=f"{tone} line thick", stroke_dasharray=dash)]
    goes_on = [(low, 1)] if row.effect.low < -reach else []
    goes_on += [(high, -1)] if row.effect.high > reach else []
    for x, way in goes_on:
        arrow = line([(x + 6 * way, y - 5), (x - way, y), (x + 6 * way, y + 5)])
        parts.append(el("path", d=arrow, class_=f"{tone} line"))
    if abs(row.effect.mean) <= reach:
        parts.append(el("circle", cx=at(row.effect.mean, reach), cy=y, r=4.5, class_=f"{tone} fill"))
    return parts


def describe(row: Row) -> str:
    """The drawing in words."""
    if row.effect is None:
        return f"{row.title} on {row.metric}: no effect can be said"
    return f"{row.title} on {row.metric}: {row.figure}, 95 % interval {row.range} %, {row.standing.word}"


def scale(reach: float) -> Markup:
    """The scale that all rows share."""
    marks = [m for m in ticks(-reach, reach, 5) if abs(m) <= reach]
    decimals = max(0, min(4, max((len(f"{m * 100:.4f}".rstrip("0").partition(".")[2]) for m in marks), default=0)))
    parts = []
    for m in marks:
        x = at(m, reach)
        anchor = "middle" if 24 < x < WIDTH - 24 else "start" if x <= 24 else "end"
        sign = "+" if m > 0 else ""
        parts.append(el("text", f"{sign}{number(m * 100, decimals)} %", x=x, y=12, class_="m", text_anchor=anchor))
        parts.append(el("line", x1=x, x2=x, y1=16, y2=20, class_="tick"))
    return el("svg", *parts, viewbox=f"0 0 {WIDTH:.0f} 20", aria_hidden="true", focusable="false")
