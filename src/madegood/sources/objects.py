"""JSON lines, a JSON list, or a list wrapped in one object -> cells of text under dotted names."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from madegood.sources.reading import NotThat, lines_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from madegood.sources.reading import Seen

BLANK = "\ufeff \r\n\t"
WHOLE = 1 << 28  # characters of a JSON text that is read at once, because it is not written line by line
Object = tuple[int, "Mapping[str, str] | str", str]  # line, its cells or why it has none, its raw text then


def json_lines(path: Path, seen: Seen) -> Iterator[Object]:
    """Every object of a file, with its cells as text; numbered by line, or within a list by place."""
    for number, one, line in json_values(path, seen):
        if isinstance(one, str):
            yield number, one, line
            continue
        try:
            yield number, flat(one), ""
        except RecursionError:
            yield number, "is nested too deep", line[:500]


def json_names(path: Path, seen: Seen) -> tuple[str, ...]:
    """The names of all cells of all objects, in the order in which they come."""
    found: dict[str, None] = {}
    for _, one, _ in json_values(path, seen):
        if not isinstance(one, str):
            with suppress(RecursionError):
                found |= dict.fromkeys(names_of(one))
    return tuple(found)


def names_of(one: dict[str, Any], before: str = "") -> Iterator[str]:
    """The names of an object's cells.

    >>> list(names_of({"id": 7, "user": {"id": "x", "tags": []}}))
    ['id', 'user.id', 'user.tags']
    """
    for name, value in one.items():
        held = paired(value)
        if isinstance(held, dict):
            yield from names_of(held, f"{before}{name}.")
        else:
            yield before + name


def unfolded(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What an object holds several of: the records of OpenTelemetry's file exporter, the actions of a visit in Matomo.

    >>> list(unfolded({"visitorId": "v", "actionDetails": [{"type": "action"}, {"type": "event"}]}))
    [{'type': 'action', 'visit': {'visitorId': 'v'}}, {'type': 'event', 'visit': {'visitorId': 'v'}}]
    """
    if isinstance(one.get("resourceLogs"), list):
        for resource in one["resourceLogs"]:
            for scope in resource.get("scopeLogs") or ():
                yield from scope.get("logRecords") or ()
    elif isinstance(one.get("resourceSpans"), list):
        for resource in one["resourceSpans"]:
            for scope in resource.get("scopeSpans") or ():
                for span in scope.get("spans") or ():
                    yield from span.get("events") or ()
    elif isinstance(one.get("actionDetails"), list) and "visitorId" in one:
        visit = {name: value for name, value in one.items() if name != "actionDetails"}
        yield from ({**action, "visit": visit} for action in one["actionDetails"])
    else:
        yield one


def each(line: int, one: dict[str, Any] | str, raw: str) -> Iterator[tuple[int, dict[str, Any] | str, str]]:
    """A line, or what it holds several of."""
    if isinstance(one, str):
        yield line, one, raw
        return
    try:
        for inner in unfolded(one):
            yield (line, inner, raw) if isinstance(inner, dict) else (line, "is no object", raw[:500])
    except (AttributeError, TypeError):
        yield line, "is not as its tool writes it", raw[:500]


def json_values(path: Path, seen: Seen) -> Iterator[tuple[int, dict[str, Any] | str, str]]:
    """(line, an object, its text) or (line, why there is none, the raw text)."""
    with text_of(path, seen) as file:
        lines = lines_of(file)
        head = list(islice(lines, 20))
        start = "".join(head).lstrip(BLANK)
        if start and start[0] not in "{[":
            raise NotThat("does not begin like JSON: `[` of a list, or one object `{...}` in each line")
        if start[:1] == "[" or alone(head):
            file.seek(0)
            for place, one, raw in listed(whole(file.read(WHOLE + 1))):
                yield from each(place, one, raw)
            return
        file.seek(0)
        for number, line in enumerate(lines_of(file), 1):
            if line.strip(BLANK):
                yield from each(*one_object(number, line.strip(BLANK)))


