"""Files that a flag tool gives out of its flags' past: each flag is a release, with whom it reached from when on.

    growthbook    revisions of features (`GET /api/v1/revisions` or `/api/v2/feature-revisions`), beside them features
    launchdarkly  entries of the audit log, each with `currentVersion` (`GET /api/v2/auditlog/ID`)

One JSON document a file, or one a line; lists and pages of lists are looked into. A flag is met where it serves another
value than when it is off.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from madegood.execution.facts import clean
from madegood.sources.flags import Flag, Step, told
from madegood.sources.reading import NotThat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

LIVE = "production"  # what both tools call the environment for customers when they begin
MANY = 8  # rules with conditions that are thought through in every combination; of more, nothing is known
WHOLE = 100_000.0  # LaunchDarkly's weights, of all
PAGES = ("revisions", "features", "items")  # what a page of a list holds it under
Record = dict[str, Any]


class Rule(NamedTuple):
    """One rule of a list of which the first that fits decides.

    some   it asks for more than a draw: a country, a list of persons
    cover  share that its draw takes, 0 to 1
    draw   by what it draws: of two rules with one draw the second reaches those whom the first did not
    on     share of those that it takes who get another value than when the flag is off
    """

    some: bool
    cover: float
    draw: str
    on: float


def served(at: str, rules: Sequence[Rule], rest: float) -> Step:
    """Whom a list of rules reaches, and whom no rule takes (`rest`). Bounds: each condition fits all, or none.

    >>> served("", [Rule(False, 0.3, "a", 1.0), Rule(False, 0.5, "a", 1.0)], 0.0)
    Step(at='', low=0.5, high=0.5)
    >>> served("", [Rule(True, 1.0, "", 1.0), Rule(False, 0.2, "a", 1.0)], 0.0)
    Step(at='', low=0.2, high=1.0)
    """
    asked = sum(rule.some for rule in rules)
    if asked > MANY:
        return Step(at, 0.0, 1.0)
    shares = []
    for fits in product((False, True), repeat=asked):
        answers, taken, left, share = iter(fits), dict[str, float](), 1.0, 0.0
        for rule in rules:
            if rule.some and not next(answers):
                continue
            before = taken.get(rule.draw, 0.0)
            part = max(rule.cover - before, 0.0) / (1 - before) if before < 1 else 0.0
            taken[rule.draw] = max(before, rule.cover)
            share, left = share + left * part * rule.on, left * (1 - part)
        shares.append(share + left * rest)
    return Step(at, round(min(shares), 6), round(max(shares), 6))


def flags_of(kind: str, paths: Iterable[Path], environment: str, zone: str) -> list[Flag]:
    """Every flag of some files. Raises NotThat: what a file is not."""
    read = {"growthbook": growthbook, "launchdarkly": launchdarkly}[kind]
    every = [one for path in paths for one in documents(path)]
    try:
        found = read(every, environment or LIVE)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise NotThat(f"is not as {kind} gives it out ({type(error).__name__}: {clean(str(error))[:60]})") from None
    if not found:
        raise NotThat(f"holds nothing of a flag's past as {kind} gives it out")
    return [told(name, steps, zone) if steps else Flag(name, {}, (), True) for name, steps in found.items()]


def documents(path: Path) -> Iterator[Record]:
    """Every record of a file, out of lists and pages of lists."""
    text = path.read_text("utf-8-sig")
    try:
        said = [json.loads(text)]
    except ValueError:
        try:
            said = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            raise NotThat("is no JSON, as a whole or line by line") from None
    while said:
        one = said.pop(0)
        inner = one
        if isinstance(one, dict) and not {"featureId", "currentVersion"} & one.keys():
            inner = next((one[name] for name in PAGES if name in one), one)
        if isinstance(inner, list):
            said = [*inner, *said]
        elif isinstance(one, dict):
            yield one


# ---- GrowthBook ----


def growthbook(every: Sequence[Record], environment: str) -> dict[str, list[Step]]:
    """Feature -> its steps; none where they cannot be told from its beginning on, or nobody says whether it is on."""
    past: dict[str, dict[int, Record]] = defaultdict(dict)
    today: dict[str, bool] = {}
    for one in every:
        if "featureId" in one and one["status"] == "published":
            past[clean(str(one["featureId"]))][int(one["version"])] = one
        elif "environments" in one and "id" in one:
            there = one["environments"].get(environment)
            today[clean(str(one["id"]))] = bool(there and there.get("enabled")) and not one.get("archived")
    return {name: list(revised(name, versions, environment, today)) for name, versions in past.items()}


def revised(name: str, versions: dict[int, Record], environment: str, today: dict[str, bool]) -> Iterator[Step]:
    """A feature's steps. Whether it was on stands in a revision, or else is taken to have been as it is today."""
    first = versions.get(1)
    if first is None:
        return
    off = str(first["defaultValue"])
    off = "false" if off in ("true", "false") else off
    for number in sorted(versions):
        one = versions[number]
        said = one.get("environmentsEnabled") or {}
        on = said.get(environment, today.get(name))
        if on is None:
            yield Step(one["date"], 0.0, 1.0)
        elif not on:
            yield Step(one["date"], 0.0, 0.0)
        else:
            rules = [drawn(rule, name, off) for rule in here(one["rules"], environment) if rule.get("enabled", True)]
            yield served(one["date"], rules, float(str(one.get("defaultValue", off)) != off))


