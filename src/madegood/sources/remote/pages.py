"""How vendors give out long lists: each pager makes the next request of one and its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from madegood.sources.remote.http import Answer, Ask

Pager = Callable[[Ask, Answer], "Ask | None"]


def link(ask: Ask, answer: Answer) -> Ask | None:
    """The header `Link: <...>; rel="next"` (RFC 8288): GitHub, GitLab."""
    return Ask(answer.next) if answer.next else None


def token(field: str = "nextPageToken", param: str = "nextPageToken") -> Pager:
    """A token in the body that is sent back: Jira Cloud, `search/jql` and the bulk changelog."""

    def pager(ask: Ask, answer: Answer) -> Ask | None:
        said = answer.body.get(field)
        if not said:
            return None
        if ask.json is None:
            return ask.but(**{param: str(said)})
        return Ask(ask.url, ask.params, {**ask.json, param: str(said)})

    return pager


def offset(records: str, start: str = "startAt", total: str = "total") -> Pager:
    """A count of what came before: Jira Data Center. A page may be shorter than was asked for."""

    def pager(ask: Ask, answer: Answer) -> Ask | None:
        came = len(answer.body.get(records) or ())
        after = int(answer.body.get(start) or 0) + came
        return ask.but(**{start: str(after)}) if came and after < int(answer.body.get(total) or 0) else None

    return pager


def cursor(*path: str, variable: str = "after") -> Pager:
    """A Relay cursor: `pageInfo` of the connection at a path below `data`, sent as a variable: Linear."""

    def pager(ask: Ask, answer: Answer) -> Ask | None:
        info = within(answer.body, "data", *path, "pageInfo") or {}
        if not info.get("hasNextPage") or not info.get("endCursor"):
            return None
        variables = {**ask.json.get("variables", {}), variable: info["endCursor"]}
        return Ask(ask.url, ask.params, {**ask.json, "variables": variables})

    return pager


def continuation(header: str = "x-ms-continuationtoken", param: str = "continuationToken") -> Pager:
    """A token in a header that is sent back: Azure DevOps."""

    def pager(ask: Ask, answer: Answer) -> Ask | None:
        said = answer.headers.get(header)
        return ask.but(**{param: said}) if said else None

    return pager


def within(value: Any, *path: str) -> Any:
    """What stands at a path of names, None where nothing does.

    >>> within({"data": {"issues": {"nodes": [1]}}}, "data", "issues", "nodes"), within({}, "data", "issues")
    ([1], None)
    """
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
