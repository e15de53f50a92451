"""CPU of `madegood check` on 200 strategy files: `python benchmarks/check_speed.py`; figures in check_speed.md.

The budget is 0.3 s of CPU, user and system, median of 10 runs, start of Python included: a check that is felt is
a check that is switched off.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

FILES, RUNS, BUDGET = 200, 10, 0.3

OUTCOME = """---
outcome: outcome-{n}
title: More people reach step {n}
metric: metric-{n}
baseline: 41 %
target: 48 %
by: 2030-12-31
owner: {{product: ana}}
---
Why it matters, in a few lines of prose that somebody wrote.
"""
NEED = """---
need: need-{n}
title: I want to know what happens at step {n}
outcomes: [outcome-{n}]
evidence:
  - {{kind: quote, text: "I never know what comes next", on: 2029-05-12}}
---
"""
BET = """---
bet: bet-{n}
achieve: outcome-{n}
for: need-{n}
by: Replace step {n} with a shorter one
because: 41 % of people stop there
expect:
  - {{metric: metric-{n}, effect: +6 % to +12 %, within: 28 days}}
guardrails: [metric-0]
kill_if: below +1 % after 28 days
work: ["label:step-{n}"]
---
"""
METRIC = "  - {{id: metric-{n}, kind: conversion, steps: [a, b], within: 14 days}}\n"


def make(folder: Path) -> None:
    """A project of 200 files: a third each of outcomes, needs and bets, and one of metrics."""
    (folder / "madegood.yml").write_text("madegood: 1\nname: Speed\n")
    (folder / "strategy").mkdir()
    whole = (FILES - 1) // 3 + 1
    for i in range(FILES - 1):
        kind = (OUTCOME, NEED, BET)[i % 3]
        (folder / "strategy" / f"{i:03}.md").write_text(kind.format(n=i // 3))
    metrics = "metrics:\n" + "".join(METRIC.format(n=n) for n in range(whole))
    (folder / "strategy" / "metrics.yml").write_text(metrics)


def cpu(folder: Path) -> float:
    """Seconds of CPU, user and system, of one check."""
    before = getrusage(RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "madegood", "check", str(folder)], capture_output=True, text=True)
    after = getrusage(RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        make(Path(name))
        times = sorted(cpu(Path(name)) for _ in range(RUNS))
    median = statistics.median(times)
    print(
        f"{FILES} files, {RUNS} runs: median {median:.3f} s of CPU, {times[0]:.3f} to {times[-1]:.3f}; at most {BUDGET}"
    )
    sys.exit(median >= BUDGET)


if __name__ == "__main__":
    main()
