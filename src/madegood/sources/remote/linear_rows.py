"""What landed from Linear -> rows of ours.

Linear knows of each state what it means. A state that this project names under `states:` keeps its name; of the others,
one that means started or completed is called like the project's first active or done state, so that work is seen in
whatever words a team has for it. What was cancelled is never done. A project is an item above its issues.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from madegood.execution.history import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from madegood.intent.model import Project
    from madegood.sources.remote.landing import Landing, Record

Rows = list[dict[str, str]]
UNDONE = ("canceled", "duplicate")  # kinds of states of Linear's in which work has ended and was not done
ELSEWHERE = "elsewhere"  # a state of a team that the token does not see
#: Labels that every workspace of Linear begins with, and that say of what kind an issue is.
KINDS = ("bug", "feature", "improvement")
GROUPS = ("type", "kind", "issue type")  # names of groups of labels that do


def rows(landing: Landing, project: Project) -> dict[str, Rows]:
    """Table -> its rows, each column as text."""
    return Told(landing, project).rows()


def short(landing: Landing) -> str:
    """Nothing: Linear tells the whole history of every issue."""
    return ""


class Told:
    """Everything that landed, and what its ids stand for."""

    def __init__(self, landing: Landing, project: Project) -> None:
        self._project = project
        self._active, self._done = set(plain(project.active_states)), set(plain(project.done_states))
        self._issues = {one: record for one, record in landing.latest("issues").items() if not record["trashed"]}
        self._further = {one: record["all"] for one, record in landing.latest("histories").items()}
        self._held = {one: record["all"] for one, record in landing.latest("held").items()}
        self._states = {one: self.worded(state) for one, state in landing.latest("workflowStates").items()}
        self._named = {one: state["name"] for one, state in landing.latest("workflowStates").items()}
        self._labels = landing.latest("issueLabels")
        self._projects = {one: p for one, p in landing.latest("projects").items() if p["trashed"] != "True"}
        self._milestones = {one: record["name"] for one, record in landing.latest("projectMilestones").items()}
        self._cycles = landing.latest("cycles")
        self._shipped = [
            one | {"_id": name}
            for name, one in landing.latest("releases").items()
            if not one.get("_unwanted") and one["done"]
        ]

    def rows(self) -> dict[str, Rows]:
        """Every table. Of projects, those that have an issue of the team in them."""
        used = dict.fromkeys(one["project"] for one in self._issues.values() if one["project"] in self._projects)
        items = [self.item(record) for record in self._issues.values()]
        names = self.names()
        return {
            "items": [*items, *(self.above(self._projects[one]) for one in used)],
            "states": [row for one, record in self._issues.items() for row in self.moves(one, record)],
            "releases": [
                {"id": names[one["_id"]], "day": one["done"], "name": self.title(one), "prerelease": "no"}
                for one in self._shipped
            ],
            "links": [
                {"release": names[one["_id"]], "item": self.key(issue["id"], issue["key"])}
                for one in self._shipped
                for issue in self.inside(one)
            ],
        }

    def worded(self, state: Record) -> str:
        """The name of a state as this project has it."""
        name, told = str(state["name"]), plain([str(state["name"])])[0]
        if told in self._active or (told in self._done and state["type"] not in UNDONE):
            return name
        if told in self._done:
            return "canceled"
        first = {"started": self._project.active_states, "completed": self._project.done_states}
        return next(iter(first.get(str(state["type"]), ())), name)

    def item(self, one: Record) -> dict[str, str]:
        """A work item."""
        labels = [self._labels[label] for label in one["labels"] if label in self._labels]
        cycle = self._cycles.get(one["cycle"], {})
        parent = self.key(one["parent"], one["above"]) if one["parent"] else ""
        return {
            "id": one["key"],
            "title": one["title"],
            "kind": self.kind(labels),
            "labels": "|".join(label["name"] for label in labels),
            "parent": parent or self._projects.get(one["project"], {}).get("slugId", ""),
            "created": one["created"],
            "started": one["started"],
            "done": one["done"],
            "person": one["person"],
            "milestone": self._milestones.get(one["projectMilestone"], ""),
            "state": self._named.get(one["state"], ELSEWHERE),
            "project": self._projects.get(one["project"], {}).get("name", ""),
            "cycle": cycle.get("name") or (f"Cycle {float(cycle['number']):g}" if cycle else ""),
            "points": one["points"],
            "priority": one["priority"],
        }

    def kind(self, labels: list[Record]) -> str:
        """What an issue is: a label of a group that says so, else one of those that every workspace begins with."""
        for label in labels:
            group = self._labels.get(label.get("group", ""), {})
            if plain([group.get("name", "")])[0] in GROUPS:
                return str(label["name"]).lower()
        return next((name for name in (str(label["name"]).lower() for label in labels) if name in KINDS), "issue")

    def above(self, one: Record) -> dict[str, str]:
        """A project as the item above its issues."""
        return {
            "id": one["slugId"],
            "title": one["name"],
            "kind": "project",
            "created": one["createdAt"],
            "started": one["startedAt"],
            "done": one["completedAt"],
        }

    def key(self, one: str, otherwise: str) -> str:
        """What an issue is called now; one of another team as it was called when this was read."""
        return str(self._issues[one]["key"]) if one in self._issues else otherwise

    def moves(self, one: str, record: Record) -> Iterator[dict[str, str]]:
        """Its first state, and each change of state, or of hands while work goes on."""
        steps = chained(list(self._further.get(one) or record["all"]) if record["more"] else record["all"])
        first = next((step["before"] for step in steps if step["after"]), record["state"])
        hands = next((step["from"] for step in steps if step["from"] or step["to"]), record["person"])
        now, person = self._states.get(first, ELSEWHERE), hands
        found = {(record["created"], now): ("", person)}
        for step in steps:
            handed = bool(step["from"] or step["to"])
            person = step["to"] if handed else person
            after = self._states.get(step["after"], ELSEWHERE) if step["after"] else now
            if after != now or (handed and plain([now])[0] in self._active):
                found[step["at"], after] = (found.get((step["at"], after), (now,))[0], person)
            now = after
        for (at, after), (before, had) in found.items():
            yield {"item": record["key"], "at": at, "before": before, "after": after, "person": had}

    def inside(self, one: Record) -> list[Record]:
        """The issues that a release holds."""
        return list((self._held.get(one["_id"]) if one["more"] else None) or one["all"])

    def names(self) -> dict[str, str]:
        """What each release is called: its version, else its name; with its pipeline where several are called so."""
        bare = {one["_id"]: one["version"] or one["name"] for one in self._shipped}
        count = Counter(bare.values())
        lines = {one["_id"]: one["line"] for one in self._shipped}
        told = {one: f"{lines[one]} {name}" if count[name] > 1 else name for one, name in bare.items()}
        again = Counter(told.values())
        return {one: f"{name} {one[:8]}" if again[name] > 1 else name for one, name in told.items()}

    def title(self, one: Record) -> str:
        """What people call a release, where it has a version beside."""
        return str(one["name"]) if one["version"] and one["name"] != one["version"] else ""


def chained(steps: list[Record]) -> list[Record]:
    """Steps in their order; those of one moment so that each begins where the one before it ended."""
    left: list[Record] = sorted(
        {step["id"]: step for step in steps}.values(), key=lambda step: (step["at"], step["id"])
    )
    out: list[Record] = []
    now: Mapping[str, str] = {}
    while left:
        same = [step for step in left if step["at"] == left[0]["at"]]
        entered = {step["after"] for step in same}
        at = now.get("after", "")
        fits = [step for step in same if step["before"] in ("", at)] if at else []
        fits = fits or [step for step in same if step["before"] not in entered]
        step = (fits or same)[0]
        left.remove(step)
        out.append(step)
        now = step if step["after"] else now
    return out
