"""YAML text -> nodes that know their place. Every scalar stays text: `no` is a word, 12:30 a time, 1.10 a version."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from madegood.findings import Finding, Severity, Span

LARGEST = 4_000_000  # characters of one file: a strategy is written by hand, and a larger file is a mistake
DEEPEST = 60  # levels of nesting: nobody reads deeper, and libyaml's own stack ends somewhere
MOST = 200_000  # nodes after aliases are followed: stops a file whose aliases multiply
SECRET = re.compile(
    r"(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{10,}"
    r"|sk_live_\w{16,}|lin_api_\w{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----)"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as typed, without its quotes."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Fields:
    """A map; keys are texts, each once."""

    pairs: tuple[tuple[Text, Node], ...]
    span: Span

    def get(self, name: str) -> Node | None:
        """The value under a key."""
        return next((value for key, value in self.pairs if key.value == name), None)


Node = Text | Items | Fields


@dataclass(slots=True)
class Reader:
    """Reads one file and collects what is wrong in it.

    offset  lines of the file before the YAML text starts
    """

    file: str
    lines: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    offset: int = 0
    _count: int = 0

    def say(self, rule: str, span: Span, message: str, mend: str, severity: Severity = "error") -> None:
        """One more finding; its subject is the place in words, so that it stays while lines move."""
        self.findings.append(Finding(rule, span, message, mend, severity, f"{rule}:{self.file}:{span.text.strip()}"))

    def at(self, line: int, column: int = 1) -> Span:
        """A place by its 1-based line and column in the file."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Span(self.file, line, column, line, max(column + 1, len(text) + 1), text)

    def read(self, text: str) -> Node | None:
        """The whole text as one node; None when it is empty or cannot be read at all."""
        if not self.lines:
            self.lines = text.split("\n")
        if not self._safe(text):
            return None
        try:
            root = yaml.compose(text, Loader=LOADER)
            return None if root is None else self._node(root, 0)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            span = self.at(self.offset + mark.line + 1, mark.column + 1) if mark else self.at(1)
            what = " ".join(part for part in (error.context, error.problem) if part)
            self.say(
                "unreadable", span, f"This is not YAML that can be read: {what}.", slip(error.problem or "", span.text)
            )
        except yaml.YAMLError as error:
            self.say(
                "unreadable", self.at(1), f"This is not text: {first_line(error)}.", "Save the file as UTF-8 text."
            )
        except (TooMuch, RecursionError):
            self.say("unreadable", self.at(1), "Aliases or nesting make this file larger than anybody can read.", PLAIN)
        return None

    def _safe(self, text: str) -> bool:
        """Whether the text may be handed to the YAML library at all."""
        if len(text) > LARGEST:
            self.say(
                "unreadable", self.at(1), f"The file has {len(text):,} characters.", "Split it into smaller files."
            )
            return False
        deep = max(text.count("[") - text.count("]"), text.count("{") - text.count("}"))
        runs = re.search(r"[\[{]{%d}|(?:- ){%d}|^ {%d}\S" % (DEEPEST, DEEPEST, 8 * DEEPEST), text, re.MULTILINE)  # noqa: UP031
        if runs or deep > 10 * DEEPEST:
            self.say("unreadable", self.at(1), f"The file nests deeper than {DEEPEST} levels.", PLAIN)
            return False
        return True

    def _span(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        line = self.offset + start.line + 1
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if isinstance(node, yaml.ScalarNode) and end.line == start.line:
            return Span(self.file, line, start.column + 1, line, max(end.column, start.column + 1) + 1, text)
        width = max(len(text.rstrip()), start.column + 1)
        return Span(self.file, line, start.column + 1, line, width + 1, text)

    def _node(self, node: yaml.Node, depth: int) -> Node:
        self._count += 1
        if self._count > MOST or depth > DEEPEST:
            raise TooMuch
        span = self._span(node)
        if isinstance(node, yaml.ScalarNode):
            if SECRET.search(node.value):
                mend = (
                    "Make it void where it came from, take it out, and name it by an environment variable: `${NAME}`."
                )
                self.say(
                    "secret-in-text", Span(span.file, span.line, span.column), "This looks like a secret token.", mend
                )
                return Text("", span)
            plain_null = node.style is None and node.value in ("~", "null")
            return Text("" if plain_null else node.value, span)
        if isinstance(node, yaml.SequenceNode):
            return Items(tuple(self._node(one, depth + 1) for one in node.value), span)
        return Fields(tuple(self._pairs(node, depth)), span)

    def _pairs(self, node: yaml.Node, depth: int) -> list[tuple[Text, Node]]:
        pairs: dict[str, tuple[Text, Node]] = {}
        for raw, value in node.value:
            key = self._node(raw, depth + 1)
            if not isinstance(key, Text):
                self.say("wrong-kind", key.span, "A list or map stands where a field's name belongs.", "Write a word.")
                continue
            if key.value in pairs:
                before = pairs[key.value][0].span.line
                message = f"`{key.value}` is already said in line {before}."
                self.say("duplicate-key", key.span, message, "Keep one of the two; the first is read.")
                continue
            pairs[key.value] = (key, self._node(value, depth + 1))
        return list(pairs.values())


class TooMuch(Exception):
    """Aliases multiplied, or nesting went too deep; never leaves this file."""


LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PLAIN = "Write it flat: lists of things with an id, and names where they refer to each other."


def slip(problem: str, line: str) -> str:
    """The likely slip behind a complaint of the YAML library."""
    if "\t" in line[: len(line) - len(line.lstrip())] or "tab" in problem:
        return "Replace tabs at the start of lines by spaces."
    if "mapping values are not allowed" in problem:
        return "Put the text in quotes: it holds a colon. Or mend the indentation of this line or the one above."
    if "found unexpected end" in problem or "expected <document" in problem or "block end" in problem:
        return "Close the quote or bracket, or mend the indentation: the slip is often one line above."
    if "alias" in problem or "anchor" in problem:
        return "Put the text in quotes: `*` and `&` mean something else at the start of a value."
    if "cannot start any token" in problem:
        return "Put the text in quotes: YAML gives its first character another meaning."
    return "Mend this line or the one above: indentation, quotes, brackets and colons must fit."


def first_line(error: Exception) -> str:
    """What an exception says, without the rest of its page."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def decode(raw: bytes) -> tuple[str, str]:
    """The text of a file and "", or "" and what is wrong with it. Line ends become plain; a byte order mark goes."""
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
    """One kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
