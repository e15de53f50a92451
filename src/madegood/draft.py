"""A strategy drafted from the backlog and the metrics that exist, marked `proposed`: a person ratifies it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from madegood.days import Window, say_day
from madegood.engine.store import Store
from madegood.errors import UsageError
from madegood.execution.facts import facts
from madegood.execution.select import Index
from madegood.intent.model import Amount, Bet, Direction, Metric, Need, Outcome, Project, Selector, SourceSpec, Strategy
from madegood.intent.selector import terms
from madegood.intent.things import slug
from madegood.intent.write import write_folder
from madegood.performance.measure import measure
from madegood.performance.model import Measured
from madegood.reading import freshness, last_day
from madegood.sources.guess import guess
from madegood.sources.pull import ENDINGS, pull

if TYPE_CHECKING:
    from madegood.execution.model import WorkItem

Tell = Callable[[str], None]
Thing = TypeVar("Thing", Bet, Need)

FOLDERS = ("", "facts", "data", "exports")  # where files are looked for when none is named
ALIVE = 60  # days: a metric without a value for longer is not proposed
MOST_METRICS, MOST_OUTCOMES, MOST_GROUPS = 12, 3, 6  # what a person can still read through
FEWEST = 5  # items below an epic, label or kind before it is worth a line
BACK = 365  # days of backlog that a draft looks at
#: Words in a metric's name that say that less is better. A guess, and the draft says so.
DOWN = (
    "churn",
    "error",
    "crash",
    "complain",
    "contact",
    "ticket",
    "latency",
    "refund",
    "anr",
    "bounce",
    "cancel",
    "fail",
)
#: Words that stand nearer to customers than others, nearest first.
NEAR = (
    "active",
    "user",
    "customer",
    "install",
    "signup",
    "sign-up",
    "activation",
    "paid",
    "payment",
    "order",
    "download",
    "visit",
)
#: Kinds and labels that keep the lights on in most teams.
UPKEEP = (
    "ci",
    "build",
    "chore",
    "docs",
    "doc",
    "deps",
    "deps-dev",
    "dependencies",
    "test",
    "tests",
    "style",
    "refactor",
    "infra",
    "ops",
)


def draft(folder: Path, sources: Sequence[Path], name: str, today: date, tell: Tell = lambda _: None) -> list[str]:
    """Writes madegood.yml, strategy/ and target/ into a folder, whole or not at all; gives lines to print.

    Raises UsageError when a project stands there already, or when nothing is found to draft from.
    """
    root = folder.resolve()
    for there in ("madegood.yml", "strategy"):
        if (root / there).exists():
            raise UsageError(
                f"{folder / there} is there already, and a draft overwrites nothing. Edit it, or draft elsewhere"
            )
    specs, lines = doors(root, list(sources) or found_in(root))
    if not specs:
        lines.append("name a backlog or a metric: madegood init --from backlog.csv --from metrics.csv")
        raise UsageError("nothing was found to draft from; " + "; ".join(lines))
    project = Project(str(root), name or root.name, sources=tuple(specs))
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=root) as made:
        strategy, project, said = proposed(project, Path(made), today, tell)
        tell("writing the draft")
        written = write_folder(project, strategy, Path(made))
        for path in sorted(Path(made).iterdir(), reverse=True):  # madegood.yml last: it makes the project one
            if path.name != "target":
                shutil.move(str(path), root / path.name)
    lines += [f"wrote {(folder / path.relative_to(made)).as_posix()}" for path in written]
    return [*lines, *said, *after(strategy)]


def found_in(root: Path) -> list[Path]:
    """A git repository and data files in the usual places."""
    found = [root] if (root / ".git").exists() else []
    for name in FOLDERS:
        here = root / name
        if here.is_dir():
            found += sorted(
                p for p in here.iterdir() if p.is_file() and ENDINGS.get(p.suffixes[0].lower() if p.suffixes else "")
            )
    return found


def doors(root: Path, paths: Sequence[Path]) -> tuple[list[SourceSpec], list[str]]:
    """A source for each file that could be understood, and a line for each that could not."""
    specs: dict[str, SourceSpec] = {}
    lines = []
    for path in paths:
        seen = guess(path, shown(path, root))
        if seen.spec is None:
            lines.append(f"left out {path}: it {seen.why}")
            continue
        title = seen.spec.name
        while title in specs:
            title += "-2"
        specs[title] = replace(seen.spec, name=title)
        lines.append(f"{path} is read as {seen.spec.kind}" + "".join(f"; {doubt}" for doubt in seen.doubts))
    return list(specs.values()), lines


def shown(path: Path, root: Path) -> str:
    """A path as madegood.yml says it: relative, where both stand under one folder."""
    try:
        return Path(os.path.relpath(path.resolve(), root)).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def proposed(project: Project, scratch: Path, today: date, tell: Tell) -> tuple[Strategy, Project, list[str]]:
    """What the facts propose: metrics and outcomes from what is counted, bets and needs from the backlog."""
    store_at = scratch / "target" / "draft.duckdb"
    store_at.parent.mkdir()
    with Store.open(store_at) as store:
        pulled = pull(replace(project, root=project.root), store, tell)
        lines = [f"{f.message} {f.mend}" for one in pulled for f in one.findings if f.severity != "note"]
        on = last_day(freshness(store), today)
        known = facts(store, project, Strategy())
        metrics = counted(store, {r.product for r in known.releases})
        alive = [(m, series) for m in metrics if (series := living(m, store, on)) is not None]
    alive.sort(key=lambda pair: nearness(pair[0]))
    if len(alive) > MOST_METRICS:
        lines.append(f"{len(alive) - MOST_METRICS} more metrics are alive and not proposed; add those that matter")
    chosen = [with_unit(m, series) for m, series in alive[:MOST_METRICS]]
    outcomes = [outcome(m, series) for m, (_, series) in zip(chosen[:MOST_OUTCOMES], alive, strict=False)]
    since = on - timedelta(days=BACK)
    recent = [item for item in known.items if (day := item.done or item.created) and day > since]
    bets, needs, upkeep = groups(recent, known.items)
    strategy = Strategy(tuple(outcomes), tuple(needs), tuple(bets), tuple(chosen))
    return strategy, replace(project, upkeep=tuple(upkeep)), lines


def counted(store: Store, products: set[str]) -> list[Metric]:
    """A metric for every name and product of the daily table; from events, people active and the most frequent ones."""
    out: list[Metric] = []
    rows = store.rows(
        "select metric, coalesce(product, ''), count(distinct segment) from daily group by 1, 2 order by 1, 2"
    )
    for name, product, _ in rows:
        identity = slug(f"{product} {name}" if product else name)
        good: Direction = "down" if any(word in name.lower() for word in DOWN) else "up"
        mine = (
            (product,) if product else tuple(sorted(p for p in products if p and p.split()[0].lower() in name.lower()))
        )
        meta = (("guessed", "the direction that is good, from its name"),) if good == "down" else ()
        out.append(Metric(identity, kind="daily", good=good, product=mine, name=name, meta=meta))
    if store.has("events"):
        out.append(Metric("active-people", "People active a day", kind="active"))
        frequent = store.rows("select name from events group by 1 order by count(*) desc, 1 limit 3")
        out += [Metric(slug(f"{name} a day"), kind="count", event=str(name)) for (name,) in frequent]
    seen = Counter(m.id for m in out)
    return [m for m in out if seen[m.id] == 1]


def living(metric: Metric, store: Store, on: date) -> Measured | None:
    """Its series, when it can be measured and has moved in the last two months."""
    measured = measure(metric, store, on)
    if not isinstance(measured, Measured):
        return None
    recent = measured.series.within(Window.ending(on, ALIVE)).values
    recent = recent[np.isfinite(recent)]
    return measured if len(recent) >= 14 and np.ptp(recent) > 0 else None


def nearness(metric: Metric) -> tuple[int, str]:
    """Metrics nearest to customers first."""
    text = f"{metric.id} {metric.event}".lower()
    return next((i for i, word in enumerate(NEAR) if word in text), len(NEAR)), metric.id


def with_unit(metric: Metric, measured: Measured) -> Metric:
    """As a share where every value is one; with the grain that was detected, so that it stands to be corrected."""
    values = measured.series.values[np.isfinite(measured.series.values)]
    share = (
        measured.series.grain == "rate" and values.min() >= 0 and values.max() <= 1 and bool((values % 1 != 0).any())
    )
    return replace(metric, unit="%" if share else metric.unit)


def outcome(metric: Metric, measured: Measured) -> Outcome:
    """An outcome without a target: only a person can say where it should be."""
    series = measured.series
    last = series.day(int(np.flatnonzero(np.isfinite(series.values))[-1]))
    level = series.mean(Window.ending(last, 28)) or 0.0
    baseline = float(f"{level:.3g}")
    return Outcome(
        id=f"better-{metric.id}",
        title=metric.label[:1].upper() + metric.label[1:],
        metric=metric.id,
        baseline=Amount(baseline, metric.unit == "%"),
        since=last,
        status="proposed",
        prose=f"Proposed from its metric: the baseline is the mean of the four weeks to {say_day(last)}.\n"
        "To ratify it, give it a `target:`, a day (`by:`) and an `owner:`, and take `status:` out.",
    )


def groups(recent: Sequence[WorkItem], items: Sequence[WorkItem]) -> tuple[list[Bet], list[Need], list[Selector]]:
    """Epics become bets, labels and themes needs, and what keeps the lights on upkeep; each picks what it says."""
    index = Index(items)
    titles = {item.id: item.title for item in items}

    def selector(field: str, value: str) -> Selector | None:
        text = f'{field}:"{value}"' if " " in value else f"{field}:{value}"
        parsed = terms(text)
        one = Selector(text, parsed) if parsed and '"' not in value else None
        return one if one and index.pick(one) else None

    bets: list[Bet] = []
    needs: list[Need] = []
    upkeep: list[Selector] = []
    for value, count in Counter(i.parent for i in recent if i.parent).most_common(MOST_GROUPS):
        one = selector("epic", value)
        if one and count >= FEWEST:
            meta = (("drafted", f"{count} items of the last year stand below {value}"),)
            bets.append(
                Bet(
                    slug(titles.get(value) or value),
                    titles.get(value, value),
                    work=(one,),
                    status="proposed",
                    meta=meta,
                )
            )
    for field, value, count in themes(recent):
        one = selector(field, value)
        if one is None or count < FEWEST:
            continue
        if value.lower() in UPKEEP:
            upkeep.append(one)
        elif len(needs) < MOST_GROUPS and field != "kind":
            meta = (("drafted", f"{count} items of the last year carry {field} {value}"),)
            needs.append(Need(slug(f"{value} need"), value, work=(one,), status="proposed", meta=meta))
    return unique(bets), unique(needs), upkeep


def themes(recent: Sequence[WorkItem]) -> list[tuple[str, str, int]]:
    """(field, value, items) of labels, kinds and further columns, the most frequent first."""
    seen: Counter[tuple[str, str]] = Counter()
    for item in recent:
        seen.update({("label", label) for label in item.labels} | ({("kind", item.kind)} if item.kind else set()))
        seen.update(
            {
                (field, value)
                for field, value in item.fields
                if value and field in ("scope", "component", "components", "section")
            }
        )
    return [(field, value, count) for (field, value), count in seen.most_common(40)]


def unique(things: list[Thing]) -> list[Thing]:
    """Each id once."""
    return list({thing.id: thing for thing in reversed(things)}.values())[::-1]


def after(strategy: Strategy) -> list[str]:
    """What a person does next."""
    kinds = (
        (strategy.outcomes, "outcomes"),
        (strategy.needs, "needs"),
        (strategy.bets, "bets"),
        (strategy.metrics, "metrics"),
    )
    counts = ", ".join(f"{len(things)} {word}" for things, word in kinds)
    return [
        f"drafted {counts}, all `proposed`: keep what is true, strike out the rest",
        "next: madegood check (what it lacks), madegood build (read the facts), madegood report (the page)",
    ]
