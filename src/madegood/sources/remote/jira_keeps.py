"""What of Jira's records passes the door, by names that are allowed: no login, no prose. Persons pass as hashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from madegood.execution.facts import clean
from madegood.sources.spool import hashed

if TYPE_CHECKING:
    from collections.abc import Iterable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS = 1e11  # a larger number of seconds would lie beyond the year 5000


def utc(said: Any) -> str:
    """A moment of Jira's in UTC, to the millisecond, so that texts compare as moments do.

    Jira writes them with an offset and no colon; its bulk changelog as milliseconds since 1970.

    >>> utc("2026-03-04T11:00:00.250+0100"), utc(1772618400250), utc("2026-03-04")
    ('2026-03-04T10:00:00.250Z', '2026-03-04T10:00:00.250Z', '2026-03-04T00:00:00.000Z')
    """
    try:
        if isinstance(said, (int, float)):
            at = EPOCH + timedelta(milliseconds=said if abs(said) > MILLISECONDS else said * 1000)
        else:
            at = datetime.fromisoformat(said)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{str(said)[:40]} is no moment") from None
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def named(one: Any) -> str:
    """The name of a thing of Jira's, empty where there is none."""
    return clean(str(one.get("name") or "")) if isinstance(one, dict) else ""


def status(one: dict[str, Any]) -> dict[str, Any]:
    """A state: its name, and whether it is new, indeterminate or done."""
    return {"name": named(one), "category": str((one.get("statusCategory") or {}).get("key") or "")}


def version(one: dict[str, Any]) -> dict[str, Any]:
    """A version of a project, released or not."""
    day = str(one.get("releaseDate") or "") if one.get("released") else ""
    return {"name": named(one), "released": bool(one.get("released")), "day": day}


class Issue:
    """Keeps of issues what is allowed, and of their histories the changes of state and of hands.

    projects  ids of those that are read: an issue that went elsewhere is not wanted
    points    ids of the fields with story points, the first filled one counts
    epics     ids of the fields that say what stands above
    """

    def __init__(self, projects: frozenset[str], points: tuple[str, ...], epics: tuple[str, ...], salt: str) -> None:
        self._projects, self._points, self._epics, self._salt = projects, points, epics, salt

    def __call__(self, one: dict[str, Any]) -> dict[str, Any]:
        """An issue, with its history where that came with it."""
        said = one["fields"]
        if str(said["project"]["id"]) not in self._projects:
            return {"_version": utc(said["updated"]), "_unwanted": True}
        above = said.get("parent") or {}
        history = one.get("changelog")
        kept = {
            "_version": utc(said["updated"]),
            "key": str(one["key"]),
            "project": str(said["project"]["id"]),
            "title": clean(str(said.get("summary") or "")),
            "kind": named(said["issuetype"]),
            "labels": [clean(str(label)) for label in said.get("labels") or ()],
            "components": [named(part) for part in said.get("components") or ()],
            "status": str(said["status"]["id"]),
            "state": named(said["status"]),
            "resolution": named(said.get("resolution")),
            "created": utc(said["created"]),
            "resolved": utc(said["resolutiondate"]) if said.get("resolutiondate") else "",
            "priority": named(said.get("priority")),
            "versions": [str(part["id"]) for part in said.get("fixVersions") or ()],
            "above": str(above.get("id") or ""),
            "parent": str(above.get("key") or "") or self.epic(said),
            "person": self.person(who(said.get("assignee"))),
            "seconds": number(said.get("timeoriginalestimate")),
            "points": next((n for name in self._points if (n := number(said.get(name)))), ""),
        }
        if history is None:
            return kept
        cut = len(history["histories"]) < int(history.get("total") or 0)
        return kept | {"steps": self.steps(history["histories"]), **({"cut": True} if cut else {})}

    def epic(self, said: dict[str, Any]) -> str:
        """The key of what stands above, where a field of its own says so: a text, or an object with the key in it."""
        for name in self._epics:
            value = said.get(name)
            value = value.get("data", value) if isinstance(value, dict) else value
            value = value.get("key") if isinstance(value, dict) else value
            if isinstance(value, str) and value:
                return value
        return ""

    def steps(self, histories: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Changes of state and of hands in their order; of those in one moment, hands first."""
        found = []
        for one in histories:
            at, order = utc(one["created"]), int(one.get("id") or 0)
            for item in one.get("items") or ():
                field = item.get("fieldId") or (item["field"] if item.get("fieldtype", "jira") == "jira" else "")
                if field == "status":
                    pairs = {"from": ends(item, "from", "fromString"), "to": ends(item, "to", "toString")}
                    found.append((at, order, 1, {"at": at, **pairs}))
                elif field == "assignee":
                    pair = {"left": self.person(item.get("from")), "person": self.person(item.get("to"))}
                    found.append((at, order, 0, {"at": at, **pair}))
        return [step for *_, step in sorted(found, key=lambda one: one[:3])]

    def person(self, said: Any) -> str:
        """Who, as a hash of what stays when a name changes; nobody is the empty text."""
        return hashed(self._salt, f"jira {said}") if said else ""


def who(user: Any) -> str:
    """What tells a user apart: in the cloud the account, in Data Center the key; its histories say the same."""
    return str(user.get("accountId") or user.get("key") or user.get("name") or "") if isinstance(user, dict) else ""


def ends(item: dict[str, Any], number: str, name: str) -> list[str]:
    """One side of a change: the id of a state, and what it was called then."""
    return [str(item.get(number) or ""), clean(str(item.get(name) or ""))]


def number(said: Any) -> str:
    """A number as text, empty where there is none.

    >>> number(3.0), number(0.5), number(None), number("3")
    ('3', '0.5', '', '')
    """
    return f"{said:.12g}" if isinstance(said, (int, float)) and not isinstance(said, bool) else ""
