"""Jira over real HTTP on this machine, in the cloud and one's own, killed at random moments, and large.

python benchmarks/connect_jira.py [KILLS] [ISSUES]
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "sources"))

from fake_jira import TOKEN, USER, FakeJira

from madegood.engine.store import Store, quoted
from madegood.engine.tables import TABLES
from madegood.intent.parse import load
from madegood.sources.pull import pull

SEED = 20260331


def filled(fake: FakeJira, issues: int) -> None:
    """Issues with six changes each, the last two hundred always at work."""
    chance, made = random.Random(SEED), list[str]()
    versions = [fake.version(f"1.{number}", f"2026-02-{number % 28 + 1:02}") for number in range(issues // 100 + 1)]
    for number in range(issues):
        fake.tick(chance.expovariate(1 / 600))
        made.append(fake.open(f"Wait {number} s less", fixVersions=[versions[number // 100]]))
        for _ in range(3):
            fake.move(chance.choice(made[-200:]), chance.choice("1345"))
            fake.assign(chance.choice(made[-200:]), chance.randint(1, 9))


def project(folder: Path, fake: FakeJira, url: str) -> Path:
    user = "user: '${JIRA_USER}', " if fake.user else ""
    entry = f"{{name: work, kind: jira, project: SHOP, {user}token: '${{JIRA_TOKEN}}', url: '{url}'}}"
    (folder / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {entry}\n")
    return folder


def tables(folder: Path) -> list[list[str]]:
    """Every row of every table, in an order of its own; the salt is the project's, so persons are left out."""
    with Store.open(folder / "target" / "madegood.duckdb") as store:
        names = [", ".join(quoted(c.name) for c in table.columns if c.name != "person") for table in TABLES]
        asked = zip(TABLES, names, strict=True)
        return [sorted(map(str, store.rows(f"select {known} from {table.name}"))) for table, known in asked]


def killed(cloud: bool, times: int) -> None:
    """A build is killed again and again at random moments, then finished: its tables beside those of one build."""
    fake, chance = FakeJira(10, cloud), random.Random(SEED)
    filled(fake, 300)
    with fake.served() as url, tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        calm, hurt = project(Path(one), fake, url), project(Path(other), fake, url)
        build = [sys.executable, "-m", "madegood", "build", str(hurt)]
        started = time.monotonic()
        subprocess.run([*build[:-1], str(calm)], check=True, capture_output=True)
        lasts, dead, ended = time.monotonic() - started, 0, 0
        while dead < times:
            child = subprocess.Popen(build, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                child.wait(chance.uniform(0.1, 0.7) * lasts)
                ended += 1
                shutil.rmtree(hurt / "target" / "raw", ignore_errors=True)  # from the beginning
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
                child.wait()
                dead += 1
        subprocess.run(build, check=True, capture_output=True)
        same = tables(calm) == tables(hurt)
        print(f"{fake.kind}: killed {dead} builds of {lasts:.1f} s, {ended} ended; the same tables: {same}")


def large(cloud: bool, issues: int) -> None:
    """Requests, seconds and megabytes of a first pull, of one ten minutes later, and of one a week later."""
    fake = FakeJira(5000, cloud)
    filled(fake, issues)
    with fake.served() as url, tempfile.TemporaryDirectory() as folder:
        loaded = load(project(Path(folder), fake, url))
        with Store.open(Path(folder) / "target" / "madegood.duckdb") as store:
            for name, later in (("first", 600), ("ten minutes later", 8 * 86400), ("a week later", 0)):
                asked, at, cpu = len(fake.asked), time.monotonic(), time.process_time()
                (one,) = pull(loaded.project, store)
                took = f"{time.monotonic() - at:.1f} s, CPU {time.process_time() - cpu:.1f} s"
                print(f"{fake.kind}, {name}: {len(fake.asked) - asked} requests, {one.rows:,} rows, {took}")
                fake.tick(later)
        size = sum(path.stat().st_size for path in Path(folder, "target", "raw").rglob("*") if path.is_file())
        print(f"{fake.kind}: {issues:,} issues, {size / 1e6:.1f} MB landed")


if __name__ == "__main__":
    os.environ |= {"JIRA_TOKEN": TOKEN, "JIRA_USER": USER}
    for cloud in (True, False):
        killed(cloud, int(sys.argv[1]) if len(sys.argv) > 1 else 30)
        large(cloud, int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
