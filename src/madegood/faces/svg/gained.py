"""What was made good since the period began, about zero, with its 95 % band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.faces.numbers import number
from madegood.faces.svg.pen import el, line, picture, ribbon, ticks

if TYPE_CHECKING:
    from markupsafe import Markup

    from madegood.faces.shares import Gained

WIDTH, HEIGHT, LEFT, TOP, AXIS = 640.0, 138.0, 58.0, 8.0, 112.0


def draw(data: Gained) -> Markup:
    """A line with its band; the figure at its end is that of the table."""
    course = data.course
    by = 100.0 if data.unit == "%" else 1.0
    low = min(0.0, *(v * by for v in course.low))
    high = max(0.0, *(v * by for v in course.high))
    room = (high - low) * 0.06 or 1.0
    low, high = low - room, high + room
    span = (course.days[-1] - course.days[0]).days or 1

    def x(i: int) -> float:
        return LEFT + (course.days[i] - course.days[0]).days / span * (WIDTH - LEFT - 8)

    def y(v: float) -> float:
        return AXIS - (v - low) / (high - low) * (AXIS - TOP)

    def points(values: tuple[float, ...]) -> list[tuple[float, float]]:
        return [(x(i), y(v * by)) for i, v in enumerate(values)]

    marks = ticks(low, high, 3)
    decimals = max((len(f"{m:.6f}".rstrip("0").partition(".")[2]) for m in marks), default=0)
    parts = []
    for m in marks:
        said = f"{'+' if m > 0 else ''}{number(m, decimals)}"
        parts.append(el("line", x1=LEFT, x2=WIDTH - 8, y1=y(m), y2=y(m), class_="zero" if m == 0 else "rule"))
        parts.append(el("text", said, x=LEFT - 6, y=y(m) + 4, class_="m", text_anchor="end"))
    parts.append(el("path", d=ribbon(points(course.high), points(course.low)), class_=f"{data.tone} band"))
    parts.append(el("path", d=line(points(course.mean)), class_=f"{data.tone} line"))
    for i, anchor in ((0, "start"), (len(course.days) - 1, "end")):
        day = course.days[i]
        parts.append(el("text", f"{day.day} {day:%b}", x=x(i), y=AXIS + 18, class_="m", text_anchor=anchor))
    return picture(WIDTH, HEIGHT, data.says, *parts, class_="gained")
