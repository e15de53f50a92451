"""Unleash: when each feature flag reached how many, from its log of events.

    sources:
      - {name: flags, kind: unleash, url: "https://flags.example.com", project: default, token: "${UNLEASH_TOKEN}"}

The log only grows, and comes with the newest event first. Events of a flag that came from another project are asked
for by its name. Unleash Admin API, version 5 or later.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from madegood.errors import SourceError
from madegood.execution.facts import clean
from madegood.sources.remote.http import Ask, Door
from madegood.sources.remote.stream import Reading, Stream, Tell, newest_first

if TYPE_CHECKING:
    from madegood.intent.model import SourceSpec
    from madegood.sources.remote.http import Answer
    from madegood.sources.remote.landing import Landing, Record
    from madegood.sources.remote.secret import Secret

KEEPS = 1  # of what passes the door: raise it when more does
PAGE = 1000  # events, the most that Unleash gives at once
LIVE = "production"  # the environment that every Unleash begins with for customers
STRATEGIES = ("feature-strategy-add", "feature-strategy-update", "feature-strategy-remove")
SWITCHES = ("feature-environment-enabled", "feature-environment-disabled")
KINDS = ("feature-created", "feature-updated", "feature-metadata-updated", "feature-type-updated", "feature-import")
PLANS = ("release-plan", "milestone")  # of Unleash Enterprise: they change rules, and do not say which
#: A rule of which nothing is known.
UNKNOWN = {"rule": "", "share": 1.0, "draw": "", "everyone": False, "random": False, "off": False}
ENDS = ("feature-archived", "feature-revived", "feature-deleted")
LINKED = "feature-link-added"
ITEM = re.compile(r"^https?://\S*/((?:[A-Z][A-Z0-9_]*-)?\d{1,9})/?$")  # an address that ends like that of a work item


def door(spec: SourceSpec, secret: Secret | None, tell: Tell, **more: Any) -> Door:
    """Unleash's interface; its tokens stand in the header as they are."""
    if not spec.url:
        raise SourceError("it has no `url:`. Say where your Unleash is: `url: https://flags.example.com`")
    base = re.sub(r"/api(/admin)?/?$", "", spec.url.strip().rstrip("/"))
    return Door(f"{base}/api/admin", secret, {"Accept": "application/json"}, tell, scheme="", **more)


def who(spec: SourceSpec) -> str:
    """From where things land, and what is kept of them: with another answer, all is read anew."""
    return repr((KEEPS, spec.url.strip().rstrip("/").lower(), spec.path, environment(spec)))


def environment(spec: SourceSpec) -> str:
    """The environment in which customers meet a flag."""
    return dict(spec.where).get("environment", LIVE)


def land(spec: SourceSpec, door: Door, landing: Landing, salt: str, tell: Tell) -> None:
    """Everything new since the last time, into the landing. Raises SourceError; what landed before that is kept."""
    project, live = spec.path.strip(), environment(spec)
    if not re.fullmatch(r"[\w.~-]+", project):
        raise SourceError("a project is named by its id, as in its address: `project: default`")
    if not spec.token:
        raise SourceError("Unleash tells nothing without a token. Make a personal or an admin one, and name it")
    said = door.ask(Ask(f"projects/{project}/overview")).body
    places = [one.get("environment") for one in said.get("environments") or ()] if isinstance(said, dict) else []
    if live not in places:
        there = ", ".join(f"`{clean(str(one))}`" for one in places if one) or "none"
        mend = "Name the one where customers are: `where: {environment: ...}`"
        raise SourceError(f"the project `{project}` has no environment `{live}` (it has {there}). {mend}")
    keep = Keeps(live).event
    log = Reading(Stream("events", asked(project=project), keep, pager=offset, records=listed), door, landing, tell)
    newest_first(log)
    moved = Reading(Stream("moved", asked(), keep, pager=offset, records=listed), door, landing, tell)
    begun = {one["flag"] for one in log.known.values() if one["what"] == "feature-created"}
    before = set(moved.state.get("asked", ()))
    for flag in sorted({one["flag"] for one in log.known.values()} - begun - before):
        every(moved, asked(feature=flag))
        before.add(flag)
        moved.take((), asked=sorted(before))


def asked(**of: str) -> Ask:
    """The log, of one project or of one flag."""
    only = tuple((name, f"IS:{value}") for name, value in of.items())
    return Ask("search/events", (*only, ("limit", str(PAGE)), ("offset", "0")))


def listed(body: Any) -> Any:
    """The events in an answer."""
    return body.get("events") if isinstance(body, dict) else None


def offset(ask: Ask, answer: Answer) -> Ask | None:
    """The next page: a count of what came before, of a total."""
    after = int(dict(ask.params)["offset"]) + len(answer.body["events"])
    return ask.but(offset=str(after)) if answer.body["events"] and after < int(answer.body.get("total") or 0) else None


def every(reading: Reading, first: Ask) -> None:
    """Every page of a list."""
    ask: Ask | None = first
    reading.asked.clear()
    while ask is not None:
        answer = reading.answer(ask)
        reading.take([one for one in reading.stream.kept(answer) if not one.get("_unwanted")])
        ask = reading.stream.pager(ask, answer)


class Keeps:
    """What passes the door, by names that are allowed: no person, no prose; of a rule's condition only that it is."""

    def __init__(self, environment: str) -> None:
        self._environment = environment

    def event(self, one: dict[str, Any]) -> Record | None:
        """An event in a flag's life; of other things and other environments, nothing."""
        what, flag = str(one["type"]), one.get("featureName")
        here = one.get("environment") == self._environment
        planned = what.startswith(PLANS)
        if not flag or not (
            what in (*KINDS, *ENDS, LINKED) or (here and (planned or what in (*STRATEGIES, *SWITCHES)))
        ):
            return None
        kept: Record = {"flag": clean(str(flag)), "what": what, "at": one["createdAt"]}
        data = one.get("data") or {}
        if planned:
            return kept | UNKNOWN
        if what in STRATEGIES:
            return kept | strategy(one.get("preData") if what == STRATEGIES[2] else data)
        if what in KINDS:
            return kept | {"kind": clean(str(data.get("type") or ""))}
        if what == LINKED:
            item = ITEM.match(str(data.get("url") or ""))
            return kept | {"item": item[1]} if item else None
        return kept


def strategy(said: Any) -> Record:
    """A rule: how many it reaches, by what it draws them, and whether it speaks of everyone."""
    if not isinstance(said, dict):
        return UNKNOWN
    given = said.get("parameters") or {}
    share = given.get("rollout", given.get("percentage"))
    everyone = said["name"] in ("default", "flexibleRollout") or str(said["name"]).startswith("gradualRollout")
    sticky = str(given.get("stickiness") or "")
    return {
        "rule": str(said["id"]),
        "share": 1.0 if share in (None, "") else min(max(float(share) / 100, 0.0), 1.0),
        "draw": clean(f"{given.get('groupId') or ''} {sticky}"),
        "everyone": everyone and not said.get("constraints") and not said.get("segments"),
        "random": sticky == "random" or said["name"] == "gradualRolloutRandom",
        "off": bool(said.get("disabled")),
    }
