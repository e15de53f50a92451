"""Bytes -> text that can be read, and what stands in the way: encodings, control characters, secrets."""

from __future__ import annotations

import re

LARGEST = 4_000_000  # bytes of one file: a strategy is written by hand, and a larger file is a mistake

#: Tokens by the prefixes their makers document, private keys, passwords inside addresses, what `token:`, `user:` name.
SECRET = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{40,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35}|xox[abeprs]-[\w-]{10,}|[sr]k_(?:live|test)_\w{16,}|lin_api_\w{20,}"
    r"|ATATT3[\w=-]{20,}|dapi[0-9a-f]{32}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|(?<=://)[^\s/:@]{1,60}:(?!\$\{)[^\s/:@]{3,100}(?=@)"
    r"|(?<=\btoken: )(?=[\w.+/=-]*\d)[\w.+/=-]{16,}|(?<=\btoken: [\"'])(?=[\w.+/=-]*\d)[\w.+/=-]{16,}"
    r"|(?<=\buser: )[\w.+-]+@[\w.-]+|(?<=\buser: [\"'])[\w.+-]+@[\w.-]+"
)
#: What YAML's own definition leaves out of a text (https://yaml.org/spec/1.1, section 5.1).
UNPRINTABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
OTHER_BREAKS = str.maketrans({"\x85": " ", "\u2028": " ", "\u2029": " "})  # YAML 1.1 ends a line there, no editor does


def decode(raw: bytes) -> tuple[str, str]:
    """The text of a file and "", or "" and what is wrong with it. Line ends become plain; a byte order mark goes.

    >>> decode(b"\\xef\\xbb\\xbfname: a\\r\\n"), decode(b"caf\\xe9")
    (('name: a\\n', ''), ('', 'byte 0xe9 in line 1 is not UTF-8'))
    """
    if len(raw) > LARGEST:
        return "", f"it has more than {LARGEST:,} bytes"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return plain(raw.decode("utf-16")), ""
        except UnicodeDecodeError:
            return "", "it starts like UTF-16 and does not go on so"
    if b"\0" in raw:
        return "", "it holds zero bytes, as programs and pictures do"
    try:
        return plain(raw.decode("utf-8-sig")), ""
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return "", f"byte 0x{raw[error.start]:02x} in line {line} is not UTF-8"


def plain(text: str) -> str:
    """One kind of line end, no byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def struck(text: str) -> tuple[str, tuple[int, ...]]:
    """The text with every secret struck out at its own length, and where they stood.

    >>> struck("path: postgres://me:hunter2@db/x")
    ('path: postgres://••••••••••@db/x', (17,))
    """
    found = tuple(match.start() for match in SECRET.finditer(text))
    return (SECRET.sub(lambda match: "•" * len(match[0]), text), found) if found else (text, ())
