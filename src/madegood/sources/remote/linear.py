"""Linear: the issues of a team with their histories, its projects, and its releases.

    sources:
      - {name: work, kind: linear, team: ENG, token: "${LINEAR_TOKEN}"}

Issues and releases come by their last change, the newest first; what a page has no room for of a history is asked for
by issue. States, labels, projects, milestones and cycles are short lists, read whole each time. Once a week everything
is listed, to find out what was deleted.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from madegood.errors import SourceError
from madegood.execution.facts import clean
from madegood.sources.remote import linear_ask as asks
from madegood.sources.remote.changed import latest_first
from madegood.sources.remote.http import Ask, Door
from madegood.sources.remote.pages import cursor, within
from madegood.sources.remote.stream import Reading, Stream, Tell, listed, paged
from madegood.sources.spool import hashed

if TYPE_CHECKING:
    from collections.abc import Callable

    from madegood.intent.model import SourceSpec
    from madegood.sources.remote.landing import Landing
    from madegood.sources.remote.secret import Secret

BASE = "https://api.linear.app"
KEEPS = 1  # of what passes the door: raise it when more does
#: A sweep reads everything: 200 of a token's thousands of requests an hour for 10,000 issues, once a week.
SWEEP = timedelta(days=7)
REFUSED = (400, 403)  # of releases: a workspace need not have them


def door(spec: SourceSpec, secret: Secret | None, tell: Tell, **more: Any) -> Door:
    """Linear's interface. A personal key stands in the header as it is, the token of an app after `Bearer`."""
    personal = secret is not None and secret.reveal().startswith("lin_api_")
    return Door(spec.url or BASE, secret, {}, tell, scheme="" if personal else "Bearer", **more)


def who(spec: SourceSpec) -> str:
    """From where things land, and what is kept of them: with another answer, all is read anew."""
    return repr((KEEPS, spec.url or BASE, spec.path.lower(), pipeline(spec)))


def pipeline(spec: SourceSpec) -> str:
    """The pipeline whose releases customers meet; empty: those that Linear calls production."""
    return dict(spec.where).get("pipeline", "")


def land(spec: SourceSpec, door: Door, landing: Landing, salt: str, tell: Tell) -> None:
    """Everything new since the last time, into the landing. Raises SourceError; what landed before that is kept."""
    if not re.fullmatch(r"\w{1,16}", spec.path):
        raise SourceError("a team is named by its key, the letters before the number of its issues, as `team: ENG`")
    if not spec.token:
        raise SourceError("Linear tells nothing without a token. Make a key in Linear that may read, and name it")
    keeps = Keeps(salt, pipeline(spec))
    team = the_team(door, spec.path)

    def reading(name: str, ask: Ask, keep: Callable[[dict[str, Any]], Any], version: str = "") -> Reading:
        stream = Stream(name, ask, keep, "id", version, cursor(name), asks.nodes(name))
        return Reading(stream, door, landing, tell)

    for name in asks.SHORT:
        listed(reading(name, asks.short(name), keeps.short))
    first = asks.question(asks.ISSUE, filter=filtered(team), first=asks.ISSUES, steps=asks.STEPS)
    issues = reading("issues", first, keeps.issue, "updatedAt")
    anew = not issues.known
    latest_first(issues, stretch)
    swept(issues, anew)
    rest(issues, reading("histories", first, keeps.step), asks.HISTORY, "issues", "history", keeps.step)
    releases(reading, keeps, tell)


def releases(reading: Callable[..., Reading], keeps: Keeps, tell: Tell) -> None:
    """What shipped, where the workspace keeps releases in Linear; once a week all of it anew."""
    first = asks.question(asks.RELEASE, filter={}, first=asks.RELEASES, held=asks.SHIPPED)
    shipped = reading("releases", first, keeps.release, "updatedAt")
    probe = shipped.door.ask(asks.question(asks.RELEASE, filter={}, first=1, held=1), allow=REFUSED)
    if probe.status in REFUSED:
        tell("Linear does not tell this token of releases: when anything shipped is not known from here")
        return
    anew = not shipped.known
    latest_first(shipped, stretch)
    swept(shipped, anew)
    rest(shipped, reading("held", first, keeps.held), asks.HELD, "releases", "issues", keeps.held)


def the_team(door: Door, key: str) -> str:
    """The team's key as Linear writes it, or SourceError."""
    answer = door.ask(asks.question(asks.TEAMS, key=key))
    found = asks.nodes("teams")(answer.body)
    if not isinstance(found, list):
        raise SourceError("what came for teams is no list of records: is `url:` right?")
    if not found:
        raise SourceError(f"Linear shows this token no team `{key}`. Correct `team:`, or give the token that team")
    return str(found[0]["key"])


def filtered(team: str, **more: Any) -> dict[str, Any]:
    """The issues of one team."""
    return {"team": {"key": {"eq": team}}, **more}


def stretch(ask: Ask, since: str, until: str) -> Ask:
    """The same list, of what changed in a stretch of time."""
    said = {name: moment for name, moment in (("gte", since), ("lte", until)) if moment}
    variables = ask.json["variables"]
    chosen = variables["filter"] | ({"updatedAt": said} if said else {})
    return Ask(ask.url, ask.params, {**ask.json, "variables": {**variables, "filter": chosen}})


