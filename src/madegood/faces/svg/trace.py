"""A small curve of a quiet signal: its values with gaps, their band, and the days between which it began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.faces.svg.pen import el, line, picture, pieces

if TYPE_CHECKING:
    from markupsafe import Markup

    from madegood.faces.cards import Trace

WIDTH, HEIGHT, EDGE, FOOT = 240.0, 76.0, 6.0, 16.0


def trace(data: Trace) -> Markup:
    """On its own scale, which is said at the foot with the first and the last day; not from zero: it is small."""
    known = [v for v in (*data.values, *data.low, *data.high) if v is not None]
    low, high = min(known), max(known)
    tall, step = HEIGHT - FOOT - 2 * EDGE, (WIDTH - 2 * EDGE) / max(len(data.values) - 1, 1)

    def point(i: int, v: float | None) -> tuple[float, float | None]:
        return EDGE + i * step, None if v is None else EDGE + (1 - (v - low) / ((high - low) or 1.0)) * tall

    parts: list[Markup] = []
    if data.onset:
        first, last = (EDGE + i * step for i in data.onset)
        parts.append(el("rect", x=first, y=0.0, width=max(last - first, 2.0), height=HEIGHT - FOOT, class_="onset"))
    if data.low:
        there = [i for i, (a, b) in enumerate(zip(data.low, data.high, strict=True)) if a is not None and b is not None]
        up = [point(i, data.high[i]) for i in there]
        down = [point(i, data.low[i]) for i in reversed(there)]
        edge = [(x, y) for x, y in (*up, *down) if y is not None]
        if edge:
            parts.append(el("path", d=f"{line(edge)} Z", class_=f"{data.tone} band"))
    drawn = [run for run in pieces([point(i, v) for i, v in enumerate(data.values)]) if run]
    parts += [el("path", d=line(run), class_=f"{data.tone} line") for run in drawn]
    if drawn:
        x, y = drawn[-1][-1] if data.dot is None else drawn[0][data.dot]
        parts.append(el("circle", cx=x, cy=y, r=3, class_=f"{data.tone} fill"))
    parts.append(el("text", data.first, x=EDGE, y=HEIGHT - 3, class_="m"))
    parts.append(el("text", data.last, x=WIDTH - EDGE, y=HEIGHT - 3, text_anchor="end", class_="m"))
    return picture(WIDTH, HEIGHT, data.says, *parts)
