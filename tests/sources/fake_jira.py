"""A Jira that exists in memory only, in the cloud or one's own: every answer holds to what Atlassian publishes of it.

jira_schema.json holds the fields that are read: of Jira Cloud from its OpenAPI (version 1001.0.0), in which the fields
of an issue are free, so these as its examples show them; of Data Center from the examples of its REST API 9.12. Beside
what is published, the bulk changelog tells times as milliseconds since 1970, as the cloud does.

Its clock moves by hand, its pages are as small as a test likes, and it fails where a test says. It reads times in a
search in the time zone of the token's user, to the minute; of two moments that one time stands for it takes the later.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import jsonschema_rs

from .vendor import Reply, Vendor

SCHEMAS = json.loads(Path(__file__).with_name("jira_schema.json").read_text("utf-8"))
TOKEN = "ATATT3xFfGF0abcdefghijkl=0123ABCD"
USER = "ana.doe@example.invalid"
STATES = {
    "1": ("To Do", "new"),
    "3": ("In Progress", "indeterminate"),
    "4": ("QA", "indeterminate"),
    "5": ("Done", "done"),
}
COLORS = {"new": "blue-gray", "indeterminate": "yellow", "done": "green"}
JQL = re.compile(
    r"project in \((?P<projects>[\d, ]+)\)( AND updated >= \"(?P<since>[\d :-]+)\")?"
    r" ORDER BY (?P<order>\w+) ASC(, key ASC)?"
)


@cache
def validator(kind: str, name: str) -> Any:
    return jsonschema_rs.validator_for(SCHEMAS[kind][name], validate_formats=True)


class FakeJira(Vendor):
    """`reply(method, url, headers, body)` is the vendor; the other verbs are what people do there."""

    def __init__(self, most: int = 100, cloud: bool = True, zone: str = "Europe/Berlin") -> None:
        self.most, self.cloud, self.zone = most, cloud, zone
        self.kind, self.api = ("cloud", "rest/api/3") if cloud else ("data center", "rest/api/2")
        super().__init__("https://acme.atlassian.net" if cloud else "https://jira.acme.example/jira")
        self.token, self.user = TOKEN, USER if cloud else ""
        self.projects = {"10000": "SHOP"}
        self.former: dict[str, str] = {}
        self.statuses = dict(STATES)
        self.issues: dict[str, dict[str, Any]] = {}
        self.histories: dict[str, list[dict[str, Any]]] = {}
        self.versions: dict[str, dict[str, Any]] = {}
        self.custom: dict[str, tuple[str, str, str]] = {
            "customfield_10016": ("Story point estimate", "number", "com.pyxis.greenhopper.jira:jsw-story-points"),
            "customfield_10014": ("Epic Link", "any", "com.pyxis.greenhopper.jira:gh-epic-link"),
            "customfield_10020": ("Effort", "number", "com.atlassian.jira.plugin.system.customfieldtypes:float"),
        }
        self.sent: list[Any] = []
        self._last = 0

    # ---- what people do ----

    def number(self) -> int:
        self._last += 1
        self.now = round(self.now + 0.001, 3)  # nothing else happens in that millisecond
        return self._last

    def open(self, title: str = "Wait less", status: str = "1", project: str = "10000", **said: Any) -> str:
        number = self.number()
        one = str(20000 + number)
        self.issues[one] = {
            "key": f"{self.projects[project]}-{number}", "project": project, "summary": title, "issuetype": "Story",
            "status": status, "resolution": None, "resolutiondate": None, "created": self.now, "updated": self.now,
            "labels": [], "components": [], "fixVersions": [], "parent": None, "assignee": None, "priority": "Medium",
            "timeoriginalestimate": None,
        } | said  # fmt: skip
        self.histories[one] = []
        return one

    def change(self, one: str, *items: dict[str, Any], **said: Any) -> None:
        number = self.number()
        self.issues[one] |= {"updated": self.now} | said
        self.histories[one].append({"id": 70000 + number, "at": self.now, "items": list(items)})

    def move(self, one: str, status: str, resolution: str | None = None) -> None:
        issue, was = self.issues[one], self.issues[one]["status"]
        names = {"fromString": self.statuses[was][0], "toString": self.statuses[status][0]}
        items = [{"field": "status", "from": was, "to": status, **names}]
        if (resolution or None) != issue["resolution"]:
            items.append({"field": "resolution", "from": None, "to": None, "fromString": None, "toString": resolution})
        ended = self.now + 0.001 if resolution else None
        self.change(one, *items, status=status, resolution=resolution, resolutiondate=ended)

    def assign(self, one: str, who: int | None) -> None:
        was = self.issues[one]["assignee"]
        ends = {"from": was and self.account(was), "to": who and self.account(who)}
        names = {"fromString": was and f"Person {was}", "toString": who and f"Person {who}"}
        self.change(one, {"field": "assignee", **ends, **names}, assignee=who)

    def delete(self, one: str) -> None:
        del self.issues[one], self.histories[one]

    def send(self, one: str, project: str) -> None:
        """To another project, where it gets another key."""
        self.change(one, project=project, key=f"{self.projects[project]}-{self.number()}")

    def version(self, name: str, day: str = "", released: bool = True, project: str = "10000") -> str:
        one = str(300 + self.number())
        said = {"id": one, "name": name, "archived": False, "released": released, "projectId": int(project)}
        self.versions[one] = said | ({"releaseDate": day} if day else {})
        return one

    # ---- what it answers ----

    def allowed(self, said: str) -> bool:
        pair = b64encode(f"{self.user}:{self.token}".encode()).decode()
        return not self.token or said == (f"Basic {pair}" if self.user else f"Bearer {self.token}")

    def noted(self, method: str, url: str, body: str) -> str:
        self.sent.append(json.loads(body) if body else None)
        return url

    def answer(self, method: str, url: str, headers: dict[str, str], body: str) -> Reply:
        parts = urlsplit(url)
        path = parts.path.removeprefix(urlsplit(self.base).path).lstrip("/")
        if path == "rest/api/2/serverInfo":  # for anybody
            return self.checked("serverInfo", self.server())
        if not path.startswith(self.api):
            return 404, {}, "<html>Not here</html>"
        if not self.allowed(headers.get("authorization", "")):
            return 401, {}, json.dumps({"message": f"Client must be authenticated: {headers.get('authorization')}"})
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return self.found(method, path.removeprefix(f"{self.api}/"), query, json.loads(body) if body else {})

    def found(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Reply:
        if method == "POST" and self.cloud and path in ("search/jql", "changelog/bulkfetch"):
            validator("cloud", "ask search" if path == "search/jql" else "ask changelog").validate(body)
            return self.search(body) if path == "search/jql" else self.changelog(body)
        if method == "GET" and not self.cloud and path == "search":
            return self.search(query | {"fields": query["fields"].split(",")})
        simple = {"myself": self.myself, "field": self.fields, "configuration": self.configuration}
        if path in simple:
            return self.checked(path, simple[path]())
        if path == "status":
            return self.many("status", [self.status(one) for one in self.statuses])
        if match := re.fullmatch(r"(project|version|status|issue)/([\w]+)(/versions)?", path):
            return self.one(match[1], match[2], bool(match[3]), query)
        return 404, {}, json.dumps({"errorMessages": ["null for uri"], "errors": {}})

    def one(self, kind: str, name: str, versions: bool, query: dict[str, str]) -> Reply:
        gone = 404, {}, json.dumps({"errorMessages": [f"No {kind} could be found with {name}."], "errors": {}})
        if kind == "project":
            keys = {**self.former, **{key: one for one, key in self.projects.items()}}
            one = name if name in self.projects else keys.get(name, "")
            if versions and one:
                return self.many("version", [v for v in self.versions.values() if str(v["projectId"]) == one])
            return self.checked(kind, {"id": one, "key": self.projects[one], "name": "Shop"}) if one else gone
        if kind == "issue" and name in self.issues:
            return self.checked(
                kind, self.issue(name, query["fields"].split(","), "changelog" in query.get("expand", ""))
            )
        if kind == "version" and name in self.versions:
            return self.checked(kind, self.versions[name])
        return self.checked(kind, self.status(name)) if kind == "status" and name in self.statuses else gone

    def search(self, said: dict[str, Any]) -> Reply:
        asked = JQL.fullmatch(said["jql"])
        if not asked:
            return 400, {}, json.dumps({"errorMessages": [f"Error in the JQL Query: {said['jql']}"], "errors": {}})
        projects, since = asked["projects"].split(", "), self.instant(asked["since"] or "")
        order = (lambda i: (i[1]["updated"], i[0])) if asked["order"] == "updated" else (lambda i: i[0])
        listed = [one for one, issue in sorted(self.issues.items(), key=order)
                  if issue["project"] in projects and issue["updated"] >= since]  # fmt: skip
        ids = said["fields"] == ["id"]
        size = min(int(said.get("maxResults", 50)), self.most, 5000 if ids else 100)
        start = int(said.get("nextPageToken", said.get("startAt", 0)))
        here = listed[start : start + size]
        history = "changelog" in said.get("expand", "")
        found: dict[str, Any] = {"issues": [self.issue(one, said["fields"], history) for one in here]}
        if self.cloud:
            last = start + size >= len(listed)
            found |= {"isLast": last} | ({} if last else {"nextPageToken": str(start + size)})
        else:
            found |= {"startAt": start, "maxResults": size, "total": len(listed)}
        return self.checked("search", found)

    def instant(self, said: str) -> float:
        """A time of a search, in the zone of the user; of two moments the later."""
        if not said:
            return 0
        return datetime.strptime(said, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(self.zone), fold=1).timestamp()

    def changelog(self, said: dict[str, Any]) -> Reply:
        """Changes a few at a time, so that those of one issue stand on several pages."""
        flat = [(one, h) for one in said["issueIdsOrKeys"] for h in self.histories.get(one, ())]
        flat = [(one, kept) for one, h in flat if (kept := self.history(h, said["fieldIds"]))["items"]]
        size = min(said["maxResults"], 2 * self.most)
        start = int(said.get("nextPageToken", 0))
        logs: dict[str, list[Any]] = {}
        for one, h in flat[start : start + size]:
            logs.setdefault(one, []).append(h)
        found: dict[str, Any] = {"issueChangeLogs": [{"issueId": n, "changeHistories": h} for n, h in logs.items()]}
        more = {"nextPageToken": str(start + size)} if start + size < len(flat) else {}
        return self.checked("changelog", found | more)

    def history(self, one: dict[str, Any], fields: list[str] | None = None) -> dict[str, Any]:
        items = [
            {"fieldtype": "jira"} | item | ({"fieldId": item["field"]} if self.cloud else {})
            for item in one["items"] if fields is None or item["field"] in fields
        ]  # fmt: skip
        at = round(one["at"] * 1000) if self.cloud else self.time(one["at"])
        return {"id": str(one["id"]), "author": self.person(1), "created": at, "items": items}

    def issue(self, one: str, fields: list[str], history: bool = False) -> dict[str, Any]:
        said = self.issues[one]
        times = {name: said[name] and self.time(said[name]) for name in ("created", "updated", "resolutiondate")}
        plain = ("summary", "labels", "timeoriginalestimate", *self.custom)
        named = {n: said[n] and {"id": "1", "name": said[n]} for n in ("issuetype", "priority", "resolution")}
        versions = [{n: v for n, v in self.versions[name].items() if n != "projectId"} for name in said["fixVersions"]]
        whole: dict[str, Any] = {name: said[name] for name in plain if name in said} | times | named | {
            "status": self.status(said["status"]), "fixVersions": versions,
            "assignee": said["assignee"] and self.person(said["assignee"]),
            "components": [{"id": "9", "name": name} for name in said["components"]],
            "project": {"id": said["project"], "key": self.projects[said["project"]], "name": "Shop"},
        }  # fmt: skip
        if said["parent"] in self.issues:
            whole["parent"] = {"id": said["parent"], "key": self.issues[said["parent"]]["key"]}
        out = {"id": one, "key": said["key"]}
        out |= {"fields": {name: whole[name] for name in fields if name in whole}}
        if history:
            told = [self.history(h) for h in self.histories[one]]
            out["changelog"] = {"startAt": 0, "maxResults": len(told), "total": len(told), "histories": told}
        return out

    def time(self, moment: float) -> str:
        at = datetime.fromtimestamp(moment, ZoneInfo(self.zone))
        return f"{at:%Y-%m-%dT%H:%M:%S}.{round(moment * 1000) % 1000:03}{at:%z}"

    def account(self, number: int) -> str:
        return f"5b10a2844c20165700ede2{number}" if self.cloud else f"JIRAUSER{10100 + number}"

    def person(self, number: int) -> dict[str, Any]:
        who = {"displayName": f"Person {number}", "emailAddress": f"person-{number}@example.invalid", "active": True}
        if self.cloud:
            return {"accountId": self.account(number), "accountType": "atlassian", "timeZone": self.zone} | who
        return {"key": self.account(number), "name": f"login-{number}", "timeZone": self.zone} | who

    def myself(self) -> dict[str, Any]:
        return self.person(1)

    def server(self) -> dict[str, Any]:
        return {"baseUrl": self.base, "version": "9.12.0", "deploymentType": "Cloud" if self.cloud else "Server"}

    def fields(self) -> list[dict[str, Any]]:
        system = {
            "id": "summary",
            "name": "Summary",
            "custom": False,
            "schema": {"type": "string", "system": "summary"},
        }
        custom = [
            {"id": one, "name": name, "custom": True, "schema": {"type": kind, "custom": of, "customId": int(one[12:])}}
            for one, (name, kind, of) in self.custom.items()
        ]
        return [system, {"id": "issuekey", "name": "Key", "custom": False}, *custom]

    def configuration(self) -> dict[str, Any]:
        said = {"workingHoursPerDay": 7.5, "workingDaysPerWeek": 5.0, "timeFormat": "pretty", "defaultUnit": "minute"}
        return {"timeTrackingEnabled": True, "timeTrackingConfiguration": said}

    def status(self, one: str) -> dict[str, Any]:
        name, key = self.statuses[one]
        category = {"id": 2, "key": key, "name": key.title(), "colorName": COLORS[key]}
        return {"id": one, "name": name, "statusCategory": category}

    def many(self, name: str, found: list[Any]) -> Reply:
        for one in found:
            validator(self.kind, name).validate(one)
        return 200, {}, json.dumps(found)

    def checked(self, name: str, found: Any) -> Reply:
        """An answer that Jira could have given."""
        validator(self.kind, name).validate(found)
        return 200, {}, json.dumps(found)
