"""The page: whole, self-contained, escaped, and never a figure that is none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from madegood.evidence.model import (
    Cumulative,
    Decomposition,
    Effect,
    Interval,
    Part,
    Path,
    Substitution,
    Verdict,
)
from madegood.execution.model import Effort, Release, Share, Speed
from madegood.faces.json import to_json
from madegood.faces.report import report
from madegood.intent.model import Amount, Bet, Expectation, Metric, Need, Outcome, Strategy
from madegood.reading import OutcomeReading, Reading
from madegood.refusal import Refusal

ON = date(2026, 9, 30)
VOID = {"meta", "link", "br", "hr", "img", "input"}
NO_FIGURE = re.compile(
    r"\b[Nn]a[Nn]\b|\binf\b|\bNone\b(?! of| is about)|Refusal\(|Undefined|Interval\(|<function|object at 0x"
)


class Balanced(HTMLParser):
    """Collects tags that are not closed, scripts, handlers, and addresses outside the file."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag == "script" or any(name.startswith("on") for name, _ in attrs):
            self.outside.append(tag)
        self.outside += [str(v) for n, v in attrs if n in ("src", "href") and not str(v).startswith(("#", "data:"))]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def visible(html: str) -> str:
    """Without the style, whose own words are CSS's."""
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def parsed(html: str) -> Balanced:
    found = Balanced()
    found.feed(html)
    assert not found.open
    return found


def test_every_page_is_whole_and_needs_nothing_but_itself(sample: Reading) -> None:
    html = report(sample)
    assert html.startswith("<!doctype html>")
    assert parsed(html).outside == []
    assert "default-src 'none'" in html
    assert "http" not in html.replace("http-equiv", "").replace("https://madegood", "")


def test_no_page_prints_a_figure_that_is_none(sample: Reading) -> None:
    assert NO_FIGURE.findall(visible(report(sample))) == []


def test_the_page_says_the_parts_in_their_order(samples: dict[str, Reading]) -> None:
    html = report(samples["rich"])
    parts = ("Speed", "Heading", "Made good", "Drift", "The throughline", "The course: Activated accounts",
             "What moved",
             "Quiet signals", "Why it is flat", "The course from here", "What could not be read")  # fmt: skip
    places = [html.index(f">{part}</h2>") for part in parts]
    assert places == sorted(places)
    assert "Effort is never shown per person." in html


def test_text_of_others_is_escaped_and_cannot_turn_the_page_around(samples: dict[str, Reading]) -> None:
    html = report(samples["hostile"])
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert "49" not in "".join(parsed(html).text).split("gnirts")[0], "{{ 7*7 }} is text"


def test_an_empty_project_is_told_what_it_needs(samples: dict[str, Reading]) -> None:
    html = report(samples["empty"])
    assert "madegood.yml names no sources." in html
    assert "Name one: madegood doctor FILE" in html
    assert "<svg" in html
    assert html.count("cannot be said") >= 4


def test_the_same_reading_gives_the_same_page(sample: Reading) -> None:
    assert report(sample) == report(sample)


def test_many_verdicts_are_cut_and_the_cut_is_said(samples: dict[str, Reading]) -> None:
    html = report(samples["no-bets"])
    assert "older verdicts are folded away" in html
    assert "All other verdicts" in html


def test_weak_evidence_is_never_shown_as_moved(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    weak = replace(rich, bets=tuple(replace(v, grade="D") for v in rich.bets))
    html = report(weak)
    assert "moved, on weak evidence" in html
    assert "Whether any of your five bets moved a customer" in html


# ---- any reading at all --------------------------------------------------------------------------------------

#: Words that a person may type, but that would hide a slip of ours here.
ODD = re.compile("undefined|nan|none|inf|refusal|interval", re.IGNORECASE)
figures = st.floats(-1e9, 1e9, allow_nan=False)
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=60).filter(lambda t: not ODD.search(t))
refusals = st.builds(Refusal, words, words, words)
days = st.integers(-500, 0).map(lambda n: ON + timedelta(days=n))
WORDS = ("moved", "moved wrong way", "no meaningful movement", "cannot tell", "too early")


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, mean, high = sorted(draw(st.lists(figures, min_size=3, max_size=3)))
    return Interval(mean, low, high)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    day, names = draw(days), tuple(draw(st.lists(words, min_size=1, max_size=5)))
    effect = Effect(names, day, day, draw(intervals()), draw(intervals()), abs(draw(figures)), 0.5, 0.5, 3, False)
    return Verdict(draw(st.sampled_from(["release", "bet"])), names, "m", draw(st.sampled_from(WORDS)),
                   draw(st.sampled_from("ABCD")), draw(st.none() | days), draw(st.just(effect) | refusals),
                   tuple(draw(st.lists(words, max_size=2))), draw(words))  # fmt: skip


@st.composite
def decompositions(draw: st.DrawFn, reading: Reading) -> Decomposition:
    parts = [draw(intervals()) for _ in range(4)]
    change = sum(p.mean for p in parts)
    start = draw(figures)
    return Decomposition("m", reading.period.before(28), reading.period, start, start + change, change, *parts)


@st.composite
def parts(draw: st.DrawFn) -> Part:
    names = st.lists(st.sampled_from(["b0", "n0", "o0", "zz"]) | words, max_size=5, unique=True).map(tuple)
    releases = draw(st.lists(words, min_size=1, max_size=4).map(tuple))
    items = draw(st.integers(0, 99))
    return Part(draw(st.sampled_from(["bet", "need", "outcome", "product"])), draw(names), draw(intervals()), releases,
                items, draw(st.integers(0, items)), draw(st.booleans()))  # fmt: skip


