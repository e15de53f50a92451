"""GitHub over real HTTP on this machine, killed at random moments, and large.

python benchmarks/connect.py [KILLS] [ISSUES]
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "sources"))

from fake_github import REPO, TOKEN, FakeGitHub, user  # noqa: E402

from madegood.engine.store import Store, quoted  # noqa: E402
from madegood.engine.tables import TABLES  # noqa: E402
from madegood.intent.parse import load  # noqa: E402
from madegood.sources.pull import pull  # noqa: E402

SEED = 20260331


def filled(fake: FakeGitHub, issues: int) -> None:
    """Issues with six events each, every fourth a pull request."""
    for number in range(issues):
        one = fake.open(f"Item {number}", pull=number % 4 == 0, assignees=[user(number % 9)])
        for step in ("labeled", "subscribed", "assigned"):
            fake.tick(number % 3)
            fake.event(one, step, label={"name": "in progress"}, assignee=user(number % 9))
        fake.tick(30)
        fake.close(one, merged=number % 4 == 0)
    for number in range(issues // 50):
        fake.tick(60)
        fake.release(f"v{number}", f"#{number}")
    fake.deploy("v1", "success")


def project(folder: Path, url: str) -> Path:
    entry = f"{{name: work, kind: github, repo: {REPO}, token: '${{GITHUB_TOKEN}}', url: '{url}'}}"
    (folder / "madegood.yml").write_text(f"madegood: 1\nsources:\n  - {entry}\n")
    return folder


def tables(folder: Path) -> list[list[str]]:
    """Every row of every table, in an order of its own; the salt is the project's, so persons are left out."""
    with Store.open(folder / "target" / "madegood.duckdb") as store:
        names = [[c.name for c in table.columns if c.name != "person"] for table in TABLES]
        asked = [
            f"select {', '.join(map(quoted, known))} from {t.name}" for t, known in zip(TABLES, names, strict=True)
        ]
        return [sorted(map(str, store.rows(query))) for query in asked]


def killed(times: int) -> None:
    """A build is killed again and again at random moments, then finished: its tables beside those of one build."""
    fake, chance = FakeGitHub(most=10), random.Random(SEED)
    filled(fake, 120)
    with fake.served() as url, tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        calm, hurt = project(Path(one), url), project(Path(other), url)
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
        print(f"killed {dead} builds of {lasts:.1f} s, {ended} ended; the same tables: {tables(calm) == tables(hurt)}")


def large(issues: int) -> None:
    """Requests, seconds and megabytes of a first and of a second pull."""
    fake = FakeGitHub()
    filled(fake, issues)
    with fake.served() as url, tempfile.TemporaryDirectory() as folder:
        loaded = load(project(Path(folder), url))
        with Store.open(Path(folder) / "target" / "madegood.duckdb") as store:
            for name in ("first", "second"):
                asked, at, cpu = len(fake.asked), time.monotonic(), time.process_time()
                (one,) = pull(loaded.project, store)
                spent = time.monotonic() - at, time.process_time() - cpu
                took = f"{spent[0]:.1f} s, CPU {spent[1]:.1f} s"
                print(f"{name}: {len(fake.asked) - asked} requests, {one.rows:,} rows, {took}")
        size = sum(path.stat().st_size for path in Path(folder, "target", "raw").rglob("*") if path.is_file())
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{issues:,} items, {len(fake.events):,} events: {size / 1e6:.1f} MB landed, {most:.0f} MB of memory in all"
        )


if __name__ == "__main__":
    os.environ["GITHUB_TOKEN"] = TOKEN
    killed(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    large(int(sys.argv[2]) if len(sys.argv) > 2 else 5000)
