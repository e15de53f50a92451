"""Azure DevOps, in the cloud or a server of one's own: work items with every revision, and what was deployed.

    sources:
      - {name: work, kind: azure, project: acme/Shop, token: "${AZURE_TOKEN}"}

Revisions are a stream with a watermark, the oldest first; of each item that has a new one, the fields of today are
asked for, two hundred items at once. Once a week those of every item are, as what was destroyed or moved away is told
nowhere else. Azure DevOps REST API, 7.1.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from madegood.errors import SourceError
from madegood.execution.facts import clean
from madegood.sources.remote.http import Ask, Door
from madegood.sources.remote.pages import continuation
from madegood.sources.remote.secret import Secret, basic
from madegood.sources.remote.stream import Reading, Stream, Tell, listed
from madegood.sources.spool import hashed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.intent.model import SourceSpec
    from madegood.sources.remote.http import Answer
    from madegood.sources.remote.landing import Landing, Record

BASE = "https://dev.azure.com"
KEEPS = 1  # of what passes the door: raise it when more does
VERSION = (("api-version", "7.1"),)
PAGE = 1000  # revisions: the most that the interface gives at once
AT_ONCE = 200  # work items: the most that a batch may ask for (Work Items, Get Work Items Batch)
SWEEP = timedelta(days=7)
LATE = timedelta(days=35)  # a deployment that has not ended by then never will, as with GitHub's
REFUSED = (401, 403, 404)  # of what a token need not see
LIVE = ("production", "prod", "live")
HISTORY = ("System.Id", "System.Rev", "System.State", "System.AssignedTo", "System.ChangedDate")
SCHEDULING, COMMON = "Microsoft.VSTS.Scheduling.", "Microsoft.VSTS.Common."
POINTS = (f"{SCHEDULING}StoryPoints", f"{SCHEDULING}Effort", f"{SCHEDULING}Size")  # of Agile, Scrum and CMMI
FIELDS = (
    *("System.Id", "System.TeamProject", "System.Title", "System.WorkItemType", "System.State", "System.Reason"),
    *("System.Tags", "System.Parent", "System.CreatedDate", "System.IterationPath", "System.AreaPath"),
    *(f"{COMMON}ClosedDate", f"{COMMON}Priority", f"{SCHEDULING}OriginalEstimate", *POINTS),
)


def door(spec: SourceSpec, secret: Secret | None, tell: Tell, **more: Any) -> Door:
    """The interface of an organization, or of a collection on one's own server; a token goes without a user."""
    organization = quote(parts(spec)[0], safe="")
    base = f"{(spec.url or BASE).strip().rstrip('/')}/{organization}"
    both = basic(Secret("", ""), secret) if secret else None
    return Door(base, both, {"Accept": "application/json"}, tell, scheme="Basic", **more)


def parts(spec: SourceSpec) -> tuple[str, str]:
    """The organization and the project, or SourceError."""
    found = re.fullmatch(r"([^/]+)/([^/]+)", spec.path.strip())
    if not found:
        raise SourceError("a project is written `organization/project`, as in its address")
    return found[1].strip(), found[2].strip()


def who(spec: SourceSpec) -> str:
    """From where things land, and what is kept of them: with another answer, all is read anew."""
    return repr((KEEPS, (spec.url or BASE).strip().rstrip("/").lower(), spec.path.lower(), environment(spec)))


def environment(spec: SourceSpec) -> str:
    """The environment in which customers meet a deployment; empty: one that is called like it."""
    return dict(spec.where).get("environment", "")


def land(spec: SourceSpec, door: Door, landing: Landing, salt: str, tell: Tell) -> None:
    """Everything new since the last time, into the landing. Raises SourceError; what landed before that is kept."""
    at = quote(parts(spec)[1], safe="")
    said = door.ask(Ask(f"_apis/projects/{at}", VERSION)).body
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise SourceError(f"what came for the project {parts(spec)[1]} is none: is `url:` right?")
    keeps = Keeps(salt, said["name"])
    kinds = Stream("types", Ask(f"{at}/_apis/wit/workitemtypes", VERSION), keeps.kind, "referenceName", records=value)
    listed(Reading(kinds, door, landing, tell))
    first = Ask(
        f"{at}/_apis/wit/reporting/workitemrevisions",
        (("fields", ",".join(HISTORY)), ("includeDeleted", "true"), ("includeIdentityRef", "true"),
         ("$maxPageSize", str(PAGE)), *VERSION),
    )  # fmt: skip
    history = Reading(Stream("revisions", first, keeps.revision, "_id", records=revised), door, landing, tell)
    forward(history)
    batch = Ask(f"{at}/_apis/wit/workitemsbatch", VERSION)
    items(Reading(Stream("items", batch, keeps.item, records=present), door, landing, tell), history)
    deployments(at, environment(spec), Readings(door, landing, tell), keeps)


