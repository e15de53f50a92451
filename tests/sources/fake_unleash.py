"""An Unleash that exists in memory only: every answer holds to what Unleash publishes of it.

It does to its log what the real one does (tests/sources/test_unleash_server.py looks at that).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs

from .vendor import Reply, Vendor, iso

SCHEMAS = json.loads(Path(__file__).with_name("unleash_schema.json").read_text("utf-8"))
TOKEN = "*:*.unleash-token-0123456789abcdef"
URL = "https://flags.example.com"


@cache
def validator(name: str) -> Any:
    return jsonschema_rs.validator_for({**SCHEMAS[name], "$defs": SCHEMAS["$defs"]}, validate_formats=True)


class FakeUnleash(Vendor):
    """`reply(url, headers)` is the vendor; the other verbs are what people do there."""

    def __init__(self, most: int = 1000) -> None:
        super().__init__(URL)
        self.most = most
        self.log: list[dict[str, Any]] = []
        self.flags: dict[str, dict[str, Any]] = {}

    # ---- what people do ----

    def event(self, what: str, flag: str | None, environment: str | None = None, **said: Any) -> None:
        one = {"id": len(self.log) + 1, "type": what, "createdAt": iso(self.now), "createdBy": "ana@example.invalid"}
        project = self.flags.get(flag or "", {}).get("project", "default")
        about = {"environment": environment, "project": project, "featureName": flag, "data": None, "preData": None}
        self.log.append(one | about | said)

    def create(self, flag: str, kind: str = "release", project: str = "default") -> str:
        self.flags[flag] = {"project": project, "rules": {}, "on": False}
        self.event("feature-created", flag, data={"name": flag, "type": kind, "project": project})
        return flag

    def rule(self, flag: str, share: float, rule: str = "r1", environment: str = "production", **said: Any) -> None:
        """Adds a rule, or changes it."""
        parameters = {"rollout": f"{share:g}", "groupId": said.pop("group", flag)}
        parameters["stickiness"] = said.pop("stickiness", "default")
        new = {"id": f"{flag}-{rule}", "name": "flexibleRollout", "disabled": False, "constraints": [], "segments": []}
        new |= {"parameters": parameters} | said
        old = self.flags[flag]["rules"].get((environment, rule))
        self.flags[flag]["rules"][environment, rule] = new
        what = "feature-strategy-update" if old else "feature-strategy-add"
        self.event(what, flag, environment, data=new, preData=old)

    def drop(self, flag: str, rule: str = "r1") -> None:
        old = self.flags[flag]["rules"].pop(("production", rule), None)
        if old:
            self.event("feature-strategy-remove", flag, "production", preData=old)

    def switch(self, flag: str, on: bool = True, environment: str = "production") -> None:
        self.event(f"feature-environment-{'enabled' if on else 'disabled'}", flag, environment)

    def end(self, flag: str, what: str = "archived") -> None:
        self.event(f"feature-{what}", flag)

    def move(self, flag: str, project: str) -> None:
        self.flags[flag]["project"] = project
        self.event("feature-project-change", flag)
        for one in self.log:
            if one["featureName"] == flag and project == "default" and one["type"] == "feature-project-change":
                one["project"] = project

    # ---- what it answers ----

    def answer(self, method: str, url: str, headers: dict[str, str], body: str) -> Reply:
        if headers.get("authorization") != TOKEN:
            return 401, {}, json.dumps({"name": "UnauthorizedError", "message": "You must log in to use Unleash."})
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix("/api/admin/")
        if path == "projects/default/overview":
            places = [{"environment": name} for name in ("development", "production")]
            return self.checked("overview", {"version": 1, "name": "Default", "environments": places})
        if path != "search/events":
            return 404, {}, json.dumps({"name": "NotFoundError", "message": "No project found"})
        found = self.log[::-1]
        for name, field in (("project", "project"), ("feature", "featureName")):
            if name in query:
                found = [one for one in found if f"IS:{one[field]}" == query[name]]
        offset = int(query["offset"])
        page = found[offset : offset + min(int(query["limit"]), self.most)]
        return self.checked("events", {"events": page, "total": len(found)})

    def checked(self, name: str, said: Any) -> Reply:
        """An answer that Unleash could have given."""
        validator(name).validate(said)
        return 200, {}, json.dumps(said)
