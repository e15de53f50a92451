"""What the YAML library complains of -> the slip that a person likely made."""

from __future__ import annotations

QUOTES = "Put the text in quotes: "
ANYTHING = "Mend this line or the one above: indentation, quotes, brackets and colons must fit."


def slip(problem: str, line: str, column: int = 1) -> str:
    """How to mend it, from the complaint and the line where it was raised.

    >>> slip("found character that cannot start any token", "    title: @home", 12)
    'Put the text in quotes: YAML gives @ at the start of a value another meaning.'
    >>> slip("did not find expected '-' indicator", "   title: Paid", 4)
    'Give this line the indentation of the line it belongs with.'
    """
    if "\t" in line[: len(line) - len(line.lstrip())] or "tab" in problem:
        return "Replace tabs at the start of lines by spaces."
    if "mapping values are not allowed" in problem:
        return f"{QUOTES}it holds a colon. Or mend the indentation of this line or the one above."
    if "sequence entries are not allowed" in problem:
        return "Begin the list on a line of its own, or put the text in quotes if it only starts with a hyphen."
    if "unexpected end" in problem or "expected <document" in problem:
        return "Close the quote or bracket that begins here."
    if "flow sequence" in problem or "flow mapping" in problem or "expected ',' or" in problem:
        return "Close the bracket, or put a comma between its parts."
    if "cannot start any token" in problem:
        return f"{QUOTES}YAML gives {line[column - 1 : column]} at the start of a value another meaning."
    return near(line, column)


def near(line: str, column: int) -> str:
    """Where the library only says what it did not find: what stands before the place tells."""
    before = line[: column - 1]
    if not before.strip():
        return "Give this line the indentation of the line it belongs with."
    quoted = before.split(": ", 1)[-1].strip()[:1]
    if quoted in ("'", '"'):
        return f"A text that begins with {quoted} ends at the next {quoted}: put the whole text in the other quotes."
    return ANYTHING
