"""What landed from GitHub -> rows of ours.

A label that is the name of a state of this project is a state: `in progress` put on an issue starts it. Else an issue
is open or closed, and a pull request in progress as a draft, in review after that, and then closed or not merged.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from madegood.execution.history import plain
from madegood.execution.version import version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from madegood.intent.model import Project
    from madegood.sources.remote.landing import Landing, Record

Rows = list[dict[str, str]]
UNDONE = ("not_planned", "duplicate")  # reasons of GitHub's for closing what was not done
SHORT = 12  # characters of a commit's id, as of a repository's own items


def rows(landing: Landing, project: Project) -> dict[str, Rows]:
    """Table -> its rows, each column as text."""
    issues = {str(one["number"]): one for one in landing.latest("issues").values()}
    ids = {one["_id"] for one in issues.values()}
    events = defaultdict(list)
    for event in landing.latest("events").values():
        if event["of"] in ids:
            events[str(event["issue"])].append(event)
    milestones = {one["number"]: one["title"] for one in landing.latest("milestones").values()}
    listed = [one for one in landing.latest("releases").values() if not one.get("_unwanted")]
    shipped = releases(listed, deployed(landing))
    names = {tidy(text): one["tag"] for one in listed for text in (one["name"], one["tag"]) if text}
    return {
        "items": [item(one, milestones.get(one["milestone"], ""), names) for one in issues.values()],
        "states": [row for number, one in issues.items() for row in states(one, events[number], project)],
        "releases": shipped,
        "links": [{"release": one["tag"], "item": str(number)} for one in listed for number in one["items"]],
    }


def short(landing: Landing) -> str:
    """What is not known of histories, in a sentence: GitHub turns back the pages of a list only so far."""
    closed = {one["of"] for one in landing.latest("events").values() if one["event"] == "closed"}
    missing = [one["_id"] for one in landing.latest("issues").values() if one["state"] == "closed"]
    count = sum(one not in closed for one in missing)
    if not count:
        return ""
    return f"Of {count:,} closed items GitHub does not tell the history any more; when they were closed is known"


def tidy(name: str) -> str:
    """A version as it is compared: `v1.2` and `1.2` are one."""
    return name.strip().lower().removeprefix("v").strip()


def item(one: Record, milestone: str, names: Mapping[str, str]) -> dict[str, str]:
    """A work item. A milestone that is called like a release tells which one shipped it."""
    return {
        "id": str(one["number"]),
        "title": one["title"],
        "kind": (one["type"] or ("pull request" if one["pull"] else "issue")).lower(),
        "labels": "|".join(one["labels"]),
        "parent": one["parent"],
        "created": one["created"],
        "done": done(one),
        "release": names.get(tidy(milestone), "") if milestone else "",
        "person": one["person"],
        "milestone": milestone,
        "state": one["state"],
        "reason": one["reason"],
    }


def done(one: Record) -> str:
    """When it was finished; empty where it is not, or was closed without."""
    if one["pull"]:
        return str(one["merged"])
    return str(one["closed"]) if one["state"] == "closed" and one["reason"] not in UNDONE else ""


def states(one: Record, events: Iterable[Record], project: Project) -> Iterator[dict[str, str]]:
    """The history of an issue or pull request: each change of state, and each change of hands while work goes on."""
    history = History(one, sorted(events, key=lambda event: (event["at"], int(event["_id"]))), project)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for at, before, after, person in history.moves():  # of two steps in one second to one state, who had it last
        found[at, after] = (found.get((at, after), (before,))[0], person)
    for (at, after), (before, person) in found.items():
        yield {"item": str(one["number"]), "at": at, "before": before, "after": after, "person": person}


class History:
    """The state in which one issue is, step by step."""

    def __init__(self, one: Record, events: Sequence[Record], project: Project) -> None:
        self._one, self._events = one, events
        self._active = frozenset(plain(project.active_states))
        self._named = self._active | frozenset(plain(project.done_states))
        self._closings = [event["_id"] for event in events if event["event"] == "closed"]
        turns = [event["event"] for event in events if event["event"] in ("ready_for_review", "convert_to_draft")]
        self._draft = turns[0] == "ready_for_review" if turns else one["draft"]
        self._labels: list[str] = []
        self._person = ""

    def moves(self) -> Iterator[tuple[str, str, str, str]]:
        """(when, state before, state after, who has it)."""
        now = self.open()
        if self._one["pull"]:
            yield self._one["created"], "", now, self._one["person"]
        shut = False
        for event in self._events:
            shut = {"closed": True, "reopened": False}.get(event["event"], shut)
            self.note(event)
            after = self.closed(event["_id"]) if event["event"] == "closed" else now if shut else self.open()
            handed = event["event"] == "assigned" and plain([now])[0] in self._active
            if after != now or handed:
                yield event["at"], now, after, self._person
            now = after
        if self._one["state"] == "closed" and not shut and self._one["closed"]:
            yield self._one["closed"], now, self.closed(""), self._person

    def note(self, event: Record) -> None:
        """What an event changes besides."""
        kind, label = event["event"], event["label"]
        if kind in ("labeled", "unlabeled") and plain([label])[0] in self._named:
            self._labels = [one for one in self._labels if one != label]
            self._labels += [label] if kind == "labeled" else []
        elif kind in ("ready_for_review", "convert_to_draft"):
            self._draft = kind == "convert_to_draft"
        elif kind == "assigned":
            self._person = event["person"]
        elif kind == "unassigned" and event["person"] == self._person:
            self._person = ""

    def open(self) -> str:
        """The state while it is open: what the last label of that kind says."""
        if self._labels:
            return self._labels[-1]
        if not self._one["pull"]:
            return "open"
        return "in progress" if self._draft else "in review"

    def closed(self, event: str) -> str:
        """The state after a closing. How it ended is known of the last one only."""
        last = not event or event == self._closings[-1]
        if self._one["pull"]:
            return "closed" if last and self._one["merged"] else "not merged"
        return "not planned" if last and self._one["state"] == "closed" and self._one["reason"] in UNDONE else "closed"


def deployed(landing: Landing) -> list[tuple[str, str, str]]:
    """(when, ref, commit) of each deployment that customers met, the first one first."""
    outcomes = landing.latest("outcomes")
    found = [
        (outcomes[one]["good"], record["ref"], record["sha"])
        for one, record in landing.latest("deployments").items()
        if one in outcomes and outcomes[one]["good"]
    ]
    return sorted(found)


def releases(listed: Sequence[Record], deployed: Sequence[tuple[str, str, str]]) -> Rows:
    """Releases, met on the day of the first deployment of their tag, else on that of their publication.

    Where the repository has no release at all, each commit that was deployed is one.
    """
    if not listed:
        once = {row["id"]: row for row in (bare(*one) for one in reversed(deployed))}
        return list(once.values())[::-1]
    first: dict[str, str] = {}
    for at, ref, _ in deployed:
        first.setdefault(ref.removeprefix("refs/tags/"), at)
    return [
        {
            "id": one["tag"],
            "day": first.get(one["tag"]) or one["published"],
            "name": one["name"] if one["name"] != one["tag"] else "",
            "prerelease": "yes" if one["prerelease"] else "no",
        }
        for one in listed
    ]


def bare(at: str, ref: str, sha: str) -> dict[str, str]:
    """A deployment as a release: named by its tag where that is a version, else by its commit."""
    tag = ref.removeprefix("refs/tags/")
    return {"id": tag if version(tag) else sha[:SHORT], "day": at, "name": "", "prerelease": "no"}
