"""The throughline: work flows through bets and needs to outcomes; width is effort, colour is the verdict."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from madegood.faces import numbers as say
from madegood.faces.standing import Standing, Tone, bet_standings, title
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from madegood.execution.model import Effort
    from madegood.intent.model import Outcome, Strategy
    from madegood.reading import Reading

#: Nodes a column shows; the smallest of the rest stand together as one.
MOST = 30


@dataclass(frozen=True, slots=True)
class Node:
    """One bar. `column` is work, bet, need, outcome, or end (upkeep and orphan, which lead nowhere)."""

    id: str
    column: str
    title: str
    note: str
    amount: float
    tone: Tone


@dataclass(frozen=True, slots=True)
class Flow:
    """Effort from one node to another."""

    start: str
    end: str
    amount: float
    tone: Tone


@dataclass(frozen=True, slots=True)
class Throughline:
    """Columns from left to right, their nodes in the order they are drawn, and what flows between them."""

    columns: tuple[str, ...]
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    total: float
    unit: str
    notes: tuple[str, ...]


NOTHING = Standing("no bet", "plain")
#: The id of the node that stands for effort which skips a column; no id of a person's own can be this.
NONE = "(none)"


def throughline(reading: Reading) -> Throughline | Refusal:
    """From the effort of the period; bets, needs and outcomes without effort stand there too."""
    effort, strategy = reading.heading, reading.strategy
    if isinstance(effort, Refusal):
        return effort
    if effort.total <= 0:
        until = "read newer work, or ask about an earlier day with --on"
        return Refusal("throughline", why="no effort is known in this period", until=until)
    paths, split = trace(effort, strategy, {k: v.tone for k, v in bet_standings(reading).items()})
    flows = joined(stepwise(paths))
    nodes = (work(effort), *known(reading, effort, flows), *ends(effort))
    notes = ["Effort toward a need that serves several outcomes is drawn in equal parts."] if split else []
    nodes, flows = folded(nodes, flows, effort.unit)
    drawn = {n.column for n in nodes}
    columns = tuple(c for c in ("work", "bet", "need", "outcome") if c in drawn)
    return Throughline(columns, nodes, flows, effort.total, effort.unit, tuple(notes))


Step = tuple[str, str, float, Tone]


def trace(effort: Effort, strategy: Strategy, tones: dict[str, Tone]) -> tuple[list[Step], bool]:
    """Every share from the work to as far as it leads; and whether any had to be split."""
    steps: list[Step] = []
    split = False
    for part in effort.shares:
        if part.amount <= 0:
            continue
        if part.aim in ("upkeep", "orphan"):
            steps.append(("work", f"end:{part.aim}", part.amount, "plain"))
            continue
        first = f"{part.aim}:{part.id}"
        tone: Tone = tones.get(part.id, "unsure") if part.aim == "bet" else "plain"
        steps.append(("work", first, part.amount, "plain"))
        need, ends = leads(strategy, part.aim, part.id)
        at = first
        if need and part.aim == "bet":
            steps.append((first, f"need:{need}", part.amount, tone))
            at = f"need:{need}"
        split |= len(ends) > 1
        steps += [(at, f"outcome:{end}", part.amount / len(ends), tone) for end in ends]
    return steps, split


def stepwise(steps: list[Step]) -> list[Step]:
    """With every skipped column named, so that no band runs behind the words of another column."""
    order = [c for c in ("work", "bet", "need", "outcome") if any(kind(x) == c for s in steps for x in s[:2])]
    out: list[Step] = []
    for start, end, amount, tone in steps:
        if kind(end) == "end":
            out.append((start, end, amount, tone))
            continue
        at = start
        for column in order[order.index(kind(start)) + 1 : order.index(kind(end))]:
            out.append((at, f"{column}:{NONE}", amount, tone))
            at = f"{column}:{NONE}"
        out.append((at, end, amount, tone))
    return out


def kind(key: str) -> str:
    """The column of a node's id."""
    return key.partition(":")[0]


