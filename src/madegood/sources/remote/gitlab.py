"""GitLab, in the cloud or one's own: issues and merge requests with their histories, releases, deployments.

    sources:
      - {name: work, kind: gitlab, project: acme/shop, token: "${GITLAB_TOKEN}"}

Issues, merge requests and deployments come by their last change, first to last; an issue or merge request lands
together with its whole history, which is asked for by itself where it has changed. Deletions by a weekly sweep.
Milestones and releases are read whole, by ETag. GitLab REST API, v4.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from madegood.errors import SourceError
from madegood.execution.facts import clean
from madegood.sources.remote.http import Ask, Door
from madegood.sources.remote.pages import link
from madegood.sources.remote.stream import Reading, Stream, Tell, by_update, sweep, whole
from madegood.sources.spool import hashed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from madegood.intent.model import SourceSpec
    from madegood.sources.remote.landing import Landing, Record
    from madegood.sources.remote.secret import Secret

BASE = "https://gitlab.com"
KEEPS = 1  # of what passes the door: raise it when more does
PAGE = 100  # records, the most that GitLab gives at once
SWEEP = timedelta(days=7)
AT_ONCE = 20  # histories that may have to be asked for again when this is cut off: two requests each
REFUSED = (403, 404)  # of what a project need not have, or a token need not see
LIVE = ("production", "prod", "live")
#: The words of GitLab's default pattern (Managing issues, default closing pattern).
CLOSES = re.compile(
    r"(?i)\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):? +#(\d{1,9})\b"
)
HELD = re.compile(r"(?<![\w&/#!])([#!]\d{1,9})\b")


def door(spec: SourceSpec, secret: Secret | None, tell: Tell, **more: Any) -> Door:
    """GitLab's interface, asked with the token."""
    return Door(api(spec), secret, {"Accept": "application/json"}, tell, **more)


def api(spec: SourceSpec) -> str:
    """The address of the interface, where only that of the server is said too."""
    base = (spec.url or BASE).strip().rstrip("/")
    return base if base.endswith("/api/v4") else f"{base}/api/v4"


def who(spec: SourceSpec) -> str:
    """From where things land, and what is kept of them: with another answer, all is read anew."""
    return repr((KEEPS, api(spec).lower(), spec.path.lower(), environment(spec)))


def environment(spec: SourceSpec) -> str:
    """The environment in which customers meet a deployment; empty: one that is called like it."""
    return dict(spec.where).get("environment", "")


def land(spec: SourceSpec, door: Door, landing: Landing, salt: str, tell: Tell) -> None:
    """Everything new since the last time, into the landing. Raises SourceError; what landed before that is kept."""
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+", spec.path):
        raise SourceError("a project is written `group/name`, as in its address")
    said = the_project(door, spec.path)
    at, keeps = f"projects/{said['id']}", Keeps(environment(spec), salt)
    for name, keep in (("issues", keeps.issue), ("merge_requests", keeps.request)):
        if said.get(f"{name}_access_level") != "disabled":
            history(Worked(Stream(name, listed(f"{at}/{name}", scope="all", state="all"), keep), door, landing, tell))
    first = Ask(f"{at}/milestones", (("per_page", str(PAGE)), ("include_ancestors", "true")))
    marks = Stream("milestones", first, keeps.milestone)
    whole(Reading(marks, door, landing, tell), lambda one: Ask(f"{at}/milestones/{one}"))
    first = Ask(f"{at}/releases", (("per_page", str(PAGE)),))
    shipped = Stream("releases", first, keeps.release, id="tag_name")
    if there(door, first, "releases", tell):
        whole(Reading(shipped, door, landing, tell), lambda tag: Ask(f"{at}/releases/{quote(tag, safe='')}"))
    deployed = listed(f"{at}/deployments")
    if there(door, deployed, "deployments", tell):
        stream = Stream("deployments", deployed, keeps.deployment)
        by_update(Reading(stream, door, landing, tell), lambda ask, moment: ask.but(updated_after=moment))


def the_project(door: Door, path: str) -> dict[str, Any]:
    """The project itself, by the path that it has, or had before."""
    said = door.ask(Ask(f"projects/{quote(path, safe='')}")).body
    if not isinstance(said, dict) or not str(said.get("id", "")).isdigit():
        raise SourceError(f"what came for the project {path} is none: is `url:` right?")
    return said


def listed(url: str, **said: str) -> Ask:
    """A list by its last change, first to last."""
    return Ask(url, (("per_page", str(PAGE)), ("order_by", "updated_at"), ("sort", "asc"), *said.items()))


def there(door: Door, ask: Ask, name: str, tell: Tell) -> bool:
    """Whether the project has such a list, and the token may read it."""
    if door.ask(ask.but(per_page="1"), allow=REFUSED).status not in REFUSED:
        return True
    tell(f"GitLab does not tell this token of {name}")
    return False


def history(reading: Worked) -> None:
    """Issues or merge requests: what changed, and once a week what is not there any more."""
    by_update(reading, lambda ask, moment: ask.but(updated_after=moment))
    number = {one: record["iid"] for one, record in reading.known.items()}
    ask = reading.stream.ask
    sweep(reading, ask.but(order_by="created_at"), lambda one: Ask(f"{ask.url}/{number[one]}"), SWEEP)


