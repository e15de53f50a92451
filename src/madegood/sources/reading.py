"""Files as people have them -> lines of text cells. CSV in its dialects, JSON lines or a JSON list, gzip or plain.

A file is opened twice: once whole, to know its encoding and its digest, once to read it line by line.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE = 1 << 20
LONGEST = 1 << 24  # characters of one cell: text of a whole book
SWALLOWED = 200  # lines of one row: more is a quote that was never closed
MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or spreadsheet: save it as CSV",
    b"PAR1": "a Parquet file: name it .parquet",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
}
csv.field_size_limit(LONGEST)


class NotThat(Exception):
    """A file is not what it says; the message completes "it is ..." or "it ..."."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that was looked through whole."""

    digest: str
    encoding: str
    size: int


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked where it is gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")  # type: ignore[return-value]


def look(path: Path) -> Seen:
    """Digest and encoding; raises NotThat for what cannot be text, and OSError."""
    digest, size, decoder, encoding = hashlib.sha256(), 0, None, "utf-8-sig"
    try:
        with opened(path) as file:
            for piece in iter(lambda: file.read(PIECE), b""):
                if not size:
                    encoding = first_encoding(piece)
                    decoder = codecs.getincrementaldecoder(encoding)()
                digest.update(piece)
                size += len(piece)
                if decoder is not None:
                    try:
                        decoder.decode(piece)
                    except UnicodeDecodeError:
                        encoding, decoder = "cp1252", None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise NotThat(f"is gzip that breaks off or is damaged ({error})") from None
    return Seen(digest.hexdigest(), encoding, size)


def first_encoding(piece: bytes) -> str:
    """The encoding that the start of a file shows, or NotThat."""
    for magic, what in MAGIC.items():
        if piece.startswith(magic):
            raise NotThat(f"is {what}")
    if piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\0" in piece[: PIECE // 16]:
        raise NotThat("holds zero bytes, as programs and pictures do, and is no text")
    start = piece[:500].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise NotThat("is a web page or XML: an address that answered with an error page, perhaps")
    return "utf-8-sig"


def text_of(path: Path, seen: Seen) -> IO[str]:
    """The file as text; what one encoding cannot hold becomes a mark."""
    return io.TextIOWrapper(opened(path), encoding=seen.encoding, errors="replace", newline="")


Line = tuple[int, list[str] | str, str]  # line, the row's cells or why it is none, the raw text of a row that is none


def csv_lines(path: Path, seen: Seen) -> Iterator[Line]:
    """The header first, then every row that is not empty. Rows of another width than the header are none."""
    with text_of(path, seen) as file:
        start = file.read(1 << 16)
        if start.lstrip("\ufeff \r\n\t")[:1] in ("{", "["):
            raise NotThat("is JSON: name it .jsonl, or say `format: jsonl`")
        file.seek(0)
        reader = csv.reader((line.replace("\0", "") for line in file), delimiter=delimiter(start))
        header: list[str] | None = None
        last = 0
        for row in guarded(reader):
            first, last = last + 1, reader.line_num
            if not row or row == [""]:
                continue
            if header is None:
                header = [cell.strip().lstrip("\ufeff") for cell in row]
                yield first, header, ""
            elif last - first > SWALLOWED:
                yield first, f"a quote that opens here is not closed for {last - first + 1} lines", row[0][:200]
            elif len(row) != len(header):
                yield first, f"{len(row)} cells where the header has {len(header)}", " | ".join(row)[:500]
            else:
                yield first, row, ""


def guarded(reader: Any) -> Iterator[list[str]]:
    """The rows of a reader, its own complaints as ours."""
    try:
        yield from reader
    except csv.Error as error:
        raise NotThat(f"cannot be read as CSV in line {reader.line_num}: {error}") from None


def delimiter(start: str) -> str:
    """The mark between cells, from the header line: the most frequent of the usual ones, outside quotes."""
    header = next((line for line in start.splitlines() if line.strip()), "")
    outside = "".join(part for i, part in enumerate(header.split('"')) if i % 2 == 0)
    return max(",;\t|", key=lambda mark: (outside.count(mark), mark == ","))


def json_lines(path: Path, seen: Seen) -> Iterator[tuple[int, dict[str, str] | str, str]]:
    """Every object of a file of JSON lines, or of one JSON list, with its cells as text."""
    with text_of(path, seen) as file:
        start = file.read(1 << 16).lstrip("\ufeff \r\n\t")
        file.seek(0)
        if start[:1] == "[":
            yield from json_list(file.read())
            return
        if start and start[:1] != "{":
            raise NotThat("does not begin like JSON lines: each line is one object `{...}`")
        for number, line in enumerate(file, 1):
            if line.strip("\ufeff \r\n\t"):
                yield one_object(number, line.strip("\ufeff \r\n\t"))


def json_list(text: str) -> Iterator[tuple[int, dict[str, str] | str, str]]:
    """The objects of one JSON list, numbered from 1."""
    try:
        whole = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotThat(f"is JSON that cannot be read: {error}") from None
    for number, one in enumerate(whole, 1):
        if isinstance(one, dict):
            yield number, flat(one), ""
        else:
            yield number, "is no object", json.dumps(one)[:200]


def one_object(number: int, line: str) -> tuple[int, dict[str, str] | str, str]:
    """One line of JSON."""
    try:
        one = json.loads(line)
    except (ValueError, RecursionError):
        return number, "is not JSON", line[:500]
    return (number, flat(one), "") if isinstance(one, dict) else (number, "is no object", line[:500])


def flat(one: dict[str, Any], before: str = "") -> dict[str, str]:
    """An object's values as text: lists joined by |, objects inside it under a dotted name.

    >>> flat({"id": 7, "labels": ["a", "b"], "user": {"id": "x"}, "none": None, "yes": True})
    {'id': '7', 'labels': 'a|b', 'user.id': 'x', 'none': '', 'yes': 'true'}
    """
    out: dict[str, str] = {}
    for name, value in one.items():
        if isinstance(value, dict):
            out |= flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            out[before + name] = "|".join(as_text(v.get("name", v) if isinstance(v, dict) else v) for v in value)
        else:
            out[before + name] = as_text(value)
    return out


def as_text(value: Any) -> str:
    """One value as it would stand in a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)
