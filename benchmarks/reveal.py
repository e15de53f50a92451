"""What the reading finds, misses and gets wrong of what made-up companies hide, over many seeds.

python benchmarks/reveal.py [SEEDS]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from click.testing import CliRunner

from madegood.__main__ import main as commands
from madegood.__main__ import reading_of
from madegood.simulate import read_hidden, simulate
from madegood.simulate.reveal import reveal


def main() -> None:
    seeds = int((sys.argv[1:] or ["12"])[0])
    table: dict[str, Counter[str]] = {}
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            simulate(folder, seed=seed)
            CliRunner().invoke(commands, ["build", name])
            hidden = read_hidden(folder / "hidden.json")
            for one in reveal(hidden, reading_of(folder, None, None)):
                kind = next(
                    (f"{t.what}: {t.metric or t.about}" for t in hidden.truths if t.says == one.hidden), "nothing"
                )
                table.setdefault(kind, Counter())[one.word] += 1
                if one.word == "wrong":
                    print(f"seed {seed}: {one.hidden} | {one.said}", file=sys.stderr)
    print("| hidden | found | missed | wrong |\n|---|---|---|---|")
    for kind, words in table.items():
        if not words["not looked for yet"]:
            print(f"| {kind} | {words['found']} | {words['missed']} | {words['wrong']} |")


if __name__ == "__main__":
    main()
