"""A project on Azure DevOps that exists in memory only: every answer holds to what Microsoft publishes of it.

Its clock moves by hand, its pages are as small as a test likes, and it fails where a test says.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema_rs

from .vendor import Reply, Vendor, iso

SCHEMAS = json.loads(Path(__file__).with_name("azure_schema.json").read_text("utf-8"))
TOKEN = "azpat0123456789abcdefghijklmnopqrstuvwxyz"
BASIC = b64encode(f":{TOKEN}".encode()).decode()
ORGANIZATION, PROJECT = "acme", "Web Shop"
AGILE = {"New": "Proposed", "Active": "InProgress", "Resolved": "Resolved", "Closed": "Completed", "Removed": "Removed"}
BUG = {"New": "Proposed", "Doing it": "InProgress", "Out": "Completed"}
PERSON = "11111111-2222-3333-4444-{:012d}"


@cache
def validator(name: str) -> Any:
    schema = {**SCHEMAS[name], "$defs": SCHEMAS["$defs"]}
    return jsonschema_rs.validator_for(schema, validate_formats=True)


class FakeAzure(Vendor):
    """`reply(method, url, headers, body)` is the vendor; the other verbs are what people do there."""

    def __init__(self, most: int = 1000, token: str = BASIC) -> None:
        super().__init__("https://dev.azure.com")
        self.most, self.token = most, token
        self.fields: dict[int, dict[str, Any]] = {}
        self.rev: dict[int, int] = {}
        self.destroyed: set[int] = set()
        self.deleted: set[int] = set()
        self.stream: list[dict[str, Any]] = []
        self.environments = {1: "Production", 2: "staging"}
        self.deployed: dict[int, dict[str, Any]] = {}
        self.held: dict[int, list[int]] = {}
        self.hidden = False
        self._last = 0

    # ---- what people do ----

    def number(self) -> int:
        self._last += 1
        return self._last

    def open(self, title: str = "Wait less", kind: str = "User Story", **said: Any) -> int:
        one = len(self.fields) + 1
        self.fields[one] = {
            "System.Id": one, "System.TeamProject": PROJECT, "System.Title": title, "System.WorkItemType": kind,
            "System.State": "New", "System.Reason": "New", "System.CreatedDate": iso(self.now),
            "System.IterationPath": "Web Shop\\Sprint 1", "System.AreaPath": "Web Shop", "rev": 0,
        } | said  # fmt: skip
        self.edit(one)
        return one

    def edit(self, one: int, **said: Any) -> None:
        """A revision; `_` stands for the point in a field's name, and None takes the field away."""
        changed = {name.replace("_", "."): value for name, value in said.items()}
        self.fields[one] = {n: v for n, v in (self.fields[one] | changed).items() if v is not None}
        self.fields[one]["rev"] += 1
        now = self.fields[one]
        told = {"System.Id": one, "System.Rev": now["rev"], "System.ChangedDate": iso(self.now)}
        kept = {name: now[name] for name in ("System.State", "System.AssignedTo") if name in now}
        said = {"id": one, "rev": now["rev"], "fields": told | kept}
        self.stream.append(said | {"in": now["System.TeamProject"], "mark": self.number()})

    def move(self, one: int, state: str) -> None:
        self.edit(one, System_State=state)

    def assign(self, one: int, who: int) -> None:
        person = {"id": PERSON.format(who), "uniqueName": f"person-{who}@example.invalid", "displayName": f"P {who}"}
        self.edit(one, System_AssignedTo=person if who else None)

    def delete(self, one: int) -> None:
        self.deleted.add(one)
        self.edit(one)

    def restore(self, one: int) -> None:
        self.deleted.discard(one)
        self.edit(one)

    def destroy(self, one: int) -> None:
        """For good: no stream tells it."""
        self.destroyed.add(one)
        self.stream = [revision for revision in self.stream if revision["id"] != one]

    def deploy(self, *items: int, result: str = "succeeded", to: int = 1, run: int = 0) -> int:
        run = run or 1000 + self.number()
        self.held[run] = list(items)
        name = self.number()
        self.deployed[name] = {
            "id": name, "environmentId": to, "stageName": "deploy", "definition": {"id": 3, "name": "shop"},
            "owner": {"id": run, "name": f"2026.{run}"}, "queueTime": iso(self.now),
        }  # fmt: skip
        if result:
            self.end(name, result)
        return name

    def end(self, name: int, result: str = "succeeded") -> None:
        self.deployed[name] |= {"result": result, "finishTime": iso(self.now)}

    # ---- what it answers ----

    def answer(self, method: str, url: str, headers: dict[str, str], body: str) -> Reply:
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        assert query["api-version"] == "7.1"
        if headers.get("authorization") != f"Basic {self.token}":
            return 203, {"Content-Type": "text/html"}, "<html>Sign In</html>"
        path = unquote(parts.path)
        if path == f"/{ORGANIZATION}/_apis/projects/{PROJECT}":
            return self.checked("project", {"id": PERSON.format(0), "name": PROJECT, "state": "wellFormed"})
        at = f"/{ORGANIZATION}/{PROJECT}/_apis/"
        if not path.startswith(at):
            return 404, {}, json.dumps({"message": "TF200016: The following project does not exist"})
        path = path.removeprefix(at)
        if path == "wit/workitemtypes":
            named = {"User Story": AGILE, "Bug": BUG}
            return self.many("types", [
                {"name": name, "referenceName": f"Custom.{name}",
                 "states": [{"name": state, "category": category} for state, category in states.items()]}
                for name, states in named.items()
            ])  # fmt: skip
        if path == "wit/reporting/workitemrevisions":
            return self.revisions(query)
        if path == "wit/workitemsbatch":
            assert method == "POST"
            return self.batch(json.loads(body))
        if self.hidden:
            return 403, {}, json.dumps({"message": "TF400813: not authorized"})
        if path == "distributedtask/environments":
            return self.many("environments", [{"id": n, "name": name} for n, name in self.environments.items()])
        if found := re.fullmatch(r"distributedtask/environments/(\d+)/environmentdeploymentrecords", path):
            every = [one for one in self.deployed.values() if one["environmentId"] == int(found[1])]
            every = sorted(every, key=lambda one: -one["id"])
            since = int(query.get("continuationToken", 10**9))
            here = [one for one in every if one["id"] < since]
            size = min(int(query["top"]), self.most)
            more = {"x-ms-continuationtoken": str(here[size - 1]["id"])} if len(here) > size else {}
            status, _, text = self.many("deployments", here[:size])
            return status, more, text
        if found := re.fullmatch(r"build/builds/(\d+)/workitems", path):
            if int(found[1]) not in self.held:
                return 404, {}, json.dumps({"message": "The requested build could not be found."})
            return self.many("held", [{"id": str(one)} for one in self.held[int(found[1])]])
        return 404, {}, "{}"

    def revisions(self, query: dict[str, str]) -> Reply:
        """From a watermark on."""
        assert (query["includeDeleted"], query["includeIdentityRef"]) == ("true", "true")
        since = query.get("continuationToken")
        here = [one for one in self.stream if one["in"] == PROJECT and (not since or one["mark"] > int(since))]
        size = min(int(query["$maxPageSize"]), self.most)
        page = here[:size]
        token = str(page[-1]["mark"]) if page else since or "0"
        values = [{name: one[name] for name in ("id", "rev", "fields")} for one in page]
        link = f"{self.base}/x?continuationToken={token}&api-version=7.1"
        said = {"values": values, "nextLink": link, "isLastBatch": len(here) <= size}
        return self.checked("revisions", said | ({"continuationToken": token} if len(page) % 2 else {}))

    def batch(self, said: dict[str, Any]) -> Reply:
        assert len(said["ids"]) <= 200 and said["errorPolicy"] == "omit"
        found: list[Any] = []
        for one in said["ids"]:
            gone = one in self.destroyed | self.deleted or one not in self.fields
            fields = {name: value for name, value in self.fields.get(one, {}).items() if name in said["fields"]}
            found.append(None if gone else {"id": one, "rev": self.fields[one]["rev"], "fields": fields})
        return self.many("items", found)

    def many(self, name: str, found: list[Any]) -> Reply:
        return self.checked(name, {"count": len(found), "value": found})

    def checked(self, name: str, said: Any) -> Reply:
        """An answer that Azure DevOps could have given."""
        validator(name).validate(said)
        return 200, {}, json.dumps(said)
