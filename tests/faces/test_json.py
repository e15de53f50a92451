"""A reading as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from madegood.direction.model import Forecast
from madegood.evidence.model import Account, Cumulative, Decomposition, Effect, Part, Substitution, Verdict
from madegood.evidence.model import Path as Drawn
from madegood.faces.json import KEPT_BACK, to_json
from madegood.reading import MetricReading, OutcomeReading, Reading

DOCS = Path(__file__).parents[2] / "docs" / "page.md"


def test_every_reading_is_json_with_its_schema_and_sentence(sample: Reading) -> None:
    said = json.loads(to_json(sample))
    assert said["schema"] == "madegood/reading@1"
    assert said["on"] == "2026-09-30"
    assert said["sentence"].endswith(".")


def test_a_refusal_keeps_its_reason_and_its_next_step(samples: dict[str, Reading]) -> None:
    assert json.loads(to_json(samples["empty"]))["speed"] == {
        "refused": "speed",
        "why": "madegood.yml names no sources",
        "until": "name one: madegood doctor FILE",
    }


def test_a_figure_that_is_none_is_null_and_never_nan(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    broken = replace(rich, speed=replace(rich.speed, per_week=float("nan")))
    assert json.loads(to_json(broken))["speed"]["per_week"] is None


def test_owners_and_places_in_files_are_kept_back(samples: dict[str, Reading]) -> None:
    rich = samples["rich"]
    owned = replace(rich.strategy, outcomes=tuple(replace(o, owner=("ana",)) for o in rich.strategy.outcomes))
    text = to_json(replace(rich, strategy=owned))
    assert "ana" not in text.split()
    assert '"owner"' not in text
    assert '"places"' not in text


@pytest.mark.parametrize(
    "thing",
    [Reading, OutcomeReading, MetricReading, Decomposition, Part, Cumulative, Drawn, Forecast, Verdict, Effect,
     Substitution, Account],
)  # fmt: skip
def test_every_field_is_explained(thing: type) -> None:
    named = set(re.findall(r"`(\w+)`", DOCS.read_text(encoding="utf-8")))
    assert {f.name for f in fields(thing)} - KEPT_BACK - named == set()
