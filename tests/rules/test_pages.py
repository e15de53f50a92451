"""Every page of docs/rules: its first example gives exactly the finding beside it, its second gives none such."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from madegood.faces.findings import text
from madegood.findings import Finding
from madegood.intent.parse import load
from madegood.rules import names, summaries
from madegood.rules.check import check
from madegood.rules.index import index
from madegood.rules.snapshot import read_snapshot

PAGES = Path(__file__).resolve().parents[2] / "docs" / "rules"
ON = date(2026, 9, 1)  # the day on which the pages say they are read
BLOCK = re.compile(r"^```(yaml|json|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(name: str, kind: str) -> list[str]:
    """The fenced blocks of one kind on a page, before the part that says how to switch the rule off."""
    body = (PAGES / f"{name}.md").read_text(encoding="utf-8").split("## To argue with it")[0]
    return [found[2] for found in BLOCK.finditer(body) if found[1] == kind]


def project(folder: Path, example: str, effort: str = "") -> Path:
    """A project that holds the example: madegood.yml where it says so, else strategy.yml."""
    where = example.partition("\n")[0].removeprefix("# ") if example.startswith("# ") else "strategy.yml"
    (folder / "madegood.yml").write_text("madegood: 1\nname: Example\nstrategy: strategy.yml\n", encoding="utf-8")
    (folder / where).write_text(example, encoding="utf-8")
    if effort:
        (folder / "target").mkdir()
        (folder / "target" / "effort.json").write_text(effort, encoding="utf-8")
    return folder


def found(folder: Path) -> tuple[Finding, ...]:
    return check(load(folder), ON, read_snapshot(folder / "target" / "effort.json"))


def test_every_name_has_a_page_and_every_page_a_name() -> None:
    assert sorted(p.stem for p in PAGES.glob("*.md")) == sorted([*names(), "README"])


@pytest.mark.parametrize("name", names())
def test_a_page_gives_the_finding_it_shows(name: str, tmp_path: Path) -> None:
    effort = blocks(name, "json")
    given = found(project(tmp_path, blocks(name, "yaml")[0], effort[0] if effort else ""))
    mine = [f for f in given if f.rule == name]
    assert mine, f"nothing was found; others: {[f.rule for f in given]}"
    assert text(mine) + "\n" == blocks(name, "text")[0]
    assert all(f.span.line >= 1 and f.mend and f.message for f in mine)


@pytest.mark.parametrize("name", names())
def test_a_mended_example_gives_no_such_finding(name: str, tmp_path: Path) -> None:
    effort = blocks(name, "json")
    given = found(project(tmp_path, blocks(name, "yaml")[1], effort[1] if effort else ""))
    unread = {"unreadable", "unknown-field", "wrong-kind", "missing-id", "bad-number", "bad-date", "bad-effect"}
    assert not [f for f in given if f.rule == name or f.rule in unread]


@pytest.mark.parametrize("name", names())
def test_a_page_says_how_to_argue_with_it(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name}\n\n**{summaries()[name]}.**\n")
    assert f"  {name}: off" in page


def test_the_index_is_fresh() -> None:
    told = "stale: python -m madegood.rules.index > docs/rules/README.md"
    assert (PAGES / "README.md").read_text(encoding="utf-8") == index(), told
