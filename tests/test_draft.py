"""`init`: a draft from what exists, that loads, builds and shows at once, and overwrites nothing."""

from __future__ import annotations

import json
import subprocess
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from madegood.__main__ import main
from madegood.draft import draft
from madegood.draft.work import selecting, work
from madegood.errors import UsageError
from madegood.execution.model import WorkItem
from madegood.execution.select import pick
from madegood.intent.parse import Loaded, load
from madegood.rules.check import check

TODAY = date(2026, 11, 20)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=20)


def run(*command: str | Path) -> Any:
    return CliRunner().invoke(main, [str(part) for part in command])


def day(i: int) -> str:
    return f"2026-{1 + i // 28:02d}-{1 + i % 28:02d}"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    backlog, daily = tmp_path / "in" / "backlog.csv", tmp_path / "in" / "metrics.csv"
    backlog.parent.mkdir()
    epics = ["EPIC-1,New checkout,,epic,", "EPIC-2,Faster search,,epic,"]
    rows = [f"T-{i},Item {i},EPIC-{1 + i % 2},{'ci' if i % 5 == 0 else 'feature'},{day(i)}" for i in range(120)]
    backlog.write_text("Key,Summary,Epic Link,Issue Type,Resolved\n" + "\n".join(epics + rows) + "\n")
    values = [f"{name},{day(i)},{100 + i % 9}" for i in range(150) for name in ("active_users", "crash_rate", "stars")]
    daily.write_text("metric,date,value\n" + "\n".join(values) + "\n")
    return backlog, daily


