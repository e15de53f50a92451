"""A repository on GitHub that exists in memory only: every answer holds to what GitHub publishes of it.

Its clock moves by hand, its pages are as small as a test likes, and it fails where a test says.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jsonschema_rs

from .vendor import Reply, Vendor

SCHEMAS = json.loads(Path(__file__).with_name("github_schema.json").read_text("utf-8"))
TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
REPO = "acme/shop"


@cache
def validator(name: str) -> Any:
    return jsonschema_rs.validator_for(SCHEMAS[name], validate_formats=True)


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(number: int) -> dict[str, Any]:
    return {"id": number, "login": f"person-{number}"}


class FakeGitHub(Vendor):
    """`reply(url, headers)` is the vendor; the other verbs are what people do there."""

    def __init__(self, most: int = 100, base: str = "https://api.github.com", token: str = TOKEN) -> None:
        super().__init__(base)
        self.most, self.token = most, token
        self.issues: dict[int, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.milestones: dict[int, dict[str, Any]] = {}
        self.releases: dict[int, dict[str, Any]] = {}
        self.deployments: dict[int, dict[str, Any]] = {}
        self.statuses: dict[int, list[dict[str, Any]]] = {}
        self.unchanged = 0
        self._last = 0

    # ---- what people do ----

    def number(self) -> int:
        self._last += 1
        return self._last

    def open(self, title: str = "Wait less", pull: bool = False, **said: Any) -> int:
        number = self.number()
        at = iso(self.now)
        one: dict[str, Any] = {
            "id": 5000 + number, "number": number, "title": title, "body": None, "state": "open",
            "state_reason": None, "labels": [], "type": None, "milestone": None, "user": user(1), "assignees": [],
            "parent_issue_url": None, "created_at": at, "closed_at": None, "updated_at": at,
        }  # fmt: skip
        if pull:
            one |= {"pull_request": {"merged_at": None}, "draft": False}
        self.issues[number] = one | said
        return number

    def event(self, number: int, event: str, **said: Any) -> None:
        one = self.issues[number]
        one["updated_at"] = iso(self.now)
        about = {"id": one["id"], "number": number}
        self.events.append(
            {"id": 9000 + self.number(), "event": event, "created_at": iso(self.now), "issue": about} | said
        )

    def close(self, number: int, reason: str = "completed", merged: bool = False) -> None:
        one = self.issues[number]
        one |= {"state": "closed", "closed_at": iso(self.now), "state_reason": None if "draft" in one else reason}
        if merged:
            one["pull_request"]["merged_at"] = iso(self.now)
            self.event(number, "merged")
        self.event(number, "closed")

    def reopen(self, number: int) -> None:
        self.issues[number] |= {"state": "open", "closed_at": None, "state_reason": "reopened"}
        self.event(number, "reopened")

    def label(self, number: int, name: str, on: bool = True) -> None:
        one = self.issues[number]
        one["labels"] = [label for label in one["labels"] if label["name"] != name] + ([{"name": name}] if on else [])
        self.event(number, "labeled" if on else "unlabeled", label={"name": name})

    def assign(self, number: int, who: int) -> None:
        self.issues[number]["assignees"] = [user(who)]
        self.event(number, "assigned", assignee=user(who))

    def delete(self, number: int) -> None:
        gone = self.issues.pop(number)["id"]
        self.events = [event for event in self.events if event["issue"]["id"] != gone]

    def milestone(self, title: str) -> int:
        number = len(self.milestones) + 1
        self.milestones[number] = {
            "id": 700 + number,
            "number": number,
            "title": title,
            "due_on": None,
            "state": "open",
        }
        return number

    def release(self, tag: str, body: str = "", **said: Any) -> int:
        name, at = self.number(), iso(self.now)
        made = {"id": name, "tag_name": tag, "name": tag, "body": body, "draft": False, "prerelease": False}
        self.releases[name] = made | {"published_at": at, "created_at": at} | said
        return name

    def deploy(self, ref: str, *states: str, to: str = "production") -> int:
        name = self.number()
        made = {
            "id": name,
            "sha": md5(str(name).encode()).hexdigest() + "0" * 8,
            "ref": ref,
            "environment": to,
            "created_at": iso(self.now),
        }
        self.deployments[name] = made | {"production_environment": to == "production"}
        self.statuses[name] = []
        for state in states:
            self.status(name, state)
        return name

    def status(self, name: int, state: str) -> None:
        self.statuses[name].insert(0, {"id": self.number(), "state": state, "created_at": iso(self.now)})

    # ---- what it answers ----

    def answer(self, method: str, url: str, headers: dict[str, str], body: str) -> Reply:
        if self.token and headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, json.dumps({"message": f"Bad credentials: {headers.get('authorization')}"})
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix(urlsplit(self.base).path).removeprefix(f"/repos/{REPO}/")
        if found := re.fullmatch(r"(issues|milestones|releases)/(\d+)", path):
            one = getattr(self, found[1]).get(int(found[2]))
            gone = 410 if found[1] == "issues" else 404
            return self.checked(found[1], one) if one else (gone, {}, '{"message": "This was deleted"}')
        if path == "issues":
            listed = sorted(
                (one for one in self.issues.values() if one["updated_at"] >= query.get("since", "")),
                key=lambda one: (one[f"{query['sort']}_at"], one["number"]),
            )
        elif path == "issues/events":
            listed = self.events[::-1]
        elif path in ("milestones", "releases", "deployments"):
            listed = list(getattr(self, path).values())[::-1]
        elif found := re.fullmatch(r"deployments/(\d+)/statuses", path):
            path, listed = "statuses", self.statuses[int(found[1])]
        else:
            return 404, {}, '{"message": "Not Found"}'
        return self.page(path, listed, parts, query, headers)

    def page(self, path: str, listed: list[Any], parts: Any, query: dict[str, str], headers: dict[str, str]) -> Reply:
        size, number = min(int(query.get("per_page", 30)), self.most), int(query.get("page", 1))
        here = listed[(number - 1) * size : number * size]
        _, _, text = self.checked(path, here)
        tag = f'W/"{md5(text.encode()).hexdigest()}"'
        more = {"ETag": tag}
        if number * size < len(listed):
            following = urlencode(query | {"page": str(number + 1)})
            more["Link"] = f'<{self.base}{parts.path.removeprefix(urlsplit(self.base).path)}?{following}>; rel="next"'
        if headers.get("if-none-match") == tag:
            self.unchanged += 1
            return 304, more, ""
        return 200, more, text

    def checked(self, path: str, found: Any) -> Reply:
        """An answer that GitHub could have given."""
        names = {"issues": "issue", "issues/events": "issue-event", "statuses": "deployment-status"}
        valid = validator(names.get(path, path[:-1]))
        for one in found if isinstance(found, list) else [found]:
            valid.validate(one)
        return 200, {}, json.dumps(found)
