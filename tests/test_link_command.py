"""`madegood link` and `madegood export links` as a person calls them."""

from __future__ import annotations

import csv
import json
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from madegood.__main__ import main

PROJECT = """\
madegood: 1
sources: [{name: backlog, kind: items, path: backlog.csv}]
outcomes: [{outcome: activation}]
bets:
  - bet: instant      # permanent
    achieve: activation
    title: Instant verification
    also: [passport, selfie]
  - {bet: fees, title: Fee preview, achieve: activation, also: [quote]}
"""
BACKLOG = """\
id,title,done
K-1,Passport camera,2026-03-02
K-2,Selfie retry,2026-03-03
K-3,Quote page,2026-03-04
K-4,Bump Gradle,2026-03-05
"""


def run(*command: str | Path, typed: str = "") -> Any:
    return CliRunner().invoke(main, [str(part) for part in command], input=typed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "madegood.yml").write_text(PROJECT)
    (tmp_path / "backlog.csv").write_text(BACKLOG)
    assert run("build", tmp_path).exit_code == 0
    return tmp_path


def test_answers_are_written_one_by_one_and_asked_once(folder: Path) -> None:
    first = run("link", folder, typed="y\nn\nq\n")
    assert first.exit_code == 0, first.output
    assert "bet instant: Instant verification (2 items of the period may belong to it)" in first.stdout
    assert "it says passport" in first.stdout and "1 yes, 1 no, 1 left" in first.stderr
    said = (folder / "madegood.yml").read_text()
    assert "# permanent" in said and said.count("- id:K-") == 1
    assert run("why", "K-1", "--folder", folder).stdout.count("instant") + said.count("id:K-2") >= 1
    second = run("link", folder, typed="")
    assert "1 of 1" in second.stdout and "Quote page" in second.stdout and "0 yes, 0 no, 1 left" in second.stderr
    assert second.exit_code == 0


def test_json_asks_nothing_and_a_table_answers_everything(folder: Path) -> None:
    before = (folder / "madegood.yml").read_text()
    told = json.loads(run("link", folder, "--json").stdout)["suggestions"]
    assert {one["item"]: one["to"] for one in told} == {"K-1": "instant", "K-2": "instant", "K-3": "fees"}
    assert (folder / "madegood.yml").read_text() == before
    table = list(csv.DictReader(StringIO(run("export", "links", "--suggested", folder).stdout)))
    out = StringIO()
    writer = csv.DictWriter(out, table[0])
    writer.writeheader()
    writer.writerows(row | {"answer": "yes" if row["suggested_to"] else ""} for row in table)
    (folder / "answers.csv").write_text(out.getvalue())
    done = run("link", folder, "--answers", folder / "answers.csv")
    assert done.exit_code == 0 and "3 yes, 0 no, 1 left" in done.stderr, done.output
    links = json.loads(run("export", "links", folder, "--format", "json").stdout)["links"]
    assert [one.get("label", "") for one in links] == ["bet:instant", "bet:instant", "bet:fees", ""]
    assert links[0]["outcome"] == "activation" and run("check", folder).exit_code in (0, 1)


def test_wrong_calls_end_with_what_to_do(folder: Path, tmp_path: Path) -> None:
    (folder / "bad.csv").write_text("a,b\n1,2\n")
    wrong = run("link", folder, "--answers", folder / "bad.csv")
    assert wrong.exit_code == 2 and "columns item, aim, to and answer" in wrong.stderr
    (folder / "bad.csv").write_bytes(b"item,aim,to,answer\n\xff,bet,fees,yes\n")
    wrong = run("link", folder, "--answers", folder / "bad.csv")
    assert wrong.exit_code == 2 and "fault of this program" not in wrong.stderr, wrong.stderr
    (folder / "backlog.csv").write_text("id,title,done\n")
    run("build", folder)
    empty = run("link", folder)
    assert empty.exit_code == 0 and "nothing to ask" in empty.stderr
    assert run("link", tmp_path.parent).exit_code == 2


def test_answers_can_be_had_as_a_patch_that_git_applies_and_nothing_is_written(folder: Path) -> None:
    before = (folder / "madegood.yml").read_text()
    (folder / "answers.csv").write_text("item,aim,to,answer\nK-1,bet,instant,yes\nK-3,bet,fees,no\n")
    said = run("link", folder, "--answers", folder / "answers.csv", "--patch")
    assert said.exit_code == 0, said.output
    assert (folder / "madegood.yml").read_text() == before and not (folder / "declined.csv").exists()
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    subprocess.run(["git", "apply", "-"], cwd=folder, check=True, input=said.stdout, text=True)
    patched = {name: (folder / name).read_text() for name in ("madegood.yml", "declined.csv")}
    (folder / "madegood.yml").write_text(before)
    (folder / "declined.csv").unlink()
    assert run("link", folder, "--answers", folder / "answers.csv").exit_code == 0
    assert {name: (folder / name).read_text() for name in patched} == patched
    assert run("link", folder, "--patch").exit_code == 2


def test_why_says_of_an_orphan_what_it_may_serve_and_of_shipped_work_when_and_to_whom(folder: Path) -> None:
    (folder / "releases.csv").write_text("id,day\nv1,2026-03-09\n")
    (folder / "links.csv").write_text("release,item\nv1,K-3\n")
    (folder / "rollouts.csv").write_text("release,day,share\nv1,2026-03-09,0.25\nv1,2026-03-16,1\n")
    more = "".join(f", {{name: {kind}, kind: {kind}, path: {kind}.csv}}" for kind in ("releases", "links", "rollouts"))
    (folder / "madegood.yml").write_text(PROJECT.replace("path: backlog.csv}", f"path: backlog.csv}}{more}"))
    assert run("build", folder).exit_code == 0
    told = run("why", "k-3", "--folder", folder).stdout
    assert "It may serve bet fees (" in told and "it says quote" in told
    assert "It shipped in v1 on 2026-03-09, to 25% of everyone first." in told
    assert "No release that is known holds it." in run("why", "K-1", "--folder", folder).stdout
