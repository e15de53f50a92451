"""How many rows of a source were set aside, and why, said as a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from madegood.findings import Finding, Span
from madegood.sources.mapping import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from madegood.engine.store import Store
    from madegood.intent.model import SourceSpec

PARTS = "If the rows of one day are parts of a whole, such as countries, name their column as `segment:`."
REASONS = """
    select kind, count(*), first(file order by file, line), first(line order by file, line),
           first(row order by file, line)
    from (select *, regexp_replace(reason, ': .*$', '') as kind from set_aside where source = ?)
    group by 1 order by 2 desc, 1 limit 3
"""


def told(store: Store, spec: SourceSpec, rows: int, aside: int, filtered: int = 0) -> Iterator[Finding]:
    """Nothing for a source that was read whole; else how much was not, with the first reasons and their places."""
    if not rows and not aside:
        yield empty(spec, filtered)
    if not aside:
        return
    reasons = store.rows(REASONS, (spec.name,))
    places = "; ".join(f"{count:,} × {kind} (first in {file}, line {line})" for kind, count, file, line, _ in reasons)
    _, _, file, line, row = reasons[0]
    mend = "The others are used. Correct the rows, or the mapping in madegood.yml; `madegood doctor` lists more."
    if not rows:
        mend = "Correct the rows, or the mapping in madegood.yml; `madegood doctor` lists more."
    elif spec.kind == "daily" and any(str(kind).startswith("replaced") for kind, *_ in reasons):
        mend = f"The last row of each counts. {PARTS}"
    message = f"{aside:,} of {rows + aside:,} rows of `{spec.name}` cannot be used: {places}."
    rule, severity = ("source-rows-set-aside", "warning") if rows else ("source-all-set-aside", "error")
    span = Span(str(file), int(line), 1, int(line), 1, row or "")
    yield Finding(rule, span, message, mend, severity, f"source:{spec.name}")  # type: ignore[arg-type]


def untold(spec: SourceSpec, said: str) -> tuple[Finding, ...]:
    """What is not known of flags, said in a sentence; nothing where it is empty."""
    mend = "Till then they count as met by those whom a rule for everyone reached; say it better with `rollouts`."
    return (say(spec, "source-rollout-partly", f"{said}.", mend, severity="warning"),) if said else ()


def empty(spec: SourceSpec, filtered: int) -> Finding:
    """A source without a row."""
    if spec.where and filtered:
        message = f"`where:` of `{spec.name}` leaves none of its {filtered:,} rows."
        return say(
            spec, "source-empty", message, "Correct the values there: they are compared as written.", "where", "warning"
        )
    mend = "Export it again, or look at `where:`." if spec.where else "Export it again."
    return say(spec, "source-empty", f"`{spec.path}` holds no rows.", mend, severity="warning")
