"""A workspace of Linear's that exists in memory only: questions and answers hold to the schema that Linear publishes.

Its clock moves by hand, its pages are as small as a test likes, and it fails where a test says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import graphql

from .vendor import Reply, Vendor, iso

SDL = Path(__file__).with_name("linear_schema.graphql")
TOKEN = "lin_api_0123456789abcdefghijABCDEFGHIJ0123"
DEAREST = 10_000  # points that one question may cost (linear.app/developers, Rate limiting)
Thing = dict[str, Any]


@cache
def schema() -> graphql.GraphQLSchema:
    return graphql.build_schema(SDL.read_text("utf-8"))


@cache
def parsed(text: str) -> graphql.DocumentNode:
    query = graphql.parse(text)
    wrong = graphql.validate(schema(), query)
    assert not wrong, f"asked what Linear does not know: {wrong}"
    return query


class FakeLinear(Vendor):
    """`reply(method, path, headers, body)` is the vendor; the other verbs are what people do there."""

    def __init__(self, most: int = 250, base: str = "https://api.linear.app", token: str = TOKEN) -> None:
        super().__init__(base)
        self.most, self.token = most, token
        self.issues: dict[str, Thing] = {}
        self.releases: dict[str, Thing] = {}
        self.projects: dict[str, Thing] = {}
        self.labels: dict[str, Thing] = {}
        self.milestones: dict[str, Thing] = {}
        self.cycles: dict[str, Thing] = {}
        self.states: dict[str, Thing] = {}
        self.keeps_releases = True
        self.costs: list[int] = []
        self._last = 0
        self.teams = [self.made(key="ENG", name="Engineering"), self.made(key="OPS", name="Operations")]
        for name, kind in (
            ("Backlog", "backlog"), ("Todo", "unstarted"), ("Building", "started"), ("In Review", "started"),
            ("Shipped out", "completed"), ("Closed", "canceled"),
        ):  # fmt: skip
            one = self.made(name=name, type=kind)
            self.states[name] = one

    # ---- what people do ----

    def made(self, **said: Any) -> Thing:
        self._last += 1
        one = str(UUID(int=(self._last * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128))
        return {"id": one, "createdAt": iso(self.now), "updatedAt": iso(self.now), **said}

    def open(self, title: str = "Wait less", state: str = "Backlog", team: int = 0, **said: Any) -> str:
        number = len(self.issues) + 1 + sum(one.get("gone", 0) for one in self.teams)
        key = self.teams[team]["key"]
        one = self.made(
            identifier=f"{key}-{number}", title=title, startedAt=None, completedAt=None, canceledAt=None,
            archivedAt=None, trashed=None, estimate=None, priorityLabel="No priority", labelIds=[], assignee=None,
            parent=None, project=None, projectMilestone=None, cycle=None, team=self.teams[team], history=[],
            state=self.states[state], description=f"Ask Ana at ana@example.invalid, {TOKEN}",
        )  # fmt: skip
        self.issues[one["id"]] = one | said
        return str(one["id"])

    def change(self, name: str, step: Thing | None = None, **said: Any) -> None:
        one = self.issues[name]
        one |= said | {"updatedAt": iso(self.now)}
        if step is not None:
            empty = dict.fromkeys(("fromStateId", "toStateId", "fromAssigneeId", "toAssigneeId"))
            one["history"].append(self.made(**empty) | step)

    def move(self, name: str, state: str) -> None:
        before, after = self.issues[name]["state"], self.states[state]
        kind, at = after["type"], iso(self.now)
        self.change(
            name,
            {"fromStateId": before["id"], "toStateId": after["id"]},
            state=after,
            startedAt=self.issues[name]["startedAt"] or (at if kind in ("started", "completed") else None),
            completedAt=at if kind == "completed" else None,
            canceledAt=at if kind == "canceled" else None,
        )

    def assign(self, name: str, who: int | None) -> None:
        before = self.issues[name]["assignee"]
        after = {"id": f"user-{who}", "name": f"Ana {who}", "email": f"a{who}@example.invalid"} if who else None
        step = {"fromAssigneeId": before and before["id"], "toAssigneeId": after and after["id"]}
        self.change(name, step, assignee=after)

    def label(self, name: str, label: str, group: str = "") -> None:
        parent = self.named(self.labels, group, isGroup=True, parent=None) if group else None
        one = self.named(self.labels, label, isGroup=False, parent=parent)
        self.change(name, {}, labelIds=sorted({*self.issues[name]["labelIds"], one["id"]}))

    def named(self, there: dict[str, Thing], name: str, **said: Any) -> Thing:
        return there.setdefault(name, self.made(name=name, **said))

    def project(self, name: str, issue: str) -> None:
        no = dict.fromkeys(("startedAt", "completedAt", "canceledAt", "trashed"))
        one = self.named(self.projects, name, slugId=f"p{len(self.projects)}", **no)
        self.change(issue, {}, project=one)

    def trash(self, name: str, on: bool = True) -> None:
        self.change(name, {}, trashed=True if on else None, archivedAt=iso(self.now) if on else None)

    def delete(self, name: str) -> None:
        del self.issues[name]
        self.teams[0]["gone"] = self.teams[0].get("gone", 0) + 1
        for one in self.releases.values():
            one["issues"] = [issue for issue in one["issues"] if issue != name]

    def release(
        self, version: str | None, *issues: str, done: bool = True, production: bool = True, **said: Any
    ) -> str:
        line = {"id": "line", "name": "App" if production else "Staging", "isProduction": production}
        stage = {"type": "completed" if done else "planned"}
        at = iso(self.now) if done else None
        one = self.made(name=f"Release {version}", version=version, completedAt=at, trashed=None, stage=stage)
        self.releases[one["id"]] = one | {"pipeline": line, "issues": list(issues)} | said
        return str(one["id"])

    # ---- what it answers ----

    def noted(self, method: str, url: str, body: str) -> Any:
        return json.loads(body) if method == "POST" else url

    def answer(self, method: str, url: str, headers: dict[str, str], body: str) -> Reply:
        if method != "POST" or urlsplit(url).path != "/graphql":
            return 404, {}, "<html>Not Found</html>"
        asked = json.loads(body)
        if headers.get("authorization") != self.token:
            return told(401, "AUTHENTICATION_ERROR", f"Authentication required: {headers.get('authorization')}")
        query, variables = parsed(asked["query"]), asked["variables"]
        self.costs.append(cost(query, variables))
        if self.costs[-1] > DEAREST:
            return told(400, "INVALID_INPUT", f"Query too complex: {self.costs[-1]}")
        if " releases(" in asked["query"] and not self.keeps_releases:
            return told(400, "FEATURE_NOT_ACCESSIBLE", "Releases are not available")
        done = graphql.execute(schema(), query, self.root(), variable_values=variables)
        assert not done.errors, f"answered what Linear cannot: {done.errors}"
        return 200, {"X-Complexity": str(self.costs[-1])}, json.dumps({"data": done.data})

    def root(self) -> Thing:
        """What the questions begin at; each list is a function of what is said with it."""
        things = {
            "issueLabels": self.labels, "projects": self.projects, "projectMilestones": self.milestones,
            "cycles": self.cycles, "workflowStates": self.states,
        }  # fmt: skip
        small = {name: self.listing(list(there.values())) for name, there in things.items()}
        issues = [self.opened(one) for one in self.issues.values()]
        releases = [self.opened(one) for one in self.releases.values()]
        return {**small, "issues": self.listing(issues), "releases": self.listing(releases), "teams": self.some_teams}

    def opened(self, one: Thing) -> Thing:
        """An issue or a release, its lists as functions."""
        found = dict(one)
        if "history" in one:
            found["history"] = self.listing(one["history"])
        if "issues" in one:
            found["issues"] = self.listing([self.issues[name] for name in one["issues"]])
        return found

    def some_teams(self, info: Any, filter: Thing, **_: Any) -> Thing:
        named = [one for one in self.teams if one["key"].lower() == filter["key"]["eqIgnoreCase"].lower()]
        return {"nodes": named, "pageInfo": {"hasNextPage": False, "endCursor": None}}

    def listing(self, things: list[Thing]) -> Callable[..., Thing]:
        def found(
            info: Any, first: int = 50, after: str | None = None, filter: Thing | None = None,
            includeArchived: bool = False, orderBy: str = "createdAt",
        ) -> Thing:  # fmt: skip
            kept = [one for one in things if fits(one, filter or {}) and (includeArchived or not one.get("archivedAt"))]
            kept.sort(key=lambda one: (one[orderBy], one["id"]), reverse=True)
            if after:
                kept = [one for one in kept if f"{one[orderBy]} {one['id']}" < after]
            page = kept[: min(first, self.most)]
            cursor = f"{page[-1][orderBy]} {page[-1]['id']}" if page else None
            return {"nodes": page, "pageInfo": {"hasNextPage": len(kept) > len(page), "endCursor": cursor}}

        return found


def told(status: int, code: str, message: str) -> Reply:
    return status, {}, json.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})


def fits(one: Thing, wanted: Thing) -> bool:
    """Whether a filter lets a thing through."""
    if "team" in wanted and one["team"]["key"] != wanted["team"]["key"]["eq"]:
        return False
    if "id" in wanted and one["id"] not in wanted["id"]["in"]:
        return False
    said = wanted.get("updatedAt", {})
    return said.get("gte", "") <= one["updatedAt"] <= said.get("lte", "9")


def cost(query: graphql.DocumentNode, variables: Thing) -> int:
    """What a question costs: a tenth for a property, one for an object, times what a list may hold."""
    named = {one.name.value: one for one in query.definitions if isinstance(one, graphql.FragmentDefinitionNode)}

    def points(selection: Any) -> float:
        total = 0.0
        for one in selection.selections if selection else ():
            if isinstance(one, graphql.FragmentSpreadNode):
                total += points(named[one.name.value].selection_set)
            elif one.selection_set is None:
                total += 0.1
            else:
                said = {argument.name.value: argument.value for argument in one.arguments or ()}
                first = said.get("first")
                size = variables.get(first.name.value) if isinstance(first, graphql.VariableNode) else first
                many = int(size.value if isinstance(size, graphql.IntValueNode) else size or 50)
                inside = 1 + points(one.selection_set)
                listed = "nodes" in {below.name.value for below in one.selection_set.selections}
                total += inside * many if listed else inside
        return total

    (asked,) = (one for one in query.definitions if isinstance(one, graphql.OperationDefinitionNode))
    return ceil(points(asked.selection_set))