def alone(head: list[str]) -> bool:
    """Whether a file that begins with `{` is one object: written over several lines, or alone in its line."""
    filled = [line.strip(BLANK) for line in head if line.strip(BLANK)]
    if not filled:
        return False
    try:
        first = json.loads(filled[0])
    except (ValueError, RecursionError):
        if len(filled) == 1:
            return False
        try:
            json.loads(filled[1])
        except (ValueError, RecursionError):
            return True
        return False
    return len(filled) == 1 and isinstance(first, dict) and inside(first) is not None


def whole(text: str) -> list[Any]:
    """The list in a JSON text: the text itself, or the only list of objects in its one object."""
    if len(text) > WHOLE:
        raise NotThat("is one JSON value too large to be read at once: write one object in each line")
    try:
        value = json.loads(text.lstrip(BLANK))
    except (ValueError, RecursionError) as error:
        raise NotThat(f"is JSON that cannot be read: {str(error) or 'it is nested too deep'}") from None
    if isinstance(value, list):
        return value
    found = [value] if "resourceLogs" in value or "resourceSpans" in value else inside(value)
    if found is None:
        raise NotThat("is one JSON object without a list of records in it: export a list, or one object in each line")
    return found


def inside(value: dict[str, Any]) -> list[Any] | None:
    """The only list of objects in an object, as an interface's page of answers has it.

    >>> inside({"total": 1, "issues": [{"id": 7}]})
    [{'id': 7}]
    """
    lists = [
        v
        for v in value.values()
        if isinstance(v, list) and v and all(isinstance(one, dict) for one in v) and paired(v) is v
    ]
    plain = not {"id", "key", "number", "event", "event_name"} & {name.lower() for name in value}
    return lists[0] if len(lists) == 1 and plain else None


def listed(values: list[Any]) -> Iterator[tuple[int, dict[str, Any] | str, str]]:
    """The objects of one list, numbered from 1."""
    for number, one in enumerate(values, 1):
        yield (number, one, "") if isinstance(one, dict) else (number, "is no object", str(one)[:500])


def one_object(number: int, line: str) -> tuple[int, dict[str, Any] | str, str]:
    """One line of JSON."""
    try:
        one = json.loads(line)
    except (ValueError, RecursionError):
        return number, "is not JSON", line[:500]
    return (number, one, line) if isinstance(one, dict) else (number, "is no object", line[:500])


def flat(one: dict[str, Any], before: str = "") -> dict[str, str]:
    """An object's values as text: lists joined by |, objects and pairs inside it under a dotted name.

    >>> flat({"id": 7, "labels": ["a", "b"], "user": {"id": "x"}, "none": None, "yes": True})
    {'id': '7', 'labels': 'a|b', 'user.id': 'x', 'none': '', 'yes': 'true'}
    """
    out: dict[str, str] = {}
    for name, inner in one.items():
        value = paired(inner)
        if isinstance(value, dict):
            out |= flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            out[before + name] = "|".join(as_text(v.get("name", v) if isinstance(v, dict) else v) for v in value)
        else:
            out[before + name] = as_text(value)
    return out


def paired(value: Any) -> Any:
    """A list of keys with values as an object: parameters of Google Analytics, attributes of OpenTelemetry.

    >>> paired([{"key": "page", "value": {"string_value": "/a"}}, {"key": "n", "value": {"intValue": "7"}}])
    {'page': '/a', 'n': '7'}
    >>> paired(["a"]), paired([{"key": "PROJ-1", "name": "x"}])
    (['a'], [{'key': 'PROJ-1', 'name': 'x'}])
    """
    if not isinstance(value, list) or not value:
        return value
    if not all(isinstance(one, dict) and one.keys() == {"key", "value"} for one in value):
        return value
    return {str(one["key"]): single(one["value"]) for one in value}


def single(value: Any) -> Any:
    """The one value in an object with a name for each type; anything else as it is."""
    if isinstance(value, dict) and value and all(name.lower().endswith("value") for name in value):
        return next((one for one in value.values() if one is not None), None)
    return value


def as_text(value: Any) -> str:
    """One value as it would stand in a CSV cell."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else json.dumps(value)
