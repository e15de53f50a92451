"""What was hidden and what was found, line by line in the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from madegood.faces.numbers import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.simulate.reveal import Reveal

STYLE = {"found": "green", "missed": "yellow", "wrong": "bold red"}


def show_reveal(reveals: Sequence[Reveal], console: Console | None = None) -> None:
    """The word first, then what was hidden, then what the reading says."""
    out = console or Console(highlight=False)
    out.print(Text("\nWhat the company had hidden", style="bold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(overflow="fold")
    for one in reveals:
        table.add_row(Text(one.word, STYLE[one.word]), Text(clean(one.hidden)), Text(clean(one.said), "dim"))
    out.print(table)
    counts: Counter[str] = Counter(one.word for one in reveals)
    out.print(Text("\n" + ", ".join(f"{counts[word]} {word}" for word in STYLE if counts[word]) + "."))
