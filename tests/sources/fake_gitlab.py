"""A project on GitLab that exists in memory only: every answer holds to what GitLab publishes of it.

Its clock moves by hand, its pages are as small as a test likes, and it fails where a test says.
"""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import md5, sha1
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jsonschema_rs

from .vendor import Reply, Vendor, iso

SCHEMAS = json.loads(Path(__file__).with_name("gitlab_schema.json").read_text("utf-8"))
TOKEN = "glpat-0123456789abcdefghij"
PROJECT = "acme/apps/shop"
NUMBER = 77
TYPES = {"issues": "Issue", "merge_requests": "MergeRequest"}
EVENTS = {"resource_state_events": "states", "resource_label_events": "labels"}


@cache
def validator(name: str) -> Any:
    schema = {**SCHEMAS[name], "$defs": SCHEMAS["$defs"]}
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def user(number: int) -> dict[str, Any]:
    return {"id": number, "username": f"person-{number}", "name": f"Person {number}"}


class FakeGitLab(Vendor):
    """`reply(url, headers)` is the vendor; the other verbs are what people do there."""

    def __init__(self, most: int = 100, base: str = "https://gitlab.com", token: str = TOKEN) -> None:
        super().__init__(base)
        self.most, self.token = most, token
        self.work: dict[str, dict[int, dict[str, Any]]] = {"issues": {}, "merge_requests": {}}
        self.steps: dict[tuple[str, int], dict[str, list[dict[str, Any]]]] = {}
        self.milestones: dict[int, dict[str, Any]] = {}
        self.releases: dict[str, dict[str, Any]] = {}
        self.deployments: dict[int, dict[str, Any]] = {}
        self.levels: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.unchanged = 0
        self._last = 0

    # ---- what people do ----

    def number(self) -> int:
        self._last += 1
        return self._last

    def open(self, title: str = "Wait less", pull: bool = False, **said: Any) -> tuple[str, int]:
        kind = "merge_requests" if pull else "issues"
        number, at = self.number(), iso(self.now)
        one: dict[str, Any] = {
            "id": 5000 + number, "iid": number, "project_id": NUMBER, "title": title, "description": None,
            "state": "opened", "labels": [], "milestone": None, "author": user(1), "assignees": [],
            "created_at": at, "updated_at": at, "closed_at": None,
        }  # fmt: skip
        more: dict[str, Any] = {"draft": False, "merged_at": None}
        if not pull:
            more = {"issue_type": "issue", "moved_to_id": None, "_links": {"closed_as_duplicate_of": None}}
            more |= {"time_stats": {"time_estimate": 0}}
        self.work[kind][number] = one | more | said
        self.steps[kind, number] = {"states": [], "labels": []}
        return kind, number

    def at(self, one: tuple[str, int]) -> dict[str, Any]:
        return self.work[one[0]][one[1]]

    def event(self, one: tuple[str, int], kind: str, **said: Any) -> None:
        self.at(one)["updated_at"] = iso(self.now)
        about = {"resource_type": TYPES[one[0]], "resource_id": self.at(one)["id"], "user": user(1)}
        self.steps[one][kind].append({"id": self.number(), "created_at": iso(self.now)} | about | said)

    def close(self, one: tuple[str, int], merged: bool = False) -> None:
        self.at(one)["state"] = "merged" if merged else "closed"
        self.at(one)["merged_at" if merged else "closed_at"] = iso(self.now)
        self.event(one, "states", state="merged" if merged else "closed")

    def reopen(self, one: tuple[str, int]) -> None:
        if self.at(one)["state"] == "closed":
            self.at(one).update(state="opened", closed_at=None)
            self.event(one, "states", state="reopened")

    def label(self, one: tuple[str, int], name: str, on: bool = True) -> None:
        """A label; of one scope there is one at a time, as GitLab keeps it."""
        scope = name.rpartition("::")[0]
        had = self.at(one)["labels"]
        off = [old for old in had if old == name or (on and scope and old.rpartition("::")[0] == scope)]
        self.at(one)["labels"] = [old for old in had if old not in off] + ([name] if on else [])
        if on:
            self.event(one, "labels", label={"id": 1, "name": name}, action="add")
        for old in off:
            if not on or old != name:
                self.event(one, "labels", label={"id": 2, "name": old}, action="remove")

    def edit(self, one: tuple[str, int], **said: Any) -> None:
        self.at(one).update(updated_at=iso(self.now), **said)

    def delete(self, one: tuple[str, int]) -> None:
        del self.work[one[0]][one[1]], self.steps[one]

    def milestone(self, title: str) -> dict[str, Any]:
        number = 700 + self.number()
        made = {"id": number, "iid": number - 700, "title": title, "description": None, "state": "active"}
        self.milestones[number] = made
        return made

    def release(self, tag: str, description: str = "", **said: Any) -> str:
        at = iso(self.now)
        made = {"tag_name": tag, "name": tag, "description": description, "created_at": at, "released_at": at}
        self.releases[tag] = made | {"upcoming_release": False, "milestones": []} | said
        return tag

    def deploy(self, ref: str, status: str = "success", to: str = "production") -> int:
        name, at = self.number(), iso(self.now)
        self.deployments[name] = {
            "id": name, "iid": name, "ref": ref, "sha": sha1(str(name).encode()).hexdigest(), "status": status,
            "created_at": at, "updated_at": at, "user": None, "environment": {"id": 1, "name": to},
            "deployable": {"finished_at": at if status == "success" else None},
        }  # fmt: skip
        return name

    def succeed(self, name: int) -> None:
        at = iso(self.now)
        self.deployments[name] |= {"status": "success", "updated_at": at, "deployable": {"finished_at": at}}

    # ---- what it answers ----

    def answer(self, method: str, url: str, headers: dict[str, str], body: str) -> Reply:
        if self.token and headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, json.dumps({"message": "401 Unauthorized"})
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix("/api/v4/projects/")
        missing: Reply = (404, {}, '{"message": "404 Project Not Found"}')
        if "/" not in path:
            levels = {f"{name}_access_level": "enabled" for name in TYPES} | self.levels
            return (200, {}, json.dumps({"id": NUMBER} | levels)) if unquote(path) == PROJECT else missing
        path = path.removeprefix(f"{NUMBER}/")
        if path.split("/")[0] in self.hidden:
            return 403, {}, '{"message": "403 Forbidden"}'
        if found := re.fullmatch(r"(issues|merge_requests)/(\d+)(?:/(\w+))?", path):
            one = (found[1], int(found[2]))
            if one not in self.steps:
                return 404, {}, '{"message": "404 Not found"}'
            if not found[3]:
                return self.checked(found[1][:-1], self.at(one))
            return self.page(found[3][:-1], self.steps[one][EVENTS[found[3]]], parts, query, headers)
        if found := re.fullmatch(r"(milestones|releases)/(.+)", path):
            name: Any = unquote(found[2]) if found[1] == "releases" else int(found[2])
            held = getattr(self, found[1]).get(name)
            return self.checked(found[1][:-1], held) if held else (404, {}, '{"message": "404 Not found"}')
        if path in ("issues", "merge_requests", "deployments"):
            there = self.deployments if path == "deployments" else self.work[path]
            order = query["order_by"]
            listed = sorted(
                (one for one in there.values() if one["updated_at"] >= query.get("updated_after", "")),
                key=lambda one: (one[order], one["id"]),
            )
        elif path in ("milestones", "releases"):
            listed = list(getattr(self, path).values())[::-1]
        else:
            return 404, {}, '{"error": "404 Not Found"}'
        return self.page(path[:-1], listed, parts, query, headers)

    def page(self, kind: str, listed: list[Any], parts: Any, query: dict[str, str], headers: dict[str, str]) -> Reply:
        size, number = min(int(query.get("per_page", 20)), self.most), int(query.get("page", 1))
        _, _, text = self.checked(kind, listed[(number - 1) * size : number * size])
        tag = f'W/"{md5(text.encode()).hexdigest()}"'
        more = {"ETag": tag}
        if number * size < len(listed):
            more["Link"] = f'<{self.base}{parts.path}?{urlencode(query | {"page": str(number + 1)})}>; rel="next"'
        if headers.get("if-none-match") == tag:
            self.unchanged += 1
            return 304, more, ""
        return 200, more, text

    def checked(self, kind: str, found: Any) -> Reply:
        """An answer that GitLab could have given."""
        for one in found if isinstance(found, list) else [found]:
            validator(kind).validate(one)
        return 200, {}, json.dumps(found)
