"""Elements of SVG as safe text: everything that is written is escaped, and no number is ever nan."""

from __future__ import annotations

import math
from itertools import count

from markupsafe import Markup, escape

from madegood.faces.numbers import clean

#: Mean width of a letter as a share of its font's size, for Helvetica and its kin; generous, so that text fits.
LETTER = 0.52


def at(x: float) -> str:
    """A coordinate with one decimal.

    >>> at(3.14159), at(2.0), at(float("nan"))
    ('3.1', '2', '0')
    """
    if not math.isfinite(x):
        return "0"
    return f"{x:.1f}".removesuffix(".0").replace("-0", "0") if abs(x) < 0.05 else f"{x:.1f}".removesuffix(".0")


def el(name: str, *children: str, **attrs: object) -> Markup:
    """One element; `class_` is class, `stroke_width` is stroke-width; floats are coordinates.

    >>> el("text", "a < b", x=3.14159, class_="m")
    Markup('<text x="3.1" class="m">a &lt; b</text>')
    """
    said = "".join(f' {_name(k)}="{_value(v)}"' for k, v in attrs.items() if v is not None)
    inner = Markup("").join(c if isinstance(c, Markup) else escape(clean(c)) for c in children)
    return Markup(f"<{name}{said}>{inner}</{name}>") if children else Markup(f"<{name}{said}/>")


def _name(key: str) -> str:
    return "viewBox" if key == "viewbox" else key.rstrip("_").replace("_", "-")


def _value(value: object) -> str:
    return at(value) if isinstance(value, float) else str(escape(clean(str(value))))


def text_width(text: str, size: float = 11.0) -> float:
    """About how wide a text is, in pixels."""
    return len(text) * size * LETTER


def fit(text: str, width: float, size: float = 11.0) -> str:
    """As much of a text as fits a width, the cut shown."""
    most = max(3, int(width / (size * LETTER)))
    text = clean(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def label(text: str, width: float, size: float = 11.0, **attrs: object) -> Markup:
    """A text that is cut to fit, with the whole of it as its title."""
    short = fit(text, width, size)
    whole = (el("title", text),) if short != clean(text) else ()
    return el("text", *whole, short, **attrs)


def picture(width: float, height: float, says: str, *children: Markup, class_: str = "") -> Markup:
    """A whole drawing with its name for those who do not see it."""
    return el(
        "svg", el("title", says), *children,
        viewbox=f"0 0 {at(width)} {at(height)}", role="img", aria_label=says, class_=class_ or None,
    )  # fmt: skip


def line(points: list[tuple[float, float]]) -> str:
    """A path through points."""
    return "M" + " L".join(f"{at(x)},{at(y)}" for x, y in points)


def pieces(points: list[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Runs without a gap: a missing day is a hole in the line, never a bridge.

    >>> pieces([(0, 1.0), (1, None), (2, 3.0), (3, 4.0)])
    [[(0, 1.0)], [(2, 3.0), (3, 4.0)]]
    """
    out: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None or not math.isfinite(y):
            out.append([])
        else:
            out[-1].append((x, y))
    return [run for run in out if run]


def ribbon(upper: list[tuple[float, float]], lower: list[tuple[float, float]]) -> str:
    """A closed path between two lines."""
    return f"{line(upper)} L{line(lower[::-1])[1:]}Z"


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round numbers between two ends.

    >>> ticks(0.371, 0.462)
    [0.38, 0.4, 0.42, 0.44, 0.46]
    """
    span = high - low
    if not math.isfinite(span) or span <= 1e-100:
        return [low]
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.8)
    first = math.ceil(low / step - 1e-9)
    marks = [k * step for k in count_to(first, math.floor(high / step + 1e-9))]
    return [float(f"{m:.12g}") for m in marks]


def count_to(first: int, last: int) -> list[int]:
    """Whole numbers from first to last, at most forty."""
    return [k for k, _ in zip(count(first), range(40), strict=False) if k <= last]
