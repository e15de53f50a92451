from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madegood.draft.link_write import accept
from madegood.errors import UsageError
from madegood.intent.parse import Loaded, load

HEAD = "madegood: 1\nname: Payments\n"
#: The ways in which people write a bet and its work; `{}` where the work goes.
MARKDOWN = """\
---
# ours
bet: sync   # permanent
title: Sync
{}review: 2026-11-30
because: |
  one
  two
---

Prose: - x
"""
WORK = (
    "",
    "work: [label:sync]\n",
    'work: ["label:sync", epic:K-1]  # both\n',
    "work: [\n  label:sync,\n  epic:K-1,  # the epic\n]\n",
    "work:\n  - label:sync   # why\n  - epic:K-1\n",
    "work:\n- label:sync\n",
    "work: label:sync\n",
    "work: label:sync  # all of it\n",
    "work: 'title:\"a b\" kind:feat'\n",
    "work:\n",
    "work: ~\n",
    "work: []\n",
    "work: ''\n",
)
PLACES: dict[str, Callable[[str], str]] = {
    "strategy/bets/sync.md": lambda work: MARKDOWN.format(work),
    "strategy/sync.yml": lambda work: "bet: sync\ntitle: Sync\n" + work + "# the end\n",
    "strategy/all.yml": lambda work: (
        "needs:\n  - need: sync\nbets:\n  - bet: other\n    work: [x]\n  - bet: sync\n"
        + indented(work, 4)
        + "  - bet: third\n"
    ),
    "strategy/map.yml": lambda work: "bets:\n  other: {work: [x]}\n  sync:\n    title: Sync\n" + indented(work, 4),
    "strategy.yml": lambda work: "bets:\n- bet: sync\n" + indented(work, 2) + "- {bet: other}\n",
}
ids = st.from_regex(r"[A-Za-z0-9#][A-Za-z0-9 #:/.'_-]{0,12}", fullmatch=True).map(str.strip).filter(bool)


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line + "\n" for line in text.splitlines())


def project(folder: Path, file: str, text: str) -> Loaded:
    for old in folder.rglob("*.*"):
        old.unlink()
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    (folder / "madegood.yml").write_text(HEAD)
    path.write_bytes(text.encode())
    return load(folder)


@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
@pytest.mark.parametrize("file", PLACES)
@pytest.mark.parametrize("work", WORK)
def test_a_yes_adds_one_selector_and_touches_nothing_else(tmp_path: Path, file: str, work: str, breaks: str) -> None:
    text = PLACES[file](work).replace("\n", breaks)
    before = project(tmp_path, file, text)
    after = accept(before, "bet", "sync", [("K-7", "Read it: with the camera #3")])
    old, new = before.strategy.bet("sync"), after.strategy.bet("sync")
    assert old and new and [one.text for one in new.work] == [*(one.text for one in old.work), "id:K-7"]
    again = accept(after, "bet", "sync", [("K-7", ""), ("K 8", "")])
    now = (tmp_path / file).read_bytes().decode()
    last = again.strategy.bet("sync")
    assert last and last.work[-1].text == 'id:"K 8"'
    for comment in ("# ours", "# permanent", "# both", "# the epic", "# why", "# all of it", "# the end", "Prose: - x"):
        assert (comment in text) == (comment in now)
    assert (now.count("\r\n") == now.count("\n")) == (breaks == "\r\n")


@given(names=st.lists(ids, min_size=1, max_size=4, unique=True), file=st.sampled_from(sorted(PLACES)),
       work=st.sampled_from(WORK), title=st.text(max_size=80))  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_item_is_picked_by_what_was_written_or_the_file_is_as_it_was(
    tmp_path: Path, names: list[str], file: str, work: str, title: str
) -> None:
    before = project(tmp_path, file, PLACES[file](work))
    try:
        after = accept(before, "bet", "sync", [(name, title) for name in names])
    except UsageError:
        assert (tmp_path / file).read_text() == PLACES[file](work)
        return
    bet = after.strategy.bet("sync")
    assert bet and {dict(one.terms).get("id") for one in bet.work} >= set(names)
    assert after.strategy.outcomes == before.strategy.outcomes and after.project == before.project


def test_lists_in_madegood_yml_itself_are_written_too(tmp_path: Path) -> None:
    (tmp_path / "madegood.yml").write_text(HEAD + "bets:\n  - {bet: sync, title: Sync}\nneeds: [{need: quick}]\n")
    after = accept(load(tmp_path), "bet", "sync", [("K-7", "x")])
    after = accept(after, "need", "quick", [("K-8", "x")])
    text = (tmp_path / "madegood.yml").read_text()
    assert "- {bet: sync, title: Sync, work: [id:K-7]}\nneeds: [{need: quick, work: [id:K-8]}]\n" in text


def test_what_cannot_be_written_is_said_with_what_to_write_by_hand(tmp_path: Path) -> None:
    text = "base: &base {title: T}\nbets:\n  - &one {bet: sync}\n  - *one\n"
    before = project(tmp_path, "strategy.yml", text)
    with pytest.raises(UsageError, match="no bet `none`"):
        accept(before, "bet", "none", [("K-7", "")])
    with pytest.raises(UsageError, match="quotes or a star"):
        accept(before, "bet", "sync", [("K-*", "")])
    assert (tmp_path / "strategy.yml").read_text() == text
    (tmp_path / "strategy.yml").write_bytes("bets:\n  - bet: sync  # für\n".encode("latin-1"))
    with pytest.raises(UsageError, match="by hand, under `work:` of bet sync: id:K-7"):
        accept(before, "bet", "sync", [("K-7", "")])
