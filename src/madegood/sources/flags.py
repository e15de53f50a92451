"""What a feature flag's rules say of how many met it, and what cannot be told from them.

A rule speaks of everyone or of some: a country, a list of persons, a segment. How many the some are, a flag tool does
not say; so a flag is met by at least what its rules for everyone reach, and by at most what all of its rules would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEAR = 0.005  # shares that differ by less than half of a hundredth, the finest step of a rollout, are one
SHOWN = 5  # names in a sentence


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a flag.

    share     of those that it speaks of, 0 to 1
    draw      by what it draws them: of two rules with one draw the larger holds the smaller
    everyone  it speaks of everyone
    """

    share: float
    draw: str
    everyone: bool


@dataclass(frozen=True, slots=True)
class Step:
    """From a moment on, the share of everyone that meets a flag lies between two bounds."""

    at: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Flag:
    """What a flag's steps come to: its rows, and what they do not tell.

    release  empty where nobody is known to have met it
    partly   for a time some may have met it, and nobody can say how many
    """

    name: str
    release: dict[str, str]
    rollouts: tuple[dict[str, str], ...]
    partly: bool


def step(at: str, rules: Iterable[Rule]) -> Step:
    """What the rules in force from a moment on come to. Rules with draws of their own reach independently.

    >>> step("", [Rule(0.25, "a", True), Rule(0.5, "a", True), Rule(0.2, "b", True)])
    Step(at='', low=0.6, high=0.6)
    >>> step("", [Rule(0.25, "a", True), Rule(1.0, "", False)])
    Step(at='', low=0.25, high=1.0)
    """
    every = list(rules)
    return Step(at, together([rule for rule in every if rule.everyone]), together(every))


def together(rules: Sequence[Rule]) -> float:
    """The share that at least one of some rules reaches."""
    largest: dict[str, float] = {}
    for rule in rules:
        largest[rule.draw] = max(largest.get(rule.draw, 0.0), min(max(rule.share, 0.0), 1.0))
    return round(1 - prod(1 - share for share in largest.values()), 6)


def told(name: str, steps: Iterable[Step], zone: str) -> Flag:
    """A flag as a release and its rollouts: what held at the end of each day; where not known, at least what is."""
    days: dict[str, Step] = {}
    for one in sorted(steps, key=lambda one: one.at):
        days[datetime.fromisoformat(one.at).astimezone(ZoneInfo(zone)).date().isoformat()] = one
    rollouts, before = [], 0.0
    for day, one in days.items():
        if abs(one.low - before) >= NEAR:
            rollouts.append({"release": name, "segment": "", "day": day, "share": f"{one.low:.6g}"})
            before = one.low
    partly = any(one.high - one.low >= NEAR for one in days.values())
    release = {"id": name, "day": rollouts[0]["day"], "name": "", "prerelease": "no"} if rollouts else {}
    return Flag(name, release, tuple(rollouts), partly)


def tables(flags: Sequence[Flag]) -> dict[str, list[dict[str, str]]]:
    """Table -> its rows, of those flags that anybody is known to have met."""
    met = [one for one in flags if one.release]
    return {"releases": [one.release for one in met], "rollouts": [row for one in met for row in one.rollouts]}


def partly(flags: Sequence[Flag]) -> str:
    """A sentence of the flags that are told in part; empty where there are none."""
    names = sorted(one.name for one in flags if one.partly)
    if not names:
        return ""
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
    several = f"{len(names)} flags were" if len(names) > 1 else "1 flag was"
    return f"{several} for a time on for some persons alone, and how many they are is not told ({shown})"
