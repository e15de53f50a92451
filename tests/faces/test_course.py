"""The chart of an outcome: names never overlap, missing days are holes, figures agree with their parts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madegood.faces.courses import Chart, Mark, courses
from madegood.faces.svg import course
from madegood.faces.svg.pen import pieces, text_width
from madegood.reading import Reading
from madegood.refusal import Refusal


def chart_of(reading: Reading) -> Chart:
    chart = courses(reading)[0].chart
    assert not isinstance(chart, Refusal)
    return chart


days = st.integers(0, 260).map(lambda n: date(2026, 1, 10) + timedelta(days=n))
marks = st.builds(
    Mark, days, st.text("abcdefghij 0.", min_size=1, max_size=40), st.sampled_from(["good", "bad", "unsure"])
)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_names_of_releases_never_overlap_and_never_leave_the_drawing(samples: dict[str, Reading], data) -> None:
    chart = replace(chart_of(samples["rich"]), marks=tuple(data.draw(st.lists(marks, max_size=60))))
    names, _ = course.named(chart, course.framed(chart))
    rows: dict[float, list[tuple[float, float]]] = {}
    for name in names:
        found = re.search(r'x="([\d.]+)" y="([\d.]+)".*</title>(.*)</text>', str(name))
        assert found
        x, y, half = float(found[1]), float(found[2]), text_width(found[3]) / 2
        assert x - half >= 0
        assert x + half <= course.WIDTH
        rows.setdefault(y, []).append((x - half, x + half))
    for row in rows.values():
        ordered = sorted(row)
        assert all(a[1] <= b[0] + 0.2 for a, b in pairwise(ordered))


def test_a_missing_day_is_a_hole_in_the_line() -> None:
    assert len(pieces([(0, 1.0), (1, None), (2, 2.0)])) == 2


def test_releases_of_one_day_are_one_mark_with_their_number(samples: dict[str, Reading]) -> None:
    assert [m.label for m in chart_of(samples["hostile"]).marks] == ["40 releases"]


def test_the_chart_is_described_in_words(samples: dict[str, Reading]) -> None:
    says = chart_of(samples["rich"]).says
    assert "Releases made good +1.1 points; it drifted −2.6 points." in says
    assert "It stands at 39.5 %." in says


def test_the_table_names_baseline_parts_today_and_what_is_left(samples: dict[str, Reading]) -> None:
    lines = {line.name: line.figure for line in courses(samples["rich"])[0].lines}
    assert lines["Baseline, 1 Jul 2026"] == "41 %"
    assert lines["Made good by releases"] == "+1.1 points"
    assert lines["Drift"] == "−2.6 points"
    assert lines["Today"] == "39.5 %"
    assert lines["Still to make good"] == "+8.5 points"
    assert lines["Chance of 48 % by 31 Dec 2026"] == "7 %"


def test_a_reached_target_leaves_nothing_to_make_good(samples: dict[str, Reading]) -> None:
    first = samples["rich"].outcomes[0]
    done = courses(replace(samples["rich"], outcomes=(replace(first, now=0.49),)))[0]
    assert {line.name: line.figure for line in done.lines}["Still to make good"] == "nothing: the target is reached"
