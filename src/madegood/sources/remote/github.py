"""GitHub, in the cloud or one's own: issues and pull requests with their histories, releases, deployments.

    sources:
      work: {kind: github, path: acme/shop, token: "${GITHUB_TOKEN}", where: {environment: production}}

Five lists: issues (changes first to last; deletions by a weekly sweep), their events (newest first), milestones and
releases (whole, by ETag), deployments (newest first) with the statuses of those to production.
GitHub REST API, version 2022-11-28.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from madegood.errors import SourceError
from madegood.execution.facts import clean
from madegood.sources.remote.http import Ask, Door
from madegood.sources.remote.stream import Reading, Stream, Tell, by_update, newest_first, sweep, whole
from madegood.sources.spool import hashed

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.intent.model import SourceSpec
    from madegood.sources.remote.landing import Landing
    from madegood.sources.remote.secret import Secret

BASE = "https://api.github.com"
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
KEEPS = 1  # of what passes the door: raise it when more does
PAGE = 100  # records, the most that GitHub gives at once
#: A sweep lists everything: 100 of a token's 5,000 requests an hour for 10,000 issues, once a week.
SWEEP = timedelta(days=7)
#: A run of GitHub Actions ends after 35 days at the latest, waiting for approval included (Actions limits): a
#: deployment that has not succeeded by then does not.
UNDECIDED = timedelta(days=35).total_seconds()
EVENTS = frozenset("closed reopened labeled unlabeled assigned unassigned ready_for_review convert_to_draft".split())
CLOSES = re.compile(r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d{1,9})\b")  # GitHub's closing keywords
HELD = r"(?<![\w&/])#(\d{1,9})\b|/%s/(?:pull|issues)/(\d{1,9})\b"


def door(spec: SourceSpec, secret: Secret | None, tell: Tell, **more: Any) -> Door:
    """GitHub's interface, asked with the token."""
    return Door(spec.url or BASE, secret, HEADERS, tell, **more)


def who(spec: SourceSpec) -> str:
    """From where things land, and what is kept of them: with another answer, all is read anew."""
    return repr((KEEPS, spec.url or BASE, spec.path.lower(), environment(spec)))


def environment(spec: SourceSpec) -> str:
    """The environment in which customers meet a deployment; empty: the one that GitHub calls production."""
    return dict(spec.where).get("environment", "")


def land(spec: SourceSpec, door: Door, landing: Landing, salt: str, tell: Tell) -> None:
    """Everything new since the last time, into the landing. Raises SourceError; what landed before that is kept."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", spec.path):
        raise SourceError("a repository is written `owner/name`, as in its address")
    at = f"repos/{spec.path}"
    keeps = Keeps(spec.path, environment(spec), salt)

    def reading(
        name: str, url: str, keep: Callable[[dict[str, Any]], Any], version: str = "", **params: str
    ) -> Reading:
        ask = Ask(f"{at}/{url}", (("per_page", str(PAGE)), *params.items()))
        return Reading(Stream(name, ask, keep, version=version), door, landing, tell)

    issues = reading("issues", "issues", keeps.issue, "updated_at", state="all", sort="updated", direction="asc")
    by_update(issues, lambda ask, moment: ask.but(since=moment))
    number = {one: str(record["number"]) for one, record in issues.known.items()}
    created = issues.stream.ask.but(sort="created")
    sweep(issues, created, lambda one: Ask(f"{at}/issues/{number[one]}"), SWEEP)
    newest_first(reading("events", "issues/events", keeps.event), issues.state.get("buried", 0))
    for name in ("milestones", "releases"):
        params = {"state": "all"} if name == "milestones" else {}
        short = reading(name, name, getattr(keeps, name[:-1]), **params)
        place = {one: str(record.get("number") or one) for one, record in short.known.items()}
        whole(short, lambda one, name=name, place=place: Ask(f"{at}/{name}/{place[one]}"))  # type: ignore[misc]
    deployments = reading("deployments", "deployments", keeps.deployment)
    newest_first(deployments)
    outcomes(reading("outcomes", "", keeps.status), deployments, at)


def outcomes(reading: Reading, deployments: Reading, at: str) -> None:
    """The first success of each deployment to production, asked until it has an outcome."""
    for one, record in deployments.known.items():
        old = reading.known.get(one, {})
        if old.get("decided"):
            continue
        ask: Ask | None = Ask(f"{at}/deployments/{one}/statuses", (("per_page", str(PAGE)),))
        found: list[str] = []
        while ask is not None:
            answer = reading.answer(ask)
            found += [one["good"] for one in reading.stream.kept(answer) if one["good"]]
            ask = reading.stream.pager(ask, answer)
        good = min(found, default="")
        late = seconds(record["created"]) < reading.now - UNDECIDED
        reading.take([{"_id": one, "good": good, "decided": bool(good) or late}])


def seconds(moment: str) -> float:
    """Seconds since 1970 of one of GitHub's times."""
    return datetime.fromisoformat(moment).timestamp()


