"""What landed from GitLab -> rows of ours.

A label that is the name of a state of this project is a state, `workflow::in progress` as well as `in progress`. Else
an issue is open or closed, and a merge request in progress as a draft, in review after that, then closed or not merged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.execution.history import plain
from madegood.sources.remote import github_rows
from madegood.sources.remote.github_rows import Rows, bare, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from madegood.intent.model import Project
    from madegood.sources.remote.landing import Landing, Record

UNDONE = ("moved", "duplicate")  # ways of closing what was not done here
HOURS = 8  # of a working day, as GitLab itself counts `1d` (GitLab, Time tracking, available time units)


def rows(landing: Landing, project: Project) -> dict[str, Rows]:
    """Table -> its rows, each column as text."""
    issues = list(landing.latest("issues").values())
    requests = list(landing.latest("merge_requests").values())
    marks = {name: one["title"] for name, one in landing.latest("milestones").items()}
    listed = sorted(
        (one for one in landing.latest("releases").values() if not one.get("_unwanted")),
        key=lambda one: one["released"],
    )
    named = {tidy(text): one["tag"] for one in reversed(listed) for text in (one["name"], one["tag"]) if text}
    held = {mark: one["tag"] for one in reversed(listed) for mark in one["milestones"]}

    def shared(one: Record) -> dict[str, str]:
        title = str(marks.get(one["milestone"], one["marked"]))
        release = str(held.get(one["milestone"]) or named.get(tidy(title), "")) if title else ""
        return {"milestone": title, "release": release}

    epics = {one["epic"]: one["above"] for one in sorted(issues, key=lambda one: one["_version"]) if one["epic"]}
    return {
        "items": [
            *({**of_issue(one), **shared(one)} for one in issues),
            *({**of_request(one), **shared(one)} for one in requests),
            *({"id": f"&{iid}", "title": title, "kind": "epic"} for iid, title in epics.items()),
        ],
        "states": [
            *(row for one in issues for row in states(one, one["iid"], False, project)),
            *(row for one in requests for row in states(one, f"!{one['iid']}", True, project)),
        ],
        "releases": releases(listed, deployed(landing)),
        "links": [{"release": one["tag"], "item": name.removeprefix("#")} for one in listed for name in one["items"]],
    }


def short(landing: Landing) -> str:
    """What is not known of histories, in a sentence: GitLab writes changes of state down since version 13.2."""
    every = [*landing.latest("issues").values(), *landing.latest("merge_requests").values()]
    count = sum(one["state"] == "closed" and all(step["event"] != "closed" for step in one["steps"]) for one in every)
    return (
        f"Of {count:,} closed items GitLab does not tell the history; when they were closed is known" if count else ""
    )


def common(one: Record) -> dict[str, str]:
    """Columns that issues and merge requests have in common."""
    return {
        "title": one["title"],
        "labels": "|".join(one["labels"]),
        "created": one["created"],
        "person": one["person"],
        "state": one["state"],
    }


def of_issue(one: Record) -> dict[str, str]:
    """An issue as a work item."""
    done = one["state"] == "closed" and one["reason"] not in UNDONE
    return common(one) | {
        "id": one["iid"],
        "kind": one["kind"],
        "parent": f"&{one['epic']}" if one["epic"] else "",
        "done": one["closed"] if done else "",
        "estimate": f"{one['seconds'] / 3600 / HOURS:.6g}" if one["seconds"] else "",
        "reason": one["reason"],
        "points": one["weight"],
    }


def of_request(one: Record) -> dict[str, str]:
    """A merge request as a work item: finished when it was merged."""
    return common(one) | {
        "id": f"!{one['iid']}",
        "kind": "merge request",
        "parent": one["parent"],
        "done": one["merged"],
    }


def states(one: Record, name: str, pull: bool, project: Project) -> Rows:
    """The history of one, told in the way of GitHub's, which has the same states."""
    told = {**one, "number": name, "pull": pull, "closed": one["closed"] or one.get("merged", "")}
    told |= {"reason": "not_planned" if one.get("reason") in UNDONE else "", "draft": one.get("draft", False)}
    ours = {*plain(project.active_states), *plain(project.done_states)}
    steps = [{**step, "label": worded(step["label"], ours), "person": ""} for step in one["steps"]]
    found = list(github_rows.states(told, steps, project))
    return [{**row, "person": row["person"] or one["person"]} for row in found]


def worded(label: str, ours: set[str]) -> str:
    """A label as this project may name it: `workflow::in progress` is `in progress`, unless it is named whole.

    >>> worded("workflow::in progress", {"in progress"}), worded("workflow::done", {"workflow::done"})
    ('in progress', 'workflow::done')
    """
    return label if plain([label])[0] in ours else label.rpartition("::")[2].strip()


def deployed(landing: Landing) -> list[tuple[str, str, str]]:
    """(when, ref, commit) of each deployment that customers met, the first one first."""
    return sorted(
        (one["good"], one["ref"], one["sha"]) for one in landing.latest("deployments").values() if one["good"]
    )


def releases(listed: list[Record], deployed: list[tuple[str, str, str]]) -> Rows:
    """Releases, met on the day of the first deployment of their tag, else on that which they say.

    Where the project has no release at all, each commit that was deployed is one.
    """
    if not listed:
        once: Mapping[str, dict[str, str]] = {row["id"]: row for row in (bare(*one) for one in reversed(deployed))}
        return list(once.values())[::-1]
    first: dict[str, str] = {}
    for at, ref, _ in deployed:
        first.setdefault(ref, at)
    return [
        {
            "id": one["tag"],
            "day": first.get(one["tag"]) or one["released"],
            "name": one["name"] if one["name"] != one["tag"] else "",
            "prerelease": "no",
        }
        for one in listed
    ]
