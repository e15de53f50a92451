from __future__ import annotations

import tempfile
from pathlib import Path

import jsonschema_rs
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madegood.intent.model import KnownEvent, Metric, Need, Outcome, Project, Selector, SourceSpec, Strategy
from madegood.intent.parse import load, parse
from madegood.intent.schema import json_schema
from madegood.intent.write import write, write_folder

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
SCHEMA = jsonschema_rs.validator_for(json_schema())


@SLOW
@given(st.data())
def test_a_strategy_written_and_read_again_is_the_same(
    any_strategy: st.SearchStrategy[Strategy], data: st.DataObject
) -> None:
    strategy = data.draw(any_strategy)
    again, findings = parse(write(strategy), "strategy.yml")
    assert findings == ()
    assert again == strategy


@SLOW
@given(st.data())
def test_the_schema_takes_every_file_that_is_written(
    any_strategy: st.SearchStrategy[Strategy], data: st.DataObject
) -> None:
    text = write(data.draw(any_strategy))
    errors = [f"{list(e.instance_path)} {e.message}" for e in SCHEMA.iter_errors(yaml.load(text, yaml.BaseLoader))]
    assert not errors


@settings(SLOW, max_examples=30)
@given(st.data())
def test_a_folder_written_and_loaded_again_is_the_same(
    any_strategy: st.SearchStrategy[Strategy], data: st.DataObject
) -> None:
    strategy = data.draw(any_strategy)
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Project(folder, "Payments"), strategy, Path(folder))
        loaded = load(Path(folder))
    assert loaded.findings == ()
    for kind in ("outcomes", "needs", "bets", "metrics"):
        ours, theirs = getattr(strategy, kind), getattr(loaded.strategy, kind)
        assert sorted(ours, key=lambda t: t.id) == sorted(theirs, key=lambda t: t.id)


def test_a_project_written_and_loaded_again_is_the_same(tmp_path: Path) -> None:
    from datetime import date

    project = Project(
        str(tmp_path.resolve()),
        "Payments: Über",
        sources=(
            SourceSpec(
                "backlog",
                "items",
                "facts/*.csv",
                (("id", "a + b"), ("title", "Summary")),
                (("product", "app"),),
                ("repo",),
                (("kind", "x"),),
            ),
            SourceSpec("code", "git", ".."),
        ),
        upkeep=(Selector("kind:ci", (("kind", "ci"),)),),
        events=(
            KnownEvent(date(2026, 1, 1), date(2026, 1, 3), "outage", ("m",)),
            KnownEvent(date(2026, 2, 1), date(2026, 2, 1), "fair"),
        ),
        rules=(("evidence-stale", "off"),),
        period=365,
        timezone="Europe/Lisbon",
        done_states=("erledigt",),
    )
    write_folder(project, Strategy(), tmp_path)
    loaded = load(tmp_path)
    assert loaded.findings == ()
    assert loaded.project == project


def test_what_is_written_reads_like_what_a_person_writes() -> None:
    strategy = Strategy(
        (Outcome("paid", "More people pay", metric="payers"),), (Need("safe", evidence=()),), (), (Metric("payers"),)
    )
    assert write(strategy) == (
        "outcomes:\n  - outcome: paid\n    title: More people pay\n    metric: payers\n"
        "needs:\n  - need: safe\nmetrics:\n  - metric: payers\n"
    )


def test_a_folder_keeps_ids_apart_on_every_file_system_and_stays_in_its_folder(tmp_path: Path) -> None:
    ids = ("paid", "Paid", "README", "../out", "a b", "con/x")
    strategy = Strategy(tuple(Outcome(name) for name in ids))
    made = write_folder(Project(str(tmp_path), "P"), strategy, tmp_path)
    assert len({str(path).lower() for path in made}) == len(ids) + 1
    assert all(path.resolve().is_relative_to(tmp_path.resolve()) for path in made)
    assert {o.id for o in load(tmp_path).strategy.outcomes} == set(ids)


def test_a_project_that_names_one_file_keeps_its_strategy_there(tmp_path: Path) -> None:
    strategy = Strategy((Outcome("paid", owner=("product: ana", "design: li"), prose="Why.\n\nAnd how."),))
    made = write_folder(Project(str(tmp_path), "P", strategy="plan.yml"), strategy, tmp_path)
    assert [path.name for path in made] == ["madegood.yml", "plan.yml"]
    assert "product: ana\n" in made[1].read_text()
    assert load(tmp_path).strategy == strategy


def test_the_schema_refuses_a_slip_in_a_fields_name() -> None:
    assert not SCHEMA.is_valid({"outcomes": [{"outcome": "a", "traget": "48 %"}]})
    assert SCHEMA.is_valid({"outcomes": [{"outcome": "a", "target": "48 %"}]})