class Keeps:
    """What passes the door, by names that are allowed: no login, no name, no prose. Persons pass as hashes."""

    def __init__(self, repo: str, environment: str, salt: str) -> None:
        self._environment, self._salt = environment, salt
        self._held = re.compile(HELD % re.escape(repo), re.IGNORECASE)
        self._mine = f"/repos/{repo}/issues/".lower()

    def issue(self, one: dict[str, Any]) -> dict[str, Any]:
        """An issue, or a pull request, which GitHub lists among them."""
        pull, body = one.get("pull_request"), one.get("body") or ""
        closes = CLOSES.search(body) if pull is not None else None
        people = [self.person(user) for user in one.get("assignees") or ()]
        return {
            "number": one["number"],
            "title": clean(one["title"]),
            "labels": [label for label in map(self.label, one["labels"]) if label],
            "type": clean((one.get("type") or {}).get("name") or ""),
            "state": one["state"],
            "reason": one.get("state_reason") or "",
            "created": one["created_at"],
            "closed": one["closed_at"] or "",
            "pull": pull is not None,
            "merged": (pull or {}).get("merged_at") or "",
            "draft": bool(one.get("draft")),
            "milestone": (one["milestone"] or {}).get("number") or 0,
            "parent": self.parent(one.get("parent_issue_url") or "") or (closes[1] if closes else ""),
            "person": (people or [self.person(one["user"]) if pull is not None else ""])[0],
        }

    def label(self, one: dict[str, Any] | str) -> str:
        """A label's name; very old ones come as a text alone."""
        return clean(str(one.get("name") or "") if isinstance(one, dict) else one)

    def parent(self, url: str) -> str:
        """The number of the issue that holds this one; of another repository, `owner/name#7`."""
        place = url.lower().partition("/repos/")[2]
        repo, _, number = place.partition("/issues/")
        if not number.isdigit():
            return ""
        return number if self._mine == f"/repos/{repo}/issues/" else f"{repo}#{number}"

    def event(self, one: dict[str, Any]) -> dict[str, Any] | None:
        """One step in the history of an issue, where it says anything of its state or of who has it."""
        if one["event"] not in EVENTS or not one.get("issue"):
            return None
        return {
            "issue": one["issue"]["number"],
            "of": str(one["issue"]["id"]),
            "event": one["event"],
            "at": one["created_at"],
            "label": clean((one.get("label") or {}).get("name") or ""),
            "person": self.person(one.get("assignee")),
        }

    def milestone(self, one: dict[str, Any]) -> dict[str, Any]:
        """A milestone: issues name it by number, and its title may change without them."""
        return {"number": one["number"], "title": clean(one["title"]), "due": one["due_on"] or ""}

    def release(self, one: dict[str, Any]) -> dict[str, Any] | None:
        """A release, with the items that its notes name."""
        if one["draft"] or not one["published_at"]:
            return None
        found = self._held.findall(one.get("body") or "")
        return {
            "tag": clean(one["tag_name"]),
            "name": clean(one["name"] or ""),
            "prerelease": one["prerelease"],
            "published": one["published_at"],
            "items": sorted({int(a or b) for a, b in found}),
        }

    def deployment(self, one: dict[str, Any]) -> dict[str, Any] | None:
        """A deployment to where customers are."""
        name, live = one["environment"], one.get("production_environment")
        if name != self._environment if self._environment else not (live or name.lower() in ("production", "prod")):
            return None
        return {"sha": one["sha"], "ref": clean(one["ref"]), "created": one["created_at"]}

    def status(self, one: dict[str, Any]) -> dict[str, Any]:
        """When a deployment succeeded, where this says so."""
        return {"good": one["created_at"] if one["state"] == "success" else ""}

    def person(self, user: dict[str, Any] | None) -> str:
        """Who, as a hash of the number that stays when a login changes; nobody is the empty text."""
        return hashed(self._salt, f"github {user['id']}") if user else ""
