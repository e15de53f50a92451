"""YAML text -> nodes that know their place. Every scalar stays text: `no` is a word, 12:30 a time, 1.10 a version.

The nodes are made from YAML's events, one after the other and without recursion, so that no file, however deep or
however its aliases multiply, can exhaust the machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from madegood.findings import Finding, Severity, Span
from madegood.intent.decode import LARGEST, OTHER_BREAKS, UNPRINTABLE, plain, struck
from madegood.intent.slip import slip

DEEPEST = 40  # levels of nesting: a strategy needs eight
MOST = 200_000  # nodes after aliases are followed: stops a file whose aliases multiply
LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FLAT = "Write it flat: lists of things with an id, and names where they refer to each other."


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
class Open:
    """A list or map that has begun; its children alternate between key and value in a map.

    size, height  nodes in it (64 characters of text count as one more) and levels below it, aliases followed
    """

    event: Any
    children: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 0


class TooMuch(Exception):
    """Aliases multiplied, or nesting went too deep; never leaves this file."""


@dataclass(slots=True)
class Reader:
    """Reads one file and collects what is wrong in it.

    offset  lines of the file before the YAML text starts
    """

    file: str
    lines: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    offset: int = 0

    def say(self, rule: str, span: Span, message: str, mend: str, severity: Severity = "error") -> None:
        """One more finding; its subject is the place in words, so that it stays while lines move."""
        about = f"{rule}:{self.file}:{span.text[:200].strip()}"
        self.findings.append(Finding(rule, span, message, mend, severity, about))

    def at(self, line: int, column: int = 1) -> Span:
        """A place by its 1-based line and column in the file, up to the line's end."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Span(self.file, line, column, line, max(column + 1, len(text) + 1), text)

    def take(self, text: str) -> str:
        """The whole file's text from here on: plain line ends, secrets struck out and said."""
        text, secrets = struck(plain(text))
        self.lines = text.split("\n")
        for start in secrets:
            line = text.count("\n", 0, start) + 1
            span = Span(self.file, line, start - text.rfind("\n", 0, start))  # without the line: it is never shown
            mend = "Make it void where it came from, take it out, and name it by an environment variable: `${NAME}`."
            self.say("secret-in-text", span, "This looks like a secret token.", mend)
        return text

    def read(self, text: str) -> Node | None:
        """A YAML text as one node; None when it is empty or cannot be read at all.

        After a slip that YAML cannot get over, the node holds what stands before it, so that a slip at the end of a
        file does not make everything unknown that the file says.
        """
        if not self.lines:
            text = self.take(text)
        if not self._safe(text):
            return None
        built = Builder(self)
        try:
            for event in yaml.parse(text.translate(OTHER_BREAKS), Loader=LOADER):
                built.take(event)
            return built.root
        except yaml.MarkedYAMLError as error:
            self._broken(error)
            return built.salvage()
        except yaml.YAMLError as error:
            what = (str(error).splitlines() or [type(error).__name__])[0]
            self.say("unreadable", self.at(1), f"This is not text: {what}.", "Save the file as UTF-8 text.")
        except TooMuch as error:
            self.say("unreadable", self.at(built.line), f"{error}.", FLAT)
        return None

    def _broken(self, error: yaml.MarkedYAMLError) -> None:
        """What the YAML library complains of, at its place, with the slip that likely caused it."""
        begin, mark = error.context_mark, error.problem_mark or error.context_mark
        text = f"{error.context} {error.problem}"
        if begin and mark and ("unexpected end" in text or ("a flow " in text and begin.line < mark.line)):
            mark = begin  # the quote or bracket that is still open tells more than the place where it was missed
        span = self.at(self.offset + mark.line + 1, mark.column + 1) if mark else self.at(1)
        what = " ".join(part for part in (error.context, error.problem) if part)
        mend = slip(what, span.text, span.column)
        self.say("unreadable", span, f"This is not YAML that can be read: {what}.", mend)

    def _safe(self, text: str) -> bool:
        """Whether the text may be handed to the YAML library at all."""
        if len(text) > LARGEST:
            message = f"The file has {len(text):,} characters."
            self.say("unreadable", self.at(1), message, "Split it into smaller files.")
            return False
        bad = UNPRINTABLE.search(text)
        if bad:
            line = self.offset + text.count("\n", 0, bad.start()) + 1
            span = self.at(line, bad.start() - text.rfind("\n", 0, bad.start()))
            message = f"The character U+{ord(bad[0]):04X} cannot stand in a text file."
            self.say("unreadable", span, message, "Delete it, or save the file as UTF-8 text.")
            return False
        return True

    def span(self, start: Any, end: Any) -> Span:
        """From one of YAML's marks to another; what spans several lines ends with its first."""
        line = self.offset + start.line + 1
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if end.line == start.line:
            return Span(self.file, line, start.column + 1, line, max(end.column, start.column + 1) + 1, text)
        return Span(self.file, line, start.column + 1, line, max(len(text.rstrip()), start.column + 1) + 1, text)


