"""Exports as trackers and tools give them: what is proposed says the kind, and reads the file when pasted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madegood.engine.store import Store
from madegood.intent.parse import load
from madegood.sources.guess import guess, guesses
from madegood.sources.pull import pull

EXPORTS = Path(__file__).parent / "exports"  # made up, with the headers that the tools write
#: file -> (the kind of its records, how many rows of it each proposed source uses)
FILES = {
    "jira.csv": ("items", 2),
    "github_issues.jsonl": ("items", 2),
    "github.csv": ("items", 2),
    "linear.csv": ("items", 1),
    "gitlab.csv": ("items", 1),
    "events.csv": ("events", 2),
    "amplitude.csv": ("events", 1),
    "nps.csv": ("responses", 1),
    "daily_metrics.csv": ("daily", 2),
    "wide.csv": ("daily", 2),
    "releases.csv": ("releases", 1),
    "jira_history.csv": ("states", 1),
    "exposures.csv": ("exposures", 1),
    "orders.csv": ("events", 2),
    "azure.csv": ("items", 1),
    "trello.csv": ("items", 1),
}


def project(root: Path, yaml: str) -> Path:
    (root / "madegood.yml").write_text(f"madegood: 1\nname: it\nsources:\n{yaml}", encoding="utf-8")
    return root


@pytest.mark.parametrize("name", FILES)
def test_what_is_proposed_reads_the_file_when_it_is_pasted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, rows = FILES[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes((EXPORTS / name).read_bytes())
    proposed = guess(tmp_path / name)
    assert proposed.spec is not None and (proposed.spec.kind, proposed.spec.path) == (kind, name), proposed
    loaded = load(project(tmp_path, proposed.yaml()))
    assert not [f for f in loaded.findings if f.severity == "error"], loaded.findings
    assert loaded.project.sources == (proposed.spec, *proposed.more)
    with Store.open(None) as store:
        for one in pull(loaded.project, store):
            assert (one.rows, one.set_aside) == (rows, 0), one
            assert not [f for f in one.findings if f.severity == "error"]


def test_items_are_told_by_their_own_columns() -> None:
    for name in ("jira.csv", "linear.csv", "gitlab.csv", "github.csv"):
        spec = guess(EXPORTS / name).spec
        assert spec is not None and dict(spec.columns)["done"] in {
            "Resolved",
            "Completed",
            "Closed At (UTC)",
            "closed_at",
        }
        assert "estimate" not in dict(spec.columns), "points are not person-days"


def test_days_that_may_be_either_way_round_are_doubted(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("metric,date,value\nusers,03/04/2026,5\n")
    assert any("03/04/2026" in doubt for doubt in guess(tmp_path / "it.csv").doubts)


def test_ids_that_repeat_are_made_of_line_numbers(tmp_path: Path) -> None:
    rows = "".join(f"app,1.0,2026-01-01,Text {i}\n" for i in range(20))
    (tmp_path / "items.csv").write_text("product,version,date,text\n" + rows)
    spec = guess(tmp_path / "items.csv").spec
    assert spec is not None and spec.kind == "items" and dict(spec.columns)["id"] == "product + version + row"


def test_paths_are_said_from_where_madegood_yml_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "it.csv").write_text("metric,day,value\n")
    (tmp_path / "madegood.yml").write_text("madegood: 1\n")
    monkeypatch.chdir(tmp_path / "facts")
    for path in (tmp_path / "facts" / "it.csv", Path("it.csv")):
        spec = guess(path).spec
        assert spec is not None and spec.path == "facts/it.csv"


def test_files_of_one_name_become_sources_of_their_own(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "it.csv").write_text("metric,day,value\n")
    names = [g.spec.name for g in guesses([tmp_path / "a" / "it.csv", tmp_path / "b" / "it.csv"]) if g.spec]
    assert names == ["it", "it-daily"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("it.csv", b"", "is empty"),
        ("it.csv", b"foo,bar\n1,x\n", "fit no kind of record: foo, bar"),
        ("it.png", b"\x89PNG", "ends in `.png`"),
        ("it.csv", b"\x89PNG\r\n", "PNG picture"),
        ("it.parquet", b"PAR1", "no Parquet file"),
        ("it.json", b"[" * 50_000, "cannot be read"),
        ("it.jsonl", b"[1]\nx", "cannot be read"),
    ],
)
def test_why_nothing_is_proposed_is_said_in_a_comment(name: str, data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    found = guess(tmp_path / name)
    assert found.spec is None and words in found.why
    assert found.yaml().startswith(f"  # {name}: ") and found.yaml().count("\n") == 1
    assert guess(tmp_path / "missing.csv").why == "cannot be read: No such file or directory"
    assert "holds no file" in guess(tmp_path / ".").why or guess(tmp_path).why


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from("id title date day metric value user event at score a:b #x 'q {y [z".split()), max_size=6)
)
def test_whatever_the_header_the_proposal_is_yaml_that_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    root = tmp_path_factory.mktemp("p")
    (root / "it.csv").write_text(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    proposed = guess(root / "it.csv", "it.csv")
    if proposed.spec is not None:
        loaded = load(project(root, proposed.yaml()))
        assert loaded.project.sources == (proposed.spec, *proposed.more)
        with Store.open(None) as store:
            for one in pull(loaded.project, store):
                assert not [f for f in one.findings if f.rule.startswith("source-column") and f.severity == "error"]
