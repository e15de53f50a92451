"""What a person said no to: which item does not serve which bet or need, in a file beside madegood.yml.

A yes is intent, and stands in the strategy as a selector; a no says nothing of the strategy, and would crowd it.
"""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.errors import SourceError
from madegood.execution.facts import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "declined.csv"
COLUMNS = ("item", "aim", "to", "title")

Declined = tuple[str, str, str]  # item, "bet" | "need", id


def read_declined(root: Path) -> frozenset[Declined]:
    """What was declined in the project that stands in `root`; nothing where there is no file.

    Raises SourceError when there is a file that holds something else.
    """
    path = root / NAME
    if not path.exists():
        return frozenset()
    try:
        rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{NAME} cannot be read: {error}. Save it as UTF-8 text, or delete it") from None
    if rows and not set(COLUMNS[:3]) <= set(rows[0]):
        raise SourceError(f"{NAME} has no columns {', '.join(COLUMNS[:3])}. Give it these as its first line")
    return frozenset((row["item"], row["aim"], row["to"]) for row in rows if row["item"] and row["aim"] and row["to"])


def decline(root: Path, declined: Iterable[tuple[str, str, str, str]]) -> None:
    """Adds (item, aim, id, title) to the file; what stands there already stays as it is."""
    path, known = root / NAME, read_declined(root)
    new = [one for one in dict.fromkeys(declined) if one[:3] not in known]
    if not new:
        return
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if not text.strip():
        writer.writerow(COLUMNS)
    for item, aim, to, title in new:
        writer.writerow([item, aim, to, clean(title)])
    path.write_text(text + ("\n" if text.strip() and not text.endswith("\n") else "") + out.getvalue(),
                    encoding="utf-8", newline="")  # fmt: skip
