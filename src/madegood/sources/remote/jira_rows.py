"""What landed from Jira -> rows of ours.

Every state of Jira's is new, in progress or done, whatever it is called. Unless `states:` of madegood.yml says which
states count, that settles it: a state goes by its own name where the name says the same, else by `in progress`, `done`
or `to do`. A version that was released on a day is a release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.execution.history import plain
from madegood.intent.model import Project
from madegood.sources.names import undone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from madegood.sources.remote.landing import Landing, Record

Rows = list[dict[str, str]]
NEW = "to do"
UNPLANNED = "not planned"


def rows(landing: Landing, project: Project) -> dict[str, Rows]:
    """Table -> its rows, each column as text."""
    issues = list(landing.latest("issues").values())
    keys = {one: str(record["key"]) for one, record in landing.latest("projects").items()}
    products = keys if len(keys) > 1 else {}
    versions = {
        version: one | {"product": products.get(name, "")}
        for name in keys
        for version, one in landing.latest(f"versions-{name}").items()
    }
    words = Words(landing.latest("statuses"), project)
    parents = Parents({one["_id"]: one["key"] for one in issues}, frozenset(keys.values()))
    hours = next((one["hours"] for one in landing.latest("time").values()), 0.0)
    shipped = {one: version for one, version in versions.items() if version["day"]}
    return {
        "items": [
            item(one, words, versions, hours) | {"parent": parents.of(one), "product": products.get(one["project"], "")}
            for one in issues
        ],
        "states": [row for one in issues for row in states(one, words)],
        "releases": [{"id": one["name"], "product": one["product"], "day": one["day"]} for one in shipped.values()],
        "links": [
            {"release": shipped[one]["name"], "product": shipped[one]["product"], "item": issue["key"]}
            for issue in issues
            for one in issue["versions"]
            if one in shipped
        ],
    }


def short(landing: Landing) -> str:
    """What is not known of histories, in a sentence."""
    issues = landing.latest("issues").values()
    count = sum(bool(one.get("cut")) or (bool(one["steps"]) and last(one) != one["status"]) for one in issues)
    return (
        f"Of {count:,} of {len(issues):,} issues Jira's history does not lead to the state they are in" if count else ""
    )


def undated(landing: Landing) -> str:
    """What is not known of releases, in a sentence."""
    versions = [one for name in landing.latest("projects") for one in landing.latest(f"versions-{name}").values()]
    released = [one for one in versions if one["released"]]
    found = [one["name"] for one in released if not one["day"]]
    if not found:
        return ""
    named = ", ".join(f"`{name}`" for name in found[:3]) + (" ..." if len(found) > 3 else "")
    count = f"{len(found):,} of {len(released):,} released versions"
    return f"For want of a release date {count} are no releases here: {named}"


def last(one: Record) -> str:
    """The state to which the history of an issue leads; empty where it says nothing."""
    return next((str(step["to"][0]) for step in reversed(one["steps"]) if "to" in step), str(one["status"]))


class Words:
    """What a state of Jira's is called here."""

    def __init__(self, statuses: Mapping[str, Record], project: Project) -> None:
        usual = Project("")
        self._active, self._done = project.active_states, project.done_states
        self._known = {"indeterminate": frozenset(plain(self._active)), "done": frozenset(plain(self._done))}
        self._statuses = statuses
        self._said = (self._active, self._done) != (usual.active_states, usual.done_states)

    def word(self, status: str, name: str) -> str:
        """The state with that id; `name` is what it was called then, for one that is not there any more."""
        now = self._statuses.get(status, {})
        name, category = str(now.get("name") or name), now.get("category")
        alike = plain([name])[0]
        if self._said or undone(name):
            return name
        if category in self._known:
            first = self._active[0] if category == "indeterminate" else self._done[0]
            return name if alike in self._known[category] else first
        return NEW if category == "new" and any(alike in known for known in self._known.values()) else name

    def active(self, word: str) -> bool:
        """Whether work goes on in a state."""
        return plain([word])[0] in self._known["indeterminate"]

    def ended(self, word: str) -> bool:
        """Whether work is done in a state."""
        return plain([word])[0] in self._known["done"]


