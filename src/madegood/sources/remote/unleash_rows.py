"""What landed from Unleash -> rows of ours: each flag that is there to release something is a release with rollouts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from madegood.sources import flags
from madegood.sources.flags import Flag, Rule, Step, step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.intent.model import Project
    from madegood.sources.remote.landing import Landing, Record

Rows = list[dict[str, str]]
RELEASES = ("release", "experiment", "")  # kinds of flags that bring something; others switch, stop or permit


def rows(landing: Landing, project: Project) -> dict[str, Rows]:
    """Table -> its rows, each column as text."""
    found = told(landing, project.timezone)
    names = {one.name for one in found if one.release}
    held = {(one["flag"], one["item"]): None for one in events(landing) if "item" in one and one["flag"] in names}
    return {
        **flags.tables(found),
        "links": [{"release": flag, "item": item} for flag, item in held],
    }


def short(landing: Landing) -> str:
    """Nothing: what is not known of a flag is said in `partly`."""
    return ""


def partly(landing: Landing) -> str:
    """The flags of which it is known in part how many met them."""
    return flags.partly(told(landing, "UTC"))


def events(landing: Landing) -> list[Record]:
    """Every event, the first one first."""
    found = landing.latest("moved") | landing.latest("events")
    return [found[one] for one in sorted(found, key=int)]


def told(landing: Landing, zone: str) -> list[Flag]:
    """Each flag that is there to release something; of one whose beginning is not known, nothing is."""
    each: dict[str, list[Record]] = defaultdict(list)
    for one in events(landing):
        each[one["flag"]].append(one)
    kinds = {name: [one["kind"] for one in lived if "kind" in one] for name, lived in each.items()}
    wanted = {name: lived for name, lived in each.items() if not kinds[name] or kinds[name][-1] in RELEASES}
    whole = {name for name, lived in wanted.items() if any(one["what"] == "feature-created" for one in lived)}
    return [
        flags.told(name, steps(lived), zone) if name in whole else Flag(name, {}, (), True)
        for name, lived in wanted.items()
    ]


def steps(lived: Sequence[Record]) -> Iterator[Step]:
    """A flag's life: whom it reached after each event.

    A flag that everyone met stays with everyone when it is put into the archive: then its code goes on without it.
    """
    rules: dict[str, Record] = {}
    on, low = False, 0.0
    for one in lived:
        what = one["what"]
        if what == "feature-created":
            on, rules = False, {}
        elif what in ("feature-environment-enabled", "feature-environment-disabled"):
            on = what == "feature-environment-enabled"
        elif what == "feature-strategy-remove" and one["rule"]:
            rules.pop(one["rule"], None)
        elif "rule" in one:
            rules[one["rule"]] = one
        elif what == "feature-revived":
            on = False
        elif what in ("feature-archived", "feature-deleted"):
            if low < 1:
                yield Step(one["at"], 0.0, 0.0)
            on, low = False, low if low == 1 else 0.0
            continue
        else:
            continue
        now = reached(one["at"], on, rules)
        low = now.low
        yield now


def reached(at: str, on: bool, rules: dict[str, Record]) -> Step:
    """Whom a flag reaches. One that is on without a rule in force is a case that Unleash does not make: not told.

    A rule that draws anew at each look gives a share of looks; of persons, it may be all.
    """
    if not on:
        return Step(at, 0.0, 0.0)
    live = [one for one in rules.values() if not one["off"]]
    if not live:
        return Step(at, 0.0, 1.0)
    said = []
    for one in live:
        sure = not one["random"] or one["share"] in (0.0, 1.0)
        said.append(Rule(one["share"] if sure else 1.0, one["draw"], one["everyone"] and sure))
    return step(at, said)
