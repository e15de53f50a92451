"""What the page was read from, and where it is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from madegood.faces.unread import unread
from madegood.reading import Freshness, Reading


def test_one_reason_that_silences_many_figures_is_said_once(samples: dict[str, Reading]) -> None:
    silences = unread(samples["rich"]).silences
    assert [s.about for s in silences] == ["Trust index, Where Trust index ends, Support contacts"]


def test_a_quiet_week_of_releases_is_no_stale_source_and_a_daily_table_that_stops_is(
    samples: dict[str, Reading],
) -> None:
    rich = samples["rich"]
    old = rich.on - timedelta(days=8)
    quiet = replace(rich, sources=(Freshness("tags", "releases", 9, 0, old),))
    stopped = replace(rich, sources=(Freshness("visits", "daily", 9, 0, old),))
    assert unread(quiet).fresh == "its one source fresh"
    assert unread(stopped).fresh == "1 of 1 source stale (visits)"
    assert unread(stopped).sources[0].last.endswith("stale by 8 days")


def test_rows_set_aside_and_findings_are_counted(samples: dict[str, Reading]) -> None:
    said = unread(samples["rich"])
    assert said.set_aside.replace("\u202f", " ") == "12 rows of 5 171 could not be used and were set aside."
    assert said.findings == "The strategy has 1 warning, 1 note. They are listed by madegood check."