def value(body: Any) -> Any:
    """The list in an answer."""
    return body.get("value") if isinstance(body, dict) else None


def present(body: Any) -> Any:
    """The work items of a batch; in the place of one that is not there stands nothing."""
    found = value(body)
    return [one for one in found if one is not None] if isinstance(found, list) else found


def revised(body: Any) -> Any:
    """Revisions, each with a name of its own."""
    found = body.get("values") if isinstance(body, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) and one.get("id") for one in found):
        return None
    return [{**one, "_id": f"{one['id']}.{one.get('rev')}"} for one in found]


def forward(reading: Reading) -> None:
    """A stream with a watermark: on from where it was, until the vendor says that this was the last of it."""
    token, first = str(reading.state.get("token", "")), reading.stream.ask
    while True:
        answer = reading.answer(first.but(continuationToken=token) if token else first)
        records = reading.stream.kept(answer)
        token = watermark(answer) or token
        reading.take(records, token=token or None)
        if answer.body.get("isLastBatch", True) or not token:
            return


def watermark(answer: Answer) -> str:
    """Where a stream goes on: as such, or in the address of its next page."""
    said = answer.body.get("continuationToken")
    following = urlsplit(str(answer.body.get("nextLink") or ""))
    return str(said or parse_qs(following.query).get("continuationToken", [""])[0])


def items(reading: Reading, history: Reading) -> None:
    """Today's fields of every item with a revision that is newer than they are; once a week of all of them."""
    newest: dict[str, int] = {}
    for one in history.known.values():
        newest[one["of"]] = max(newest.get(one["of"], 0), one["rev"])
    changed = [one for one, rev in newest.items() if reading.known.get(one, {}).get("rev", 0) < rev]
    fields(reading, changed, newest)
    last = float(reading.state.get("swept", 0))
    if history.now - last >= SWEEP.total_seconds():
        if last:
            fields(reading, [one for one in newest if one not in set(changed)], newest)
        reading.take((), swept=history.now)


def fields(reading: Reading, wanted: Sequence[str], newest: dict[str, int]) -> None:
    """The fields of some items. What is not there, or elsewhere now, is written down as not wanted."""
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        said = {"ids": [int(one) for one in some], "fields": FIELDS, "errorPolicy": "omit"}
        answer = reading.door.ask(Ask(reading.stream.ask.url, reading.stream.ask.params, said))
        found = {one["_id"]: one for one in reading.stream.kept(answer)}
        gone: Record = {"_unwanted": True}
        reading.take([{"_id": one, **found.get(one, gone), "rev": newest[one]} for one in some])


class Readings:
    """Makes readings that land in one place."""

    def __init__(self, door: Door, landing: Landing, tell: Tell) -> None:
        self._rest = (door, landing, tell)

    def of(self, stream: Stream) -> Reading:
        """One of them."""
        return Reading(stream, *self._rest)


def deployments(at: str, environment: str, readings: Readings, keeps: Keeps) -> None:
    """What reached customers: runs of pipelines in the live environments, and the items that each of them held."""
    first = Ask(f"{at}/_apis/distributedtask/environments", (("$top", "100"), *VERSION))
    places = readings.of(Stream("environments", first, keeps.place, pager=continuation(), records=value))
    if places.door.ask(first.but(**{"$top": "1"}), allow=REFUSED).status in REFUSED:
        return
    listed(places)
    live = (environment.lower(),) if environment else LIVE
    runs: dict[str, None] = {}
    for place, one in places.known.items():
        if one["name"].lower() not in live:
            continue
        ask = Ask(f"{first.url}/{place}/environmentdeploymentrecords", (("top", "100"), *VERSION))
        stream = Stream(f"deployments-{place}", ask, keeps.deployment, pager=continuation(), records=value)
        reading = readings.of(stream)
        down(reading)
        runs |= dict.fromkeys(one["run"] for one in reading.known.values() if one["good"])
    held = readings.of(Stream("held", first, keeps.held, records=value))
    for run in (run for run in runs if run not in held.known):
        ask = Ask(f"{at}/_apis/build/builds/{run}/workitems", (("$top", "1000"), *VERSION))
        answer = held.door.ask(ask, allow=(404,))
        inside = [] if answer.status == 404 else [str(one["_id"]) for one in held.stream.kept(answer)]
        held.take([{"_id": run, "items": inside}])