class Parents:
    """What stands above an issue, by the keys of today."""

    def __init__(self, keys: Mapping[str, str], projects: frozenset[str]) -> None:
        self._keys, self._known, self._projects = keys, frozenset(keys.values()), projects

    def of(self, one: Record) -> str:
        """The key of what stands above; one of a project that is read, and is not there any more, is none."""
        if above := self._keys.get(one["above"]):
            return above
        gone = one["parent"].rpartition("-")[0] in self._projects and one["parent"] not in self._known
        return "" if gone else str(one["parent"])


def item(one: Record, words: Words, versions: Mapping[str, Record], hours: float) -> dict[str, str]:
    """A work item. Of its versions the one that was released first is what shipped it."""
    named = [versions[name] for name in one["versions"] if name in versions]
    shipped = sorted((version["day"], version["name"]) for version in named if version["day"])
    done = words.ended(words.word(one["status"], one["state"])) and not undone(one["resolution"])
    days = float(one["seconds"]) / 3600 / hours if one["seconds"] and hours else 0
    return {
        "id": one["key"],
        "title": one["title"],
        "kind": one["kind"].lower(),
        "labels": "|".join(one["labels"]),
        "created": one["created"],
        "done": one["resolved"] if done else "",
        "estimate": f"{days:.6g}" if days else "",
        "release": shipped[0][1] if shipped else named[0]["name"] if named else "",
        "person": one["person"],
        "milestone": ", ".join(version["name"] for version in named),
        "state": one["state"],
        "reason": one["resolution"],
        "component": ", ".join(one["components"]),
        "priority": one["priority"],
        "points": one["points"],
    }


def states(one: Record, words: Words) -> Iterator[dict[str, str]]:
    """The history of an issue: its first state, each change, and each change of hands while work goes on."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for at, before, after, person in moves(one, words):  # of two steps in one moment to one state, who had it last
        found[at, after] = (found.get((at, after), (before,))[0], person)
    for (at, after), (before, person) in found.items():
        yield {"item": one["key"], "at": at, "before": before, "after": after, "person": person}


def moves(one: Record, words: Words) -> Iterator[tuple[str, str, str, str]]:
    """(when, state before, state after, who has it). What was brought in from elsewhere may begin before it was made.

    The first state is that from which the history sets out. Where it does not lead to the state of today, as after a
    change of workflow, and that one ends work, it was entered when the issue was resolved.
    """
    turns = [step for step in one["steps"] if "to" in step]
    today = ended(words.word(one["status"], one["state"]), one, words)
    lost = last(one) != one["status"] if turns else today == UNPLANNED or words.ended(today)
    if turns or not lost:
        yield from told(one, turns, words)
    if (
        lost
        and (words.ended(today) or today == UNPLANNED)
        and one["resolved"] > max((s["at"] for s in turns), default="")
    ):
        yield one["resolved"], "", today, one["person"]


def told(one: Record, turns: Sequence[Record], words: Words) -> Iterator[tuple[str, str, str, str]]:
    """What the history itself says."""
    now = words.word(*(turns[0]["from"] if turns else (one["status"], one["state"])))
    person = next((step["left"] for step in one["steps"] if "left" in step), one["person"])
    yield min([one["created"], *(step["at"] for step in one["steps"])]), "", now, person
    for step in one["steps"]:
        if "left" in step:
            person = step["person"]
            if words.active(now):
                yield step["at"], now, now, person
            continue
        after = words.word(*step["to"])
        after = ended(after, one, words) if step is turns[-1] else after
        if after != now:
            yield step["at"], now, after, person
        now = after


def ended(word: str, one: Record, words: Words) -> str:
    """The state in which an issue ended: not planned, where its resolution says that nothing was done."""
    return UNPLANNED if words.ended(word) and undone(one["resolution"]) else word
