"""The course of an outcome: what happened, what would have without the releases, and the fan ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from madegood.faces.numbers import level
from madegood.faces.svg.pen import el, fit, line, picture, pieces, ribbon, text_width, ticks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from madegood.faces.courses import Chart, Mark

WIDTH, LEFT, RIGHT, TOP, PLOT = 640.0, 58.0, 16.0, 26.0, 196.0
AXIS = TOP + PLOT  # where the days are written
ROWS, ROW = 3, 14.0  # rows of release names beneath the days
WIDEST = 104.0  # of one release's name


@dataclass(frozen=True)
class Frame:
    """Days and values -> pixels."""

    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        return LEFT + (day - self.first).days / max((self.last - self.first).days, 1) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return TOP + PLOT * (1 - max(-0.5, min(1.5, share)))


def draw(chart: Chart, key: str) -> Markup:
    """The whole chart; `key` keeps the names of its parts apart from those of other charts on the page."""
    frame = framed(chart)
    names, rows = named(chart, frame)
    height = AXIS + 22 + rows * ROW + (6 if rows else 0)
    clip = el("clipPath", el("rect", x=LEFT, y=TOP - 6, width=WIDTH - LEFT, height=PLOT + 6), id=f"clip-{key}")
    inside = el("g", *ahead(chart, frame), *without(chart, frame), *seen(chart, frame), clip_path=f"url(#clip-{key})")
    return picture(
        WIDTH, height, chart.says, clip, *grid(chart, frame), *ruled(chart, frame), inside, *target(chart, frame),
        *names, class_="course",
    )  # fmt: skip


def finite(values: Iterable[float | None]) -> list[float]:
    return [v for v in values if v is not None and math.isfinite(v)]


def framed(chart: Chart) -> Frame:
    """Days from the first seen to the target; values that hold what was seen, the target and the inner fan."""
    path, fan = chart.path, chart.forecast
    days = [path.days[0], path.days[-1], chart.on]
    values = finite([*path.seen, *path.without])
    if chart.target:
        days.append(chart.target[0])
        values.append(chart.target[1])
    if fan and fan.days:
        days.append(fan.days[-1])
        values += finite([*fan.low80, *fan.high80])
    low, high = min(values), max(values)
    span = (high - low) or abs(high) * 0.1 or 1.0
    outer = finite([*path.low, *path.high, *(fan.low95 if fan else ()), *(fan.high95 if fan else ())])
    low = min(low, max(min(outer, default=low), low - span)) - span * 0.06
    high = max(high, min(max(outer, default=high), high + span)) + span * 0.06
    if min(values) >= 0:
        low = max(low, 0.0)
    if chart.unit == "%" and max(values) <= 1:
        high = min(high, 1.0 + span * 0.06)
    return Frame(min(days), max(days), low, high)


def grid(chart: Chart, frame: Frame) -> list[Markup]:
    """Levels with their figures, months with their names."""
    out = []
    for value in ticks(frame.low, frame.high):
        y = frame.y(value)
        out.append(el("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="rule"))
        said = short_level(value, chart.unit)
        out.append(el("text", said, x=LEFT - 7, y=y + 4, class_="m", text_anchor="end"))
    for day, said in months(frame):
        out.append(el("line", x1=frame.x(day), x2=frame.x(day), y1=AXIS, y2=AXIS + 4, class_="tick"))
        out.append(el("text", said, x=frame.x(day), y=AXIS + 16, class_="m", text_anchor="middle"))
    return out


def short_level(value: float, unit: str) -> str:
    """A level for the margin: 40 %, 12k, 1.5M."""
    if unit == "%":
        return f"{value * 100:.6g} %".replace("-", "−")
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            by = 1e3 if letter == "k" else size
            return f"{value / by:.4g}{letter}".replace("-", "−")
    return level(value).replace(".00", "").removesuffix(".0")


def months(frame: Frame) -> list[tuple[date, str]]:
    """First days of months that leave room for their names, and never at the very edge."""
    span = (frame.last - frame.first).days
    if span < 45:
        step = max(span // 4, 1)
        marked = [frame.first + timedelta(days=i) for i in range(step // 2, span + 1, step)]
        return [(d, f"{d.day} {d:%b}") for d in marked]
    every = next((n for n in (1, 2, 3, 6, 12, 24, 60) if span / 30.4 / n <= 8), 120)
    out: list[tuple[date, str]] = []
    day = frame.first.replace(day=1)
    while day <= frame.last:
        if (day.year * 12 + day.month - 1) % every == 0 and LEFT + 14 < frame.x(day) < WIDTH - RIGHT - 14:
            out.append((day, f"{day:%b %Y}" if day.month == 1 or not out or every >= 12 else f"{day:%b}"))
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return out


def seen(chart: Chart, frame: Frame) -> list[Markup]:
    """What happened; a missing day is a hole."""
    known = zip(chart.path.days, chart.path.seen, strict=True)
    runs = pieces([(frame.x(d), None if v is None else frame.y(v)) for d, v in known])
    out = [el("path", d=line(run), class_="ink line") for run in runs if len(run) > 1]
    return out + [el("circle", cx=run[0][0], cy=run[0][1], r=1.5, class_="dot") for run in runs if len(run) == 1]


def without(chart: Chart, frame: Frame) -> list[Markup]:
    """What would have happened without the releases, with its band."""
    path = chart.path
    if not path.without:
        return []
    low, high = path.low or path.without, path.high or path.without
    rows = [
        (frame.x(d), frame.y(w), frame.y(lo), frame.y(hi))
        for d, w, lo, hi in zip(path.days, path.without, low, high, strict=True)
        if w is not None and lo is not None and hi is not None and all(map(math.isfinite, (w, lo, hi)))
    ]
    if len(rows) < 2:
        return []
    band = ribbon([(x, hi) for x, _, _, hi in rows], [(x, lo) for x, _, lo, _ in rows])
    return [
        el("path", d=band, class_="without band"),
        el("path", d=line([(x, w) for x, w, _, _ in rows]), class_="without line", stroke_dasharray="5 3"),
    ]


def ahead(chart: Chart, frame: Frame) -> list[Markup]:
    """The fan: 95 % light, 80 % darker, the middle a dotted line."""
    fan = chart.forecast
    if not fan or len(fan.days) < 2:
        return []
    days = [frame.x(d) for d in fan.days]

    def points(values: tuple[float, ...]) -> list[tuple[float, float]]:
        return [(x, frame.y(v)) for x, v in zip(days, values, strict=False) if math.isfinite(v)]

    return [
        el("path", d=ribbon(points(fan.high95), points(fan.low95)), class_="fan outer"),
        el("path", d=ribbon(points(fan.high80), points(fan.low80)), class_="fan inner"),
        el("path", d=line(points(fan.mean)), class_="fan middle", stroke_dasharray="1 4"),
    ]


def target(chart: Chart, frame: Frame) -> list[Markup]:
    """The target as a ring, the way to it as a dotted line, its words where they do not leave the drawing."""
    if not chart.target:
        return []
    day, value, words = chart.target
    x, y = frame.x(day), frame.y(value)
    out = []
    if chart.baseline and frame.first <= chart.baseline[0] < day:
        start = (frame.x(chart.baseline[0]), frame.y(chart.baseline[1]))
        out.append(el("path", d=line([start, (x, y)]), class_="goal line", stroke_dasharray="2 3"))
    out.append(el("circle", cx=x, cy=y, r=5, class_="goal ring"))
    wide = text_width(words, 12)
    end = x + 6 > LEFT + wide
    where = {"x": x + 6, "text_anchor": "end"} if end else {"x": LEFT, "text_anchor": "start"}
    return [*out, el("text", words, y=max(y - 11, 12.0), class_="t halo", **where)]


def ruled(chart: Chart, frame: Frame) -> list[Markup]:
    """A fine rule for every day with releases; those that moved something are drawn stronger; today is marked."""
    marked = [(frame.x(m.day), m.tone) for m in chart.marks]
    out = [el("line", x1=x, x2=x, y1=TOP, y2=AXIS, class_=f"release {tone}") for x, tone in marked]
    if frame.first < chart.on < frame.last:
        x = frame.x(chart.on)
        out.append(el("line", x1=x, x2=x, y1=TOP - 6, y2=AXIS, class_="today"))
    return out


def named(chart: Chart, frame: Frame) -> tuple[list[Markup], int]:
    """Names of releases beneath the days: the clearest first, then the newest, as many as have room."""
    wanted = sorted(chart.marks, key=lambda m: (m.tone not in ("good", "bad"), -m.day.toordinal()))
    taken: list[list[tuple[float, float]]] = [[] for _ in range(ROWS)]
    out, used = [], 0
    for mark in wanted:
        words = fit(said(mark), WIDEST)
        half = text_width(words) / 2 + 5
        middle = min(max(frame.x(mark.day), half), WIDTH - half)
        row = next((i for i, row in enumerate(taken) if all(abs(middle - m) >= half + h for m, h in row)), None)
        if row is None:
            continue
        taken[row].append((middle, half))
        used = max(used, row + 1)
        where = {"x": middle, "y": AXIS + 34 + row * ROW, "text_anchor": "middle"}
        out.append(el("text", el("title", said(mark)), words, class_=f"m name {mark.tone}", **where))
    return out, used


SIGNS = {"good": "✓ ", "bad": "✗ ", "flat": "", "unsure": "", "plain": ""}


def said(mark: Mark) -> str:
    """A release's name, with a sign where it moved the metric."""
    return f"{SIGNS[mark.tone]}{mark.label}"
