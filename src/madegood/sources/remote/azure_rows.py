"""What landed from Azure DevOps -> rows of ours.

Azure DevOps knows of each state what it means (its category). A state that this project names under `states:` keeps its
name; of the others, one that means work in progress, or resolved, is called like the project's first active state, one
that means completed like its first done state. What was removed is never done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from madegood.execution.history import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.intent.model import Project
    from madegood.sources.remote.landing import Landing, Record

Rows = list[dict[str, str]]
REMOVED = "removed"  # of a state in which work has ended and was not done
HOURS = 8  # of a working day: the field holds hours, and the vendor names no length of a day


def rows(landing: Landing, project: Project) -> dict[str, Rows]:
    """Table -> its rows, each column as text."""
    return Told(landing, project).rows()


def short(landing: Landing) -> str:
    """Nothing: Azure DevOps tells every revision of every item."""
    return ""


class Told:
    """Everything that landed, and what its states mean."""

    def __init__(self, landing: Landing, project: Project) -> None:
        self._project = project
        self._active, self._done = set(plain(project.active_states)), set(plain(project.done_states))
        self._items = {one: item for one, item in landing.latest("items").items() if not item.get("_unwanted")}
        self._history = defaultdict(list)
        for one in landing.latest("revisions").values():
            self._history[one["of"]].append(one)
        types = list(landing.latest("types").values())
        self._kinds = {one["name"]: one["states"] for one in types}
        self._any = {state: category for one in types for state, category in one["states"].items()}
        self._runs = runs(landing)
        self._held = {one: record["items"] for one, record in landing.latest("held").items()}

    def rows(self) -> dict[str, Rows]:
        """Every table."""
        moves = {one: list(self.moves(one)) for one in self._items}
        names = named(self._runs)
        return {
            "items": [self.item(one, item, moves[one]) for one, item in self._items.items()],
            "states": [row for found in moves.values() for row in found],
            "releases": [
                {"id": names[run], "day": one["good"], "name": "", "prerelease": "no"}
                for run, one in self._runs.items()
            ],
            "links": [
                {"release": names[run], "item": item}
                for run in self._runs
                for item in self._held.get(run, ())
                if item in self._items
            ],
        }

    def worded(self, kind: str, state: str) -> str:
        """The name of a state as this project has it."""
        category = self._kinds.get(kind, {}).get(state) or self._any.get(state, "")
        told = plain([state])[0]
        if told in self._active or (told in self._done and category != "Removed"):
            return state
        if told in self._done:
            return REMOVED
        active, done = self._project.active_states, self._project.done_states
        first = {"InProgress": active, "Resolved": active, "Completed": done}
        return next(iter(first.get(category, ())), state)

    def item(self, one: str, item: Record, moves: Rows) -> dict[str, str]:
        """A work item; done when it last came to a state that says so, and is in one today."""
        done = plain([self.worded(item["kind"], item["state"])])[0] in self._done
        ended = next((move["at"] for move in reversed(moves) if self._ends(move)), item["closed"])
        return {
            "id": one,
            "title": item["title"],
            "kind": item["kind"].lower(),
            "labels": "|".join(item["labels"]),
            "parent": item["parent"],
            "created": item["created"],
            "done": ended if done else "",
            "person": moves[-1]["person"] if moves else "",
            "estimate": f"{item['hours'] / HOURS:.6g}" if item["hours"] else "",
            "state": item["state"],
            "reason": item["reason"],
            "cycle": item["cycle"],
            "component": item["area"],
            "priority": item["priority"],
            "points": item["points"],
        }

    def _ends(self, move: dict[str, str]) -> bool:
        before, after = plain([move["before"]])[0], plain([move["after"]])[0]
        return after in self._done and before not in self._done

    def moves(self, one: str) -> Iterator[dict[str, str]]:
        """Its first state, and each change of state, or of hands while work goes on."""
        kind = self._items[one]["kind"]
        found: dict[tuple[str, str], tuple[str, str]] = {}
        now = person = ""
        for step in sorted(self._history[one], key=lambda step: int(step["rev"])):
            after = self.worded(kind, step["state"])
            handed = step["person"] != person and plain([after])[0] in self._active
            if after != now or handed:
                found[step["at"], after] = (found.get((step["at"], after), (now,))[0], step["person"])
            now, person = after, step["person"]
        for (at, after), (before, had) in found.items():
            yield {"item": one, "at": at, "before": before, "after": after, "person": had}


def runs(landing: Landing) -> dict[str, Record]:
    """Run of a pipeline -> its first success where customers are, the first run first."""
    found: dict[str, Record] = {}
    places = (f"deployments-{place}" for place in landing.latest("environments"))
    every = [one for place in places for one in landing.latest(place).values() if one["good"]]
    for one in sorted(every, key=lambda one: (one["good"], one["run"])):
        found.setdefault(one["run"], one)
    return found


def named(runs: dict[str, Record]) -> dict[str, str]:
    """What each run is called: its number, with its pipeline where several are called so."""
    count = Counter(one["name"] for one in runs.values())
    told = {
        run: f"{one['line']} {one['name']}".strip() if count[one["name"]] > 1 else one["name"]
        for run, one in runs.items()
    }
    again = Counter(told.values())
    return {run: f"{name} {run}" if again[name] > 1 else name for run, name in told.items()}
