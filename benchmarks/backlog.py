"""How long a large backlog and a long git history take: python benchmarks/backlog.py

100,000 items with 1,000,000 changes of state by 500 people and 40 bets with 80 selectors; a repository of 10,000
commits and 300 tags. Everything is made up here, with fixed seeds.
"""

from __future__ import annotations

import csv
import random
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from madegood.days import Window
from madegood.engine.store import Store
from madegood.execution.effort import effort
from madegood.execution.facts import facts
from madegood.execution.speed import speed
from madegood.intent.model import Bet, Outcome, Project, Selector, SourceSpec, Strategy
from madegood.sources.git import pull_git
from madegood.sources.pull import pull

QUARTER = Window(date(2026, 1, 1), date(2026, 3, 31))
ITEMS = """
    INSERT INTO items (id, title, kind, labels, parent, product, created, fields, source)
    SELECT 'K-' || i, 'Item number ' || i || ' about sync', ['feat', 'fix', 'chore'][1 + i % 3],
           ['l' || (i % 50), 'x' || (i % 7)], CASE WHEN i % 10 <> 0 THEN 'K-' || (i - i % 10) END, 'p' || (i % 5),
           TIMESTAMP '2022-01-01' + to_seconds(hash(i) % (1600 * 86400)), MAP {'team': 't' || (i % 20)}, 'made up'
    FROM range(100000) t(i)
"""
STATES = """
    INSERT INTO states (item, "at", before, after, person, source)
    SELECT id, created + to_seconds(k * (hash(id, k) % (3 * 86400))),
           ['open', 'in progress', 'in review', 'in progress', 'blocked', 'in progress', 'in progress', 'in review',
            'testing', 'in review'][k],
           ['in progress', 'in review', 'in progress', 'blocked', 'in progress', 'in progress', 'in review', 'testing',
            'in review', 'done'][k], md5(CAST((hash(id) + k // 4) % 500 AS VARCHAR)), 'made up'
    FROM items, range(1, 11) t(k)
"""


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what:60} {time.perf_counter() - start:6.2f} s")


def large_strategy() -> Strategy:
    """40 bets, each with one selector by label and one by title."""
    bets = []
    for n in range(40):
        label = Selector(f"label:l{n}", (("label", f"l{n}"),))
        title = Selector(f'title:"*number {n}7*" kind:feat', (("title", f"*number {n}7*"), ("kind", "feat")))
        bets.append(Bet(f"bet-{n}", achieve="activation", work=(label, title)))
    return Strategy(outcomes=(Outcome("activation"),), bets=tuple(bets))


def backlog() -> None:
    project, strategy = Project("."), large_strategy()
    with Store.open(None) as store:
        store.execute(ITEMS)
        store.execute(STATES)
        with timed("facts: 100,000 items, 1,000,000 changes of state, links"):
            known = facts(store, project, strategy)
        with timed("effort of a quarter"):
            found = effort(known, strategy, QUARTER)
        with timed("speed of a quarter"):
            speed(known, QUARTER)
    print(f"  {getattr(found, 'total', found)} {getattr(found, 'unit', '')}")


def files(folder: Path) -> None:
    """The same size from CSV files: read, then what each item serves and who had it when, then effort."""
    chance, day = random.Random(3), datetime(2024, 1, 1)
    states = ["todo", "in progress", "in review", "blocked", "in progress"]
    with (folder / "items.csv").open("w", newline="") as i, (folder / "states.csv").open("w", newline="") as s:
        items, moves = csv.writer(i), csv.writer(s)
        items.writerow("id title kind labels parent created done person".split())
        moves.writerow("item at before after person".split())
        for n in range(100_000):
            at = began = day + timedelta(minutes=chance.randrange(60 * 24 * 800))
            person, before, steps = f"u{chance.randrange(500)}", "", chance.choice([4, 6, 8, 10, 12, 20])
            for k in range(steps):
                after = states[k % 5] if k < steps - 1 else "done"
                moves.writerow([f"K-{n}", at.isoformat(), before, after, person])
                before, at = after, at + timedelta(minutes=chance.randrange(60 * 24 * 4))
            above = f"K-{n - 1}" if n % 5 == 1 else ""
            items.writerow([f"K-{n}", f"Do {n % 997}", "story", f"l{n % 80}", above, began, at, person])
    sources = tuple(SourceSpec(name, name, f"{name}.csv") for name in ("items", "states"))
    project, strategy = Project(str(folder), sources=sources), large_strategy()
    with Store.open(folder / "it.duckdb") as store:
        with timed("read from CSV files: 100,000 items, 1,000,654 changes of state"):
            pull(project, store)
        with timed("facts of these, links"):
            known = facts(store, project, strategy)
        with timed("effort of a quarter"):
            effort(known, strategy, Window(date(2025, 1, 1), date(2025, 3, 31)))
    print(f"  at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB, with all of the above")


def grown(folder: Path, commits: int, tags: int) -> None:
    """A repository with a merge every 20 commits, written through git fast-import."""
    chance, start, lines = random.Random(1), 1_600_000_000, []
    for i in range(commits):
        kind = chance.choice(["feat", "fix", "chore", "docs(sync)"])
        said = f"{kind}: change {i} (#{i % 900})\n\nCloses KYC-{i % 500}\n"
        who = f"Nobody <dev@example.invalid> {start + i * 3600} +0000"
        lines.append(f"commit refs/heads/main\nmark :{i + 1}\nauthor {who}\ncommitter {who}\ndata {len(said)}\n{said}")
        lines.append((f"from :{i}\n" if i else "") + (f"merge :{i - 5}\n" if i % 20 == 19 else ""))
        lines.append(f"M 100644 inline f{i % 30}\ndata 1\nx\n")
        if (i + 1) % (commits // tags) == 0:
            lines.append(f"tag v1.{i}\nfrom :{i + 1}\ntagger {who}\ndata 1\nx\n")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input="".join(lines).encode(), check=True)


def repository() -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(None) as store:
        grown(Path(folder), 10_000, 300)
        spec = SourceSpec("code", "git", ".")
        with timed("pull of a repository of 10,000 commits and 300 tags"):
            pulled = pull_git(spec, Project(folder, sources=(spec,)), store)
        print(f"  {pulled.rows} rows")


if __name__ == "__main__":
    backlog()
    with tempfile.TemporaryDirectory() as made:
        files(Path(made))
    repository()