def test_a_draft_loads_builds_and_shows_at_once(files: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    done = run("init", "--from", files[0], "--from", files[1], "--name", "Shop", folder)
    assert done.exit_code == 0, done.output
    loaded = load(folder)
    assert not [f for f in loaded.findings if f.severity == "error"]
    strategy = loaded.strategy
    assert {bet.title for bet in strategy.bets} == {"New checkout", "Faster search"}
    assert all(thing.status == "proposed" for thing in (*strategy.outcomes, *strategy.bets, *strategy.needs))
    assert strategy.outcomes[0].metric == "active-users", "nearest to customers first"
    baseline = strategy.outcomes[0].baseline
    assert baseline is not None and baseline.value == pytest.approx(104, abs=1)
    assert all(outcome.target is None for outcome in strategy.outcomes), "only a person can say where it should be"
    assert {m.id: m.good for m in strategy.metrics}["crash-rate"] == "down"
    assert [s.text for s in loaded.project.upkeep] == ["kind:ci"]
    assert "project" in done.output and "in/backlog.csv" in (folder / "madegood.yml").read_text()
    assert run("build", folder).exit_code == 0
    assert json.loads(run("show", folder, "--json").stdout)["heading"]["total"] > 0
    assert run("report", folder).exit_code == 0


def test_a_draft_overwrites_nothing(files: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    run("init", "--from", files[1], folder)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    again = run("init", "--from", files[1], folder)
    assert again.exit_code == 2 and "there already" in again.stderr
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_an_empty_folder_says_how_to_begin_and_stays_empty(tmp_path: Path) -> None:
    done = run("init", tmp_path)
    assert done.exit_code == 2
    assert "--from" in done.stderr
    assert not list(tmp_path.iterdir())


def test_files_that_fit_nothing_are_named_with_the_reason(files: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("x,y\n1,2\n")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0")
    done = run(
        "init", "--from", tmp_path / "odd.csv", "--from", tmp_path / "picture.csv", "--from", files[1], tmp_path / "p"
    )
    assert done.exit_code == 0, done.output
    assert "odd.csv: has columns that fit no kind of record" in done.output
    assert "PNG" in done.output


def test_files_in_the_usual_places_are_found(files: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "facts").mkdir(parents=True)
    for path in files:
        (folder / "facts" / path.name).write_bytes(path.read_bytes())
    assert run("init", folder).exit_code == 0
    assert "path: facts/backlog.csv" in (folder / "madegood.yml").read_text()


def test_a_git_repository_alone_is_enough(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    subprocess.run([*git, "init", "-q"], check=True)
    for i in range(6):
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", f"feat(search): part {i}"], check=True)
    subprocess.run([*git, "tag", "v1.0.0"], check=True)
    done = run("init", tmp_path)
    assert done.exit_code == 0, done.output
    loaded = load(tmp_path)
    assert [need.title for need in loaded.strategy.needs] == ["Search"]
    assert run("build", tmp_path).exit_code == 0


def errors(loaded: Loaded) -> list[str]:
    """What `check` would not let pass."""
    return [f"{f.rule}: {f.message}" for f in check(loaded, TODAY) if f.severity == "error"]


def table(path: Path, header: str, rows: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@settings(max_examples=12, deadline=None)
@given(st.lists(NAMES.filter(str.strip), min_size=1, max_size=4, unique=True), st.lists(NAMES, min_size=1, max_size=4))
def test_whatever_is_drafted_passes_the_check(metrics: list[str], labels: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "p"
        daily = [f"{cell(name)},{day(i)},{i % 7 + n}" for n, name in enumerate(metrics) for i in range(40)]
        items = [
            f"{i},{cell(labels[i % len(labels)])},{cell(labels[0])},{cell(labels[-1])},{day(i)}" for i in range(30)
        ]
        table(root / "daily.csv", "metric,day,value", daily)
        table(root / "items.csv", "id,title,labels,parent,done", items)
        draft(root, (), "", TODAY)
        loaded = load(root)
        assert not loaded.findings
        assert not errors(loaded)


@settings(deadline=None)
@given(NAMES, st.lists(NAMES, max_size=5))
def test_a_selector_picks_the_value_it_was_made_for_and_no_other(value: str, others: list[str]) -> None:
    items = tuple(WorkItem(str(i), kind=kind) for i, kind in enumerate([value, *others]))
    selector = selecting("kind", value)
    if selector is not None:
        same = value.strip().casefold()
        assert {i.kind.strip().casefold() for i in pick(items, selector)} == {same}


def test_every_selector_of_a_draft_picks_what_it_says() -> None:
    days = [date(2026, 1 + i // 28, 1 + i % 28) for i in range(120)]
    items = tuple(
        WorkItem(
            str(i), f"speed-of-search {i}", labels=("bug", ("sync", "speed-of-search")[i % 3 > 0])[i % 2 :], done=day
        )
        for i, day in enumerate(days)
    )
    found = work(items, days[-1])
    assert {need.title for need in found.needs} == {"Speed of search", "Sync"}, "`bug` says how, not what for"
    for need in found.needs:
        picked = pick(items, need.work[0])
        assert f"picks {len(picked)} items" in dict(need.meta)["drafted"]
    assert "speed-of-search" not in {need.id for need in found.needs}, "titles of other items hold it"


def test_where_work_was_done_is_no_need(tmp_path: Path) -> None:
    rows = [f"{i},Item {i},web,{day(i)}" for i in range(60)]
    table(tmp_path / "items.csv", "id,title,repo,done", rows)
    lines = draft(tmp_path, (), "", TODAY)
    assert not load(tmp_path).strategy.needs
    assert any("no epic, label or component gathers" in line for line in lines)


def test_a_draft_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(tmp_path / "in.csv", "metric,day,value", [f"users,{day(i)},{i}" for i in range(40)])
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(PermissionError):
        draft(tmp_path / "a" / "b", (tmp_path / "in.csv",), "", TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_sources_that_cannot_be_read_are_left_out_and_the_rest_is_drafted(tmp_path: Path) -> None:
    table(tmp_path / "good.csv", "metric,day,value", [f"users,{day(i)},{i % 9}" for i in range(40)])
    table(tmp_path / "bad.csv", "metric,day,value", ["users,notaday,1"])
    table(tmp_path / "none.csv", "metric,day,value", [])
    lines = draft(tmp_path, (), "", TODAY)
    assert [spec.path for spec in load(tmp_path).project.sources] == ["good.csv"]
    assert [line for line in lines if "bad.csv" in line] and [line for line in lines if "none.csv" in line]
    with pytest.raises(UsageError, match=r"none\.csv"):
        draft(tmp_path / "p", (tmp_path / "bad.csv", tmp_path / "none.csv"), "", TODAY)
    assert not (tmp_path / "p").exists()


def test_files_that_differ_only_in_digits_are_one_source(tmp_path: Path) -> None:
    for month in (1, 2, 3):
        rows = [f"u{i % 9},2026-{month:02d}-{1 + i % 28:02d}T10:00:00,paid" for i in range(60)]
        table(tmp_path / "data" / f"events-2026-{month:02d}.csv", "user_id,timestamp,event", rows)
    draft(tmp_path, (), "", date(2026, 4, 1))
    loaded = load(tmp_path)
    assert [(spec.name, spec.path) for spec in loaded.project.sources] == [("events", "data/events-*.csv")]
    assert {metric.kind for metric in loaded.strategy.metrics} == {"active", "count"}, "never a conversion"


def test_only_what_is_near_to_customers_becomes_an_outcome_with_its_last_four_weeks_as_baseline(tmp_path: Path) -> None:
    rows = [
        f"{name},{product},{day(i)},{value}"
        for i in range(84)
        for name, product, value in (
            ("github_stars", "", i * i),
            ("weekly_users", "app", 1000 + i % 7),
            ("daily_users", "app", 500 + i % 7),
            ("weekly_users", "web", 77 + i % 2),
            ("crash_free_rate", "", 0.9 + i % 7 / 100),
            ("old_users", "", 5 + i % 7) if i < 20 else ("churn", "", 3 + i % 7),
        )
    ]
    table(tmp_path / "daily.csv", "metric,product,day,value", rows)
    table(tmp_path / "releases.csv", "id,product,day", [f"v1,app,{day(5)}", f"v2,app,{day(9)}", f"v1,web,{day(7)}"])
    lines = draft(tmp_path, (), "", TODAY)
    strategy = load(tmp_path).strategy
    metrics = {metric.id: metric for metric in strategy.metrics}
    assert metrics["churn"].good == "down" and metrics["crash-free-rate"].good == "up"
    assert metrics["crash-free-rate"].unit == "%"
    assert metrics["app-weekly-users"].product == ("app",)
    assert {o.metric for o in strategy.outcomes} == {"app-weekly-users", "web-weekly-users", "daily-users"}
    first = next(o for o in strategy.outcomes if o.metric == "app-weekly-users")
    assert first.baseline is not None and first.baseline.value == 1000, "1003, to three digits"
    assert first.since == date.fromisoformat(day(83)) and first.target is None and first.by is None
    assert any("old_users" in line for line in lines)


@pytest.mark.parametrize("there", ["madegood.yml", "strategy.yml", "strategy/x.md"])
def test_what_stands_there_already_is_left_alone(there: str, tmp_path: Path) -> None:
    table(tmp_path / "daily.csv", "metric,day,value", [f"users,{day(i)},{i}" for i in range(40)])
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(UsageError, match="already"):
        draft(tmp_path, (), "", TODAY)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_of_the_same_number_over_several_lengths_the_shortest_is_proposed(tmp_path: Path) -> None:
    names = ("installs_30d", "installs_90d", "http_404", "http_500")
    rows = [f"{name},{day(i)},{i % 9 + len(name)}" for i in range(60) for name in names]
    table(tmp_path / "daily.csv", "metric,day,value", rows)
    lines = draft(tmp_path, (), "", TODAY)
    assert {m.id for m in load(tmp_path).strategy.metrics} == {"installs-30d", "http-404", "http-500"}
    assert any("installs-90d" in line for line in lines)


def test_numbers_that_ended_before_the_other_facts_are_read_on_their_own_last_day(tmp_path: Path) -> None:
    table(tmp_path / "daily.csv", "metric,day,value", [f"users,{day(i)},{i % 9}" for i in range(60)])
    table(tmp_path / "items.csv", "id,title,done", ["1,One,2026-10-01"])
    lines = draft(tmp_path, (), "", TODAY)
    assert load(tmp_path).strategy.outcomes[0].since == date.fromisoformat(day(59))
    assert any("the daily numbers end on 4 Mar 2026" in line for line in lines)
