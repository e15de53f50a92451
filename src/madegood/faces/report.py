"""The compass page: one HTML file that needs no network, no script and no other file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from madegood.faces.instruments import Bar, Range, Spark, sentences
from madegood.faces.moved import GRADES
from madegood.faces.numbers import clean
from madegood.faces.page import page
from madegood.faces.svg import course, gained, throughline
from madegood.faces.svg.bars import bar, interval
from madegood.faces.svg.forest import forest, scale
from madegood.faces.svg.sparkline import sparkline
from madegood.faces.svg.trace import trace
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.faces.page import Page
    from madegood.reading import Reading

TEMPLATES = Path(__file__).parent / "templates"


def report(reading: Reading) -> str:
    """The page of one reading as HTML."""
    return render(page(reading))


def render(data: Page) -> str:
    """A page as HTML; text of others is escaped, its control characters struck out."""
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    return environment().get_template("page.html").render(page=data, style=style, grades=GRADES)


def environment() -> Environment:
    """Templates that escape, that fail on a name they do not know, and that can draw."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        instrument_drawing=instrument_drawing,
        draw_throughline=throughline.draw,
        draw_course=course.draw,
        draw_gained=gained.draw,
        draw_trace=trace,
        draw_forest=forest,
        draw_scale=scale,
    )
    env.filters["sentences"] = sentences
    env.tests["refusal"] = lambda thing: isinstance(thing, Refusal)
    return env


def printable(value: object) -> object:
    """What may be written; None is nothing, never a word."""
    if value is None:
        return ""
    return value if isinstance(value, Markup) or not isinstance(value, str) else spaced(value)


def spaced(text: str) -> str:
    """Clean text that keeps the spaces at its ends, since phrases join."""
    lead, tail = " " * text.startswith(" "), " " * (text.endswith(" ") and text.strip() != "")
    return f"{lead}{clean(text)}{tail}"


def instrument_drawing(drawing: Spark | Bar | Range | None) -> Markup:
    """An instrument's small drawing, or nothing."""
    match drawing:
        case Spark():
            return sparkline(drawing)
        case Bar():
            return bar(drawing)
        case Range():
            return interval(drawing)
        case _:
            return Markup("")
