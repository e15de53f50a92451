"""What a rule is: a name that may be argued with, a severity, and a look at the strategy that gives remarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.findings import Finding, Severity
from madegood.intent.model import Bet, Metric, Need, Outcome

if TYPE_CHECKING:
    from datetime import date

    from madegood.findings import Span
    from madegood.intent.model import Project, Strategy
    from madegood.rules.snapshot import Snapshot

Thing = Outcome | Need | Bet | Metric

KIND: dict[type[Thing], str] = {Outcome: "outcome", Need: "need", Bet: "bet", Metric: "metric"}


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may look at. `effort` is where the last build found the effort, None before any build."""

    strategy: Strategy
    project: Project
    on: date
    effort: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What a look saw: a finding that does not know its rule's name and severity yet.

    about   the thing it is about; None when it is about madegood.yml, which `subject` then names
    softer  a note, whatever the rule's severity is
    """

    about: Thing | None
    span: Span
    message: str
    mend: str
    subject: str = ""
    softer: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One opinion. `summary` says in one line what a strategy should be, for lists of rules."""

    name: str
    severity: Severity
    summary: str
    look: Callable[[Case], Iterator[Remark]]

    def findings(self, case: Case) -> Iterator[Finding]:
        """What the rule finds. On a draft (`status: proposed`) a warning is a note: a draft must not shout."""
        for remark in self.look(case):
            draft = getattr(remark.about, "status", "active") == "proposed"
            soft = remark.softer or (draft and self.severity == "warning")
            yield Finding(
                self.name,
                remark.span,
                remark.message,
                remark.mend,
                "note" if soft else self.severity,
                subject(remark.about) if remark.about else remark.subject,
            )


def subject(thing: Thing) -> str:
    """What stays the same when lines move.

    >>> subject(Bet("guest-checkout"))
    'bet:guest-checkout'
    """
    return f"{KIND[type(thing)]}:{thing.id}"


def where(thing: Thing | Project, *fields: str) -> Span:
    """The place of the first of these fields that was typed, else of the whole thing."""
    return next((thing.places[f] for f in fields if f in thing.places), thing.place)


def remark(thing: Thing, field: str, message: str, mend: str, softer: bool = False) -> Remark:
    """A remark at the value of one field, or at the thing where the field was not typed."""
    return Remark(thing, where(thing, field), message, mend, softer=softer)


def is_open(thing: Outcome | Need | Bet) -> bool:
    """Whether it still claims something: what is done or stopped is not argued with."""
    return thing.status in ("proposed", "active")


def outcomes(case: Case) -> Iterator[Outcome]:
    """Those that are open."""
    return filter(is_open, case.strategy.outcomes)


def needs(case: Case) -> Iterator[Need]:
    """Those that are open."""
    return filter(is_open, case.strategy.needs)


def bets(case: Case) -> Iterator[Bet]:
    """Those that are open."""
    return filter(is_open, case.strategy.bets)
