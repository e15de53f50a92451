"""Every example of docs/strategy.md and docs/selectors.md is read without a finding, and fits the schema."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from madegood.intent.parse import load
from madegood.intent.schema import json_schema

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```(yaml|markdown)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    pytest.param(found[1], found[2], id=f"{page}-{i}")
    for page in ("strategy", "selectors")
    for i, found in enumerate(BLOCK.finditer((DOCS / f"{page}.md").read_text(encoding="utf-8")), 1)
]


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_an_example_is_read_without_a_finding(kind: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "madegood.yml").write_text("madegood: 1\n", encoding="utf-8")
    (tmp_path / "strategy").mkdir()
    name = "madegood.yml" if text.startswith("madegood:") else f"strategy/a.{'md' if kind == 'markdown' else 'yml'}"
    (tmp_path / name).write_text(text, encoding="utf-8")
    loaded = load(tmp_path)
    assert loaded.findings == ()
    strategy = loaded.strategy
    things = (*strategy.outcomes, *strategy.needs, *strategy.bets, *strategy.metrics, *loaded.project.sources)
    assert things, "an example says something"


@pytest.mark.parametrize(("kind", "text"), [e for e in EXAMPLES if e.values[0] == "yaml"])
def test_a_yaml_example_fits_the_schema(kind: str, text: str) -> None:
    errors = jsonschema_rs.validator_for(json_schema()).iter_errors(yaml.load(text, yaml.BaseLoader))
    assert [f"{list(e.instance_path)} {e.message}" for e in errors] == []


def test_there_are_examples_of_every_thing() -> None:
    text = "".join(str(e.values[1]) for e in EXAMPLES)
    assert all(re.search(rf"^\W*{word}: ", text, re.MULTILINE) for word in ("outcome", "need", "bet", "metric"))