@st.composite
def gains(draw: st.DrawFn) -> Cumulative:
    n, first = draw(st.integers(0, 5)), draw(days)
    points = [draw(intervals()) for _ in range(n)]
    return Cumulative(tuple(first + timedelta(days=i) for i in range(n)), tuple(p.mean for p in points),
                      tuple(p.low for p in points), tuple(p.high for p in points))  # fmt: skip


@st.composite
def substitutions(draw: st.DrawFn) -> Substitution:
    keys = st.lists(words, max_size=3).map(tuple)
    sizes = [draw(st.none() | intervals()) for _ in range(4)]
    return Substitution(draw(keys), draw(keys), draw(days), "m", draw(words), draw(intervals()), draw(intervals()), 0.9,
                        *sizes[:3], draw(words), sizes[3], draw(st.booleans()))  # fmt: skip


@st.composite
def paths(draw: st.DrawFn) -> Path:
    n = draw(st.integers(0, 12))
    values = st.lists(st.none() | figures, min_size=n, max_size=n).map(tuple)
    first = draw(days)
    without = draw(st.booleans())
    bands = [draw(values) if without else () for _ in range(3)]
    return Path(tuple(first + timedelta(days=i) for i in range(n)), draw(values), *bands)


@st.composite
def readings(draw: st.DrawFn, base: Reading) -> Reading:
    unit = draw(st.sampled_from(["%", "", "downloads"]))
    metric = Metric("m", draw(words), unit=unit, good=draw(st.sampled_from(["up", "down"])))
    amount = st.none() | st.builds(Amount, figures, st.booleans())
    outcomes = tuple(
        Outcome(f"o{i}", draw(words), "m", draw(amount), draw(amount), draw(st.none() | days), draw(st.none() | days))
        for i in range(draw(st.integers(0, 3)))
    )
    needs = tuple(
        Need(f"n{i}", draw(words), tuple(o.id for o in outcomes[: i + 1])) for i in range(draw(st.integers(0, 2)))
    )
    bets = tuple(
        Bet(f"b{i}", draw(words), draw(st.sampled_from(["", "o0", "o9"])), draw(st.sampled_from(["", "n0", "n9"])),
            expect=(Expectation("m", draw(st.none() | figures), draw(st.none() | figures), 7),))
        for i in range(draw(st.integers(0, 3)))
    )  # fmt: skip
    places = tuple(
        OutcomeReading(o, draw(st.none() | st.just(metric)), draw(figures | refusals),
                       draw(decompositions(base) | refusals),
                       draw(paths() | refusals), draw(refusals | st.just(base.outcomes[0].forecast)),
                       tuple(draw(st.lists(verdicts(), max_size=2))), tuple(draw(st.lists(parts(), max_size=3))),
                       draw(st.none() | gains() | refusals))
        for o in outcomes
    )  # fmt: skip
    aims = st.sampled_from(["bet", "need", "outcome", "upkeep", "orphan"])
    amounts = st.floats(0, 1e5)
    shares = tuple(
        Share(draw(aims), draw(st.sampled_from(["b0", "n0", "o0", "zz", ""])), draw(amounts), 1, 0)
        for _ in range(draw(st.integers(0, 5)))
    )
    effort = Effort(
        base.period, draw(st.sampled_from(["person-days", "items"])), "", sum(s.amount for s in shares), shares
    )
    speed = Speed(base.period, tuple((draw(days), draw(st.integers(0, 99))) for _ in range(3)), draw(st.floats(0, 1e4)),
                  draw(st.none() | st.floats(0, 1e4)), draw(st.floats(0, 1e3) | refusals), 5, 1, 2)  # fmt: skip
    releases = tuple(Release(draw(words), draw(days)) for _ in range(draw(st.integers(0, 4))))
    return replace(
        base, name=draw(words), commit=draw(words), strategy=Strategy(outcomes, needs, bets, (metric,)),
        outcomes=places,
        metrics=(), heading=draw(st.just(effort) | refusals), speed=draw(st.just(speed) | refusals), releases=releases,
        bets=tuple(draw(st.lists(verdicts(), max_size=2))), erosions=(), fitness=(),
        substitutions=tuple(draw(st.lists(substitutions(), max_size=2))),
    )  # fmt: skip


UNSHRUNK = [Phase.explicit, Phase.reuse, Phase.generate]  # a reading is large: shrinking one takes minutes


@settings(max_examples=40, deadline=None, phases=UNSHRUNK, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_reading_gives_a_whole_page_and_whole_json(samples: dict[str, Reading], data: st.DataObject) -> None:
    reading = data.draw(readings(samples["rich"]))
    html = report(reading)
    assert not parsed(html).outside
    assert NO_FIGURE.findall(visible(html)) == []
    assert "NaN" not in to_json(reading)


@pytest.mark.parametrize("unit", ["%", "downloads", ""])
def test_a_metric_for_which_down_is_good_is_coloured_by_good_not_by_sign(
    samples: dict[str, Reading], unit: str
) -> None:
    rich = samples["rich"]
    first = rich.outcomes[0]
    metric = Metric("activation", "Support contacts", good="down", unit=unit)
    html = report(replace(rich, outcomes=(replace(first, metric=metric),)))
    assert '<em class="bad">+' in html
    assert '<em class="good">−' in html
    assert "down is good" in html
