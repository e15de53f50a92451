"""A company that does not exist, with known truths hidden in it: what a reading finds can be held against them.

The same seed gives the same bytes. Every size scales: 300 customers and two months, or a hundred times the demo.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from madegood.errors import UsageError
from madegood.simulate.files import write_company
from madegood.simulate.plan import make_plan
from madegood.simulate.truths import Hidden, Truth, read_hidden

__all__ = ["Hidden", "Truth", "read_hidden", "simulate"]

#: The last day of a company's facts unless told: fixed, so that a seed gives the same bytes on any day.
LAST = date(2026, 9, 30)


def simulate(
    folder: Path,
    seed: int = 7,
    customers: int = 20_000,
    months: int = 15,
    releases: int = 40,
    last: date = LAST,
    quiet: bool = False,
) -> Hidden:
    """Writes the company's project into a folder as a user's own would stand there; gives what it hides.

    quiet  no wander, no weekdays, no season: what is planted can then be read out to within counting error

    A folder that holds a project of somebody's own is left as it is.
    """
    if (folder / "madegood.yml").exists() and not (folder / "hidden.json").exists():
        raise UsageError(f"{folder} holds a project already, which would be overwritten. Name an empty folder")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name an empty folder")
    return write_company(folder, make_plan(seed, months, releases, last, quiet), customers)
