"""The page in a real browser: no axe violation, no request, no error, nothing wider than a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from madegood.faces.report import report
from madegood.reading import Reading

pytestmark = pytest.mark.browser
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
VIEWS = {"light": (1440, "light"), "dark": (1440, "dark"), "phone": (390, "light"), "phone-dark": (390, "dark")}


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    path = os.environ.get("MADEGOOD_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        pytest.skip("no Chromium on PATH; name one in MADEGOOD_CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def page_file(sample: Reading, tmp_path: Path) -> Path:
    path = tmp_path / "compass.html"
    path.write_text(report(sample), encoding="utf-8")
    return path


@pytest.mark.parametrize("view", list(VIEWS))
def test_the_page_can_be_used_by_everyone_and_asks_for_nothing(browser, page_file: Path, view: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    width, scheme = VIEWS[view]
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert [u for u in asked if not u.startswith(("data:", page_file.as_uri()))] == []
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    context.close()


def test_in_print_nothing_is_wider_than_the_sheet_and_folded_parts_are_open(browser, page_file: Path) -> None:
    context = browser.new_context(viewport={"width": 688, "height": 1000})  # A4 less 14 mm on either side, at 96 dpi
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    heights = page.evaluate(
        "[...document.querySelectorAll('details > :not(summary)')].map(e => e.getBoundingClientRect().height)"
    )
    assert all(height > 0 for height in heights)
    context.close()