def here(rules: Any, environment: str) -> list[Record]:
    """The rules of one environment, in both versions of the interface."""
    if isinstance(rules, dict):
        return list(rules.get(environment) or ())
    return [one for one in rules if one.get("allEnvironments") or environment in (one.get("environments") or ())]


def drawn(rule: Record, name: str, off: str) -> Rule:
    """One rule of a feature. An experiment that stands elsewhere reaches nobody knows how many."""
    some = bool(
        rule.get("condition") not in (None, "", "{}", {}) or rule.get("savedGroups") or rule.get("prerequisites")
    )
    some = some or bool(rule.get("savedGroupTargeting"))
    coverage = rule.get("coverage")
    cover, draw = (
        1.0 if coverage is None else float(coverage),
        f"{rule.get('seed') or name} {rule.get('hashAttribute')}",
    )
    if rule["type"] in ("force", "rollout"):
        return Rule(some, cover, draw, float(str(rule["value"]) != off))
    values = rule.get("values") or rule.get("value")
    if rule["type"] == "experiment" and isinstance(values, list) and values:
        on = sum(float(one.get("weight", 1 / len(values))) for one in values if str(one["value"]) != off)
        return Rule(some, cover, f"{rule.get('trackingKey') or name} {rule.get('hashAttribute')}", min(on, 1.0))
    return Rule(True, 1.0, "", 1.0)


# ---- LaunchDarkly ----


def launchdarkly(every: Sequence[Record], environment: str) -> dict[str, list[Step]]:
    """Flag -> its steps; none where its past is not told from its creation on."""
    past: dict[str, list[tuple[float, Record]]] = defaultdict(list)
    for one in every:
        now = one.get("currentVersion")
        if one.get("kind", "flag") == "flag" and isinstance(now, dict) and "environments" in now:
            past[clean(str(now["key"]))].append((float(one["date"]) / 1000, now))
    found: dict[str, list[Step]] = {}
    for name, versions in past.items():
        versions.sort(key=lambda one: one[0])
        begun = float(versions[0][1]["creationDate"]) / 1000
        whole = abs(versions[0][0] - begun) < 60  # seconds: the entry of its creation is written with it
        found[name] = [flag(moment(at), now, environment) for at, now in versions] if whole else []
    return found


def moment(seconds: float) -> str:
    """Seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def flag(at: str, now: Record, environment: str) -> Step:
    """Whom a flag reaches in one of its versions."""
    there = now["environments"].get(environment)
    if not there or not there["on"] or there.get("archived") or now.get("archived"):
        return Step(at, 0.0, 0.0)
    off = there.get("offVariation")
    targets = [
        one for one in (*(there.get("targets") or ()), *(there.get("contextTargets") or ())) if one.get("values")
    ]
    rules = [Rule(True, 1.0, "", float(one["variation"] != off)) for one in targets]
    rules += [Rule(True, 1.0, "", share_of(one, off)) for one in there.get("rules") or ()]
    if there.get("prerequisites"):
        rules.insert(0, Rule(True, 1.0, "", 0.0))
    return served(at, rules, share_of(there["fallthrough"], off))


def share_of(said: Record, off: Any) -> float:
    """The share of those whom a rule takes that gets another variation than when the flag is off."""
    if said.get("variation") is not None:
        return float(said["variation"] != off)
    parts = said["rollout"]["variations"]
    return sum(float(one["weight"]) for one in parts if one["variation"] != off) / WHOLE
