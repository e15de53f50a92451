"""What changed between two dates, in the terminal and as data: its parts, and whose work made good what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from madegood.days import say_day
from madegood.faces import numbers as say
from madegood.faces.instruments import sentences
from madegood.faces.json import plain
from madegood.faces.shares import HEADINGS, called, came_in, named_change
from madegood.faces.standing import spans_zero, title, tone, untouched
from madegood.faces.terminal import STYLES, WIDEST, heading, table_of, text
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, RenderableType

    from madegood.evidence.model import Account, Decomposition, Interval
    from madegood.intent.model import Metric, Strategy

SCHEMA = "madegood/between@1"
#: Releases that are listed by themselves.
LARGEST = 8


def between_json(accounts: Sequence[Account]) -> str:
    """All accounts as one JSON object; the same accounts always give the same text."""
    return json.dumps({"schema": SCHEMA, "accounts": plain(accounts)}, ensure_ascii=False, indent=2, allow_nan=False)


def show_between(accounts: Sequence[Account], strategy: Strategy, console: Console) -> None:
    """Print every account, the outcomes' metrics first."""
    claimed = [o.metric for o in strategy.outcomes]
    if not accounts:
        console.print(text("No metric is defined, so no change between two dates can be measured."))
    for account in sorted(accounts, key=lambda a: claimed.index(a.metric) if a.metric in claimed else len(claimed)):
        for part in drawn(account, strategy):
            console.print(part, width=min(console.width, WIDEST), soft_wrap=False)


def drawn(account: Account, strategy: Strategy) -> Iterator[RenderableType]:
    """One metric: the change and its parts, then by bet; of an outcome also by need, outcome, product and release."""
    metric = strategy.metric(account.metric)
    yield heading(title(strategy, "metric", account.metric))
    if isinstance(account.parts, Refusal):
        yield from map(text, sentences(account.parts))
        return
    yield text(windows(account.parts, metric), "dim")
    yield table_of(("Part", "Change", "95 %"), changes(account.parts, metric))
    outcome = any(o.metric == account.metric for o in strategy.outcomes)
    for of, words in HEADINGS.items():
        mine = [p for p in account.shares if p.of == of]
        if mine and (of == "bet" or outcome):
            rows = [(*row(called(strategy, p), p.made_good, metric), came_in(p)) for p in mine]
            yield Padding(table_of((words, "Change", "95 %", "Releases"), rows), (1, 0, 0, 0))
    if outcome and account.parts.by_release:
        yield from by_release(account.parts, metric)


def by_release(parts: Decomposition, metric: Metric | None) -> Iterator[RenderableType]:
    """The largest parts of single releases, or of groups that cannot be told apart."""
    ranked = sorted(parts.by_release, key=lambda kv: -abs(kv[1].mean))
    rows = [row(say.short(name, 60), part, metric) for name, part in ranked[:LARGEST]]
    yield Padding(table_of(("Made good by release", "Change", "95 %"), rows), (1, 0, 0, 0))
    if len(ranked) > LARGEST:
        yield text(f"{say.count(len(ranked) - LARGEST)} more of smaller size: --json has them all", "dim")


def windows(parts: Decomposition, metric: Metric | None) -> str:
    """Both windows with their means and how many of their days are known."""
    unit = metric.unit if metric else ""

    def one(first: str, last: str, days: int, level: float) -> str:
        when = first if first == last else f"{first} to {last}"
        return f"{say.level(level, unit)} on {when}" if days == 1 else f"{say.level(level, unit)}, mean of {when}"

    ends = [
        one(say_day(w.first), say_day(w.last), n, level) + (f" ({n} of {len(w)} days known)" if n < len(w) else "")
        for w, n, level in ((parts.before, parts.read[0], parts.start), (parts.after, parts.read[1], parts.end))
    ]
    return f"From {ends[0]}, to {ends[1]}."


def changes(parts: Decomposition, metric: Metric | None) -> Iterable[Sequence[Text | str]]:
    """The parts of the change, then the whole; known events only where there are any."""
    if untouched(parts):
        yield text("Made good"), text("nothing released"), text("")
    else:
        yield row("Made good", parts.made_good, metric)
    yield row("Drift", parts.drift, metric)
    if any((parts.known.mean, parts.known.low, parts.known.high)):
        yield row("Known events", parts.known, metric, plainly=True)
    yield row("Noise and weekdays", parts.noise, metric, plainly=True)
    whole = parts.change * (100 if metric and metric.unit == "%" else 1)
    yield (
        text("Change"),
        text(f"{say.signed(whole, say.digits(whole, most=1))} {named_change(metric)}".strip(), "bold"),
        text(""),
    )


def row(name: str, part: Interval, metric: Metric | None, plainly: bool = False) -> tuple[Text, Text, Text]:
    """A part, its size and its interval, which says when it may be nothing."""
    unit, up = (metric.unit, metric.good == "up") if metric else ("", True)
    shade = "plain" if plainly else tone(part.low, part.high, up)
    held = say.between(part, unit) if part.low < part.high else ""
    if held and spans_zero(part) and not plainly:
        held += ", may be nothing"
    return text(name), text(say.change(part, unit), STYLES[shade]), text(held)
