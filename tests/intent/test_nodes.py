from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madegood.intent.decode import decode
from madegood.intent.nodes import Fields, Items, Reader, Text

QUICK = 2.0  # seconds of CPU for the worst file here; each takes under 0.2 s on an idle machine


def read(text: str) -> tuple[object, Reader]:
    reader = Reader("any.yml")
    return reader.read(text), reader


@pytest.mark.parametrize("word", ["no", "12:30", "1.10", "0x1f", "2026-12-31", "1e3", "yes", "007"])
def test_every_scalar_stays_the_text_that_was_typed(word: str) -> None:
    node, _ = read(f"field: {word}")
    assert isinstance(node, Fields)
    assert node.get("field") == Text(word, node.pairs[0][1].span)


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_nothing_typed_is_an_empty_text(nothing: str) -> None:
    node, _ = read(f"field: {nothing}\nother: 1")
    assert isinstance(node, Fields)
    value = node.get("field")
    assert isinstance(value, Text) and value.value == ""


@given(st.text("aé✓𝄞 ", max_size=8), st.sampled_from(["'", '"']))
def test_a_place_counts_characters_whatever_stands_before(before: str, quote: str) -> None:
    line = f"{quote}k{before}{quote}: value"
    node, _ = read(line)
    assert isinstance(node, Fields)
    span = node.pairs[0][1].span
    assert line[span.column - 1 : span.end_column - 1] == "value"


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[b, " * 50_000,
        "a: " + "[b, " * 50_000 + "]" * 50_000,
        "a: " + "{b: " * 50_000 + "}" * 50_000,
        "? - " * 50_000 + "a",
        "- " * 50_000 + "a",
        "\n".join(" " * i + "a:" for i in range(2_000)),
    ],
)
def test_deep_nesting_is_refused_before_it_can_hurt(text: str) -> None:
    start = time.process_time()
    node, reader = read(text)
    assert node is None
    assert [f.rule for f in reader.findings] == ["unreadable"]
    assert "nests deeper" in reader.findings[0].message
    assert time.process_time() - start < QUICK


def test_aliases_that_multiply_are_refused_before_they_can_hurt() -> None:
    rows = [f"{c}: &{c} [{','.join(['*' + p] * 9)}]" for p, c in zip("abcdefgh", "bcdefghi", strict=True)]
    long = "t: &t " + "x" * 1_000_000 + "\nu: [" + "*t," * 20_000 + "]"
    for text in ("a: &a [" + "x," * 9 + "]\n" + "\n".join(rows), long):
        start = time.process_time()
        node, reader = read(text)
        assert node is None and "aliases followed" in reader.findings[0].message
        assert time.process_time() - start < QUICK


def test_an_alias_stands_for_what_it_names_and_one_without_a_name_is_a_finding() -> None:
    node, reader = read("a: &x [1]\nb: *x\nc: *y\nd: &z [*z]")
    assert isinstance(node, Fields)
    assert node.get("b") == node.get("a") and isinstance(node.get("b"), Items)
    assert [(f.rule, f.span.line, f.span.column) for f in reader.findings] == [
        ("unreadable", 3, 4),
        ("unreadable", 4, 8),
    ]


def test_a_second_text_in_one_file_is_said_and_the_first_is_read() -> None:
    node, reader = read("a: 1\n---\nb: 2\n---\nc: 3\n")
    assert isinstance(node, Fields) and [key.value for key, _ in node.pairs] == ["a"]
    assert [(f.rule, f.span.line) for f in reader.findings] == [("unreadable", 2)]


@pytest.mark.parametrize("character", ["\0", "\x07", "\x7f", "\ud800", "\ufffe"])
def test_a_character_that_is_no_text_is_found_where_it_stands(character: str) -> None:
    node, reader = read(f"a: 1\nb: x{character}y\n")
    assert node is None
    assert [(f.span.line, f.span.column) for f in reader.findings] == [(2, 5)]


def test_lines_are_counted_as_editors_count_them() -> None:
    node, _ = read("a: x\u2028y\x85z\nb: 2\n")
    assert isinstance(node, Fields)
    assert node.pairs[1][0].span.line == 2


TOKENS = [
    "ghp_" + "a1B2" * 9,
    "glpat-" + "x" * 20,
    "AKIA" + "ABCDEFGHIJ234567",
    "xoxb-1234567890-abcdef",
    "sk_live_" + "a" * 24,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijk",
    "postgres://reader:hunter22@db/facts",
    "-----BEGIN RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("text", ["a: {}\n", "# {}\na: 1\n", "{}: 1\n", "a: [1, {}, unclosed\n", "a: 1\na: {}\n"])
def test_a_secret_is_found_anywhere_and_never_shown(token: str, text: str) -> None:
    node, reader = read(text.replace("{}", token))
    assert "secret-in-text" in {f.rule for f in reader.findings}
    assert token not in repr(reader.findings) and "hunter22" not in repr(reader.findings)
    assert token not in repr(node)


@pytest.mark.parametrize("text", ["postgres://reader:${PASSWORD}@db/x", "https://example.org/a:b", "12:30@noon", "sk_"])
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert read(f"a: '{text}'")[1].findings == []


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_a_reason(raw: bytes) -> None:
    text, wrong = decode(raw)
    assert not (text and wrong)
    assert "\r" not in text
    read(text)


def test_what_stands_before_a_slip_is_kept() -> None:
    node, reader = read('a: 1\nb:\n  - c: 2\n    d: [3, 4]\n  - e: 5\n    f: "open\ng: 6\n')
    assert [(f.rule, f.span.line, f.span.column) for f in reader.findings] == [("unreadable", 6, 8)]
    assert isinstance(node, Fields) and isinstance(node.get("a"), Text)
    kept = node.get("b")
    assert isinstance(kept, Items)
    assert [[key.value for key, _ in one.pairs] for one in kept.items if isinstance(one, Fields)] == [["c", "d"], ["e"]]


def test_a_bracket_that_is_never_closed_is_found_where_it_opens() -> None:
    _, reader = read("a: 1\nb: [x,\n  y\nc: 2\n")
    assert [(f.rule, f.span.line, f.span.column) for f in reader.findings] == [("unreadable", 2, 4)]
