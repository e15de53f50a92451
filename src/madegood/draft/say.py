"""A draft in words: what was read and left out, what is proposed, what a person must say, and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from madegood.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from madegood.draft.make import Draft
    from madegood.intent.model import Project
    from madegood.sources.pulled import Pulled

NAMED = 10  # names in a row before the rest is counted


def said_of_read(
    project: Project, pulled: Sequence[Pulled], left: Sequence[str], doubts: Sequence[str]
) -> Iterator[str]:
    """What was read, with what to look at, and what was left out."""
    yield "Read:"
    for spec, one in zip(project.sources, pulled, strict=True):
        yield f"  {spec.path}: {one.rows:,} rows, as {'git' if spec.kind == 'git' else spec.kind}"
        yield from (
            f"    {doubt.removeprefix(spec.path + ': ')}" for doubt in doubts if doubt.startswith(f"{spec.path}: ")
        )
        yield from (f"    {finding.message}" for finding in one.findings if finding.severity != "note")
    if left:
        yield "Left out:"
        yield from (f"  {text}" for text in left)


def said_of_strategy(made: Draft, folder: Path, written: Sequence[str]) -> Iterator[str]:
    """What is proposed, and the next commands."""
    s = made.strategy
    yield f"Wrote {len(written)} files in {folder}: madegood.yml{' and strategy/' if len(written) > 1 else ''}"
    yield "Proposed, for a person to ratify or to strike out:"
    if s.metrics:
        yield f"  {many(len(s.metrics), 'metric')}: {listed([m.id for m in s.metrics])}"
    for outcome in s.outcomes:
        yield f"  outcome {outcome.id}: from {outcome.baseline} on {outcome.since}; say the target, by when, and who"
    for bet in s.bets:
        yield f"  bet {bet.id}: {dict(bet.meta)['drafted']}"
    for need in s.needs:
        yield f"  need {need.id}: {dict(need.meta)['drafted']}"
    if made.project.upkeep:
        yield f"  upkeep: {listed([selector.text for selector in made.project.upkeep])}"
    if not (s.metrics or s.bets or s.needs or made.work.said):
        yield "  nothing yet: what was read names no work and no numbers that could be grouped"
    yield from (f"  {note}" for note in notes(made))
    yield "Next:"
    at = "" if str(folder) == "." else f" {shlex.quote(str(folder))}"
    yield f"  madegood check{at}     what the draft still lacks"
    yield f"  madegood show{at}      what the facts say already"
    yield f"  madegood report{at}    the same as a page"


def notes(made: Draft) -> Iterator[str]:
    """What a person should know of the draft."""
    yield from made.notes
    yield from made.work.said
    if made.numbers.left:
        yield f"metrics left out: {listed(made.numbers.left)}"
    asleep = made.numbers.asleep
    if asleep and made.strategy.metrics and not made.notes:
        yield f"ended two months or more ago, so left out: {listed(asleep)}"
    if not made.strategy.metrics and not made.notes:
        yield "no metric: nothing that was read counts customers by day. Add a daily table or events"
    if not isinstance(made.spent, Refusal) and made.spent.total:
        aimed, kept, orphan = (
            made.spent.part(*aims) for aims in (("bet", "need", "outcome"), ("upkeep",), ("orphan",))
        )
        yield (
            f"if you kept all of it, of the last {made.project.period} days' effort {aimed * 100:.0f} % would serve "
            f"something stated, {kept * 100:.0f} % would be upkeep and {orphan * 100:.0f} % neither"
        )
    elif isinstance(made.spent, Refusal):
        yield f"effort cannot be told: {made.spent.why}; {made.spent.until}"


def many(count: int, word: str) -> str:
    """1 metric, 2 metrics."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
