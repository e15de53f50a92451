"""A small curve without axes: it says up, down or flat, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.faces.svg.pen import el, line, picture

if TYPE_CHECKING:
    from markupsafe import Markup

    from madegood.faces.instruments import Spark

WIDTH, HEIGHT, EDGE = 240.0, 54.0, 6.0


def sparkline(spark: Spark) -> Markup:
    """From zero, so that a rise of a tenth does not look like a doubling."""
    top = max(*spark.values, 0.0) or 1.0
    low = min(*spark.values, 0.0)
    step = (WIDTH - 2 * EDGE) / max(len(spark.values) - 1, 1)
    points = [
        (EDGE + i * step, HEIGHT - EDGE - (v - low) / (top - low) * (HEIGHT - 2 * EDGE))
        for i, v in enumerate(spark.values)
    ]
    return picture(
        WIDTH, HEIGHT, spark.says,
        el("line", x1=EDGE, x2=WIDTH - EDGE, y1=HEIGHT - EDGE, y2=HEIGHT - EDGE, class_="rule"),
        el("path", d=line(points), class_="ink line"),
        el("circle", cx=points[-1][0], cy=points[-1][1], r=3, class_="dot"),
    )  # fmt: skip
