"""docs/sources.md: its example is read, its lists are those of the code, its findings are all that there are."""

from __future__ import annotations

import re
from pathlib import Path

from madegood.intent.parse import load
from madegood.sources.page import FINDINGS, lists

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_lists_are_fresh() -> None:
    told = "stale: replace what follows `What a record needs is` by: python -m madegood.sources.page"
    assert PAGE.split("a row without it is set aside.\n\n", 1)[1] == lists(), told


def test_every_finding_of_a_source_is_on_the_page() -> None:
    said: set[str] = set()
    for path in (ROOT / "src" / "madegood" / "sources").rglob("*.py"):
        if path.name != "page.py":
            said |= set(re.findall(r'"(source-[a-z-]+)"', path.read_text(encoding="utf-8")))
    assert said == {name for name, _, _ in FINDINGS}


def test_the_example_is_read_without_a_finding(tmp_path: Path) -> None:
    example = PAGE.split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "madegood.yml").write_text(example, encoding="utf-8")
    loaded = load(tmp_path)
    assert not [f for f in loaded.findings if f.severity == "error"]
    assert [spec.kind for spec in loaded.project.sources] == ["items", "daily", "git"]
    assert dict(loaded.project.sources[0].where) == {"Issue Type": "!Sub-task"}
