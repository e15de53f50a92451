"""Jira, in the cloud (REST API v3) or one's own (Data Center, v2): issues with their histories, versions, states.

    sources:
      work: {kind: jira, url: https://acme.atlassian.net, project: SHOP, user: "${JIRA_USER}", token: "${JIRA_TOKEN}"}

With `user:` it is asked by HTTP's basic scheme, as Jira Cloud wants it; with a token alone by a bearer, as Data Center
does. Which of the two it is, it says itself. One list changes, that of issues: first to last change, each with its
whole history; deletions by a weekly sweep over ids. The others are short and read whole: projects, versions, states.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from madegood.errors import SourceError
from madegood.sources.remote import jira_keeps
from madegood.sources.remote.http import Ask, Door
from madegood.sources.remote.jira_issues import Issues, sweep
from madegood.sources.remote.jira_site import Site, points, site
from madegood.sources.remote.secret import basic
from madegood.sources.remote.secret import secret as named
from madegood.sources.remote.stream import Reading, Stream, Tell, by_update, whole

if TYPE_CHECKING:
    from madegood.intent.model import SourceSpec
    from madegood.sources.remote.landing import Landing
    from madegood.sources.remote.secret import Secret

HEADERS = {"Accept": "application/json"}
KEEPS = 1  # of what passes the door: raise it when more does
KEY = re.compile(r"[A-Za-z]\w*", re.ASCII)


def door(spec: SourceSpec, secret: Secret | None, tell: Tell, **more: Any) -> Door:
    """Jira's interface, asked with the token and, where one is said, the user whose it is."""
    if not spec.url:
        raise SourceError("it has no `url:`. Say where your Jira is: `url: https://acme.atlassian.net`")
    user = named(spec.user, "user")
    if user and not secret:
        raise SourceError("it has a `user:` and no `token:`. Name a variable with a token: `token: ${JIRA_TOKEN}`")
    if user and secret:
        return Door(spec.url, basic(user, secret), HEADERS, tell, scheme="Basic", **more)
    return Door(spec.url, secret, HEADERS, tell, **more)


def who(spec: SourceSpec) -> str:
    """From where things land, and what is kept of them: with another answer, all is read anew."""
    return repr((KEEPS, spec.url.rstrip("/").lower(), sorted(keys(spec)), points(spec)))


def keys(spec: SourceSpec) -> tuple[str, ...]:
    """The keys of the projects that are to be read, in capitals."""
    return tuple(dict.fromkeys(one.strip().upper() for one in spec.path.split(",") if one.strip()))


def land(spec: SourceSpec, door: Door, landing: Landing, salt: str, tell: Tell) -> None:
    """Everything new since the last time, into the landing. Raises SourceError; what landed before that is kept."""
    if strange := [key for key in keys(spec) or (spec.path,) if not KEY.fullmatch(key)]:
        raise SourceError(f"`{strange[0][:40]}` is no key of a project. It is what its issues begin with: `SHOP`")
    found = site(door, spec)
    projects = {str(one["id"]): one for one in (project(found, key) for key in keys(spec))}

    def reading(name: str, ask: Ask, keep: Any, kind: type[Reading] = Reading, **said: Any) -> Any:
        return kind(Stream(name, ask, keep, **said), door, landing, tell)

    known = reading("projects", Ask(""), dict)
    known.take([{"_id": one, "key": str(said["key"])} for one, said in projects.items()])
    known.bury([one for one in known.known if one not in projects])  # made anew under the same key
    reading("time", Ask(""), dict).take([{"_id": "a day", "hours": found.hours}])
    states = reading("statuses", Ask(f"{found.api}/status"), jira_keeps.status)
    whole(states, lambda one: Ask(f"{found.api}/status/{one}"))
    for one in projects:
        versions = reading(f"versions-{one}", Ask(f"{found.api}/project/{one}/versions"), jira_keeps.version)
        whole(versions, lambda one: Ask(f"{found.api}/version/{one}"))
    keep = jira_keeps.Issue(frozenset(projects), found.points, found.epics, salt)
    said = {"pager": found.pager, "records": issues_of}
    issues = reading("issues", found.search(projects), keep, Issues, **said).beside(found, keep)
    by_update(issues, lambda _, moment: found.search(projects, moment))
    sweep(issues, found, projects)


def project(found: Site, key: str) -> dict[str, Any]:
    """A project by its key, or by one that it had before."""
    said = found.door.ask(Ask(f"{found.api}/project/{key}")).body
    if not isinstance(said, dict) or not str(said.get("id", "")).isdigit() or not said.get("key"):
        raise SourceError(f"what came for the project {key} is none: is `url:` right?")
    return said


def issues_of(body: Any) -> Any:
    """The list within an answer of a search."""
    return body.get("issues") if isinstance(body, dict) else None