@dataclass(slots=True)
class Builder:
    """Puts the nodes of one file together, event by event."""

    reader: Reader
    root: Node | None = None
    line: int = 1  # where we are, for what is said of the whole file
    count: int = 0
    stack: list[Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int, int]] = field(default_factory=dict)  # name -> node, size, height
    documents: int = 0

    def take(self, event: Any) -> None:
        """One more event."""
        self.line = self.reader.offset + event.start_mark.line + 1
        if self.documents > 1:
            return
        if isinstance(event, yaml.ScalarEvent):
            plain_null = event.implicit[0] and event.value in ("~", "null", "Null", "NULL")
            value = "" if plain_null else event.value
            span = self.reader.span(event.start_mark, event.end_mark)
            self.put(Text(value, span), event.anchor, 1 + len(value) // 64, 0)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.stack.append(Open(event))
            self.measure(0, 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self.stack.pop()
            self.put(self.close(done, event.end_mark), done.event.anchor, done.size, done.height)
        elif isinstance(event, yaml.AliasEvent):
            self.follow(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                mend = "Keep one text in a file: take the line `---` away, or move what follows to a file of its own."
                message = "A second text begins here; it is left out."
                self.reader.say("unreadable", self.reader.at(self.line), message, mend)

    def put(self, node: Node, anchor: str | None, size: int, height: int) -> None:
        """A finished node into the list or map that is open, or as the root."""
        if anchor:
            self.anchors[anchor] = (node, size, height)
        self.measure(1, height)
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.children.append(node)
        parent.size += size
        parent.height = max(parent.height, height + 1)

    def salvage(self) -> Node | None:
        """What was read before a slip: each list and map that is still open, with the children it has."""
        while self.stack:
            done = self.stack.pop()
            if isinstance(done.event, yaml.MappingStartEvent) and len(done.children) % 2:
                done.children.pop()
            node = self.close(done, done.event.start_mark)
            if not self.stack:
                self.root = node
            elif not isinstance(node, Fields) or node.pairs:
                self.stack[-1].children.append(node)
        return self.root

    def measure(self, nodes: int, height: int) -> None:
        """Stops when it becomes more than anybody would write."""
        self.count += nodes
        if len(self.stack) + height > DEEPEST:
            raise TooMuch(f"Here it nests deeper than {DEEPEST} levels")
        if self.count > MOST:
            raise TooMuch(f"Up to here the file holds more than {MOST:,} values, aliases followed")

    def follow(self, event: Any) -> None:
        """An alias stands for the node that carries its anchor, once that is finished."""
        span = self.reader.span(event.start_mark, event.end_mark)
        if event.anchor not in self.anchors:
            message = f"`*{event.anchor}` is read as an alias, and nothing before it carries `&{event.anchor}`."
            self.reader.say("unreadable", span, message, "Put the text in quotes, if a `*` is meant.")
            self.put(Text("", span), None, 1, 0)
            return
        node, size, height = self.anchors[event.anchor]
        self.count += size
        self.put(node, None, size, height)

    def close(self, done: Open, end: Any) -> Node:
        """A list or map that has all its children."""
        span = self.reader.span(done.event.start_mark, end)
        if isinstance(done.event, yaml.SequenceStartEvent):
            return Items(tuple(done.children), span)
        pairs: dict[str, tuple[Text, Node]] = {}
        for key, value in zip(done.children[::2], done.children[1::2], strict=True):
            if not isinstance(key, Text):
                message = "A list or map stands where a field's name belongs."
                self.reader.say("wrong-kind", key.span, message, "Write a word.")
            elif key.value in pairs:
                message = f"`{key.value[:60]}` is already said in line {pairs[key.value][0].span.line}."
                self.reader.say("duplicate-key", key.span, message, "Keep one of the two; the first is read.")
            else:
                pairs[key.value] = (key, value)
        return Fields(tuple(pairs.values()), span)
