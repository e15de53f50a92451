"""Two real products, read end to end by configuration alone, with the commands as a user calls them."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from madegood.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("MADEGOOD_DATA", ROOT.parent / "shared" / "data"))


@dataclass
class Product:
    """An example in a folder of its own, built."""

    folder: Path
    built: str

    def run(self, *command: str) -> Any:
        return CliRunner(env={"MADEGOOD_DATA": str(DATA)}).invoke(main, [command[0], str(self.folder), *command[1:]])

    def reading(self, *more: str) -> dict[str, Any]:
        return json.loads(self.run("show", "--json", *more).stdout)  # type: ignore[no-any-return]


def product(name: str, folder: Path) -> Product:
    if not (DATA / name).is_dir():
        pytest.skip(f"the real data of {name} is not here ({DATA / name}); set MADEGOOD_DATA to read it elsewhere")
    shutil.copytree(ROOT / "examples" / name, folder / name, ignore=shutil.ignore_patterns("target"))
    one = Product(folder / name, "")
    done = one.run("build")
    assert done.exit_code == 0, done.output
    one.built = done.output
    return one


@pytest.fixture(scope="module")
def activitywatch(tmp_path_factory: pytest.TempPathFactory) -> Product:
    return product("activitywatch", tmp_path_factory.mktemp("aw"))


@pytest.fixture(scope="module")
def long_reading(activitywatch: Product) -> dict[str, Any]:
    """From 1 January 2025 to the last day of the facts."""
    return activitywatch.reading("--days", "599")


def test_the_statement_of_intent_is_read_and_what_it_lacks_is_said(activitywatch: Product) -> None:
    checked = activitywatch.run("check", "--format", "json")
    assert checked.exit_code == 1
    rules = [f["rule"] for f in json.loads(checked.stdout)["findings"]]
    assert rules.count("outcome-missing-target") == 3
    assert not [f for f in json.loads(checked.stdout)["findings"] if f["severity"] == "error"]


def test_every_row_comes_in(activitywatch: Product) -> None:
    assert "6,087 rows" in activitywatch.built
    assert "18,773 rows" in activitywatch.built


def test_the_effort_of_two_years_and_how_much_of_it_reached_a_user(long_reading: dict[str, Any]) -> None:
    speed, heading = long_reading["speed"], long_reading["heading"]
    assert (speed["items"], speed["reached"]) == (752, 56)
    assert sum(s["items"] for s in heading["shares"]) == 752
    assert ["need", "open-source"] in heading["unserved"]
    served = {s["id"]: s["items"] for s in heading["shares"] if s["aim"] == "need"}
    assert max(served, key=lambda need: served[need]) == "easy-to-set-up"


def test_no_release_is_judged_on_another_products_metric(long_reading: dict[str, Any]) -> None:
    own = {"chrome-users": "browser extension", "android-installs": "android app", "downloads": "desktop bundle"}
    judged = [v for o in long_reading["outcomes"] for v in o["verdicts"]]
    assert len(judged) > 20
    for verdict in judged:
        assert all(name.startswith(own[verdict["metric"]] + "/") for name in verdict["names"])


def test_the_fall_of_android_installs_is_dated_and_blamed_on_no_release(long_reading: dict[str, Any]) -> None:
    found = [e for e in long_reading["erosions"] if e["metric"] == "android-installs" and e["onset"].startswith("2023")]
    assert len(found) == 1
    assert "2023-02-01" < found[0]["onset"] < "2023-05-15"
    assert "2023-09-01" < found[0]["end"] < "2023-12-01"
    assert -0.25 < found[0]["total"]["mean"] < -0.10
    assert not found[0]["near"]


def test_the_crash_of_the_rating_is_a_changed_instrument_and_no_erosion(long_reading: dict[str, Any]) -> None:
    changed = [f for f in long_reading["fitness"] if f["metric"] == "android-rating" and f["kind"] == "instrument"]
    assert any("2026-01-15" < f["first"] < "2026-02-15" for f in changed)
    assert not [e for e in long_reading["erosions"] if e["metric"] == "android-rating" and e["end"] > "2026-01-15"]


def test_the_page_is_written_whole(activitywatch: Product) -> None:
    done = activitywatch.run("report")
    assert done.exit_code == 0, done.output
    page = (activitywatch.folder / "target" / "compass.html").read_text()
    assert "ActivityWatch" in page and page.rstrip().endswith("</html>")
    assert "nan" not in page.lower().replace("financ", "")[: page.lower().find("<style")]


def test_another_product_needs_no_code(tmp_path: Path) -> None:
    datasette = product("datasette", tmp_path)
    assert "1,821 rows" in datasette.built and "46,233 rows" in datasette.built
    reading = datasette.reading()
    assert {o["outcome"]["id"] for o in reading["outcomes"]} == {
        "people-who-publish",
        "people-who-convert",
        "people-who-prompt",
    }
    for outcome in reading["outcomes"]:
        products = {name.split("/")[0] for v in outcome["verdicts"] for name in v["names"]}
        assert len(products) == 1
    assert any(f["kind"] == "dead" for f in reading["fitness"]), "downloads end in April 2026"
