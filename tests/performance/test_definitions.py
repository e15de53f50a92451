from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from madegood.__main__ import main
from madegood.intent.model import Metric
from madegood.performance.definitions import COUNTED, NAME, note, remember, said

DAY = date(2026, 3, 4)
CONFIG = """madegood: 1
sources: [{name: e, kind: events, path: e.csv}]
metrics: [{metric: payers, kind: active, event: EVENT, title: TITLE}]
outcomes: [{outcome: o, metric: payers}]
"""


def test_what_decides_its_figures_makes_a_metric_another_one_and_nothing_else_does(tmp_path: Path) -> None:
    one = Metric("m", kind="active", event="pay")
    assert remember(tmp_path, (one,), "UTC", DAY) == ()
    assert remember(tmp_path, (Metric("m", kind="active", event="pay", title="Payers", good="down"),), "UTC", DAY) == ()
    (changed,) = remember(tmp_path, (Metric("m", kind="active", event="pay", window=28),), "UTC", DAY)
    assert (changed.before, changed.after) == (
        "kind: active, event: pay, days of UTC",
        "kind: active, event: pay, window: 28, days of UTC",
    )
    assert remember(tmp_path, (Metric("m", kind="active", event="pay", window=28),), "UTC", DAY) == ()
    assert "before 2026-03-04" in note(tmp_path, "m"), "and it is remembered"
    assert note(tmp_path, "other") == ""
    (again,) = remember(tmp_path, (Metric("m", kind="active", event="pay", window=28),), "Europe/Oslo", DAY)
    assert "Europe/Oslo" in again.after


def test_every_field_that_a_figure_hangs_on_is_told() -> None:
    others = {"id", "title", "good", "unit", "product", "margin", "rope", "controls", "meta", "place", "places"}
    assert set(COUNTED) | others == set(Metric.__dataclass_fields__)
    assert said(Metric("m", steps=("a", "b")), "UTC") == "kind: daily, steps: a b, days of UTC"


def test_a_damaged_file_is_nothing_known(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("{")
    assert remember(tmp_path, (Metric("m"),), "UTC", DAY) == () and note(tmp_path, "m") == ""


def test_a_build_says_so_once_and_the_page_goes_on_saying_it(tmp_path: Path) -> None:
    rows = "".join(
        f"u{n},{DAY - timedelta(days=n % 90)},{name}\n" for n in range(900) for name in ("pay", "see")
    )  # fmt: skip
    (tmp_path / "e.csv").write_text(f"person,at,name\n{rows}")

    def run(command: str, event: str, title: str = "Payers") -> Any:
        rules = (tmp_path / "rules.txt").read_text() if (tmp_path / "rules.txt").exists() else ""
        (tmp_path / "madegood.yml").write_text(CONFIG.replace("EVENT", event).replace("TITLE", title) + rules)
        return CliRunner().invoke(main, [command, str(tmp_path)])

    assert "metric-redefined" not in run("build", "pay").output
    assert "metric-redefined" not in run("build", "pay", "People who pay").output
    told = run("build", "see").output
    assert "metric-redefined (note)" in told and "event: pay" in told and "event: see" in told
    assert "metric-redefined" not in run("build", "see").output
    assert run("report", "see").exit_code == 0
    (tmp_path / "rules.txt").write_text("rules: {metric-redefined: off, source-robots: note}\n")
    assert "efined otherwise before" in (tmp_path / "target" / "compass.html").read_text("utf-8")
    silenced = run("build", "pay").output
    assert "metric-redefined" not in silenced and "unknown-rule" not in silenced
    assert "unknown-rule" not in run("check", "pay").output
