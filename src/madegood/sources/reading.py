"""Files as people have them -> text: what a file is, in which encoding, and that it is whole.

A file is opened twice: once whole, to know its encoding and its digest, once to read it line by line. The digest is of
every byte, because a size and a time of change may stay the same while a nightly export is written over.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PIECE = 1 << 20
LONGEST = 1 << 24  # characters of one line or cell: more than the text of a whole book, and it fits into memory
BINARY = (8, 0.01)  # characters that no text holds: a stray one is left out; so many, and such a share, are a program
UNTYPED = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1a\x1b\b\x1c\x1d\x1e\x1f"))
MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or spreadsheet: save it as CSV",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet or document: save it as CSV",
    b"PAR1": "a Parquet file: name it .parquet",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
    b"\x28\xb5\x2f\xfd": "packed with zstd: unpack it first",
    b"BZh": "packed with bzip2: unpack it first",
    b"\xfd7zXZ": "packed with xz: unpack it first",
}


class NotThat(Exception):
    """A file is not what it says; the message completes "it is ..." or "it ..."."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that was looked through whole.

    digest    of its bytes, unpacked
    encoding  as Python names it
    lines     how many line ends it has; 0 where they are of several kinds
    damaged   how many letters could not be read
    packed    it is gzip
    names     the columns of a Parquet file, by type
    """

    digest: str
    encoding: str = ""
    size: int = 0
    lines: int = 0
    damaged: int = 0
    packed: bool = False
    names: tuple[tuple[str, str], ...] = ()


# Line, its cells or why it has none, and the raw text of a row that has none.
Line = tuple[int, "Sequence[str] | str", str]


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked where it is gzip."""
    return gzip.open(path) if is_packed(path) else path.open("rb")  # type: ignore[return-value]


def is_packed(path: Path) -> bool:
    """Whether a file is gzip, whatever its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file piece by piece, or NotThat where its packing is damaged."""
    try:
        with opened(path) as file:
            yield from iter(lambda: file.read(PIECE), b"")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise NotThat(f"is gzip that breaks off or is damaged ({error})") from None


def look(path: Path) -> Seen:
    """Digest, encoding and lines; raises NotThat for what cannot be text, and OSError."""
    digest, size, feeds, returns = hashlib.sha256(), 0, 0, 0
    letters = Letters("")
    for piece in pieces(path):
        if not size:
            letters = Letters(first_encoding(piece))
        digest.update(piece)
        letters.read(piece)
        size, feeds, returns = size + len(piece), feeds + piece.count(b"\n"), returns + piece.count(b"\r")
    letters.read(b"", final=True)
    lines = feeds if returns in (0, feeds) else 0
    return Seen(digest.hexdigest(), letters.encoding, size, lines, letters.damaged, is_packed(path))


class Letters:
    """Which encoding a text is in: as UTF-8 as long as it can be, as Windows-1252 where it hardly ever is UTF-8."""

    def __init__(self, encoding: str) -> None:
        self._first = encoding or "utf-8-sig"
        self._decoder: Any = codecs.getincrementaldecoder(self._first)("replace")
        self._bad = self._good = 0

    def read(self, piece: bytes, final: bool = False) -> None:
        """Counts the letters beyond ASCII that can be read, and those that cannot."""
        if piece.isascii() and not final and self._first == "utf-8-sig" and not self._decoder.getstate()[0]:
            return
        text = self._decoder.decode(piece, final)
        bad = text.count("\ufffd")
        self._bad += bad
        self._good += len(text) - len(text.encode("ascii", "ignore")) - bad

    @property
    def encoding(self) -> str:
        return "cp1252" if self._first == "utf-8-sig" and self._bad > self._good else self._first

    @property
    def damaged(self) -> int:
        return 0 if self.encoding == "cp1252" else self._bad


def first_encoding(piece: bytes) -> str:
    """The encoding that the start of a file shows, or NotThat."""
    for magic, what in MAGIC.items():
        if piece.startswith(magic):
            raise NotThat(f"is {what}")
    if piece[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return "utf-32"
    if piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    odd = len(piece) - len(piece.translate(None, UNTYPED))
    if odd > max(BINARY[0], BINARY[1] * len(piece)):
        raise NotThat("holds characters that programs and pictures hold, and no text does")
    start = piece[:500].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise NotThat("is a web page or XML: an address that answered with an error page, perhaps")
    return "utf-8-sig"


def text_of(path: Path, seen: Seen) -> IO[str]:
    """The file as text; what its encoding cannot hold becomes a mark."""
    return io.TextIOWrapper(opened(path), encoding=seen.encoding or "utf-8-sig", errors="replace", newline="")


def lines_of(file: IO[str]) -> Iterator[str]:
    """The lines of a file without zero characters, or NotThat where one has no end."""
    for number, line in enumerate(iter(lambda: file.readline(LONGEST), ""), 1):
        if len(line) >= LONGEST:
            raise NotThat(f"has no end of line in {LONGEST:,} characters from line {number} on: it is no table")
        yield line.replace("\0", "") if "\0" in line else line
