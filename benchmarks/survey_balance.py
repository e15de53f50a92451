"""The same worlds told by `balance` (0.23), in an environment of its own; prints Markdown rows for survey.md.

python benchmarks/survey.py export --n 2 --to DIR
python -m venv V && V/bin/pip install balance==0.23.0
V/bin/python benchmarks/survey_balance.py DIR by_behaviour_bent rake cbps ipw
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from balance import Sample


def score(answers: pd.Series, weights: pd.Series) -> float:
    points = 100.0 * (answers >= 9) - 100.0 * (answers <= 6)
    return float(np.average(points, weights=weights))


def main() -> None:
    folder, name, methods = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    for world in sorted((folder / name).iterdir()):
        asks, did = pd.read_csv(world / "asks.csv"), pd.read_csv(world / "did.csv")
        both = asks[asks.arm == "ordinary"].merge(did, on="customer").drop(columns=["at", "state", "arm"])
        truth = float((world / "truth.txt").read_text())
        heard = both[both.score.notna()]
        sample = Sample.from_frame(heard, id_column="customer", outcome_columns=["score"])
        target = Sample.from_frame(both.drop(columns="score"), id_column="customer")
        for method in methods:
            began = time.process_time()
            told = sample.set_target(target).adjust(method=method)
            off = score(told.df["score"], told.df["weight"]) - truth
            print(f"| {name} {world.name} | {method} | {off:+.1f} | {time.process_time() - began:.1f} |", flush=True)


if __name__ == "__main__":
    main()