def swept(reading: Reading, anew: bool) -> None:
    """No oftener than SWEEP, reads everything anew; what is not there is asked for by its id, and then let go.

    anew  everything has just been read: not so where a first reading was cut off, and went on another day
    """
    last = float(reading.state.get("swept", 0))
    if reading.now - last < SWEEP.total_seconds():
        return
    if not anew:
        present = {one["_id"] for page in paged(reading, reading.stream.ask) for one in page}
        missing = [one for one in reading.known if one not in present]
        for start in range(0, len(missing), asks.RELEASES):
            confirmed(reading, missing[start : start + asks.RELEASES])
    reading.take((), swept=reading.now)


def confirmed(reading: Reading, missing: list[str]) -> None:
    """Asks for records by their ids; those that do not come are let go."""
    variables = reading.stream.ask.json["variables"]
    chosen = {**variables["filter"], "id": {"in": missing}}
    asked = {**reading.stream.ask.json, "variables": {**variables, "filter": chosen}}
    answer = reading.door.ask(Ask("graphql", json=asked))
    there = reading.stream.kept(answer)
    reading.take(there)
    reading.bury([one for one in missing if one not in {record["_id"] for record in there}])


def rest(
    whole: Reading, reading: Reading, text: str, outer: str, inner: str, keep: Callable[[dict[str, Any]], Any]
) -> None:
    """What the list had no room for: of each record that says `more`, the whole list inside it, as it is now."""
    for one, record in whole.known.items():
        mark = hashlib.sha256(repr(sorted(record.items())).encode()).hexdigest()[:16]
        if not record.get("more") or reading.known.get(one, {}).get("of") == mark:
            continue
        ask: Ask | None = asks.question(text, filter={"id": {"in": [one]}}, first=asks.FURTHER)
        found: list[Any] = []
        while ask is not None:
            answer = reading.answer(ask)
            page = (asks.nodes(outer)(answer.body) or [{}])[0].get(inner) or {}
            found += [keep(step) for step in page.get("nodes") or ()]
            info = page.get("pageInfo") or {}
            after = info.get("endCursor") if info.get("hasNextPage") else None
            variables = {**ask.json["variables"], "after": after}
            ask = Ask(ask.url, json={**ask.json, "variables": variables}) if after else None
        reading.take([{"_id": one, "of": mark, "all": found}])


class Keeps:
    """What passes the door, by names that are allowed: no login, no name, no prose. Persons pass as hashes."""

    def __init__(self, salt: str, pipeline: str) -> None:
        self._salt, self._pipeline = salt, pipeline

    def issue(self, one: dict[str, Any]) -> dict[str, Any]:
        """An issue, with the history that its answer has room for."""
        history = one["history"]
        return {
            "key": clean(one["identifier"]),
            "title": clean(one["title"]),
            "labels": [str(label) for label in one["labelIds"]],
            "state": one["state"]["id"],
            "created": one["createdAt"],
            "started": one["startedAt"] or "",
            "done": one["completedAt"] or "",
            "trashed": bool(one["trashed"]),
            "points": "" if one["estimate"] is None else f"{float(one['estimate']):g}",
            "priority": clean(one["priorityLabel"] or ""),
            "parent": (one["parent"] or {}).get("id") or "",
            "above": clean((one["parent"] or {}).get("identifier") or ""),
            **{name: (one[name] or {}).get("id") or "" for name in ("project", "projectMilestone", "cycle")},
            "person": self.person((one["assignee"] or {}).get("id")),
            "all": [self.step(step) for step in history["nodes"]],
            "more": bool(history["pageInfo"]["hasNextPage"]),
        }

    def step(self, one: dict[str, Any]) -> dict[str, Any]:
        """One step in a history: of states, of hands."""
        return {
            "id": one["id"],
            "at": one["createdAt"],
            "before": one["fromStateId"] or "",
            "after": one["toStateId"] or "",
            "from": self.person(one["fromAssigneeId"]),
            "to": self.person(one["toAssigneeId"]),
        }

    def short(self, one: dict[str, Any]) -> dict[str, Any]:
        """A state, label, project, milestone or cycle."""
        kept = {name: clean(str(value or "")) for name, value in one.items() if name not in ("parent", "isGroup", "id")}
        group = within(one, "parent", "id")
        return kept | ({"group": str(group)} if group else {})

    def release(self, one: dict[str, Any]) -> dict[str, Any] | None:
        """A release, with the issues that its answer has room for; of other pipelines than wanted, nothing."""
        line = one["pipeline"]
        wanted = line["name"] == self._pipeline if self._pipeline else line["isProduction"]
        if one["trashed"] or not wanted:
            return None
        return {
            "name": clean(one["name"] or ""),
            "version": clean(one["version"] or ""),
            "line": clean(line["name"]),
            "done": one["completedAt"] if one["stage"]["type"] == "completed" and one["completedAt"] else "",
            "all": [self.held(issue) for issue in one["issues"]["nodes"]],
            "more": bool(one["issues"]["pageInfo"]["hasNextPage"]),
        }

    def held(self, one: dict[str, Any]) -> dict[str, Any]:
        """An issue that a release holds."""
        return {"id": one["id"], "key": clean(one["identifier"])}

    def person(self, user: str | None) -> str:
        """Who, as a hash; nobody is the empty text."""
        return hashed(self._salt, f"linear {user}") if user else ""