def leads(strategy: Strategy, aim: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The need and the outcomes that a bet or need leads to; only those that are stated."""
    need: str = ""
    ends: tuple[str, ...] = ()
    if aim == "bet":
        bet = strategy.bet(name)
        need = bet.need if bet else ""
        ends = (bet.achieve,) if bet and bet.achieve else ()
    elif aim == "need":
        need = name
    served = strategy.need(need)
    if not ends and served:
        ends = served.outcomes
    return (need if served else ""), tuple(dict.fromkeys(e for e in ends if strategy.outcome(e)))


def joined(steps: list[Step]) -> tuple[Flow, ...]:
    """Flows between the same two nodes in the same colour are one."""
    sums: defaultdict[tuple[str, str, Tone], float] = defaultdict(float)
    for start, end, amount, tone in steps:
        sums[start, end, tone] += amount
    return tuple(Flow(start, end, amount, tone) for (start, end, tone), amount in sums.items())


def work(effort: Effort) -> Node:
    """Where all begins."""
    unit = effort.unit.removesuffix("s")
    return Node("work", "work", say.many(effort.total, unit), "", effort.total, "plain")


def known(reading: Reading, effort: Effort, flows: tuple[Flow, ...]) -> tuple[Node, ...]:
    """Bets, needs and outcomes, in the order of the outcome they lead to, the largest first."""
    into: defaultdict[str, float] = defaultdict(float)
    for flow in flows:
        into[flow.end] += flow.amount
    strategy = reading.strategy
    verdicts = bet_standings(reading)
    rank = {o.id: i for i, o in enumerate(strategy.outcomes)}
    named = [("bet", b.id) for b in strategy.bets] + [("need", n.id) for n in strategy.needs]
    met = (key.partition(":") for key in sorted(into))
    named += [(column, name) for column, _, name in met if column in ("bet", "need") and (column, name) not in named]
    nodes = []
    for column, name in named:
        key, amount = f"{column}:{name}", into[f"{column}:{name}"]
        if name == NONE:
            nodes.append(Node(key, column, f"No {column} stated", size(amount, effort.unit), amount, "plain"))
        elif column == "bet":
            standing = verdicts.get(name, NOTHING)
            note = f"{size(amount, effort.unit)} · {standing.word}"
            nodes.append(Node(key, column, title(strategy, column, name), note, amount, standing.tone))
        else:
            note = f"{size(amount, effort.unit)} · " * (amount > 0) + needed(strategy, name, amount)
            nodes.append(Node(key, column, title(strategy, column, name), note, amount, "plain"))

    def place(n: Node) -> tuple[bool, int, float]:
        to = leads(strategy, n.column, n.id.partition(":")[2])[1]
        return n.column != "bet", min((rank.get(e, 99) for e in to), default=99), -n.amount

    nodes.sort(key=place)
    ends = [Node(f"outcome:{o.id}", "outcome", title(strategy, "outcome", o.id), stands(reading, o),
                 into[f"outcome:{o.id}"], "plain") for o in strategy.outcomes]  # fmt: skip
    return (*nodes, *ends)


def needed(strategy: Strategy, name: str, amount: float) -> str:
    """What is known of a need: how much evidence there is that it exists."""
    need = strategy.need(name)
    pieces = sum(e.count for e in need.evidence) if need else 0
    known = f"{say.count(pieces)} {'piece' if pieces == 1 else 'pieces'} of evidence" if pieces else "no evidence yet"
    return known if amount > 0 else f"{known} · unserved"


def stands(reading: Reading, outcome: Outcome) -> str:
    """41.0 → 39.5 of 48 %."""
    place = next((o for o in reading.outcomes if o.outcome.id == outcome.id), None)
    unit = place.metric.unit if place and place.metric else ""
    if place is None or isinstance(place.now, Refusal):
        return f"target {say.amount(outcome.target, unit)}" if outcome.target else "not measured"
    plain = "%" if unit == "%" else ""
    now, start = say.level(place.now, plain), ""
    if not isinstance(place.parts, Refusal):
        start = f"{say.level(place.parts.start, plain).removesuffix(' %')} → "
    goal = f" of {say.amount(outcome.target, unit)}" if outcome.target else f" {unit}" if unit != "%" else ""
    return f"{start}{now.removesuffix(' %') if outcome.target else now}{goal}"


def ends(effort: Effort) -> tuple[Node, ...]:
    """Upkeep and orphan effort."""
    words = {"upkeep": "Declared upkeep", "orphan": "Serves no stated intent"}
    nodes = []
    for aim, text in words.items():
        parts = [s for s in effort.shares if s.aim == aim]
        amount, items = sum(s.amount for s in parts), sum(s.items for s in parts)
        note = size(amount, effort.unit) + (f", {say.many(items, 'item')}" if effort.unit != "items" else "")
        if amount > 0:
            nodes.append(Node(f"end:{aim}", "end", text, note, amount, "unsure" if aim == "orphan" else "plain"))
    return tuple(nodes)


def size(amount: float, unit: str) -> str:
    """Effort in words."""
    return f"under 1 {unit.removesuffix('s')}" if 0 < amount < 0.5 else say.many(amount, unit.removesuffix("s"))


def folded(nodes: tuple[Node, ...], flows: tuple[Flow, ...], unit: str) -> tuple[tuple[Node, ...], tuple[Flow, ...]]:
    """With the smallest nodes of a crowded column put together, so that at most MOST stand in each."""
    into: dict[str, str] = {}
    out = list(nodes)
    for column in ("bet", "need", "outcome"):
        mine = sorted((n for n in nodes if n.column == column), key=lambda n: -n.amount)
        rest = mine[MOST - 1 :] if len(mine) > MOST else []
        if not rest:
            continue
        into |= {n.id: f"{column}:*" for n in rest}
        amount = sum(n.amount for n in rest)
        out = [n for n in out if n not in rest]
        last = max(i for i, n in enumerate(out) if n.column == column)
        more = Node(f"{column}:*", column, f"{len(rest)} more {column}s", size(amount, unit), amount, "plain")
        out.insert(last + 1, more)
    steps = [(into.get(f.start, f.start), into.get(f.end, f.end), f.amount, f.tone) for f in flows]
    return tuple(out), joined(steps)