class Worked(Reading):
    """A stream of issues or of merge requests, each landing together with its history."""

    def take(self, records: Sequence[Record], **state: Any) -> None:
        """Lands a page, a few records at a time; `state` says how far it has come, and is written last."""
        for first in range(0, len(records), AT_ONCE):
            super().take([self.with_steps(one) for one in records[first : first + AT_ONCE]])
        super().take((), **state)

    def with_steps(self, one: Record) -> Record:
        """A record with its history. What has not changed since keeps the one that it has."""
        old = self.known.get(one["_id"], {})
        if old.get("_version", "") >= one["_version"]:
            return one | {"steps": old["steps"]}
        at = f"{self.stream.ask.url}/{one['iid']}"
        states = self.events(f"{at}/resource_state_events", state_step)
        return one | {"steps": states + self.events(f"{at}/resource_label_events", label_step)}

    def events(self, url: str, keep: Any) -> list[Record]:
        """Every event of one kind; none where the record went away in between."""
        ask: Ask | None = Ask(url, (("per_page", str(PAGE)),))
        found: list[Record] = []
        seen: set[str] = set()
        while ask is not None:
            if repr(ask) in seen:
                raise SourceError("the pages of a history go round in a circle. Build again later")
            seen.add(repr(ask))
            answer = self.door.ask(ask, allow=(404,))
            if answer.status == 404:
                return []
            found += [one for one in Stream("a history", ask, keep).kept(answer) if not one.get("_unwanted")]
            ask = link(ask, answer)
        return found


def state_step(one: dict[str, Any]) -> Record | None:
    """A change of state: closed, merged or opened again."""
    event = {"closed": "closed", "merged": "closed", "reopened": "reopened"}.get(one["state"])
    return {"event": event, "at": utc(one["created_at"]), "label": ""} if event else None


def label_step(one: dict[str, Any]) -> Record | None:
    """A label put on or taken off; a label that is not there any more has no name."""
    event = {"add": "labeled", "remove": "unlabeled"}.get(one["action"])
    name = clean((one.get("label") or {}).get("name") or "")
    return {"event": event, "at": utc(one["created_at"]), "label": name} if event and name else None


def utc(moment: str | None) -> str:
    """One of GitLab's times, which an own server may tell by its own clock, in UTC to the millisecond.

    >>> utc("2026-03-04T12:00:00.250+02:00"), utc(None)
    ('2026-03-04T10:00:00.250Z', '')
    """
    if not moment:
        return ""
    at = datetime.fromisoformat(moment).astimezone(UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Keeps:
    """What passes the door, by names that are allowed: no login, no name, no prose. Persons pass as hashes."""

    def __init__(self, environment: str, salt: str) -> None:
        self._environment, self._salt = environment.lower(), salt

    def both(self, one: dict[str, Any]) -> Record:
        """What issues and merge requests have in common."""
        return {
            "_version": utc(one["updated_at"]),
            "iid": str(int(one["iid"])),
            "title": clean(one["title"]),
            "labels": [clean(str(label)) for label in one["labels"]],
            "state": "open" if one["state"] in ("opened", "locked") else "closed",
            "created": utc(one["created_at"]),
            "closed": utc(one.get("closed_at")),
            "milestone": str((one.get("milestone") or {}).get("id") or ""),
            "marked": clean((one.get("milestone") or {}).get("title") or ""),
        }

    def issue(self, one: dict[str, Any]) -> Record:
        """An issue, incident or task."""
        epic = one.get("epic") or {}
        duplicate = (one.get("_links") or {}).get("closed_as_duplicate_of")
        people = [self.person(user) for user in one.get("assignees") or ()]
        return self.both(one) | {
            "kind": clean(one.get("issue_type") or "issue").replace("_", " "),
            "reason": "moved" if one.get("moved_to_id") else "duplicate" if duplicate else "",
            "epic": str(epic.get("iid") or ""),
            "above": clean(epic.get("title") or ""),
            "weight": str(one["weight"]) if one.get("weight") is not None else "",
            "seconds": int((one.get("time_stats") or {}).get("time_estimate") or 0),
            "person": (people or [""])[0],
        }

    def request(self, one: dict[str, Any]) -> Record:
        """A merge request; who has it is its author, where it is assigned to nobody."""
        closes = CLOSES.search(one.get("description") or "")
        people = [self.person(user) for user in one.get("assignees") or ()]
        return self.both(one) | {
            "draft": bool(one.get("draft")),
            "merged": utc(one.get("merged_at")),
            "parent": closes[1] if closes else "",
            "person": (people or [self.person(one.get("author"))])[0],
        }

    def milestone(self, one: dict[str, Any]) -> Record:
        """A milestone: its title may change without the issues in it."""
        return {"title": clean(one["title"])}

    def release(self, one: dict[str, Any]) -> Record | None:
        """A release that is out, with the items that its notes name, and the milestones that it holds."""
        if one.get("upcoming_release") or not one.get("released_at"):
            return None
        return {
            "tag": clean(one["tag_name"]),
            "name": clean(one.get("name") or ""),
            "released": utc(one["released_at"]),
            "items": sorted(set(HELD.findall(one.get("description") or ""))),
            "milestones": [str(mark["id"]) for mark in one.get("milestones") or ()],
        }

    def deployment(self, one: dict[str, Any]) -> Record:
        """A deployment; `good` is when it succeeded where customers are."""
        name = one["environment"]["name"].lower()
        live = name == self._environment if self._environment else name in LIVE
        ended = (one.get("deployable") or {}).get("finished_at") or one["updated_at"]
        good = utc(ended) if live and one["status"] == "success" else ""
        return {"_version": utc(one["updated_at"]), "sha": one["sha"], "ref": clean(one["ref"]), "good": good}

    def person(self, user: dict[str, Any] | None) -> str:
        """Who, as a hash of the number that stays when a login changes; nobody is the empty text."""
        return hashed(self._salt, f"gitlab {user['id']}") if user else ""
