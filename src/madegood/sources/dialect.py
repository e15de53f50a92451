"""CSV in its dialects -> lines of cells, with the number of each line, and a quote never closed costs only its own."""

from __future__ import annotations

import csv
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from madegood.sources.reading import LONGEST, Line, NotThat, lines_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from madegood.sources.reading import Seen

MARKS = ",;\t|"
SAMPLE = 20  # rows by which the mark between cells is told
SWALLOWED = 5_000  # lines in one row: a log pasted into a cell, at most; more is a quote that was never closed
csv.field_size_limit(LONGEST)


class Rows:
    """Rows of cells, each with its first line; a row whose quote is not closed properly gives only its first line.

    Iterating gives (first line, cells, raw), cells None where the quote of the row is at fault.
    """

    def __init__(self, lines: Iterator[str], mark: str) -> None:
        self._lines, self._mark = lines, mark
        self._again: deque[str] = deque()  # lines to be read again
        self._row: list[str] = []  # lines of the present row
        self._number = 0

    def _feed(self) -> Iterator[str]:
        while len(self._row) <= SWALLOWED:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._row.append(line)
            yield line

    def __iter__(self) -> Iterator[tuple[int, list[str] | None, str]]:
        reader = self._reader()
        while True:
            self._row = []
            try:
                cells: list[str] | None = next(reader, None)
            except csv.Error:
                cells = None
            if not self._row:
                return
            first, raw = self._number + 1, self._row[0]
            if cells is None or (len(self._row) > 1 and not closed(self._row, self._mark)):
                self._again.extendleft(reversed(self._row[1:]))
                cells, self._row = None, self._row[:1]
            self._number += len(self._row)
            yield first, cells, raw
            if cells is None or len(self._row) > SWALLOWED:
                reader = self._reader()

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._mark, skipinitialspace=True)


def closed(lines: list[str], mark: str) -> bool:
    """Whether these lines are one row by the strict rules: every quote that opens a cell also ends one.

    >>> closed(['1,"two\\n', 'lines"\\n'], ","), closed(['1,"never\\n', '2,closed\\n'], ",")
    (True, False)
    """
    try:
        return len(list(csv.reader(lines, delimiter=mark, skipinitialspace=True, strict=True))) == 1
    except csv.Error:
        return False


def csv_lines(path: Path, seen: Seen) -> Iterator[Line]:
    """The header first, then every row that is not empty. Rows of another width than the header are none."""
    with text_of(path, seen) as file:
        start = file.read(1 << 16)
        if start.lstrip("\ufeff \r\n\t")[:1] in ("{", "["):
            raise NotThat("is JSON: name it .jsonl, or say `format: jsonl`")
        file.seek(0)
        header: list[str] | None = None
        for line, cells, raw in Rows(lines_of(file), delimiter(start)):
            if cells is not None and (not any(cells) and (header is None or len(cells) != len(header))):
                continue
            if header is None and raw.lower().startswith(("sep=", "\ufeffsep=")):
                continue
            if cells is None:
                if header is None:
                    raise NotThat(f"has a header in line {line} with a quote that is not closed")
                yield line, "a quote opens here and is not closed", raw.strip()[:500]
            elif header is None:
                header = [cell.strip().lstrip("\ufeff") for cell in cells]
                yield line, header, ""
            else:
                yield fitted(line, cells, len(header), raw)


def fitted(line: int, cells: list[str], width: int, raw: str) -> Line:
    """A row as wide as the header, or why it is none; empty cells at its end may be too many."""
    if len(cells) > width and not any(cells[width:]):
        cells = cells[:width]
    if len(cells) == width:
        return line, cells, ""
    return line, f"{len(cells)} cells where the header has {width}", raw.strip()[:500]


def delimiter(start: str) -> str:
    """The mark between cells: by which the first rows are as wide as the header, and wider than one cell.

    >>> delimiter("a;b,c;d\\n1;2,5;3\\n"), delimiter("only\\nx, y\\n"), delimiter("sep=;\\na;b\\n")
    (';', ',', ';')
    """
    lines = [line for line in start.splitlines(keepends=True) if line.strip("\ufeff \r\n")]
    if lines and lines[0].lower().lstrip("\ufeff").startswith("sep=") and len(lines[0].strip("\ufeff\r\n")) == 5:
        return lines[0].lstrip("\ufeff")[4]
    if start and not start.endswith(("\n", "\r")) and len(lines) > 1:
        lines.pop()  # the last one may be cut off

    def fits(mark: str) -> tuple[float, int, bool]:
        try:
            rows = list(islice(csv.reader(lines, delimiter=mark, skipinitialspace=True), SAMPLE))
        except csv.Error:
            rows = []
        width = len(rows[0]) if rows else 0
        same = sum(len(row) == width for row in rows[1:]) / max(len(rows) - 1, 1) if width > 1 else 0.0
        return (round(same, 1) if len(rows) > 1 else float(width > 1), width, mark == ",")

    return max(MARKS, key=fits)