def down(reading: Reading) -> None:
    """Deployments, the newest first, down to where all had ended the last time."""
    done = int(reading.state.get("done", 0))
    ask: Ask | None = reading.stream.ask
    while ask is not None:
        answer = reading.answer(ask)
        records = reading.stream.kept(answer)
        reading.take(records)
        ids = [int(one["_id"]) for one in records]
        ask = None if ids and max(ids) <= done else reading.stream.pager(ask, answer)
    open_ones = [
        int(one["_id"])
        for one in reading.known.values()
        if not one["ended"] and one["queued"] > reading.now - LATE.total_seconds()
    ]
    ended = [int(one) for one in reading.known if int(one) < min(open_ones, default=10**18)]
    reading.take((), done=max(ended, default=0))


class Keeps:
    """What passes the door, by names that are allowed: no name of a person, no prose. Persons pass as hashes."""

    def __init__(self, salt: str, project: str) -> None:
        self._salt, self._project = salt, project

    def kind(self, one: dict[str, Any]) -> Record:
        """A type of work items: what each of its states means."""
        states = {clean(state["name"]): str(state.get("category") or "") for state in one.get("states") or ()}
        return {"name": clean(one["name"]), "states": states}

    def revision(self, one: dict[str, Any]) -> Record:
        """How an item was from then on."""
        said = one["fields"]
        return {
            "of": str(one["id"]),
            "rev": int(one["rev"]),
            "at": said["System.ChangedDate"],
            "state": clean(str(said["System.State"])),
            "person": self.person(said.get("System.AssignedTo")),
        }

    def item(self, one: dict[str, Any]) -> Record | None:
        """An item of today; of another project, nothing."""
        said = one["fields"]
        if said["System.TeamProject"] != self._project:
            return None
        tags = (clean(tag.strip()) for tag in str(said.get("System.Tags") or "").split(";"))
        points = next((said[name] for name in POINTS if said.get(name) is not None), None)
        hours = said.get(f"{SCHEDULING}OriginalEstimate")
        priority = said.get(f"{COMMON}Priority")
        return {
            "title": clean(said["System.Title"]),
            "kind": clean(said["System.WorkItemType"]),
            "state": clean(said["System.State"]),
            "reason": clean(said.get("System.Reason") or ""),
            "labels": [tag for tag in tags if tag],
            "parent": str(said.get("System.Parent") or ""),
            "created": said["System.CreatedDate"],
            "closed": said.get(f"{COMMON}ClosedDate") or "",
            "cycle": clean(said.get("System.IterationPath") or ""),
            "area": clean(said.get("System.AreaPath") or ""),
            "priority": "" if priority is None else f"{float(priority):g}",
            "points": "" if points is None else f"{float(points):g}",
            "hours": 0.0 if hours is None else float(hours),
        }

    def place(self, one: dict[str, Any]) -> Record:
        """An environment."""
        return {"name": clean(one["name"])}

    def deployment(self, one: dict[str, Any]) -> Record:
        """A run of a pipeline in an environment; `good` is when it succeeded."""
        ended = one.get("finishTime") or ""
        good = ended if one.get("result") == "succeeded" else ""
        return {
            "run": str(int(one["owner"]["id"])),
            "name": clean(one["owner"]["name"]),
            "line": clean((one.get("definition") or {}).get("name") or ""),
            "queued": datetime.fromisoformat(one["queueTime"]).timestamp(),
            "ended": ended,
            "good": good,
        }

    def held(self, one: dict[str, Any]) -> Record:
        """An item that a run holds: its number alone, which it has anyway."""
        return {}

    def person(self, user: Any) -> str:
        """Who, as a hash of the number that stays when a name changes; nobody is the empty text."""
        if not isinstance(user, dict):
            return hashed(self._salt, f"azure {user}") if user else ""
        return hashed(self._salt, f"azure {user['id']}")
