from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from madegood.engine.store import Store
from madegood.engine.tables import TABLES
from madegood.execution.facts import facts
from madegood.findings import Span
from madegood.intent.model import Bet, Project, SourceSpec, Strategy
from madegood.sources.git import digest, pull_git
from madegood.sources.pull import pull

PLACE = Span("madegood.yml", 4, 11)
Git = Callable[..., str]


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        yield opened


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Git]:
    """`git(*arguments, on=day)` in a new repository, apart from the settings of this machine."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Nobody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "dev@example.invalid")
    folder = tmp_path / "code"
    folder.mkdir()

    def run(*arguments: str, on: str = "2026-01-05") -> str:
        for who in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{who}_DATE", f"{on}T12:00:00+00:00")
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    run("init", "-q", "-b", "main")
    yield run


def commit(git: Git, title: str, body: str = "", on: str = "2026-01-05") -> None:
    git("commit", "-q", "--allow-empty", "-m", title, *(["-m", body] if body else []), on=on)


def project(tmp_path: Path, *more: SourceSpec) -> tuple[SourceSpec, Project]:
    spec = SourceSpec("code", "git", "code", place=PLACE)
    return spec, Project(str(tmp_path), sources=(spec, *more))


def titles(store: Store) -> dict[str, str]:
    return dict(store.rows("SELECT title, release FROM items"))


def test_commits_become_items_and_version_tags_releases(git: Git, store: Store, tmp_path: Path) -> None:
    commit(git, "feat(kyc)!: instant check (#12)", "Why.\n\nBet: instant-verification", on="2026-01-02")
    git("tag", "v1.0b1", on="2026-01-02")
    commit(git, "fix: wait\x1b[31m less", on="2026-01-06")
    git("tag", "-a", "v1.0", "-m", "x", on="2026-01-09")
    git("tag", "nightly")
    commit(git, "Later", on="2026-01-10")
    spec, whole = project(tmp_path)
    pulled = pull_git(spec, whole, store)
    assert (pulled.name, pulled.kind, pulled.rows, pulled.findings) == ("code", "git", 6, ())
    known = facts(store, whole, Strategy(bets=(Bet("instant-verification"),)))
    assert [(r.key, r.day, r.prerelease) for r in known.releases] == [
        ("v1.0b1", date(2026, 1, 2), True),
        ("v1.0", date(2026, 1, 9), False),
    ]
    later, fix, feat = known.items
    assert (feat.kind, feat.release, feat.done) == ("feat", "v1.0b1", date(2026, 1, 2))
    assert feat.fields == (("breaking", "yes"), ("scope", "kyc"))
    assert (fix.title, fix.release, later.release) == ("fix: wait[31m less", "v1.0", "")
    assert [(one.aim, one.to) for one in known.links] == [
        ("orphan", ""),
        ("orphan", ""),
        ("bet", "instant-verification"),
    ]


def test_nobodys_name_or_address_comes_in(git: Git, store: Store, tmp_path: Path) -> None:
    commit(git, "One", "Signed-off-by: Nobody <dev@example.invalid>")
    pull_git(*project(tmp_path), store)
    everything = repr([store.rows(f"SELECT * FROM {table.name}") for table in TABLES])
    assert "One" in everything
    assert "Nobody" not in everything
    assert "example.invalid" not in everything


def test_a_merge_is_no_item_and_its_commits_belong_to_the_first_tag_that_holds_them(
    git: Git, store: Store, tmp_path: Path
) -> None:
    commit(git, "Base", on="2026-01-01")
    git("checkout", "-q", "-b", "side")
    commit(git, "Side", on="2026-01-02")
    git("checkout", "-q", "main")
    commit(git, "Main", on="2026-01-03")
    git("tag", "v1", on="2026-01-03")
    git("merge", "-q", "--no-ff", "-m", "Merge pull request #7", "side", on="2026-01-04")
    git("tag", "v2", on="2026-01-04")
    pull_git(*project(tmp_path), store)
    assert titles(store) == {"Base": "v1", "Main": "v1", "Side": "v2"}
    assert store.rows("SELECT release, item FROM links") == [("v2", "7")]


def test_a_patch_on_an_old_branch_is_known_by_its_own_tag(git: Git, store: Store, tmp_path: Path) -> None:
    commit(git, "Base", on="2026-01-01")
    git("tag", "v1.0", on="2026-01-01")
    commit(git, "New", on="2026-01-02")
    git("checkout", "-q", "-b", "old", "v1.0")
    commit(git, "Patch", on="2026-01-03")
    git("tag", "v1.0.1", on="2026-01-03")
    git("checkout", "-q", "main")
    pull_git(*project(tmp_path), store)
    assert titles(store) == {"Base": "v1.0", "New": "", "Patch": "v1.0.1"}


def test_beside_a_tracker_commits_only_say_which_release_holds_which_item(
    git: Git, store: Store, tmp_path: Path
) -> None:
    commit(git, "fix: wait less (#12)", "Closes KYC-7")
    git("tag", "v1")
    spec, whole = project(tmp_path, SourceSpec("tracker", "items", "items.csv"))
    pull_git(spec, whole, store)
    assert not store.has("items")
    assert sorted(store.rows("SELECT release, item FROM links")) == [("v1", "12"), ("v1", "KYC-7")]
    pull_git(replace(spec, constant=(("commits", "yes"), ("product", "app"))), whole, store)
    assert store.rows("SELECT product, release FROM items") == [("app", "v1")]


def test_one_folder_and_one_kind_of_tag_of_a_shared_repository_can_be_read(
    git: Git, store: Store, tmp_path: Path
) -> None:
    for name in ("app", "web"):
        (tmp_path / "code" / name).mkdir()
        (tmp_path / "code" / name / "file").write_text(name)
        git("add", "-A")
        git("commit", "-q", "-m", f"Start {name}")
        git("tag", f"{name}-v1.0")
    spec, whole = project(tmp_path)
    pull_git(replace(spec, path="code/web", where=(("tag", "web-*"),)), whole, store)
    assert titles(store) == {"Start web": "web-v1.0"}
    assert store.rows("SELECT id FROM releases") == [("web-v1.0",)]


def test_reading_again_changes_nothing_and_the_digest_knows_when_there_is_something_new(
    git: Git, store: Store, tmp_path: Path
) -> None:
    commit(git, "One (#1)")
    git("tag", "v1")
    spec, whole = project(tmp_path)
    pull_git(spec, whole, store)
    before = [store.rows(f"SELECT * FROM {name}") for name in ("items", "releases", "links")]
    first = digest(tmp_path / "code", spec, whole)
    pull_git(spec, whole, store)
    assert [store.rows(f"SELECT * FROM {name}") for name in ("items", "releases", "links")] == before
    assert digest(tmp_path / "code", spec, whole) == first
    git("tag", "v2")
    assert digest(tmp_path / "code", spec, whole) != first


def test_tags_on_files_and_titles_without_words_do_no_harm(git: Git, store: Store, tmp_path: Path) -> None:
    (tmp_path / "code" / "file").write_text("a\0b")
    git("add", "-A")
    git("commit", "-q", "--allow-empty-message", "-m", "")
    git("tag", "v1-file", git("rev-parse", "HEAD:file"))
    git("tag", "v1", on="2026-01-06")
    pulled = pull_git(*project(tmp_path), store)
    assert not pulled.findings
    assert titles(store) == {"": "v1"}


def test_settings_of_the_surrounding_git_hook_do_not_lead_elsewhere(
    git: Git, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(git, "One")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    pull_git(*project(tmp_path), store)
    assert titles(store) == {"One": ""}


def broken(store: Store, spec: SourceSpec, whole: Project) -> str:
    """The rule found; the finding has a place and a mend, and the old rows stay."""
    store.execute("INSERT INTO items (id, source) VALUES ('old', 'code')")
    pulled = pull_git(spec, whole, store)
    (finding,) = pulled.findings
    assert finding.span == PLACE
    assert finding.message and finding.mend
    assert finding.severity == "error"
    assert store.rows("SELECT id FROM items") == [("old",)]
    return finding.rule


def test_a_folder_that_is_not_there_or_no_repository_is_a_finding(store: Store, tmp_path: Path) -> None:
    spec, whole = project(tmp_path)
    assert broken(store, spec, whole) == "source-missing"


def test_a_folder_outside_any_repository_is_a_finding(store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "code").mkdir()
    assert broken(store, *project(tmp_path)) == "source-not-what-it-says"


def test_an_empty_repository_is_a_finding(git: Git, store: Store, tmp_path: Path) -> None:
    assert broken(store, *project(tmp_path)) == "source-empty"


def test_a_shallow_clone_is_a_finding(git: Git, store: Store, tmp_path: Path) -> None:
    commit(git, "One")
    commit(git, "Two")
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{tmp_path}/code", str(tmp_path / "shallow")], check=True
    )
    spec, whole = project(tmp_path)
    assert broken(store, replace(spec, path="shallow"), whole) == "source-shallow"


def test_a_damaged_repository_is_a_finding(git: Git, store: Store, tmp_path: Path) -> None:
    commit(git, "One")
    commit(git, "Two")
    first = git("rev-parse", "HEAD~1")
    (tmp_path / "code" / ".git" / "objects" / first[:2] / first[2:]).unlink()
    assert broken(store, *project(tmp_path)) == "source-git"


def test_without_the_program_git_there_is_a_finding(
    git: Git, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(git, "One")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broken(store, *project(tmp_path)) == "source-git"


def test_without_tags_the_commits_come_in_with_a_warning(git: Git, store: Store, tmp_path: Path) -> None:
    commit(git, "One")
    pulled = pull_git(*project(tmp_path), store)
    (finding,) = pulled.findings
    assert (finding.rule, finding.severity) == ("source-without-tags", "warning")
    assert titles(store) == {"One": ""}


def test_pulling_a_repository_twice_changes_nothing_and_says_the_same(git: Git, store: Store, tmp_path: Path) -> None:
    commit(git, "feat: one")
    _, whole = project(tmp_path)
    first = pull(whole, store)[0]
    again = pull(whole, store)[0]
    assert [f.rule for f in first.findings] == ["source-without-tags"]
    assert again == replace(first, unchanged=True)
    git("tag", "v1.0.0")
    third = pull(whole, store)[0]
    assert not third.unchanged and not third.findings and pull(whole, store)[0].unchanged


def test_a_repository_in_place_of_a_file_takes_the_rows_of_the_file_out(git: Git, store: Store, tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("metric,day,value\nusers,2026-01-01,5\nusers,never,5\n")
    spec, whole = project(tmp_path)
    as_file = replace(spec, kind="daily", path="it.csv")
    pull(replace(whole, sources=(as_file,)), store)
    assert store.has("daily") and store.has("set_aside")
    broken = pull(whole, store)[0]
    assert [f.rule for f in broken.findings] == ["source-empty"] and store.has("daily"), "what was there stays"
    commit(git, "feat: one")
    assert not pull(whole, store)[0].unchanged
    assert not store.has("daily") and not store.has("set_aside") and store.has("items")
